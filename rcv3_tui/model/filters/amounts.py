"""Comparisons of the filter language: lengths of time and numbers."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from enum import StrEnum

from rcv3_tui.model.filters.errors import FilterError
from rcv3_tui.spelling import shown

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
"""The units of a length of time, in seconds."""

Comparison = Callable[[float], bool]


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

# Only ASCII digits: other alphabets' would be numbers to Python and puzzles to a reader. At most
# twelve, so that no arithmetic overflows.
_AMOUNT = re.compile(r"(?P<sign><=|>=|<|>|=|)(?P<rest>.*)", re.DOTALL)
_LENGTH = re.compile(r"(?:[0-9]{1,12}(?:\.[0-9]{1,6})?[smhdwy])+")
_LENGTH_PART = re.compile(r"([0-9.]+)([smhdwy])")
_UNFINISHED_LENGTH = re.compile(
    r"(?:[0-9]{1,12}(?:\.[0-9]{1,6})?[smhdwy])*[0-9]{0,12}\.?[0-9]{0,6}"
)
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_UNFINISHED_NUMBER = re.compile(r"(?:[0-9]{1,12}\.)?")


def length_comparison(field: str, text: str, column: int) -> Comparison | None:
    """Read what follows the colon of a field that is a time.

    Args:
        field: The field's name, for the error.
        text: For example `<2h`.
        column: Where the text begins, counted from 1.

    Returns:
        What tells whether a length of time, in seconds, is meant; None when it is not finished.

    Raises:
        FilterError: It is not a comparison with a length of time.
    """
    sign, rest = _split(text)
    like = f"as in {field}:<2h"
    if _LENGTH.fullmatch(rest):
        if sign is None or sign is _Sign.EQUAL:
            raise FilterError(f"{field} needs < or > before the time, {like}", column)
        total = sum(float(n) * SECONDS[unit] for n, unit in _LENGTH_PART.findall(rest))
        return _against(sign, total)
    if _UNFINISHED_LENGTH.fullmatch(rest):
        return None
    at = column + len(text) - len(rest)
    raise FilterError(f"{shown(rest)} is no length of time, {like} (s m h d w y)", at)


def number_comparison(field: str, text: str, column: int) -> Comparison | None:
    """Read what follows the colon of a field that is a number.

    Args:
        field: The field's name, for the error.
        text: For example `>=2`; a number alone has to be equal.
        column: Where the text begins, counted from 1.

    Returns:
        What tells whether a number is meant; None when the text is not finished.

    Raises:
        FilterError: It is not a comparison with a number.
    """
    sign, rest = _split(text)
    if _NUMBER.fullmatch(rest):
        return _against(sign or _Sign.EQUAL, float(rest))
    if _UNFINISHED_NUMBER.fullmatch(rest):
        return None
    at = column + len(text) - len(rest)
    raise FilterError(f"{field} is a number, not {shown(rest)}, as in {field}:>=2", at)


def _split(text: str) -> tuple[_Sign | None, str]:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None, text
    sign = found["sign"]
    return (_Sign(sign) if sign else None), found["rest"]


def _against(sign: _Sign, limit: float) -> Comparison:
    compare = _COMPARE[sign]
    return lambda value: compare(value, limit)
