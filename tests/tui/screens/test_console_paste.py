"""Pasted text: a field takes its first line, and the console says what it left out."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input

from rcv3_tui.tui.screens.login import LoginScreen
from tests.support.console import SERVERS, Console, Opening, text_of


async def paste(console: Console, text: str) -> None:
    console.app.post_message(events.Paste(text))
    await console.settle()


@pytest.mark.parametrize(
    ("text", "left_out"),
    [("web", 0), ("web\n", 0), ("\nweb", 0), ("\r\n \r\nweb\r\n", 0), ("\nweb\ndb\n\napi\n", 2)],
)
async def test_filter_takes_the_first_line_that_is_not_empty(
    opened: Opening, text: str, left_out: int
) -> None:
    async with opened() as console:
        await console.press("/")
        await paste(console, text)
        assert console.pane(SERVERS).filter_text == "web"
        assert (f"{left_out} more left out" in " ".join(console.message_texts)) is bool(left_out)


async def test_paste_outside_a_field_is_ignored_with_a_hint(
    opened: Opening,
) -> None:
    async with opened() as console:
        await paste(console, "secret\nq\n")
        assert console.front == "ConsoleScreen"
        assert "press / first" in console.message
        assert "secret" not in " ".join(console.message_texts)


async def test_login_shows_that_pasted_lines_were_ignored(opened: Opening) -> None:
    async with opened(credentials=None) as console:
        await console.settle()
        screen = console.app.screen
        assert isinstance(screen, LoginScreen)
        screen.query_one("#username", Input).focus()
        await console.settle()
        await paste(console, "\nacme\nother\n")
        assert screen.query_one("#username", Input).value == "acme"
        assert "1 more left out" in text_of(screen)
