"""Comparisons of the filter language, durations and numbers, and its error."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from enum import StrEnum

from rcv3_tui.suggest import quote_value

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
"""The units of a duration, in seconds."""

Comparison = Callable[[float], bool]


class FilterError(ValueError):
    """A filter is invalid.

    Args:
        what: What is wrong, and what would be right.
        column: Where, counted from 1 in the text as it was typed.
    """

    def __init__(self, what: str, column: int) -> None:
        super().__init__(f"column {column}: {what}")
        self.what = what
        self.column = column


class _Sign(StrEnum):
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    EQUAL = "="


_COMPARE: dict[_Sign, Callable[[float, float], bool]] = {
    _Sign.BELOW: operator.lt,
    _Sign.AT_MOST: operator.le,
    _Sign.ABOVE: operator.gt,
    _Sign.AT_LEAST: operator.ge,
    _Sign.EQUAL: operator.eq,
}

# Only ASCII digits, which every reader knows; at most twelve, so that no arithmetic overflows.
_AMOUNT = re.compile(r"(?P<sign><=|>=|<|>|=|)(?P<rest>.*)", re.DOTALL)
_DURATION = re.compile(r"(?:[0-9]{1,12}(?:\.[0-9]{1,6})?[smhdwy])+")
_DURATION_PART = re.compile(r"([0-9.]+)([smhdwy])")
_UNFINISHED_DURATION = re.compile(
    r"(?:[0-9]{1,12}(?:\.[0-9]{1,6})?[smhdwy])*[0-9]{0,12}\.?[0-9]{0,6}"
)
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_UNFINISHED_NUMBER = re.compile(r"(?:[0-9]{1,12}\.)?")


def parse_duration(text: str) -> float | None:
    """Return the seconds of a duration such as `1h30m`; None if the text is none."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(n) * SECONDS[unit] for n, unit in _DURATION_PART.findall(text))


def duration_comparison(field: str, text: str, column: int) -> Comparison | None:
    """Parse what follows the colon of a time field.

    Args:
        field: The field's name, for the error.
        text: For example `<2h`.
        column: Where the text begins, counted from 1.

    Returns:
        A function that compares a duration in seconds; None if the text is not finished.

    Raises:
        FilterError: It is not a comparison with a duration.
    """
    sign, rest = _split(text)
    like = f"as in {field}:<2h"
    total = parse_duration(rest)
    if total is not None:
        if sign is None or sign is _Sign.EQUAL:
            raise FilterError(f"{field} needs < or > before the time, {like}", column)
        return _against(sign, total)
    if _UNFINISHED_DURATION.fullmatch(rest):
        return None
    at = column + len(text) - len(rest)
    raise FilterError(f"{quote_value(rest)} is not a duration, {like} (s m h d w y)", at)


def number_comparison(field: str, text: str, column: int) -> Comparison | None:
    """Parse what follows the colon of a number field.

    Args:
        field: The field's name, for the error.
        text: For example `>=2`; a number without a sign has to be equal.
        column: Where the text begins, counted from 1.

    Returns:
        A function that compares a number; None if the text is not finished.

    Raises:
        FilterError: It is not a comparison with a number.
    """
    sign, rest = _split(text)
    if _NUMBER.fullmatch(rest):
        return _against(sign or _Sign.EQUAL, float(rest))
    if _UNFINISHED_NUMBER.fullmatch(rest):
        return None
    at = column + len(text) - len(rest)
    raise FilterError(f"{field} is a number, not {quote_value(rest)}, as in {field}:>=2", at)


def _split(text: str) -> tuple[_Sign | None, str]:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None, text
    sign = found["sign"]
    return (_Sign(sign) if sign else None), found["rest"]


def _against(sign: _Sign, limit: float) -> Comparison:
    compare = _COMPARE[sign]
    return lambda value: compare(value, limit)
