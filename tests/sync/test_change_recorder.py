"""Changes of an account's resources: found while a worker runs, and since the run before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.changes import ResourceChange
from rcv3_tui.simulator import Account, Fault, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import ChangesRecorded, WarningRaised
from tests.support.sync_harness import SyncHarness, add_ip, servers

pytestmark = pytest.mark.usefixtures("no_threads")

Another = Callable[..., SyncHarness]


@pytest.fixture
def furnished(account: Account) -> Account:
    pool = account.add_pool("web")
    for server in servers(account, 3):
        account.add_public_ip(server)
        account.add_node(pool, server)
    return account


@pytest.fixture
def another(furnished: Account, clock: ManualClock, tmp_path: Path) -> Another:
    """Make another run of the program, with the same directories."""

    def make(**changed: object) -> SyncHarness:
        harness = SyncHarness(furnished, clock)
        harness.set(state_dir=tmp_path / "state", cache_dir=tmp_path / "cache", **changed)
        return harness

    return make


@asynccontextmanager
async def running(harness: SyncHarness) -> AsyncIterator[SyncHarness]:
    await harness.start()
    await harness.advance(10)
    try:
        yield harness
    finally:
        await harness.stop()


def facts(harness: SyncHarness) -> list[str]:
    return [
        f"{change.subject}: {change.kind} {change.before}>{change.after}"
        for change in known(harness)
    ]


def known(harness: SyncHarness) -> tuple[ResourceChange, ...]:
    recorded = harness.worker.changes
    return () if recorded is None else recorded.changes


def set_status(account: Account, status: str) -> None:
    """Give the first server another status."""
    region = account.region("IAD")
    server = next(iter(region.servers.values()))
    server.status = status
    region.touch_server(server)


async def test_first_reading_of_account_is_no_change(another: Another) -> None:
    async with running(another()) as harness:
        await harness.advance(60)

        assert known(harness) == ()


async def test_change_by_another_client_is_recorded(furnished: Account, another: Another) -> None:
    async with running(another()) as harness:
        set_status(furnished, "ERROR")
        await harness.advance(20)

        assert facts(harness) == ["web-01: status ACTIVE>ERROR"]
        (change,) = known(harness)
        assert change.operation == ""
        assert change.since is not None
        assert timedelta(0) < change.at - change.since <= timedelta(seconds=16)


async def test_difference_since_last_run_is_recorded(
    furnished: Account, another: Another, clock: ManualClock
) -> None:
    async with running(another()):
        pass
    left = clock.now()
    furnished.delete_server(next(iter(furnished.region("IAD").servers)))
    await clock.advance(3600)

    async with running(another()) as harness:
        gone = [c for c in known(harness) if c.kind == "gone"]
        assert "web-01" in {change.name for change in gone}
        assert all(change.since is not None and change.since <= left for change in gone)
        first = facts(harness)
    async with running(another()) as harness:
        assert facts(harness) == first


async def test_own_operation_is_named(furnished: Account, another: Another) -> None:
    (server,) = servers(furnished, 1, "new")
    async with running(another()) as harness:
        (operation,) = harness.worker.submit([add_ip(server)])
        await harness.until(lambda: harness.worker.operations[operation.id].is_ended)
        await harness.advance(20)

        assert {change.operation for change in known(harness)} == {operation.id}
        assert facts(harness)[0].endswith("appeared >ADDING")
        assert facts(harness)[-1].startswith("203.0.113.")


async def test_two_copies_record_change_once(furnished: Account, another: Another) -> None:
    async with running(another()) as one, running(another()) as other:
        set_status(furnished, "ERROR")
        await one.advance(40)

        assert known(one) == known(other)
        assert len(known(one)) == 1


async def test_operation_of_another_copy_is_named(
    furnished: Account, another: Another, clock: ManualClock
) -> None:
    (server,) = servers(furnished, 1, "new")
    actor = another()
    actor.use(AccountWorker(actor.settings, asgi_app=create_app(furnished), clock=clock))
    async with running(another()) as watcher, running(actor):
        (operation,) = actor.worker.submit([add_ip(server)])
        await actor.until(lambda: actor.worker.operations[operation.id].is_ended)
        await actor.until(lambda: known(watcher) == known(actor), seconds=120)

        assert [change.kind for change in known(watcher)] == ["appeared", "status", "address"]
        assert {change.operation for change in known(watcher)} == {operation.id}


async def test_failed_list_is_no_change(furnished: Account, another: Another) -> None:
    async with running(another()) as harness:
        furnished.faults.add(Fault.status(500, path="/servers"))
        await harness.advance(60)

        assert known(harness) == ()


async def test_unusable_file_is_reported_once(furnished: Account, another: Another) -> None:
    harness = another()
    assert harness.settings.state_dir is not None
    (harness.settings.state_dir / "changes.jsonl").mkdir(parents=True)
    async with running(harness):
        for status in ("ERROR", "ACTIVE"):
            set_status(furnished, status)
            await harness.advance(20)

        warnings = [e.message for e in harness.changes if isinstance(e, WarningRaised)]
        assert len(warnings) == 1
        assert "changes are not recorded" in warnings[0]
        assert len(known(harness)) == 2


async def test_leaving_is_recorded_only_for_watched_account(
    another: Another, clock: ManualClock
) -> None:
    async with running(another()):
        pass
    watched = another()
    watched.worker.is_watched = True
    async with running(watched):
        assert watched.worker.changes is not None
        assert watched.worker.changes.left is None
    async with running(another()) as last:
        assert last.worker.changes is not None
        assert last.worker.changes.left == clock.now() - timedelta(seconds=10)


async def test_recorded_changes_are_published_at_start(
    furnished: Account, another: Another
) -> None:
    async with running(another()) as first:
        set_status(furnished, "ERROR")
        await first.advance(20)
    async with running(another()) as second:
        (event,) = [e for e in second.changes if isinstance(e, ChangesRecorded)]
        assert [change.after for change in event.changes] == ["ERROR"]


async def test_status_that_changed_back_after_crash_is_recorded(
    furnished: Account, another: Another, tmp_path: Path
) -> None:
    async with running(another()):
        pass
    cached = {path: path.read_bytes() for path in (tmp_path / "cache").iterdir()}
    async with running(another()) as crashed:
        set_status(furnished, "ERROR")
        await crashed.advance(20)
    for path, data in cached.items():
        path.write_bytes(data)
    set_status(furnished, "ACTIVE")

    async with running(another()) as harness:
        assert [change.after for change in known(harness)] == ["ERROR", "ACTIVE"]
