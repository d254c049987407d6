"""Drained servers: what the journal holds of them, and what any later run shows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rcv3_tui.model.operation import Operation, OperationState, Purpose, Request
from rcv3_tui.model.removal_plan import drain_of_servers, restoration_of_servers
from rcv3_tui.simulator import Account, Fault, Server, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.operations import journal, recovery
from rcv3_tui.sync.operations.journal import FileJournal
from rcv3_tui.sync.operations.recovery import JOURNAL, claim_orphans, read_journal
from tests.support.sync_harness import SyncHarness


def in_two_pools(account: Account, count: int = 2) -> list[Server]:
    """Return servers that are in `web-80` and `web-443`."""
    pools = [account.add_pool("web-80"), account.add_pool("web-443")]
    made = [account.add_server(f"web-{number:02d}") for number in range(1, count + 1)]
    for server in made:
        for pool in pools:
            account.add_node(pool, server)
    return made


def draining(harness: SyncHarness, *servers: Server) -> tuple[Request, ...]:
    keys = [server.id.lower() for server in servers]
    return drain_of_servers(harness.snapshot, keys, profile="default").requests


def missing(harness: SyncHarness, server: Server) -> list[str]:
    drain = harness.snapshot.drain_of(server.id.lower())
    return [] if drain is None else sorted(pool.name for pool in drain.pools)


async def everything_read(harness: SyncHarness) -> None:
    await harness.until(lambda: harness.snapshot.knows_all_nodes and bool(harness.snapshot.pools))


async def restart(harness: SyncHarness, account: Account) -> None:
    """End the run, and start another with the same files."""
    await harness.stop()
    harness.use(AccountWorker(harness.settings, asgi_app=create_app(account), clock=harness.clock))
    await harness.start()
    await everything_read(harness)


@pytest.fixture
def with_files(sync_harness: SyncHarness, tmp_path: Path) -> SyncHarness:
    """A worker that journals into a file."""
    sync_harness.set(state_dir=tmp_path)
    sync_harness.use(
        AccountWorker(
            sync_harness.settings,
            asgi_app=create_app(sync_harness.account),
            clock=sync_harness.clock,
        )
    )
    return sync_harness


async def test_drained_server_is_restored_to_the_pools_that_it_left(
    sync_harness: SyncHarness, account: Account
) -> None:
    first, second = in_two_pools(account)
    await sync_harness.start()
    await everything_read(sync_harness)

    out = await sync_harness.carry_out(*draining(sync_harness, first))

    assert [each.state for each in out] == [OperationState.SETTLED] * 2
    assert missing(sync_harness, first) == ["web-443", "web-80"]
    assert missing(sync_harness, second) == []

    plan = restoration_of_servers(sync_harness.snapshot, [first.id.lower()], profile="default")
    back = await sync_harness.carry_out(*plan.requests)

    assert [each.state for each in back] == [OperationState.SETTLED] * 2
    assert missing(sync_harness, first) == []
    assert len(account.region().nodes_of(first.id)) == 2


async def test_stopped_drain_leaves_no_server_drained(
    sync_harness: SyncHarness, account: Account
) -> None:
    (server,) = in_two_pools(account, 1)
    await sync_harness.start()
    await everything_read(sync_harness)

    taken = sync_harness.submit(*draining(sync_harness, server))
    sync_harness.worker.cancel_batch()
    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert sync_harness.sent == []
    assert missing(sync_harness, server) == []


async def test_drain_with_a_lost_response_is_sent_once_and_recorded(
    sync_harness: SyncHarness, account: Account
) -> None:
    (server,) = in_two_pools(account, 1)
    await sync_harness.start()
    await everything_read(sync_harness)
    account.faults.add(Fault.drop(after=True, method="DELETE", path="nodes", times=1))

    out = await sync_harness.carry_out(*draining(sync_harness, server))

    assert [each.state for each in out] == [OperationState.SETTLED] * 2
    assert sync_harness.count("DELETE") == 1
    assert missing(sync_harness, server) == ["web-443", "web-80"]


async def test_drain_is_shown_by_a_later_run(
    with_files: SyncHarness, account: Account, no_threads: None
) -> None:
    first, second = in_two_pools(account)
    await with_files.start()
    await everything_read(with_files)
    await with_files.carry_out(*draining(with_files, first))

    await restart(with_files, account)

    assert missing(with_files, first) == ["web-443", "web-80"]
    drain = with_files.snapshot.drain_of(first.id.lower())
    assert drain is not None
    assert drain.user == account.username
    assert missing(with_files, second) == []


async def test_membership_that_was_added_by_hand_is_not_missing_in_a_later_run(
    with_files: SyncHarness, account: Account, no_threads: None
) -> None:
    (server,) = in_two_pools(account, 1)
    await with_files.start()
    await everything_read(with_files)
    await with_files.carry_out(*draining(with_files, server))
    account.add_node(next(iter(account.region().pools.values())), server)

    await restart(with_files, account)

    assert missing(with_files, server) == ["web-443"]


# -- the journal ----------------------------------------------------------------------------------


async def journaled_drain(directory: Path, harness: SyncHarness, server: Server) -> list[Operation]:
    """Write the lines of a finished drain, as a run does."""
    now = harness.clock.now()
    made = [
        Operation(
            id=f"op-{number}",
            request=request,
            state=OperationState.SETTLED,
            asked=now,
            changed=now,
        )
        for number, request in enumerate(draining(harness, server))
    ]
    lines = FileJournal(
        directory / JOURNAL, profile="default", tenant=account_tenant(harness), user="ops"
    )
    await asyncio.gather(*(lines.write(operation) for operation in made))
    return made


def account_tenant(harness: SyncHarness) -> str:
    return harness.snapshot.tenant


async def test_memberships_of_a_drain_are_journaled_with_one_append(
    sync_harness: SyncHarness, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server,) = in_two_pools(account, 1)
    await sync_harness.start()
    await everything_read(sync_harness)
    appended: list[int] = []

    def append(path: Path, data: bytes) -> None:
        appended.append(data.count(b"\n"))

    monkeypatch.setattr(journal, "append", append)

    await journaled_drain(tmp_path, sync_harness, server)

    assert appended == [2]


async def test_rotation_leaves_drained_memberships_in_the_journal(
    sync_harness: SyncHarness, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server,) = in_two_pools(account, 1)
    await sync_harness.start()
    await everything_read(sync_harness)
    monkeypatch.setattr(recovery, "MAX_BYTES", 10)
    monkeypatch.setattr(recovery, "MAX_RESTORED", 1)
    await journaled_drain(tmp_path, sync_harness, server)

    for run in range(recovery.MAX_OLD_JOURNALS + 2):
        found = claim_orphans(
            tmp_path, profile="default", tenant=account_tenant(sync_harness), run=f"{run}"
        )

    assert {each.request.purpose for each in found.ended} == {Purpose.DRAIN}
    assert [each.id for each in found.ended] == ["op-0", "op-1"]
    assert len(read_journal(tmp_path / JOURNAL).entries) == 2


async def test_drain_by_another_copy_is_shown_while_this_one_runs(
    with_files: SyncHarness, account: Account, tmp_path: Path, no_threads: None
) -> None:
    (server, *_) = in_two_pools(account)
    await with_files.start()
    await everything_read(with_files)

    await journaled_drain(tmp_path, with_files, server)
    for node in tuple(account.region().nodes_of(server.id)):
        account.region().drop_node(node)

    await with_files.until(lambda: missing(with_files, server) == ["web-443", "web-80"])
