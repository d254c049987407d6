"""The command line as plain values, from its parsers: for the completion scripts and the man page.

The scripts and the page are our own because generators such as shtab and argparse-manpage would
lose something that works today: values after `--option=` behind a command and words after
`--demo NAME` in bash, examples printed verbatim in the man page, and `rcv3-tui completion` and
`rcv3-tui man` in a source checkout.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from rcv3_tui.cli import console
from rcv3_tui.cli.account_options import REGIONS
from rcv3_tui.cli.argparse_ext import ChoiceArg, Parser
from rcv3_tui.cli.commands import COMMANDS

FILES = "files"
PROFILES = "profiles"
"""The kinds of values that the shell or the program can list."""

_KINDS = {"FILE": FILES}


@dataclass(frozen=True, slots=True)
class Option:
    """One option."""

    names: tuple[str, ...]
    help: str
    value: str = ""
    """The placeholder of its value; empty if it takes none."""
    value_is_optional: bool = False
    choices: tuple[str, ...] = ()
    kind: str = ""
    """What completes its value if there are no fixed choices; empty if nothing does."""


@dataclass(frozen=True, slots=True)
class Group:
    """Options under one title."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Positional:
    """A positional argument."""

    name: str
    help: str
    choices: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command."""

    name: str
    """Empty for the console itself."""
    summary: str
    usage: str
    description: str
    epilog: str
    groups: tuple[Group, ...]
    positionals: tuple[Positional, ...]

    @property
    def options(self) -> tuple[Option, ...]:
        """The options of all groups."""
        return tuple(option for group in self.groups for option in group.options)


def first_words(commands: Sequence[CommandSpec]) -> list[str]:
    """Return the words that a command line begins with, in the order of the help."""
    return list(dict.fromkeys(each.name.split()[0] for each in commands if each.name))


def verbs_by_group(commands: Sequence[CommandSpec]) -> dict[str, list[str]]:
    """Return the second words of the commands that have two, by the first."""
    verbs: dict[str, list[str]] = {}
    for each in commands:
        group, _, verb = each.name.partition(" ")
        if verb:
            verbs.setdefault(group, []).append(verb)
    return verbs


def describe() -> tuple[CommandSpec, ...]:
    """Return the console and then every command."""
    own = _command("", "the console", console.parser())
    return (own, *(_command(c.name, c.help, c.load().parser()) for c in COMMANDS))


def _command(name: str, summary: str, parser: Parser) -> CommandSpec:
    groups = [
        Group(group.title, tuple(_option(action) for action in group.actions))
        for group in parser.groups
        if group is not parser.positionals
    ]
    return CommandSpec(
        name,
        summary,
        " ".join(parser.format_usage().removeprefix("usage:").split()),
        parser.description or "",
        parser.epilog or "",
        tuple(groups),
        tuple(_positional(action) for action in parser.positionals.actions),
    )


def _option(action: argparse.Action) -> Option:
    takes_value = action.nargs != 0
    value = str(action.metavar or action.dest.upper()) if takes_value else ""
    kind = PROFILES if action.dest == "profile" else _KINDS.get(value, "")
    choices = ("all", *sorted(REGIONS)) if action.dest == "region" else _choices(action)
    names = tuple(sorted(action.option_strings, key=len))
    return Option(names, _help(action), value, action.nargs == "?", choices, kind)


def _positional(action: argparse.Action) -> Positional:
    name = str(action.metavar or action.dest)
    return Positional(name, _help(action), _choices(action), _KINDS.get(name, ""))


def _choices(action: argparse.Action) -> tuple[str, ...]:
    known: Sequence[object] = ()
    if action.choices is not None:
        known = tuple(action.choices)
    elif isinstance(action.type, ChoiceArg):
        known = action.type.known
    return tuple(str(word) for word in known)


def _help(action: argparse.Action) -> str:
    """Return the help of an argument with the values that argparse substitutes."""
    return (action.help or "") % {**vars(action), "prog": "rcv3-tui"}
