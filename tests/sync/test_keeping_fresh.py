"""A region's picture: complete, part by part, and live again by itself after trouble."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.model.snapshot import Part
from rcv3_tui.simulator import Account, Fault, scenario
from rcv3_tui.sync.changes import LinkState
from rcv3_tui.sync.ledger import SharedLedger
from tests.sync.bench import INTERVAL, Bench

PATHS = {
    Part.SERVERS: "/servers/detail",
    Part.PUBLIC_IPS: "/public_ips$",
    Part.POOLS: "/load_balancer_pools$",
}

every_part = pytest.mark.parametrize("part", list(PATHS))


@pytest.fixture
def furnished(account: Account) -> Account:
    """A server with an address, in a pool."""
    server = account.add_server("web-01")
    account.add_public_ip(server)
    account.add_node(account.add_pool("web-80"), server)
    return account


def sizes(bench: Bench) -> tuple[int, int, int]:
    return (
        len(bench.snapshot.servers),
        len(bench.snapshot.public_ips),
        len(bench.snapshot.pools),
    )


async def test_the_first_picture_is_complete(bench: Bench) -> None:
    bench.account = scenario("small", now=bench.clock.timestamp)
    await bench.start()

    region = bench.account.region()
    assert sizes(bench) == (len(region.servers), len(region.public_ips), len(region.pools))
    assert set(bench.snapshot.networks) == {key.lower() for key in region.networks}
    for pool in region.pools.values():
        assert len(bench.snapshot.nodes_in(pool.id.lower())) == len(pool.nodes)
    assert bench.snapshot.tenant == "123456"
    assert bench.link.state is LinkState.LIVE
    assert bench.link.as_of == bench.clock.now()


async def test_the_first_picture_costs_one_request_a_list_and_a_pool(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()

    assert bench.count("GET") == 4
    assert bench.count("GET", "/servers/") == 1
    await bench.advance(1)
    await bench.advance(1.0)
    assert bench.link.used == 4


async def test_a_quiet_account_makes_no_noise(bench: Bench, furnished: Account) -> None:
    await bench.start()
    before = len(bench.pictures)

    await bench.advance(60)

    assert all(
        not any((d.servers, d.public_ips, d.pools, d.nodes, d.networks))
        for d in (picture.diff for picture in bench.pictures[before:])
    )


async def test_each_list_is_read_once_an_interval(bench: Bench, furnished: Account) -> None:
    await bench.start()
    before = {part: bench.count("GET", path) for part, path in PATHS.items()}

    await bench.advance(10 * INTERVAL + 1)

    read = {part: bench.count("GET", PATHS[part]) - before[part] for part in PATHS}
    assert read == dict.fromkeys(PATHS, 10)


async def test_what_changes_is_seen_within_an_interval(bench: Bench, furnished: Account) -> None:
    await bench.start()
    added = furnished.add_server("web-02")
    (gone,) = furnished.region().public_ips.values()
    furnished.region().drop_ip(gone)

    await bench.advance(INTERVAL + 1)

    assert added.id in bench.snapshot.servers
    assert gone.id not in bench.snapshot.public_ips


@every_part
@pytest.mark.parametrize("code", [404, 500])
async def test_a_part_that_fails_alone_leaves_the_others_live(
    bench: Bench, furnished: Account, part: Part, code: int
) -> None:
    await bench.start()
    furnished.faults.add(Fault.status(code, method="GET", path=PATHS[part]))
    await bench.advance(2 * INTERVAL)

    assert bench.link.state is LinkState.PARTLY
    assert f"HTTP {code}" in bench.link.cause
    state = bench.snapshot.part(part)
    assert state.error is not None
    assert state.failing_since is not None
    assert sizes(bench) == (1, 1, 1)
    for other in PATHS.keys() - {part}:
        assert bench.snapshot.part(other).error is None
        fetched = bench.snapshot.part(other).fetched
        assert fetched is not None
        assert (bench.clock.now() - fetched).total_seconds() <= INTERVAL


@every_part
async def test_a_part_that_fails_from_the_start_leaves_the_others_live(
    bench: Bench, furnished: Account, part: Part
) -> None:
    furnished.faults.add(Fault.status(500, method="GET", path=PATHS[part]))
    await bench.start()

    assert bench.link.state is LinkState.PARTLY
    assert sum(sizes(bench)) == 2


@every_part
async def test_a_part_is_live_again_by_itself(bench: Bench, furnished: Account, part: Part) -> None:
    await bench.start()
    furnished.faults.add(Fault.status(500, method="GET", path=PATHS[part]))
    await bench.advance(3 * INTERVAL)

    furnished.faults.clear()
    await bench.advance(INTERVAL + 1)

    assert bench.link.state is LinkState.LIVE
    assert bench.link.cause == ""
    assert bench.snapshot.part(part).error is None
    assert bench.snapshot.part(part).failing_since is None


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
async def test_a_bad_body_costs_that_refresh_and_no_row(
    bench: Bench, furnished: Account, part: Part, fault: object
) -> None:
    await bench.start()
    assert callable(fault)
    furnished.faults.add(fault(PATHS[part]))

    await bench.advance(INTERVAL + 1)

    assert sizes(bench) == (1, 1, 1)
    assert bench.link.state is LinkState.PARTLY


async def test_a_bad_item_costs_that_item_and_is_told(bench: Bench, furnished: Account) -> None:
    for number in range(2, 5):
        furnished.add_server(f"web-{number:02d}")
    furnished.faults.add(Fault.wrong_shape("bad_item", method="GET", path="/servers/detail"))
    await bench.start()

    assert len(bench.snapshot.servers) == 3
    assert len(bench.snapshot.part(Part.SERVERS).skipped) == 1
    assert bench.link.state is LinkState.LIVE


async def test_networks_and_nodes_do_not_decide_whether_it_is_live(
    bench: Bench, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(500, path="cloud_networks"))
    furnished.faults.add(Fault.status(500, path="/nodes"))
    await bench.start()

    assert bench.link.state is LinkState.LIVE
    assert "HTTP 500" in (bench.snapshot.part(Part.NETWORKS).error or "")
    assert "HTTP 500" in (bench.snapshot.part(Part.NODES).error or "")


async def test_a_pools_nodes_that_fail_are_not_asked_for_in_a_tight_loop(
    bench: Bench, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(500, path="/nodes"))
    await bench.start()
    await bench.advance(300)

    assert bench.count("GET", "/nodes") <= 8


async def test_a_revision_without_detailed_nodes_is_asked_for_the_short_ones(
    bench: Bench, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(404, body="", path="/nodes/details"))
    pool = furnished.add_pool("web-81")
    await bench.start()
    await bench.advance(100)

    assert set(bench.snapshot.nodes) == {p.lower() for p in furnished.region().pools}
    assert pool.id in bench.snapshot.nodes
    assert bench.snapshot.part(Part.NODES).error is None


async def test_an_account_without_cloud_servers_in_the_catalogue_says_so(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    region = bench.worker._regions["IAD"]
    region.cloud_servers = None
    await bench.advance(INTERVAL + 1)

    assert bench.link.state is LinkState.PARTLY
    assert "catalogue has no Cloud Servers in IAD" in bench.link.cause


# -- the service wants fewer requests -------------------------------------------------------------


@pytest.mark.parametrize("code", [403, 413, 429])
async def test_over_the_limit_it_waits_and_says_so(
    bench: Bench, furnished: Account, code: int
) -> None:
    await bench.start()
    furnished.faults.add(Fault.status(code, path="/rackconnect/", times=1))
    await bench.advance(INTERVAL + 1)

    assert bench.link.state is LinkState.PARTLY
    before = bench.count("GET")
    await bench.advance(20)
    assert bench.count("GET") == before
    await bench.advance(60)
    assert bench.link_is(LinkState.LIVE)


async def test_retry_after_is_kept_to(bench: Bench, furnished: Account) -> None:
    await bench.start()
    furnished.faults.add(Fault.throttle(40, path="/public_ips", times=1))
    await bench.advance(INTERVAL)
    at = bench.requests("GET")[-1].at

    await bench.advance(39)
    assert bench.requests("GET")[-1].at == at
    await bench.advance(20)

    assert bench.requests("GET")[-1].at >= at + 40


# -- what is read by its own id -------------------------------------------------------------------


async def test_a_moving_address_is_looked_at_more_often_than_the_list(
    bench: Bench, furnished: Account
) -> None:
    server = furnished.add_server("web-02")
    record = furnished.add_public_ip(server, status="ADDING", age=1.0, moves_after=5.0)
    await bench.start()

    await bench.advance(6)

    assert bench.snapshot.public_ips[record.id].status == "ACTIVE"
    assert bench.count("GET", record.id) == 2


async def test_a_stuck_address_is_left_to_the_list(bench: Bench, furnished: Account) -> None:
    record = furnished.add_public_ip(
        furnished.add_server("web-02"), status="ADDING", age=5 * 30 * 86400.0
    )
    await bench.start()
    await bench.advance(120)

    assert bench.count("GET", record.id) == 0


async def test_a_removed_address_leaves_the_picture_before_the_list_says_so(
    bench: Bench, furnished: Account
) -> None:
    (record,) = furnished.region().public_ips.values()
    await bench.start()
    furnished.lifecycle.begin_removal(furnished.region(), record, furnished.now())
    await bench.advance(INTERVAL)
    assert bench.snapshot.public_ips == {}


async def test_a_list_that_was_asked_for_earlier_does_not_undo_what_was_read_since(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    (record,) = bench.snapshot.public_ips.values()
    furnished.faults.add(Fault.silence(5.0, after=True, path="/public_ips$", times=1))
    await bench.advance(INTERVAL + 1)

    bench.worker._regions["IAD"].drop_public_ip(record.key)
    await bench.advance(6)
    assert bench.snapshot.public_ips == {}
    await bench.advance(INTERVAL)

    assert bench.snapshot.public_ips.keys() == {record.key}


async def test_a_pool_that_is_gone_takes_its_nodes_along(bench: Bench, furnished: Account) -> None:
    (pool,) = furnished.region().pools.values()
    (server,) = furnished.region().servers.values()
    await bench.start()
    assert len(bench.snapshot.nodes_of[server.id]) == 1
    bench.worker.look_at("IAD", pool.id)
    await bench.settle()
    del furnished.region().pools[pool.id]

    await bench.advance(2 * INTERVAL)
    before = bench.count("GET", "/nodes")
    await bench.advance(2 * INTERVAL)

    assert bench.snapshot.nodes == {}
    assert server.id not in bench.snapshot.nodes_of
    assert bench.snapshot.part(Part.NODES).error is None
    assert bench.count("GET", "/nodes") == before


async def test_the_first_picture_does_not_wait_for_the_minute_that_an_earlier_run_used_up(
    bench: Bench, furnished: Account, tmp_path: Path
) -> None:
    earlier = Bench(furnished, bench.clock)
    earlier.set(cache_dir=tmp_path)
    await earlier.start()
    await earlier.stop()
    (path,) = list(tmp_path.glob("requests-*"))  # noqa: ASYNC240 - a handful of names
    with SharedLedger(path, bench.clock).open() as record:
        record.sent = [bench.clock.timestamp()] * 24
    bench.set(cache_dir=tmp_path)

    await bench.start()

    assert bench.link.state is LinkState.LIVE
    assert bench.link.used == 26
