"""Help and the message log are texts made from what they are given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rcv3_tui.tui.messages import Said
from rcv3_tui.tui.screens.help import HelpScreen, help_lines
from rcv3_tui.tui.screens.log import LogScreen

from .conftest import Opener  # isort: skip

GROUPS = [
    ("Going", [("1 2 3", "go to Servers, Public IPs, Pools"), ("[", "back"), ("]", "forward")]),
    ("Changing", [("a", "add"), ("Ctrl+D, Delete", "remove: opens the dialog"), ("u", "undo")]),
    ("Empty", []),
    ("Program", [("q", "quit"), ("?", "[bold]help[/]")]),
]
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def said(count: int) -> list[Said]:
    return [Said(START + timedelta(seconds=n), f"message {n}", "failed") for n in range(count)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_key_is_in_the_help(opened: Opener, size: tuple[int, int]) -> None:
    async with opened(HelpScreen(GROUPS), size) as dialog:
        for heading, keys in GROUPS:
            assert (heading in dialog.picture) == bool(keys)
            for key, what in keys:
                assert key in dialog.picture
                assert what in dialog.picture


async def test_wide_help_stands_in_two_columns(opened: Opener) -> None:
    async with opened(HelpScreen(GROUPS), (120, 40)) as dialog:
        assert any("Going" in row and "Changing" in row for row in dialog.picture.split("\n"))


async def test_help_closes_and_can_be_searched(opened: Opener) -> None:
    async with opened(HelpScreen(GROUPS, ascii_only=True), (20, 5)) as dialog:
        assert dialog.picture.isascii()
        await dialog.press("slash", "u", "enter", "escape", "escape")
        assert dialog.answers == [None]


def test_long_explanations_are_broken_within_their_column() -> None:
    groups = [("A", [("a", "word " * 30)]), ("B", [("b", "word " * 30)])]
    lines = help_lines(groups, 100)
    assert all(len(line.text.rstrip()) <= 100 for line in lines)
    assert sum(line.text.count("word") for line in lines) == 60


async def test_the_log_opens_at_the_newest_message(opened: Opener) -> None:
    async with opened(LogScreen(said(100))) as dialog:
        assert "message 99" in dialog.picture
        assert "message 0 " not in dialog.picture


async def test_the_log_follows_while_the_newest_is_in_view(opened: Opener) -> None:
    screen = LogScreen(said(100))
    async with opened(screen) as dialog:
        screen.set_messages(said(101))
        await dialog.pilot.pause()
        assert "message 100" in dialog.picture


async def test_the_log_stays_with_a_reader_who_has_gone_up(opened: Opener) -> None:
    screen = LogScreen(said(100))
    async with opened(screen) as dialog:
        await dialog.press("g")
        screen.set_messages(said(101))
        await dialog.pilot.pause()
        assert "message 100" not in dialog.picture
        assert "message 0 " in dialog.picture


async def test_an_empty_log_says_so(opened: Opener) -> None:
    async with opened(LogScreen([])) as dialog:
        assert "nothing has been said yet" in dialog.picture


async def test_a_message_that_looks_like_markup_is_shown_as_it_is_spelled(opened: Opener) -> None:
    async with opened(LogScreen([Said(START, "[/] of [bold]web[/]")])) as dialog:
        assert "[/] of [bold]web[/]" in dialog.picture
