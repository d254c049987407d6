"""The terminal's cursor is where the operator looks, for braille displays and magnifiers."""

from __future__ import annotations

import pytest

from tests.support.console import IPS, NARROW, SERVERS, WIDE, Console, Opening


def line_of_cursor(console: Console) -> str:
    """The line of the screen that the terminal's cursor is on, from its column."""
    x, y = console.app.cursor_position
    return console.screen_text().splitlines()[y][x:]


async def look(console: Console) -> str:
    console.app.redraw()
    await console.settle()
    return line_of_cursor(console)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_cursor_is_on_the_row_under_the_cursor(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size=size) as console:
        await console.go(SERVERS, "web-02")
        assert "web-02" in await look(console)
        await console.press("down")
        assert "web-03" in line_of_cursor(console)
        await console.go(IPS, "203.0.113.12")
        assert "203.0.113.12" in await look(console)


async def test_cursor_is_on_the_focused_button(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("ctrl+d")
        # What goes has to be typed first.
        assert (await look(console)).startswith("_")
        await console.write("web-02")
        await console.press("tab")
        assert (await look(console)).startswith("> Remove <")


async def test_cursor_is_on_the_choice(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-02")
        await console.press("C", "down")
        await look(console)
        first = line_of_cursor(console)
        await console.press("down")
        assert line_of_cursor(console) != first


async def test_terminal_cursor_follows_the_typed_text(opened: Opening) -> None:
    async with opened() as console:
        await console.press("/")
        await console.write("web")
        await console.settle()
        x, y = console.app.cursor_position
        assert (x, console.screen_text().splitlines()[y].rstrip()) == (4, "/web")
