"""The journal's file: private, whole lines, on the disk before anything leaves, without secrets."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rcv3_tui.model.operation import Kind, Operation, Request, State, Target
from rcv3_tui.settings import Secret
from rcv3_tui.simulator import Account
from rcv3_tui.sync.journal import FileJournal, JournalError
from rcv3_tui.sync.worker import Worker
from tests.sync.bench import Bench, add_ip

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
OPERATION = Operation(
    id="20260115T120000-0a1b2c3d",
    request=Request(kind=Kind.ADD_PUBLIC_IP, region="IAD", server=Target("aa-01", "web\n01")),
    state=State.SENT,
    asked=NOW,
    changed=NOW,
)


def journal(state_dir: Path) -> FileJournal:
    return FileJournal(
        state_dir / "journal.jsonl", profile="prod", tenant="123456", user="operator"
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_file_and_directory_are_for_the_owner_alone(state_dir: Path) -> None:
    previous = os.umask(0)
    try:
        await journal(state_dir).write(OPERATION)
    finally:
        os.umask(previous)

    assert mode(state_dir) == 0o700
    assert mode(state_dir / "journal.jsonl") == 0o600


async def test_a_line_says_who_wanted_what_where_and_what_was_there_before(
    state_dir: Path,
) -> None:
    await journal(state_dir).write(OPERATION.step(State.SENT, NOW, known=("ip-1", "ip-2")))

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
    }


async def test_each_line_is_on_the_disk_when_the_writing_returns(
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


async def test_a_line_that_another_copy_is_writing_is_not_taken_for_a_cut_one(
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


async def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "state"
    in_the_way.write_text("a file")

    with pytest.raises(
        JournalError, match=r"nothing was sent.* cannot be written .*journal\.jsonl"
    ):
        await journal(in_the_way).write(OPERATION)


async def test_a_full_disk_is_named(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(descriptor: int, data: bytes) -> int:
        return len(data) // 2

    monkeypatch.setattr(os, "write", no_room)

    with pytest.raises(JournalError, match="only a part of the line fitted"):
        await journal(state_dir).write(OPERATION)


async def test_a_worker_with_a_state_directory_writes_there_and_no_secret(
    bench: Bench, account: Account, state_dir: Path
) -> None:
    server = account.add_server("web-01")
    bench.set(state_dir=state_dir)
    worker = bench.worker
    assert isinstance(worker, Worker)
    worker._journal = None
    await bench.start()

    (operation,) = bench.submit(add_ip(server))
    # The disk is a real one: it is waited for, not the clock.
    for _ in range(2000):
        await bench.advance(0.5)
        await asyncio.sleep(0.001)
        if bench.now(operation).is_ended:
            break

    text = (state_dir / "journal.jsonl").read_text()
    states = [json.loads(line)["state"] for line in text.splitlines()]
    assert states == ["planned", "sent", "accepted", "settled"]
    assert account.api_key not in text
    assert not any(token in text for token in account.tokens)
    assert isinstance(bench.settings.credentials and bench.settings.credentials.api_key, Secret)
