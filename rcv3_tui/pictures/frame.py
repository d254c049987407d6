"""What stands on the screen at one moment, in the colours that the terminal would be sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from textual._compositor import LayoutUpdate

from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.output import Look, glyphs_of
from rcv3_tui.tui.shades import VGA, Rgb

GROUND: Final = "#0c0c0c"
"""The terminal's own background in the pictures, where the console sends none."""

TEXT: Final = "#d0d0d0"
"""The terminal's own text."""

_LEVELS = (0, 95, 135, 175, 215, 255)


@dataclass(frozen=True, slots=True)
class Paint:
    """How a piece of text is drawn."""

    front: str = TEXT
    back: str = GROUND
    bold: bool = False
    underline: bool = False


Run: TypeAlias = tuple[str, int, Paint]
"""A piece of text, the cells that it takes, and how it is drawn."""

Row: TypeAlias = tuple[Run, ...]

Frame: TypeAlias = tuple[Row, ...]
"""The rows of a screen, from the top."""


def take(app: ConsoleApp) -> Frame:
    """Take what an app shows at this moment."""
    # `render_update` knows how the screens behind a dialog shine through.
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    if not isinstance(update, LayoutUpdate):
        raise TypeError(f"not a full picture: {update!r}")
    return tuple(
        _row(
            [
                glyph
                for strip in strips
                for glyph in glyphs_of(strip, app.depth, ascii_only=app.settings.ascii)
            ]
        )
        for strips in update.strips
    )


def _row(glyphs: list[tuple[str, Look]]) -> Row:
    runs: list[Run] = []
    text, cells, look = "", 0, Look()
    for sign, own in glyphs:
        if own != look and cells:
            runs.append((text, cells, paint_of(look)))
            text, cells = "", 0
        look = own
        text, cells = text + sign, cells + 1
    if cells:
        runs.append((text, cells, paint_of(look)))
    return tuple(runs)


def paint_of(look: Look) -> Paint:
    """Give what a terminal makes of a style's codes."""
    attributes = look.attributes.split(";")
    front = _color(look.front, bright="1" in attributes) or TEXT
    back = _color(look.back) or GROUND
    if "7" in attributes:
        front, back = back, front
    return Paint(front, back, bold="1" in attributes, underline="4" in attributes)


def _color(codes: str, *, bright: bool = False) -> str:
    """Give the colour that SGR codes stand for; empty for the terminal's own."""
    numbers = [int(code) for code in re.findall(r"\d+", codes)]
    if not numbers or numbers[0] in (39, 49):
        return ""
    if numbers[0] in (38, 48):
        return _hex(_cube(numbers[2]) if numbers[1] == 5 else (numbers[2], numbers[3], numbers[4]))
    number = numbers[0] % 10 + (8 if numbers[0] >= 90 or bright else 0)
    return _hex(VGA[number])


def _cube(number: int) -> Rgb:
    """Give one of the 256 colours of xterm."""
    if number < 16:
        return VGA[number]
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return grey, grey, grey
    number -= 16
    return _LEVELS[number // 36], _LEVELS[number // 6 % 6], _LEVELS[number % 6]


def _hex(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
