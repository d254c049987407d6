"""Suggestions for mistyped words, and the quoting of values in error messages."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable

_LONGEST = 60
"""Characters of a value in a message."""


def quote_value(value: object) -> str:
    """Return a value for a message: quoted, short, on one line, without control characters."""
    if not isinstance(value, str | int | float | bool):
        return "a table or a list"
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f'{text[: _LONGEST - 4]}..."'


def closest_match(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is closest to a word; None if none is close."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of an error message about a mistyped word; empty if no word is close."""
    near = closest_match(word, known)
    return f'; did you mean "{near}"?' if near else ""
