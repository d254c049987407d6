"""Renders captures as SVG: one as an image, several as an animation.

Renderers differ in fonts and in their treatment of blanks, so each group of words has its own
position, and the file refers to nothing outside. In an animation, each line is drawn once for each
text that it shows, and made visible and hidden; what does not change is in the file once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from rich.cells import cell_len

from tests.screenshots.box_lines import BOX_CHARACTERS, box_path
from tests.screenshots.capture import BACKGROUND, Capture, CellStyle, Row

_CELL: Final = 8.4
_LINE: Final = 18
_SIZE: Final = 14
_BASE: Final = 13.5
"""From the top of a line to the baseline."""

_MARGIN: Final = 10
_BAR: Final = 30
"""Height of the title bar."""

_WORDS = re.compile(rf"[^\s{BOX_CHARACTERS}]+(?: [^\s{BOX_CHARACTERS}]+)*")
_FONTS = "'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',monospace"


@dataclass(frozen=True, slots=True)
class Frame:
    """A capture in an animation, and the seconds for which it is shown."""

    capture: Capture
    seconds: float


def render_svg(capture: Capture, title: str) -> str:
    """Render one capture.

    Args:
        capture: The screen.
        title: The text of the title bar.

    Returns:
        The SVG file's text.
    """
    sheet = _Sheet()
    lines = [sheet.row(row, y) for y, row in enumerate(capture)]
    return sheet.page(capture, title, "".join(lines))


def render_animation(frames: Sequence[Frame], title: str) -> str:
    """Render frames as an animation that repeats.

    Args:
        frames: All of one size.
        title: The text of the title bar.

    Returns:
        The SVG file's text.
    """
    sheet = _Sheet()
    total = sum(frame.seconds for frame in frames)
    lines: list[str] = []
    for y in range(len(frames[0].capture)):
        shown: dict[Row, list[tuple[float, float]]] = {}
        start = 0.0
        for frame in frames:
            spans = shown.setdefault(frame.capture[y], [])
            if spans and abs(spans[-1][1] - start) < 1e-9:
                spans[-1] = (spans[-1][0], start + frame.seconds)
            else:
                spans.append((start, start + frame.seconds))
            start += frame.seconds
        if len(shown) == 1:
            lines.append(sheet.row(frames[0].capture[y], y))
            continue
        for row, spans in shown.items():
            lines.append(_switched(sheet.row(row, y), spans, total))
    return sheet.page(frames[0].capture, title, "".join(lines))


def _switched(drawn: str, spans: Sequence[tuple[float, float]], total: float) -> str:
    """Return a line that is visible in some spans of time only."""
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
    """Draws rows, and collects the style classes that they use."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def row(self, row: Row, y: int) -> str:
        """Return the elements of one row."""
        top = _BAR + y * _LINE
        backgrounds: list[str] = []
        texts: list[str] = []
        x = 0
        for text, cells, style in row:
            if style.back != BACKGROUND:
                backgrounds.append(
                    f'<rect class="{self._name("fill:" + style.back)}" x="{_at(x)}" y="{top}" '
                    f'width="{_width(cells + 0.05)}" height="{_LINE}"/>'
                )
            css_class = self._name(_rule(style))
            if style.underline:
                line = self._name(f"fill:{style.front}")
                backgrounds.append(
                    f'<rect class="{line}" x="{_at(x)}" y="{top + _LINE - 2}" '
                    f'width="{_width(cells)}" height="1"/>'
                )
            if lines := box_path(text, _MARGIN + x * _CELL, top, _CELL, _LINE):
                fill = self._name(f"fill:{style.front}")
                backgrounds.append(f'<path class="{fill}" d="{lines}"/>')
            for words in _WORDS.finditer(text):
                before = cell_len(text[: words.start()])
                texts.append(
                    f'<text class="{css_class}" x="{_at(x + before)}" y="{top + _BASE:g}" '
                    f'textLength="{_width(cell_len(words[0]))}">{escape(words[0])}</text>'
                )
            x += cells
        # A line that replaces another has to cover it.
        return "".join(backgrounds) + "".join(texts) + "\n"

    def page(self, capture: Capture, title: str, content: str) -> str:
        """Return the text of the file."""
        columns = max(sum(cells for _, cells, _ in row) for row in capture)
        width = columns * _CELL + 2 * _MARGIN
        height = len(capture) * _LINE + _BAR + _MARGIN
        rules = "".join(f".{name}{{{rule}}}" for rule, name in self._classes.items())
        dots = "".join(f'<circle cx="{16 + 15 * n}" cy="15" r="4.5"/>' for n in range(3))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}">\n'
            f"<title>{escape(title)}</title>\n"
            f"<style>text{{font:{_SIZE}px {_FONTS};white-space:pre}}{rules}</style>\n"
            f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{BACKGROUND}"/>\n'
            f'<g fill="#444">{dots}</g>'
            f'<text x="{width / 2:g}" y="19" fill="#888" text-anchor="middle">'
            f"{escape(title)}</text>\n{content}</svg>\n"
        )

    def _name(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"c{len(self._classes)}")


def _rule(style: CellStyle) -> str:
    rule = f"fill:{style.front}"
    if style.bold:
        rule += ";font-weight:bold"
    return rule


def _share(part: float) -> str:
    return f"{part:.4f}".rstrip("0").rstrip(".")


def _at(column: float) -> str:
    return f"{_MARGIN + column * _CELL:.5g}"


def _width(cells: float) -> str:
    return f"{cells * _CELL:.5g}"
