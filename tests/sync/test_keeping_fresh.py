"""A region's snapshot: complete, part by part, and live again after errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.simulator import Account, Fault, build_scenario
from rcv3_tui.sync.events import ConnectionState
from rcv3_tui.sync.rate_ledger import SharedLedger
from tests.support.sync_harness import INTERVAL, SyncHarness

PATHS = {
    ResourceKind.SERVERS: "/servers/detail",
    ResourceKind.PUBLIC_IPS: "/public_ips$",
    ResourceKind.POOLS: "/load_balancer_pools$",
}

every_part = pytest.mark.parametrize("part", list(PATHS))


@pytest.fixture
def furnished(account: Account) -> Account:
    """A server with an address, in a pool."""
    server = account.add_server("web-01")
    account.add_public_ip(server)
    account.add_node(account.add_pool("web-80"), server)
    return account


def sizes(harness: SyncHarness) -> tuple[int, int, int]:
    return (
        len(harness.snapshot.servers),
        len(harness.snapshot.public_ips),
        len(harness.snapshot.pools),
    )


async def test_first_snapshot_is_complete(sync_harness: SyncHarness) -> None:
    sync_harness.account = build_scenario("small", now=sync_harness.clock.timestamp)
    await sync_harness.start()

    region = sync_harness.account.region()
    assert sizes(sync_harness) == (len(region.servers), len(region.public_ips), len(region.pools))
    assert set(sync_harness.snapshot.networks) == {key.lower() for key in region.networks}
    for pool in region.pools.values():
        assert len(sync_harness.snapshot.nodes_in(pool.id.lower())) == len(pool.nodes)
    assert sync_harness.snapshot.tenant == "123456"
    assert sync_harness.link.state is ConnectionState.LIVE
    assert sync_harness.link.as_of == sync_harness.clock.now()


async def test_first_snapshot_costs_one_request_per_list_and_pool(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()

    assert sync_harness.count("GET") == 4
    assert sync_harness.count("GET", "/servers/") == 1
    await sync_harness.advance(1)
    await sync_harness.advance(1.0)
    assert sync_harness.link.used == 4


async def test_quiet_account_makes_no_noise(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    before = len(sync_harness.snapshot_changes)

    await sync_harness.advance(60)

    assert all(
        not any((d.servers, d.public_ips, d.pools, d.nodes, d.networks))
        for d in (snapshot.diff for snapshot in sync_harness.snapshot_changes[before:])
    )


async def test_each_list_is_read_once_interval(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    before = {part: sync_harness.count("GET", path) for part, path in PATHS.items()}

    await sync_harness.advance(10 * INTERVAL + 1)

    read = {part: sync_harness.count("GET", PATHS[part]) - before[part] for part in PATHS}
    assert read == dict.fromkeys(PATHS, 10)


async def test_changes_are_seen_within_interval(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    added = furnished.add_server("web-02")
    (gone,) = furnished.region().public_ips.values()
    furnished.region().drop_ip(gone)

    await sync_harness.advance(INTERVAL + 1)

    assert added.id in sync_harness.snapshot.servers
    assert gone.id not in sync_harness.snapshot.public_ips


@every_part
@pytest.mark.parametrize("code", [404, 500])
async def test_part_that_fails_alone_leaves_others_live(
    sync_harness: SyncHarness, furnished: Account, part: ResourceKind, code: int
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.status(code, method="GET", path=PATHS[part]))
    await sync_harness.advance(2 * INTERVAL)

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    assert f"HTTP {code}" in sync_harness.link.cause
    state = sync_harness.snapshot.fetch_state(part)
    assert state.error is not None
    assert state.failing_since is not None
    assert sizes(sync_harness) == (1, 1, 1)
    for other in PATHS.keys() - {part}:
        assert sync_harness.snapshot.fetch_state(other).error is None
        fetched = sync_harness.snapshot.fetch_state(other).fetched
        assert fetched is not None
        assert (sync_harness.clock.now() - fetched).total_seconds() <= INTERVAL


@every_part
async def test_part_that_fails_from_start_leaves_others_live(
    sync_harness: SyncHarness, furnished: Account, part: ResourceKind
) -> None:
    furnished.faults.add(Fault.status(500, method="GET", path=PATHS[part]))
    await sync_harness.start()

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    assert sum(sizes(sync_harness)) == 2


@every_part
async def test_part_is_live_again_by_itself(
    sync_harness: SyncHarness, furnished: Account, part: ResourceKind
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.status(500, method="GET", path=PATHS[part]))
    await sync_harness.advance(3 * INTERVAL)

    furnished.faults.clear()
    await sync_harness.advance(INTERVAL + 1)

    assert sync_harness.link.state is ConnectionState.LIVE
    assert sync_harness.link.cause == ""
    assert sync_harness.snapshot.fetch_state(part).error is None
    assert sync_harness.snapshot.fetch_state(part).failing_since is None


@every_part
@pytest.mark.parametrize(
    "fault",
    [
        lambda path: Fault.cut_off(method="GET", path=path),
        lambda path: Fault.html(200, method="GET", path=path),
        lambda path: Fault.wrong_shape("string", method="GET", path=path),
    ],
    ids=["cut off", "an outage page", "another shape"],
)
async def test_bad_body_costs_that_refresh_and_no_row(
    sync_harness: SyncHarness, furnished: Account, part: ResourceKind, fault: object
) -> None:
    await sync_harness.start()
    assert callable(fault)
    furnished.faults.add(fault(PATHS[part]))

    await sync_harness.advance(INTERVAL + 1)

    assert sizes(sync_harness) == (1, 1, 1)
    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE


async def test_invalid_item_is_skipped_and_reported(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    for number in range(2, 5):
        furnished.add_server(f"web-{number:02d}")
    furnished.faults.add(Fault.wrong_shape("bad_item", method="GET", path="/servers/detail"))
    await sync_harness.start()

    assert len(sync_harness.snapshot.servers) == 3
    assert len(sync_harness.snapshot.fetch_state(ResourceKind.SERVERS).skipped) == 1
    assert sync_harness.link.state is ConnectionState.LIVE


async def test_networks_and_nodes_do_not_decide_whether_it_is_live(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(500, path="cloud_networks"))
    furnished.faults.add(Fault.status(500, path="/nodes"))
    await sync_harness.start()

    assert sync_harness.link.state is ConnectionState.LIVE
    assert "HTTP 500" in (sync_harness.snapshot.fetch_state(ResourceKind.NETWORKS).error or "")
    assert "HTTP 500" in (sync_harness.snapshot.fetch_state(ResourceKind.NODES).error or "")


async def test_failing_nodes_are_not_read_in_tight_loop(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(500, path="/nodes"))
    await sync_harness.start()
    await sync_harness.advance(300)

    assert sync_harness.count("GET", "/nodes") <= 8


async def test_short_node_list_replaces_missing_detailed_one(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(404, body="", path="/nodes/details"))
    pool = furnished.add_pool("web-81")
    await sync_harness.start()
    await sync_harness.advance(100)

    assert set(sync_harness.snapshot.nodes) == {p.lower() for p in furnished.region().pools}
    assert pool.id in sync_harness.snapshot.nodes
    assert sync_harness.snapshot.fetch_state(ResourceKind.NODES).error is None


async def test_catalog_without_cloud_servers_is_reported(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    furnished.has_cloud_servers = False
    await sync_harness.start()
    await sync_harness.advance(INTERVAL + 1)

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    assert "catalog has no Cloud Servers in IAD" in sync_harness.link.cause


# -- the service wants fewer requests -------------------------------------------------------------


@pytest.mark.parametrize("code", [403, 413, 429])
async def test_throttled_region_waits_and_shows_it(
    sync_harness: SyncHarness, furnished: Account, code: int
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.status(code, path="/rackconnect/", times=1))
    await sync_harness.advance(INTERVAL + 1)

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    before = sync_harness.count("GET")
    await sync_harness.advance(20)
    assert sync_harness.count("GET") == before
    await sync_harness.advance(60)
    assert sync_harness.link_is(ConnectionState.LIVE)


async def test_retry_after_is_respected(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.throttle(40, path="/public_ips", times=1))
    await sync_harness.advance(INTERVAL)
    at = sync_harness.requests("GET")[-1].at

    await sync_harness.advance(39)
    assert sync_harness.requests("GET")[-1].at == at
    await sync_harness.advance(20)

    assert sync_harness.requests("GET")[-1].at >= at + 40


# -- what is read by its own id -------------------------------------------------------------------


async def test_public_ip_in_transition_is_polled_more_often_than_list(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    server = furnished.add_server("web-02")
    record = furnished.add_public_ip(server, status="ADDING", age=1.0, moves_after=5.0)
    await sync_harness.start()

    await sync_harness.advance(6)

    assert sync_harness.snapshot.public_ips[record.id].status == "ACTIVE"
    assert sync_harness.count("GET", record.id) == 2


async def test_stuck_address_is_left_to_list(sync_harness: SyncHarness, furnished: Account) -> None:
    record = furnished.add_public_ip(
        furnished.add_server("web-02"), status="ADDING", age=5 * 30 * 86400.0
    )
    await sync_harness.start()
    await sync_harness.advance(120)

    assert sync_harness.count("GET", record.id) == 0


async def test_removed_public_ip_leaves_snapshot_before_next_list(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    (record,) = furnished.region().public_ips.values()
    await sync_harness.start()
    furnished.lifecycle.begin_removal(furnished.region(), record, furnished.now())
    await sync_harness.advance(INTERVAL)
    assert sync_harness.snapshot.public_ips == {}


async def test_earlier_list_does_not_undo_newer_read(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    (record,) = sync_harness.snapshot.public_ips.values()
    furnished.faults.add(Fault.silence(5.0, after=True, path="/public_ips$", times=1))
    await sync_harness.advance(INTERVAL + 1)

    sync_harness.worker._regions["IAD"].remove_public_ip(record.key)
    await sync_harness.advance(6)
    assert sync_harness.snapshot.public_ips == {}
    await sync_harness.advance(INTERVAL)

    assert sync_harness.snapshot.public_ips.keys() == {record.key}


async def test_pool_that_is_gone_takes_its_nodes_along(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    (pool,) = furnished.region().pools.values()
    (server,) = furnished.region().servers.values()
    await sync_harness.start()
    assert len(sync_harness.snapshot.nodes_of[server.id]) == 1
    sync_harness.worker.watch_pool("IAD", pool.id)
    await sync_harness.settle()
    del furnished.region().pools[pool.id]

    await sync_harness.advance(2 * INTERVAL)
    before = sync_harness.count("GET", "/nodes")
    await sync_harness.advance(2 * INTERVAL)

    assert sync_harness.snapshot.nodes == {}
    assert server.id not in sync_harness.snapshot.nodes_of
    assert sync_harness.snapshot.fetch_state(ResourceKind.NODES).error is None
    assert sync_harness.count("GET", "/nodes") == before


async def test_first_snapshot_does_not_wait_for_minute_of_earlier_run(
    sync_harness: SyncHarness, furnished: Account, tmp_path: Path
) -> None:
    earlier = SyncHarness(furnished, sync_harness.clock)
    earlier.set(cache_dir=tmp_path)
    await earlier.start()
    await earlier.stop()
    (path,) = list(tmp_path.glob("requests-*"))  # noqa: ASYNC240 - a handful of names
    with SharedLedger(path, sync_harness.clock).open() as record:
        record.sent = [sync_harness.clock.timestamp()] * 24
    sync_harness.set(cache_dir=tmp_path)

    await sync_harness.start()

    assert sync_harness.link.state is ConnectionState.LIVE
    assert sync_harness.link.used == 26
