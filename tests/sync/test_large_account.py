"""An account of 500 pools stays fresh, within the requests that the service allows."""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from itertools import pairwise

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.events import ConnectionChanged, ConnectionState, SnapshotChanged, SyncEvent
from tests.support.sync_harness import SyncHarness, add_ip

POOLS = 500

SLOW = [pytest.mark.slow, pytest.mark.no_cover]
"""Hours of an account, line by line under coverage, cost minutes; the fast twin covers them."""

SIZES = [(100, 10), pytest.param(500, 40, marks=SLOW)]
"""Pools, and the minutes within which the nodes of each are read."""


@pytest.fixture
def large(account: Account) -> Account:
    return with_pools(account, POOLS)


def with_pools(account: Account, count: int) -> Account:
    server = account.add_server("web-01")
    for number in range(count):
        account.add_node(account.add_pool(f"pool-{number:03d}"), server)
    return account


async def run(harness: SyncHarness, seconds: float) -> None:
    """Let time pass in one step: every sleeper is woken in the order of its time."""
    await harness.clock.advance(seconds)


async def test_long_lists_are_published_in_parts(
    sync_harness: SyncHarness, account: Account
) -> None:
    count = 1500
    for number in range(count):
        account.add_public_ip(account.add_server(f"web-{number:05d}"))
    await sync_harness.start()
    await run(sync_harness, 5)

    snapshots = [c.snapshot for c in sync_harness.changes if isinstance(c, SnapshotChanged)]
    for part, sizes in (
        (ResourceKind.SERVERS, [len(snapshot.servers) for snapshot in snapshots]),
        (ResourceKind.PUBLIC_IPS, [len(snapshot.public_ips) for snapshot in snapshots]),
    ):
        assert sizes == sorted(sizes)
        assert sizes[-1] == count
        steps = [after - before for before, after in pairwise(sizes) if after > before]
        assert len(steps) > 2
        assert max(steps) < count / 2
        read = [snapshot.fetch_state(part).is_read for snapshot in snapshots]
        assert read.index(True) >= sizes.index(count)
    assert snapshots[-1].ips_of.keys() == snapshots[-1].servers.keys()


def rackconnect(harness: SyncHarness) -> list[tuple[float, str]]:
    start = harness.account.requests[0].at
    return [(r.at - start, r.path) for r in harness.account.requests if "/rackconnect/" in r.path]


@pytest.mark.parametrize(("pools", "minutes"), SIZES)
async def test_every_pool_is_read_in_time_without_delaying_lists(
    sync_harness: SyncHarness, account: Account, pools: int, minutes: int
) -> None:
    with_pools(account, pools)
    await sync_harness.start()
    await run(sync_harness, minutes * 60)

    seen = rackconnect(sync_harness)
    read = {m[1] for _, path in seen if (m := re.search(r"pools/([^/]+)/nodes", path))}
    assert len(read) == pools
    assert most_in_a_minute(sync_harness) <= 24
    for part in ("public_ips$", "load_balancer_pools$"):
        beats = [at for at, path in seen if re.search(part, path)]
        assert max(b - a for a, b in pairwise(beats)) <= 17
    assert not any(r.status == 403 for r in sync_harness.account.requests)


def most_in_a_minute(harness: SyncHarness) -> int:
    times = sorted(at for at, _ in rackconnect(harness))
    return max(bisect_left(times, at + 60) - bisect_left(times, at) for at in times)


def node_reads(harness: SyncHarness) -> dict[str, list[float]]:
    reads: dict[str, list[float]] = {}
    for at, path in rackconnect(harness):
        if found := re.search(r"pools/([^/]+)/nodes", path):
            reads.setdefault(found[1], []).append(at)
    return reads


async def test_pools_that_a_filter_names_are_read_before_the_others(
    sync_harness: SyncHarness, large: Account
) -> None:
    wanted = list(large.region().pools)[-3:]
    await sync_harness.start()
    await run(sync_harness, 90)
    assert not node_reads(sync_harness).keys() & set(wanted)
    (syncer,) = sync_harness.worker.regions.values()
    syncer.read_pools_first([pool.casefold() for pool in wanted])
    await run(sync_harness, 60)
    assert node_reads(sync_harness).keys() >= set(wanted)
    assert most_in_a_minute(sync_harness) <= 24


@pytest.mark.parametrize(("pools", "minutes"), SIZES)
async def test_every_pool_is_read_in_time_while_one_is_in_view(
    sync_harness: SyncHarness, account: Account, pools: int, minutes: int
) -> None:
    with_pools(account, pools)
    in_view = list(account.region().pools)[pools - 56]
    await sync_harness.start()
    await run(sync_harness, 60)
    sync_harness.worker.watch_pool("IAD", in_view.lower())
    await run(sync_harness, 2 * minutes * 60)

    reads = node_reads(sync_harness)
    looks = reads.pop(in_view)
    assert len(reads) == pools - 1
    assert max(b - a for ats in reads.values() for a, b in pairwise([0.0, *ats])) <= minutes * 60
    assert max(b - a for a, b in pairwise(looks) if a > 60) <= 15.5
    for part in ("public_ips$", "load_balancer_pools$"):
        beats = [at for at, path in rackconnect(sync_harness) if re.search(part, path)]
        assert max(b - a for a, b in pairwise(beats)) <= 18.5
    assert most_in_a_minute(sync_harness) <= 24


