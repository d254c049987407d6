"""Parses a filter; the package documents the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.filters.comparisons import FilterError, duration_comparison, number_comparison
from rcv3_tui.model.filters.fields import (
    ALL_FIELDS,
    NOT_IN_FREE_TEXT,
    OTHER_NAMES,
    Fields,
    FieldType,
    Partial,
    Value,
)
from rcv3_tui.model.filters.safe_regex import compile_pattern
from rcv3_tui.suggest import did_you_mean

MIN_ID_PREFIX = 8
"""Letters of a word that is also searched in ids: any two letters are in many ids."""

NONE = "none"
"""The word after a field that also matches a row without a value there."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):")
_TO_CLOSING_SLASH = re.compile(r".*?/(?=\s|$)", re.DOTALL)
_WORD = re.compile(r"\S+")


class SearchedText(Struct, frozen=True, gc=False):
    """What words without a field are searched in: one line per value, in lower case."""

    words: str
    """Every text but ids."""
    ids: str
    """The ids, for words of `MIN_ID_PREFIX` letters and more."""


def searched_text(fields: Fields) -> SearchedText:
    """Return the text of a row that words without a field are searched in."""
    return SearchedText(
        "\n".join(_searched(fields)).casefold(),
        "\n".join(
            text for name in NOT_IN_FREE_TEXT for text in _texts(fields.get(name))
        ).casefold(),
    )


class Row:
    """A row that a filter is applied to, with what several terms need of it.

    Args:
        fields: Returns the fields; called only by terms that need them.
        now: Returns the current time, in UTC; called only by terms about ages.
        searched: Its `searched_text`; None: made of its fields.
    """

    __slots__ = ("_fields", "_make_fields", "_searched", "now")

    def __init__(
        self,
        fields: Callable[[], Fields],
        now: Callable[[], datetime],
        searched: SearchedText | None = None,
    ) -> None:
        self._make_fields = fields
        self._fields: Fields | None = None
        self._searched = searched
        self.now = now

    @property
    def fields(self) -> Fields:
        """The fields."""
        if self._fields is None:
            self._fields = self._make_fields()
        return self._fields

    @property
    def searched(self) -> SearchedText:
        """The text that words without a field are searched in."""
        if self._searched is None:
            self._searched = searched_text(self.fields)
        return self._searched


class Term(Struct, frozen=True):
    """A term of a filter, as far as two filters can be compared by it."""

    text: str
    """The term as it was typed, without its word."""
    word: str | None = None
    """The plain text that a row has to contain, or the letters after a `~` at the end of `text`;
    None: another kind of term."""

    def is_implied_by(self, other: Term) -> bool:
        """Return whether each row that passes another term passes this one.

        Args:
            other: The other term.
        """
        if self.word is None or other.word is None or self.text != other.text:
            return self == other
        if self.text.endswith("~"):
            return in_order(self.word)(other.word) is not None
        # From some length on, a word is searched in ids as well.
        is_of_field = ":" in self.text
        if not is_of_field and len(self.word) < MIN_ID_PREFIX <= len(other.word):
            return False
        # `none` asks for rows without a value, too, and is certain where other words are not.
        if is_of_field and NONE in (self.word, other.word):
            return self.word == other.word
        return self.word in other.word


_Test = Callable[[Row], bool | None]
"""Returns whether a row passes; None: the field has not been read."""

_Search = Callable[[str], re.Match[str] | None]
"""Searches a text in lower case."""

Pattern = tuple[str, Callable[[str], bool]]
"""A field, and a test of one of its texts."""


