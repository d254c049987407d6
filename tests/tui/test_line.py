"""The widget of one line: header, titles, footer."""

from __future__ import annotations

from textual.app import App, ComposeResult

from rcv3_tui.tui.widgets.line import Line, Piece


class _Host(App[None]):
    def compose(self) -> ComposeResult:
        self.line = Line()
        yield self.line


async def test_a_hidden_line_shows_what_it_was_told_meanwhile() -> None:
    app = _Host()
    async with app.run_test(size=(40, 5)) as pilot:
        app.line.show([Piece("one")], [Piece("right")])
        await pilot.pause()
        app.line.display = False
        await pilot.pause()
        app.line.show([Piece("two")])
        await pilot.pause()
        app.line.display = True
        await pilot.pause()
        assert app.line.text == "two"


async def test_a_line_is_laid_out_for_another_width() -> None:
    app = _Host()
    async with app.run_test(size=(40, 5)) as pilot:
        app.line.show([Piece("left")], [Piece("right")])
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert app.line.text == f"left{' ' * 11}right"
