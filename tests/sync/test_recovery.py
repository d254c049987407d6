"""What earlier runs left open is found in the journal, and taken over by one run only."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.sync.operations import recovery
from rcv3_tui.sync.operations.journal import FileJournal, JournalRecord, append
from rcv3_tui.sync.operations.recovery import (
    CORRUPT_FILE,
    JOURNAL,
    RecoveredOperations,
    RunLock,
    claim_orphans,
    operations_of,
    read_journal,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ADD = Request(kind=OperationKind.ADD_PUBLIC_IP, region="IAD", server=Target("server-1", "web-01"))


def operation(
    number: int = 1, state: OperationState = OperationState.PLANNED, **more: object
) -> Operation:
    made = Operation(id=f"op-{number}", request=ADD, state=state, asked=NOW, changed=NOW)
    return msgspec.structs.replace(made, **more)


async def write(directory: Path, *operations: Operation, run: str = "", **who: str) -> None:
    journal = FileJournal(
        directory / JOURNAL,
        profile=who.get("profile", "default"),
        tenant=who.get("tenant", "123456"),
        user="example-user",
        run=run,
    )
    for one in operations:
        await journal.write(one)


def found(directory: Path, run: str = "me", **who: str) -> RecoveredOperations:
    return claim_orphans(
        directory,
        profile=who.get("profile", "default"),
        tenant=who.get("tenant", "123456"),
        regions=("IAD",),
        run=run,
    )


def taken(directory: Path, run: str = "me", **who: str) -> list[Operation]:
    return list(found(directory, run, **who).open)


def aside(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.glob(f"{JOURNAL}.*"))


async def test_operation_without_outcome_is_recovered_unchanged(tmp_path: Path) -> None:
    later = NOW + timedelta(seconds=3)
    await write(
        tmp_path,
        operation(state=OperationState.PLANNED),
        operation(state=OperationState.SENT, known=("ip-0",), changed=later),
    )

    (left,) = taken(tmp_path)

    assert left.state is OperationState.SENT
    assert left.known == ("ip-0",)
    assert (left.asked, left.changed) == (NOW, later)
    assert left.request == ADD


async def test_precondition_survives_later_lines(tmp_path: Path) -> None:
    await write(
        tmp_path,
        operation(state=OperationState.SENT, known=("ip-0",)),
        operation(state=OperationState.ACCEPTED, resource_id="ip-1"),
    )
    (left,) = taken(tmp_path)
    assert (left.known, left.resource_id) == (("ip-0",), "ip-1")


async def test_ended_operation_stays_ended(tmp_path: Path) -> None:
    for number, state in enumerate(
        (
            OperationState.SETTLED,
            OperationState.FAILED,
            OperationState.REJECTED,
            OperationState.UNKNOWN,
        ),
        start=1,
    ):
        await write(tmp_path, operation(number), operation(number, state))
    assert taken(tmp_path) == []


async def test_another_account_profile_or_region_is_left_alone(tmp_path: Path) -> None:
    await write(tmp_path, operation(1), tenant="999999")
    await write(tmp_path, operation(2), profile="other")
    elsewhere = msgspec.structs.replace(ADD, region="DFW")
    await write(tmp_path, operation(3, request=elsewhere))
    assert taken(tmp_path) == []


async def test_operation_of_live_copy_is_not_claimed(tmp_path: Path) -> None:
    alive = RunLock(tmp_path)
    await write(tmp_path, operation(), run=alive.run)
    assert taken(tmp_path) == []

    alive.release()
    assert [left.id for left in taken(tmp_path)] == ["op-1"]


async def test_only_one_of_two_copies_takes_operation_up(tmp_path: Path) -> None:
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    await write(tmp_path, operation())
    assert len(taken(tmp_path, first.run)) == 1
    assert taken(tmp_path, second.run) == []
    first.release()
    second.release()


async def test_line_cut_off_by_death_costs_itself_alone(tmp_path: Path) -> None:
    await write(tmp_path, operation(1))
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"at":"2026-01-15T12:00:00Z","operat')
    await write(tmp_path, operation(2))

    history = read_journal(tmp_path / JOURNAL)

    assert len(history.unreadable) == 1
    assert [entry.operation for entry in history.entries] == ["op-1", "op-2"]
    assert [left.id for left in taken(tmp_path)] == ["op-1", "op-2"]


def test_journal_that_is_no_file_is_error(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).symlink_to("/dev/full")
    with pytest.raises(OSError, match="not a regular file"):
        taken(tmp_path)


def test_no_journal_means_nothing_to_take_up(tmp_path: Path) -> None:
    assert taken(tmp_path / "nowhere") == []


def test_lines_that_are_no_entries_are_passed_over(tmp_path: Path) -> None:
    append(tmp_path / JOURNAL, b'{"future": true}\n[]\n\xff\xfe\n')
    history = read_journal(tmp_path / JOURNAL)
    assert (history.entries, len(history.unreadable)) == ((), 3)


def test_operations_are_listed_in_order_of_requests() -> None:
    entries = tuple(
        JournalRecord(at=NOW, operation=name, state=OperationState.PLANNED, request=ADD)
        for name in ("b", "a", "b")
    )
    assert [op.id for _, op in operations_of(entries)] == ["b", "a"]


async def test_full_journal_is_put_aside_without_losing_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MAX_BYTES", 10)
    await write(tmp_path, operation(1), operation(1, OperationState.SETTLED), operation(2))
    alive = RunLock(tmp_path)
    await write(tmp_path, operation(3), run=alive.run)

    assert [left.id for left in taken(tmp_path)] == ["op-2"]

    new = read_journal(tmp_path / JOURNAL).entries
    assert {entry.operation for entry in new} == {"op-2", "op-3"}
    old = read_journal(tmp_path / f"{JOURNAL}.1").entries
    assert {entry.operation for entry in old} == {"op-1", "op-2", "op-3"}
    assert stat.S_IMODE((tmp_path / JOURNAL).stat().st_mode) == 0o600
    alive.release()


async def test_journals_are_rotated_and_oldest_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MAX_BYTES", 10)
    for number in range(recovery.MAX_OLD_JOURNALS + 2):
        await write(tmp_path, operation(number), operation(number, OperationState.SETTLED))
        taken(tmp_path)
    assert read_journal(tmp_path / JOURNAL).entries == ()
    assert aside(tmp_path) == [
        f"{JOURNAL}.{number}" for number in range(1, recovery.MAX_OLD_JOURNALS + 1)
    ]
    newest = read_journal(tmp_path / f"{JOURNAL}.1").entries
    assert newest[0].operation == f"op-{recovery.MAX_OLD_JOURNALS + 1}"


async def test_unreadable_lines_are_set_aside_once_and_nothing_else_is_touched(
    tmp_path: Path,
) -> None:
    await write(tmp_path, operation(1, OperationState.SETTLED))
    append(tmp_path / JOURNAL, b"{half a li\n")
    await write(tmp_path, operation(2))
    whole = (tmp_path / JOURNAL).read_bytes().replace(b"{half a li\n", b"")

    assert found(tmp_path).unreadable == 1
    assert found(tmp_path).unreadable == 0

    assert (tmp_path / CORRUPT_FILE).read_bytes() == b"{half a li\n"
    assert stat.S_IMODE((tmp_path / CORRUPT_FILE).stat().st_mode) == 0o600
    assert (tmp_path / JOURNAL).read_bytes().startswith(whole)


async def test_ended_operations_are_restored_with_their_user(tmp_path: Path) -> None:
    await write(tmp_path, operation(1), operation(1, OperationState.SETTLED, detail="done"))
    await write(tmp_path, operation(2, OperationState.FAILED), tenant="654321")
    await write(tmp_path, operation(3, OperationState.REJECTED), profile="another")

    ended = found(tmp_path).ended

    assert [(op.id, op.state, op.user) for op in ended] == [
        ("op-1", OperationState.SETTLED, "example-user"),
        ("op-3", OperationState.REJECTED, "example-user"),
    ]


async def test_rotated_journal_is_restored_up_to_maximum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MAX_BYTES", 10)
    await write(tmp_path, operation(1, OperationState.SETTLED))
    assert [op.id for op in found(tmp_path).ended] == ["op-1"]
    monkeypatch.undo()
    await write(tmp_path, operation(2, OperationState.SETTLED))
    assert [op.id for op in found(tmp_path).ended] == ["op-1", "op-2"]
    monkeypatch.setattr(recovery, "MAX_RESTORED", 1)
    assert [op.id for op in found(tmp_path).ended] == ["op-2"]
