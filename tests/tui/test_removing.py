"""Removing: exactly one request, and only after a deliberate yes."""

from __future__ import annotations

import pytest

from rcv3_tui.simulator import Account
from tests.tui.builders import IPS, NODES, POOLS, SERVERS, Console, Opening


async def approve(console: Console, phrase: str = "") -> None:
    assert console.removal.items
    await console.write(phrase)
    await console.press("tab", "enter")


# -- what opens -------------------------------------------------------------------------------


async def test_in_public_ips_the_dialog_names_address_server_id_and_place(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        text = console.screen_text()
        record = next(
            r for r in account.region().public_ips.values() if r.address == "203.0.113.11"
        )
        for words in ("203.0.113.11", "web-02", record.id, "acme", "IAD", "123456"):
            assert words in text
        assert console.changes() == []


async def test_delete_opens_the_same_dialog(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("delete")
        assert "203.0.113.11" in console.screen_text()
        assert console.removal.items


async def test_on_a_server_its_address_is_what_goes(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("ctrl+d")
        assert "203.0.113.11" in console.screen_text()
        assert "cannot be reached" in " ".join(console.screen_text().split())


async def test_on_a_server_without_an_address_there_is_nothing_to_remove(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.press("ctrl+d")
        assert console.front == "ConsoleScreen"
        assert "no public IP to remove" in console.message


async def test_a_pool_itself_cannot_be_removed_and_that_is_said(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3", "ctrl+d")
        assert console.front == "ConsoleScreen"
        assert "made and removed by Rackspace alone" in console.message
        assert console.changes() == []


async def test_in_a_list_without_changes_the_key_says_that_it_is_not_for_here(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("4", "ctrl+d")
        assert console.front == "ConsoleScreen"
        assert "not here" in console.message


async def test_what_is_marked_goes_together_and_is_counted(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(IPS, "203.0.113.10", "203.0.113.11")
        await console.press("ctrl+d")
        text = console.screen_text()
        assert "203.0.113.10" in text
        assert "203.0.113.11" in text
        phrase = console.removal.phrases[0]
        await approve(console, phrase)
        await console.advance(20)
        assert [change.split()[0] for change in console.changes()] == ["DELETE", "DELETE"]
        assert "203.0.113.10" not in console.names(IPS)
        assert "203.0.113.11" not in console.names(IPS)
        assert "marked" not in console.title(IPS)


# -- yes --------------------------------------------------------------------------------------


async def test_a_confirmed_removal_is_one_delete_and_the_row_goes(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        record = next(
            r for r in account.region().public_ips.values() if r.address == "203.0.113.11"
        )
        await console.press("ctrl+d")
        await approve(console, "203.0.113.11")
        assert console.front == "ConsoleScreen"
        assert console.changes() == [f"DELETE {record.id}"]
        assert "REMOVING" in console.row(IPS, "203.0.113.11")
        await console.advance(10)
        assert "203.0.113.11" not in "\n".join(console.lines(IPS))
        assert console.row(SERVERS, "web-02").split()[-3] == "-"
        assert console.changes() == [f"DELETE {record.id}"]
        assert "remove public IP" in console.message


async def test_remove_stays_inert_until_the_name_is_typed(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d", "tab", "enter")
        assert console.changes() == []
        assert console.front == "ConsoleScreen"
        await console.press("ctrl+d")
        await console.write("203.0.113.1")
        await console.press("tab", "enter")
        assert console.changes() == []


# -- no ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys", [("escape",), ("enter",), ("ctrl+c",), ("y", "escape"), ("Y", "enter")]
)
async def test_nothing_is_removed_without_a_yes(opened: Opening, keys: tuple[str, ...]) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d", *keys)
        assert console.front == "ConsoleScreen"
        await console.advance(20)
        assert console.changes() == []
        assert "203.0.113.11" in console.names(IPS)


async def test_the_key_that_opened_the_dialog_does_not_approve_it(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "ctrl+d", "ctrl+d", "ctrl+d", "y", "d")
        assert console.removal.items
        await console.press("enter")
        assert console.changes() == []


async def test_keys_that_were_typed_ahead_of_the_dialog_approve_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        moment = console._hand + 5.0
        for number, key in enumerate(("ctrl+d", "tab", "enter")):
            console.send(key, moment - 70.0 + number / 1000)
        await console.settle()
        await console.advance(10)
        assert console.changes() == []


async def test_a_cancelled_removal_keeps_the_marks(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(IPS, "203.0.113.10", "203.0.113.11")
        await console.press("ctrl+d", "escape")
        assert "2 marked" in console.title(IPS)


# -- what changes underneath ------------------------------------------------------------------


async def test_a_target_that_goes_underneath_disarms_the_dialog(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        await console.write("203.0.113.11")
        record = next(
            r for r in account.region().public_ips.values() if r.address == "203.0.113.11"
        )
        account.region().drop_ip(record)
        await console.advance(16)
        assert "changed underneath" in " ".join(console.screen_text().split())
        await console.press("tab", "enter")
        await console.advance(5)
        assert console.changes() == []


async def test_a_target_that_gets_another_server_disarms_the_dialog(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.13")
        await console.press("ctrl+d")
        region = account.region()
        record = next(r for r in region.public_ips.values() if r.address == "203.0.113.13")
        region.assign_ip(record, next(s for s in region.servers.values() if s.name == "db-01"))
        await console.advance(16)
        assert "changed underneath" in " ".join(console.screen_text().split())


async def test_another_row_that_changes_leaves_the_dialog_armed(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        account.add_server("new-01")
        await console.advance(16)
        assert "changed underneath" not in " ".join(console.screen_text().split())
        await approve(console, "203.0.113.11")
        assert [change.split()[0] for change in console.changes()] == ["DELETE"]


# -- nodes ------------------------------------------------------------------------------------


async def test_a_node_of_a_pool_that_keeps_others_needs_tab_and_enter_only(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        await console.go(NODES, "web-02")
        await console.press("ctrl+d")
        assert console.removal.tier == 1
        assert "3 active -> 2" in " ".join(console.screen_text().split()).replace("→", "->")
        await approve(console)
        assert [change.split()[0] for change in console.changes()] == ["DELETE"]
        assert "REMOVING" in console.row(NODES, "web-02")
        await console.advance(15)
        assert "web-02" not in console.names(NODES)
        await console.press("escape")
        assert "2+1=3" in console.row(POOLS, "RCv3-web-http ")
        assert len(console.changes()) == 1


async def test_the_last_active_node_needs_its_name_typed(opened: Opening, account: Account) -> None:
    pool = account.add_pool("lonely", external=0)
    server = next(s for s in account.region().servers.values() if s.name == "db-01")
    account.add_node(pool, server)
    async with opened() as console:
        await console.go(POOLS, "lonely")
        await console.press("enter", "ctrl+d")
        assert console.removal.tier == 2
        assert "last active node" in " ".join(console.screen_text().split())
        await console.press("tab", "enter")
        assert console.changes() == []


async def test_several_nodes_are_removed_together(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        await console.mark(NODES, "web-01", "web-02")
        await console.press("ctrl+d")
        await approve(console, console.removal.phrases[0])
        await console.advance(20)
        assert console.names(NODES) == ["web-03", "web-04"]
        assert "marked" not in console.title(NODES)
