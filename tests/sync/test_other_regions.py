"""Other regions of the same account: shown at once, and nothing that is under way is let go."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import State
from rcv3_tui.settings import ALL_REGIONS
from rcv3_tui.simulator import Account
from rcv3_tui.sync.changes import LinkState
from tests.sync.bench import Bench, add_ip


def two_regions(clock: ManualClock) -> Account:
    account = Account(now=clock.timestamp, regions=("IAD", "DFW"))
    account.jitter = 0.0
    for name in ("IAD", "DFW"):
        account.add_network(region=name)
        account.add_server(f"web-{name.lower()}", region=name)
    return account


async def test_another_region_is_shown_with_the_same_token(
    bench: Bench, clock: ManualClock
) -> None:
    bench.account = two_regions(clock)
    await bench.start()
    bench.worker.show_regions(("DFW",))
    await bench.settle()

    assert set(bench.worker.snapshots) == {"DFW"}
    assert bench.worker.signed_in is not None
    assert bench.worker.signed_in.regions == ("DFW",)
    assert bench.worker.signed_in.others == ("IAD",)
    assert bench.worker.links["DFW"].state is LinkState.LIVE
    assert bench.account.count("POST", "/tokens") == 1


async def test_all_regions_can_be_shown_and_one_again(bench: Bench, clock: ManualClock) -> None:
    bench.account = two_regions(clock)
    await bench.start()
    bench.worker.show_regions((ALL_REGIONS,))
    await bench.settle()
    assert set(bench.worker.snapshots) == {"IAD", "DFW"}
    bench.worker.show_regions(("IAD",))
    await bench.settle()
    before = len([r for r in bench.account.requests if "/dfw/" in r.path])
    await bench.advance(60)
    assert len([r for r in bench.account.requests if "/dfw/" in r.path]) == before


async def test_no_link_is_said_to_be_refused_on_the_way(bench: Bench, clock: ManualClock) -> None:
    bench.account = two_regions(clock)
    await bench.start()
    bench.worker.show_regions(("DFW",))
    await bench.settle()
    assert all(link.state is not LinkState.REFUSED for link in bench.links)


async def test_an_operation_of_the_region_that_is_left_is_seen_through(
    bench: Bench, clock: ManualClock
) -> None:
    bench.account = two_regions(clock)
    await bench.start()
    (server,) = bench.account.region("IAD").servers.values()
    operation = await bench.one(add_ip(server))
    bench.worker.show_regions(("DFW",))
    await bench.settle()
    await bench.advance(60)

    assert bench.now(operation).state is State.SETTLED
    assert len(bench.account.region("IAD").public_ips) == 1


async def test_a_change_in_a_region_that_is_not_shown_has_no_curl_command(
    bench: Bench, clock: ManualClock
) -> None:
    from rcv3_tui.sync.curl import NoCurl

    bench.account = two_regions(clock)
    await bench.start()
    (server,) = bench.account.region("IAD").servers.values()
    assert "/iad/" in bench.worker.curl_of_change(add_ip(server))
    bench.worker.show_regions(("DFW",))
    await bench.settle()
    with pytest.raises(NoCurl, match="IAD is not open"):
        bench.worker.curl_of_change(add_ip(server))
