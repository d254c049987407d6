"""What a column is, what stands in a cell, and how text is fitted into one."""

import re
from collections.abc import Callable
from typing import Any, Generic, Literal, Protocol, TypeVar

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

ItemT = TypeVar("ItemT")

Align = Literal["left", "right"]

_DIGITS = re.compile(r"(\d+)")


class SortKey(Protocol):
    """Anything that can be put in order with its like."""

    def __lt__(self, other: Any, /) -> bool:  # noqa: ANN401 - as typeshed spells "comparable"
        """Whether this comes first."""


class Cell(Struct, frozen=True):
    """What one cell says.

    Attributes:
        text: Literal text, cleaned already; never markup.
        tone: How it is coloured: `ok`, `moving`, `failed`, `warn`, `muted`, `accent` or nothing.
            The text must say the same without the colour.
    """

    text: str
    tone: str = ""


class Column(Struct, Generic[ItemT], frozen=True):
    """One column of a table of items.

    Attributes:
        key: Its name in code and configuration.
        label: Its name on the screen.
        cell: Makes the cell of an item; called for the lines on the screen only.
        sort_key: What an item is ordered by, `None` for last; without it, the cell's text in
            natural order.
        min_width: Least width in terminal cells.
        max_width: Greatest width, or `None` for as wide as there is room.
        weight: Share of the room that is left over; 0 stays at `min_width`.
        align: Where the text stands in its width.
        priority: The column with the highest is dropped first where there is no room.
        wide_only: Shown in wide mode alone.
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

    def order(self, item: ItemT) -> SortKey | None:
        """Tell what an item is ordered by in this column."""
        if self.sort_key is not None:
            return self.sort_key(item)
        text = self.cell(item).text
        return natural(text) if text else None


def natural(text: str) -> SortKey:
    """Give the key that puts `web-9` before `web-10`, without regard to case.

    Args:
        text: Any text.

    Returns:
        A tuple in which texts and numbers take turns, so that two of them always compare.
    """
    pieces: list[str | int] = list(_DIGITS.split(text.casefold()))
    # At most 4,000 digits can be made a number; nobody orders by more than these.
    pieces[1::2] = [int(str(digits)[:30]) for digits in pieces[1::2]]
    return tuple(pieces)


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """Shorten text to a width in terminal cells, and show that it was shortened.

    Args:
        text: Clean text.
        width: Greatest width, in terminal cells.
        ellipsis: What stands for the part that was cut off; one cell wide.

    Returns:
        The text itself where it fits. Never wider than `width`; one cell narrower where a wide
        character would have been cut in two.
    """
    if width <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= width else text[: width - 1] + ellipsis
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip(" ") + ellipsis


def fit(text: str, width: int, align: Align = "left", ellipsis: str = "…") -> str:
    """Cut or pad text to exactly a width in terminal cells.

    Args:
        text: Clean text.
        width: The width, in terminal cells.
        align: Where the text stands when it is narrower.
        ellipsis: What stands for the part that was cut off.

    Returns:
        Text that is exactly `width` cells wide.
    """
    text = cut(text, width, ellipsis)
    padding = " " * (width - (len(text) if text.isascii() else cell_len(text)))
    return padding + text if align == "right" else text + padding
