"""What stands where, and how one gets from one place to another."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault, build_scenario
from rcv3_tui.tui.pane_kinds import PaneKind
from tests.support.console import (
    IPS,
    NARROW,
    NETWORKS,
    NODES,
    OPS,
    POOLS,
    SERVERS,
    Opening,
    settings_for,
)

PATHS = {
    SERVERS: "/servers/detail",
    IPS: "/public_ips",
    POOLS: "/load_balancer_pools",
    NETWORKS: "/cloud_networks",
}


# -- the first paint --------------------------------------------------------------------------


async def test_every_pane_shows_that_it_is_being_read_before_the_first_response(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.silence(60.0))
    async with opened(wait=False) as console:
        await console.pilot.pause()
        for kind, name in ((SERVERS, "Servers"), (IPS, "Public IPs"), (POOLS, "Pools")):
            assert console.row(kind, "Reading") == f"Reading {name} ..."


async def test_rows_appear_without_a_key(opened: Opening) -> None:
    async with opened() as console:
        assert console.names(SERVERS)[0] == "api-01"
        assert len(console.names(SERVERS)) == 8
        assert "ACTIVE" in console.row(IPS, "203.0.113.10")
        assert "web-01" in console.row(IPS, "203.0.113.10")
        assert "3+1=4" in console.row(POOLS, "RCv3-web-http ")
        assert "acme" in console.header
        assert "IAD" in console.header
        assert "tenant 123456" in console.header
        assert "live" in console.header
        assert "30 req/min" in console.header


async def test_empty_account_shows_placeholders_with_the_next_step(clock: ManualClock) -> None:
    account = Account(now=clock.timestamp)
    async with Opening(account, clock, settings_for(account))() as console:
        assert "No cloud servers in this region." in console.row(SERVERS, "No cloud")
        assert "No public IPs." in console.row(IPS, "No public")
        assert console.row(IPS, "a adds") == "a adds one to a cloud server."
        assert "No load balancer pools." in console.row(POOLS, "No load")
        await console.press("5")
        assert "No operations yet." in console.row(OPS, "No operations")
        await console.press("4")
        assert "No cloud networks are linked." in console.row(NETWORKS, "No cloud")


@pytest.mark.parametrize("kind", [SERVERS, IPS, POOLS])
async def test_part_that_fails_shows_its_error_while_the_others_live(
    opened: Opening, demo_account: Account, kind: str
) -> None:
    failing = next(k for k in PATHS if k == kind)
    demo_account.faults.add(Fault.status(500, path=PATHS[failing] + "$"))
    async with opened() as console:
        text = "\n".join(console.lines(failing))
        assert "nothing to show." in text
        assert "An unexpected error" in text
        assert "Ctrl+R retries now." in text
        for other in {SERVERS, IPS, POOLS} - {failing}:
            assert console.names(other)
        assert "partly live" in console.header
        demo_account.faults.clear()
        await console.press("ctrl+r")
        assert console.names(failing)
        assert "unexpected" not in console.title(failing)


async def test_failed_refresh_leaves_the_rows_and_shows_the_cause_in_the_title(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.faults.add(Fault.status(500, path="/public_ips$"))
        await console.press("ctrl+r")
        assert len(console.names(IPS)) == 6
        assert "An unexpected error" in console.title(IPS)


async def test_unreadable_record_is_counted_and_affects_no_other(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.wrong_shape("bad_item", path="/public_ips$"))
    async with opened() as console:
        assert len(console.names(IPS)) == 5
        assert "1 not readable" in console.title(IPS)


# -- the layout -------------------------------------------------------------------------------


async def test_three_panes_are_visible_where_they_fit(opened: Opening) -> None:
    async with opened() as console:
        await console.press("1")
        assert console.shown_panes() == [SERVERS, IPS, POOLS]
        assert "2 Public IPs" not in console.title(SERVERS)


async def test_at_80_columns_one_pane_fills_the_screen_and_its_title_names_the_others(
    opened: Opening,
) -> None:
    async with opened(NARROW) as console:
        await console.press("1")
        assert console.shown_panes() == [SERVERS]
        assert "2 Public IPs" in console.title(SERVERS)
        assert "3 Pools" in console.title(SERVERS)
        await console.press("3")
        assert console.shown_panes() == [POOLS]
        assert "1 Servers" in console.title(POOLS)
        assert "2 Public IPs" in console.title(POOLS)


async def test_f_shows_the_pane_alone_and_f_or_esc_brings_the_others_back(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "f")
        assert console.shown_panes() == [IPS]
        await console.press("f")
        assert console.shown_panes() == [SERVERS, IPS, POOLS]
        await console.press("f", "escape")
        assert console.shown_panes() == [SERVERS, IPS, POOLS]


async def test_resize_preserves_the_pane_and_the_row(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await console.resize(80, 24)
        assert console.shown_panes() == [IPS]
        assert console.cursor(IPS) == "203.0.113.12"
        assert console.row(IPS, "203.0.113.12").startswith("❯")
        await console.resize(140, 50)
        assert console.shown_panes() == [SERVERS, IPS, POOLS]
        assert console.screen.active is IPS
        assert console.cursor(IPS) == "203.0.113.12"
        assert console.app.focused is console.table(IPS)


async def test_keys_go_to_the_pane_that_is_shown_after_every_change_of_size(
    opened: Opening,
) -> None:
    async with opened(NARROW) as console:
        await console.press("3")
        await console.resize(120, 40)
        await console.press("1")
        await console.resize(80, 24)
        await console.press("j")
        assert console.cursor(SERVERS) == "api-02"


# -- going ------------------------------------------------------------------------------------


async def test_numbers_go_to_the_panes_and_lists(opened: Opening) -> None:
    async with opened() as console:
        for key, kind in (("2", IPS), ("3", POOLS), ("1", SERVERS), ("4", NETWORKS), ("5", OPS)):
            await console.press(key)
            assert console.screen.active is kind
            assert console.app.focused is console.table(kind)
            assert kind in console.shown_panes()


async def test_esc_returns_from_a_list_to_the_pane_before(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "4", "5", "escape")
        assert console.screen.active is IPS
        assert console.shown_panes() == [SERVERS, IPS, POOLS]


async def test_tab_and_shift_tab_cycle_through_three_panes(opened: Opening) -> None:
    async with opened() as console:
        seen = []
        for _ in range(3):
            await console.press("tab")
            seen.append(console.screen.active)
        assert seen == [IPS, POOLS, SERVERS]
        await console.press("shift+tab")
        assert console.screen.active is POOLS


async def test_tab_from_a_list_goes_to_one_of_the_three_panes(opened: Opening) -> None:
    async with opened() as console:
        await console.press("4", "tab")
        assert console.screen.active in (SERVERS, IPS, POOLS)
        await console.press("5", "shift+tab")
        assert console.screen.active in (SERVERS, IPS, POOLS)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_enter_on_a_pool_shows_its_nodes_by_server_and_esc_returns(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        assert console.screen.active is NODES
        assert "Nodes of RCv3-web-http" in console.title(NODES)
        assert console.names(NODES) == ["web-01", "web-02", "web-03", "web-04"]
        assert "ADDING" in console.row(NODES, "web-04")
        assert "192.0.2.10" in console.row(NODES, "web-01")
        await console.press("escape")
        assert console.screen.active is POOLS
        assert console.cursor(POOLS) == "RCv3-web-http"
        assert NODES not in console.shown_panes()


async def test_nodes_stay_open_with_the_other_panes(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-api")
        await console.press("enter", "tab")
        assert console.screen.active is SERVERS
        assert console.shown_panes() == [SERVERS, IPS, NODES]
        await console.press("3")
        assert console.screen.active is NODES
        await console.press("3")
        assert console.screen.active is POOLS


async def test_pool_without_nodes_of_this_account_has_a_placeholder(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-staging")
        await console.press("enter")
        assert "No cloud server of this account" in console.row(NODES, "No cloud")


async def test_removed_pool_closes_its_nodes(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-staging")
        await console.press("enter")
        region = demo_account.region()
        pool = next(p for p in region.pools.values() if p.name == "RCv3-staging")
        del region.pools[pool.id.lower()]
        await console.press("ctrl+r")
        await console.settle()
        assert console.screen.active is POOLS
        assert POOLS in console.shown_panes()
        assert console.app.focused is console.table(POOLS)
        assert "the pool no longer exists" in console.message_texts


# -- what belongs together --------------------------------------------------------------------


async def test_rows_linked_to_the_cursor_row_are_highlighted(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        assert console.linked(IPS) == {"203.0.113.10"}
        assert console.linked(POOLS) == {"RCv3-web-http", "RCv3-web-https"}
        await console.go(IPS, "203.0.113.13")
        assert console.linked(SERVERS) == {"api-01"}
        await console.go(POOLS, "RCv3-api")
        assert console.linked(SERVERS) == {"api-01", "api-02"}
        assert console.linked(POOLS) == set()


async def test_node_highlights_its_server(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "j")
        assert console.cursor(NODES) == "web-02"
        assert console.linked(SERVERS) == {"web-02"}
        assert console.linked(IPS) == {"203.0.113.11"}


# -- cursor and marks -------------------------------------------------------------------------


async def test_cursor_stays_on_its_row_while_rows_above_change(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        demo_account.add_server("aaa-01")
        demo_account.add_server("aaa-02")
        await console.press("ctrl+r")
        assert console.names(SERVERS)[:2] == ["aaa-01", "aaa-02"]
        assert console.cursor(SERVERS) == "web-02"
        assert console.row(SERVERS, "web-02").startswith("❯")
        for name in ("aaa-01", "api-02", "db-01"):
            demo_account.delete_server(
                next(s.id for s in demo_account.region().servers.values() if s.name == name)
            )
        await console.press("ctrl+r")
        assert console.cursor(SERVERS) == "web-02"


async def test_neighbor_gets_the_cursor_of_a_removed_row(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        demo_account.delete_server(
            next(s.id for s in demo_account.region().servers.values() if s.name == "web-02")
        )
        await console.press("ctrl+r")
        assert "web-02" not in console.names(SERVERS)
        assert console.cursor(SERVERS) in ("web-01", "web-03")


async def test_marks_are_counted_with_those_that_the_filter_hides(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "api-01", "web-01", "web-02")
        assert "3 marked" in console.title(SERVERS)
        await console.press("/")
        await console.write("api")
        await console.press("enter")
        assert "3 marked (2 hidden)" in console.title(SERVERS)
        await console.press("escape", "ctrl+backslash")
        assert "marked" not in console.title(SERVERS)


async def test_removed_row_is_not_counted_as_marked(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "api-02", "web-01")
        demo_account.delete_server(
            next(s.id for s in demo_account.region().servers.values() if s.name == "api-02")
        )
        await console.press("ctrl+r")
        assert "1 marked" in console.title(SERVERS)


async def test_several_regions_name_the_region_of_every_row(clock: ManualClock) -> None:
    from rcv3_tui.simulator import build_scenario

    account = build_scenario("small", now=clock.timestamp, regions=("IAD", "DFW"))
    account.add_server("dallas-01", region="DFW")
    async with Opening(account, clock, settings_for(account))(regions=("ALL",)) as console:
        assert "REGION" in console.lines(SERVERS)[0]
        assert " DFW " in console.row(SERVERS, "dallas-01")
        assert " IAD " in console.row(SERVERS, "web-01")
        assert "REGION" in console.lines(IPS)[0]
        assert "REGION" in console.lines(POOLS)[0]
        assert "●IAD ●DFW" in console.header


async def test_single_region_has_no_region_column(opened: Opening) -> None:
    async with opened() as console:
        assert "REGION" not in console.lines(SERVERS)[0]


@pytest.fixture
def two_regions(clock: ManualClock) -> Opening:
    """An account with a server of the same name in two regions."""
    account = Account(now=clock.timestamp, regions=("IAD", "DFW"))
    account.jitter = 0.0
    for region in account.regions:
        account.add_network(region=region)
        account.add_server("web-01", region=region)
    return Opening(account, clock, settings_for(account))


async def test_stale_region_is_named_and_its_rows_are_marked(two_regions: Opening) -> None:
    async with two_regions(regions=("ALL",)) as console:
        assert "IAD live" not in console.header
        two_regions.account.faults.add(Fault.drop(path="/dfw/"))
        await console.advance(60)
        assert "DFW stale" in console.header
        (dallas,) = [line for line in console.lines(SERVERS) if " DFW" in line]
        (dulles,) = [line for line in console.lines(SERVERS) if " IAD" in line]
        assert " DFW ! " in dallas
        assert " IAD ! " not in dulles

        two_regions.account.faults.clear()
        await console.advance(60)
        assert "DFW" not in console.header.split("tenant")[1]
        assert " DFW ! " not in "".join(console.lines(SERVERS))


async def test_messages_and_operations_name_the_region_of_several(two_regions: Opening) -> None:
    async with two_regions(regions=("ALL",)) as console:
        row = next(row for row in console.table(SERVERS).items if row.startswith("DFW/"))
        console.table(SERVERS).move_to(row)
        await console.add()
        await console.advance(15)
        assert any(
            text.startswith("DFW: add public IP to web-01:") for text in console.message_texts
        )
        await console.press("5")
        assert "REGION" in console.lines(PaneKind.OPERATIONS)[0]
        assert " DFW " in console.row(PaneKind.OPERATIONS, "add public IP")


async def test_servers_with_room_show_the_names_of_their_pools(opened: Opening) -> None:
    async with opened() as console:
        assert "2 RCv3-web-http, RCv3-web-https" in console.row(SERVERS, "web-02")
        assert "✗ ADD_FAILED no reason given" in console.row(SERVERS, "batch-01")
        await console.resize(*NARROW)
        assert "RCv3" not in console.row(SERVERS, "web-02")


async def test_pane_with_more_rows_gets_the_lines_that_others_do_not_use(
    clock: ManualClock,
) -> None:
    account = build_scenario("trouble", now=clock.timestamp)
    async with Opening(account, clock, settings_for(account))(size=(120, 44)) as console:
        await console.press("j")
        servers, ips = console.table(SERVERS), console.table(IPS)
        assert servers.position.last == servers.total_count == 21
        assert ips.position.last == ips.total_count == 12
        await console.resize(120, 30)
        assert abs(servers.size.height - ips.size.height) <= 1


async def test_panes_stay_halves_while_all_rows_fit(opened: Opening) -> None:
    async with opened() as console:
        await console.press("j")
        assert abs(console.table(SERVERS).size.height - console.table(IPS).size.height) <= 1


async def test_lower_panes_share_the_width_by_their_texts(opened: Opening) -> None:
    async with opened((120, 40)) as console:
        ips, pools = console.screen.pane_of(IPS), console.screen.pane_of(POOLS)
        assert ips.size.width + pools.size.width + 1 == 120
        for pane in (ips, pools):
            lines = [line for line in console.lines(pane.kind) if "\u2026" in line]
            wanted = pane.table.wanted_width
            assert wanted is not None
            assert not lines or wanted > pane.size.width


async def test_sorted_column_keeps_its_label_whole(opened: Opening) -> None:
    async with opened(NARROW) as console:
        await console.press("t")
        await console.advance(2)
        await console.press("5")
        assert "WHEN UTC\u25bc" in console.screen_text()
