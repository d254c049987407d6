"""Adding: a public IP for servers, servers for pools."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault, build_scenario
from rcv3_tui.views.rows import PublicIPRow
from tests.support.console import (
    IPS,
    NARROW,
    NODES,
    OPS,
    POOLS,
    SERVERS,
    Opening,
    settings_for,
)


async def test_a_on_a_server_adds_an_address_and_shows_its_progress(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        assert console.changes() == ["POST public_ips"]
        assert "ADDING" in console.row(SERVERS, "db-01")
        assert "1 operation" in console.header
        await console.advance(3)
        assert re.search(r"ADDING [345]s", console.row(SERVERS, "db-01"))
        await console.advance(10)
        record = demo_account.region().ips_of(_server(demo_account, "db-01"))[0]
        assert record.address is not None
        assert record.address in console.row(SERVERS, "db-01")
        assert record.address in "\n".join(console.lines(IPS))
        assert "operation" not in console.header
        assert console.changes() == ["POST public_ips"]
        assert "add public IP to db-01" in console.message


async def test_row_shows_adding_before_the_response(opened: Opening, demo_account: Account) -> None:
    demo_account.faults.add(Fault.silence(60.0, method="POST", path="/public_ips$"))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        assert "ADDING 0s" in console.row(SERVERS, "db-01")
        await console.advance(3)
        assert "ADDING 3s" in console.row(SERVERS, "db-01")


async def test_a_twice_sends_one_request(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a", "a")
        assert console.changes() == []
        await console.press("enter", "enter")
        assert console.changes() == ["POST public_ips"]
        assert len(console.operations) == 1
        await console.advance(12)
        assert console.changes() == ["POST public_ips"]


async def test_a_twice_in_one_burst_sends_one_request(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.write("aa")
        await console.approve_add()
        assert console.changes() == ["POST public_ips"]
        await console.add()
        assert console.changes() == ["POST public_ips"]
        assert any("db-01" in text and "already" in text for text in console.message_texts)


async def test_question_names_server_region_and_what_it_means(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        text = console.screen_text()
        for words in (
            "Add a public IP to db-01",
            "acme \u00b7 IAD \u00b7 123456",
            "- db-01 can be reached from the internet",
            "- takes 1 address of the block in IAD",
            "Enter to add; Esc cancels",
            "> Add <",
        ):
            assert words in text
        assert console.changes() == []


async def test_question_about_several_names_their_number(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01", "web-04")
        await console.press("a")
        assert "Add 2 public IPs" in console.screen_text()
        assert "takes 2 addresses of the block in IAD" in console.screen_text()
        await console.press("enter")
        assert console.changes() == ["POST public_ips"] * 2
        assert "marked" not in console.title(SERVERS)


async def test_canceled_question_adds_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a", "escape")
        assert console.changes() == []
        assert console.message.strip() == "canceled, nothing was sent"
        await console.press("a", "tab", "enter")
        assert console.changes() == []


async def test_enter_in_the_burst_of_the_key_or_within_300_ms_adds_nothing(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        opened_at = console.app.screen._guard._ready_at  # type: ignore[attr-defined]
        console.send("enter", opened_at - 0.1)
        console.send("enter", opened_at - 0.05)
        await console.settle()
        assert console.front == "ConfirmScreen"
        # Two at once are a key that is held, or a paste.
        console.send("enter", opened_at + 1)
        console.send("enter", opened_at + 1.01)
        await console.settle()
        assert console.changes() == []
        assert "2 keys ignored" in console.screen_text()
        console.send("enter", opened_at + 2)
        await console.settle()
        assert console.changes() == ["POST public_ips"]


async def test_question_is_disarmed_when_the_server_gets_an_address_meanwhile(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        servers = demo_account.region().servers.values()
        demo_account.add_public_ip(next(each for each in servers if each.name == "db-01"))
        await console.advance(40)
        assert "changed meanwhile: db-01 is now with" in console.screen_text()
        await console.press("enter")
        assert console.changes() == []


async def test_add_on_a_server_with_an_address_shows_the_reason(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.add()
        assert console.changes() == []
        assert console.message.strip() == (
            "web-01 already has 203.0.113.10; a server can have only one public IP"
        )


async def test_server_whose_address_failed_can_have_another_one(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "batch-01")
        await console.add()
        assert console.changes() == ["POST public_ips"]
        assert "ADDING" in console.row(SERVERS, "batch-01")


async def test_a_adds_an_address_to_every_marked_server_and_clears_the_marks(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01", "api-02", "web-01")
        await console.add()
        await console.advance(20)
        assert console.changes() == ["POST public_ips"] * 2
        assert any("web-01 already has 203.0.113.10" in text for text in console.message_texts)
        assert "marked" not in console.title(SERVERS)
        assert "203.0.113." in console.row(SERVERS, "db-01")
        assert "203.0.113." in console.row(SERVERS, "api-02")


async def test_failed_add_is_reported_until_dismissed(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.plan_failure("public_ip", "ADD_FAILED", detail="no free address in the block")
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(12)
        assert "ADD_FAILED" in console.row(SERVERS, "db-01")
        assert "no free address in the block" in console.message
        assert console.message.endswith(" Esc")
        await console.press("5")
        assert "failed" in console.row(OPS, "db-01")


async def test_add_with_a_lost_response_is_not_sent_again(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.drop(method="POST", path="/public_ips$", after=True, times=1))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(20)
        assert console.changes() == ["POST public_ips"]
        assert "203.0.113." in console.row(SERVERS, "db-01")


async def test_message_of_a_change_follows_its_progress(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.drop(method="POST", path="/public_ips$", times=1))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        assert "checking what became of the request" in console.message
        for _ in range(60):
            await console.advance(1)
            if "checking" not in console.message:
                break
        assert console.message.strip() == "add public IP to db-01: accepted"


# -- from the Public IPs pane -----------------------------------------------------------------


async def test_a_in_public_ips_takes_the_servers_that_are_marked(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01")
        await console.add("2")
        assert console.front == "ConsoleScreen"
        assert console.changes() == ["POST public_ips"]


async def test_a_in_public_ips_without_marks_lets_one_choose_the_server(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "a")
        assert console.front == "PickerScreen"
        assert "Add a public IP to which servers?" in console.screen_text()
        assert "has 203.0.113.10" in console.screen_text()
        await console.write("db-01")
        await console.press("enter")
        await console.approve_add()
        assert console.front == "ConsoleScreen"
        assert console.changes() == ["POST public_ips"]
        assert "ADDING" in console.row(SERVERS, "db-01")


async def test_server_that_has_an_address_cannot_be_chosen(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "a")
        await console.write("web-01")
        await console.press("enter")
        assert console.front == "PickerScreen"
        assert "cannot be chosen: has 203.0.113.10" in console.screen_text()
        await console.press("escape", "escape")
        assert console.front == "ConsoleScreen"
        assert console.changes() == []


async def test_address_without_a_server_is_the_last_entry_and_retained(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.press("2", "a")
        await console.write("without")
        assert "retained from the start" in console.screen_text()
        await console.press("enter")
        assert "Add a public IP without a server" in console.screen_text()
        await console.approve_add()
        assert console.front == "ConsoleScreen"
        assert console.changes() == ["POST public_ips"]
        await console.advance(12)
        assert console.changes() == ["POST public_ips"]
        new = list(demo_account.region().public_ips.values())[-1]
        assert (new.server, new.retain, new.status) == (None, True, "ACTIVE")
        assert "without a server" in console.message


async def test_enter_alone_does_not_add_an_address_without_a_server(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "a", "enter")
        assert all("without" not in text for text in console.message_texts)


async def test_add_retain_on_the_command_line_retains_from_the_start(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press(":")
        await console.write("add retain")
        await console.press("enter")
        await console.approve_add()
        await console.advance(12)
        (record,) = demo_account.region().ips_of(_server(demo_account, "db-01"))
        assert record.retain
        assert console.changes() == ["POST public_ips"]


async def test_server_that_is_being_built_gets_its_address_when_it_is_active(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.add_server("new-01", status="BUILD", known_after=60.0, build_seconds=60.0)
    async with opened() as console:
        await console.go(SERVERS, "new-01")
        await console.add()
        await console.advance(20)
        assert console.changes() == []
        assert "when it is ACTIVE" in console.message
        await console.advance(70)
        assert console.changes() == ["POST public_ips"]


# -- servers for pools ------------------------------------------------------------------------


async def test_a_in_pools_adds_the_servers_that_are_chosen(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-api")
        assert "2+3=5" in console.row(POOLS, "RCv3-api")
        await console.add()
        assert "Add which servers to RCv3-api?" in console.screen_text()
        assert "already a member" in console.screen_text()
        await console.write("api-01")
        await console.press("enter")
        assert "cannot be chosen: already a member" in console.screen_text()
        await console.press("escape")
        await console.write("db-01")
        await console.press("space", "ctrl+u")
        await console.write("web-04")
        await console.press("space", "enter")
        assert console.front == "ConsoleScreen"
        await console.advance(40)
        assert len(console.changes()) in (1, 2)
        assert "4+3=7" in console.row(POOLS, "RCv3-api")
        assert "1 RCv3-api" in console.row(SERVERS, "db-01")


async def test_servers_that_are_marked_are_chosen_to_begin_with(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01", "batch-01")
        await console.go(POOLS, "RCv3-staging")
        await console.add()
        assert "2 marked" in console.screen_text()
        await console.press("enter")
        await console.advance(40)
        assert "2+1=3" in console.row(POOLS, "RCv3-staging")
        assert "marked" not in console.title(SERVERS)


async def test_a_in_a_pools_nodes_adds_to_that_pool(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-staging")
        await console.press("enter", "a")
        assert "Add which servers to RCv3-staging?" in console.screen_text()
        await console.write("db-01")
        await console.press("enter")
        assert "ADDING" in console.row(NODES, "db-01")
        await console.advance(20)
        assert "ACTIVE" in console.row(NODES, "db-01")


async def test_esc_in_the_picker_adds_nothing(opened: Opening) -> None:
    async with opened(NARROW) as console:
        await console.go(POOLS, "RCv3-staging")
        await console.press("a", "escape")
        assert console.front == "ConsoleScreen"
        assert console.changes() == []


async def test_a_without_a_row_shows_the_next_step(opened: Opening, demo_account: Account) -> None:
    for server in list(demo_account.region().servers.values()):
        demo_account.delete_server(server.id)
    async with opened() as console:
        await console.add()
        assert "no server selected" in console.message
        assert console.changes() == []


def _server(account: Account, name: str) -> str:
    return next(s.id for s in account.region().servers.values() if s.name == name)


# -- several regions --------------------------------------------------------------------------


@pytest.fixture
def opened_regions(clock: ManualClock) -> Opening:
    """Open a console on two regions whose servers have the same names."""
    account = build_scenario("regions", now=clock.timestamp)
    account.jitter = 0.0
    return Opening(account, clock, replace(settings_for(account), regions=("IAD", "DFW")))


async def test_servers_of_several_regions_name_their_region(opened_regions: Opening) -> None:
    async with opened_regions() as console:
        await console.press("2", "a")
        await console.write("-01")
        text = console.screen_text()
        for name in ("web-01", "db-01"):
            for region in ("IAD", "DFW"):
                assert re.search(rf"{name} +{region}  ", text), (name, region)
        await console.press("ctrl+u")
        await console.write("web-01")
        await console.press("down", "enter")
        assert "web-01 in DFW cannot be chosen: has" in console.screen_text()
        await console.press("ctrl+u")
        await console.write("without")
        assert re.search(r"without a server +DFW  retained from the start", console.screen_text())


async def test_servers_of_one_region_name_no_region(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "a")
        await console.write("db-01")
        assert re.search(r"db-01 +ACTIVE", console.screen_text())


async def test_a_on_a_failed_address_starts_on_its_server(opened_regions: Opening) -> None:
    async with opened_regions() as console:
        await console.press("2")
        failed = next(
            id
            for id, row in console.table(IPS).items.items()
            if isinstance(row, PublicIPRow)
            and (row.region, row.record.status) == ("DFW", "ADD_FAILED")
        )
        assert console.table(IPS).move_to(failed)
        await console.press("a")
        assert re.search(r">  +report-01 +DFW", console.screen_text())
        await console.press("enter")
        await console.approve_add()
        assert "DFW: add public IP to report-01" in console.message
