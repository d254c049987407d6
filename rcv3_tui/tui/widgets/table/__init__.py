"""One table, shared by every pane: literal cells, rows held by id, the fewest bytes on the line."""

from .cells import Align, Cell, Column, SortKey, cut, fit, natural
from .messages import CursorMoved, MarksChanged, Position, PositionChanged, RowChosen
from .table import Table

__all__ = [
    "Align",
    "Cell",
    "Column",
    "CursorMoved",
    "MarksChanged",
    "Position",
    "PositionChanged",
    "RowChosen",
    "SortKey",
    "Table",
    "cut",
    "fit",
    "natural",
]
