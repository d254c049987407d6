"""The messages of a table; posted only when something changed."""

from __future__ import annotations

from msgspec import Struct
from textual.message import Message
from textual.widget import Widget


class Position(Struct, frozen=True):
    """Which of the rows are in view.

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
        """Return the text of a pane's title: `12-40/10000`, with a filter `12-40/312 of 10000`."""
        of = "" if self.shown == self.total else f" of {self.total}"
        return f"{self.first}-{self.last}/{self.shown}{of}"


class TableMessage(Message):
    """The base of a table's messages.

    Attributes:
        table: The table that posted it.
    """

    def __init__(self, table: Widget) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> Widget:
        """The table, for Textual's `@on(..., "#selector")`."""
        return self.table


class CursorMoved(TableMessage):
    """The cursor is on another row.

    Attributes:
        row_id: That row, `None` if there is none.
    """

    def __init__(self, table: Widget, row_id: str | None) -> None:
        super().__init__(table)
        self.row_id = row_id


class RowSelected(TableMessage):
    """Enter was pressed on a row.

    Attributes:
        row_id: The row under the cursor.
    """

    def __init__(self, table: Widget, row_id: str) -> None:
        super().__init__(table)
        self.row_id = row_id


class ColumnClicked(TableMessage):
    """The label of a column was clicked.

    Attributes:
        column: The column's key.
    """

    def __init__(self, table: Widget, column: str) -> None:
        super().__init__(table)
        self.column = column


class MarksChanged(TableMessage):
    """Other rows are marked.

    Attributes:
        marks: The ids of all marked rows.
        hidden: How many of them the filter hides.
    """

    def __init__(self, table: Widget, marks: frozenset[str], hidden: int) -> None:
        super().__init__(table)
        self.marks = marks
        self.hidden = hidden


class PositionChanged(TableMessage):
    """Other rows are in view, or there are more or fewer.

    Attributes:
        position: What is in view.
    """

    def __init__(self, table: Widget, position: Position) -> None:
        super().__init__(table)
        self.position = position
