"""From the words of the command line to a command and its options."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence

from rcv3_tui.cli import console
from rcv3_tui.cli.commands import NAMES, CommandModule, named
from rcv3_tui.cli.parsing import Parser, did_you_mean
from rcv3_tui.cli.usage import UsageError


def understand(arguments: Sequence[str]) -> tuple[CommandModule, argparse.Namespace]:
    """Find out what is to run, and with what.

    Raises:
        UsageError: The line makes no sense.
    """
    first = console.parser()
    before, name, after = _split(arguments, first)
    _check_flags(before, first)
    if name is None:
        return console, first.parse_args(before)
    command = named(name)
    if command is None:
        first.parse_args(before)
        raise UsageError(
            f"there is no command {name!r}"
            + (did_you_mean(name, NAMES) or f"; there are {', '.join(NAMES)}")
        )
    module = command.load()
    parser = module.parser()
    if {"-h", "--help", "--version"} & set(before):
        first.parse_args(before)
    for argument in before:
        flag = argument.partition("=")[0]
        if flag.startswith("-") and flag not in parser.flags:
            raise UsageError(f"{flag} does not go with the command {name!r}")
    _check_flags(after, parser, name, first)
    # What stands before a command and goes with it counts as if it stood after.
    return module, parser.parse_args([*before, *_bound(after, parser, parser.words())])


def _split(arguments: Sequence[str], parser: Parser) -> tuple[list[str], str | None, list[str]]:
    """Part the line at its command: what stands before it, the command, what stands after."""
    words = list(arguments)
    before: list[str] = []
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            return before, word, words
        before.append(_with_value(word, words, parser, NAMES))
        action = parser.flags.get(word)
        if action is not None and action.nargs is None and words and not words[0].startswith("-"):
            before[-1] = f"{word}={words.pop(0)}" if word.startswith("--") else word
    return before, None, []


def _bound(arguments: Sequence[str], parser: Parser, others: Collection[str]) -> list[str]:
    """Bind each flag whose value may be left out to its value, or to what stands for none."""
    rest = list(arguments)
    words: list[str] = []
    while rest:
        word = rest.pop(0)
        words.append(_with_value(word, rest, parser, others))
    return words


def _with_value(word: str, rest: list[str], parser: Parser, others: Collection[str]) -> str:
    """Bind one flag whose value may be left out; its value is taken from what follows.

    Done by hand because argparse would take a word that follows such a flag for its value, be
    it a command or a noun.
    """
    action = parser.flags.get(word)
    if action is None or action.nargs != "?":
        return word
    valued = bool(rest) and not rest[0].startswith("-") and rest[0] not in others
    return f"{word}={rest.pop(0) if valued else action.const}"


def _check_flags(
    arguments: Sequence[str],
    parser: Parser,
    command: str | None = None,
    console_parser: Parser | None = None,
) -> None:
    """Refuse a flag that is not known, by its name alone: what follows it may be private.

    Raises:
        UsageError: There is one; the text has the nearest right spelling.
    """
    for argument in arguments:
        name = argument.partition("=")[0]
        if not name.startswith("-") or name in parser.flags or _is_number(name):
            continue
        if name.strip("-").replace("_", "-") in ("api-key", "apikey", "key", "password", "token"):
            raise UsageError(
                f"{name}: no flag takes a secret; set RCV3_API_KEY or RCV3_PASSWORD, "
                "or name a file or a command in config.toml"
            )
        if console_parser is not None and name in console_parser.flags:
            raise UsageError(f"{name} does not go with the command {command!r}")
        # -x=value and -xvalue: only the letter is a name.
        known = name if name.startswith("--") else name[:2]
        if known in parser.flags:
            if known != name and parser.flags[known].nargs is None:
                continue
            raise UsageError(f"{known} takes no value")
        raise UsageError(
            f"there is no flag {known}"
            + (did_you_mean(known, list(parser.flags)) or f"; see {parser.prog} --help")
        )


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
