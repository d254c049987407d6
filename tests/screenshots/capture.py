"""Captures the screen of the app, in the colors that a terminal would be sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.color_mapping import VGA, Rgb
from rcv3_tui.tui.screen_diff import cells_of
from rcv3_tui.tui.sgr import SgrStyle
from rcv3_tui.tui.textual_compat import LayoutUpdate

BACKGROUND: Final = "#0c0c0c"
"""The terminal's default background, used where the console sends no color."""

FOREGROUND: Final = "#d0d0d0"
"""The terminal's default text color."""

_LEVELS = (0, 95, 135, 175, 215, 255)


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The style of a piece of text."""

    front: str = FOREGROUND
    back: str = BACKGROUND
    bold: bool = False
    underline: bool = False


Run: TypeAlias = tuple[str, int, CellStyle]
"""A piece of text in one style, and the number of cells that it takes."""

Row: TypeAlias = tuple[Run, ...]

Capture: TypeAlias = tuple[Row, ...]
"""The rows of a screen, from the top."""


def capture(app: ConsoleApp) -> Capture:
    """Capture what an app shows now, with the screens behind a dialog.

    `App.export_screenshot` does the same, but always in 24-bit colors; the terminal that is shown
    here may have fewer, or ASCII alone.
    """
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    if not isinstance(update, LayoutUpdate):
        raise TypeError(f"not a full update: {update!r}")
    return tuple(
        _row(
            [
                cell
                for strip in strips
                for cell in cells_of(strip, app.depth, ascii_only=app.settings.ascii)
            ]
        )
        for strips in update.strips
    )


def _row(cells: list[tuple[str, SgrStyle]]) -> Row:
    runs: list[Run] = []
    for sgr, group in groupby(cells, key=itemgetter(1)):
        texts = [text for text, _ in group]
        runs.append(("".join(texts), len(texts), style_of(sgr)))
    return tuple(runs)


def style_of(sgr: SgrStyle) -> CellStyle:
    """Return how a terminal shows a style's SGR codes."""
    attributes = sgr.attributes.split(";")
    front = _color(sgr.front, bright="1" in attributes) or FOREGROUND
    back = _color(sgr.back) or BACKGROUND
    if "7" in attributes:
        front, back = back, front
    return CellStyle(front, back, bold="1" in attributes, underline="4" in attributes)


def _color(codes: str, *, bright: bool = False) -> str:
    """Return the color that SGR codes select; empty for the terminal's default."""
    numbers = [int(code) for code in re.findall(r"\d+", codes)]
    if not numbers or numbers[0] in (39, 49):
        return ""
    if numbers[0] in (38, 48):
        return _hex(_cube(numbers[2]) if numbers[1] == 5 else (numbers[2], numbers[3], numbers[4]))
    number = numbers[0] % 10 + (8 if numbers[0] >= 90 or bright else 0)
    return _hex(VGA[number])


def _cube(number: int) -> Rgb:
    """Return one of xterm's 256 colors."""
    if number < 16:
        return VGA[number]
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return grey, grey, grey
    number -= 16
    return _LEVELS[number // 36], _LEVELS[number // 6 % 6], _LEVELS[number % 6]


def _hex(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