@pytest.mark.parametrize(("pools", "minutes"), [(100, 10), pytest.param(1000, 80, marks=SLOW)])
async def test_many_pools_are_read_equally_often(
    sync_harness: SyncHarness, account: Account, pools: int, minutes: int
) -> None:
    with_pools(account, pools // 2)
    for number in range(pools - pools // 2):
        account.add_pool(f"more-{number:03d}")
    in_view = next(iter(account.region().pools))
    await sync_harness.start()
    sync_harness.worker.watch_pool("IAD", in_view.lower())
    await run(sync_harness, 1.5 * minutes * 60)

    reads = node_reads(sync_harness)
    del reads[in_view]
    assert len(reads) == pools - 1
    assert max(b - a for ats in reads.values() for a, b in pairwise([0.0, *ats])) <= minutes * 60
    assert most_in_a_minute(sync_harness) <= 24


async def test_pool_opened_at_start_does_not_delay_lists(
    sync_harness: SyncHarness, large: Account
) -> None:
    await sync_harness.start()
    sync_harness.worker.watch_pool("IAD", next(iter(large.region().pools)).lower())
    await run(sync_harness, 120)

    for part in ("public_ips$", "load_balancer_pools$"):
        beats = [at for at, path in rackconnect(sync_harness) if re.search(part, path)]
        assert max(b - a for a, b in pairwise(beats)) <= 20


async def test_list_without_response_is_reported(sync_harness: SyncHarness, large: Account) -> None:
    await sync_harness.start()
    await run(sync_harness, 300)
    large.faults.add(Fault.silence(60.0, path="/public_ips$"))
    await run(sync_harness, 29)

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    assert "no response for" in sync_harness.link.cause
    collected: list[ConnectionState] = []
    sync_harness.worker.listen(lambda change: collected.extend(_states(change)))
    await run(sync_harness, 15)
    assert set(collected) <= {ConnectionState.PARTLY_LIVE}


def _states(change: SyncEvent) -> list[ConnectionState]:
    return [change.connection.state] if isinstance(change, ConnectionChanged) else []


async def test_pool_whose_counts_changed_is_read_within_two_intervals(
    sync_harness: SyncHarness, large: Account
) -> None:
    await sync_harness.start()
    await run(sync_harness, 300)
    server = large.add_server("web-02")
    pool = list(large.region().pools.values())[417]

    node = large.add_node(pool, server)
    await run(sync_harness, 30)

    assert node.id in sync_harness.snapshot.nodes_in(pool.id)


async def test_pool_in_view_is_as_fresh_as_lists(sync_harness: SyncHarness, large: Account) -> None:
    await sync_harness.start()
    pool = list(large.region().pools.values())[444]
    await run(sync_harness, 120)
    sync_harness.worker.watch_pool("IAD", pool.id.lower())
    await run(sync_harness, 300)

    beats = [
        at for at, path in rackconnect(sync_harness) if f"{pool.id}/nodes" in path and at >= 119
    ]
    assert beats[0] <= 121
    assert max(b - a for a, b in pairwise(beats)) <= 17
    assert len(beats) >= 15


async def test_operation_leaves_at_once(
    sync_harness: SyncHarness, large: Account, clock: ManualClock
) -> None:
    server = next(iter(large.region().servers.values()))
    await sync_harness.start()
    await run(sync_harness, 200)

    asked = clock.timestamp()
    sync_harness.submit(add_ip(server))
    await sync_harness.settle()

    assert sync_harness.requests("POST")[-1].at == asked


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))]
)
async def test_changes_are_sent_within_two_seconds_at_any_time(
    sync_harness: SyncHarness, large: Account, clock: ManualClock, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chosen so that it can be repeated
    servers = [large.add_server(f"new-{number}") for number in range(5)]
    moments = sorted(chance.uniform(0.0, 600.0) for _ in servers)
    await sync_harness.start()
    began = clock.timestamp()
    for server, moment in zip(servers, moments, strict=True):
        await run(sync_harness, max(0.0, began + moment - clock.timestamp()))
        asked = clock.timestamp()
        sync_harness.submit(add_ip(server))
        await sync_harness.settle()
        await run(sync_harness, 2.0)
        (posted,) = (r for r in sync_harness.requests("POST") if server.id in r.body)
        assert posted.at - asked <= 2.0
    await run(sync_harness, max(0.0, began + 600.0 - clock.timestamp()))

    times = [at for at, _ in rackconnect(sync_harness)]
    assert max(sum(at <= t < at + 60 for t in times) for at in times) <= 30
    assert not any(request.status == 403 for request in large.requests)
    assert all(
        operation.state is OperationState.SETTLED
        for operation in sync_harness.worker.operations.values()
    )
