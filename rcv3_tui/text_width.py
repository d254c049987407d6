"""How many terminal cells a text takes, and how it is cut or padded to fit.

The widths are those of Rich, which Textual uses to lay out the screen.
"""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len, set_cell_size

Align = Literal["left", "right"]

_BOTH_ENDS = 10
"""Least cells of a name that is cut in its middle."""


def cell_width(text: str) -> int:
    """Return how many terminal cells clean text takes."""
    return len(text) if text.isascii() else cell_len(text)


def truncate(text: str, width: int, ellipsis: str = "…") -> str:
    """Truncate text to a width in terminal cells, and mark the truncation.

    Args:
        text: Clean text.
        width: Greatest width, in terminal cells.
        ellipsis: Replaces the part that was cut off; one cell wide.

    Returns:
        The text itself if it fits. Never wider than `width`; one cell narrower if a wide
        character would have been cut in two.
    """
    if width <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= width else text[: width - 1] + ellipsis
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip(" ") + ellipsis


def truncate_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Truncate a name in its middle: names often differ at their end only.

    Args:
        text: Clean text.
        width: Greatest width, in terminal cells.
        ellipsis: Replaces the part that was cut out; one cell wide.

    Returns:
        The text itself if it fits; its start alone if there is no room for both ends.
    """
    if width < _BOTH_ENDS or cell_width(text) <= width:
        return truncate(text, width, ellipsis)
    room = (width - 1) // 3
    start, taken = len(text), 0
    while taken + cell_width(text[start - 1]) <= room:
        start -= 1
        taken += cell_width(text[start])
    return truncate(text, width - taken, ellipsis) + text[start:]


def fit_to_width(text: str, width: int, align: Align = "left", ellipsis: str = "…") -> str:
    """Truncate or pad text to exactly a width in terminal cells.

    Args:
        text: Clean text.
        width: The width, in terminal cells.
        align: Where a narrower text is placed.
        ellipsis: Replaces the part that was cut off.

    Returns:
        Text that is exactly `width` cells wide.
    """
    return pad(truncate(text, width, ellipsis), width, align)


def pad(text: str, width: int, align: Align = "left") -> str:
    """Fill text up with blanks to a width in terminal cells.

    Args:
        text: Clean text.
        width: The width, in terminal cells.
        align: Where the text is placed.
    """
    padding = " " * max(0, width - cell_width(text))
    return padding + text if align == "right" else text + padding
