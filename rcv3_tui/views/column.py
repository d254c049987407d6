"""Columns and cells of a table."""

import re
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from rcv3_tui.text_width import Align

ItemT = TypeVar("ItemT")

_DIGITS = re.compile(r"(\d+)")


class SortKey(Protocol):
    """A value that is comparable with others of its column."""

    def __lt__(self, other: Any, /) -> bool:  # noqa: ANN401 - as typeshed spells "comparable"
        """Return whether this comes first."""


class Cell(Struct, frozen=True):
    """The content of one cell.

    Attributes:
        text: Literal text without control characters; never markup.
        tone: Its color: `ok`, `moving`, `failed`, `warn`, `muted`, `accent` or nothing.
            The text must be understandable without the color.
    """

    text: str
    tone: str = ""


class Column(Struct, Generic[ItemT], frozen=True):
    """One column of a table of items.

    Attributes:
        key: Its name in code and configuration.
        label: Its name on the screen.
        cell: Returns the cell of an item; called only for rows on the screen.
        sort_key: The sort key of an item, `None` for last; without it, the cell's text in
            natural order.
        min_width: Least width in terminal cells.
        max_width: Greatest width, or `None` for as wide as there is room.
        weight: Share of the room that is left over; 0 stays at `min_width`.
        align: The alignment of the text.
        priority: The column with the highest is dropped first if there is no room.
        wide_only: Shown only in wide mode.
        full: Returns the longer content that is shown where there is room for it.
        is_name: Cut in the middle if there is no room: names often differ at the end only.
        is_whole: Short texts that are useless when cut: gets their width, up to its own greatest.
        newest_first: A column of times, whose natural order is the newest first.
        wraps_from: In a table that wraps, a text that does not fit continues on more lines: in
            its column, if that has so many cells, else below the row; 0: it is cut.
        full_if_whole: The longer content is shown only where all of it fits.
        if_any: Shown only while a row in view has a text for it.
    """

    key: str
    label: str
    cell: Callable[[ItemT], Cell]
    sort_key: Callable[[ItemT], SortKey | None] | None = None
    min_width: int = 4
    max_width: int | None = None
    weight: int = 0
    align: Align = "left"
    priority: int = 0
    wide_only: bool = False
    full: Callable[[ItemT], Cell] | None = None
    is_name: bool = False
    is_whole: bool = False
    newest_first: bool = False
    wraps_from: int = 0
    full_if_whole: bool = False
    if_any: bool = False

    def descends(self, reverse: bool) -> bool:
        """Return whether the values descend from row to row, in the natural or reverse order."""
        return self.newest_first is not reverse

    def order(self, item: ItemT) -> SortKey | None:
        """Return the sort key of an item in this column."""
        if self.sort_key is not None:
            return self.sort_key(item)
        text = self.cell(item).text
        return natural_key(text) if text else None


def natural_key(text: str) -> SortKey:
    """Return the key that sorts `web-9` before `web-10`, ignoring case.

    Args:
        text: Any text.

    Returns:
        A tuple of alternating texts and numbers, so that any two are comparable.
    """
    pieces: list[str | int] = list(_DIGITS.split(text.casefold()))
    # Python converts at most 4,300 digits; 30 are enough for any name.
    pieces[1::2] = [int(str(digits)[:30]) for digits in pieces[1::2]]
    return tuple(pieces)
