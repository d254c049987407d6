"""Tables: plain ones for pipes, where nothing is cut, and such as fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.status import ASCII_SIGNS, SIGNS, Phase
from rcv3_tui.model.text import ascii_only
from rcv3_tui.model.times import elapsed
from rcv3_tui.oneshot.listing import Cell, Head, Listing
from rcv3_tui.oneshot.out import Looks
from rcv3_tui.oneshot.times import rfc3339
from rcv3_tui.oneshot.widths import cut, pad, width

_GAP = "  "
_COLOURS = {
    Phase.SETTLED: "32",
    Phase.MOVING: "33",
    Phase.FAILED: "1;31",
    Phase.GONE: "2",
    Phase.OFF: "2",
}


class _Shown(Struct, frozen=True):
    """A cell as text, and the colour it has on a terminal."""

    text: str
    phase: Phase | None = None


def plain(listing: Listing, *, header: bool, ascii: bool = False) -> str:
    """Write a listing for a pipe: values as they are, whole, in columns.

    Args:
        listing: What to write.
        header: Begin with the columns' names.
        ascii: Spell what ASCII does not have.
    """
    lines = [[_text(cell, ascii) for cell in row.cells] for row in listing.rows]
    if header:
        lines.insert(0, [head.label for head in listing.heads])
    widths = [max(map(width, column), default=0) for column in zip(*lines, strict=True)]
    return "".join(
        _GAP.join(
            pad(text, cells, right=head.right)
            for head, text, cells in zip(listing.heads, line, widths, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )


def painted(listing: Listing, looks: Looks, *, header: bool) -> list[str]:
    """Write a listing for a terminal: as wide as it is, statuses with a sign and a colour.

    Args:
        listing: What to write.
        looks: The terminal.
        header: Begin with the columns' names.

    Returns:
        The lines.
    """
    rows = [[_shown(cell, looks) for cell in row.cells] for row in listing.rows]
    heads, kept, widths = _laid_out(listing, rows, looks.columns, header=header)
    lines = []
    if header:
        line = _line([_Shown(head.label) for head in heads], heads, widths, looks)
        lines.append(f"\x1b[1m{line}\x1b[0m" if looks.colours else line)
    for row in rows:
        lines.append(_line([row[place] for place in kept], heads, widths, looks))
    return lines


def coloured(text: str, colour: str, looks: Looks) -> str:
    """Give a text in a colour, where there are colours.

    Args:
        text: What to colour.
        colour: The numbers of an SGR sequence.
        looks: Where it goes.
    """
    return f"\x1b[{colour}m{text}\x1b[0m" if looks.colours and text else text


def _line(row: Sequence[_Shown], heads: Sequence[Head], widths: Sequence[int], looks: Looks) -> str:
    parts = []
    for cell, head, cells in zip(row, heads, widths, strict=True):
        text = pad(cut(cell.text, cells, ascii=looks.ascii), cells, right=head.right)
        colour = None if cell.phase is None else _COLOURS[cell.phase]
        parts.append(text if colour is None else coloured(text, colour, looks))
    line = _GAP.join(parts)
    return line if looks.colours else line.rstrip()


def _laid_out(
    listing: Listing, rows: Sequence[Sequence[_Shown]], columns: int, *, header: bool
) -> tuple[list[Head], list[int], list[int]]:
    """Fit the columns into the terminal: leave out the least wanted, then narrow the widest.

    Returns:
        The columns that stay, their places among all of them, and their widths.
    """
    heads = list(listing.heads)
    natural = [
        max((width(row[place].text) for row in rows), default=0) for place in range(len(heads))
    ]
    if header:
        natural = [max(w, len(head.label)) for w, head in zip(natural, heads, strict=True)]
    kept = list(range(len(heads)))
    if not listing.chosen:
        # A column in which nothing stands says nothing.
        kept = [p for p in kept if any(row[p].text != "-" for row in rows) or heads[p].rank == 0]
        while len(kept) > 2 and _least(heads, natural, kept) > columns:
            kept.remove(max(kept, key=lambda place: (heads[place].rank, place)))
    widths = {place: natural[place] for place in kept}
    while _total(widths) > columns:
        room = {p: widths[p] - min(natural[p], heads[p].least) for p in kept if widths[p] > 1}
        if not room:
            break
        # What has most to spare gives first; then whatever matters least.
        widths[max(room, key=lambda place: (room[place], heads[place].rank, place))] -= 1
    return [heads[p] for p in kept], kept, [widths[p] for p in kept]


def _least(heads: Sequence[Head], natural: Sequence[int], kept: Sequence[int]) -> int:
    return _total({place: min(natural[place], heads[place].least) for place in kept})


def _total(widths: dict[int, int]) -> int:
    return sum(widths.values()) + len(_GAP) * (len(widths) - 1)


def _text(cell: Cell, ascii: bool) -> str:
    text = _value_text(cell)
    return ascii_only(text) if ascii else text


def _value_text(cell: Cell) -> str:
    value = cell.value
    if cell.unknown:
        return "?"
    if value is None or value in ("", ()):
        return "-"
    if cell.age is not None:
        return elapsed(cell.age)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return rfc3339(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _shown(cell: Cell, looks: Looks) -> _Shown:
    text = _text(cell, looks.ascii)
    if cell.phase is None:
        return _Shown(text)
    signs = ASCII_SIGNS if looks.ascii else SIGNS
    note = f" {cell.note}" if cell.note else ""
    return _Shown(f"{signs[cell.phase]} {text}{note}", cell.phase)
