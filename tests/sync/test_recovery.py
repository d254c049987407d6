"""What earlier runs left open is found in the journal, and taken over by one run only."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from rcv3_tui.model.operation import Kind, Operation, Request, State, Target
from rcv3_tui.sync import recovery
from rcv3_tui.sync.journal import Entry, FileJournal, append
from rcv3_tui.sync.recovery import (
    JOURNAL,
    TORN,
    Left,
    RunLock,
    operations_of,
    read_history,
    take_up,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ADD = Request(kind=Kind.ADD_PUBLIC_IP, region="IAD", server=Target("server-1", "web-01"))


def operation(number: int = 1, state: State = State.PLANNED, **more: object) -> Operation:
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


def found(directory: Path, run: str = "me", **who: str) -> Left:
    return take_up(
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


async def test_an_operation_without_an_outcome_is_taken_up_as_it_stood(tmp_path: Path) -> None:
    later = NOW + timedelta(seconds=3)
    await write(
        tmp_path,
        operation(state=State.PLANNED),
        operation(state=State.SENT, known=("ip-0",), changed=later),
    )

    (left,) = taken(tmp_path)

    assert left.state is State.SENT
    assert left.known == ("ip-0",)
    assert (left.asked, left.changed) == (NOW, later)
    assert left.request == ADD


async def test_the_precondition_is_kept_past_later_lines(tmp_path: Path) -> None:
    await write(
        tmp_path,
        operation(state=State.SENT, known=("ip-0",)),
        operation(state=State.ACCEPTED, resource_id="ip-1"),
    )
    (left,) = taken(tmp_path)
    assert (left.known, left.resource_id) == (("ip-0",), "ip-1")


async def test_what_has_an_outcome_stays_ended(tmp_path: Path) -> None:
    for number, state in enumerate(
        (State.SETTLED, State.FAILED, State.REJECTED, State.UNKNOWN), start=1
    ):
        await write(tmp_path, operation(number), operation(number, state))
    assert taken(tmp_path) == []


async def test_another_account_profile_or_region_is_left_alone(tmp_path: Path) -> None:
    await write(tmp_path, operation(1), tenant="999999")
    await write(tmp_path, operation(2), profile="other")
    elsewhere = msgspec.structs.replace(ADD, region="DFW")
    await write(tmp_path, operation(3, request=elsewhere))
    assert taken(tmp_path) == []


async def test_an_operation_of_a_copy_that_is_alive_is_not_taken(tmp_path: Path) -> None:
    alive = RunLock(tmp_path)
    await write(tmp_path, operation(), run=alive.run)
    assert taken(tmp_path) == []

    alive.release()
    assert [left.id for left in taken(tmp_path)] == ["op-1"]


async def test_only_one_of_two_copies_takes_an_operation_up(tmp_path: Path) -> None:
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    await write(tmp_path, operation())
    assert len(taken(tmp_path, first.run)) == 1
    assert taken(tmp_path, second.run) == []
    first.release()
    second.release()


async def test_a_line_cut_off_by_a_death_costs_itself_alone(tmp_path: Path) -> None:
    await write(tmp_path, operation(1))
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"at":"2026-01-15T12:00:00Z","operat')
    await write(tmp_path, operation(2))

    history = read_history(tmp_path / JOURNAL)

    assert len(history.unreadable) == 1
    assert [entry.operation for entry in history.entries] == ["op-1", "op-2"]
    assert [left.id for left in taken(tmp_path)] == ["op-1", "op-2"]


def test_a_journal_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).symlink_to("/dev/full")
    with pytest.raises(OSError, match="no regular file"):
        taken(tmp_path)


def test_no_journal_means_nothing_to_take_up(tmp_path: Path) -> None:
    assert taken(tmp_path / "nowhere") == []


def test_lines_that_are_no_entries_are_passed_over(tmp_path: Path) -> None:
    append(tmp_path / JOURNAL, b'{"future": true}\n[]\n\xff\xfe\n')
    history = read_history(tmp_path / JOURNAL)
    assert (history.entries, len(history.unreadable)) == ((), 3)


def test_operations_come_in_the_order_they_were_asked_for() -> None:
    entries = tuple(
        Entry(at=NOW, operation=name, state=State.PLANNED, request=ADD) for name in ("b", "a", "b")
    )
    assert [op.id for _, op in operations_of(entries)] == ["b", "a"]


async def test_a_full_journal_is_put_aside_without_losing_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MOST_BYTES", 10)
    await write(tmp_path, operation(1), operation(1, State.SETTLED), operation(2))
    alive = RunLock(tmp_path)
    await write(tmp_path, operation(3), run=alive.run)

    assert [left.id for left in taken(tmp_path)] == ["op-2"]

    new = read_history(tmp_path / JOURNAL).entries
    assert {entry.operation for entry in new} == {"op-2", "op-3"}
    old = read_history(tmp_path / f"{JOURNAL}.1").entries
    assert {entry.operation for entry in old} == {"op-1", "op-2", "op-3"}
    assert stat.S_IMODE((tmp_path / JOURNAL).stat().st_mode) == 0o600
    alive.release()


async def test_older_journals_move_on_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MOST_BYTES", 10)
    for number in range(recovery.KEPT_JOURNALS + 2):
        await write(tmp_path, operation(number), operation(number, State.SETTLED))
        taken(tmp_path)
    assert read_history(tmp_path / JOURNAL).entries == ()
    assert aside(tmp_path) == [
        f"{JOURNAL}.{number}" for number in range(1, recovery.KEPT_JOURNALS + 1)
    ]
    newest = read_history(tmp_path / f"{JOURNAL}.1").entries
    assert newest[0].operation == f"op-{recovery.KEPT_JOURNALS + 1}"


async def test_unreadable_lines_are_set_aside_once_and_nothing_else_is_touched(
    tmp_path: Path,
) -> None:
    await write(tmp_path, operation(1, State.SETTLED))
    append(tmp_path / JOURNAL, b"{half a li\n")
    await write(tmp_path, operation(2))
    whole = (tmp_path / JOURNAL).read_bytes().replace(b"{half a li\n", b"")

    assert found(tmp_path).unreadable == 1
    assert found(tmp_path).unreadable == 0

    assert (tmp_path / TORN).read_bytes() == b"{half a li\n"
    assert stat.S_IMODE((tmp_path / TORN).stat().st_mode) == 0o600
    assert (tmp_path / JOURNAL).read_bytes().startswith(whole)


async def test_what_has_ended_is_recalled_with_who_asked_for_it(tmp_path: Path) -> None:
    await write(tmp_path, operation(1), operation(1, State.SETTLED, detail="done"))
    await write(tmp_path, operation(2, State.FAILED), tenant="654321")
    await write(tmp_path, operation(3, State.REJECTED), profile="another")

    ended = found(tmp_path).ended

    assert [(op.id, op.state, op.user) for op in ended] == [
        ("op-1", State.SETTLED, "example-user"),
        ("op-3", State.REJECTED, "example-user"),
    ]


async def test_what_was_put_aside_last_is_recalled_too_and_no_more_than_is_worth_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MOST_BYTES", 10)
    await write(tmp_path, operation(1, State.SETTLED))
    assert [op.id for op in found(tmp_path).ended] == ["op-1"]
    monkeypatch.undo()
    await write(tmp_path, operation(2, State.SETTLED))
    assert [op.id for op in found(tmp_path).ended] == ["op-1", "op-2"]
    monkeypatch.setattr(recovery, "MOST_RECALLED", 1)
    assert [op.id for op in found(tmp_path).ended] == ["op-2"]
