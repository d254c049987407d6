"""What was rejected or stopped is never sent at a later start, even where no line says so."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import OperationState, Request
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.operations import journal, other_runs
from rcv3_tui.sync.operations.recovery import JOURNAL, read_journal
from tests.support.sync_harness import SyncHarness, add_ip, add_node, remove_ip, remove_node

pytestmark = pytest.mark.usefixtures("no_threads")

ERRORS = (errno.ENOSPC, errno.EROFS, errno.EIO)
KINDS = ("add IP", "remove IP", "add node", "remove node")


class Disk:
    """Fails every write of the journal from one on, until it is mended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fails_from: int | None = None
        self.error = errno.ENOSPC
        self._writes = 0
        self._append = journal.append
        monkeypatch.setattr(journal, "append", self.append)

    def append(self, path: Path, data: bytes) -> None:
        self._writes += 1
        if self.fails_from is not None and self._writes >= self.fails_from:
            raise OSError(self.error, os.strerror(self.error), str(path))
        self._append(path, data)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture(autouse=True)
def shared_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A directory whose leftovers are pytest's to remove.
    (tmp_path / "shm").mkdir()
    monkeypatch.setattr(other_runs, "_SHARED_MEMORY", tmp_path / "shm")
    monkeypatch.setattr(other_runs, "_device_of", lambda path: str(path).count("shm"))


def a_bench(account: Account, clock: ManualClock, state_dir: Path) -> SyncHarness:
    made = SyncHarness(account, clock)
    made.set(state_dir=state_dir)
    made.journal = None  # type: ignore[assignment]
    return made


def request_for(kind: str, account: Account) -> Request:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    match kind:
        case "add IP":
            return add_ip(server)
        case "remove IP":
            return remove_ip(account.add_public_ip(server))
        case "add node":
            return add_node(server, pool)
        case _:
            return remove_node(account.add_node(pool, server))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("fails_from", range(1, 5))
async def test_rejection_that_cannot_be_written_is_not_sent_by_next_start(
    account: Account,
    clock: ManualClock,
    state_dir: Path,
    disk: Disk,
    kind: str,
    error: int,
    fails_from: int,
) -> None:
    request = request_for(kind, account)
    method = "POST" if "add" in kind else "DELETE"
    path = "public_ips" if "IP" in kind else "nodes"
    account.faults.add(Fault.status(409, body="No", method=method, path=path, times=1))
    disk.error, disk.fails_from = error, fails_from
    first = a_bench(account, clock, state_dir)
    await first.start()
    operation = await first.one(request)
    await first.stop()
    assert operation.state is OperationState.REJECTED
    sent = list(first.sent)
    assert ("nothing was sent" in operation.detail) is (not sent)

    disk.fails_from = None
    second = a_bench(account, clock, state_dir)
    await second.start()
    await second.advance(30)
    await second.stop()

    assert second.sent == sent
    for entry in read_journal(state_dir / JOURNAL).entries[-1:]:
        assert entry.state is OperationState.REJECTED


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
async def test_stop_that_cannot_be_written_is_not_sent_by_next_start(
    account: Account, clock: ManualClock, state_dir: Path, disk: Disk, error: int
) -> None:
    records = [account.add_public_ip(account.add_server(f"web-{n:02d}")) for n in range(8)]
    first = a_bench(account, clock, state_dir)
    await first.start()
    taken = first.submit(*(remove_ip(record) for record in records))
    await first.until(lambda: first.count("DELETE") > 0)
    disk.error, disk.fails_from = error, 0
    stopped = first.worker.cancel_batch()
    await first.settle()
    await first.stop()
    sent = len(first.sent)
    assert stopped >= len(taken) - 3

    disk.fails_from = None
    second = a_bench(account, clock, state_dir)
    await second.start()
    await second.advance(60)
    await second.stop()

    assert len(second.sent) == sent
    assert len(account.region().public_ips) >= stopped


async def test_planned_operation_is_sent_after_kill(
    account: Account, clock: ManualClock, state_dir: Path, tmp_path: Path
) -> None:
    records = [account.add_public_ip(account.add_server(f"web-{n:02d}")) for n in range(6)]
    first = a_bench(account, clock, state_dir)
    await first.start()
    taken = first.submit(*(remove_ip(record) for record in records))
    await first.until(lambda: first.count("DELETE") > 0)
    # An end by cancellation writes nothing, as a kill does.
    await first.stop()
    # The service counts the requests of both runs.
    await first.advance(61)

    second = a_bench(account, clock, state_dir)
    await second.start()
    await second.until(lambda: set(second.worker.operations) >= {op.id for op in taken})
    await second.until(lambda: all(second.now(op).is_ended for op in taken))
    await second.stop()

    assert {second.now(op).state for op in taken} == {OperationState.SETTLED}
    assert account.region().public_ips == {}
    assert len(second.sent) == len(taken)
    assert list((tmp_path / "shm").iterdir()) == [], "permits of ended operations are removed"


async def test_operation_without_permit_is_probed_and_not_sent(
    account: Account, clock: ManualClock, state_dir: Path, tmp_path: Path
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(Fault.silence(1e6, method="GET", path=record.id))
    first = a_bench(account, clock, state_dir)
    await first.start()
    (operation,) = first.submit(remove_ip(record))
    await first.settle()
    await first.stop()
    (permit,) = (tmp_path / "shm").glob("*/*")
    permit.unlink()
    account.faults.clear()

    second = a_bench(account, clock, state_dir)
    await second.start()
    await second.until(lambda: operation.id in second.worker.operations)
    await second.until(lambda: second.now(operation).is_ended)
    await second.stop()

    assert second.now(operation).state is OperationState.REJECTED
    assert "request it again if needed" in second.now(operation).detail
    assert second.sent == []


@pytest.mark.parametrize("text", ["{}/victim", "relative", "none", "{}/rcv3-tui-x/victim", "/\x00"])
async def test_permit_that_this_program_did_not_write_is_none_and_is_not_removed(
    text: str, account: Account, clock: ManualClock, state_dir: Path, tmp_path: Path
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    harness = a_bench(account, clock, state_dir)
    await harness.start()
    operation = await harness.one(remove_ip(record))
    await harness.stop()
    victims = [tmp_path / "victim", tmp_path / "rcv3-tui-x" / "victim"]
    victims[1].parent.mkdir()
    for victim in victims:
        victim.touch()
    planned = operation.step(OperationState.PLANNED, clock.now())
    forged = replace(planned, permit=text.format(tmp_path))

    assert not other_runs.may_resume(forged)
    other_runs.revoke(forged)
    assert all(victim.exists() for victim in victims)


async def test_operation_after_an_ended_one_has_a_permit(
    account: Account, clock: ManualClock, state_dir: Path
) -> None:
    records = [account.add_public_ip(account.add_server(f"web-{n}")) for n in range(3)]
    harness = a_bench(account, clock, state_dir)
    await harness.start()

    permits = []
    for record in records:
        operation = await harness.one(remove_ip(record))
        permits.append(harness.steps(operation)[-1].permit)

    assert other_runs.NO_PERMIT not in permits
    assert all(permits)
    await harness.stop()
