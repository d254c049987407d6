"""Which commands there are, beside the console itself."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import argparse

    from rcv3_tui.cli.parsing import Parser


class CommandModule(Protocol):
    """What the module of a command offers."""

    def parser(self) -> Parser:
        """Make the parser of the words that follow the command's name."""
        ...

    def run(self, options: argparse.Namespace) -> int:
        """Carry the command out.

        Returns:
            The exit code.

        Raises:
            UsageError: What was asked for makes no sense; nothing was done.
        """
        ...


class Command:
    """A command; its module is imported when it is called for.

    Args:
        name: What it is called by.
        help: What it does, in a few words for the console's own `--help`.
        shows: The command with its most telling words, for the same place; its name if empty.
    """

    def __init__(self, name: str, help: str, shows: str = "") -> None:
        self.name = name
        self.help = help
        self.shows = shows

    def load(self) -> CommandModule:
        """Import the command's module, which is named as the command is."""
        return cast("CommandModule", import_module(f"rcv3_tui.cli.{self.name}"))


COMMANDS = (
    Command("status", "print what the account holds, and end", "status [NOUN]"),
    Command("login", "ask for credentials, try them, save a profile"),
    Command("doctor", "check configuration, credentials, network and terminal"),
    Command("simulator", "serve a simulated account on this machine"),
    Command("screenshots", "draw the console's pictures into a directory", "screenshots DIR"),
    Command("completion", "print the completion for bash, zsh or fish", "completion SHELL"),
    Command("man", "print the manual page"),
)
"""The commands beside the console, in the order of the help."""

NAMES = tuple(command.name for command in COMMANDS)


def named(name: str) -> Command | None:
    """Find a command by its name; None if there is no such command."""
    return next((command for command in COMMANDS if command.name == name), None)
