"""Undo: by the same way and with the same questions as any change, and only while it still fits."""

from __future__ import annotations

from rcv3_tui.simulator import Account
from tests.support.console import IPS, NODES, POOLS, SERVERS, Console, Opening


async def remove_first_node(console: Console) -> str:
    """Remove a node of the first pool; return the name of its server."""
    await console.press("3", "enter")
    await console.settle()
    name = console.cursor(NODES)
    assert name is not None
    await console.press("ctrl+d")
    if console.removal.level > 1:
        await console.write(console.removal.confirmation_phrases[0])
    await console.press("tab", "enter")
    await console.advance(40)
    assert name not in console.names(NODES)
    return name


async def test_undo_is_offered_and_adds_a_removed_node_again(opened: Opening) -> None:
    async with opened() as console:
        name = await remove_first_node(console)
        assert "u undoes it" in console.message
        await console.press("u")
        assert any(
            shown.startswith(f"undoing: add node {name} to ") for shown in console.message_texts
        )
        await console.advance(40)
        assert name in console.names(NODES)
        assert [each.split()[0] for each in console.changes()] == ["DELETE", "POST"]


async def test_undo_is_not_undone_by_the_next_undo(opened: Opening) -> None:
    async with opened() as console:
        await remove_first_node(console)
        await console.press("u")
        await console.advance(40)
        assert "undoes it" not in console.message
        await console.press("u")
        assert "nothing to undo" in console.message
        assert len(console.changes()) == 2


async def test_added_node_is_taken_out_again_only_through_the_dialog(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3", "enter")
        await console.settle()
        before = console.names(NODES)
        await console.press("a", "enter")
        await console.advance(40)
        assert len(console.names(NODES)) == len(before) + 1
        await console.press("u")
        assert console.front == "ConfirmScreen"
        await console.press("escape")
        assert len(console.changes()) == 1
        await console.press("u")
        if console.removal.level > 1:
            await console.write(console.removal.confirmation_phrases[0])
        await console.press("tab", "enter")
        await console.advance(40)
        assert console.names(NODES) == before


async def test_retain_is_set_back(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        record = next(
            r for r in demo_account.region().public_ips.values() if r.address == "203.0.113.11"
        )
        was = record.retain
        await console.press("t")
        await console.advance(40)
        assert record.retain is not was
        await console.press("u")
        await console.advance(40)
        assert record.retain is was


async def test_address_that_was_added_is_removed_only_through_the_dialog(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "db-01")
        await console.add()
        await console.advance(40)
        assert "u undoes it" in console.message
        await console.press("u")
        assert console.removal.title.endswith("of db-01")
        assert console.removal.level == 2
        await console.press("escape")
        assert len(console.changes()) == 1
        await console.press("u")
        await console.write("db-01")
        await console.press("enter", "enter")
        await console.advance(40)
        assert [each.split()[0] for each in console.changes()] == ["POST", "DELETE"]


async def test_addresses_that_were_added_together_share_one_dialog(opened: Opening) -> None:
    async with opened() as console:
        await console.mark(SERVERS, "db-01", "web-04")
        await console.add()
        await console.advance(60)
        await console.press("u")
        assert console.removal.title == "Remove 2 public IPs"
        assert console.removal.confirmation_phrases == ("2 addresses",)


async def test_later_change_that_cannot_be_undone_is_asked_about(opened: Opening) -> None:
    async with opened() as console:
        await remove_first_node(console)
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        await console.write("203.0.113.11")
        await console.press("tab", "enter")
        await console.advance(40)
        sent = len(console.changes())
        await console.press("u")
        assert "cannot be undone" in " ".join(console.screen_text().split())
        await console.press("enter")
        assert len(console.changes()) == sent
        await console.press("u", "u")
        await console.advance(40)
        assert len(console.changes()) == sent + 1


async def test_undo_shows_drift_and_sends_nothing(opened: Opening, demo_account: Account) -> None:
    async with opened() as console:
        name = await remove_first_node(console)
        _, key = console.screen.row_model.open_pool or ("", "")
        pool = next(p for p in demo_account.region().pools.values() if p.id.lower() == key)
        server = next(s for s in demo_account.region().servers.values() if s.name == name)
        demo_account.add_node(pool, server)
        await console.press("ctrl+r")
        await console.advance(20)
        assert name in console.names(NODES)
        await console.press("u")
        assert "is not undone" in console.message
        assert len(console.changes()) == 1


async def test_undo_in_read_only_mode_shows_a_message(opened: Opening) -> None:
    async with opened(read_only=True) as console:
        await console.press("u")
        assert "read-only" in console.message


async def test_undo_without_a_change_shows_a_message(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, console.names(POOLS)[0])
        await console.press("u")
        assert "nothing to undo" in console.message
