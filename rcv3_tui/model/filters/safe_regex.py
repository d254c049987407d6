"""Regular expressions that cannot hang the program.

Python's engine tries every way in which an expression can match a text. With a repeat within a
repeat, `(a+)+`, their number doubles with each character, and a name of thirty characters takes
hours. Therefore an expression is rejected if

- a group with a repeat, an alternative or a back reference in it is itself repeated, or
- its repeats and alternatives, one after the other, can match in too many ways.

The second rule multiplies the choices that each of them has. `.*` has one for each character of
the text, so that two of them are checked against 256 characters of a text, three against 80, and
four are rejected.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from rcv3_tui.model.filters.comparisons import FilterError
from rcv3_tui.suggest import quote_value

MAX_PATTERN = 200
"""Characters of an expression."""

_TEXT_LENGTHS = (256, 80)
"""Characters of a text that are matched: the longest names have 255."""

_MAX_WAYS = 5e7
"""Ways to match one text: a quarter of a second at worst, as most are never tried."""

_TOKEN = re.compile(
    r"""
      (?P<reference> \\[1-9] | \(\?P=\w+ )
    | \\.
    | \[\^?\]?(?:\\.|[^\]\\])*\]
    | \(\?\#[^)]*\)
    | (?P<open> \((?:\?(?:P<\w+>|<?[=!]|[:>]|\(\w+\)|[a-zA-Z-]+:?))? )
    | (?P<close> \) )
    | (?P<bar> \| )
    | (?P<repeat> (?: (?P<sign>[*+?]) | \{(?P<low>[0-9]*)(?P<range>,(?P<high>[0-9]*))?\} )[?+]? )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_VERBOSE_GROUP = re.compile(r"\(\?[a-z]*x[-a-z]*:")

CompiledPattern = Callable[[str], bool]


def compile_pattern(expression: str, column: int) -> CompiledPattern:
    """Compile an expression.

    Args:
        expression: The expression without its slashes.
        column: Its column in the filter, counted from 1.

    Returns:
        A function that returns whether the expression matches somewhere in a text, ignoring case.

    Raises:
        FilterError: The expression is invalid, or could take too long.
    """
    if len(expression) > MAX_PATTERN:
        raise FilterError(f"an expression may have {MAX_PATTERN} characters", column + MAX_PATTERN)
    try:
        with warnings.catch_warnings():
            # Python warns of syntax that may change its meaning in a later version.
            warnings.simplefilter("ignore")
            pattern = re.compile(expression, re.IGNORECASE)
    except re.error as error:
        at = column + (error.pos or 0)
        raise FilterError(f"/{quote_value(expression)[1:-1]}/: {error.msg}", at) from error
    except (RecursionError, OverflowError) as error:
        raise FilterError("it is nested too deep or repeats too often", column) from error
    if pattern.flags & re.VERBOSE or _VERBOSE_GROUP.search(expression):
        raise FilterError("an expression cannot be verbose here: leave (?x) out", column)
    for length in _TEXT_LENGTHS:
        if _ways(expression, length, column) * length <= _MAX_WAYS:
            return lambda text: pattern.search(text[:length]) is not None
    raise FilterError("this expression could take too long: it has too many repeats", column)


def _ways(expression: str, length: int, column: int) -> float:
    """Return an upper bound of the ways to match at one place of a text.

    Raises:
        FilterError: A repeated group contains a choice.
    """
    ways = 1.0
    has_choice = [False]
    """Of each open group, whether it contains a choice."""
    closed = False
    """Whether the group that was closed just before contains a choice."""
    for token in _TOKEN.finditer(expression):
        choices = 1
        if token["open"]:
            has_choice.append(False)
        elif token["bar"]:
            choices = 2
        elif token["reference"]:
            choices = length
            if token[0].startswith("("):
                has_choice.append(False)
        elif token["repeat"]:
            low, high = _bounds(token, length)
            if closed and high > 1:
                raise FilterError(
                    "this expression could take too long: it repeats a group with a repeat, | or "
                    "back reference in it",
                    column + token.start(),
                )
            choices = max(1, high - low + 1)
        closed = bool(token["close"]) and len(has_choice) > 1 and has_choice.pop()
        has_choice[-1] = has_choice[-1] or closed or choices > 1
        ways = min(ways * choices, 1e300)
    return ways


def _bounds(token: re.Match[str], length: int) -> tuple[int, int]:
    """Return how often a repeat matches at least and at most in a text of some length."""
    if token["sign"]:
        return {"*": (0, length), "+": (1, length), "?": (0, 1)}[token["sign"]]
    low = int(token["low"] or 0)
    high = low if token["range"] is None else int(token["high"] or length)
    return low, min(high, max(length, low))
