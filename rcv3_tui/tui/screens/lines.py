"""Lines of literal text with toned spans, and how they break at a width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.cells import cell_len, get_character_cell_size

TONES = (
    "ok",
    "moving",
    "failed",
    "warn",
    "muted",
    "accent",
    "key",
    "strong",
    "string",
    "number",
    "constant",
)
"""What a span can be; the colours are the style sheet's."""


class Span(Struct, frozen=True):
    """Characters `start` to `end` of a line, drawn in a tone."""

    start: int
    end: int
    tone: str


class Line(Struct, frozen=True):
    """One line of text, shown as it is spelled."""

    text: str
    spans: tuple[Span, ...] = ()
    hang: int = 0
    """Cells by which the rest of a line is moved in when it does not fit."""


class Row(Struct, frozen=True):
    """A piece of a line that fits on one row of the screen."""

    line: int
    start: int
    end: int
    indent: int


def toned(text: str, tone: str, hang: int = 0) -> Line:
    """Give a line that is all of one tone."""
    return Line(text, (Span(0, len(text), tone),) if tone else (), hang)


def pieces(*parts: tuple[str, str], hang: int = 0) -> Line:
    """Give a line of parts, each a text and its tone (empty: plain)."""
    spans: list[Span] = []
    text = ""
    for part, tone in parts:
        if tone and part:
            spans.append(Span(len(text), len(text) + len(part), tone))
        text += part
    return Line(text, tuple(spans), hang)


def as_lines(lines: Iterable[Line | str]) -> tuple[Line, ...]:
    """Give plain texts as lines, and lines as they are; a text of several lines as several."""
    found: list[Line] = []
    for line in lines:
        if isinstance(line, Line):
            found.append(line)
        else:
            found += [Line(text) for text in line.split("\n")]
    return tuple(found)


def wrap(lines: Sequence[Line], width: int) -> list[Row]:
    """Break lines at a width, at spaces where there are any.

    Args:
        lines: The lines.
        width: Cells of a row; at least one character goes on each.

    Returns:
        Every row, in order; a line of no text is one empty row.
    """
    rows: list[Row] = []
    for number, line in enumerate(lines):
        text = line.text
        if len(text) <= width and (text.isascii() or cell_len(text) <= width):
            rows.append(Row(number, 0, len(text), 0))
            continue
        start, indent = 0, 0
        hang = line.hang if line.hang <= width // 2 else 0
        while True:
            end = _break(text, start, max(1, width - indent))
            rows.append(Row(number, start, end, indent))
            while end < len(text) and text[end] == " ":
                end += 1
            if end >= len(text):
                break
            start, indent = end, hang
    return rows


def _break(text: str, start: int, width: int) -> int:
    cells, end = 0, start
    while end < len(text):
        cells += get_character_cell_size(text[end])
        if cells > width:
            break
        end += 1
    end = max(end, start + 1)
    if end >= len(text) or text[end] == " ":
        return end
    space = text.rfind(" ", start, end)
    return space if space > start and text[start:space].strip() else end
