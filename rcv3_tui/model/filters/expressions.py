"""Regular expressions that cannot hang the program: what they cost at worst is known beforehand.

Python's engine tries every way in which an expression may match. With a repeat inside a repeat
that doubles with each letter of the text, so a name of thirty letters holds the program for
hours. Therefore the number of ways is reckoned from the expression, and texts are cut, or the
expression is refused, where there are too many.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from msgspec import Struct

from rcv3_tui.model.filters.errors import FilterError
from rcv3_tui.spelling import shown

LONGEST = 200
"""Characters that an expression may have."""

TEXT_LENGTHS = (256, 80)
"""How much of a text is looked at: the longest names have 255 letters. The shorter length serves
expressions with three repeats, whose cost grows with the fourth power of it."""

_MOST_WAYS = 5e7
"""Ways to match in one text: a tenth of a second at the very worst, as most are never tried."""

_WITHOUT_END = 1_000_000
"""A repeat's upper end where it has none."""

_VERBOSE_PART = re.compile(r"\(\?[a-z]*x[-a-z]*:")

Search = Callable[[str], bool]


def search_for(expression: str, column: int) -> Search:
    """Compile an expression.

    Args:
        expression: Without its slashes.
        column: Where it begins in the filter, counted from 1.

    Returns:
        What tells whether the expression is in a text, letter case aside.

    Raises:
        FilterError: The expression is wrong, or could take for ever.
    """
    if len(expression) > LONGEST:
        raise FilterError(f"an expression may have {LONGEST} characters", column + LONGEST)
    try:
        with warnings.catch_warnings():
            # Python warns of signs that may once mean something else; here they mean what they do.
            warnings.simplefilter("ignore")
            pattern = re.compile(expression, re.IGNORECASE)
    except re.error as error:
        at = column + (error.pos or 0)
        raise FilterError(f"/{shown(expression)[1:-1]}/: {error.msg}", at) from error
    except (RecursionError, OverflowError) as error:
        raise FilterError("it is nested too deep or repeats too often", column) from error
    if pattern.flags & re.VERBOSE or _VERBOSE_PART.search(expression):
        raise FilterError("an expression cannot be verbose here: leave (?x) out", column)
    for length in TEXT_LENGTHS:
        if _Reckoning(expression, length).ways() * length <= _MOST_WAYS:
            return lambda text: pattern.search(text[:length]) is not None
    raise FilterError(
        "this expression could take for ever: too many repeats, or a repeat within a repeat", column
    )


class _Piece(Struct):
    """A part of an expression: in how many ways it can match at one place."""

    ways: float = 1.0
    first: str = ""
    """The letter it has to begin with; empty where that is not one letter."""


class _Reckoning:
    """Counts the ways in which a valid expression can match, on the high side.

    Args:
        expression: One that Python has compiled.
        length: Letters of the text.
    """

    def __init__(self, expression: str, length: int) -> None:
        self._text = expression
        self._length = length
        self._at = 0

    def ways(self) -> float:
        """Give the number of ways from one place of the text on."""
        total = 1.0
        while self._at < len(self._text):
            total *= self._alternatives().ways
            # A closing bracket that is left over cannot be: the expression was compiled.
            self._at += 1
        return total

    def _alternatives(self) -> _Piece:
        branches = [self._sequence()]
        while self._next_is("|"):
            self._at += 1
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        firsts = [branch.first for branch in branches]
        if all(firsts) and len(set(firsts)) == len(firsts):
            # The text's letter tells which one it is.
            return _Piece(max(branch.ways for branch in branches))
        return _Piece(sum(branch.ways for branch in branches))

    def _sequence(self) -> _Piece:
        whole = _Piece()
        begun = False
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            piece = self._atom()
            low, high = self._repeat()
            if not begun:
                whole.first = piece.first if low > 0 else ""
                begun = True
            whole.ways = min(whole.ways * self._repeated(piece.ways, low, high), 1e300)
        return whole

    def _repeated(self, ways: float, low: int, high: int) -> float:
        high = min(high, max(self._length, low))
        if ways <= 1.0:
            return float(max(1, high - low + 1))
        try:
            return ways ** min(high, self._length) * max(1, high - low + 1)
        except OverflowError:
            return 1e300

    def _atom(self) -> _Piece:
        sign = self._text[self._at]
        self._at += 1
        if sign == "(":
            return self._group()
        if sign == "[":
            self._class()
            return _Piece()
        if sign == "\\":
            is_group = self._text[self._at : self._at + 1] in tuple("123456789")
            self._at += 1
            # What a group has found may be any length.
            return _Piece(float(self._length) if is_group else 1.0)
        return _Piece(first="" if sign in ".^$" else sign.casefold())

    def _group(self) -> _Piece:
        if self._next_is("?"):
            head = re.compile(
                r"\?(?:P<\w+>|P=\w+\)|<[=!]|[:=!>]|#[^)]*\)|\(\w+\)|[-a-zA-Z]*[:)])"
            ).match(self._text, self._at)
            if head is not None:
                self._at = head.end()
                if head[0].endswith(")") and not head[0].startswith("?("):
                    return _Piece(float(self._length) if head[0].startswith("?P=") else 1.0)
        inner = self._alternatives()
        self._at += 1
        return inner

    def _class(self) -> None:
        if self._next_is("^"):
            self._at += 1
        if self._next_is("]"):
            self._at += 1
        while self._at < len(self._text) and not self._next_is("]"):
            self._at += 2 if self._next_is("\\") else 1
        self._at += 1

    def _repeat(self) -> tuple[int, int]:
        low, high = 1, 1
        found = _REPEAT.match(self._text, self._at)
        if found is None or not found[0]:
            return low, high
        self._at = found.end()
        sign = found["sign"]
        if sign in ("*", "+", "?"):
            low, high = {"*": (0, _WITHOUT_END), "+": (1, _WITHOUT_END), "?": (0, 1)}[sign]
        elif found["exact"]:
            low = high = int(found["exact"])
        else:
            low, high = int(found["low"] or 0), int(found["high"] or _WITHOUT_END)
        return low, high

    def _next_is(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)


_REPEAT = re.compile(
    r"(?:(?P<sign>[*+?])|\{(?P<exact>[0-9]+)\}|\{(?P<low>[0-9]*),(?P<high>[0-9]*)\})[?+]?"
)
