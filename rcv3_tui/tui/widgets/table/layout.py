"""Where the columns stand at a given width.

Widths come from the columns alone, never from the rows: so they cost nothing at 10,000 rows, and a
column does not jump because a longer name arrived.
"""

from collections.abc import Sequence
from typing import Final, Generic

from msgspec import Struct

from .cells import Column, ItemT

GUTTER: Final = 2
"""Cells at the left edge: one for the cursor or the link, one for the mark."""

GAP: Final = 1
"""Cells between two columns."""


_ALWAYS: Final = 1
"""Priority up to which a column is kept in wide mode before any other: name and status."""


class Slot(Struct, Generic[ItemT], frozen=True):
    """A column and the place it got.

    Attributes:
        column: The column.
        x: First cell, from the table's left edge.
        width: Width in cells, without the gap that follows.
    """

    column: Column[ItemT]
    x: int
    width: int


def lay_out(
    columns: Sequence[Column[ItemT]], width: int, *, wide: bool = False
) -> tuple[Slot[ItemT], ...]:
    """Give each column its place, dropping those for which there is no room.

    Args:
        columns: All columns, in the order they are shown.
        width: Width of the table, in terminal cells.
        wide: Whether wide mode is on.

    Returns:
        The columns that are shown. One is always kept while there is a cell for it, cut as narrow
        as need be.
    """
    shown = [column for column in columns if wide or not column.wide_only]
    room = width - GUTTER
    if not shown or room <= 0:
        return ()
    if wide and _least(shown) > room:
        shown = _wide_ones(shown, room)
    while len(shown) > 1 and _least(shown) > room:
        # Of equals the last goes first.
        shown.remove(max(reversed(shown), key=lambda column: column.priority))
    widths = [min(column.min_width, room) for column in shown]
    _share(shown, widths, room - sum(widths) - GAP * (len(shown) - 1))
    slots: list[Slot[ItemT]] = []
    x = GUTTER
    for column, column_width in zip(shown, widths, strict=True):
        slots.append(Slot(column, x, column_width))
        x += column_width + GAP
    return tuple(slots)


def _wide_ones(columns: Sequence[Column[ItemT]], room: int) -> list[Column[ItemT]]:
    """Choose what wide mode shows where not all has room: something more, whatever the width.

    What a row is and how it is stay; then comes the first column of wide mode that fits, in place
    of usual ones if need be; then whatever else fits.
    """
    by_priority = sorted(columns, key=lambda column: column.priority)
    kept = [c for c in by_priority if c.priority <= _ALWAYS and not c.wide_only]

    def fits(column: Column[ItemT]) -> bool:
        return _least([*kept, column]) <= room

    more = next((column for column in columns if column.wide_only and fits(column)), None)
    if more is not None:
        kept.append(more)
    for column in by_priority:
        if column not in kept and fits(column):
            kept.append(column)
    return [column for column in columns if column in kept]


def _least(columns: Sequence[Column[ItemT]]) -> int:
    """Tell how many cells columns need at least, gaps included."""
    return sum(column.min_width for column in columns) + GAP * (len(columns) - 1)


def _share(columns: Sequence[Column[ItemT]], widths: list[int], spare: int) -> None:
    """Hand out spare cells by weight, in place, until they or the columns' limits are used up."""
    while spare > 0:
        growing = [
            (index, column.weight, column.max_width)
            for index, column in enumerate(columns)
            if column.weight > 0 and (column.max_width is None or widths[index] < column.max_width)
        ]
        if not growing:
            return
        weights = sum(weight for _, weight, _ in growing)
        pot = spare
        for index, weight, limit in growing:
            # At least one cell each, so that the loop ends.
            grant = min(max(1, pot * weight // weights), spare)
            if limit is not None:
                grant = min(grant, limit - widths[index])
            widths[index] += grant
            spare -= grant
