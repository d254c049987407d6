"""The table of every pane: rows by id, a cursor, marks, and the keys for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import ClassVar, Final, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from rcv3_tui.views.column import Column, ItemT

from .messages import (
    ColumnClicked,
    CursorMoved,
    MarksChanged,
    Position,
    PositionChanged,
    RowSelected,
)
from .rows import Decisions
from .view import STYLES, TableView

_WHEEL_LINES = 3

_BINDINGS: Final = (
    Binding("up,k", "cursor_up", "Up", show=False, id="up"),
    Binding("down,j", "cursor_down", "Down", show=False, id="down"),
    Binding("pageup,ctrl+b", "page_up", "Page up", show=False, id="page-up"),
    Binding("pagedown,ctrl+f", "page_down", "Page down", show=False, id="page-down"),
    Binding("home,g", "cursor_top", "First row", show=False, id="first"),
    Binding("end,G", "cursor_bottom", "Last row", show=False, id="last"),
    Binding("enter", "choose", "Open", show=False, id="into"),
    Binding("space", "toggle_mark", "Mark", show=False, id="mark"),
    Binding("V", "mark_range", "Mark a range", show=False, id="mark-range"),
    Binding("ctrl+backslash", "clear_marks", "Clear marks", show=False, id="clear-marks"),
)
"""The keys of every table; each has an id, so that a key map can move it."""

KEYS: Final = {str(binding.id): binding.key for binding in _BINDINGS}
"""The keys of each binding, by its id."""

ACTIONS: Final = {str(binding.id): binding.action for binding in _BINDINGS}
"""The table's action of each binding, by its id."""


