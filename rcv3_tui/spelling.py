"""How an error shows a wrong word, and which right one was probably meant."""

from __future__ import annotations

# What only a mistake needs is imported where it is needed: every start would pay for it.
from collections.abc import Iterable

_LONGEST = 60
"""Characters of a value that a message has room for."""


def shown(value: object) -> str:
    """Give a value for a message: in quotes, short, on one line, without control characters."""
    if not isinstance(value, str | int | float | bool):
        return "a table or a list"
    import json

    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f'{text[: _LONGEST - 4]}..."'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that is spelled most like another one, if any is near."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give the end of an error about a wrong word: the nearest right spelling, or nothing."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near else ""