class Filter:
    """A parsed filter.

    Args:
        text: The filter as it was typed.
        tests: The tests that a row has to pass.
        terms: Those tests, in a form that can be compared.
        patterns: What fields are searched for: a field and its test of a text, for each term.
        asks_time: Whether the result for a row depends on the time.
    """

    __slots__ = ("_patterns", "_terms", "_tests", "asks_time", "text")

    def __init__(
        self,
        text: str,
        tests: tuple[_Test, ...],
        terms: tuple[Term, ...] = (),
        patterns: tuple[Pattern, ...] = (),
        *,
        asks_time: bool,
    ) -> None:
        self.text = text
        self.asks_time = asks_time
        self._tests = tests
        self._terms = terms
        self._patterns = patterns

    def asks_about(self, field: str, text: str) -> bool:
        """Return whether a term about a field, negated or not, matches a text."""
        return any(name == field and found(text) for name, found in self._patterns)

    def narrows(self, other: Filter) -> bool:
        """Return whether a row that does not pass another filter cannot pass this one.

        Args:
            other: The filter before, typically without the last letter.
        """
        return not (self.asks_time or other.asks_time) and all(
            any(term.is_implied_by(mine) for mine in self._terms) for term in other._terms
        )

    def passes(self, fields: Fields, now: datetime) -> bool:
        """Return whether a row passes.

        Args:
            fields: The fields of the row.
            now: The current time, in UTC, for ages.
        """
        return self.evaluate(fields, now) is True

    def evaluate(self, fields: Fields, now: datetime) -> bool | None:
        """Return whether a row passes, or None if that depends on a field that was not read.

        Args:
            fields: The fields of the row.
            now: The current time, in UTC, for ages.
        """
        return self.evaluate_row(Row(lambda: fields, lambda: now))

    def evaluate_row(self, row: Row) -> bool | None:
        """Return whether a row passes; see `evaluate`."""
        is_known = True
        for test in self._tests:
            result = test(row)
            if result is False:
                return False
            is_known = is_known and result is True
        return True if is_known else None


def parse_filter(text: str, known: Mapping[str, FieldType] | None = None) -> Filter | None:
    """Parse a filter.

    Args:
        text: Terms separated by spaces.
        known: The fields of the rows, from `FIELDS_OF`; None: all fields.

    Returns:
        The filter; None if every row passes it, because it has no finished term.

    Raises:
        FilterError: It contains a mistake that further typing cannot correct.
    """
    parser = _Parser(text, ALL_FIELDS if known is None else known)
    tests = tuple(parser.tests())
    if not tests:
        return None
    terms, patterns = tuple(parser.terms), tuple(parser.patterns)
    return Filter(text, tests, terms, patterns, asks_time=parser.asks_time)