class Table(TableView[ItemT], Generic[ItemT], can_focus=True):
    """Items as rows, of which only those in view are drawn.

    It takes items, differences between them, and columns that read an item.
    """

    ALLOW_SELECT: ClassVar[bool] = False

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """The screen moves the focus: commands act on the focused pane, too."""

    DEFAULT_CSS = STYLES

    BINDINGS: ClassVar[list[BindingType]] = [*_BINDINGS]

    _posted_cursor: str | None = None
    _posted_marks: frozenset[str] = frozenset()
    _posted_position = Position(0, 0, 0, 0)

    # -- rows ---------------------------------------------------------------------------------

    def set_columns(self, columns: Sequence[Column[ItemT]]) -> None:
        """Show other columns; a sort by a column that is still there is retained."""
        self._columns = tuple(columns)
        if self._sorted_by:
            self.sort_by(self._sorted_by, reverse=self._reverse)
        self._repaint_all()

    def apply(
        self,
        changed: Mapping[str, ItemT],
        removed: Collection[str] = (),
        *,
        may_wait: bool = False,
    ) -> bool:
        """Apply a difference.

        Args:
            changed: Items that are new or differ, by id; equal ones are ignored.
            removed: Ids of rows that are gone.
            may_wait: If the screen is full of rows, repaint it with the next change or `tick`,
                because more rows follow soon.

        Returns:
            Whether the screen is up to date.
        """
        waits = may_wait and 0 < self._cursor.height <= len(self._lines)
        self._change(lambda: self._rows.apply(changed, removed), show=not waits)
        return not waits

    def replace(self, items: Mapping[str, ItemT]) -> None:
        """Replace all rows; only what differs is repainted.

        Args:
            items: All items by id. Without a sort column, theirs is the order.
        """
        self._change(lambda: self._rows.replace(items))

    def tick(self, row_ids: Collection[str] | None = None) -> None:
        """Read cells again whose text depends on the time; repaint those that differ.

        Args:
            row_ids: The rows to read; `None`: all in view.
        """
        self._cursor.wait_at_top()
        self._update(tuple(row_ids) if row_ids is not None else None)

    def set_filter(
        self,
        predicate: Callable[[ItemT], bool | None] | None,
        decided: Decisions[ItemT] | None = None,
    ) -> None:
        """Show only the rows whose item passes; `None`: all. The cursor stays on its row.

        Args:
            predicate: Returns whether a row is shown; None hides it and counts it as undecided.
            decided: What it returned for items; it is called for all others.
        """
        self._forget_content()
        if predicate is not self._rows.predicate:
            # A key that follows means the row under the cursor, also where it never moved.
            self._cursor.settle()
        self._change(lambda: self._rows.set_filter(predicate, decided))

    def may_pass(self, row_id: str) -> bool:
        """Return whether a row passes the filter, or is undecided."""
        return self._rows.may_pass(row_id)

    def sort_by(self, key: str, *, reverse: bool = False) -> None:
        """Order the rows by a column; with an empty or unknown key, by arrival.

        Args:
            key: The column's key.
            reverse: Reverse the order; rows without a value stay last.
        """
        column = next((column for column in self._columns if column.key == key), None)
        self._sorted_by, self._reverse = (column.key if column else ""), reverse
        order = column.order if column else None
        self._forget_content()
        # Another column needs room for the arrow.
        self._renderer, self._lines = None, []
        self._change(lambda: self._rows.set_order(order, reverse=reverse))
        self._repaint_header()

    @property
    def columns(self) -> tuple[Column[ItemT], ...]:
        """All columns, including those that do not fit."""
        return self._columns

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The sort column's key, empty for none, and whether the order is reversed."""
        return self._sorted_by, self._reverse

    @property
    def items(self) -> Mapping[str, ItemT]:
        """All items by id, including those that the filter hides; changes with the rows."""
        return self._rows.items

    @property
    def shown_ids(self) -> list[str]:
        """The ids of the rows that pass the filter, in the order shown."""
        return list(self._rows)

    @property
    def shown_count(self) -> int:
        """How many rows pass the filter."""
        return len(self._rows)

    @property
    def undecided_count(self) -> int:
        """How many rows are hidden because the filter cannot say yet whether they pass."""
        return self._rows.undecided

    @property
    def total_count(self) -> int:
        """How many rows there are."""
        return self._rows.total

    @property
    def position(self) -> Position:
        """Which of the rows are in view."""
        shown = len(self._rows)
        last = min(shown, self._cursor.top + self._cursor.whole_rows)
        first = min(self._cursor.top + 1, last)
        return Position(first, last, shown, self._rows.total)

    # -- cursor and marks ---------------------------------------------------------------------

    @property
    def cursor_id(self) -> str | None:
        """The row under the cursor, `None` where no row is shown."""
        return self._cursor.row_id

    @property
    def cursor_index(self) -> int:
        """The cursor's index among the rows shown."""
        return self._cursor.index

    @property
    def cursor_item(self) -> ItemT | None:
        """The item under the cursor."""
        row_id = self._cursor.row_id
        return None if row_id is None else self._rows.items[row_id]

    def move_to(self, row_id: str) -> bool:
        """Move the cursor to a row.

        Args:
            row_id: The row.

        Returns:
            Whether it is shown; if not, the cursor stays where it is.
        """
        index = self._rows.index_of(row_id)
        if index is None:
            return False
        self._move(index)
        return True

    @property
    def marks(self) -> frozenset[str]:
        """The ids of the marked rows, also of those that the filter hides."""
        return self._marks.ids

    @property
    def hidden_marks(self) -> int:
        """How many marked rows the filter hides."""
        return self._marks.hidden

    def toggle_mark(self, row_id: str) -> None:
        """Mark or unmark a row; an unknown id is ignored."""
        if row_id in self._rows.items:
            self._marks.toggle(row_id)
            self._update()

    def set_marks(self, row_ids: Iterable[str]) -> None:
        """Mark these rows and no others; unknown ids are ignored."""
        self._marks.clear()
        self._marks.add(row_id for row_id in row_ids if row_id in self._rows.items)
        self._update()

    # -- keys and mouse -----------------------------------------------------------------------

    def action_cursor_up(self) -> None:
        """Move up one row."""
        self._move(self._cursor.index - 1)

    def action_cursor_down(self) -> None:
        """Move down one row."""
        self._move(self._cursor.index + 1)

    def action_page_up(self) -> None:
        """Move up one page."""
        self._page(-1)

    def action_page_down(self) -> None:
        """Move down one page."""
        self._page(1)

    def action_cursor_top(self) -> None:
        """Move to the first row."""
        self._move(0)

    def action_cursor_bottom(self) -> None:
        """Move to the last row."""
        self._move(len(self._rows) - 1)

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self._cursor.row_id is not None:
            self._post(RowSelected(self, self._cursor.row_id))

    def action_toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor, and move down."""
        if self._cursor.row_id is not None:
            self._marks.toggle(self._cursor.row_id)
            self._move(self._cursor.index + 1)

    def action_mark_range(self) -> None:
        """Mark all rows from the last mark to the cursor."""
        if self._cursor.row_id is not None:
            self._marks.add_range(self._cursor.row_id)
            self._update()

    def action_clear_marks(self) -> None:
        """Clear all marks, including those of rows that the filter hides."""
        self._marks.clear()
        self._update()

    def on_click(self, event: events.Click) -> None:
        """Move to the clicked row; a double click opens it. Post a click on a column's label."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < self._header_height:
            if (column := self.column_at(offset.x)) is not None:
                self._post(ColumnClicked(self, column))
            return
        line = -1 if offset is None else offset.y - self._header_height
        if 0 <= line < len(self._lines):
            # The click means the visible row, also when rows have arrived that are not drawn yet.
            place = self._rows.index_of(self._lines[line][0])
            if place is None:
                return
            self._move(place)
            if event.chain == 2:
                self.action_choose()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self._cursor.scroll(_WHEEL_LINES)
        self._update()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self._cursor.scroll(-_WHEEL_LINES)
        self._update()

    # -- changes ------------------------------------------------------------------------------

    def _move(self, index: int) -> None:
        """Move the cursor to an index."""
        self._cursor.move(index)
        self._update()

    def _page(self, direction: int) -> None:
        """Move by one page, of which one line stays in view."""
        self._move(self._cursor.index + direction * max(1, self._cursor.whole_rows - 1))

    def _change(self, change: Callable[[], set[str] | None], *, show: bool = True) -> None:
        """Change the rows; cursor and view stay on theirs.

        Args:
            change: Makes the change; returns the rows that changed, or `None` for a new order.
            show: Repaint the screen.
        """
        anchor = self._cursor.anchor()
        changed = change()
        if changed is not None:
            if not changed:
                return
            self._marks.forget(changed)
        self._cursor.hold(anchor, unseen=not show)
        if show:
            self._update()

    def _publish(self) -> None:
        """Post what changed since it was posted last."""
        if not self.is_mounted:
            return
        if self._posted_cursor != self._cursor.row_id:
            self._posted_cursor = self._cursor.row_id
            self._post(CursorMoved(self, self._cursor.row_id))
        if self._posted_marks != self._marks.ids:
            self._posted_marks = self._marks.ids
            self._post(MarksChanged(self, self._marks.ids, self._marks.hidden))
        if self.size and self._posted_position != self.position:
            self._posted_position = self.position
            self._post(PositionChanged(self, self.position))

    def _post(self, message: Message) -> None:
        """Post a message, once the table is mounted."""
        if self.is_mounted:
            self.post_message(message)
