"""The layout of columns at a given width.

Which columns are shown, and their first widths, depend on the columns only. Where a text of a row
in view is cut, its column gets the cells that others do not use. The content only grows until the
table is resized, sorted or filtered, so that no column jumps with a refresh. The tables of `status`
are laid out by their content, once, and therefore have a layout of their own
(`rcv3_tui.status.table_text`).
"""

from collections.abc import Mapping, Sequence
from typing import Final, Generic

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.text_width import Align, cell_width
from rcv3_tui.views.column import Cell, Column, ItemT

GUTTER: Final = 2
"""Cells at the left edge: one for the cursor or a link, one for the mark."""

GAP: Final = 1
"""Cells between two columns."""


_ALWAYS: Final = 1
"""Up to this priority a column always stays in wide mode: name and status."""


_LEAST_NAME: Final = 6
"""Cells of a name that is cut where no other column can be dropped."""

_WORTH: Final = 12
"""Cells that the longer content of a column needs at least, if it does not fit as a whole."""


class Content(Struct, frozen=True):
    """What the rows in view need, in cells, by the column's key."""

    widths: Mapping[str, int]
    """The width of the widest text."""
    full_widths: Mapping[str, int]
    """The same of the longer contents, for columns that have them."""


class ColumnSlot(Struct, Generic[ItemT], frozen=True):
    """A column and its place.

    Attributes:
        column: The column.
        x: First cell, from the table's left edge.
        width: Width in cells, without the gap that follows.
        is_full: There is room for the column's longer content.
        wraps: A longer text continues on more lines.
        is_below: The text is drawn on lines of its own below the row, without a label.
    """

    column: Column[ItemT]
    x: int
    width: int
    is_full: bool = False
    wraps: bool = False
    is_below: bool = False

    @property
    def align(self) -> Align:
        """The alignment of the text; longer content starts at the left."""
        return "left" if self.is_full else self.column.align

    def cell(self, item: ItemT) -> Cell:
        """Return the content of an item's cell."""
        column = self.column
        return column.full(item) if self.is_full and column.full else column.cell(item)


def layout_columns(
    columns: Sequence[Column[ItemT]],
    width: int,
    *,
    wide: bool = False,
    wraps: bool = False,
    content: Content | None = None,
) -> tuple[ColumnSlot[ItemT], ...]:
    """Return the place of each column, without those that do not fit.

    Args:
        columns: All columns, in the order they are shown.
        width: Width of the table, in terminal cells.
        wide: Whether wide mode is on.
        wraps: Whether a text that is cut continues on more lines, in a column that allows it.
        content: What the rows in view need; None: nothing is known of them.

    Returns:
        The columns that are shown; at least one while there is a cell for it.
    """
    slots = _in_one_line(columns, width, wide=wide, content=content)
    if not wraps or content is None:
        return slots
    long = next((slot for slot in slots if slot.column.wraps_from), None)
    if long is None or content.widths.get(long.column.key, 0) <= long.width:
        return slots
    least = long.column.wraps_from
    if long.width > least and any(
        slot.width < content.widths.get(slot.column.key, 0) for slot in slots if slot is not long
    ):
        # It needs no more: its text continues, and those of others are cut.
        lower = Content({**content.widths, long.column.key: least}, content.full_widths)
        slots = _in_one_line(columns, width, wide=wide, content=lower)
        long = next(slot for slot in slots if slot.column.wraps_from)
    if long.width >= least:
        return tuple(replace(slot, wraps=True) if slot is long else slot for slot in slots)
    others = [column for column in columns if column is not long.column]
    above = _in_one_line(others, width, wide=wide, content=content)
    x = above[1].x if len(above) > 1 and above[1].x <= width // 4 else GUTTER
    below = ColumnSlot(long.column, x, max(1, width - x - GAP), wraps=True, is_below=True)
    return (*above, below)


def _in_one_line(
    columns: Sequence[Column[ItemT]], width: int, *, wide: bool, content: Content | None
) -> tuple[ColumnSlot[ItemT], ...]:
    """Return the place of each column in a row of one line.

    Args:
        columns: All columns, in the order they are shown.
        width: Width of the table, in terminal cells.
        wide: Whether wide mode is on.
        content: What the rows in view need; None: nothing is known of them.

    Returns:
        The columns that are shown; at least one while there is a cell for it.
    """
    shown = [
        column
        for column in columns
        if (wide or not column.wide_only)
        and not (column.if_any and content is not None and not content.widths.get(column.key))
    ]
    room = width - GUTTER
    if not shown or room <= 0:
        return ()
    if wide and _least(shown) > room:
        shown = _wide_ones(shown, room)
    cut: Column[ItemT] | None = None
    while len(shown) > 1 and _least(shown, content) > room:
        # Of equal priorities the last column is dropped first.
        last = max(reversed(shown), key=lambda column: column.priority)
        others = [column for column in shown if column is not last]
        if last.is_name and _least(others, content) + GAP + _LEAST_NAME <= room:
            # Without their names, the rows could not be distinguished.
            cut = last
            break
        shown = others
    widths = [min(_first_width(column, content), room) for column in shown]
    least = [_LEAST_NAME if c is cut else _least_width(c, content) for c in shown]
    while sum(widths) + GAP * (len(shown) - 1) > room and len(shown) > 1:
        loosest = max(range(len(shown)), key=lambda at: widths[at] - least[at])
        widths[loosest] -= 1
    _share(shown, widths, room - sum(widths) - GAP * (len(shown) - 1))
    full = set() if content is None else _fit(shown, widths, room, content)
    slots: list[ColumnSlot[ItemT]] = []
    x = GUTTER
    for index, (column, column_width) in enumerate(zip(shown, widths, strict=True)):
        slots.append(ColumnSlot(column, x, column_width, index in full))
        x += column_width + GAP
    return tuple(slots)


