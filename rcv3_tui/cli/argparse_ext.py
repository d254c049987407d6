"""argparse with errors as exceptions, groups that can be listed, and typed values with suggestions.

Everything here builds on argparse's public interface alone.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn, TypeVar

from rcv3_tui import PROGRAM, __version__
from rcv3_tui.exit_codes import UsageError
from rcv3_tui.standard_streams import write_output
from rcv3_tui.suggest import did_you_mean, quote_value

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_Number = TypeVar("_Number", int, float)

WIDTH = 79
"""Columns that help is wrapped to; a line of 80 wraps on some terminals."""


class ArgumentGroup:
    """A titled group of arguments; argparse itself has no public way to list them.

    Args:
        title: The title in the help; empty for the positional arguments.
        add: The `add_argument` of the argparse object that the group stands for.
    """

    def __init__(self, title: str, add: Callable[..., argparse.Action]) -> None:
        self.title = title
        self.actions: list[argparse.Action] = []
        self._add = add

    def add_argument(self, *names: str, **settings: object) -> None:
        """Add an argument, with the parameters of `argparse.ArgumentParser.add_argument`."""
        self.actions.append(self._add(*names, **settings))


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` and lists its options.

    Args:
        name: The words of the command: `rcv3-tui status`.
        description: The purpose of the command, in a sentence or two.
        epilog: The text after the options, printed verbatim; mainly examples.
        usage: The usage line, where the one from argparse would be too long.
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
            add_help=False,
        )
        self.takes_names = False
        """Whether its other words are names chosen by the operator, in a list of any length."""
        self.positionals = ArgumentGroup("", self.add_argument)
        self.groups: list[ArgumentGroup] = [self.positionals]
        self.options = self.group("options")
        self.options.add_argument(
            "-h", "--help", action="help", help="show this help message and exit"
        )

    def group(self, title: str) -> ArgumentGroup:
        """Add a group of options.

        Args:
            title: The title in the help.
        """
        group = ArgumentGroup(title, self.add_argument_group(title).add_argument)
        self.groups.append(group)
        return group

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help to stdout, or to a file.

        Raises:
            BrokenPipeError: The reader has closed the pipe.
            UsageError: It cannot be written; argparse itself would ignore that.
        """
        if file is not None:
            super().print_help(file)
            return
        write_output(self.format_help())

    def error(self, message: str) -> NoReturn:
        """Raise the message that argparse would print.

        Raises:
            UsageError: Always.
        """
        raise UsageError(message)

    @property
    def option_actions(self) -> dict[str, argparse.Action]:
        """Each option string with its action."""
        return {name: action for action in self._all() for name in action.option_strings}

    @property
    def words(self) -> tuple[str, ...]:
        """The values of positional arguments that have a fixed choice."""
        choices = [each.choices or () for each in self.positionals.actions]
        return tuple(str(word) for words in choices for word in words)

    def _all(self) -> Iterator[argparse.Action]:
        return (action for group in self.groups for action in group.actions)


class PrintVersion(argparse.Action):
    """An argparse action: print the version and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it.

        Raises:
            UsageError: It cannot be written; argparse itself would ignore that.
        """
        write_output(f"{PROGRAM} {__version__}\n")
        parser.exit()


def _bounded(
    parse: Callable[[str | int], _Number], text: str | int, low: int, high: int, what: str
) -> _Number:
    """Parse a number within two bounds.

    Raises:
        argparse.ArgumentTypeError: It is not a number, or out of bounds.
    """
    with suppress(ValueError):
        number = parse(text)
        if low <= number <= high:
            return number
    raise argparse.ArgumentTypeError(
        f"must be a {what} from {low} to {high}, not {quote_value(text)}"
    )


class IntRange:
    """An argparse type: an integer within two bounds.

    Args:
        low: The smallest value.
        high: The largest value.
    """

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str) -> int:
        """Parse a value.

        Raises:
            argparse.ArgumentTypeError: It is not an integer, or out of bounds.
        """
        return _bounded(int, text, self._low, self._high, "whole number")


class SecondsRange:
    """An argparse type: a number of seconds within two bounds.

    Args:
        low: The smallest value.
        high: The largest value.
    """

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str | int) -> float:
        """Parse a value.

        Raises:
            argparse.ArgumentTypeError: It is not a number, or out of bounds.
        """
        return _bounded(float, text, self._low, self._high, "number of seconds")


_SECONDS_OF_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class SinceArg:
    """An argparse type: a moment, as a duration until now or as a time in UTC.

    Args:
        now: Returns the current time.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def __call__(self, text: str) -> datetime:
        """Parse a value.

        Raises:
            argparse.ArgumentTypeError: It is neither.
        """
        number, unit = text[:-1], text[-1:]
        with suppress(ValueError, OverflowError):
            if unit in _SECONDS_OF_UNIT and number.isascii() and number.isdigit():
                return self._now() - timedelta(seconds=int(number) * _SECONDS_OF_UNIT[unit])
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        raise argparse.ArgumentTypeError(
            f"must be a duration such as 90m, 8h or 2d, or a time such as 2030-01-02T08:00Z, not "
            f"{quote_value(text)}"
        )


class ChoiceArg:
    """An argparse type: one of a few words; its error suggests the closest one.

    Args:
        what: The kind of word, for the message: `level`.
        known: The words, in lower case.
        exactly: The comparison is case-sensitive.
    """

    def __init__(self, what: str, known: Sequence[str], *, exactly: bool = False) -> None:
        self.known = known
        self._what = what
        self._exactly = exactly

    def __call__(self, text: str) -> str:
        """Parse a value.

        Raises:
            argparse.ArgumentTypeError: It is none of the words.
        """
        word = text if self._exactly else text.lower()
        if word not in self.known:
            raise argparse.ArgumentTypeError(
                f"unknown {self._what} {quote_value(text)}"
                + (did_you_mean(word, self.known) or f"; choose from {', '.join(self.known)}")
            )
        return word


def add_format(group: ArgumentGroup, formats: Sequence[str]) -> None:
    """Add `-f`, the format of the output.

    Args:
        group: The group that it belongs to.
        formats: The formats; the first one is the default.
    """
    group.add_argument(
        "-f",
        "--format",
        metavar="FORMAT",
        type=ChoiceArg("format", formats),
        default=formats[0],
        help=f"{', '.join(formats[:-1])} or {formats[-1]} (%(default)s)",
    )


def add_log_level(parser: Parser, default: str | None = argparse.SUPPRESS) -> None:
    """Add `--log-level`, which every command has.

    Args:
        parser: The command's parser.
        default: The level if the option is missing.
    """
    parser.options.add_argument(
        "--log-level",
        metavar="LEVEL",
        type=ChoiceArg("level", ("debug", "info", "warning", "error")),
        default=default,
        help="debug, info, warning or error; debug also shows tracebacks",
    )


def log_to_stderr(level: str | None) -> None:
    """Send the program's log to stderr, for commands without a screen.

    Args:
        level: The lowest level; None: `--log-level` is missing, and nothing is logged.
    """
    logger = logging.getLogger("rcv3_tui")
    logger.propagate = False
    if level is None:
        logger.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level.upper())