class _Parser:
    """Parses a filter term by term.

    Args:
        text: The filter.
        known: The fields of the rows.
    """

    def __init__(self, text: str, known: Mapping[str, FieldType]) -> None:
        self._text = text
        self._known = known
        self._at = 0
        self._word_read: str | None = None
        """The plain text of the term that is being parsed."""
        self._word_at = 0
        """Where it begins."""
        self.asks_time = False
        self.terms: list[Term] = []
        self.patterns: list[Pattern] = []

    def tests(self) -> Iterator[_Test]:
        """Yield the test of each finished term, and append to `terms`."""
        while True:
            while self._at < len(self._text) and self._text[self._at].isspace():
                self._at += 1
            if self._at >= len(self._text):
                return
            start = self._at
            test = self._term()
            word, self._word_read = self._word_read, None
            if test is not None:
                end = self._at if word is None else self._word_at
                self.terms.append(Term(self._text[start:end], word))
                yield test

    def _term(self) -> _Test | None:
        negated = False
        while self._text.startswith("!", self._at):
            negated = not negated
            self._at += 1
        field = self._field()
        test = self._what() if field is None else self._of_field(field)
        if test is None or not negated:
            return test
        self._word_read = None

        def opposite(row: Row) -> bool | None:
            result = test(row)
            return None if result is None else not result

        return opposite

    def _field(self) -> str | None:
        """Parse a field's name and its colon; None if there is none here."""
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
            is_fuzzy = self._text.startswith("~", self._at)
            found = self._pattern()
            if found is None:
                return None
            self.patterns.append((name, found))
            return _text_test(name, found, finds_none=self._word_read == NONE and not is_fuzzy)
        column = self._at + 1
        word = self._word()
        if kind is FieldType.NUMBER:
            compare = number_comparison(name, word, column)
            if compare is None:
                return None

            def number(row: Row) -> bool | None:
                value = row.fields.get(name)
                if isinstance(value, Partial):
                    return None
                return isinstance(value, int) and compare(value)

            return number
        length = duration_comparison(name, word, column)
        if length is None:
            return None
        self.asks_time = True
        return lambda row: (
            isinstance(value := row.fields.get(name), datetime)
            and length((row.now() - value).total_seconds())
        )

    # -- in the whole row ---------------------------------------------------------------------

    def _what(self) -> _Test | None:
        if self._text.startswith("/", self._at):
            found = self._pattern()
            return None if found is None else lambda row: any(map(found, _searched(row.fields)))
        if self._text.startswith("~", self._at):
            search = self._letters()
            return None if search is None else lambda row: search(row.searched.words) is not None
        word = self._plain()
        if not word:
            return None
        if len(word) < MIN_ID_PREFIX:
            return lambda row: word in row.searched.words
        return lambda row: word in row.searched.words or word in row.searched.ids

    # -- the parts of a term ------------------------------------------------------------------

    def _pattern(self) -> Callable[[str], bool] | None:
        """Parse a word, a quoted text, letters in order or an expression."""
        sign = self._text[self._at : self._at + 1]
        if sign == "/":
            self._at += 1
            column = self._at + 1
            expression = self._to_slash()
            return compile_pattern(expression, column) if expression else None
        if sign == "~":
            search = self._letters()
            return None if search is None else lambda text: search(text.casefold()) is not None
        word = self._plain()
        return (lambda text: word in text.casefold()) if word else None

    def _letters(self) -> _Search | None:
        """Parse `~` and letters; return the search for them, None if there are no letters."""
        self._at += 1
        self._word_at = self._at
        self._word_read = letters = self._word().casefold()
        return in_order(letters) if letters else None

    def _plain(self) -> str:
        """Parse a word or a quoted text; return it in lower case."""
        self._word_at = self._at
        word = self._quoted() if self._text[self._at : self._at + 1] == '"' else self._word()
        self._word_read = word.casefold()
        return self._word_read

    def _word(self) -> str:
        found = _WORD.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _to_slash(self) -> str:
        """Parse an expression up to its closing slash, or to the end without one."""
        found = _TO_CLOSING_SLASH.match(self._text, self._at)
        start, self._at = self._at, len(self._text) if found is None else found.end()
        return self._text[start:] if found is None else found[0][:-1]

    def _quoted(self) -> str:
        """Parse a text up to its closing quote, or to the end without one."""
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


def _text_test(name: str, found: Callable[[str], bool], *, finds_none: bool) -> _Test:
    """Return the test of a text field, which may be known only partly.

    Args:
        name: The field.
        found: Returns whether a text matches.
        finds_none: A row without a value matches, too.
    """
    # Thousands of rows share their unread texts: they are the same tuple of names.
    last: tuple[tuple[str, ...], bool] = ((), False)

    def may_hold(rest: tuple[str, ...] | None) -> bool:
        nonlocal last
        if rest is None:
            return True
        if rest is not last[0]:
            last = rest, any(map(found, rest))
        return last[1]

    def test(row: Row) -> bool | None:
        value = row.fields.get(name)
        texts = _texts(value)
        if any(map(found, texts)):
            return True
        if finds_none and (not isinstance(value, Partial) or (texts and value.rest is None)):
            return not texts
        return None if isinstance(value, Partial) and may_hold(value.rest) else False

    return test


def _searched(fields: Fields) -> Iterator[str]:
    """Yield the texts that a word without a field is searched in."""
    for name, value in fields.items():
        if name in NOT_IN_FREE_TEXT:
            continue
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from value
        elif isinstance(value, Partial):
            yield from value.known


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Partial):
        return value.known
    return value if isinstance(value, tuple) else ()


def in_order(letters: str) -> _Search:
    """Return the search of a text, or of lines, for letters in this order in one line.

    Args:
        letters: In lower case, as the text has to be.
    """
    signs = [re.escape(letter) for letter in letters]
    # Possessive repeats: an expression without them would try in vain to match less.
    rest = "".join(f"[^{sign}\\n]*+{sign}" for sign in signs[1:])
    return re.compile(signs[0] + rest).search
