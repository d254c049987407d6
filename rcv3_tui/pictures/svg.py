"""Draws frames as SVG: one frame as a picture, several as a recording.

Renderers differ in fonts and in what they make of blanks, so each group of words has a place of its
own, and nothing outside the file is referred to. In a recording each line is drawn once for each
text that it shows, and switched on and off; what does not change is in the file once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from rich.cells import cell_len

from rcv3_tui.pictures.frame import GROUND, Frame, Paint, Row

_CELL: Final = 8.4
_LINE: Final = 18
_SIZE: Final = 14
_BASE: Final = 13.5
"""From the top of a line to the letters' base."""

_MARGIN: Final = 10
_BAR: Final = 30
"""Height of the bar with the window's name."""

_WORDS = re.compile(r"\S+(?: \S+)*")
_FONTS = "'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',monospace"


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame of a recording and the seconds for which it stands."""

    frame: Frame
    seconds: float


def picture(frame: Frame, title: str) -> str:
    """Draw one frame.

    Args:
        frame: What is drawn.
        title: The window's name.

    Returns:
        The SVG file's text.
    """
    sheet = _Sheet()
    lines = [sheet.row(row, y) for y, row in enumerate(frame)]
    return sheet.page(frame, title, "".join(lines))


def recording(moments: Sequence[Moment], title: str) -> str:
    """Draw frames that follow each other, over and over.

    Args:
        moments: What is drawn, all of one size.
        title: The window's name.

    Returns:
        The SVG file's text.
    """
    sheet = _Sheet()
    total = sum(moment.seconds for moment in moments)
    lines: list[str] = []
    for y in range(len(moments[0].frame)):
        shown: dict[Row, list[tuple[float, float]]] = {}
        start = 0.0
        for moment in moments:
            spans = shown.setdefault(moment.frame[y], [])
            if spans and abs(spans[-1][1] - start) < 1e-9:
                spans[-1] = (spans[-1][0], start + moment.seconds)
            else:
                spans.append((start, start + moment.seconds))
            start += moment.seconds
        if len(shown) == 1:
            lines.append(sheet.row(moments[0].frame[y], y))
            continue
        for row, spans in shown.items():
            lines.append(_switched(sheet.row(row, y), spans, total))
    return sheet.page(moments[0].frame, title, "".join(lines))


def _switched(drawn: str, spans: Sequence[tuple[float, float]], total: float) -> str:
    """Give a line that is seen in some spans of time alone."""
    changes = {0.0: "hidden"}
    for start, stop in spans:
        changes[start] = "visible"
        if stop < total - 1e-9:
            changes[stop] = "hidden"
    values, times = ";".join(changes.values()), ";".join(_share(at / total) for at in changes)
    return (
        f'<g visibility="{changes[0.0]}">{drawn}'
        f'<animate attributeName="visibility" calcMode="discrete" repeatCount="indefinite" '
        f'dur="{total:g}s" values="{values}" keyTimes="{times}"/></g>'
    )


class _Sheet:
    """A style sheet that grows with what is drawn."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def row(self, row: Row, y: int) -> str:
        """Draw one row of a frame."""
        top = _BAR + y * _LINE
        grounds: list[str] = []
        texts: list[str] = []
        x = 0
        for text, cells, paint in row:
            if paint.back != GROUND:
                grounds.append(
                    f'<rect class="{self._name("fill:" + paint.back)}" x="{_at(x)}" y="{top}" '
                    f'width="{_width(cells + 0.05)}" height="{_LINE}"/>'
                )
            look = self._name(_look(paint))
            if paint.underline:
                line = self._name(f"fill:{paint.front}")
                grounds.append(
                    f'<rect class="{line}" x="{_at(x)}" y="{top + _LINE - 2}" '
                    f'width="{_width(cells)}" height="1"/>'
                )
            for words in _WORDS.finditer(text):
                before = cell_len(text[: words.start()])
                texts.append(
                    f'<text class="{look}" x="{_at(x + before)}" y="{top + _BASE:g}" '
                    f'textLength="{_width(cell_len(words[0]))}">{escape(words[0])}</text>'
                )
            x += cells
        # A line that replaces another has to cover it.
        return "".join(grounds) + "".join(texts) + "\n"

    def page(self, frame: Frame, title: str, content: str) -> str:
        """Give the whole file."""
        columns = max(sum(cells for _, cells, _ in row) for row in frame)
        width = columns * _CELL + 2 * _MARGIN
        height = len(frame) * _LINE + _BAR + _MARGIN
        rules = "".join(f".{name}{{{rule}}}" for rule, name in self._classes.items())
        dots = "".join(f'<circle cx="{16 + 15 * n}" cy="15" r="4.5"/>' for n in range(3))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}">\n'
            f"<title>{escape(title)}</title>\n"
            f"<style>text{{font:{_SIZE}px {_FONTS};white-space:pre}}{rules}</style>\n"
            f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{GROUND}"/>\n'
            f'<g fill="#444">{dots}</g>'
            f'<text x="{width / 2:g}" y="19" fill="#888" text-anchor="middle">'
            f"{escape(title)}</text>\n{content}</svg>\n"
        )

    def _name(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"c{len(self._classes)}")


def _look(paint: Paint) -> str:
    rule = f"fill:{paint.front}"
    if paint.bold:
        rule += ";font-weight:bold"
    return rule


def _share(part: float) -> str:
    return f"{part:.4f}".rstrip("0").rstrip(".")


def _at(column: float) -> str:
    return f"{_MARGIN + column * _CELL:.5g}"


def _width(cells: float) -> str:
    return f"{cells * _CELL:.5g}"
