"""Back and forward through what was looked at, and keys that must be harmless by accident."""

from __future__ import annotations

from tests.support.console import IPS, NODES, POOLS, SERVERS, Opening


async def test_brackets_go_back_and_forward_through_the_panes(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("2", "3", "[")
        assert console.screen.active is IPS
        await console.press("[")
        assert console.screen.active is SERVERS
        assert console.cursor(SERVERS) == "web-02"
        await console.press("]", "]")
        assert console.screen.active is POOLS


async def test_pool_that_was_open_is_opened_again_on_its_row(opened: Opening) -> None:
    async with opened() as console:
        await console.press("3", "enter")
        await console.settle()
        assert console.screen.active is NODES
        await console.press("j")
        row = console.cursor(NODES)
        title = console.title(NODES)
        await console.press("escape", "1", "[", "[")
        assert console.screen.active is NODES
        assert console.title(NODES).split("/")[0] == title.split("/")[0]
        assert console.cursor(NODES) == row


async def test_filter_is_restored_with_the_view(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("db")
        await console.press("enter", "2")
        await console.press("1", "escape")
        shown = len(console.names(SERVERS))
        await console.press("[")
        assert console.screen.active is SERVERS
        assert len(console.names(SERVERS)) < shown
        assert console.pane(SERVERS).filter_text == "db"
        await console.press("[")
        assert console.screen.active is IPS


async def test_missing_earlier_view_is_reported(opened: Opening) -> None:
    async with opened() as console:
        await console.press("[")
        assert "there is no earlier view" in console.message
        assert console.screen.active is SERVERS


async def test_arrow_key_in_two_packets_changes_nothing_at_the_service(opened: Opening) -> None:
    async with opened() as console:
        for letter in "ABCDHF":
            await console.press("escape", "[", letter)
        assert console.changes() == []
        assert console.front == "ConsoleScreen"
        assert console.operations == ()


async def test_arrow_key_in_two_packets_cancels_a_dialog_and_no_more(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d", "escape", "[", "A")
        assert console.front == "ConsoleScreen"
        assert console.changes() == []
