"""The table of every pane: literal text, rows by id, few bytes per change."""

from .messages import (
    ColumnClicked,
    CursorMoved,
    MarksChanged,
    Position,
    PositionChanged,
    RowSelected,
)
from .table import Table

__all__ = [
    "ColumnClicked",
    "CursorMoved",
    "MarksChanged",
    "Position",
    "PositionChanged",
    "RowSelected",
    "Table",
]
