"""Parsers that raise what is wrong, and the types of their values."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from rcv3_tui.cli.usage import UsageError
from rcv3_tui.spelling import nearest

WIDTH = 79
"""Columns that help fits into: a line of 80 wraps on some terminals."""


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong, and knows its own words by name.

    Args:
        name: The command's words, `rcv3-tui status`.
        description: What it is for, in a sentence or two.
        epilog: What follows the flags, as it is to be laid out; examples above all.
        usage: The usage line, where the one that argparse makes would be too long.
    """

    def __init__(
        self, name: str, description: str, epilog: str | None = None, usage: str | None = None
    ) -> None:
        super().__init__(
            prog=name,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=WIDTH),
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print.

        Raises:
            UsageError: Always.
        """
        raise UsageError(message)

    @property
    def flags(self) -> Mapping[str, argparse.Action]:
        """Every flag with what it does."""
        return self._option_string_actions

    def groups(self) -> Iterator[tuple[str, Sequence[argparse.Action]]]:
        """Go through the titled groups of what this parser takes, as its help shows them."""
        for group in self._action_groups:
            shown = [each for each in group._group_actions if each.help != argparse.SUPPRESS]
            if shown:
                yield group.title or "", shown

    def words(self) -> tuple[str, ...]:
        """List the words that may stand alone on its line, where they are a fixed choice."""
        choices = (each.choices for each in self._actions if not each.option_strings)
        return tuple(str(word) for words in choices for word in words or ())


class Range:
    """A whole number within two bounds, as an argparse type.

    Args:
        low: The least.
        high: The greatest.
    """

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str) -> int:
        """Read a number.

        Raises:
            argparse.ArgumentTypeError: It is none, or out of bounds.
        """
        try:
            number = int(text)
        except ValueError:
            number = self._low - 1
        if not self._low <= number <= self._high:
            raise argparse.ArgumentTypeError(
                f"must be a whole number from {self._low} to {self._high}, not {text!r}"
            )
        return number


class Seconds:
    """A number of seconds within two bounds, as an argparse type.

    Args:
        low: The least.
        high: The greatest.
    """

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str | int) -> float:
        """Read a number.

        Raises:
            argparse.ArgumentTypeError: It is none, or out of bounds.
        """
        try:
            number = float(text)
        except ValueError:
            number = self._low - 1
        if not self._low <= number <= self._high:
            raise argparse.ArgumentTypeError(
                f"must be a number of seconds from {self._low} to {self._high}, not {text!r}"
            )
        return number


class OneOf:
    """One of a few words, as an argparse type that names the nearest one.

    Args:
        what: What such a word is, for the message: `level`.
        known: The words, in lower case.
        exactly: Capitals count.
    """

    def __init__(self, what: str, known: Sequence[str], *, exactly: bool = False) -> None:
        self.known = known
        self._what = what
        self._exactly = exactly

    def __call__(self, text: str) -> str:
        """Read a word.

        Raises:
            argparse.ArgumentTypeError: It is none of them.
        """
        word = text if self._exactly else text.lower()
        if word not in self.known:
            raise argparse.ArgumentTypeError(
                f"there is no {self._what} {text!r}"
                + (did_you_mean(word, self.known) or f"; there are {', '.join(self.known)}")
            )
        return word


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Give the end of an error about a wrong word of the command line, or nothing."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def add_log_level(parser: Parser, default: str | None = argparse.SUPPRESS) -> None:
    """Give a parser the flag that every command has."""
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        type=OneOf("level", ("debug", "info", "warning", "error")),
        default=default,
        help="debug, info, warning or error; debug also shows tracebacks",
    )
