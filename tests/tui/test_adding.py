"""Adding: a public IP for servers, servers for pools."""

from __future__ import annotations

import re

from rcv3_tui.simulator import Account, Fault
from tests.tui.builders import IPS, NARROW, NODES, OPS, POOLS, SERVERS, Opening


async def test_a_on_a_server_gives_it_an_address_and_shows_how_that_goes(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        assert console.changes() == ["POST public_ips"]
        assert "ADDING" in console.row(SERVERS, "db-01")
        assert "1 operation" in console.header
        await console.advance(3)
        assert re.search(r"ADDING [345]s", console.row(SERVERS, "db-01"))
        await console.advance(10)
        record = account.region().ips_of(_server(account, "db-01"))[0]
        assert record.address is not None
        assert record.address in console.row(SERVERS, "db-01")
        assert record.address in "\n".join(console.lines(IPS))
        assert "operation" not in console.header
        assert console.changes() == ["POST public_ips"]
        assert "add public IP to db-01" in console.message


async def test_the_row_says_adding_before_the_service_has_answered(
    opened: Opening, account: Account
) -> None:
    account.faults.add(Fault.silence(60.0, method="POST", path="/public_ips$"))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        assert "ADDING 0s" in console.row(SERVERS, "db-01")
        await console.advance(3)
        assert "ADDING 3s" in console.row(SERVERS, "db-01")


async def test_a_twice_sends_one_request(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a", "a")
        assert console.changes() == ["POST public_ips"]
        assert len(console.operations) == 1
        await console.advance(12)
        assert console.changes() == ["POST public_ips"]


async def test_a_twice_in_one_burst_sends_one_request(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.write("aa")
        assert console.changes() == ["POST public_ips"]
        assert any("is ADDING already" in text for text in console.said)


async def test_a_on_a_server_with_an_address_says_why_not(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("a")
        assert console.changes() == []
        assert console.message.strip() == (
            "web-01 has 203.0.113.10 already: one public IP a server"
        )


async def test_a_server_whose_address_failed_can_have_another_one(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "batch-01")
        await console.press("a")
        assert console.changes() == ["POST public_ips"]
        assert "ADDING" in console.row(SERVERS, "batch-01")


async def test_a_gives_every_marked_server_an_address_and_takes_the_marks_off(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01", "api-02", "web-01")
        await console.press("a")
        await console.advance(20)
        assert console.changes() == ["POST public_ips"] * 2
        assert any("web-01 has 203.0.113.10 already" in text for text in console.said)
        assert "marked" not in console.title(SERVERS)
        assert "203.0.113." in console.row(SERVERS, "db-01")
        assert "203.0.113." in console.row(SERVERS, "api-02")


async def test_an_add_that_the_service_fails_is_told_and_stays(
    opened: Opening, account: Account
) -> None:
    account.plan_failure("public_ip", "ADD_FAILED", detail="no free address in the block")
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        await console.advance(12)
        assert "ADD_FAILED" in console.row(SERVERS, "db-01")
        assert "no free address in the block" in console.message
        assert console.message.endswith(" Esc")
        await console.press("5")
        assert "failed" in console.row(OPS, "db-01")


async def test_an_add_whose_answer_is_lost_is_not_sent_again(
    opened: Opening, account: Account
) -> None:
    account.faults.add(Fault.drop(method="POST", path="/public_ips$", after=True, times=1))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        await console.advance(20)
        assert console.changes() == ["POST public_ips"]
        assert "203.0.113." in console.row(SERVERS, "db-01")


async def test_what_is_said_of_a_change_keeps_up_with_it(opened: Opening, account: Account) -> None:
    account.faults.add(Fault.drop(method="POST", path="/public_ips$", times=1))
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("a")
        assert "looking what became of it" in console.message
        await console.advance(5)
        assert console.message.strip() == "add public IP to db-01: accepted"


# -- from the Public IPs pane -----------------------------------------------------------------


async def test_a_in_public_ips_takes_the_servers_that_are_marked(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01")
        await console.press("2", "a")
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
        assert console.front == "ConsoleScreen"
        assert console.changes() == ["POST public_ips"]
        assert "ADDING" in console.row(SERVERS, "db-01")


async def test_a_server_that_has_an_address_cannot_be_chosen(opened: Opening) -> None:
    async with opened() as console:
        await console.press("2", "a")
        await console.write("web-01")
        await console.press("enter")
        assert console.front == "PickerScreen"
        assert "cannot be chosen: has 203.0.113.10" in console.screen_text()
        await console.press("escape", "escape")
        assert console.front == "ConsoleScreen"
        assert console.changes() == []


# -- servers for pools ------------------------------------------------------------------------


async def test_a_in_pools_adds_the_servers_that_are_chosen(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-api")
        assert "2+3=5" in console.row(POOLS, "RCv3-api")
        await console.press("a")
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
        assert console.row(SERVERS, "db-01").split()[-2] == "1"


async def test_servers_that_are_marked_are_chosen_to_begin_with(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01", "batch-01")
        await console.go(POOLS, "RCv3-staging")
        await console.press("a")
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


async def test_a_without_any_row_says_what_to_do(opened: Opening, account: Account) -> None:
    for server in list(account.region().servers.values()):
        account.delete_server(server.id)
    async with opened() as console:
        await console.press("a")
        assert "no server is chosen" in console.message
        assert console.changes() == []


def _server(account: Account, name: str) -> str:
    return next(s.id for s in account.region().servers.values() if s.name == name)
