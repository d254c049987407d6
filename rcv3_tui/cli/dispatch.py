"""Parses a command line into a command's module and its options.

A command's options may precede its name: `rcv3-tui --region DFW status` and
`rcv3-tui status --region DFW` are the same. The line is therefore split at the command's name, and
one parser, the command's own, reads both parts. argparse's subparsers cannot do this: they take
the name after an option with an optional value (`--demo status`) for that value, and they report
an unknown option with the word after it, which may be private.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence

from rcv3_tui.cli import console
from rcv3_tui.cli.argparse_ext import Parser
from rcv3_tui.cli.commands import (
    COMMANDS,
    FIRST_WORDS,
    GROUPS,
    CommandModule,
    command_named,
    verbs_of,
)
from rcv3_tui.exit_codes import UsageError
from rcv3_tui.standard_streams import write_output
from rcv3_tui.suggest import did_you_mean, quote_value

_SECRET_OPTIONS = ("api-key", "apikey", "key", "password", "token")


def parse_command_line(arguments: Sequence[str]) -> tuple[CommandModule, argparse.Namespace]:
    """Parse the words after the program's name.

    Args:
        arguments: The words.

    Returns:
        The module to run and its options.

    Raises:
        UsageError: A word is unknown, missing or does not go with the command.
    """
    root = console.parser()
    before, name, after = _split(arguments, root)
    _check_options(before, root)
    if name is None:
        return console, root.parse_args(before)
    if name in GROUPS:
        between, verb, after = _split(after, root, verbs_of(name))
        _check_options(between, root)
        before += between
        name = _full_name(name, verb, before)
    command = command_named(name)
    if command is None:
        root.parse_args(before)
        raise UsageError(
            f"unknown command {quote_value(name)}"
            + (did_you_mean(name, FIRST_WORDS) or f"; choose from {', '.join(FIRST_WORDS)}")
        )
    module = command.load()
    parser = module.parser()
    if {"-h", "--help", "--version"} & set(before):
        root.parse_args(before)
    for argument in before:
        option = argument.partition("=")[0]
        if option.startswith("-") and option not in parser.option_actions:
            raise UsageError(f"{option} does not go with the command {quote_value(name)}")
    given = after[: after.index("--")] if "--" in after else after
    _check_options(given, parser, name, root)
    bound = _bind_all(after, parser, parser.words)
    return module, parser.parse_args([*before, *_options_first(bound, parser)])


def _full_name(group: str, verb: str | None, before: Sequence[str]) -> str:
    """Return the name of a command of two words; show the help of the group if it is asked for.

    Raises:
        UsageError: The second word is missing or unknown.
    """
    known = verbs_of(group)
    if verb in known:
        return f"{group} {verb}"
    if verb is None and {"-h", "--help"} & set(before):
        lines = [
            f"rcv3-tui {command.synopsis:<23} {command.help}\n"
            for command in COMMANDS
            if command.name.startswith(f"{group} ")
        ]
        write_output("".join(lines))
        raise SystemExit(0)
    if verb is None:
        raise UsageError(f"{group} needs another word: {', '.join(known)}")
    raise UsageError(
        f"unknown command {quote_value(f'{group} {verb}')}"
        + (did_you_mean(verb, known) or f"; choose from {', '.join(known)}")
    )


def _options_first(arguments: Sequence[str], parser: Parser) -> list[str]:
    """Put the options before the other words: argparse wants a list of names in one piece."""
    if not parser.takes_names:
        return list(arguments)
    rest = list(arguments)
    options: list[str] = []
    names: list[str] = []
    while rest:
        word = rest.pop(0)
        if word == "--":
            names += rest
            break
        if word == "-" or not word.startswith("-"):
            names.append(word)
            continue
        options.append(word)
        action = parser.option_actions.get(word)
        if action is not None and action.nargs is None and rest:
            options.append(rest.pop(0))
    return [*options, "--", *names]


def _split(
    arguments: Sequence[str], parser: Parser, reserved: Collection[str] = FIRST_WORDS
) -> tuple[list[str], str | None, list[str]]:
    """Split a line into the words before the command's name, the name, and the words after it."""
    words = list(arguments)
    before: list[str] = []
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            return before, word, words
        before.append(_bind(word, words, parser, reserved))
        action = parser.option_actions.get(word)
        if action is not None and action.nargs is None and words and not words[0].startswith("-"):
            before[-1] = f"{word}={words.pop(0)}" if word.startswith("--") else word
    return before, None, []


def _bind_all(arguments: Sequence[str], parser: Parser, reserved: Collection[str]) -> list[str]:
    rest = list(arguments)
    words: list[str] = []
    while rest:
        word = rest.pop(0)
        words.append(_bind(word, rest, parser, reserved))
    return words


def _bind(word: str, rest: list[str], parser: Parser, reserved: Collection[str]) -> str:
    """Return an option with an optional value as `--option=value`; any other word as it is.

    Args:
        word: The word.
        rest: The words after it; a value is removed from them.
        parser: The parser that knows the option.
        reserved: Words that are never a value: commands or nouns.
    """
    action = parser.option_actions.get(word)
    if action is None or action.nargs != "?":
        return word
    has_value = bool(rest) and not rest[0].startswith("-") and rest[0] not in reserved
    if has_value and parser.takes_names:
        # `--wait web-1`: the word is a name unless the option can use it.
        has_value = _is_number(rest[0]) or _fits(action, rest[0])
    return f"{word}={rest.pop(0) if has_value else action.const}"


def _fits(action: argparse.Action, word: str) -> bool:
    """Return whether a word is a value that an option accepts."""
    if not callable(action.type):
        return True
    try:
        action.type(word)
    except argparse.ArgumentTypeError:
        return False
    return True


def _check_options(
    arguments: Sequence[str],
    parser: Parser,
    command: str | None = None,
    root: Parser | None = None,
) -> None:
    """Reject unknown options, naming only the option: the word after it may be private.

    Raises:
        UsageError: There is one; the message suggests the closest known option.
    """
    known = parser.option_actions
    for argument in arguments:
        name = argument.partition("=")[0]
        if not name.startswith("-") or name in known or _is_number(name):
            continue
        if name == "-" and parser.takes_names:
            continue
        if name.strip("-").replace("_", "-") in _SECRET_OPTIONS:
            raise UsageError(
                f"{name}: no option takes a secret; set RCV3_API_KEY, RCV3_PASSWORD or RCV3_TOKEN, "
                "or name a file or a command in config.toml"
            )
        if root is not None and name in root.option_actions:
            raise UsageError(f"{name} does not go with the command {quote_value(command)}")
        # In -x=value and -xvalue, only the letter is a name.
        option = name if name.startswith("--") else name[:2]
        if option in known:
            if option != name and known[option].nargs is None:
                continue
            raise UsageError(f"{option} takes no value")
        raise UsageError(
            f"unknown option {option}"
            + (did_you_mean(option, list(known)) or f"; see {parser.prog} --help")
        )


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
