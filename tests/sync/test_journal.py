"""The journal's file: private, whole lines, on the disk before anything leaves, without secrets."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.settings import Secret
from rcv3_tui.simulator import Account
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.operations import journal as journal_module
from rcv3_tui.sync.operations.journal import FileJournal, JournalError
from tests.support.sync_harness import SyncHarness, add_ip

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
OPERATION = Operation(
    id="20260115T120000-0a1b2c3d",
    request=Request(
        kind=OperationKind.ADD_PUBLIC_IP, region="IAD", server=Target("aa-01", "web\n01")
    ),
    state=OperationState.SENT,
    asked=NOW,
    changed=NOW,
)


def journal(state_dir: Path) -> FileJournal:
    return FileJournal(
        state_dir / "journal.jsonl", profile="prod", tenant="123456", user="operator"
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_file_and_directory_are_for_owner_alone(state_dir: Path) -> None:
    previous = os.umask(0)
    try:
        await journal(state_dir).write(OPERATION)
    finally:
        os.umask(previous)

    assert mode(state_dir) == 0o700
    assert mode(state_dir / "journal.jsonl") == 0o600


async def test_line_records_user_request_region_and_precondition(
    state_dir: Path,
) -> None:
    noted = replace(OPERATION, note="CHG-1234", os_user="jane", host="jump-1")
    await journal(state_dir).write(noted.step(OperationState.SENT, NOW, known=("ip-1", "ip-2")))

    (line,) = (state_dir / "journal.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "at": "2026-01-15T12:00:00Z",
        "operation": "20260115T120000-0a1b2c3d",
        "state": "sent",
        "request": {
            "kind": "add public IP",
            "region": "IAD",
            "server": {"id": "aa-01", "name": "web\n01"},
        },
        "profile": "prod",
        "tenant": "123456",
        "user": "operator",
        "known": ["ip-1", "ip-2"],
        "note": "CHG-1234",
        "os_user": "jane",
        "host": "jump-1",
    }


async def test_each_line_is_on_disk_when_writing_returns(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    await journal(state_dir).write(OPERATION)
    await journal(state_dir).write(OPERATION)

    assert synced == [False, True, False]


async def test_two_programs_may_write_at_once(state_dir: Path) -> None:
    first, second = journal(state_dir), journal(state_dir)

    await asyncio.gather(*(one.write(OPERATION) for one in (first, second) for _ in range(20)))

    lines = (state_dir / "journal.jsonl").read_text().splitlines()
    assert len(lines) == 40
    assert all(json.loads(line)["operation"] == OPERATION.id for line in lines)


async def test_line_being_written_is_not_taken_for_torn_one(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, pause = os.write, threading.Event()

    def in_two_halves(descriptor: int, data: bytes) -> int:
        written = real(descriptor, data[: len(data) // 2])
        # Without a lock the other writer would look at the file by now.
        pause.wait(0.1)
        return written + real(descriptor, data[len(data) // 2 :])

    monkeypatch.setattr(os, "write", in_two_halves)
    await asyncio.gather(*(journal(state_dir).write(OPERATION) for _ in range(3)))

    lines = (state_dir / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["operation"] for line in lines] == [OPERATION.id] * 3


async def test_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "state"
    in_the_way.write_text("a file")

    with pytest.raises(
        JournalError, match=r"nothing was sent.* cannot be written .*journal\.jsonl"
    ):
        await journal(in_the_way).write(OPERATION)


async def test_full_disk_is_named(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(descriptor: int, data: bytes) -> int:
        return len(data) // 2

    monkeypatch.setattr(os, "write", no_room)

    with pytest.raises(JournalError, match="only a part of the line was written"):
        await journal(state_dir).write(OPERATION)


async def test_worker_with_state_directory_writes_there_and_no_secret(
    sync_harness: SyncHarness, account: Account, state_dir: Path
) -> None:
    server = account.add_server("web-01")
    sync_harness.set(state_dir=state_dir)
    worker = sync_harness.worker
    assert isinstance(worker, AccountWorker)
    worker._journal = None
    await sync_harness.start()

    (operation,) = sync_harness.submit(add_ip(server))
    # The disk is a real one: it is waited for, not the clock.
    for _ in range(2000):
        await sync_harness.advance(0.5)
        if sync_harness.now(operation).is_ended:
            break

    text = (state_dir / "journal.jsonl").read_text()
    states = [json.loads(line)["state"] for line in text.splitlines()]
    assert states == ["planned", "sent", "accepted", "settled"]
    assert account.api_key not in text
    assert not any(token in text for token in account.tokens)
    assert isinstance(
        sync_harness.settings.credentials and sync_harness.settings.credentials.api_key, Secret
    )


async def test_lock_that_is_held_elsewhere_is_reported_and_not_waited_for_for_ever(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "LOCK_SECONDS", 0.05)
    await journal(state_dir).write(OPERATION)
    with (state_dir / "journal.lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(JournalError, match=r"another process holds its lock.*journal\.lock"):
            await journal(state_dir).write(OPERATION)
    await journal(state_dir).write(OPERATION)


async def test_file_system_without_locks_is_named(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(JournalError, match="has no locks; set XDG_STATE_HOME") as caught:
        await journal(state_dir).write(OPERATION)
    assert "free the disk" not in str(caught.value)


async def test_partly_written_line_is_removed(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal(state_dir).write(OPERATION)
    before = (state_dir / "journal.jsonl").read_bytes()
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:20]))
    with pytest.raises(JournalError):
        await journal(state_dir).write(OPERATION)
    assert (state_dir / "journal.jsonl").read_bytes() == before


async def test_concurrent_lines_share_flushes_in_order(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushes: list[int] = []
    real = os.fsync

    def counted(descriptor: int) -> None:
        flushes.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    shared = journal(state_dir)
    operations = [msgspec.structs.replace(OPERATION, id=f"op-{n}") for n in range(40)]
    await asyncio.gather(*(shared.write(operation) for operation in operations))
    lines = (state_dir / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["operation"] for line in lines] == [op.id for op in operations]
    assert len(flushes) < len(operations)
