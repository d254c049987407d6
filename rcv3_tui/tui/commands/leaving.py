"""Commands of the program itself: the command line, the theme, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.actions import leaving, switching
from rcv3_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_GROUP = "Program"


class CommandLine(Command):
    """Commands by name."""

    name = "command-line"
    keys = "colon"
    shown = ":"
    label = "command"
    help = "command line: :servers :ips :pools :networks :ops :readonly :interval :theme :q"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        del argument
        console.ask_command()


class Theme(Command):
    """Other colours."""

    name = "theme"
    shown = ":theme NAME"
    label = "theme"
    help = "another theme, by its name"
    group = _GROUP
    typed = ("theme",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Put it on."""
        switching.theme(console, argument)


class Quit(Command):
    """Leaving."""

    name = "quit"
    keys = shown = "q"
    label = "quit"
    help = "quit; asks only while an operation has not settled"
    group = _GROUP
    typed = ("q", "quit")

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Leave, or ask."""
        del argument
        leaving.leave(console)
