"""Tables as text: untruncated for pipes, fitted for terminals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.status import ASCII_SIGNS, SIGNS, Phase
from rcv3_tui.model.text_safety import ascii_data
from rcv3_tui.model.times import elapsed
from rcv3_tui.status.output import OutputStyle
from rcv3_tui.status.table_data import Cell, Header, TableData
from rcv3_tui.text_width import cell_width, fit_to_width, pad
from rcv3_tui.views.formatting import TONES, time_in_zone

_GAP = "  "
_SGR_OF_TONE = {"ok": "32", "moving": "33", "failed": "1;31", "muted": "2"}
_COLORS = {stage: _SGR_OF_TONE[tone] for stage, tone in TONES.items()}


class _Shown(Struct, frozen=True):
    """A cell as text, and its color on a terminal."""

    text: str
    phase: Phase | None = None


def render_plain(table: TableData, *, header: bool, ascii: bool = False) -> str:
    """Return a table for a pipe: whole values in columns.

    Args:
        table: What to write.
        header: Start with the names of the columns.
        ascii: Escape everything beyond ASCII.
    """
    lines = [[_text(cell, ascii) for cell in row.cells] for row in table.rows]
    if header:
        lines.insert(0, [head.label for head in table.heads])
    widths = [max(map(cell_width, column), default=0) for column in zip(*lines, strict=True)]
    return "".join(
        _GAP.join(
            pad(text, cells, "right" if head.right else "left")
            for head, text, cells in zip(table.heads, line, widths, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )


def render_terminal(table: TableData, style: OutputStyle, *, header: bool) -> list[str]:
    """Return a table that fits a terminal, with glyphs and colors for statuses.

    Args:
        table: What to write.
        style: The terminal.
        header: Start with the names of the columns.

    Returns:
        The lines.
    """
    rows = [[_shown(cell, style) for cell in row.cells] for row in table.rows]
    heads, shown, widths = _laid_out(table, rows, style.columns, header=header)
    lines = []
    if header:
        line = _line([_Shown(head.label) for head in heads], heads, widths, style)
        lines.append(f"\x1b[1m{line}\x1b[0m" if style.colors else line)
    for row in rows:
        lines.append(_line([row[place] for place in shown], heads, widths, style))
    return lines


def colorize(text: str, color: str, style: OutputStyle) -> str:
    """Return a text in a color, if the output has colors.

    Args:
        text: The text.
        color: The numbers of an SGR sequence.
        style: The style of the output.
    """
    return f"\x1b[{color}m{text}\x1b[0m" if style.colors and text else text


def _line(
    row: Sequence[_Shown], heads: Sequence[Header], widths: Sequence[int], style: OutputStyle
) -> str:
    parts = []
    for cell, head, cells in zip(row, heads, widths, strict=True):
        text = fit_to_width(cell.text, cells, "right" if head.right else "left", style.ellipsis)
        color = None if cell.phase is None else _COLORS[cell.phase]
        parts.append(text if color is None else colorize(text, color, style))
    line = _GAP.join(parts)
    return line if style.colors else line.rstrip()


def _laid_out(
    table: TableData, rows: Sequence[Sequence[_Shown]], columns: int, *, header: bool
) -> tuple[list[Header], list[int], list[int]]:
    """Fit the columns into the terminal: omit the least important, then shrink the widest.

    Returns:
        The remaining columns, their indexes among all columns, and their widths.
    """
    heads = list(table.heads)
    natural = [
        max((cell_width(row[place].text) for row in rows), default=0) for place in range(len(heads))
    ]
    if header:
        natural = [max(w, len(head.label)) for w, head in zip(natural, heads, strict=True)]
    shown = list(range(len(heads)))
    if not table.chosen:
        # An empty column has no information.
        shown = [p for p in shown if any(row[p].text != "-" for row in rows) or heads[p].rank == 0]
        while len(shown) > 2 and _least(heads, natural, shown) > columns:
            shown.remove(max(shown, key=lambda place: (heads[place].rank, place)))
    widths = {place: natural[place] for place in shown}
    while _total(widths) > columns:
        room = {p: widths[p] - min(natural[p], heads[p].least) for p in shown if widths[p] > 1}
        if not room:
            break
        # The column with the most spare width shrinks first, then the least important one.
        widths[max(room, key=lambda place: (room[place], heads[place].rank, place))] -= 1
    return [heads[p] for p in shown], shown, [widths[p] for p in shown]


def _least(heads: Sequence[Header], natural: Sequence[int], shown: Sequence[int]) -> int:
    return _total({place: min(natural[place], heads[place].least) for place in shown})


def _total(widths: dict[int, int]) -> int:
    return sum(widths.values()) + len(_GAP) * (len(widths) - 1)


def _text(cell: Cell, ascii: bool) -> str:
    text = _value_text(cell)
    return ascii_data(text) if ascii else text


def _value_text(cell: Cell) -> str:
    value = cell.value
    if cell.unknown:
        return ", ".join((*value, "?")) if isinstance(value, tuple) else "?"
    if value is None or value in ("", ()):
        return "-"
    if cell.age is not None:
        return elapsed(cell.age)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return time_in_zone(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _shown(cell: Cell, style: OutputStyle) -> _Shown:
    text = _text(cell, style.ascii)
    if cell.phase is None:
        return _Shown(text)
    signs = ASCII_SIGNS if style.ascii else SIGNS
    note = f" {cell.note}" if cell.note else ""
    return _Shown(f"{signs[cell.phase]} {text}{note}", cell.phase)
