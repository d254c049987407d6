"""Where the operator is: the row under the cursor, the rows marked, and what is in view.

All three hold on to ids, so that a refresh, a sort or a row that goes moves none of them to
another resource.
"""

from collections.abc import Collection, Iterable
from typing import Final, Generic

from msgspec import Struct, field

from .cells import ItemT
from .rows import Rows

_NEIGHBOURS: Final = 64
"""How many rows either way are tried when the cursor's own row goes away."""


class Anchor(Struct, frozen=True):
    """The cursor's place before a change, from which it is found again after.

    Attributes:
        row_id: The row under the cursor.
        index: Its place among the rows shown.
        heirs: Rows to take its place, the best first.
    """

    row_id: str | None
    index: int
    heirs: tuple[str, ...] = ()


class Cursor(Struct, Generic[ItemT]):
    """The cursor and the view over the rows.

    Attributes:
        rows: The rows it moves over.
        row_id: The row under it, `None` where no row is shown.
        index: That row's place among the rows shown.
        top: Place of the first row in view.
        height: Rows that fit into the view.
        moved: Whether the operator has moved it; until then it stays on the first row.
    """

    rows: Rows[ItemT]
    row_id: str | None = None
    index: int = 0
    top: int = 0
    height: int = 0
    moved: bool = False

    def anchor(self) -> Anchor:
        """Remember the place, before the rows change."""
        if self.row_id is None:
            return Anchor(None, 0)
        rows, index = self.rows, self.index
        after = (rows.id_at(i) for i in range(index + 1, min(len(rows), index + 1 + _NEIGHBOURS)))
        before = (rows.id_at(i) for i in range(index - 1, max(-1, index - 1 - _NEIGHBOURS), -1))
        return Anchor(self.row_id, index, (*after, *before))

    def hold(self, anchor: Anchor, *, unseen: bool = False) -> None:
        """Find the place again, after the rows changed.

        The cursor stays on its row, and the row on its line of the screen as far as the rows allow.
        Where the row went away, the next one that stayed takes its place. A cursor that nobody has
        moved waits on the first row.

        Args:
            anchor: The place before the change.
            unseen: The change is not shown yet: a cursor that nobody has moved stays where it is
                seen, as a key that is pressed now means that row.
        """
        if not len(self.rows):
            self.row_id, self.index, self.top = None, 0, 0
            return
        if anchor.row_id is None or not (self.moved or unseen):
            self._stand_at_top()
            return
        line = anchor.index - self.top
        heir = next((row for row in (anchor.row_id, *anchor.heirs) if row in self.rows), None)
        index = None if heir is None else self.rows.index_of(heir)
        self._stand_on(anchor.index if index is None else index)
        self.top = self.index - line
        self._keep_in_view()

    def wait_at_top(self) -> None:
        """Stand on the first row, unless somebody has moved the cursor."""
        if not self.moved and len(self.rows):
            self._stand_at_top()

    def move(self, index: int) -> None:
        """Go to a place, or the nearest there is, scrolling no more than needed."""
        if len(self.rows):
            self.moved = True
            self._stand_on(index)
            self._keep_in_view()

    def scroll(self, lines: int) -> None:
        """Move the view, and the cursor with it where it would fall out of view."""
        if not len(self.rows) or not self.height:
            return
        self.top = self._within(self.top + lines)
        index = max(self.top, min(self.index, self.top + self.height - 1))
        if index != self.index:
            self.moved = True
            self._stand_on(index)

    def resize(self, height: int) -> None:
        """Take a new height of the view.

        Args:
            height: Rows that fit.
        """
        self.height = max(0, height)
        self._keep_in_view()

    def _stand_at_top(self) -> None:
        self._stand_on(0)
        self.top = 0

    def _stand_on(self, index: int) -> None:
        """Put the cursor on the row at a place, or the nearest there is."""
        self.index = max(0, min(index, len(self.rows) - 1))
        self.row_id = self.rows.id_at(self.index)

    def _within(self, top: int) -> int:
        """Bring a first row in view into what the rows allow: no empty lines below the last."""
        return max(0, min(top, len(self.rows) - self.height))

    def _keep_in_view(self) -> None:
        """Scroll as little as shows the cursor."""
        top = max(min(self.top, self.index), self.index - max(self.height, 1) + 1)
        self.top = self._within(top) if self.height else self.index


class Marks(Struct, Generic[ItemT]):
    """The rows that are marked.

    Attributes:
        rows: The rows that can be marked.
        ids: The marked ones, also those that the filter hides.
        start: Where a range begins: the row marked or unmarked last.
    """

    rows: Rows[ItemT]
    ids: frozenset[str] = field(default_factory=frozenset)
    start: str | None = None

    @property
    def hidden(self) -> int:
        """How many marked rows the filter hides."""
        return sum(1 for row_id in self.ids if row_id not in self.rows)

    def toggle(self, row_id: str) -> None:
        """Mark a row, or take its mark off."""
        self.ids ^= {row_id}
        self.start = row_id

    def add(self, row_ids: Iterable[str]) -> None:
        """Mark rows."""
        self.ids |= frozenset(row_ids)

    def add_range(self, row_id: str) -> None:
        """Mark all rows shown from where the last mark was set to this one, both included."""
        here = self.rows.index_of(row_id)
        start = here if self.start is None else self.rows.index_of(self.start)
        if here is None:
            return
        first, last = sorted((here, here if start is None else start))
        self.add(self.rows.id_at(index) for index in range(first, last + 1))
        self.start = row_id

    def clear(self) -> None:
        """Take all marks off."""
        self.ids = frozenset()
        self.start = None

    def forget(self, changed: Collection[str]) -> None:
        """Drop the marks of rows that are gone.

        Args:
            changed: Rows that changed, came or went; others are not looked at.
        """
        gone = self.ids.intersection(changed) - self.rows.items.keys()
        if gone:
            self.ids -= gone
        if self.start is not None and self.start not in self.rows.items:
            self.start = None
