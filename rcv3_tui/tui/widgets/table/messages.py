"""What a table tells its screen. Posted on a real change only; read, never written."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Position:
    """What of the rows is in view.

    Attributes:
        first: Number of the first row in view, from 1; 0 where there is none.
        last: Number of the last.
        shown: How many rows pass the filter.
        total: How many rows there are.
    """

    first: int
    last: int
    shown: int
    total: int

    def __str__(self) -> str:
        """As it stands in a pane's title: `12-40/10000`, with a filter `12-40/312 of 10000`."""
        of = "" if self.shown == self.total else f" of {self.total}"
        return f"{self.first}-{self.last}/{self.shown}{of}"


# Textual writes to its messages while it carries them, so they cannot be frozen.
@dataclass
class TableMessage(Message):
    """What all of a table's messages have.

    Attributes:
        table: The table that says so.
    """

    table: Widget

    @property
    def control(self) -> Widget:
        """The table, for Textual's `@on(..., "#selector")`."""
        return self.table


@dataclass
class CursorMoved(TableMessage):
    """The cursor stands on another row.

    Attributes:
        row_id: That row, `None` where no row is left.
    """

    row_id: str | None


@dataclass
class RowChosen(TableMessage):
    """Enter was pressed on a row.

    Attributes:
        row_id: The row under the cursor.
    """

    row_id: str


@dataclass
class MarksChanged(TableMessage):
    """Other rows are marked.

    Attributes:
        marks: The ids of all marked rows.
        hidden: How many of them the filter hides.
    """

    marks: frozenset[str]
    hidden: int


@dataclass
class PositionChanged(TableMessage):
    """Other rows are in view, or there are more or fewer.

    Attributes:
        position: What is in view.
    """

    position: Position
