"""A table as plain values, which every output format renders."""

from __future__ import annotations

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.status import Phase
from rcv3_tui.views.field import Value


class Header(Struct, frozen=True):
    """A column of a table."""

    name: str
    """Its name on the command line and in CSV."""
    label: str
    """Its heading."""
    field: str = ""
    """Its path in the API's JSON; empty: computed here."""
    right: bool = False
    rank: int = 5
    """On a terminal that is too narrow, columns of the highest rank go first."""
    least: int = 8
    """The narrowest useful width, in terminal cells."""


class Cell(Struct, frozen=True):
    """The value in one column of one row."""

    value: Value
    age: float | None = None
    """The age in seconds, in a column of ages."""
    phase: Phase | None = None
    """The phase that determines its color and sign on a terminal."""
    note: str = ""
    """The text that follows it on a terminal."""
    unknown: bool = False
    """The value is missing because it could not be read."""


class Row(Struct, frozen=True):
    """One resource of the table."""

    region: str
    kind: ResourceKind
    key: str
    """The item's lower-case id."""
    cells: tuple[Cell, ...]
    raw: bytes = b""
    """The item as the service sent it."""


class TableData(Struct, frozen=True):
    """Rows and columns, in the order in which they are shown."""

    heads: tuple[Header, ...]
    rows: tuple[Row, ...]
    chosen: bool = False
    """The columns were requested by name, so none may be left out."""
    several_regions: bool = False
