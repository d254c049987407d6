"""Trouble of one region costs that region alone, and it recovers without a new sign-in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import NoCurl, OperationState
from rcv3_tui.simulator import Account, Fault, identity_routes
from rcv3_tui.sync.events import ConnectionState
from tests.support.sync_harness import SyncHarness, add_ip


@pytest_asyncio.fixture
async def sync_harness(clock: ManualClock) -> AsyncIterator[SyncHarness]:
    """A worker on an account with two regions."""
    made = SyncHarness(Account(now=clock.timestamp, regions=("IAD", "DFW")), clock)
    made.set(regions=("IAD", "DFW"))
    yield made
    await made.stop()


def state(harness: SyncHarness, region: str) -> ConnectionState:
    return harness.worker.connections[region].state


async def test_region_that_refuses_token_costs_itself_alone(sync_harness: SyncHarness) -> None:
    await sync_harness.start()
    signed_in = sync_harness.account.count("POST", "/tokens")
    sync_harness.account.faults.add(Fault.status(401, path="/dfw/"))
    await sync_harness.advance(300)

    assert state(sync_harness, "IAD") is ConnectionState.LIVE
    assert state(sync_harness, "DFW") is ConnectionState.STALE
    assert "refuses a newly issued token" in sync_harness.worker.connections["DFW"].cause
    assert sync_harness.failures == []
    # One token a minute at most is asked for in place of refused ones.
    assert sync_harness.account.count("POST", "/tokens") - signed_in <= 6

    sync_harness.account.faults.clear()
    await sync_harness.advance(31)

    assert state(sync_harness, "DFW") is ConnectionState.LIVE
    assert sync_harness.failures == []


async def test_healthy_region_takes_changes_while_another_refuses_token(
    sync_harness: SyncHarness,
) -> None:
    server = sync_harness.account.add_server("web-01", region="IAD")
    sync_harness.account.faults.add(Fault.status(401, path="/dfw/"))
    await sync_harness.start()
    await sync_harness.advance(60)

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED


async def test_catalog_entry_over_plain_http_costs_its_region_alone(
    sync_harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = identity_routes.rackconnect_url

    def plain_http(base: str, region: str, tenant: str) -> str:
        if region == "DFW":
            return f"http://dfw.rackconnect.api.example.com/v3/{tenant}"
        return entry(base, region, tenant)

    monkeypatch.setattr(identity_routes, "rackconnect_url", plain_http)
    await sync_harness.start()
    await sync_harness.advance(30)

    assert state(sync_harness, "IAD") is ConnectionState.LIVE
    assert state(sync_harness, "DFW") is ConnectionState.PARTLY_LIVE
    assert "plain http is refused" in str(
        sync_harness.worker.snapshots["DFW"].fetch_state(ResourceKind.POOLS).error
    )
    assert sync_harness.worker.snapshots["DFW"].fetch_state(ResourceKind.SERVERS).error is None
    assert sync_harness.failures == []


async def test_service_restarted_with_same_tokens_needs_no_new_sign_in(
    sync_harness: SyncHarness,
) -> None:
    sync_harness.account.add_server("web-01", region="IAD")
    await sync_harness.start()
    # The first 401 renews; Identity hands out what it has, and the others come late.
    sync_harness.account.faults.add(Fault.status(401, path="/(iad|dfw)/", times=8))
    await sync_harness.advance(120)

    assert {state(sync_harness, "IAD"), state(sync_harness, "DFW")} == {ConnectionState.LIVE}
    assert sync_harness.failures == []


async def test_no_curl_line_is_written_for_endpoint_over_plain_http(
    sync_harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identity_routes,
        "rackconnect_url",
        lambda base, region, tenant: f"http://{region}.example.com/v3/{tenant}",
    )
    server = sync_harness.account.add_server("web-01", region="IAD")
    await sync_harness.start()

    with pytest.raises(NoCurl, match="plain http"):
        sync_harness.worker.curl_of_change(add_ip(server))


async def test_accepted_operation_is_followed_through_refused_token(
    sync_harness: SyncHarness,
) -> None:
    server = sync_harness.account.add_server("web-01", region="IAD")
    await sync_harness.start()
    operation = await sync_harness.accepted(add_ip(server))
    # The record has been found; from here on it is followed.
    await sync_harness.advance(4)
    sync_harness.account.faults.add(Fault.status(401, method="GET", path="/iad/"))
    await sync_harness.advance(90)
    assert sync_harness.now(operation).state is OperationState.ACCEPTED

    sync_harness.account.faults.clear()
    await sync_harness.until(lambda: sync_harness.now(operation).is_ended, 120)

    assert sync_harness.now(operation).state is OperationState.SETTLED


async def test_silent_region_delays_no_other(clock: ManualClock) -> None:
    names = ("IAD", "DFW", "HKG", "LON", "ORD", "SYD")
    account = Account(now=clock.timestamp, regions=names)
    for name in names:
        account.add_pool("pool", region=name)
        account.add_node(
            next(iter(account.region(name).pools.values())),
            account.add_server(f"web-{name}", region=name),
            region=name,
        )
    account.faults.add(Fault.silence(3600.0, path="/hkg/"))
    harness = SyncHarness(account, clock)
    harness.set(regions=names)
    began = clock.monotonic()

    await harness.start()

    others = [name for name in names if name != "HKG"]
    assert clock.monotonic() == began
    assert {state(harness, name) for name in others} == {ConnectionState.LIVE}
    assert state(harness, "HKG") is ConnectionState.CONNECTING
    assert all(harness.worker.snapshots[name].nodes for name in others)
    account.requests.clear()
    await harness.advance(61)
    reads = [len(harness.requests("GET", f"/{name.lower()}/.*public_ips$")) for name in others]
    assert reads == [4] * 5
    await harness.stop()
