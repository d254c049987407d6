"""How a resource is described: its fields, once, for every presentation.

The console's panes, details, export and copy menu, the titles of dialogs, and the tables and files
of `status` all read the same `View`. A field that is added to it appears in each of them
where the view lists it. `pane_columns` makes the columns of a pane.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.display_time import when_label
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters import Fields
from rcv3_tui.model.resources import Resource
from rcv3_tui.model.status import Phase
from rcv3_tui.text_width import Align
from rcv3_tui.views.column import Cell, Column, SortKey
from rcv3_tui.views.formatting import Glyphs
from rcv3_tui.views.rows import AnyRow

RowT = TypeVar("RowT", bound=AnyRow)

Value = str | int | bool | datetime | tuple[str, ...] | None
"""The value of a field; None: there is none, or it is not known."""

Now = Callable[[], datetime]
"""Returns the current time."""

UnreadPools = Callable[[str], tuple[str, ...] | None]
"""Returns the names of a region's pools whose nodes have not been read; None: unknown."""

IsStale = Callable[[str], bool]
"""Returns whether a region's rows are not up to date."""

STALE_MARK = "!"
"""Follows the region's name in a row that may no longer be true."""

NOTHING: frozenset[ResourceKind] = frozenset()


class Context(Struct, frozen=True):
    """What cells of the console depend on in addition to their row."""

    signs: Glyphs
    """The glyphs of this terminal."""
    now: Now


WHEN = "WHEN"
"""The label of a column of times, to which the name of the zone is added."""


class PaneColumn(Struct, frozen=True):
    """The place of a field in a pane of the console; see `Column` for its attributes."""

    label: str
    min_width: int
    max_width: int
    weight: int = 0
    priority: int = 0
    wide_only: bool = False
    key: str = ""
    """Its name in configuration; empty: that of the field."""
    is_name: bool = False
    is_whole: bool = False
    newest_first: bool = False
    wraps_from: int = 0
    full_if_whole: bool = False
    if_any: bool = False
    align: Align | None = None
    """The alignment of the text; None: that of the field."""


def wide_column(label: str, width: int, *, newest_first: bool = False) -> PaneColumn:
    """Return the place of a field that only wide mode shows.

    Args:
        label: Its heading.
        width: Its greatest width, in terminal cells.
        newest_first: It is a time; its natural order is the newest first.
    """
    return PaneColumn(
        label,
        min(width, 12),
        width,
        weight=1,
        priority=8,
        wide_only=True,
        newest_first=newest_first,
    )


class TableColumn(Struct, frozen=True):
    """The place of a field in the tables of `status`."""

    rank: int = 5
    """On a terminal that is too narrow, columns of the highest rank go first."""
    least: int = 8
    """The narrowest width at which it is useful, in terminal cells."""
    is_default: bool = True
    """Shown without `-c`."""


OPTIONAL = TableColumn(is_default=False)
"""The place of a field that `status` shows on request."""


class Field(Struct, Generic[RowT], frozen=True):
    """One field of a resource."""

    name: str
    """Its name in commands, configuration and CSV of `status`."""
    value: Callable[[RowT], Value]
    title: str = ""
    """Its heading in the tables of `status`."""
    api_name: str = ""
    """Its path in the API's JSON, such as `cloud_server.name`; empty: computed here."""
    align: Align = "left"
    needs: frozenset[ResourceKind] = NOTHING
    """The kinds of resources it depends on in addition to the row's own."""
    is_age: bool = False
    """The value is a time, shown as how long ago that was."""
    is_count: bool = False
    """The value is a number, unknown if None."""
    phase: Callable[[RowT], Phase] | None = None
    """The life cycle that determines its glyph and color in the tables of `status`."""
    note: Callable[[RowT, datetime], str] = lambda row, now: ""
    """The text that follows it on a terminal: how long a transition has lasted."""
    table: TableColumn | None = None
    pane: PaneColumn | None = None
    cell: Callable[[RowT, Context], Cell] | None = None
    """Its cell in the console; None: the text of the value."""
    full_cell: Callable[[RowT, Context], Cell] | None = None
    """Its longer cell in the console, for a column with room; None: there is none."""
    sort_key: Callable[[RowT], SortKey | None] | None = None
    """The order of rows in the console; None: that of the cell's text."""

    def console_cell(self, row: RowT, context: Context) -> Cell:
        """Return its cell in a pane of the console."""
        if self.cell is not None:
            return self.cell(row, context)
        value = self.value(row)
        return Cell("" if value is None else str(value))


class Detail(Struct, Generic[RowT], frozen=True):
    """The line of a field in the details of a row."""

    field: str
    """The name of the field."""
    label: str = ""
    """The label of the line; empty: the name of the field."""
    empty: str = ""
    """The text if there is no value; empty: the line is left out."""
    text: Callable[[RowT, datetime], str] | None = None
    """Its text at a time; None: the value in words."""
    tone: str | Callable[[RowT], str] = ""
    """Its color; empty: that of the field's phase."""


class View(Struct, Generic[RowT], frozen=True):
    """One kind of resource, or of other rows of the console."""

    fields: tuple[Field[RowT], ...]
    """All fields, in the order of the tables of `status`."""
    title: Callable[[RowT], str]
    """The name of a row with its kind, as a heading."""
    pane: tuple[str, ...]
    """The names of the fields that the console's pane shows, in order."""
    export: Mapping[str, str]
    """The columns of the console's CSV: the API's name, and the field that fills it."""
    copy: Mapping[str, str]
    """What the copy menu offers: its label, and the field that is copied."""
    details: tuple[Detail[RowT], ...]
    """The lines of the row's details, in order; related resources follow them."""
    filter_values: Callable[[RowT, UnreadPools], Fields]
    """The values that a filter is matched against."""
    resource: Callable[[RowT], Resource | None] = lambda row: None
    region_column: int | None = 2
    """The index of the region's column in the pane; None: there is none."""
    marks_stale: bool = True
    """Rows of a region that is not up to date are marked."""
    subject: Callable[[RowT], str] = lambda row: ""
    """The name of a row within a sentence."""
    order: Callable[[RowT], SortKey] = lambda row: ()
    """The order of rows in the tables of `status`."""
    status: Callable[[RowT], str] = lambda row: ""
    since: Callable[[RowT], datetime | None] = lambda row: None
    """The time from which a row may have had its status; None: unknown."""

    def field(self, name: str) -> Field[RowT]:
        """Return a field by its name."""
        return next(field for field in self.fields if field.name == name)


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
        align=place.align or field.align,
        priority=place.priority,
        wide_only=place.wide_only,
        cell=lambda row: field.console_cell(row, context),
        sort_key=field.sort_key,
        full=None if full is None else lambda row: full(row, context),
        is_name=place.is_name,
        is_whole=place.is_whole,
        newest_first=place.newest_first,
        wraps_from=place.wraps_from,
        full_if_whole=place.full_if_whole,
        if_any=place.if_any,
    )
