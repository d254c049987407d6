"""Plain mode, for screen readers."""

from __future__ import annotations

import pytest

from tests.support.console import IPS, SERVERS, WIDE, Opening

FRAMES = set("│┃─━┌┐└┘┏┓┗┛╭╮╰╯▎●◐✗✓▲▼❯")


async def test_one_pane_fills_the_screen_and_no_frame_is_drawn(opened: Opening) -> None:
    async with opened(size=WIDE, plain=True, ascii=True) as console:
        assert console.shown_panes() == [SERVERS]
        await console.go(IPS, "203.0.113.12")
        assert console.shown_panes() == [IPS]
        assert not FRAMES & set(console.screen_text())
        await console.press("ctrl+d")
        dialog = console.screen_text()
        assert not FRAMES & set(dialog)
        assert "+---" not in dialog


async def test_status_change_is_announced_in_words(opened: Opening) -> None:
    async with opened(plain=True, ascii=True) as console:
        await console.go(IPS, "203.0.113.12")
        await console.press("t")
        await console.advance(60)
        assert any("203.0.113.12: ACTIVE to " in shown for shown in console.message_texts)
        assert any(
            "203.0.113.12" in shown and shown.endswith("to ACTIVE")
            for shown in console.message_texts
        )


@pytest.mark.parametrize("plain", [False, True])
async def test_statuses_are_announced_in_plain_mode_alone(opened: Opening, plain: bool) -> None:
    async with opened(plain=plain) as console:
        await console.go(IPS, "203.0.113.12")
        await console.press("t")
        await console.advance(60)
        assert any(" to ACTIVE" in shown for shown in console.message_texts) is plain
