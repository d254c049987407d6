"""What a listing is when it is made: plain values that every format writes in its own way."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase

Value = str | int | bool | datetime | tuple[str, ...] | None
"""What stands in a cell; None: nothing, or not known."""


class Head(Struct, frozen=True):
    """A column of a listing."""

    name: str
    """Its name on the command line and in CSV."""
    label: str
    """Its name above a table."""
    field: str = ""
    """Where the API has it, as a path; empty: worked out here."""
    right: bool = False
    rank: int = 5
    """On a terminal that is too narrow, columns of the highest rank go first."""
    least: int = 8
    """Cells that it needs to say anything."""


class Cell(Struct, frozen=True):
    """What stands in one column of one row."""

    value: Value
    age: float | None = None
    """Seconds since the value, in a column of ages."""
    phase: Phase | None = None
    """The life cycle that its colour and sign on a terminal come from."""
    note: str = ""
    """What a terminal shows behind it."""
    unknown: bool = False
    """There is no value because it could not be read."""


class Row(Struct, frozen=True):
    """One thing that is listed."""

    region: str
    part: Part
    key: str
    """The item's lower-case id."""
    cells: tuple[Cell, ...]
    raw: bytes = b""
    """The item as the service sent it."""


class Listing(Struct, frozen=True):
    """Rows and columns, in the order in which they are shown."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    chosen: bool = False
    """The columns were asked for by name, so none may be left out."""
    several_regions: bool = False
