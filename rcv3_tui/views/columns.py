"""The columns of the console's panes, made from the fields of a view."""

from __future__ import annotations

from collections.abc import Callable

from rcv3_tui.display_time import when_label
from rcv3_tui.views.column import Cell, Column
from rcv3_tui.views.field import WHEN, Context, Field, Now, RowT, View
from rcv3_tui.views.formatting import Glyphs

IsStale = Callable[[str], bool]
"""Returns whether a region's rows are not up to date."""

STALE_MARK = "!"
"""Follows the region's name in a row that may no longer be true."""


def never_stale(region: str) -> bool:
    """Return that a region is up to date."""
    del region
    return False


def pane_columns(
    view: View[RowT], signs: Glyphs, now: Now, *, regions: bool, is_stale: IsStale = never_stale
) -> tuple[Column[RowT], ...]:
    """Return the columns of a view's pane.

    Args:
        view: The rows' view.
        signs: The glyphs of this terminal.
        now: Returns the current time.
        regions: Several regions are shown, so each row names its own.
        is_stale: Returns whether a region is not up to date; its rows are marked.
    """
    context = Context(signs, now)
    columns = [_column(view.field(name), context) for name in view.pane]
    if regions and view.region_column is not None:
        stale = is_stale if view.marks_stale else never_stale
        columns.insert(view.region_column, _region_column(stale))
    return tuple(columns)


def region_cell(region: str, is_stale: IsStale) -> Cell:
    """Return a row's region, marked if it is stale: the header names which one, and why."""
    return Cell(f"{region} {STALE_MARK}", "failed") if is_stale(region) else Cell(region)


def _region_column(is_stale: IsStale) -> Column[RowT]:
    return Column(
        key="region",
        label="REGION",
        min_width=6,
        max_width=6,
        priority=1,
        cell=lambda row: region_cell(row.region, is_stale),
        sort_key=lambda row: row.region,
    )


def _column(field: Field[RowT], context: Context) -> Column[RowT]:
    place = field.pane
    if place is None:
        raise ValueError(f"{field.name} has no place in a pane")
    full = field.full_cell
    return Column(
        key=place.key or field.name,
        label=when_label() if place.label == WHEN else place.label,
        min_width=place.min_width,
        max_width=place.max_width,
        weight=place.weight,
        align=field.align,
        priority=place.priority,
        wide_only=place.wide_only,
        cell=lambda row: field.console_cell(row, context),
        sort_key=field.sort_key,
        full=None if full is None else lambda row: full(row, context),
        is_name=place.is_name,
        is_whole=place.is_whole,
        newest_first=place.newest_first,
    )
