"""Draws box lines and blocks as shapes, so that they join from one line of the screen to the next.

A renderer draws them as letters of its font, which are lower than a line of the picture: vertical
lines would have a gap in every row.
"""

from __future__ import annotations

import re
from typing import Final

_SEGMENTS: Final = {
    "─": "lr",
    "│": "tb",
    "┌": "rb",
    "┐": "lb",
    "└": "tr",
    "┘": "tl",
    "├": "tbr",
    "┤": "tbl",
    "┬": "lrb",
    "┴": "lrt",
    "┼": "lrtb",
}
"""By character: the edges of its cell (left, right, top, bottom) that its lines reach."""

_BLOCKS: Final = {"▎": 0.25, "▌": 0.5, "█": 1.0}
"""By character: the part of its cell's width that is filled, from the left."""

BOX_CHARACTERS: Final = "".join((*_SEGMENTS, *_BLOCKS))
"""The characters that are drawn as shapes."""

_RUNS: Final = re.compile(f"─+|[{BOX_CHARACTERS}]")


def box_path(text: str, x: float, top: float, cell: float, line: float) -> str:
    """Return the path data of the box characters in a text, to be filled.

    Args:
        text: a text whose characters before the last box character take one cell each.
        x: where its first cell begins.
        top: where its line begins.
        cell: the width of a cell.
        line: the height of a line.

    Returns:
        Closed rectangles; empty if the text has no box character.
    """
    parts: list[str] = []
    for run in _RUNS.finditer(text):
        left, character = x + run.start() * cell, run[0][0]
        if character in _BLOCKS:
            parts.append(_rectangle(left, top, _BLOCKS[character] * cell, line))
            continue
        width = len(run[0]) * cell
        middle, center = left + width / 2, top + line / 2
        segments = _SEGMENTS[character]
        if "l" in segments or "r" in segments:
            start = left if "l" in segments else middle - 0.5
            stop = left + width if "r" in segments else middle + 0.5
            parts.append(_rectangle(start, center - 0.5, stop - start, 1))
        if "t" in segments or "b" in segments:
            start = top if "t" in segments else center - 0.5
            stop = top + line if "b" in segments else center + 0.5
            parts.append(_rectangle(middle - 0.5, start, 1, stop - start))
    return "".join(parts)


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.5g} {y:.5g}h{width:.5g}v{height:.5g}h-{width:.5g}z"
