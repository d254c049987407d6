"""What stands where, and how one gets from one place to another."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault
from tests.tui.builders import (
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


# -- the first pictures -----------------------------------------------------------------------


async def test_before_the_first_answer_every_pane_says_that_it_is_being_read(
    opened: Opening, account: Account
) -> None:
    account.faults.add(Fault.silence(60.0))
    async with opened(wait=False) as console:
        await console.pilot.pause()
        for kind, name in ((SERVERS, "Servers"), (IPS, "Public IPs"), (POOLS, "Pools")):
            assert console.row(kind, "Reading") == f"Reading {name} ..."


async def test_the_rows_come_by_themselves(opened: Opening) -> None:
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


async def test_an_account_without_anything_says_so_and_what_to_do(clock: ManualClock) -> None:
    account = Account(now=clock.timestamp)
    async with Opening(account, clock, settings_for(account))() as console:
        assert "No cloud servers in this region." in console.row(SERVERS, "No cloud")
        assert "No public IPs." in console.row(IPS, "No public")
        assert console.row(IPS, "a adds") == "a adds one to a cloud server."
        assert "No load balancer pools." in console.row(POOLS, "No load")
        await console.press("5")
        assert "Nothing was asked for yet." in console.row(OPS, "Nothing")
        await console.press("4")
        assert "No cloud networks are linked." in console.row(NETWORKS, "No cloud")


@pytest.mark.parametrize("kind", [SERVERS, IPS, POOLS])
async def test_a_part_that_fails_shows_its_error_while_the_others_live(
    opened: Opening, account: Account, kind: str
) -> None:
    failing = next(k for k in PATHS if k == kind)
    account.faults.add(Fault.status(500, path=PATHS[failing] + "$"))
    async with opened() as console:
        text = "\n".join(console.lines(failing))
        assert "nothing to show." in text
        assert "An unexpected error" in text
        assert "Ctrl+R tries now." in text
        for other in {SERVERS, IPS, POOLS} - {failing}:
            assert console.names(other)
        assert "partly live" in console.header
        account.faults.clear()
        await console.press("ctrl+r")
        assert console.names(failing)
        assert "unexpected" not in console.title(failing)


async def test_rows_stay_when_a_later_reading_fails_and_the_title_says_why(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        account.faults.add(Fault.status(500, path="/public_ips$"))
        await console.press("ctrl+r")
        assert len(console.names(IPS)) == 6
        assert "An unexpected error" in console.title(IPS)


async def test_a_record_that_cannot_be_read_is_counted_and_costs_no_other(
    opened: Opening, account: Account
) -> None:
    account.faults.add(Fault.wrong_shape("bad_item", path="/public_ips$"))
    async with opened() as console:
        assert len(console.names(IPS)) == 5
        assert "1 not readable" in console.title(IPS)


# -- the layout -------------------------------------------------------------------------------


async def test_where_there_is_room_three_panes_are_shown_at_once(opened: Opening) -> None:
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


async def test_another_size_keeps_the_pane_and_the_row(opened: Opening) -> None:
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


async def test_esc_leaves_a_list_for_the_pane_that_it_was_opened_from(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "4", "5", "escape")
        assert console.screen.active is IPS
        assert console.shown_panes() == [SERVERS, IPS, POOLS]


async def test_tab_goes_round_the_three_panes_and_shift_tab_the_other_way(opened: Opening) -> None:
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


async def test_the_nodes_stay_open_beside_the_other_panes(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-api")
        await console.press("enter", "tab")
        assert console.screen.active is SERVERS
        assert console.shown_panes() == [SERVERS, IPS, NODES]
        await console.press("3")
        assert console.screen.active is NODES
        await console.press("3")
        assert console.screen.active is POOLS


async def test_a_pool_without_nodes_of_this_account_says_so(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-staging")
        await console.press("enter")
        assert "No cloud server of this account" in console.row(NODES, "No cloud")


async def test_a_pool_that_goes_while_its_nodes_are_shown_leads_back(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-staging")
        await console.press("enter")
        region = account.region()
        pool = next(p for p in region.pools.values() if p.name == "RCv3-staging")
        del region.pools[pool.id.lower()]
        await console.press("ctrl+r")
        await console.settle()
        assert console.screen.active is POOLS
        assert POOLS in console.shown_panes()
        assert console.app.focused is console.table(POOLS)
        assert "the pool is gone" in console.said


# -- what belongs together --------------------------------------------------------------------


async def test_the_rows_that_belong_to_the_one_under_the_cursor_light_up(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        assert console.linked(IPS) == {"203.0.113.10"}
        assert console.linked(POOLS) == {"RCv3-web-http", "RCv3-web-https"}
        await console.go(IPS, "203.0.113.13")
        assert console.linked(SERVERS) == {"api-01"}
        await console.go(POOLS, "RCv3-api")
        assert console.linked(SERVERS) == {"api-01", "api-02"}
        assert console.linked(POOLS) == set()


async def test_a_node_lights_its_server_up(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "j")
        assert console.cursor(NODES) == "web-02"
        assert console.linked(SERVERS) == {"web-02"}
        assert console.linked(IPS) == {"203.0.113.11"}


# -- cursor and marks -------------------------------------------------------------------------


async def test_the_cursor_keeps_its_row_while_rows_above_it_come_and_go(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        account.add_server("aaa-01")
        account.add_server("aaa-02")
        await console.press("ctrl+r")
        assert console.names(SERVERS)[:2] == ["aaa-01", "aaa-02"]
        assert console.cursor(SERVERS) == "web-02"
        assert console.row(SERVERS, "web-02").startswith("❯")
        for name in ("aaa-01", "api-02", "db-01"):
            account.delete_server(
                next(s.id for s in account.region().servers.values() if s.name == name)
            )
        await console.press("ctrl+r")
        assert console.cursor(SERVERS) == "web-02"


async def test_when_the_row_under_the_cursor_goes_a_neighbour_has_it(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        account.delete_server(
            next(s.id for s in account.region().servers.values() if s.name == "web-02")
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


async def test_a_marked_row_that_goes_is_not_counted_any_more(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "api-02", "web-01")
        account.delete_server(
            next(s.id for s in account.region().servers.values() if s.name == "api-02")
        )
        await console.press("ctrl+r")
        assert "1 marked" in console.title(SERVERS)


async def test_several_regions_name_the_region_of_every_row(clock: ManualClock) -> None:
    from rcv3_tui.simulator import scenario

    account = scenario("small", now=clock.timestamp, regions=("IAD", "DFW"))
    account.add_server("dallas-01", region="DFW")
    async with Opening(account, clock, settings_for(account))(regions=("ALL",)) as console:
        assert "REGION" in console.lines(SERVERS)[0]
        assert " DFW " in console.row(SERVERS, "dallas-01")
        assert " IAD " in console.row(SERVERS, "web-01")
        assert "REGION" in console.lines(IPS)[0]
        assert "REGION" in console.lines(POOLS)[0]
        assert "IAD,DFW" in console.header.replace(" ", "") or "DFW,IAD" in console.header


async def test_one_region_needs_no_column_for_it(opened: Opening) -> None:
    async with opened() as console:
        assert "REGION" not in console.lines(SERVERS)[0]
