"""A connection that breaks, hangs and comes back: the rows stay, the link tells the truth."""

from __future__ import annotations

import pytest

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.events import ConnectionState
from tests.support.sync_harness import INTERVAL, SyncHarness


@pytest.fixture
def furnished(account: Account) -> Account:
    """A server with an address, in a pool."""
    server = account.add_server("web-01")
    account.add_public_ip(server)
    account.add_node(account.add_pool("web-80"), server)
    return account


def is_stale(harness: SyncHarness) -> bool:
    return harness.link.state is ConnectionState.STALE


async def test_lost_connection_shows_cause_and_rows_remain(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    before = sync_harness.snapshot
    furnished.faults.add(Fault.drop())

    took = await sync_harness.until(lambda: is_stale(sync_harness))

    assert took <= 2 * INTERVAL
    assert "connection broken" in sync_harness.link.cause
    assert sync_harness.snapshot.servers == before.servers
    assert sync_harness.snapshot.nodes_of == before.nodes_of
    assert sync_harness.link.as_of == before.fetch_state(ResourceKind.SERVERS).fetched


async def test_connection_recovers_within_interval(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.drop())
    await sync_harness.advance(600)
    assert is_stale(sync_harness)

    furnished.faults.clear()
    took = await sync_harness.until(lambda: sync_harness.link.state is ConnectionState.LIVE)

    assert took <= INTERVAL + 1
    assert sync_harness.link.cause == ""


async def test_unreachable_service_is_read_less_and_less_often(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.drop())
    await sync_harness.advance(120)
    before = len(furnished.requests)

    await sync_harness.advance(600)

    # Three parts an interval, each tried twice.
    assert len(furnished.requests) - before <= 6 * 600 / (0.85 * INTERVAL) + 6


async def test_hanging_service_is_reported_within_two_intervals(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.silence(10_000.0))

    took = await sync_harness.until(lambda: is_stale(sync_harness))

    assert took <= 2 * INTERVAL
    assert "no response for" in sync_harness.link.cause
    assert len(sync_harness.snapshot.servers) == 1


async def test_service_that_hangs_from_start_is_no_empty_account(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    furnished.faults.add(Fault.silence(10_000.0, path="/(rackconnect|servers)/"))
    await sync_harness.start()
    await sync_harness.advance(2 * INTERVAL)

    assert sync_harness.link.state is ConnectionState.CONNECTING
    assert "no response yet" in sync_harness.link.cause
    assert sync_harness.snapshot.fetch_state(ResourceKind.SERVERS).fetched is None


async def test_service_that_wakes_up_is_live_at_once(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.silence(100.0))
    await sync_harness.advance(60)
    assert is_stale(sync_harness)

    furnished.faults.clear()
    await sync_harness.advance(60)

    assert sync_harness.link.state is ConnectionState.LIVE


async def test_one_host_that_cannot_be_reached_leaves_other_live(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.drop(path="/servers/"))

    await sync_harness.advance(3 * INTERVAL)

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    assert "connection broken" in sync_harness.link.cause
    fetched = sync_harness.snapshot.fetch_state(ResourceKind.PUBLIC_IPS).fetched
    assert fetched is not None
    assert (sync_harness.clock.now() - fetched).total_seconds() <= INTERVAL


async def test_one_host_that_hangs_leaves_other_live(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    await sync_harness.start()
    furnished.faults.add(Fault.silence(10_000.0, path="/servers/"))

    await sync_harness.advance(3 * INTERVAL)

    assert sync_harness.link.state is ConnectionState.PARTLY_LIVE
    assert "servers: no response for" in sync_harness.link.cause


async def test_nodes_are_not_read_while_pool_list_fails(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    for number in range(20):
        furnished.add_pool(f"pool-{number}")
    furnished.faults.add(Fault.drop(path="/(rackconnect|servers)/"))
    await sync_harness.start()
    await sync_harness.advance(120)

    assert sync_harness.count("GET", "/nodes") == 0


async def test_wait_for_budget_is_no_silence(sync_harness: SyncHarness, furnished: Account) -> None:
    await sync_harness.start()
    budget = sync_harness.worker._regions["IAD"].rate_limiter
    with budget._ledger.open() as record:
        record.sent += [sync_harness.clock.monotonic() + INTERVAL - 1] * 29
    await sync_harness.advance(2 * INTERVAL + 5)

    assert sync_harness.link.state is not ConnectionState.STALE


async def test_forbidden_list_is_reported_and_others_are_read(
    sync_harness: SyncHarness, furnished: Account
) -> None:
    furnished.faults.add(Fault.status(403, body="", path="/public_ips$"))
    await sync_harness.start()
    await sync_harness.advance(180)
    before = sync_harness.count("GET", "/load_balancer_pools$")
    await sync_harness.advance(60)

    assert "either your user lacks the role" in str(
        sync_harness.snapshot.fetch_state(ResourceKind.PUBLIC_IPS).error
    )
    assert sync_harness.count("GET", "/load_balancer_pools$") - before >= 3