def _fit(
    columns: Sequence[Column[ItemT]], widths: list[int], room: int, content: Content
) -> set[int]:
    """Move cells from columns that do not use them to those whose texts are cut.

    Args:
        columns: The columns that are shown.
        widths: Their widths, which are changed.
        room: Width of all columns and gaps.
        content: What the rows in view need.

    Returns:
        The indexes of the columns that have room for their longer content.
    """
    needs = [content.widths.get(c.key, w) for c, w in zip(columns, widths, strict=True)]
    # One more for the arrow of the sort order.
    least = [max(need, cell_width(c.label) + 1) for c, need in zip(columns, needs, strict=True)]
    rest = room - sum(widths) - GAP * (len(widths) - 1)

    def spare() -> int:
        return rest + sum(max(0, w - needed) for w, needed in zip(widths, least, strict=True))

    def grow(index: int, cells: int) -> None:
        nonlocal rest
        given = min(cells, rest)
        rest -= given
        widths[index] += cells
        for _ in range(cells - given):
            loosest = max(range(len(widths)), key=lambda at: widths[at] - least[at])
            widths[loosest] -= 1

    def widen(limits: Sequence[int]) -> None:
        """Widen columns whose texts are cut, up to limits; first those that lack least."""
        cut = [
            at
            for at, (need, limit) in enumerate(zip(needs, limits, strict=True))
            if min(need, limit) > widths[at]
        ]
        for at in sorted(cut, key=lambda at: min(needs[at], limits[at]) - widths[at]):
            wanted = min(needs[at], limits[at])
            least[at] = max(widths[at], wanted)
            grow(at, min(wanted - widths[at], spare()))

    widen([column.max_width or room for column in columns])
    full = set()
    for at in sorted(range(len(columns)), key=lambda at: columns[at].priority):
        need = content.full_widths.get(columns[at].key, 0)
        if need <= needs[at] or needs[at] > widths[at]:
            # It is not longer, or not even the shorter one fits.
            continue
        others = spare() - max(0, widths[at] - least[at])
        more = max(0, need - widths[at])
        if others < (more if columns[at].full_if_whole else min(more, _WORTH)):
            continue
        granted = min(more, others)
        least[at] = widths[at] + granted
        grow(at, granted)
        full.add(at)
    # What is left is for texts without limit.
    widen([room] * len(columns))
    return full


def _wide_ones(columns: Sequence[Column[ItemT]], room: int) -> list[Column[ItemT]]:
    """Return the columns of wide mode where not all of them fit.

    Name and status always stay. The first column of wide mode that fits comes next, even in place
    of an ordinary one; then whatever else fits.
    """
    by_priority = sorted(columns, key=lambda column: column.priority)
    stay = [c for c in by_priority if c.priority <= _ALWAYS and not c.wide_only]

    def fits(column: Column[ItemT]) -> bool:
        return _least([*stay, column]) <= room

    more = next((column for column in columns if column.wide_only and fits(column)), None)
    if more is not None:
        stay.append(more)
    for column in by_priority:
        if column not in stay and fits(column):
            stay.append(column)
    return [column for column in columns if column in stay]


def wanted_width(columns: Sequence[Column[ItemT]], content: Content, *, wide: bool) -> int:
    """Return the width at which no text is cut, in cells, with a blank at the right edge.

    Args:
        columns: All columns.
        content: What the rows in view need.
        wide: Whether wide mode is on.
    """
    wanted = GUTTER
    for column in columns:
        short, full = (each.get(column.key, 0) for each in (content.widths, content.full_widths))
        if column.wide_only > wide or (column.if_any and not short):
            continue
        need = max(short, full) or column.min_width
        wanted += max(need, cell_width(column.label) + 1) + GAP
    return wanted


def _least(columns: Sequence[Column[ItemT]], content: Content | None = None) -> int:
    """Return the least width of columns, including gaps."""
    return sum(_least_width(column, content) for column in columns) + GAP * (len(columns) - 1)


def _least_width(column: Column[ItemT], content: Content | None) -> int:
    """Return the least width of a column: less than its own if its label and texts need less."""
    need = None if content is None else content.widths.get(column.key)
    if need is None:
        return column.min_width
    return min(_first_width(column, content), max(need, cell_width(column.label) + 1))


def _first_width(column: Column[ItemT], content: Content | None) -> int:
    """Return the width of a column before spare cells are shared."""
    if content is None or not column.is_whole:
        return column.min_width
    need = content.widths.get(column.key, 0)
    return max(column.min_width, min(need, column.max_width or need))


def _share(columns: Sequence[Column[ItemT]], widths: list[int], spare: int) -> None:
    """Add spare cells to the widths by weight, up to the columns' limits."""
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
