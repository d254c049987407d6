"""Help, footer and texts name the keys that are in force, in every place that takes keys."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from rcv3_tui.tui.commands.registry import COMMANDS
from tests.support.console import IPS, NARROW, NODES, POOLS, SERVERS, WIDE, Console, Opening

MOVED = MappingProxyType(
    {
        "add": "ctrl+n",
        "refresh": "f5",
        "down": "n",
        "help": "f2",
        "into": "o",
        "pause": "ctrl+t",
        "json": "J",
        "retain": "R",
        "reassign": "A",
        "mark": "M",
    }
)


async def help_text(console: Console) -> str:
    """All of the help page, however many screens it has."""
    pages: list[str] = []
    while not pages or console.screen_text() != pages[-1]:
        pages.append(console.screen_text())
        await console.press("pagedown")
    return " ".join(" ".join(pages).replace("│", " ").split())


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_help_has_every_command_of_the_place_with_its_keys(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        await console.press("?")
        text = await help_text(console)
        for command in COMMANDS.all:
            if command.keys and SERVERS in command.available_in:
                assert console.screen.keys.every(command.name) in text
        assert "Ctrl+Q" in text


@pytest.mark.parametrize("key", ["?", "f1"])
async def test_key_that_opens_help_closes_it(opened: Opening, key: str) -> None:
    async with opened() as console:
        await console.press(key)
        assert console.front == "HelpScreen"
        await console.press(key)
        assert console.front == "ConsoleScreen"


async def test_moved_keys_work_and_their_old_ones_do_not(opened: Opening) -> None:
    async with opened(keys=MOVED) as console:
        first = console.cursor(SERVERS)
        await console.press("j")
        assert console.cursor(SERVERS) == first
        await console.press("n")
        assert console.cursor(SERVERS) != first
        await console.press("3", "enter")
        assert console.screen.active is POOLS
        await console.press("o")
        assert console.screen.active is NODES
        await console.press("M")
        assert len(console.table(NODES).marks) == 1


async def test_command_that_has_no_key_can_be_given_one(opened: Opening) -> None:
    async with opened(keys=MappingProxyType({"readonly": "ctrl+t"})) as console:
        await console.press("ctrl+t")
        assert "READ-ONLY" in console.header
        await console.press("?")
        assert "Ctrl+T read-only mode on or off" in await help_text(console)


async def test_footer_and_help_name_the_moved_keys(opened: Opening) -> None:
    async with opened(keys=MOVED) as console:
        assert "Ctrl+N add IP" in console.footer
        assert "F2 more" in console.footer
        await console.press("f2")
        text = await help_text(console)
        assert "Ctrl+N add" in text
        assert "F5 refresh everything now" in text
        assert "Ctrl+R" not in text


async def test_messages_and_pages_name_the_moved_keys(opened: Opening) -> None:
    async with opened(keys=MOVED) as console:
        await console.press("ctrl+t")
        assert "Ctrl+T resumes" in console.message
        await console.go(IPS, "203.0.113.11")
        await console.press("A")
        assert "R turns retain on, then A can move it" in console.message
        await console.go(SERVERS, "db-01")
        await console.press("d")
        assert "Ctrl+N adds one" in console.screen_text()
        assert "J JSON" in console.screen_text()
        await console.press("J")
        assert "JSON of" in console.screen_text()
        await console.press("n")
        assert console.front == "PagerScreen"


async def test_empty_pane_names_the_moved_key(opened: Opening, demo_account: object) -> None:
    async with opened(keys=MOVED) as console:
        for record in list(console.account.region().public_ips.values()):
            console.account.region().public_ips.pop(record.id)
        await console.press("f5")
        await console.advance(20)
        await console.press("2")
        assert "Ctrl+N adds one" in "\n".join(console.lines(IPS))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["s"], ("Up k", "one up", "Enter", "choose", "Esc")),
        (["3", "a"], ("Space Tab", "mark", "Ctrl+U", "clear the filter")),
        (["2", "ctrl+d"], ("Tab Shift+Tab", "from Cancel to the other button", "Left")),
        (["d"], ("PgDn", "a page down", "the next match", "N")),
    ],
)
async def test_every_dialog_shows_its_keys_on_f1(
    opened: Opening, keys: list[str], words: tuple[str, ...]
) -> None:
    async with opened() as console:
        await console.press(*keys)
        front = console.front
        await console.press("f1")
        assert console.front == "HelpScreen"
        for word in words:
            assert word in console.screen_text()
        await console.press("escape")
        assert console.front == front
        assert console.changes() == []


async def test_dialog_under_its_help_detects_drift(
    opened: Opening,
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d", "f1")
        region = console.account.region()
        record = next(r for r in region.public_ips.values() if r.address == "203.0.113.11")
        region.public_ips.pop(record.id)
        await console.advance(40)
        await console.press("escape")
        assert "changed meanwhile" in console.screen_text()


async def test_every_footer_fits_a_small_screen_with_the_help_key(opened: Opening) -> None:
    async with opened(NARROW) as console:
        for key in "12345":
            await console.press(key)
            assert console.footer.endswith("? more"), console.footer
            assert len(console.footer.split("  ")) <= 7
