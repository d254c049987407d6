"""Reads a filter line into a test of a row's fields; the language is told in the package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.filters.amounts import length_comparison, number_comparison
from rcv3_tui.model.filters.errors import FilterError
from rcv3_tui.model.filters.expressions import search_for
from rcv3_tui.model.filters.fields import (
    ALL_FIELDS,
    OTHER_NAMES,
    UNSEARCHED,
    Fields,
    FieldType,
    Value,
)
from rcv3_tui.spelling import did_you_mean

ID_FROM = 8
"""Letters from which on a word is looked for in ids too: any two are in one by chance."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):")
_TO_CLOSING_SLASH = re.compile(r".*?/(?=\s|$)", re.DOTALL)
_WORD = re.compile(r"\S+")


class _Row(Struct, frozen=True):
    """A row that is being looked at, with what several terms need of it made once."""

    fields: Fields
    now: datetime
    words: str
    """Every text but ids, one a line, without regard to letter case."""


_Test = Callable[[_Row], bool]


class Filter:
    """What a filter line asks of a row.

    Args:
        text: The line.
        tests: All of which have to hold.
        asks_time: Whether the answer for a row can change while the row does not.
    """

    __slots__ = ("_tests", "asks_time", "text")

    def __init__(self, text: str, tests: tuple[_Test, ...], *, asks_time: bool) -> None:
        self.text = text
        self.asks_time = asks_time
        self._tests = tests

    def passes(self, fields: Fields, now: datetime) -> bool:
        """Tell whether a row passes.

        Args:
            fields: What the row can be found by.
            now: The time of day, in UTC, for ages.
        """
        row = _Row(fields, now, "\n".join(_searched(fields)).casefold())
        return all(test(row) for test in self._tests)


def parse_filter(text: str, known: Mapping[str, FieldType] | None = None) -> Filter | None:
    """Read a filter line.

    Args:
        text: Terms apart by spaces.
        known: The fields that the rows have, as `FIELDS_OF` tells them; None: all there are.

    Returns:
        What tells whether a row passes; None for a line that every row passes, because it is
        empty or holds nothing that is finished.

    Raises:
        FilterError: Something in it cannot be right, however it goes on.
    """
    reading = _Reading(text, ALL_FIELDS if known is None else known)
    tests = tuple(reading.terms())
    return Filter(text, tests, asks_time=reading.asks_time) if tests else None


class _Reading:
    """One pass over a line, term by term.

    Args:
        text: The line.
        known: The fields that the rows have.
    """

    def __init__(self, text: str, known: Mapping[str, FieldType]) -> None:
        self._text = text
        self._known = known
        self._at = 0
        self.asks_time = False

    def terms(self) -> Iterator[_Test]:
        """Give the test of each finished term."""
        while True:
            while self._at < len(self._text) and self._text[self._at].isspace():
                self._at += 1
            if self._at >= len(self._text):
                return
            if (test := self._term()) is not None:
                yield test

    def _term(self) -> _Test | None:
        leave_out = False
        while self._text.startswith("!", self._at):
            leave_out = not leave_out
            self._at += 1
        field = self._field()
        test = self._what() if field is None else self._of_field(field)
        if test is None or not leave_out:
            return test
        return lambda row: not test(row)

    def _field(self) -> str | None:
        """Take a field's name and its colon; None when a word begins here."""
        found = _FIELD.match(self._text, self._at)
        if found is None:
            return None
        name = found[1].casefold().replace("-", "_")
        name = name if name in self._known else OTHER_NAMES.get(name, name)
        if name not in self._known:
            hint = did_you_mean(name, self._known)
            raise FilterError(
                f"there is no field {found[1]} here{hint or ': ' + ' '.join(sorted(self._known))}; "
                f'a text with a colon goes between quotes: "{found[0]}..."',
                self._at + 1,
            )
        self._at = found.end()
        return name

    # -- in one field -------------------------------------------------------------------------

    def _of_field(self, name: str) -> _Test | None:
        kind = self._known[name]
        if kind is FieldType.TEXT:
            found = self._pattern()
            if found is None:
                return None
            return lambda row: any(found(text) for text in _texts(row.fields.get(name)))
        column = self._at + 1
        word = self._word()
        if kind is FieldType.NUMBER:
            compare = number_comparison(name, word, column)
            if compare is None:
                return None
            return lambda row: isinstance(value := row.fields.get(name), int) and compare(value)
        length = length_comparison(name, word, column)
        if length is None:
            return None
        self.asks_time = True
        return lambda row: (
            isinstance(value := row.fields.get(name), datetime)
            and length((row.now - value).total_seconds())
        )

    # -- in the whole row ---------------------------------------------------------------------

    def _what(self) -> _Test | None:
        sign = self._text[self._at : self._at + 1]
        if sign in ("~", "/"):
            found = self._pattern()
            return None if found is None else lambda row: any(map(found, _searched(row.fields)))
        word = (self._quoted() if sign == '"' else self._word()).casefold()
        if not word:
            return None
        if len(word) < ID_FROM:
            return lambda row: word in row.words
        return lambda row: (
            word in row.words
            or any(word in text for name in UNSEARCHED for text in _texts(row.fields.get(name)))
        )

    # -- the parts of a term ------------------------------------------------------------------

    def _pattern(self) -> Callable[[str], bool] | None:
        """Take a word, a text in quotes, letters in order or an expression."""
        sign = self._text[self._at : self._at + 1]
        if sign == "/":
            self._at += 1
            column = self._at + 1
            expression = self._to_slash()
            return search_for(expression, column) if expression else None
        if sign == "~":
            self._at += 1
            letters = self._word().casefold()
            return (lambda text: _in_order(letters, text.casefold())) if letters else None
        word = (self._quoted() if sign == '"' else self._word()).casefold()
        return (lambda text: word in text.casefold()) if word else None

    def _word(self) -> str:
        found = _WORD.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _to_slash(self) -> str:
        """Take an expression up to its closing slash; one that has none reaches to the end."""
        found = _TO_CLOSING_SLASH.match(self._text, self._at)
        start, self._at = self._at, len(self._text) if found is None else found.end()
        return self._text[start:] if found is None else found[0][:-1]

    def _quoted(self) -> str:
        """Take a text in quotes; one that is not closed reaches to the end."""
        letters: list[str] = []
        self._at += 1
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == '"':
                if self._at < len(self._text) and not self._text[self._at].isspace():
                    raise FilterError("a space is missing after the closing quote", self._at + 1)
                break
            if sign == "\\" and self._text[self._at : self._at + 1] in ('"', "\\"):
                sign = self._text[self._at]
                self._at += 1
            letters.append(sign)
        return "".join(letters)


def _searched(fields: Fields) -> Iterator[str]:
    """Give the texts that a word without a field is looked for in."""
    for name, value in fields.items():
        if name in UNSEARCHED:
            continue
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from value


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


def _in_order(letters: str, text: str) -> bool:
    """Tell whether letters come in this order in a text, whatever is between them."""
    rest = iter(text)
    return all(letter in rest for letter in letters)
