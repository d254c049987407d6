"""The table that every pane shows its rows in."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import ClassVar, Generic

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from rcv3_tui.tui.widgets.late_styles import LateStyles

from .cells import Column, ItemT
from .cursor import Cursor, Marks
from .keys import BINDINGS
from .layout import GUTTER, lay_out
from .look import COMPONENTS, STYLES
from .messages import CursorMoved, MarksChanged, Position, PositionChanged, RowChosen
from .painting import ASCII_GLYPHS, UNICODE_GLYPHS, Painter, Picture, RowState
from .rows import Rows

_HEADER_FROM = 3
"""Least height that spends a line on the header."""

_WHEEL_LINES = 3


class Table(LateStyles, Generic[ItemT], can_focus=True):
    """Items as rows, of which only those in view are ever drawn.

    It is given items and differences between them, and columns that know how to read an item. What
    is in view is kept as pictures; after any change the new pictures are compared with the old,
    and what differs - a cell, a line - is all that is repainted. So a refresh that changed nothing
    in view writes nothing, whatever the path it came by.

    It scrolls by itself rather than as Textual's `ScrollView`, which repaints everything when its
    offset changes: here the offset changes so that the rows need not.

    Args:
        columns: The columns, in the order they are shown.
        ascii_only: Draw with ASCII alone.
        name: Textual's name of the widget.
        id: Its id.
        classes: Its style classes.
    """

    ALLOW_SELECT: ClassVar[bool] = False

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    DEFAULT_CSS = STYLES

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    wide: reactive[bool] = reactive(False, repaint=False)
    """Whether the columns for wide mode are shown too."""

    def __init__(
        self,
        columns: Sequence[Column[ItemT]] = (),
        *,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._columns: tuple[Column[ItemT], ...] = tuple(columns)
        self._glyphs = ASCII_GLYPHS if ascii_only else UNICODE_GLYPHS
        self._rows: Rows[ItemT] = Rows()
        self._cursor: Cursor[ItemT] = Cursor(self._rows)
        self._marks: Marks[ItemT] = Marks(self._rows)
        self._linked: frozenset[str] = frozenset()
        self._sorted_by = ""
        self._reverse = False
        self._labelled = True
        self._placeholder: tuple[str, ...] = ()
        self._placeholder_tone = "muted"
        # What stands on the screen, line by line: the id, its item, and its picture.
        self._lines: list[tuple[str, ItemT, Picture]] = []
        self._painter: Painter[ItemT] | None = None
        self._painted_size = Size(0, 0)
        # What the screen was told last.
        self._told_cursor: str | None = None
        self._told_marks: frozenset[str] = frozenset()
        self._told_position = Position(0, 0, 0, 0)

    # Rows

    def set_columns(self, columns: Sequence[Column[ItemT]]) -> None:
        """Show other columns. A sort by a column that is still there stays."""
        self._columns = tuple(columns)
        if self._sorted_by:
            self.sort_by(self._sorted_by, reverse=self._reverse)
        self._repaint_all()

    def show_labels(self, shown: bool) -> None:
        """Spend a line on the columns' labels, or give it to the rows."""
        if shown is not self._labelled:
            self._labelled = shown
            self._fit_size()
            self._repaint_all()

    def apply(
        self,
        changed: Mapping[str, ItemT],
        removed: Collection[str] = (),
        *,
        may_wait: bool = False,
    ) -> bool:
        """Take in a difference.

        Args:
            changed: Items that are new or differ, by id; equal ones are passed over.
            removed: Ids of rows that are gone.
            may_wait: Where lines enough are on the screen, leave them until something else is done
                or `tick` is called, as there is more to come.

        Returns:
            Whether the screen has been brought up to date.
        """
        waits = may_wait and 0 < self._cursor.height <= len(self._lines)
        self._change(lambda: self._rows.apply(changed, removed), show=not waits)
        return not waits

    def replace(self, items: Mapping[str, ItemT]) -> None:
        """Make these all the rows; what is the same as before is left alone.

        Args:
            items: All items by id. Without a sort column, theirs is the order.
        """
        self._change(lambda: self._rows.replace(items))

    def tick(self, row_ids: Collection[str] | None = None) -> None:
        """Read cells again whose text depends on the time; repaint those that read differently.

        Args:
            row_ids: The rows it may concern; all in view with `None`.
        """
        self._cursor.wait_at_top()
        self._update(tuple(row_ids) if row_ids is not None else None)

    def set_filter(self, predicate: Callable[[ItemT], bool] | None) -> None:
        """Show only the rows whose item passes; all with `None`."""
        self._change(lambda: self._rows.set_filter(predicate))

    def sort_by(self, key: str, *, reverse: bool = False) -> None:
        """Order the rows by a column; by arrival with an empty key or one that is not there.

        Args:
            key: The column's key.
            reverse: Turn the order around; rows without a value stay last.
        """
        column = next((column for column in self._columns if column.key == key), None)
        self._sorted_by, self._reverse = (column.key if column else ""), reverse
        order = column.order if column else None
        self._change(lambda: self._rows.set_order(order, reverse=reverse))
        self._repaint_header()

    @property
    def columns(self) -> tuple[Column[ItemT], ...]:
        """All columns, with those there is no room for."""
        return self._columns

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The sort column's key, empty for none, and whether the order is turned around."""
        return self._sorted_by, self._reverse

    def shows(self, key: str) -> bool:
        """Tell whether a column's label can be read; where no label can, every column is shown."""
        if not self.size or not self._header_height:
            return True
        slots = lay_out(self._columns, self.size.width, wide=self.wide)
        return any(slot.column.key == key for slot in slots)

    @property
    def items(self) -> Mapping[str, ItemT]:
        """All items by id, with those that the filter hides. To read, not to keep."""
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
    def total_count(self) -> int:
        """How many rows there are."""
        return self._rows.total

    @property
    def position(self) -> Position:
        """What of the rows is in view."""
        shown = len(self._rows)
        last = min(shown, self._cursor.top + self._cursor.height)
        first = min(self._cursor.top + 1, last)
        return Position(first, last, shown, self._rows.total)

    # Cursor, marks and links

    @property
    def cursor_id(self) -> str | None:
        """The row under the cursor, `None` where no row is shown."""
        return self._cursor.row_id

    @property
    def cursor_row(self) -> int:
        """The cursor's place among the rows shown, 0 first."""
        return self._cursor.index

    @property
    def cursor_item(self) -> ItemT | None:
        """The item under the cursor."""
        row_id = self._cursor.row_id
        return None if row_id is None else self._rows.items[row_id]

    def move_to(self, row_id: str) -> bool:
        """Put the cursor on a row.

        Args:
            row_id: The row.

        Returns:
            Whether it is shown; where it is not, the cursor stays.
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
        """Mark a row, or take its mark off; one that is not there is passed over."""
        if row_id in self._rows.items:
            self._marks.toggle(row_id)
            self._update()

    def set_marks(self, row_ids: Iterable[str]) -> None:
        """Mark these rows and no others; ids that are not there are passed over."""
        self._marks.clear()
        self._marks.add(row_id for row_id in row_ids if row_id in self._rows.items)
        self._update()

    def set_linked(self, row_ids: Iterable[str]) -> None:
        """Light these rows up, and no others; ids that are not there may be given too."""
        linked = frozenset(row_ids)
        if linked != self._linked:
            self._linked = linked
            self._update()

    def set_placeholder(self, lines: Sequence[str], tone: str = "muted") -> None:
        """Say what to show while no row is: why there is none, and what to do next.

        Args:
            lines: Literal text, cleaned, a line each.
            tone: How it is coloured, as in a cell.
        """
        if (tuple(lines), tone) == (self._placeholder, self._placeholder_tone):
            return
        self._placeholder, self._placeholder_tone = tuple(lines), tone
        if not len(self._rows):
            self.refresh()

    def _note_lines(self) -> list[str]:
        """Give the placeholder's lines, broken where the table is too narrow for one."""
        width = max(8, self.size.width - GUTTER - 1)
        return [part for line in self._placeholder for part in textwrap.wrap(line, width) or [""]]

    # Keys and mouse

    def action_cursor_up(self) -> None:
        """Move up one row."""
        self._move(self._cursor.index - 1)

    def action_cursor_down(self) -> None:
        """Move down one row."""
        self._move(self._cursor.index + 1)

    def action_page_up(self) -> None:
        """Move up one view."""
        self._page(-1)

    def action_page_down(self) -> None:
        """Move down one view."""
        self._page(1)

    def action_cursor_top(self) -> None:
        """Move to the first row."""
        self._move(0)

    def action_cursor_bottom(self) -> None:
        """Move to the last row."""
        self._move(len(self._rows) - 1)

    def action_choose(self) -> None:
        """Go into the row under the cursor."""
        if self._cursor.row_id is not None:
            self._tell(RowChosen(self, self._cursor.row_id))

    def action_toggle_mark(self) -> None:
        """Mark the row under the cursor, or take its mark off, and move down."""
        if self._cursor.row_id is not None:
            self._marks.toggle(self._cursor.row_id)
            self._move(self._cursor.index + 1)

    def action_mark_range(self) -> None:
        """Mark all rows from the last mark to the cursor."""
        if self._cursor.row_id is not None:
            self._marks.add_range(self._cursor.row_id)
            self._update()

    def action_clear_marks(self) -> None:
        """Take all marks off, also of rows that the filter hides."""
        self._marks.clear()
        self._update()

    def on_click(self, event: events.Click) -> None:
        """Move to the row clicked; a double click goes into it."""
        offset = event.get_content_offset(self)
        line = -1 if offset is None else offset.y - self._header_height
        if 0 <= line < len(self._lines):
            # What is seen counts, where rows have come that are not shown yet.
            place = self._rows.index_of(self._lines[line][0])
            self._move(self._cursor.top + line if place is None else place)
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

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show the cursor as the one that keys move, or as one that waits."""
        super().watch_has_focus(_has_focus)
        self._update()

    def on_mount(self) -> None:
        """Tell where things stand, now that somebody listens."""
        self._update()

    def on_resize(self) -> None:
        """Fit columns and view to the new size."""
        self._fit_size()
        self._update()

    def watch_wide(self) -> None:
        """Show the columns of the new mode."""
        self._repaint_all()

    # What Textual asks

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take all the width there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take a line for each row and one for the header, where the height is automatic."""
        return max(len(self._rows), len(self._note_lines())) + 1

    def notify_style_update(self) -> None:
        """Forget lines painted in the old styles."""
        super().notify_style_update()
        self._painter = None

    def render_line(self, y: int) -> Strip:
        """Give one line of the screen.

        Args:
            y: The line, from the table's upper edge.

        Returns:
            What stands on it.
        """
        if self.size != self._painted_size:
            self._fit_size()
            self._compare(None)
        painter = self._get_painter()
        if y < self._header_height:
            return painter.header(self._sorted_by, self._reverse)
        line = y - self._header_height
        if line < len(self._lines):
            return painter.paint(self._lines[line][2])
        if not self._lines and line < len(notes := self._note_lines()):
            return painter.note(notes[line], self._placeholder_tone)
        return painter.blank()

    # How it holds together

    @property
    def _header_height(self) -> int:
        """Lines that the header takes."""
        return 1 if self._labelled and self.size.height >= _HEADER_FROM else 0

    def _move(self, index: int) -> None:
        """Move the cursor to a place."""
        self._cursor.move(index)
        self._update()

    def _page(self, direction: int) -> None:
        """Move by one view, leaving a line of it for orientation."""
        self._move(self._cursor.index + direction * max(1, self._cursor.height - 1))

    def _change(self, change: Callable[[], set[str] | None], *, show: bool = True) -> None:
        """Change the rows, and hold cursor and view through it.

        Args:
            change: Does it; gives the rows that changed, or `None` where only their order did.
            show: Bring the screen up to date.
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

    def _update(self, reread: Collection[str] | None = ()) -> None:
        """Bring the screen up to date after any change, and tell who listens.

        Args:
            reread: Rows whose cells are read again though their item is the same; `None` for all.
        """
        self._compare(reread)
        self._publish()

    def _fit_size(self) -> None:
        """Fit columns and view to the size."""
        self._painted_size = self.size
        self._painter = None
        self._lines = []
        self._cursor.resize(self.size.height - self._header_height)

    def _repaint_all(self) -> None:
        """Draw everything afresh: other columns, or other widths."""
        self._painter = None
        self._lines = []
        self._update()
        self.refresh()

    def _repaint_header(self) -> None:
        """Draw the labels afresh."""
        if self._header_height:
            self.refresh(Region(0, 0, self.size.width, 1))

    def _compare(self, reread: Collection[str] | None) -> None:
        """Make the pictures of what is in view, and repaint what differs from the screen."""
        if not self.size:
            return
        painter, rows, cursor = self._get_painter(), self._rows, self._cursor
        known = {row_id: (item, picture) for row_id, item, picture in self._lines}
        lines: list[tuple[str, ItemT, Picture]] = []
        for index in range(cursor.top, min(len(rows), cursor.top + cursor.height)):
            row_id = rows.id_at(index)
            item, state = rows.items[row_id], self._state_of(row_id)
            before = known.get(row_id)
            if before is None or before[0] is not item or reread is None or row_id in reread:
                picture = painter.picture(item, state)
            elif before[1].state == state:
                picture = before[1]
            else:
                picture = Picture(before[1].cells, state)
            lines.append((row_id, item, picture))
        old, self._lines = self._lines, lines
        if bool(old) != bool(lines):
            self.refresh(self._body(0, cursor.height))
            return
        for y, (_, _, picture) in enumerate(lines):
            span = painter.changed_span(old[y][2], picture) if y < len(old) else (0, painter.width)
            if span is not None:
                self.refresh(Region(span[0], y + self._header_height, span[1] - span[0], 1))
        if len(old) > len(lines):
            self.refresh(self._body(len(lines), len(old) - len(lines)))

    def _body(self, first: int, count: int) -> Region:
        """Tell the region of some lines below the header."""
        return Region(0, first + self._header_height, self.size.width, count)

    def _state_of(self, row_id: str) -> RowState:
        """Tell what a row is apart from its text."""
        state = RowState.PLAIN
        if row_id == self._cursor.row_id:
            state |= RowState.CURSOR | RowState.FOCUSED if self.has_focus else RowState.CURSOR
        if row_id in self._linked:
            state |= RowState.LINKED
        if row_id in self._marks.ids:
            state |= RowState.MARKED
        return state

    def _publish(self) -> None:
        """Tell what changed since it was last told."""
        if not self.is_mounted:
            return
        if self._told_cursor != self._cursor.row_id:
            self._told_cursor = self._cursor.row_id
            self._tell(CursorMoved(self, self._cursor.row_id))
        if self._told_marks != self._marks.ids:
            self._told_marks = self._marks.ids
            self._tell(MarksChanged(self, self._marks.ids, self._marks.hidden))
        if self.size and self._told_position != self.position:
            self._told_position = self.position
            self._tell(PositionChanged(self, self.position))

    def _tell(self, message: Message) -> None:
        """Post a message, once there is somebody to read it."""
        if self.is_mounted:
            self.post_message(message)

    def _get_painter(self) -> Painter[ItemT]:
        """Give the painter for the present layout and styles."""
        if self._painter is None:
            styles: dict[tuple[str, str], Style] = {}

            def style_of(state: str, tone: str) -> Style:
                style = styles.get((state, tone))
                if style is None:
                    style = styles[state, tone] = self._resolve_style(state, tone)
                return style

            slots = lay_out(self._columns, self.size.width, wide=self.wide)
            self._painter = Painter(slots, self.size.width, self._glyphs, style_of, {})
        return self._painter

    def _resolve_style(self, state: str, tone: str) -> Style:
        """Work out the style of a row in a state, and of a tone in it; unknown tones are plain."""
        style = self.get_component_rich_style(f"table--{state}")
        toned = f"table--{tone}"
        if tone and toned in self.COMPONENT_CLASSES:
            tone_style = self.get_component_rich_style(toned)
            style += Style(color=tone_style.color, bold=tone_style.bold)
        return style
