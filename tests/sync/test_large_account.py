"""An account of 500 pools stays fresh, within the requests that the service allows."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import State
from rcv3_tui.model.snapshot import Part
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.changes import Change, LinkChanged, LinkState, SnapshotChanged
from tests.sync.bench import Bench, add_ip

POOLS = 500
MINUTES = 40


@pytest.fixture
def large(account: Account) -> Account:
    server = account.add_server("web-01")
    for number in range(POOLS):
        account.add_node(account.add_pool(f"pool-{number:03d}"), server)
    return account


async def run(bench: Bench, seconds: float) -> None:
    """Let time pass in large steps: few turns are enough where nothing goes wrong."""
    await bench.clock.advance(seconds, turns=25)


async def test_long_lists_are_shown_bit_by_bit_and_read_when_whole(
    bench: Bench, account: Account
) -> None:
    count = 1500
    for number in range(count):
        account.add_public_ip(account.add_server(f"web-{number:05d}"))
    await bench.start()
    await run(bench, 5)

    pictures = [c.snapshot for c in bench.changes if isinstance(c, SnapshotChanged)]
    for part, sizes in (
        (Part.SERVERS, [len(picture.servers) for picture in pictures]),
        (Part.PUBLIC_IPS, [len(picture.public_ips) for picture in pictures]),
    ):
        assert sizes == sorted(sizes)
        assert sizes[-1] == count
        steps = [after - before for before, after in pairwise(sizes) if after > before]
        assert len(steps) > 2
        assert max(steps) < count / 2
        read = [picture.part(part).is_read for picture in pictures]
        assert read.index(True) >= sizes.index(count)
    assert pictures[-1].ips_of.keys() == pictures[-1].servers.keys()


def rackconnect(bench: Bench) -> list[tuple[float, str]]:
    start = bench.account.requests[0].at
    return [(r.at - start, r.path) for r in bench.account.requests if "/rackconnect/" in r.path]


async def test_every_pool_is_read_in_time_and_the_lists_keep_their_beat(
    bench: Bench, large: Account
) -> None:
    await bench.start()
    await run(bench, MINUTES * 60)

    seen = rackconnect(bench)
    read = {m[1] for _, path in seen if (m := re.search(r"pools/([^/]+)/nodes", path))}
    assert len(read) == POOLS
    assert most_in_a_minute(bench) <= 24
    for part in ("public_ips$", "load_balancer_pools$"):
        beats = [at for at, path in seen if re.search(part, path)]
        assert max(b - a for a, b in pairwise(beats)) <= 17
    assert not any(r.status == 403 for r in bench.account.requests)


def most_in_a_minute(bench: Bench) -> int:
    times = [at for at, _ in rackconnect(bench)]
    return max(sum(at <= t < at + 60 for t in times) for at in times)


def node_reads(bench: Bench) -> dict[str, list[float]]:
    reads: dict[str, list[float]] = {}
    for at, path in rackconnect(bench):
        if found := re.search(r"pools/([^/]+)/nodes", path):
            reads.setdefault(found[1], []).append(at)
    return reads


async def test_every_pool_is_read_in_time_while_one_is_in_view(
    bench: Bench, large: Account
) -> None:
    in_view = list(large.region().pools)[444]
    await bench.start()
    await run(bench, 60)
    bench.worker.look_at("IAD", in_view.lower())
    await run(bench, 2 * MINUTES * 60)

    reads = node_reads(bench)
    looks = reads.pop(in_view)
    assert len(reads) == POOLS - 1
    assert max(b - a for ats in reads.values() for a, b in pairwise([0.0, *ats])) <= 2400
    assert max(b - a for a, b in pairwise(looks) if a > 60) <= 15.5
    for part in ("public_ips$", "load_balancer_pools$"):
        beats = [at for at, path in rackconnect(bench) if re.search(part, path)]
        assert max(b - a for a, b in pairwise(beats)) <= 18.5
    assert most_in_a_minute(bench) <= 24


async def test_of_a_thousand_pools_each_is_read_as_often_as_the_others(
    bench: Bench, large: Account
) -> None:
    for number in range(POOLS):
        large.add_pool(f"more-{number:03d}")
    in_view = next(iter(large.region().pools))
    await bench.start()
    bench.worker.look_at("IAD", in_view.lower())
    await run(bench, 3 * MINUTES * 60)

    reads = node_reads(bench)
    del reads[in_view]
    assert len(reads) == 2 * POOLS - 1
    assert max(b - a for ats in reads.values() for a, b in pairwise([0.0, *ats])) <= 2 * 2400
    assert most_in_a_minute(bench) <= 24


async def test_a_pool_that_is_opened_at_once_does_not_hold_the_lists_up(
    bench: Bench, large: Account
) -> None:
    await bench.start()
    bench.worker.look_at("IAD", next(iter(large.region().pools)).lower())
    await run(bench, 120)

    for part in ("public_ips$", "load_balancer_pools$"):
        beats = [at for at, path in rackconnect(bench) if re.search(part, path)]
        assert max(b - a for a, b in pairwise(beats)) <= 20


async def test_a_list_without_an_answer_is_told_of(bench: Bench, large: Account) -> None:
    await bench.start()
    await run(bench, 300)
    large.faults.add(Fault.silence(60.0, path="/public_ips$"))
    await run(bench, 29)

    assert bench.link.state is LinkState.PARTLY
    assert "no answer for" in bench.link.cause
    told: list[LinkState] = []
    bench.worker.listen(lambda change: told.extend(_states(change)))
    await run(bench, 15)
    assert set(told) <= {LinkState.PARTLY}


def _states(change: Change) -> list[LinkState]:
    return [change.link.state] if isinstance(change, LinkChanged) else []


async def test_a_pool_whose_counts_changed_is_read_within_two_intervals(
    bench: Bench, large: Account
) -> None:
    await bench.start()
    await run(bench, 300)
    server = large.add_server("web-02")
    pool = list(large.region().pools.values())[417]

    node = large.add_node(pool, server)
    await run(bench, 30)

    assert node.id in bench.snapshot.nodes_in(pool.id)


async def test_the_pool_in_view_is_as_fresh_as_the_lists(bench: Bench, large: Account) -> None:
    await bench.start()
    pool = list(large.region().pools.values())[444]
    await run(bench, 120)
    bench.worker.look_at("IAD", pool.id.lower())
    await run(bench, 300)

    beats = [at for at, path in rackconnect(bench) if f"{pool.id}/nodes" in path and at >= 119]
    assert beats[0] <= 121
    assert max(b - a for a, b in pairwise(beats)) <= 17
    assert len(beats) >= 15


async def test_an_operation_leaves_at_once(
    bench: Bench, large: Account, clock: ManualClock
) -> None:
    server = next(iter(large.region().servers.values()))
    await bench.start()
    await run(bench, 200)

    asked = clock.timestamp()
    bench.submit(add_ip(server))
    await bench.settle()

    assert bench.requests("POST")[-1].at == asked


@pytest.mark.parametrize("seed", range(4))
async def test_changes_asked_for_at_any_time_in_ten_minutes_leave_within_two_seconds(
    bench: Bench, large: Account, clock: ManualClock, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chosen so that it can be repeated
    servers = [large.add_server(f"new-{number}") for number in range(5)]
    moments = sorted(chance.uniform(0.0, 600.0) for _ in servers)
    await bench.start()
    began = clock.timestamp()
    for server, moment in zip(servers, moments, strict=True):
        await run(bench, max(0.0, began + moment - clock.timestamp()))
        asked = clock.timestamp()
        bench.submit(add_ip(server))
        await bench.settle()
        await run(bench, 2.0)
        (posted,) = (r for r in bench.requests("POST") if server.id in r.body)
        assert posted.at - asked <= 2.0
    await run(bench, max(0.0, began + 600.0 - clock.timestamp()))

    times = [at for at, _ in rackconnect(bench)]
    assert max(sum(at <= t < at + 60 for t in times) for at in times) <= 30
    assert not any(request.status == 403 for request in large.requests)
    assert all(operation.state is State.SETTLED for operation in bench.worker.operations.values())
