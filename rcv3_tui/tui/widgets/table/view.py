"""The visible part of a table: draws the rows in view and repaints only what changed."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import ClassVar, Final, Generic

from msgspec.structs import replace
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from rcv3_tui.text_width import cell_width
from rcv3_tui.tui.theme import tone_style
from rcv3_tui.views.column import Column, ItemT

from .cursor import Cursor, Marks
from .layout import GUTTER, ColumnSlot, Content, layout_columns, wanted_width
from .renderer import ASCII_GLYPHS, UNICODE_GLYPHS, RenderedRow, RowRenderer, RowState
from .rows import Rows

_HEADER_FROM = 3
"""Least height of a table with a header line."""

COMPONENTS: Final[set[str]] = {
    "table--plain",
    "table--header",
    "table--cursor",
    "table--linked",
    "table--marked",
    "table--muted",
}
"""The states of a row, and the one tone whose color depends on the background."""

TONES: Final = frozenset({"ok", "moving", "failed", "warn", "accent"})
"""The other tones of a cell."""

STYLES: Final = """
Table {
    height: 1fr;
    width: 1fr;
    & > .table--header { color: $text-muted; text-style: bold; }
    & > .table--cursor {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    & > .table--linked { color: $text-accent; text-style: bold; }
    & > .table--marked { color: $text-warning; text-style: bold; }
    & > .table--muted { color: $text-muted; }
}
"""


def _with_arrow(column: Column[ItemT]) -> Column[ItemT]:
    """Return a column with room for its label and the arrow of the sort order."""
    least = cell_width(column.label) + 1
    most = None if column.max_width is None else max(column.max_width, least)
    return replace(column, min_width=max(column.min_width, least), max_width=most)


class TableView(Widget, Generic[ItemT]):
    """Draws rows, cursor and marks.

    After each change the rows in view are rendered and compared with those on the screen, and only
    the cells and lines that differ are repainted. A refresh that changes nothing in view therefore
    writes nothing.

    It is not a `ScrollView`, which repaints everything when its offset changes.

    Args:
        columns: The columns, in the order they are shown.
        ascii_only: Draw with ASCII alone.
        name: Textual's name of the widget.
        id: Its id.
        classes: Its style classes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    wide: reactive[bool] = reactive(False, repaint=False)
    """Whether the columns of wide mode are shown too."""

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
        self._has_labels = True
        self._shows_cursor = True
        self._wraps = False
        self._placeholder: tuple[str, ...] = ()
        self._placeholder_tone = "muted"
        self._lines: list[tuple[str, ItemT, RenderedRow]] = []
        """The rows on the screen, line by line."""
        self._renderer: RowRenderer[ItemT] | None = None
        self._painted_size = Size(0, 0)
        self._widths: dict[str, int] = {}
        """The widest text of each column that was in view, since the last sort or resize."""
        self._full_widths: dict[str, int] = {}
        self._has_grown = False

    # -- what is shown ------------------------------------------------------------------------

    def show_labels(self, shown: bool) -> None:
        """Show or hide the line with the columns' labels."""
        if shown is not self._has_labels:
            self._has_labels = shown
            self._fit_size()
            self._repaint_all()

    def show_cursor(self, shown: bool) -> None:
        """Draw the cursor, or not where no key reaches the table."""
        if shown is not self._shows_cursor:
            self._shows_cursor = shown
            self._update()

    def wrap_texts(self, wrapped: bool) -> None:
        """Continue long texts on more lines, in a column that allows it; else they are cut."""
        if wrapped is not self._wraps:
            self._wraps = wrapped
            self._cursor.lines_of = self._line_count if wrapped else None
            self._repaint_all()

    def wrapped_height(self, width: int) -> int:
        """Return the lines of all rows at a width, with long texts on more lines.

        Args:
            width: The width of the table, in cells.
        """
        items = list(self._rows.items.values())

        def renderer(content: Content | None) -> RowRenderer[ItemT]:
            slots = self._layout(width, content, wraps=True)
            return RowRenderer(slots, width, self._glyphs, lambda state, tone: Style(), {})

        def rendered(by: RowRenderer[ItemT]) -> Iterator[RenderedRow]:
            return (by.render(item, RowState.PLAIN) for item in items)

        first, widths = renderer(None), dict[str, int]()
        for row in rendered(first):
            for slot, cell in zip(first.slots, row.cells, strict=True):
                key = slot.column.key
                widths[key] = max(widths.get(key, 0), first.width_of(cell))
        final = renderer(Content(widths, {}))
        return sum(map(final.line_count, rendered(final)))

    @property
    def wanted_width(self) -> int | None:
        """The width at which no text in view is cut, in cells; None: no row is in view."""
        if not self._widths:
            return None
        content = Content(self._widths, self._full_widths)
        return wanted_width(self._columns, content, wide=self.wide)

    def _line_count(self, index: int) -> int:
        """Return how many lines the row at an index takes."""
        renderer, item = self._get_renderer(), self._rows.items[self._rows.id_at(index)]
        return renderer.line_count(renderer.render(item, RowState.PLAIN))

    def shows(self, key: str) -> bool:
        """Return whether a column's label is visible; without labels, every column counts."""
        if not self.size or not self._header_height:
            return True
        slots = self._get_renderer().slots
        return any(slot.column.key == key and not slot.is_below for slot in slots)

    def set_linked(self, row_ids: Iterable[str]) -> None:
        """Highlight these rows and no others; unknown ids are ignored."""
        linked = frozenset(row_ids)
        if linked != self._linked:
            self._linked = linked
            self._update()

    def set_placeholder(self, lines: Sequence[str], tone: str = "muted") -> None:
        """Set the text of a table without rows: the reason, and what to do next.

        Args:
            lines: Literal text, cleaned, a line each.
            tone: Its color, as in a cell.
        """
        if (tuple(lines), tone) == (self._placeholder, self._placeholder_tone):
            return
        self._placeholder, self._placeholder_tone = tuple(lines), tone
        if not len(self._rows):
            self.refresh()

    def _note_lines(self) -> list[str]:
        """Return the placeholder's lines, wrapped to the width."""
        width = max(8, self.size.width - GUTTER - 1)
        return [part for line in self._placeholder for part in textwrap.wrap(line, width) or [""]]

    @property
    def cursor_line(self) -> int:
        """The line of the table that the cursor's row is on, from its upper edge."""
        return self._header_height + self._cursor.line

    # -- Textual's hooks ----------------------------------------------------------------------

    def on_mount(self) -> None:
        """Publish the state, which could not be published before."""
        self.app.theme_changed_signal.subscribe(self, self._on_theme_changed)
        self._update()

    def _on_theme_changed(self, theme: Theme) -> None:
        """Repaint: the colors of tones are not part of the style sheet."""
        del theme
        self._renderer = None
        self.refresh()

    def on_resize(self) -> None:
        """Fit columns and view to the new size."""
        self._fit_size()
        self._update()

    def watch_wide(self) -> None:
        """Show the columns of the new mode."""
        self._repaint_all()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Draw the cursor with or without focus."""
        super().watch_has_focus(_has_focus)
        self._update()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the whole width available."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return a line for each row and one for the header, for an automatic height."""
        return max(len(self._rows), len(self._note_lines())) + 1

    def notify_style_update(self) -> None:
        """Discard lines painted in the old styles."""
        super().notify_style_update()
        self._renderer = None

    def render_line(self, y: int) -> Strip:
        """Return one line of the table.

        Args:
            y: The line, from the table's upper edge.
        """
        if self.size != self._painted_size:
            self._fit_size()
            self._diff_rows(None)
        renderer = self._get_renderer()
        if y < self._header_height:
            return renderer.header(self._sorted_by, self._reverse)
        line = y - self._header_height
        if line < len(self._lines):
            return renderer.paint(self._lines[line][2])
        if not self._lines and line < len(notes := self._note_lines()):
            return renderer.note(notes[line], self._placeholder_tone)
        return renderer.blank()

    def column_at(self, x: int) -> str | None:
        """Return the key of the column at a cell; None between two columns.

        Args:
            x: The cell, from the table's left edge.
        """
        slots = [slot for slot in self._get_renderer().slots if not slot.is_below]
        return next((s.column.key for s in slots if s.x <= x < s.x + s.width), None)

    # -- repainting ---------------------------------------------------------------------------

    @property
    def _header_height(self) -> int:
        return 1 if self._has_labels and self.size.height >= _HEADER_FROM else 0

    def _update(self, reread: Collection[str] | None = ()) -> None:
        """Repaint what differs after a change, and publish it.

        Args:
            reread: Rows whose cells are read again though their item is the same; `None`: all.
        """
        self._diff_rows(reread)
        self._publish()

    def _publish(self) -> None:
        """Post messages about what changed."""

    def _fit_size(self) -> None:
        """Fit columns and view to the size."""
        self._painted_size = self.size
        self._forget_content()
        self._renderer = None
        self._lines = []
        self._cursor.resize(self.size.height - self._header_height)

    def _repaint_all(self) -> None:
        """Repaint everything, for other columns or other widths."""
        self._forget_content()
        self._renderer = None
        self._lines = []
        self._update()
        self.refresh()

    def _repaint_header(self) -> None:
        """Repaint the labels."""
        if self._header_height:
            self.refresh(Region(0, 0, self.size.width, 1))

    def _diff_rows(self, reread: Collection[str] | None) -> None:
        """Render the rows in view, and repaint what differs from the screen."""
        if not self.size:
            return
        renderer, cursor = self._get_renderer(), self._cursor
        lines = self._render_rows(renderer, reread)
        if self._has_grown:
            self._has_grown = False
            slots = self._current_layout()
            if slots != renderer.slots:
                self._renderer = None
                self._lines = []
                if self._wraps:
                    cursor.keep_in_view()
                self._lines = self._render_rows(self._get_renderer(), None)
                self.refresh()
                return
        old, self._lines = self._lines, lines
        if bool(old) != bool(lines):
            self.refresh(self._body(0, cursor.height))
            return
        for y, (_, _, row) in enumerate(lines):
            span = renderer.changed_span(old[y][2], row) if y < len(old) else (0, renderer.width)
            if span is not None:
                self.refresh(Region(span[0], y + self._header_height, span[1] - span[0], 1))
        if len(old) > len(lines):
            self.refresh(self._body(len(lines), len(old) - len(lines)))

    def _render_rows(
        self, renderer: RowRenderer[ItemT], reread: Collection[str] | None
    ) -> list[tuple[str, ItemT, RenderedRow]]:
        """Return the lines of the rows in view, and measure the rows that are new or differ.

        Args:
            renderer: Renders them.
            reread: See `_update`.
        """
        rows, cursor = self._rows, self._cursor
        is_unmeasured = not self._widths
        known = {row_id: (item, rendered) for row_id, item, rendered in self._lines}
        lines: list[tuple[str, ItemT, RenderedRow]] = []
        for index in range(cursor.top, min(len(rows), cursor.top + cursor.height)):
            if len(lines) >= cursor.height:
                break
            row_id = rows.id_at(index)
            item, state = rows.items[row_id], self._state_of(row_id)
            before = known.get(row_id)
            if before is None or before[0] is not item or reread is None or row_id in reread:
                rendered = renderer.render(item, state)
            elif (before[1].state, before[1].part) == (state, 0):
                rendered = before[1]
            else:
                rendered = RenderedRow(before[1].cells, state)
            if is_unmeasured or before is None or rendered.cells != before[1].cells:
                self._measure(renderer, item, rendered)
            lines.append((row_id, item, rendered))
            if self._wraps:
                more = range(1, renderer.line_count(rendered))
                lines += ((row_id, item, replace(rendered, part=part)) for part in more)
        return lines[: cursor.height]

    def _measure(self, renderer: RowRenderer[ItemT], item: ItemT, rendered: RenderedRow) -> None:
        """Note how wide the texts of a row are."""
        for slot, cell in zip(renderer.slots, rendered.cells, strict=True):
            column = slot.column
            if column.full is None:
                self._note(self._widths, column.key, renderer.width_of(cell))
                continue
            short = column.cell(item) if slot.is_full else cell
            full = cell if slot.is_full else column.full(item)
            self._note(self._widths, column.key, renderer.width_of(short))
            self._note(self._full_widths, column.key, renderer.width_of(full))
        for column in self._columns:
            if column.if_any:
                self._note(self._widths, column.key, renderer.width_of(column.cell(item)))

    def _note(self, widths: dict[str, int], key: str, width: int) -> None:
        if width > widths.get(key, -1):
            widths[key] = width
            self._has_grown = True

    def _forget_content(self) -> None:
        """Measure the rows again that will be in view."""
        self._widths, self._full_widths = {}, {}

    def _current_layout(self) -> tuple[ColumnSlot[ItemT], ...]:
        """Return the place of each column."""
        content = Content(self._widths, self._full_widths) if self._widths else None
        return self._layout(self.size.width, content, wraps=self._wraps)

    def _layout(
        self, width: int, content: Content | None, *, wraps: bool
    ) -> tuple[ColumnSlot[ItemT], ...]:
        """Return the place of each column, with a blank at the right edge if that drops none."""
        columns = [
            _with_arrow(column) if column.key == self._sorted_by else column
            for column in self._columns
        ]

        def layout(width: int) -> tuple[ColumnSlot[ItemT], ...]:
            return layout_columns(columns, width, wide=self.wide, wraps=wraps, content=content)

        slots = layout(width)
        padded = layout(width - 1)
        return padded if len(padded) == len(slots) else slots

    def _body(self, first: int, count: int) -> Region:
        """Return the region of some lines below the header."""
        return Region(0, first + self._header_height, self.size.width, count)

    def _state_of(self, row_id: str) -> RowState:
        """Return how a row is drawn besides its text."""
        state = RowState.PLAIN
        if row_id == self._cursor.row_id and self._shows_cursor:
            state |= RowState.CURSOR | RowState.FOCUSED if self.has_focus else RowState.CURSOR
        if row_id in self._linked:
            state |= RowState.LINKED
        if row_id in self._marks.ids:
            state |= RowState.MARKED
        return state

    def _get_renderer(self) -> RowRenderer[ItemT]:
        """Return the renderer for the current layout and styles."""
        if self._renderer is None:
            styles: dict[tuple[str, str], Style] = {}

            def style_of(state: str, tone: str) -> Style:
                style = styles.get((state, tone))
                if style is None:
                    style = styles[state, tone] = self._resolve_style(state, tone)
                return style

            slots = self._current_layout()
            self._renderer = RowRenderer(slots, self.size.width, self._glyphs, style_of, {})
        return self._renderer

    def _resolve_style(self, state: str, tone: str) -> Style:
        """Return the style of a tone in a row of a state; unknown tones are plain."""
        style = self.get_component_rich_style(f"table--{state}")
        if tone == "muted":
            return style + Style(color=self.get_component_rich_style("table--muted").color)
        if tone in TONES:
            return style + tone_style(self.app.theme_variables, tone, bold=tone == "failed")
        return style
