"""Retaining an address, and taking a retained one from server to server."""

from __future__ import annotations

from rcv3_tui.simulator import Account, PublicIP
from tests.support.console import IPS, SERVERS, Opening

HELD = "203.0.113.13"
"""Retained, and api-01 has it."""

FREE = "203.0.113.14"
"""Retained, and without a server."""

PLAIN = "203.0.113.10"
"""Not retained, and web-01 has it."""


def record(account: Account, address: str) -> PublicIP:
    return next(r for r in account.region().public_ips.values() if r.address == address)


async def test_t_retains_an_address_with_one_request(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, PLAIN)
        await console.press("t")
        await console.advance(8)
        assert record(demo_account, PLAIN).retain
        assert console.changes() == [f"PATCH {record(demo_account, PLAIN).id}"]
        assert "yes" in console.row(IPS, PLAIN)
        assert "ACTIVE" in console.row(IPS, PLAIN)


async def test_t_stops_retaining_an_address_that_a_server_has(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, HELD)
        await console.press("t")
        assert console.front == "ConsoleScreen"
        await console.advance(8)
        assert not record(demo_account, HELD).retain
        assert " no " in console.row(IPS, HELD)


async def test_t_asks_before_releasing_an_unassigned_address(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, FREE)
        await console.press("t")
        assert FREE in console.screen_text()
        assert console.removal.items
        await console.press("enter")
        await console.advance(8)
        assert record(demo_account, FREE).retain
        assert console.changes() == []


async def test_t_on_a_server_is_about_its_address(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("t")
        await console.advance(8)
        assert record(demo_account, PLAIN).retain


async def test_v_on_an_unretained_address_shows_the_first_step(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(IPS, PLAIN)
        await console.press("v")
        assert console.front == "ConsoleScreen"
        assert "is not retained: t turns retain on" in console.message


async def test_v_assigns_a_free_address_to_the_server_that_is_chosen(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, FREE)
        await console.press("v")
        assert f"Assign {FREE} to which server?" in console.screen_text()
        await console.write("web-01")
        await console.press("enter")
        assert f"cannot be chosen: has {PLAIN}" in console.screen_text()
        await console.press("escape")
        await console.write("db-01")
        await console.press("enter")
        await console.advance(10)
        assert console.changes() == [f"PATCH {record(demo_account, FREE).id}"]
        assert "db-01" in console.row(IPS, FREE)
        assert FREE in console.row(SERVERS, "db-01")


async def test_v_moves_an_address_and_the_dialog_names_both_servers(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, HELD)
        await console.press("v")
        assert f"{HELD} is with api-01" in console.screen_text()
        await console.press("m")
        assert f"Move {HELD} to which server?" in console.screen_text()
        await console.write("db-01")
        await console.press("enter")
        text = " ".join(console.screen_text().split())
        assert "api-01" in text
        assert "db-01" in text
        assert console.changes() == []
        removal = console.removal
        if removal.level > 1:
            await console.write(removal.confirmation_phrases[0])
        await console.press("tab", "enter")
        await console.advance(20)
        assert console.changes() == [f"PATCH {record(demo_account, HELD).id}"]
        assert "db-01" in console.row(IPS, HELD)
        assert HELD in console.row(SERVERS, "db-01")
        assert HELD not in console.row(SERVERS, "api-01")


async def test_v_unassigns_a_retained_address(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(IPS, HELD)
        await console.press("v", "u")
        removal = console.removal
        assert "api-01" in console.screen_text()
        if removal.level > 1:
            await console.write(removal.confirmation_phrases[0])
        await console.press("tab", "enter")
        await console.advance(20)
        assert console.changes() == [f"PATCH {record(demo_account, HELD).id}"]
        assert "unassigned" in console.row(IPS, HELD)


async def test_esc_at_any_step_changes_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, HELD)
        await console.press("v", "escape")
        assert console.front == "ConsoleScreen"
        await console.press("v", "m", "escape")
        assert console.front == "ConsoleScreen"
        await console.press("v", "u", "escape")
        assert console.front == "ConsoleScreen"
        await console.advance(10)
        assert console.changes() == []


async def test_t_on_several_addresses_retains_each(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.mark(IPS, PLAIN, "203.0.113.11")
        await console.press("t")
        await console.advance(15)
        assert record(demo_account, PLAIN).retain
        assert record(demo_account, "203.0.113.11").retain
        assert len(console.changes()) == 2
