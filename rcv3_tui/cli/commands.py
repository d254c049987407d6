"""The list of commands; the module of a command is imported when it runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from rcv3_tui.cli.argparse_ext import Parser


class CommandModule(Protocol):
    """The interface of a command's module."""

    def parser(self) -> Parser:
        """Return the parser of the words after the command's name."""
        ...

    def run(self, options: argparse.Namespace) -> int:
        """Run the command.

        Args:
            options: The parsed options.

        Returns:
            The exit code.

        Raises:
            UsageError: The options make no sense; nothing was done.
        """
        ...


class Command:
    """A command.

    Args:
        name: Its name, which is also that of its module: `status`. Of two words, the first is the
            module, whose `command` returns the second: `ip add`.
        help: Its purpose in a few words, for the console's `--help`.
        synopsis: The command with its main argument, for the same place; its name if empty.
    """

    def __init__(self, name: str, help: str, synopsis: str = "") -> None:
        self.name = name
        self.help = help
        self.synopsis = synopsis or name

    def load(self) -> CommandModule:
        """Import the command's module."""
        group, _, verb = self.name.partition(" ")
        module = import_module(f"rcv3_tui.cli.{group}")
        return cast("CommandModule", module.command(verb) if verb else module)


COMMANDS: Sequence[Command] = (
    Command("status", "print the account's resources and exit", "status [NOUN]"),
    Command("ip add", "add a public IP to servers, or one without a server", "ip add SERVER"),
    Command("ip remove", "remove public IPs; asks first", "ip remove ADDRESS"),
    Command("ip retain", "retain public IPs when their server goes", "ip retain ADDRESS"),
    Command("ip assign", "assign a retained public IP to a server", "ip assign ADDR SERVER"),
    Command("ip unassign", "take retained public IPs off their server", "ip unassign ADDRESS"),
    Command("pool add", "add servers to a pool", "pool add POOL SERVER"),
    Command("pool remove", "remove servers from a pool; asks first", "pool remove POOL SERVER"),
    Command("server drain", "take servers out of all pools; asks first", "server drain SERVER"),
    Command("server restore", "put drained servers back into pools", "server restore SERVER"),
    Command("operations", "list the journal; finish what is open", "operations [ID]"),
    Command("login", "ask for credentials, try them, save a profile"),
    Command("token", "print the current token, for curl"),
    Command("doctor", "check configuration, credentials, network and terminal"),
    Command("simulator", "serve a simulated account on this machine"),
    Command("completion", "print the completion for bash, zsh or fish", "completion SHELL"),
    Command("man", "print the manual page"),
)
"""The commands other than the console, in the order of the help."""

COMMAND_NAMES = tuple(command.name for command in COMMANDS)

GROUPS = tuple(dict.fromkeys(name.split()[0] for name in COMMAND_NAMES if " " in name))
"""The first words of the commands that have two."""

FIRST_WORDS = tuple(dict.fromkeys(name.split()[0] for name in COMMAND_NAMES))
"""Every word that a command begins with."""


def verbs_of(group: str) -> tuple[str, ...]:
    """Return the second words of a group of commands."""
    return tuple(name.split()[1] for name in COMMAND_NAMES if name.startswith(f"{group} "))


def command_named(name: str) -> Command | None:
    """Return the command of a name; None if there is none."""
    return next((command for command in COMMANDS if command.name == name), None)
