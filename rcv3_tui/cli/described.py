"""The command line as plain values, read off its parsers: for completion and the man page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from rcv3_tui.cli import console
from rcv3_tui.cli.commands import COMMANDS
from rcv3_tui.cli.parsing import OneOf, Parser

FILES = "files"
DIRECTORIES = "directories"
PROFILES = "profiles"
"""The kinds of values that are not a fixed choice and can be completed all the same."""

REGIONS = ("all", "DFW", "HKG", "IAD", "LON", "ORD", "SYD")
"""Where RackConnect v3.0 is to be had; others can be typed."""

_KINDS = {"FILE": FILES, "DIR": DIRECTORIES}


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag."""

    names: tuple[str, ...]
    help: str
    value: str = ""
    """What its value is called; empty where it takes none."""
    may_lack_value: bool = False
    choices: tuple[str, ...] = ()
    kind: str = ""
    """What its value is completed with, where that is no fixed choice."""

    @property
    def spelled(self) -> str:
        """How it is written, with its value."""
        value = f" [{self.value}]" if self.may_lack_value else f" {self.value}"
        return ", ".join(f"{name}{value if self.value else ''}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Group:
    """Flags under one title."""

    title: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand alone on a command's line."""

    name: str
    help: str
    choices: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """One command."""

    name: str
    """Empty: the console itself."""
    summary: str
    usage: str
    description: str
    epilog: str
    groups: tuple[Group, ...]
    words: tuple[Words, ...]

    @property
    def flags(self) -> tuple[Flag, ...]:
        """All its flags."""
        return tuple(flag for group in self.groups for flag in group.flags)


def describe() -> tuple[Described, ...]:
    """Read the console's parser and every command's, the console first."""
    own = _described("", "the console", console.parser())
    return (own, *(_described(c.name, c.help, c.load().parser()) for c in COMMANDS))


def _described(name: str, summary: str, parser: Parser) -> Described:
    groups: list[Group] = []
    words: list[Words] = []
    for title, actions in parser.groups():
        flags = tuple(_flag(action) for action in actions if action.option_strings)
        words += [_words(action) for action in actions if not action.option_strings]
        if flags:
            groups.append(Group(title, flags))
    return Described(
        name,
        summary,
        " ".join(parser.format_usage().removeprefix("usage:").split()),
        parser.description or "",
        parser.epilog or "",
        tuple(groups),
        tuple(words),
    )


def _flag(action: argparse.Action) -> Flag:
    takes_value = action.nargs != 0
    value = str(action.metavar or action.dest.upper()) if takes_value else ""
    kind = PROFILES if action.dest == "profile" else _KINDS.get(value, "")
    choices = _choices(action)
    if action.dest == "region":
        choices = REGIONS
    names = tuple(sorted(action.option_strings, key=len))
    return Flag(names, _help(action), value, action.nargs == "?", choices, kind)


def _words(action: argparse.Action) -> Words:
    name = str(action.metavar or action.dest)
    return Words(name, _help(action), _choices(action), _KINDS.get(name, ""))


def _choices(action: argparse.Action) -> tuple[str, ...]:
    known: Sequence[object] = ()
    if action.choices is not None:
        known = tuple(action.choices)
    elif isinstance(action.type, OneOf):
        known = action.type.known
    return tuple(str(word) for word in known)


def _help(action: argparse.Action) -> str:
    """A flag's help with what argparse would fill in."""
    return (action.help or "") % {**vars(action), "prog": "rcv3-tui"}
