"""Filters the rows of a pane."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from rcv3_tui.cooperative import yield_to_loop
from rcv3_tui.model.filters import (
    CHANGE_FIELDS,
    FIELDS_OF,
    FINDING_FIELDS,
    OPERATION_FIELDS,
    Fields,
    FieldType,
    Filter,
    Row,
    SearchedText,
    parse_filter,
    searched_text,
)
from rcv3_tui.tui.pane_kinds import RESOURCE_OF, PaneKind
from rcv3_tui.views.field import UnreadPools
from rcv3_tui.views.registry import view_of
from rcv3_tui.views.rows import AnyRow, needs_attention

_ROWS_A_SLICE = 200
"""Rows between two yields: about two milliseconds."""


def field_names(pane: PaneKind) -> Mapping[str, FieldType]:
    """Return the filter fields of a pane."""
    if pane is PaneKind.ATTENTION:
        return FINDING_FIELDS
    if pane is PaneKind.CHANGES:
        return CHANGE_FIELDS
    resource = RESOURCE_OF.get(pane)
    return OPERATION_FIELDS if resource is None else FIELDS_OF[resource]


class SearchedTexts:
    """The texts of rows that words are searched in, and their fields, made once for each row.

    Args:
        unread_pools: Returns the pools of a region whose nodes have not been read.
    """

    def __init__(self, unread_pools: UnreadPools) -> None:
        self._unread_pools = unread_pools
        self._texts: dict[str, tuple[AnyRow, SearchedText]] = {}
        self._fields: dict[str, tuple[AnyRow, Fields]] = {}

    def fields(self, item: AnyRow) -> Fields:
        """Return the values of a row's filter fields, as they were since `forget_fields`."""
        known = self._fields.get(item.row)
        if known is not None and known[0] is item:
            return known[1]
        fields = self._make_fields(item)
        self._fields[item.row] = item, fields
        return fields

    def forget_fields(self) -> None:
        """Drop all fields: they need memory, and pools may have been read that they depend on."""
        self._fields.clear()

    def text(self, item: AnyRow) -> SearchedText:
        """Return the text of a row."""
        known = self._texts.get(item.row)
        if known is not None and known[0] is item:
            return known[1]
        text = searched_text(self._make_fields(item))
        self._texts[item.row] = item, text
        return text

    def _make_fields(self, item: AnyRow) -> Fields:
        return view_of(item).filter_values(item, self._unread_pools)

    async def read(self, rows: Sequence[AnyRow]) -> None:
        """Make the texts of many rows; yield to the event loop between slices of them."""
        for number, item in enumerate(rows):
            if number % _ROWS_A_SLICE == 0:
                await yield_to_loop()
            self.text(item)

    def forget_all_but(self, rows: Mapping[str, AnyRow]) -> None:
        """Drop the texts of rows that are gone, if they are many."""
        if len(self._texts) > 2 * len(rows):
            self._texts = {row: text for row, text in self._texts.items() if row in rows}


class RowFilter:
    """Matches rows against a filter.

    Args:
        wanted: The filter; None: every row passes.
        now: Returns the current time, for ages.
        texts: The searched texts of the pane's rows.
        attention_only: Only rows that need attention pass.
    """

    def __init__(
        self,
        wanted: Filter | None,
        now: Callable[[], datetime],
        texts: SearchedTexts,
        *,
        attention_only: bool = False,
    ) -> None:
        self._wanted = wanted
        self._now = now
        self._texts = texts
        self._attention_only = attention_only

    @property
    def asks_time(self) -> bool:
        """Whether the result depends on the time."""
        return self._wanted is not None and self._wanted.asks_time

    def asks_about(self, field: str, text: str) -> bool:
        """Return whether a term about a field, negated or not, matches a text."""
        return self._wanted is not None and self._wanted.asks_about(field, text)

    def narrows(self, other: RowFilter) -> bool:
        """Return whether a row that another filter hides cannot pass this one."""
        if other._attention_only and not self._attention_only:
            return False
        if other._wanted is None:
            return True
        return self._wanted is not None and self._wanted.narrows(other._wanted)

    def __call__(self, item: AnyRow) -> bool | None:
        """Return whether a row passes; None: unknown, something it depends on was not read."""
        if self._attention_only and not needs_attention(item):
            return False
        if self._wanted is None:
            return True
        texts = self._texts
        row = Row(lambda: texts.fields(item), self._now, texts.text(item))
        return self._wanted.evaluate_row(row)


def row_filter(
    text: str,
    pane: PaneKind,
    now: Callable[[], datetime],
    texts: SearchedTexts,
    *,
    attention_only: bool = False,
) -> RowFilter | None:
    """Parse a pane's filter.

    Args:
        text: The filter, as typed.
        pane: The pane whose rows are filtered.
        now: Returns the current time, for ages.
        texts: The searched texts of the pane's rows.
        attention_only: Only rows that need attention pass.

    Returns:
        The filter; None if every row passes.

    Raises:
        FilterError: The text is invalid, however it continues.
    """
    wanted = parse_filter(text, field_names(pane))
    if wanted is None and not attention_only:
        return None
    return RowFilter(wanted, now, texts, attention_only=attention_only)


async def decide(
    rows: Mapping[str, AnyRow], test: RowFilter, hidden: Collection[str] = ()
) -> dict[str, bool | None]:
    """Apply a filter to many rows, and yield to the event loop between slices of them.

    A cancellation takes effect there, and leaves nothing behind but cached texts.

    Args:
        rows: The rows by id; they must not change.
        test: The filter.
        hidden: Ids of rows that cannot pass.

    Returns:
        The result of each row.
    """
    decided: dict[str, bool | None] = dict.fromkeys(hidden, False)
    number = 0
    for row_id, item in rows.items():
        if row_id not in decided:
            decided[row_id] = test(item)
            number += 1
            if number % _ROWS_A_SLICE == 0:
                await yield_to_loop()
    return decided
