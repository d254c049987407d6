"""What an operator can tell the worker: pause, refresh, another interval, look at this pool."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import State
from rcv3_tui.model.snapshot import Part
from rcv3_tui.simulator import Account
from rcv3_tui.sync.changes import LinkState
from tests.sync.bench import INTERVAL, Bench, add_ip


@pytest.fixture
def furnished(account: Account) -> Account:
    """A server in each of two pools."""
    server = account.add_server("web-01")
    for name in ("web-80", "web-443"):
        account.add_node(account.add_pool(name), server)
    return account


async def test_a_pause_stops_every_reading(bench: Bench, furnished: Account) -> None:
    await bench.start()
    bench.worker.pause(True)
    before = len(furnished.requests)

    await bench.advance(600)

    assert len(furnished.requests) == before
    assert bench.link.state is LinkState.PAUSED
    assert bench.link.next_refresh is None
    assert bench.worker.paused


async def test_going_on_reads_at_once(bench: Bench, furnished: Account) -> None:
    await bench.start()
    bench.worker.pause(True)
    await bench.advance(600)
    before = bench.count("GET", "public_ips")

    bench.worker.pause(False)
    await bench.settle()

    assert bench.count("GET", "public_ips") == before + 1
    assert bench.link.state is LinkState.LIVE
    assert bench.link.as_of == bench.clock.now()


async def test_a_refresh_in_the_pause_reads_once(bench: Bench, furnished: Account) -> None:
    await bench.start()
    bench.worker.look_at("IAD", next(iter(furnished.region().pools)))
    await bench.settle()
    bench.worker.pause(True)
    before = len(furnished.requests)

    bench.worker.refresh()
    await bench.advance(100)

    # Servers, public IPs, pools, networks, and the nodes that are looked at.
    assert len(furnished.requests) == before + 5
    assert bench.link.state is LinkState.PAUSED


async def test_operations_are_followed_in_the_pause(bench: Bench, furnished: Account) -> None:
    (server,) = furnished.region().servers.values()
    await bench.start()
    bench.worker.pause(True)

    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert bench.snapshot.public_ip_of(server.id) is not None


async def test_a_pause_before_the_sign_in_holds_after_it(bench: Bench, furnished: Account) -> None:
    bench.worker.pause(True)
    await bench.start()
    await bench.advance(60)

    assert bench.count("GET") == 0
    bench.worker.pause(False)
    await bench.settle()
    assert bench.link.state is LinkState.LIVE


@pytest.mark.parametrize(
    ("part", "path"),
    [
        (Part.SERVERS, "/servers/detail"),
        (Part.PUBLIC_IPS, "/public_ips$"),
        (Part.POOLS, "/load_balancer_pools$"),
        (Part.NETWORKS, "/cloud_networks$"),
    ],
)
async def test_one_part_can_be_read_alone(
    bench: Bench, furnished: Account, part: Part, path: str
) -> None:
    await bench.start()
    before = len(furnished.requests), bench.count("GET", path)

    bench.worker.refresh(part)
    await bench.settle()

    assert (len(furnished.requests), bench.count("GET", path)) == (before[0] + 1, before[1] + 1)


async def test_a_key_that_is_held_down_does_not_run_into_the_limit(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    for _ in range(200):
        bench.worker.refresh()
        await bench.advance(0.1)

    assert bench.link.used <= 27
    assert not any(request.status == 403 for request in furnished.requests)


async def test_another_interval_counts_at_once(bench: Bench, furnished: Account) -> None:
    await bench.start()

    bench.worker.set_interval(60)
    await bench.advance(16)
    before = bench.count("GET", "public_ips$")
    await bench.advance(180)
    assert bench.count("GET", "public_ips$") - before == 3

    bench.worker.set_interval(10)
    before = bench.count("GET", "public_ips$")
    await bench.advance(41)
    assert bench.count("GET", "public_ips$") - before == 4
    assert bench.link.interval == 10


async def test_an_interval_that_the_limit_cannot_bear_is_kept_to_as_far_as_it_goes(
    bench: Bench, furnished: Account
) -> None:
    bench.set(refresh_interval=1.0)
    await bench.start()
    await bench.advance(300)

    assert not any(request.status == 403 for request in furnished.requests)
    now = bench.clock.timestamp()
    assert sum(request.at > now - 60 for request in bench.requests("GET")) <= 24
    assert bench.link.state is LinkState.LIVE


async def test_a_pool_that_is_looked_at_is_as_fresh_as_the_lists(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    first, second = furnished.region().pools
    bench.worker.look_at("IAD", first)
    await bench.settle()
    before = bench.count("GET", f"{first}/nodes"), bench.count("GET", f"{second}/nodes")

    await bench.advance(10 * INTERVAL + 1)

    assert bench.count("GET", f"{first}/nodes") - before[0] == 10
    assert bench.count("GET", f"{second}/nodes") - before[1] <= 3


async def test_looking_reads_at_once_even_while_others_wait_for_their_turn(
    bench: Bench, furnished: Account
) -> None:
    for number in range(100):
        furnished.add_pool(f"pool-{number}")
    await bench.start()
    pool = list(furnished.region().pools)[-1]
    bench.worker.look_at("IAD", pool)
    await bench.settle()

    assert pool in bench.snapshot.nodes


async def test_looking_away_ends_it(bench: Bench, furnished: Account) -> None:
    await bench.start()
    pool = next(iter(furnished.region().pools))
    bench.worker.look_at("IAD", pool)
    await bench.settle()
    bench.worker.look_at(None, None)
    before = bench.count("GET", f"{pool}/nodes")

    await bench.advance(50)

    assert bench.count("GET", f"{pool}/nodes") == before


async def test_whoever_stops_listening_is_told_no_more(bench: Bench, furnished: Account) -> None:
    heard: list[object] = []
    ends = bench.worker.listen(heard.append)
    await bench.start()
    ends()
    count = len(heard)

    await bench.advance(60)

    assert count > 0
    assert len(heard) == count


async def test_nothing_is_left_running_after_the_end(bench: Bench, furnished: Account) -> None:
    (server,) = furnished.region().servers.values()
    await bench.start()
    bench.submit(add_ip(server))
    await bench.settle()

    await bench.stop()
    before = len(furnished.requests)
    await bench.advance(120)

    assert len(furnished.requests) == before
