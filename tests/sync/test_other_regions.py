"""Other regions of the same account: shown at once, and nothing that is under way is let go."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import OperationState
from rcv3_tui.settings import ALL_REGIONS
from rcv3_tui.simulator import Account
from rcv3_tui.sync.events import ConnectionState
from tests.support.sync_harness import SyncHarness, add_ip


def two_regions(clock: ManualClock) -> Account:
    account = Account(now=clock.timestamp, regions=("IAD", "DFW"))
    account.jitter = 0.0
    for name in ("IAD", "DFW"):
        account.add_network(region=name)
        account.add_server(f"web-{name.lower()}", region=name)
    return account


async def test_another_region_is_shown_with_same_token(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    sync_harness.account = two_regions(clock)
    await sync_harness.start()
    sync_harness.worker.show_regions(("DFW",))
    await sync_harness.settle()

    assert set(sync_harness.worker.snapshots) == {"DFW"}
    assert sync_harness.worker.signed_in is not None
    assert sync_harness.worker.signed_in.regions == ("DFW",)
    assert sync_harness.worker.signed_in.other_regions == ("IAD",)
    assert sync_harness.worker.connections["DFW"].state is ConnectionState.LIVE
    assert sync_harness.account.count("POST", "/tokens") == 1


async def test_all_regions_can_be_shown_and_one_again(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    sync_harness.account = two_regions(clock)
    await sync_harness.start()
    sync_harness.worker.show_regions((ALL_REGIONS,))
    await sync_harness.settle()
    assert set(sync_harness.worker.snapshots) == {"IAD", "DFW"}
    sync_harness.worker.show_regions(("IAD",))
    await sync_harness.settle()
    before = len([r for r in sync_harness.account.requests if "/dfw/" in r.path])
    await sync_harness.advance(60)
    assert len([r for r in sync_harness.account.requests if "/dfw/" in r.path]) == before


async def test_new_sign_in_shows_no_refused_connection(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    sync_harness.account = two_regions(clock)
    await sync_harness.start()
    sync_harness.worker.show_regions(("DFW",))
    await sync_harness.settle()
    assert all(link.state is not ConnectionState.REFUSED for link in sync_harness.links)


async def test_operation_of_region_that_is_left_is_seen_through(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    sync_harness.account = two_regions(clock)
    await sync_harness.start()
    (server,) = sync_harness.account.region("IAD").servers.values()
    operation = await sync_harness.one(add_ip(server))
    sync_harness.worker.show_regions(("DFW",))
    await sync_harness.settle()
    await sync_harness.advance(60)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert len(sync_harness.account.region("IAD").public_ips) == 1


async def test_change_in_region_that_is_not_shown_has_no_curl_command(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    from rcv3_tui.model.operation import NoCurl

    sync_harness.account = two_regions(clock)
    await sync_harness.start()
    (server,) = sync_harness.account.region("IAD").servers.values()
    assert "/iad/" in sync_harness.worker.curl_of_change(add_ip(server))
    sync_harness.worker.show_regions(("DFW",))
    await sync_harness.settle()
    with pytest.raises(NoCurl, match="IAD is not open"):
        sync_harness.worker.curl_of_change(add_ip(server))
