"""Removing: exactly one request, and only after a deliberate yes."""

from __future__ import annotations

import pytest

from rcv3_tui.simulator import Account, Fault
from tests.support.console import IPS, NODES, POOLS, SERVERS, Console, Opening


async def approve(console: Console, phrase: str = "") -> None:
    assert console.removal.items
    await console.write(phrase)
    await console.press("tab", "enter")


# -- what opens -------------------------------------------------------------------------------


async def test_in_public_ips_the_dialog_names_address_server_id_and_place(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        text = console.screen_text()
        record = next(
            r for r in demo_account.region().public_ips.values() if r.address == "203.0.113.11"
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


async def test_removal_on_a_server_removes_its_address(opened: Opening) -> None:
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


async def test_removing_a_pool_shows_that_it_is_impossible(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3", "ctrl+d")
        assert console.front == "ConsoleScreen"
        assert "only Rackspace can add or remove pools" in console.message
        assert console.changes() == []


async def test_changing_key_in_a_read_only_list_shows_a_message(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.press("4", "ctrl+d")
        assert console.front == "ConsoleScreen"
        assert "is not available here" in console.message


async def test_marked_rows_are_removed_together_and_counted(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(IPS, "203.0.113.10", "203.0.113.11")
        await console.press("ctrl+d")
        text = console.screen_text()
        assert "203.0.113.10" in text
        assert "203.0.113.11" in text
        assert console.removal.confirmation_phrases == ("2 addresses",)
        await approve(console, "2 addresses")
        await console.advance(20)
        assert [change.split()[0] for change in console.changes()] == ["DELETE", "DELETE"]
        assert "203.0.113.10" not in console.names(IPS)
        assert "203.0.113.11" not in console.names(IPS)
        assert "marked" not in console.title(IPS)


async def test_marked_rows_are_listed_in_the_order_of_the_screen(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.10")
        await console.press("S")
        await console.mark(IPS, "203.0.113.10", "203.0.113.12", "203.0.113.11")
        await console.press("ctrl+d")
        listed = [item.address for item in console.removal.items]
        assert listed == ["203.0.113.12", "203.0.113.11", "203.0.113.10"]


# -- yes --------------------------------------------------------------------------------------


async def test_confirmed_removal_sends_one_delete_and_removes_the_row(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        record = next(
            r for r in demo_account.region().public_ips.values() if r.address == "203.0.113.11"
        )
        await console.press("ctrl+d")
        await approve(console, "203.0.113.11")
        assert console.front == "ConsoleScreen"
        assert console.changes() == [f"DELETE {record.id}"]
        assert "REMOVING" in console.row(IPS, "203.0.113.11")
        await console.advance(10)
        assert "203.0.113.11" not in "\n".join(console.lines(IPS))
        assert "192.0.2.11 - 2" in console.row(SERVERS, "web-02")
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


async def test_key_that_opened_the_dialog_does_not_approve_it(opened: Opening) -> None:
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


async def test_canceled_removal_preserves_the_marks(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(IPS, "203.0.113.10", "203.0.113.11")
        await console.press("ctrl+d", "escape")
        assert "2 marked" in console.title(IPS)


# -- what changes underneath ------------------------------------------------------------------


async def test_removed_target_disarms_the_dialog(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        await console.write("203.0.113.11")
        record = next(
            r for r in demo_account.region().public_ips.values() if r.address == "203.0.113.11"
        )
        demo_account.region().drop_ip(record)
        await console.advance(16)
        assert "changed meanwhile" in " ".join(console.screen_text().split())
        await console.press("tab", "enter")
        await console.advance(5)
        assert console.changes() == []


async def test_target_that_gets_another_server_disarms_the_dialog(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.13")
        await console.press("ctrl+d")
        region = demo_account.region()
        record = next(r for r in region.public_ips.values() if r.address == "203.0.113.13")
        region.assign_ip(record, next(s for s in region.servers.values() if s.name == "db-01"))
        await console.advance(16)
        assert "changed meanwhile" in " ".join(console.screen_text().split())


async def test_another_row_that_changes_leaves_the_dialog_armed(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        demo_account.add_server("new-01")
        await console.advance(16)
        assert "changed meanwhile" not in " ".join(console.screen_text().split())
        await approve(console, "203.0.113.11")
        assert [change.split()[0] for change in console.changes()] == ["DELETE"]


# -- nodes ------------------------------------------------------------------------------------


async def test_node_of_a_pool_with_others_needs_tab_and_enter_only(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        await console.go(NODES, "web-02")
        await console.press("ctrl+d")
        assert console.removal.level == 1
        assert "3 active -> 2" in " ".join(console.screen_text().split()).replace("→", "->")
        await approve(console)
        assert [change.split()[0] for change in console.changes()] == ["DELETE"]
        assert "REMOVING" in console.row(NODES, "web-02")
        await console.advance(15)
        assert "web-02" not in console.names(NODES)
        await console.press("escape")
        assert "2+1=3" in console.row(POOLS, "RCv3-web-http ")
        assert len(console.changes()) == 1


async def test_last_active_node_needs_its_name_typed(
    opened: Opening, demo_account: Account
) -> None:
    pool = demo_account.add_pool("lonely", external=0)
    server = next(s for s in demo_account.region().servers.values() if s.name == "db-01")
    demo_account.add_node(pool, server)
    async with opened() as console:
        await console.go(POOLS, "lonely")
        await console.press("enter", "ctrl+d")
        assert console.removal.level == 2
        assert "last active node" in " ".join(console.screen_text().split())
        await console.press("tab", "enter")
        assert console.changes() == []


async def test_several_nodes_are_removed_together(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter")
        await console.mark(NODES, "web-01", "web-02")
        await console.press("ctrl+d")
        await approve(console, console.removal.confirmation_phrases[0])
        await console.advance(20)
        assert console.names(NODES) == ["web-03", "web-04"]
        assert "marked" not in console.title(NODES)


async def test_remove_on_a_server_does_not_deny_a_public_ip_that_was_not_read(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.faults.add(Fault.wrong_shape("bad_item", method="GET", path="/public_ips$"))
    names = [each.name for each in demo_account.region().servers.values()]
    async with opened() as console:
        for name in names:
            await console.go(SERVERS, name)
            await console.command("remove")
            if console.front == "ConsoleScreen":
                break
            await console.press("escape")
        assert "the server has none" not in console.message
        assert "1 of the public IPs could not be read" in console.message
