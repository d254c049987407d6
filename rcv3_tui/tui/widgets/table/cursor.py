"""The row under the cursor, the marked rows, and the rows in view.

All are held by id, so that a refresh, a sort or a removed row moves none of them to another
resource.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final, Generic

from msgspec import Struct, field

from rcv3_tui.views.column import ItemT

from .rows import Rows

_NEIGHBOURS: Final = 64
"""How many rows in each direction may replace the cursor's row when it is removed."""


class Anchor(Struct, frozen=True):
    """The cursor's position before a change.

    Attributes:
        row_id: The row under the cursor.
        index: Its index among the rows shown.
        heirs: Rows that replace it when it is removed, the best first.
    """

    row_id: str | None
    index: int
    heirs: tuple[str, ...] = ()


class Cursor(Struct, Generic[ItemT]):
    """The cursor and the view over the rows.

    Attributes:
        rows: The rows it moves over.
        row_id: The row under it, `None` where no row is shown.
        index: Its index among the rows shown.
        top: The index of the first row in view.
        height: Lines of the view.
        moved: Whether the operator has moved it; until then it stays on the first row.
        lost: The row that was under it when no row was left, to return to.
        lines_of: Returns how many lines the row at an index takes; None: each takes one.
    """

    rows: Rows[ItemT]
    row_id: str | None = None
    index: int = 0
    top: int = 0
    height: int = 0
    moved: bool = False
    lost: str | None = None
    lines_of: Callable[[int], int] | None = None

    def anchor(self) -> Anchor:
        """Return the position, to restore it after a change of the rows."""
        if self.row_id is None:
            return Anchor(None, 0)
        rows, index = self.rows, self.index
        after = (rows.id_at(i) for i in range(index + 1, min(len(rows), index + 1 + _NEIGHBOURS)))
        before = (rows.id_at(i) for i in range(index - 1, max(-1, index - 1 - _NEIGHBOURS), -1))
        return Anchor(self.row_id, index, (*after, *before))

    def hold(self, anchor: Anchor, *, unseen: bool = False) -> None:
        """Restore the position after the rows changed.

        The cursor stays on its row, and the row on its line of the screen as far as possible. If
        the row was removed, the next remaining one replaces it. A cursor that was never moved
        stays on the first row.

        Args:
            anchor: The position before the change.
            unseen: The change is not drawn yet: a cursor that was never moved stays on its row,
                because a key that is pressed now means that row.
        """
        if not len(self.rows):
            self.lost = anchor.row_id or self.lost
            self.row_id, self.index, self.top = None, 0, 0
            return
        lost, self.lost = self.lost, None
        if anchor.row_id is None and self.moved and lost is not None and lost in self.rows:
            anchor = Anchor(lost, 0)
        if anchor.row_id is None or not (self.moved or unseen):
            self._go_to_top()
            return
        line = anchor.index - self.top
        heir = next((row for row in (anchor.row_id, *anchor.heirs) if row in self.rows), None)
        index = None if heir is None else self.rows.index_of(heir)
        self._go_to(anchor.index if index is None else index)
        self.top = self.index - line
        self.keep_in_view()

    def settle(self) -> None:
        """Stay on the present row from now on, as after a move."""
        self.moved = self.moved or self.row_id is not None

    def wait_at_top(self) -> None:
        """Go to the first row, unless the cursor was moved before."""
        if not self.moved and len(self.rows):
            self._go_to_top()

    def move(self, index: int) -> None:
        """Go to an index, or to the nearest one; scroll as little as possible."""
        if len(self.rows):
            self.moved = True
            self._go_to(index)
            self.keep_in_view()

    def scroll(self, lines: int) -> None:
        """Scroll the view; the cursor moves only to stay in it."""
        if not len(self.rows) or not self.height:
            return
        self.top = self._within(self.top + lines)
        index = max(self.top, min(self.index, self.top + self.whole_rows - 1))
        if index != self.index:
            self.moved = True
            self._go_to(index)

    def resize(self, height: int) -> None:
        """Set the height of the view.

        Args:
            height: Its lines.
        """
        self.height = max(0, height)
        self.keep_in_view()

    @property
    def whole_rows(self) -> int:
        """How many rows fit as a whole, from the first one in view; at least one."""
        if self.lines_of is None:
            return self.height
        rows = self._fitting(range(self.top, len(self.rows)))
        return max(1, rows)

    @property
    def line(self) -> int:
        """The line of the view on which the cursor's row starts."""
        if self.lines_of is None:
            return max(0, self.index - self.top)
        return sum(map(self.lines_of, range(self.top, self.index)))

    def _fitting(self, indexes: Iterable[int]) -> int:
        """Return how many of these rows fit into the view."""
        left, count = self.height, 0
        for index in indexes:
            left -= 1 if self.lines_of is None else self.lines_of(index)
            if left < 0:
                break
            count += 1
        return count

    def _go_to_top(self) -> None:
        self._go_to(0)
        self.top = 0

    def _go_to(self, index: int) -> None:
        """Set the cursor to an index, or to the nearest one."""
        self.index = max(0, min(index, len(self.rows) - 1))
        self.row_id = self.rows.id_at(self.index)

    def _within(self, top: int) -> int:
        """Limit the first row in view so that there is no empty line below the last row."""
        fitting = self.height
        if self.lines_of is not None:
            fitting = max(1, self._fitting(range(len(self.rows) - 1, -1, -1)))
        return max(0, min(top, len(self.rows) - fitting))

    def keep_in_view(self) -> None:
        """Scroll as little as brings the cursor into view."""
        fitting = max(self.height, 1)
        if self.lines_of is not None and len(self.rows):
            fitting = max(1, self._fitting(range(self.index, -1, -1)))
        top = max(min(self.top, self.index), self.index - fitting + 1)
        self.top = self._within(top) if self.height else self.index


class Marks(Struct, Generic[ItemT]):
    """The rows that are marked.

    Attributes:
        rows: The rows that can be marked.
        ids: The marked ones, including those that the filter hides.
        start: The start of a range: the row that was marked or unmarked last.
    """

    rows: Rows[ItemT]
    ids: frozenset[str] = field(default_factory=frozenset)
    start: str | None = None

    @property
    def hidden(self) -> int:
        """How many marked rows the filter hides."""
        return sum(1 for row_id in self.ids if row_id not in self.rows)

    def toggle(self, row_id: str) -> None:
        """Mark or unmark a row."""
        self.ids ^= {row_id}
        self.start = row_id

    def add(self, row_ids: Iterable[str]) -> None:
        """Mark rows."""
        self.ids |= frozenset(row_ids)

    def add_range(self, row_id: str) -> None:
        """Mark all shown rows from the one marked last to this one, inclusive."""
        here = self.rows.index_of(row_id)
        start = here if self.start is None else self.rows.index_of(self.start)
        if here is None:
            return
        first, last = sorted((here, here if start is None else start))
        self.add(self.rows.id_at(index) for index in range(first, last + 1))
        self.start = row_id

    def clear(self) -> None:
        """Clear all marks."""
        self.ids = frozenset()
        self.start = None

    def forget(self, changed: Collection[str]) -> None:
        """Drop the marks of rows that are gone.

        Args:
            changed: Rows that changed, are new or are gone; others are not checked.
        """
        # Not `- items.keys()`, which iterates all rows even for an empty set.
        items = self.rows.items
        gone = {row_id for row_id in self.ids.intersection(changed) if row_id not in items}
        if gone:
            self.ids -= gone
        if self.start is not None and self.start not in items:
            self.start = None
