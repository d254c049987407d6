"""How many cells a text takes on a terminal, and how it is cut to fit."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """Count the cells of a clean text: wide letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def cut(text: str, cells: int, *, ascii: bool = False) -> str:
    """Cut a clean text that is too wide, with a sign at its end that says so.

    Args:
        text: One line.
        cells: The room there is.
        ascii: The sign has to be ASCII.
    """
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept: list[str] = []
    room = cells - 1
    for letter in text:
        room -= _cells(letter)
        if room < 0:
            break
        kept.append(letter)
    return "".join(kept) + ("~" if ascii else "…")


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """Fill a text up with blanks.

    Args:
        text: One line.
        cells: How wide it is to be.
        right: The blanks come first.
    """
    blanks = " " * max(0, cells - width(text))
    return blanks + text if right else text + blanks


def _cells(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
