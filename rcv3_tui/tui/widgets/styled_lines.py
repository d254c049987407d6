"""Lines of literal text with styled spans, and their wrapping."""

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
"""The tones of spans; their colors are in the style sheet."""


class Span(Struct, frozen=True):
    """Characters `start` to `end` of a line, drawn in a tone."""

    start: int
    end: int
    tone: str


class StyledLine(Struct, frozen=True):
    """One line of literal text."""

    text: str
    spans: tuple[Span, ...] = ()
    hang: int = 0
    """The indent of continuation rows, in cells."""


class LineRow(Struct, frozen=True):
    """A piece of a line that fits into one row of the screen."""

    line: int
    start: int
    end: int
    indent: int


def styled(text: str, tone: str, hang: int = 0) -> StyledLine:
    """Return a line of one tone."""
    return StyledLine(text, (Span(0, len(text), tone),) if tone else (), hang)


def styled_spans(*parts: tuple[str, str], hang: int = 0) -> StyledLine:
    """Return a line of texts with their tones (empty: plain)."""
    spans: list[Span] = []
    text = ""
    for part, tone in parts:
        if tone and part:
            spans.append(Span(len(text), len(text) + len(part), tone))
        text += part
    return StyledLine(text, tuple(spans), hang)


def to_lines(lines: Iterable[StyledLine | str]) -> tuple[StyledLine, ...]:
    """Return texts as lines; a text with line breaks becomes several."""
    found: list[StyledLine] = []
    for line in lines:
        if isinstance(line, StyledLine):
            found.append(line)
        else:
            found += [StyledLine(text) for text in line.split("\n")]
    return tuple(found)


def wrap(lines: Sequence[StyledLine], width: int) -> list[LineRow]:
    """Wrap lines at a width, at spaces where possible.

    Args:
        lines: The lines.
        width: The width of a row, in cells; each row has at least one character.

    Returns:
        The rows in order; an empty line is one empty row.
    """
    rows: list[LineRow] = []
    for number, line in enumerate(lines):
        text = line.text
        if len(text) <= width and (text.isascii() or cell_len(text) <= width):
            rows.append(LineRow(number, 0, len(text), 0))
            continue
        start, indent = 0, 0
        hang = line.hang if line.hang <= width // 2 else 0
        while True:
            end = _break(text, start, max(1, width - indent))
            rows.append(LineRow(number, start, end, indent))
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
