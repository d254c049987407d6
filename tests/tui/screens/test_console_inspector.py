"""The inspector: the details of the row under the cursor, next to or below the panes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from rcv3_tui.simulator import Account
from rcv3_tui.tui.pane_preferences import FILE
from rcv3_tui.tui.widgets.inspector import REST
from rcv3_tui.tui.widgets.status_line import StyledText
from tests.support.console import IPS, NARROW, OPS, POOLS, SERVERS, WIDE, Console, Opening

WIDE_SCREEN = (150, 45)


def inspected(console: Console) -> str:
    """Return the inspector's text; empty if it is hidden."""
    inspector = console.screen.panes.inspector
    return inspector.text if inspector.display else ""


async def rest(console: Console) -> None:
    """Let the cursor rest until the inspector has followed it."""
    await asyncio.sleep(REST)
    await console.settle()


async def test_inspector_follows_the_cursor_next_to_three_panes(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        await console.press("j")
        await rest(console)
        assert console.shown_panes()[:3] == [SERVERS, IPS, POOLS]
        assert "Cloud server api-02" in inspected(console)
        assert "192.0.2.15" in inspected(console)
        assert "RCv3-api" in inspected(console)
        await console.go(IPS, "203.0.113.12")
        await rest(console)
        assert "Public IP 203.0.113.12" in inspected(console)
        assert "web-03" in inspected(console)


async def test_inspector_is_hidden_and_shown_by_its_key(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        assert inspected(console)
        width = console.table(SERVERS).size.width
        await console.press("i")
        assert not inspected(console)
        assert console.table(SERVERS).size.width > width
        await console.press("j", "i")
        assert "Cloud server api-02" in inspected(console)


async def test_inspector_scrolls_with_keys_that_its_title_names(opened: Opening) -> None:
    async with opened(size=NARROW) as console:
        await console.press("i")
        assert "J K scroll" in inspected(console)
        assert re.search(r"name +api-01", console.screen_text())
        await console.press("J")
        assert not re.search(r"name +api-01", console.screen_text())
        await console.press("K")
        assert re.search(r"name +api-01", console.screen_text())
        await console.press("i", "J")
        assert "i shows it" in console.message


async def test_inspector_takes_the_place_of_the_lower_panes(opened: Opening) -> None:
    async with opened(size=WIDE) as console:
        assert not inspected(console)
        await console.press("j", "i")
        assert console.shown_panes() == [SERVERS]
        assert "Cloud server api-02" in inspected(console)
        assert "2 Public IPs" in console.title(SERVERS)
        await console.press("escape")
        assert not inspected(console)
        assert console.shown_panes()[:3] == [SERVERS, IPS, POOLS]


async def test_inspector_on_a_small_screen_leaves_the_cursor_row(opened: Opening) -> None:
    async with opened(size=NARROW) as console:
        await console.press("j", "i")
        assert "Cloud server api-02" in inspected(console)
        assert console.row(SERVERS, "❯").startswith("❯ api-02")
        await console.press("j")
        await rest(console)
        assert "Cloud server batch-01" in inspected(console)
        await console.press("2")
        await rest(console)
        assert "Public IP" in inspected(console)
        await console.press("escape")
        assert not inspected(console)
        assert len([line for line in console.lines(IPS) if line]) > 2


async def test_held_key_inspects_only_the_row_it_rests_on(
    opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        titles: list[str] = []
        title = console.screen.panes.inspector._title
        show = title.show

        def noting(left: Sequence[StyledText], right: Sequence[StyledText] = ()) -> None:
            titles.append(left[2].text)
            show(left, right)

        monkeypatch.setattr(title, "show", noting)
        for _ in range(5):
            console.send("j", console._hand)
            console._hand += 1.0
        await rest(console)
        await rest(console)
        assert set(titles) == {"Cloud server web-02"}


async def test_inspector_shows_the_operations_on_its_row_live(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        await console.go(SERVERS, "web-04")
        await rest(console)
        assert "OPERATIONS" not in inspected(console)
        await console.add()
        await console.press("enter")
        await rest(console)
        assert "add public IP to web-04" in inspected(console)
        await console.advance(60)
        assert "ACTIVE" in inspected(console).split("PUBLIC IPS")[1].split("POOLS")[0]


async def test_inspector_without_a_row_says_so(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        await console.press("5")
        await rest(console)
        assert console.screen.active is OPS
        assert "No row under the cursor." in inspected(console)


async def test_inspector_is_masked_with_the_panes(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        await console.press("j")
        await rest(console)
        await console.press("P")
        assert "api-02" not in inspected(console)
        assert "192.0.2.15" not in inspected(console)
        await console.press("P")
        assert "api-02" in inspected(console)


async def test_inspector_in_ascii_mode_writes_ascii_only(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN, ascii=True) as console:
        await console.press("j")
        await rest(console)
        assert inspected(console).isascii()


async def test_plain_mode_shows_the_inspector_on_request_only(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN, plain=True) as console:
        assert not inspected(console)
        await console.press("i")
        assert "Cloud server api-01" in inspected(console)


async def test_width_and_visibility_are_remembered(
    opened: Opening, tmp_path: Path, demo_account: Account
) -> None:
    async with opened(size=WIDE_SCREEN, state_dir=tmp_path) as console:
        await console.command("inspector 40")
        assert console.screen.panes.inspector.size.width == 40
        await console.command("inspector 90")
        assert "90 is not on, off, or a width of 30 to 50 cells" in console.message
        await console.press("i")
        assert (tmp_path / FILE).exists()
    async with opened(size=WIDE_SCREEN, state_dir=tmp_path) as console:
        assert not inspected(console)
        await console.press("i")
        assert console.screen.panes.inspector.size.width == 40


async def test_resize_moves_the_inspector_out_of_the_way(opened: Opening) -> None:
    async with opened(size=WIDE_SCREEN) as console:
        await console.press("j")
        await console.resize(*WIDE)
        assert not inspected(console)
        assert console.shown_panes()[:3] == [SERVERS, IPS, POOLS]
        await console.resize(*WIDE_SCREEN)
        assert inspected(console)
