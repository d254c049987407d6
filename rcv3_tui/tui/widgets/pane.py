"""A pane: a title line above a table, with a placeholder if there are no rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from rcv3_tui.display_time import in_zone, zone_name
from rcv3_tui.model.fetch_state import FetchState
from rcv3_tui.model.filters import FilterError
from rcv3_tui.tui.filter_prompt import complete_filter
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_filter import RowFilter, SearchedTexts, decide, row_filter
from rcv3_tui.tui.row_model import RowDelta
from rcv3_tui.tui.widgets.lines_view import LinesView
from rcv3_tui.tui.widgets.status_line import StatusLine, StyledText
from rcv3_tui.tui.widgets.styled_lines import styled_spans
from rcv3_tui.tui.widgets.table import MarksChanged, PositionChanged, Table
from rcv3_tui.tui.widgets.table.rows import Decisions
from rcv3_tui.views.column import Column
from rcv3_tui.views.formatting import Glyphs
from rcv3_tui.views.rows import AnyRow, FindingRow

ItemT = TypeVar("ItemT", bound=AnyRow)


_FILTER_AT_ONCE = 500
"""Rows that are filtered at once; more are filtered in slices, so that keys are handled between."""

_TYPING_SECONDS = 0.03
"""Pause after a letter before many rows are filtered: the letter is shown first."""

_ROWS_A_TICK = 2000
"""Rows per second that a filter by age evaluates, on average."""


_ABOVE_ROWS = 2
"""Lines of the title and of the labels."""


class Pane(Vertical, Generic[ItemT]):
    """One pane.

    Args:
        kind: Its kind.
        name: Its name in the title.
        number: The key that goes to it; empty for none.
        columns: The columns of its table.
        signs: The glyphs of this terminal.
        empty: The text of an account without such resources.
        now: Returns the current time, for filters by age.
        keys: The keys in force.
        ascii_only: Draw with ASCII only.
        unread_pools: Returns the pools of a region whose nodes have not been read, for filters.
    """

    DEFAULT_CSS = """
    Pane {
        height: 1fr;
        width: 1fr;
        & > StatusLine { background: $panel; color: $foreground-muted; }
        &.-active > StatusLine { background: $primary-darken-3; color: $foreground; }
        & > Table { height: 1fr; }
        & > LinesView { height: 3; margin: 0 1; display: none; }
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
        keys: KeyLabels,
        *,
        ascii_only: bool,
        unread_pools: Callable[[str], tuple[str, ...] | None] = lambda region: None,
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
        self._texts = SearchedTexts(unread_pools)
        self._state = FetchState()
        self._title = StatusLine(spelled_in_ascii=ascii_only, classes="pane-title")
        self._other_panes: tuple[str, ...] = ()
        self._leads = 0
        self._lead_stays = False
        self._reason = LinesView(ascii_only=ascii_only) if kind is PaneKind.ATTENTION else None
        """The next step of the finding under the cursor."""
        self._test: RowFilter | None = None
        """The filter in force."""
        self._next_test: RowFilter | None = None
        """The filter that was typed last."""
        self._is_filtering = False
        self._ticks = 0

    def compose(self) -> ComposeResult:
        """Yield title and table."""
        yield self._title
        yield self.table
        if self._reason is not None:
            yield self._reason

    def on_mount(self) -> None:
        """Show the state before the first response."""
        self._explain()
        self.update_title()

    # -- rows ---------------------------------------------------------------------------------

    def apply(self, rows: RowDelta, *, may_wait: bool = False) -> None:
        """Apply a difference.

        Args:
            rows: The changed and removed rows.
            may_wait: More rows follow soon, so a full screen is repainted with the next `tick`.
        """
        # The row model creates only rows of the type that the columns read.
        changed = cast("Mapping[str, ItemT]", rows.changed)
        if self.table.apply(changed, rows.removed, may_wait=may_wait):
            self._explain()
            self.update_title()

    def replace(self, rows: Mapping[str, AnyRow]) -> None:
        """Replace all rows."""
        self.table.replace(cast("Mapping[str, ItemT]", rows))
        self._explain()
        self.update_title()

    def rename(self, name: str) -> None:
        """Change the pane's name."""
        self.title_text = name
        self.update_title()

    @property
    def wanted_lines(self) -> int | None:
        """The lines of all its rows with title and labels; None: the rows have not been read."""
        if self._state.fetched is None and self._state.error is None:
            return None
        return self.table.total_count + _ABOVE_ROWS

    @property
    def tab(self) -> str:
        """Its key and name, for the titles of other panes."""
        return f"{self._number} {self.title_text}"

    def lead(self, lines: int, *, stays: bool = False) -> None:
        """Use a fixed height above other panes, without labels and cursor; 0: all the room.

        Args:
            lines: The height.
            stays: It does not close with the first key.
        """
        if (lines, stays) == (self._leads, self._lead_stays):
            return
        self._leads, self._lead_stays = lines, stays
        self.styles.height = lines or "1fr"
        self.table.show_labels(not lines)
        self.table.show_cursor(not lines)
        self.update_title()

    def show_hidden_panes(self, names: Sequence[str]) -> None:
        """Name the panes that are hidden, with their keys, in the title."""
        if self._other_panes != tuple(names):
            self._other_panes = tuple(names)
            self.update_title()

    def set_fetch_state(self, state: FetchState) -> None:
        """Set the fetch state of the pane's resources."""
        before = self._state
        if (state.error, state.from_cache) != (before.error, before.from_cache) or None in (
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

    def explain_finding(self, shown: bool) -> None:
        """Show or hide the next step of the finding under the cursor."""
        reason, item = self._reason, self.table.cursor_item
        if reason is None:
            return
        reason.display = shown = shown and isinstance(item, FindingRow)
        if shown and isinstance(item, FindingRow):
            found = item.finding
            step = found.next_step or found.todo
            reason.set_lines([styled_spans((f"{found.subject}: ", "strong"), (step, ""))])

    # -- filter, order ------------------------------------------------------------------------

    def set_filter(self, text: str) -> None:
        """Set the filter; an invalid one leaves the last valid one in force."""
        self._texts.forget_fields()
        if self._parse_filter(text):
            self._use(self._next_test)

    def prepare_filter(self) -> None:
        """Read the texts of many rows before a filter is typed."""
        self._texts.forget_fields()
        if self.table.total_count > _FILTER_AT_ONCE and not self._is_filtering:
            reading = self._texts.read(list(self.table.items.values()))
            self.run_worker(reading, group="filter", exclusive=True)

    @property
    def test(self) -> RowFilter | None:
        """The filter in force; None: every row passes."""
        return self._test

    def complete_filter(self, text: str) -> list[str]:
        """Return the completions of a filter as whole lines."""
        rows = (self._texts.fields(item) for item in self.table.items.values())
        return complete_filter(text, self.kind, rows)

    def type_filter(self, text: str) -> None:
        """Set a filter that is being typed: many rows follow shortly, in slices.

        Another call starts over, and `finish_filter` applies it at once.
        """
        if not self._parse_filter(text):
            return
        if self.table.total_count <= _FILTER_AT_ONCE or self._next_test is None:
            self._use(self._next_test)
        else:
            self.update_title()
            self._filter_in_slices()

    def finish_filter(self) -> None:
        """Apply a filter that is being applied, so that commands act on its rows."""
        if self._is_filtering:
            self._use(self._next_test)
        self._texts.forget_fields()

    def _parse_filter(self, text: str) -> bool:
        """Parse a filter for `_next_test`; return whether it is valid."""
        self.filter_text = text
        try:
            test = row_filter(
                text, self.kind, self._now, self._texts, attention_only=self.attention_only
            )
        except FilterError as error:
            self.filter_error = error
            self.update_title()
            return False
        self.filter_error = None
        self._next_test = test
        return True

    def tick(self) -> None:
        """Update what depends on the time: cells, and the rows of a filter by age."""
        self._ticks += 1
        # Rows that are undecided may pass once more has been read.
        asks_time = self._test is not None and self._test.asks_time
        depends = (asks_time or self.table.undecided_count) and not self._is_filtering
        if depends and self._ticks % (1 + self.table.total_count // _ROWS_A_TICK) == 0:
            self._next_test = self._test
            self._texts.forget_fields()
            self._filter_in_slices()
        self.table.tick()

    def toggle_attention(self) -> None:
        """Show only rows that need attention, or all rows."""
        self.attention_only = not self.attention_only
        self.set_filter(self.filter_text)

    def _filter_in_slices(self) -> None:
        self._is_filtering = True
        self.run_worker(self._apply_in_slices(), group="filter", exclusive=True)

    async def _apply_in_slices(self) -> None:
        await asyncio.sleep(_TYPING_SECONDS)
        before, test = self._test, self._next_test
        if test is None:
            return
        rows: dict[str, AnyRow] = dict(self.table.items)
        self._texts.forget_all_but(rows)
        hidden: list[str] = []
        if before is not None and before is not test and test.narrows(before):
            hidden = [row for row in rows if not self.table.may_pass(row)]
        self._use(test, (rows, await decide(rows, test, hidden)))

    def _use(
        self,
        test: RowFilter | None,
        decided: Decisions[AnyRow] | None = None,
    ) -> None:
        """Apply a filter.

        Args:
            test: The filter; None: every row passes.
            decided: Its results, as far as they are known.
        """
        if decided is None and self._is_filtering:
            self.workers.cancel_group(self, "filter")
        self._test, self._is_filtering = test, False
        self.table.set_filter(test, cast("Decisions[ItemT] | None", decided))
        self._explain()
        self.update_title()

    def sort_by(self, column: str, reverse: bool) -> None:
        """Sort the rows."""
        self.sorted_by = (column, reverse)
        self.table.sort_by(column, reverse=reverse)
        self.update_title()

    # -- the title ----------------------------------------------------------------------------

    def on_marks_changed(self, event: MarksChanged) -> None:
        """Show the number of marks; the console shows what its keys do with them."""
        del event
        self.update_title()

    def on_position_changed(self, event: PositionChanged) -> None:
        """Show the position."""
        event.stop()
        self.update_title()

    def update_title(self) -> None:
        """Update the title; only what differs is painted."""
        left = [
            StyledText(" "),
            StyledText(f"{self._number} ", "key", spare=1) if self._number else StyledText(""),
        ]
        left.append(StyledText(self.title_text, "strong"))
        if self.attention_only:
            left.append(StyledText("  ! needs attention", "warn"))
        if self.filter_error is not None:
            right_part = self.filter_text[: self.filter_error.column - 1]
            left.append(StyledText(f"  /{right_part}", "accent"))
            left.append(StyledText(f"{self.filter_text[len(right_part) :]}", "failed"))
            left.append(StyledText(f"  {self.filter_error}", "failed", spare=1))
        elif self.filter_text:
            left.append(StyledText(f"  /{self.filter_text}", "accent"))
        if undecided := self.table.undecided_count:
            left.append(StyledText(f"  {undecided} not read yet", "warn"))
        if (order := self._hidden_order()) is not None:
            left.append(StyledText(f"  {order}", spare=3))
        marks = len(self.table.marks)
        if marks:
            hidden = self.table.hidden_marks
            note = f" ({hidden} hidden)" if hidden else ""
            left.append(StyledText(f"  {marks} marked{note}", "accent"))
        if self._state.error is not None:
            left.append(StyledText(f"  {self._signs.dot} {self._state.error}", "failed"))
        elif self._state.skipped:
            count = len(self._state.skipped)
            left.append(StyledText(f"  {count} not readable", "warn", spare=3))
        if self._state.from_cache and self._state.fetched is not None:
            at = self._state.fetched
            left.append(StyledText(f"  from {in_zone(at):%H:%M} {zone_name(at)}", "warn"))
        position = self.table.position
        right = [StyledText(f"{name}  ", spare=4) for name in self._other_panes if not self._leads]
        if self._leads:
            note = f"press any key to close; {self._number} shows this again  "
            if self._lead_stays:
                note = f"{self._keys['back']} closes; {self._number} opens  "
            right.append(StyledText(note, "muted", spare=4))
        right += [StyledText(f" {position} " if position.total else " ", spare=2)]
        self._title.show(left, right)

    def _hidden_order(self) -> str | None:
        """Return the sort order, if the column's own label is not visible."""
        column, reverse = self.table.sorted_by
        if self._leads or not column or self.table.shows(column):
            return None
        by = next(c for c in self.table.columns if c.key == column)
        return f"by {by.label} {self._signs.down if by.descends(reverse) else self._signs.up}"

    @property
    def title_line(self) -> str:
        """The text of the title."""
        return self._title.text

    def _explain(self) -> None:
        if self._state.error is not None:
            lines = [
                f"{self.title_text}: nothing to show.",
                self._state.error,
                f"It is retried automatically; {self._keys['refresh']} retries now.",
            ]
            self.table.set_placeholder(lines, "failed")
        elif self.table.position.total and (self.filter_text or self.attention_only):
            what = "needs attention" if self.attention_only else f"matches {self.filter_text}"
            lines = [f"No row {what}."]
            if undecided := self.table.undecided_count:
                rows = "1 row" if undecided == 1 else f"{undecided} rows"
                lines = [f"No row {what} so far.", f"{rows} undecided: not read yet."]
            lines.append(f"{self._keys['back']} shows all rows.")
            self.table.set_placeholder(lines, "muted")
        elif self._state.fetched is None and self.kind is PaneKind.ATTENTION:
            lines = ["Nothing so far; not everything has been read yet.", self._empty[-1]]
            self.table.set_placeholder(lines, "muted")
        elif self._state.fetched is None:
            self.table.set_placeholder([f"Reading {self.title_text} ..."], "muted")
        else:
            self.table.set_placeholder(list(self._empty), "muted")
