"""The widget of one line: header, titles, footer."""

from __future__ import annotations

from textual.app import App, ComposeResult

from rcv3_tui.tui.widgets.status_line import StatusLine, StyledText


class _Host(App[None]):
    def compose(self) -> ComposeResult:
        self.line = StatusLine()
        yield self.line


async def test_hidden_line_shows_its_latest_text_when_shown() -> None:
    app = _Host()
    async with app.run_test(size=(40, 5)) as pilot:
        app.line.show([StyledText("one")], [StyledText("right")])
        await pilot.pause()
        app.line.display = False
        await pilot.pause()
        app.line.show([StyledText("two")])
        await pilot.pause()
        app.line.display = True
        await pilot.pause()
        assert app.line.text == "two"


async def test_line_is_laid_out_for_another_width() -> None:
    app = _Host()
    async with app.run_test(size=(40, 5)) as pilot:
        app.line.show([StyledText("left")], [StyledText("right")])
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert app.line.text == f"left{' ' * 11}right"
