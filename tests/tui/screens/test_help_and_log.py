"""Help and the message log are texts made from what they are given."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from rcv3_tui.tui.screens.help import HelpScreen, help_lines
from rcv3_tui.tui.screens.log import LogScreen
from rcv3_tui.tui.widgets.message_line import LogMessage
from rcv3_tui.views.field import pane_columns
from rcv3_tui.views.formatting import ASCII, format_time
from rcv3_tui.views.operations import OPERATIONS
from rcv3_tui.views.rows import OperationRow
from tests.support.rows import operation

from .conftest import Opener  # isort: skip

GROUPS = [
    ("Going", [("1 2 3", "go to Servers, Public IPs, Pools"), ("[", "back"), ("]", "forward")]),
    ("Changing", [("a", "add"), ("Ctrl+D, Delete", "remove: opens the dialog"), ("u", "undo")]),
    ("Empty", []),
    ("Program", [("q", "quit"), ("?", "[bold]help[/]")]),
]
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def messages(count: int) -> list[LogMessage]:
    return [
        LogMessage(START + timedelta(seconds=n), f"message {n}", "failed") for n in range(count)
    ]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_key_is_in_the_help(open_screen: Opener, size: tuple[int, int]) -> None:
    async with open_screen(HelpScreen(GROUPS), size) as dialog:
        for heading, keys in GROUPS:
            assert (heading in dialog.text) == bool(keys)
            for key, what in keys:
                assert key in dialog.text
                assert what in dialog.text


async def test_wide_help_has_two_columns(open_screen: Opener) -> None:
    async with open_screen(HelpScreen(GROUPS), (120, 40)) as dialog:
        assert any("Going" in row and "Changing" in row for row in dialog.text.split("\n"))


async def test_help_closes_and_can_be_searched(open_screen: Opener) -> None:
    async with open_screen(HelpScreen(GROUPS, ascii_only=True), (20, 5)) as dialog:
        assert dialog.text.isascii()
        await dialog.press("slash", "u", "enter", "escape", "escape")
        assert dialog.answers == [None]


def test_long_explanations_are_broken_within_their_column() -> None:
    groups = [("A", [("a", "word " * 30)]), ("B", [("b", "word " * 30)])]
    lines = help_lines(groups, 100)
    assert all(len(line.text.rstrip()) <= 100 for line in lines)
    assert sum(line.text.count("word") for line in lines) == 60


async def test_log_opens_at_the_newest_message(open_screen: Opener) -> None:
    async with open_screen(LogScreen(messages(100))) as dialog:
        assert "message 99" in dialog.text
        assert "message 0 " not in dialog.text


async def test_log_follows_while_the_newest_is_in_view(open_screen: Opener) -> None:
    screen = LogScreen(messages(100))
    async with open_screen(screen) as dialog:
        screen.set_messages(messages(101))
        await dialog.pilot.pause()
        assert "message 100" in dialog.text


async def test_log_does_not_follow_after_scrolling_up(open_screen: Opener) -> None:
    screen = LogScreen(messages(100))
    async with open_screen(screen) as dialog:
        await dialog.press("g")
        screen.set_messages(messages(101))
        await dialog.pilot.pause()
        assert "message 100" not in dialog.text
        assert "message 0 " in dialog.text


async def test_empty_log_shows_a_note(open_screen: Opener) -> None:
    async with open_screen(LogScreen([])) as dialog:
        assert "no messages yet" in dialog.text


async def test_message_with_markup_is_shown_literally(
    open_screen: Opener,
) -> None:
    async with open_screen(LogScreen([LogMessage(START, "[/] of [bold]web[/]")])) as dialog:
        assert "[/] of [bold]web[/]" in dialog.text


async def test_log_and_operations_have_the_same_time_in_one_zone(
    open_screen: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        async with open_screen(LogScreen(messages(1)), (80, 24)) as dialog:
            assert "times in UTC" in dialog.text
            assert "03:04:05" in dialog.text
        east = START.astimezone(timezone(timedelta(hours=13)))
        column = next(c for c in pane_columns(OPERATIONS, ASCII, lambda: START, regions=False))
        item = OperationRow("op-1", replace(operation(), asked=east))
        assert column.label == "WHEN UTC"
        assert column.cell(item).text == "03:04:05"
        assert format_time(east) == "2026-01-02 03:04:05 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()
