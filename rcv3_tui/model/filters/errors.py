"""The one error of the filter language."""

from __future__ import annotations


class FilterError(ValueError):
    """The filter cannot be read.

    Args:
        what: What is wrong, in words, and what would be right.
        column: Where, counted from 1 in the text as it was typed.
    """

    def __init__(self, what: str, column: int) -> None:
        super().__init__(f"column {column}: {what}")
        self.what = what
        self.column = column
