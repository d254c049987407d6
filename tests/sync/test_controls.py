"""The controls of the worker: pause, refresh, another interval, look at this pool."""

from __future__ import annotations

import pytest

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account
from rcv3_tui.sync.events import ConnectionState
from tests.support.sync_harness import INTERVAL, SyncHarness, add_ip


@pytest.fixture
def furnished(account: Account) -> Account:
    """A server in each of two pools."""
    server = account.add_server("web-01")
    for name in ("web-80", "web-443"):
        account.add_node(account.add_pool(name), server)
    return account


async def test_pause_stops_every_reading(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    sync_harness.worker.pause(True)
    before = len(furnished.requests)

    await sync_harness.advance(600)

    assert len(furnished.requests) == before
    assert sync_harness.link.state is ConnectionState.PAUSED
    assert sync_harness.link.next_refresh is None
    assert sync_harness.worker.paused


async def test_going_on_reads_at_once(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    sync_harness.worker.pause(True)
    await sync_harness.advance(600)
    before = sync_harness.count("GET", "public_ips")

    sync_harness.worker.pause(False)
    await sync_harness.settle()

    assert sync_harness.count("GET", "public_ips") == before + 1
    assert sync_harness.link.state is ConnectionState.LIVE
    assert sync_harness.link.as_of == sync_harness.clock.now()


async def test_refresh_in_pause_reads_once(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    sync_harness.worker.watch_pool("IAD", next(iter(furnished.region().pools)))
    await sync_harness.settle()
    sync_harness.worker.pause(True)
    before = len(furnished.requests)

    sync_harness.worker.refresh()
    await sync_harness.advance(100)

    # Servers, public IPs, pools, networks, and the nodes that are looked at.
    assert len(furnished.requests) == before + 5
    assert sync_harness.link.state is ConnectionState.PAUSED


async def test_operations_are_followed_in_pause(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    (server,) = furnished.region().servers.values()
    await sync_harness.start()
    sync_harness.worker.pause(True)

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.snapshot.public_ip_of(server.id) is not None


async def test_pause_before_sign_in_holds_after_it(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    sync_harness.worker.pause(True)
    await sync_harness.start()
    await sync_harness.advance(60)

    assert sync_harness.count("GET") == 0
    sync_harness.worker.pause(False)
    await sync_harness.settle()
    assert sync_harness.link.state is ConnectionState.LIVE


@pytest.mark.parametrize(
    ("part", "path"),
    [
        (ResourceKind.SERVERS, "/servers/detail"),
        (ResourceKind.PUBLIC_IPS, "/public_ips$"),
        (ResourceKind.POOLS, "/load_balancer_pools$"),
        (ResourceKind.NETWORKS, "/cloud_networks$"),
    ],
)
async def test_one_part_can_be_read_alone(
    sync_harness: SyncHarness, furnished: Account, part: ResourceKind, path: str
) -> None:
    await sync_harness.start()
    before = len(furnished.requests), sync_harness.count("GET", path)

    sync_harness.worker.refresh(part)
    await sync_harness.settle()

    assert (len(furnished.requests), sync_harness.count("GET", path)) == (
        before[0] + 1,
        before[1] + 1,
    )


async def test_key_that_is_held_down_does_not_run_into_limit(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    for _ in range(200):
        sync_harness.worker.refresh()
        await sync_harness.advance(0.1)

    assert sync_harness.link.used <= 27
    assert not any(request.status == 403 for request in furnished.requests)


async def test_another_interval_counts_at_once(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()

    sync_harness.worker.set_interval(60)
    await sync_harness.advance(16)
    before = sync_harness.count("GET", "public_ips$")
    await sync_harness.advance(180)
    assert sync_harness.count("GET", "public_ips$") - before == 3

    sync_harness.worker.set_interval(10)
    before = sync_harness.count("GET", "public_ips$")
    await sync_harness.advance(41)
    assert sync_harness.count("GET", "public_ips$") - before == 4
    assert sync_harness.link.interval == 10


async def test_interval_too_short_for_limit_is_stretched(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    sync_harness.set(refresh_interval=1.0)
    await sync_harness.start()
    await sync_harness.advance(300)

    assert not any(request.status == 403 for request in furnished.requests)
    now = sync_harness.clock.timestamp()
    assert sum(request.at > now - 60 for request in sync_harness.requests("GET")) <= 24
    assert sync_harness.link.state is ConnectionState.LIVE


async def test_focused_pool_is_as_fresh_as_lists(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    first, second = furnished.region().pools
    sync_harness.worker.watch_pool("IAD", first)
    await sync_harness.settle()
    before = (
        sync_harness.count("GET", f"{first}/nodes"),
        sync_harness.count("GET", f"{second}/nodes"),
    )

    await sync_harness.advance(10 * INTERVAL + 1)

    assert sync_harness.count("GET", f"{first}/nodes") - before[0] == 10
    assert sync_harness.count("GET", f"{second}/nodes") - before[1] <= 3


async def test_looking_reads_at_once_even_while_others_wait_for_their_turn(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    for number in range(100):
        furnished.add_pool(f"pool-{number}")
    await sync_harness.start()
    pool = list(furnished.region().pools)[-1]
    sync_harness.worker.watch_pool("IAD", pool)
    await sync_harness.settle()

    assert pool in sync_harness.snapshot.nodes


async def test_looking_away_ends_it(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    pool = next(iter(furnished.region().pools))
    sync_harness.worker.watch_pool("IAD", pool)
    await sync_harness.settle()
    sync_harness.worker.watch_pool(None, None)
    before = sync_harness.count("GET", f"{pool}/nodes")

    await sync_harness.advance(50)

    assert sync_harness.count("GET", f"{pool}/nodes") == before


async def test_removed_listener_receives_no_events(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    heard: list[object] = []
    ends = sync_harness.worker.listen(heard.append)
    await sync_harness.start()
    ends()
    count = len(heard)

    await sync_harness.advance(60)

    assert count > 0
    assert len(heard) == count


async def test_nothing_is_left_running_after_end(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    (server,) = furnished.region().servers.values()
    await sync_harness.start()
    sync_harness.submit(add_ip(server))
    await sync_harness.settle()

    await sync_harness.stop()
    before = len(furnished.requests)
    await sync_harness.advance(120)

    assert len(furnished.requests) == before


async def test_next_refresh_is_when_the_rate_limit_permits_it(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    while sync_harness.link.used < 24:
        sync_harness.worker.refresh()
        await sync_harness.settle()
        await sync_harness.advance(1)
    before = sync_harness.count("GET", "public_ips")

    # The lists are due long before the first of these requests is a minute old.
    await sync_harness.advance(2 * INTERVAL)

    assert sync_harness.count("GET", "public_ips") == before
    promised = sync_harness.link.next_refresh
    assert promised is not None
    left = (promised - sync_harness.clock.now()).total_seconds()
    assert left > 5
    await sync_harness.until(lambda: sync_harness.count("GET", "public_ips") > before)
    assert abs((promised - sync_harness.clock.now()).total_seconds()) <= 1.5
