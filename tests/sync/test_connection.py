"""A connection that breaks, hangs and comes back: the rows stay, the link tells the truth."""

from __future__ import annotations

import pytest

from rcv3_tui.model.snapshot import Part
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.changes import LinkState
from tests.sync.bench import INTERVAL, Bench


@pytest.fixture
def furnished(account: Account) -> Account:
    """A server with an address, in a pool."""
    server = account.add_server("web-01")
    account.add_public_ip(server)
    account.add_node(account.add_pool("web-80"), server)
    return account


def is_stale(bench: Bench) -> bool:
    return bench.link.state is LinkState.STALE


async def test_a_lost_connection_is_told_with_its_cause_and_the_rows_stay(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    before = bench.snapshot
    furnished.faults.add(Fault.drop())

    took = await bench.until(lambda: is_stale(bench))

    assert took <= 2 * INTERVAL
    assert "connection broken" in bench.link.cause
    assert bench.snapshot.servers == before.servers
    assert bench.snapshot.nodes_of == before.nodes_of
    assert bench.link.as_of == before.part(Part.SERVERS).fetched


async def test_it_comes_back_by_itself_within_an_interval(bench: Bench, furnished: Account) -> None:
    await bench.start()
    furnished.faults.add(Fault.drop())
    await bench.advance(600)
    assert is_stale(bench)

    furnished.faults.clear()
    took = await bench.until(lambda: bench.link.state is LinkState.LIVE)

    assert took <= INTERVAL + 1
    assert bench.link.cause == ""


async def test_while_it_is_away_it_is_asked_for_ever_less_often(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    furnished.faults.add(Fault.drop())
    await bench.advance(120)
    before = len(furnished.requests)

    await bench.advance(600)

    # Three parts an interval, each tried twice.
    assert len(furnished.requests) - before <= 6 * 600 / (0.85 * INTERVAL) + 6


async def test_a_service_that_hangs_is_told_within_two_intervals(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    furnished.faults.add(Fault.silence(10_000.0))

    took = await bench.until(lambda: is_stale(bench))

    assert took <= 2 * INTERVAL
    assert "no answer for" in bench.link.cause
    assert len(bench.snapshot.servers) == 1


async def test_a_service_that_hangs_from_the_start_is_no_empty_account(
    bench: Bench, furnished: Account
) -> None:
    furnished.faults.add(Fault.silence(10_000.0, path="/(rackconnect|servers)/"))
    await bench.start()
    await bench.advance(2 * INTERVAL)

    assert bench.link.state is LinkState.CONNECTING
    assert "no answer yet" in bench.link.cause
    assert bench.snapshot.part(Part.SERVERS).fetched is None


async def test_a_service_that_wakes_up_is_live_at_once(bench: Bench, furnished: Account) -> None:
    await bench.start()
    furnished.faults.add(Fault.silence(100.0))
    await bench.advance(60)
    assert is_stale(bench)

    furnished.faults.clear()
    await bench.advance(60)

    assert bench.link.state is LinkState.LIVE


async def test_one_host_that_cannot_be_reached_leaves_the_other_live(
    bench: Bench, furnished: Account
) -> None:
    await bench.start()
    furnished.faults.add(Fault.drop(path="/servers/"))

    await bench.advance(3 * INTERVAL)

    assert bench.link.state is LinkState.PARTLY
    assert "connection broken" in bench.link.cause
    fetched = bench.snapshot.part(Part.PUBLIC_IPS).fetched
    assert fetched is not None
    assert (bench.clock.now() - fetched).total_seconds() <= INTERVAL


async def test_one_host_that_hangs_leaves_the_other_live(bench: Bench, furnished: Account) -> None:
    await bench.start()
    furnished.faults.add(Fault.silence(10_000.0, path="/servers/"))

    await bench.advance(3 * INTERVAL)

    assert bench.link.state is LinkState.PARTLY
    assert "servers: no answer for" in bench.link.cause


async def test_pools_are_not_asked_for_nodes_while_their_list_cannot_be_read(
    bench: Bench, furnished: Account
) -> None:
    for number in range(20):
        furnished.add_pool(f"pool-{number}")
    furnished.faults.add(Fault.drop(path="/(rackconnect|servers)/"))
    await bench.start()
    await bench.advance(120)

    assert bench.count("GET", "/nodes") == 0


async def test_a_wait_for_the_budget_is_no_silence(bench: Bench, furnished: Account) -> None:
    await bench.start()
    budget = bench.worker._regions["IAD"]._budget
    with budget._ledger.open() as record:
        record.sent += [bench.clock.monotonic() + INTERVAL - 1] * 29
    await bench.advance(2 * INTERVAL + 5)

    assert bench.link.state is not LinkState.STALE


async def test_who_may_not_read_one_list_is_told_so_and_reads_the_others_as_ever(
    bench: Bench, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(403, body="", path="/public_ips$"))
    await bench.start()
    await bench.advance(180)
    before = bench.count("GET", "/load_balancer_pools$")
    await bench.advance(60)

    assert "refused without a reason" in str(bench.snapshot.part(Part.PUBLIC_IPS).error)
    assert bench.count("GET", "/load_balancer_pools$") - before >= 3
