"""A pane: a title line over a table, and the picture it shows when it has no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from rcv3_tui.model.snapshot import PartState
from rcv3_tui.tui.attention import needs_attention
from rcv3_tui.tui.formats import Glyphs
from rcv3_tui.tui.items import Item
from rcv3_tui.tui.key_names import KeyNames
from rcv3_tui.tui.picture import PaneKind, RowDiff
from rcv3_tui.tui.widgets.covered import Covered
from rcv3_tui.tui.widgets.line import Line, Piece
from rcv3_tui.tui.widgets.table import Column, MarksChanged, PositionChanged, Table

if TYPE_CHECKING:
    from rcv3_tui.tui.filtering import FilterError

ItemT = TypeVar("ItemT", bound=Item)


_ROWS_A_TICK = 2000
"""Rows that a filter by age looks at each second, on the average."""


class Pane(Vertical, Covered, Generic[ItemT]):
    """One pane.

    Args:
        kind: Which.
        name: Its name in the title.
        number: The key that brings it to the front; empty for none.
        columns: Its table's columns.
        signs: The glyphs of this terminal.
        empty: What the pane says when the account has none of its things.
        now: What decides "now", for filters by age.
        keys: The keys that are in force.
        ascii_only: No byte beyond ASCII may be drawn.
    """

    DEFAULT_CSS = """
    Pane {
        height: 1fr;
        width: 1fr;
        & > Line { background: $panel; color: $foreground-muted; }
        &.-active > Line { background: $primary-darken-3; color: $foreground; }
        & > Table { height: 1fr; }
    }
    """

    def __init__(
        self,
        kind: PaneKind,
        name: str,
        number: str,
        columns: Sequence[Column[ItemT]],
        signs: Glyphs,
        empty: Sequence[str],
        now: Callable[[], datetime],
        keys: KeyNames,
        *,
        ascii_only: bool,
    ) -> None:
        super().__init__(id=f"pane-{kind.value}")
        self.kind = kind
        self.title_text = name
        self.filter_text = ""
        self.filter_error: FilterError | None = None
        self.attention_only = False
        self.sorted_by: tuple[str, bool] | None = None
        self.table: Table[ItemT] = Table(columns, ascii_only=ascii_only, id=f"table-{kind.value}")
        self._number = number
        self._signs = signs
        self._keys = keys
        self._empty = tuple(keys.fill(line) for line in empty)
        self._now = now
        self._state = PartState()
        self._title = Line(spelled_in_ascii=ascii_only, classes="pane-title")
        self._beside: tuple[str, ...] = ()
        self._leads = 0
        self._test: Callable[[Item], bool] | None = None
        self._asks_time = False
        self._ticks = 0

    def compose(self) -> ComposeResult:
        """Title over table."""
        yield self._title
        yield self.table

    def on_mount(self) -> None:
        """Show what is known before the first answer."""
        self._explain()
        self.update_title()

    # -- rows ---------------------------------------------------------------------------------

    def apply(self, rows: RowDiff, *, may_wait: bool = False) -> None:
        """Take rows that differ in.

        Args:
            rows: These.
            may_wait: There is more to come: what is on the screen may stay until the next `tick`.
        """
        # The picture makes each pane's rows of the one item type that its columns read.
        changed = cast("Mapping[str, ItemT]", rows.changed)
        if self.table.apply(changed, rows.removed, may_wait=may_wait):
            self._explain()
            self.update_title()

    def replace(self, rows: Mapping[str, Item]) -> None:
        """Take other rows in place of all."""
        self.table.replace(cast("Mapping[str, ItemT]", rows))
        self._explain()
        self.update_title()

    def rename(self, name: str) -> None:
        """Give the pane another name."""
        self.title_text = name
        self.update_title()

    @property
    def tab(self) -> str:
        """Its key and name, as other panes' titles name it."""
        return f"{self._number} {self.title_text}"

    def lead(self, lines: int) -> None:
        """Stand above other panes with some lines, without labels; with 0, take all the room."""
        if lines == self._leads:
            return
        self._leads = lines
        self.styles.height = lines or "1fr"
        self.table.show_labels(not lines)
        self.update_title()

    def show_beside(self, names: Sequence[str]) -> None:
        """Name the panes that are a key away, where there is no room to show them."""
        if self._beside != tuple(names):
            self._beside = tuple(names)
            self.update_title()

    def part_changed(self, state: PartState) -> None:
        """Hear how well the pane's part is known."""
        before = self._state
        if (state.error, state.kept) != (before.error, before.kept) or None in (
            state.fetched,
            before.fetched,
        ):
            self._state = state
            self._explain()
            self.update_title()
        else:
            self._state = state
            if state.skipped:
                self.update_title()

    # -- filter, order ------------------------------------------------------------------------

    def set_filter(self, text: str) -> None:
        """Show only rows that pass; a filter that cannot be read leaves the last good one."""
        # Imported here: the language is not needed before somebody filters.
        from rcv3_tui.tui.filtering import FilterError, row_filter

        self.filter_text = text
        try:
            test = row_filter(text, self.kind, self._now)
        except FilterError as error:
            self.filter_error = error
            self.update_title()
            return
        self.filter_error = None
        self._asks_time = test is not None and test.asks_time
        self._use(test)

    def tick(self) -> None:
        """Say again what depends on the time: cells, and which rows a filter by age shows."""
        self._ticks += 1
        if self._asks_time and self._ticks % (1 + self.table.total_count // _ROWS_A_TICK) == 0:
            self._use(self._test)
        self.table.tick()

    def toggle_attention(self) -> None:
        """Show only what needs attention, or everything again."""
        self.attention_only = not self.attention_only
        self.set_filter(self.filter_text)

    def _use(self, test: Callable[[Item], bool] | None) -> None:
        self._test = test
        if self.attention_only:
            words = test
            self.table.set_filter(
                needs_attention
                if words is None
                else lambda item: needs_attention(item) and words(item)
            )
        else:
            self.table.set_filter(test)
        self._explain()
        self.update_title()

    def sort_by(self, column: str, reverse: bool) -> None:
        """Put the rows in another order."""
        self.sorted_by = (column, reverse)
        self.table.sort_by(column, reverse=reverse)
        self.update_title()

    # -- the title ----------------------------------------------------------------------------

    def on_marks_changed(self, event: MarksChanged) -> None:
        """Show the count of marks."""
        event.stop()
        self.update_title()

    def on_position_changed(self, event: PositionChanged) -> None:
        """Show what is in view."""
        event.stop()
        self.update_title()

    def update_title(self) -> None:
        """Write the title anew; only what differs is painted."""
        left = [
            Piece(" "),
            Piece(f"{self._number} ", "key", spare=1) if self._number else Piece(""),
        ]
        left.append(Piece(self.title_text, "strong"))
        if self.attention_only:
            left.append(Piece("  ! needs attention", "warn"))
        if self.filter_error is not None:
            right_part = self.filter_text[: self.filter_error.column - 1]
            left.append(Piece(f"  /{right_part}", "accent"))
            left.append(Piece(f"{self.filter_text[len(right_part) :]}", "failed"))
            left.append(Piece(f"  {self.filter_error}", "failed", spare=1))
        elif self.filter_text:
            left.append(Piece(f"  /{self.filter_text}", "accent"))
        if (order := self._hidden_order()) is not None:
            left.append(Piece(f"  {order}", spare=3))
        marks = len(self.table.marks)
        if marks:
            hidden = self.table.hidden_marks
            note = f" ({hidden} hidden)" if hidden else ""
            left.append(Piece(f"  {marks} marked{note}", "accent"))
        if self._state.error is not None:
            left.append(Piece(f"  {self._signs.dot} {self._state.error}", "failed"))
        elif self._state.skipped:
            count = len(self._state.skipped)
            left.append(Piece(f"  {count} not readable", "warn", spare=3))
        if self._state.kept and self._state.fetched is not None:
            left.append(Piece(f"  from {self._state.fetched:%H:%M} UTC", "warn"))
        position = self.table.position
        right = [Piece(f"{name}  ", spare=4) for name in self._beside if not self._leads]
        if self._leads:
            note = f"any key makes room, {self._number} brings this back  "
            right.append(Piece(note, "muted", spare=4))
        right += [Piece(f" {position} " if position.total else " ", spare=2)]
        self._title.show(left, right)

    def _hidden_order(self) -> str | None:
        """Name the column that the rows are ordered by, where its own label cannot."""
        column, reverse = self.table.sorted_by
        if self._leads or not column or self.table.shows(column):
            return None
        label = next(c.label for c in self.table.columns if c.key == column)
        return f"by {label} {self._signs.down if reverse else self._signs.up}"

    @property
    def title_line(self) -> str:
        """What stands in the title."""
        return self._title.text

    def _explain(self) -> None:
        if self._state.error is not None:
            lines = [
                f"{self.title_text}: nothing to show.",
                self._state.error,
                f"It is tried again by itself; {self._keys['refresh']} tries now.",
            ]
            self.table.set_placeholder(lines, "failed")
        elif self.table.position.total and (self.filter_text or self.attention_only):
            what = "needs attention" if self.attention_only else f"matches {self.filter_text}"
            back = f"{self._keys['back']} shows everything."
            self.table.set_placeholder([f"Nothing here {what}.", back], "muted")
        elif self._state.fetched is None:
            self.table.set_placeholder([f"Reading {self.title_text} ..."], "muted")
        else:
            self.table.set_placeholder(list(self._empty), "muted")
