"""A list with a cursor on Textual's line API: its cost depends on the visible rows only.

Textual's `OptionList` is no replacement: it lays out every option when the list changes, which
takes about a second for 10,000 servers at each letter of a filter, and it has no marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rcv3_tui.tui.mask import spell


class Entry(Struct, frozen=True):
    """An entry that can be chosen."""

    id: str
    label: str
    detail: str = ""
    disabled: str = ""
    """Why it cannot be chosen; empty: it can."""
    region: str = ""
    """Its region, where entries of several regions can have the same label."""

    @property
    def name(self) -> str:
        """The label, with the region where there is one."""
        return f"{self.label} in {self.region}" if self.region else self.label


class EntryList(ScrollView, can_focus=False):
    """Entries, one per row, with a cursor and marks. Its screen moves the cursor.

    Args:
        ascii_only: Draw with ASCII only.
        marks: Reserve a column for marks.
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--cursor",
        "rows--marked",
        "rows--detail",
        "rows--disabled",
    }

    DEFAULT_CSS = """
    EntryList {
        scrollbar-size: 0 0;
        overflow-x: hidden;
        color: $foreground;
        .rows--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
        .rows--marked { text-style: bold; color: $text-accent; }
        .rows--detail { color: $foreground-muted; }
        .rows--disabled { color: $foreground-muted; }
    }
    """

    def __init__(
        self, *, ascii_only: bool = False, marks: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self._with_marks = marks
        self._entries: Sequence[Entry] = ()
        self._label_width = 1
        self._cursor = 0
        self._marked: set[str] = set()
        self._styles: dict[str, Style] = {}

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries shown."""
        return self._entries

    @property
    def cursor(self) -> int:
        """The index of the row under the cursor."""
        return self._cursor

    @property
    def cursor_line(self) -> int:
        """The line of the list that the cursor's row is on, from its upper edge."""
        return self._cursor - self.scroll_offset.y

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor; None if there is no row."""
        return self._entries[self._cursor] if self._entries else None

    @property
    def marked(self) -> frozenset[str]:
        """The ids of the marked entries, including those that are not shown."""
        return frozenset(self._marked)

    def show(self, entries: Sequence[Entry], label_width: int) -> None:
        """Show other entries; the cursor stays on its entry, or else goes to the first.

        Args:
            entries: The entries.
            label_width: The width of the widest label, in cells.
        """
        current = self.current
        self._entries = entries
        self._label_width = max(1, label_width)
        self._cursor = 0
        if current is not None:
            self._cursor = next((i for i, e in enumerate(entries) if e is current), 0)
        self.virtual_size = Size(max(1, self.size.width), len(entries))
        self._follow()
        self.refresh()

    def move_to(self, row: int) -> None:
        """Move the cursor to a row, or to the nearest one; only two rows are redrawn."""
        row = max(0, min(row, len(self._entries) - 1))
        if row == self._cursor:
            return
        before, self._cursor = self._cursor, row
        self._redraw(before)
        self._redraw(row)
        self._follow()

    def mark(self, ids: frozenset[str]) -> None:
        """Mark these entries and no others."""
        if ids == self._marked:
            return
        changed = self._marked ^ ids
        self._marked = set(ids)
        top = self.scroll_offset.y
        for row in range(top, min(top + self.size.height, len(self._entries))):
            if self._entries[row].id in changed:
                self._redraw(row)

    def on_resize(self) -> None:
        """Scroll the cursor into view."""
        self.virtual_size = Size(max(1, self.size.width), len(self._entries))
        self._follow()

    def notify_style_update(self) -> None:
        """Discard the old styles."""
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Return the line of one row."""
        row, width = y + self.scroll_offset.y, self.size.width
        base = self.rich_style
        if not 0 <= row < len(self._entries):
            return Strip.blank(width, base)
        entry = self._entries[row]
        here, marked = row == self._cursor, entry.id in self._marked
        tone = "disabled" if entry.disabled else "marked" if marked else ""
        style = base + self._style(tone) if tone else base
        side = base + self._style("disabled" if entry.disabled else "detail")
        if here:
            style = side = base + self._style("cursor")
        front = ">" if here else " "
        if self._with_marks:
            front += "*" if marked else "-" if entry.disabled else " "
        label = spell(entry.label, ascii_only=self._ascii_only)
        detail = "  ".join(filter(None, (entry.region, entry.disabled or entry.detail)))
        room = width * 6 // 10 if detail else width - len(front) - 1
        label_width = min(self._label_width, max(1, room))
        segments = [
            Segment(f"{front} ", style),
            Segment(_cut(label, label_width, ascii_only=self._ascii_only), style),
            Segment("  " + spell(detail, ascii_only=self._ascii_only), side),
        ]
        return Strip(segments).adjust_cell_length(width, side)

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"rows--{name}", partial=True)
        return self._styles[name]

    def _redraw(self, row: int) -> None:
        self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))

    def _follow(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, immediate=True)
        elif top > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)


def _cut(text: str, width: int, *, ascii_only: bool) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    ellipsis = "~" if ascii_only else "\u2026"
    return set_cell_size(text, max(0, width - 1)) + ellipsis
