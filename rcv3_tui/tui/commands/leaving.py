"""Commands of the program itself: the command line, the theme, leaving."""

from __future__ import annotations

from collections.abc import Sequence
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
    label = "command"
    help = "command line: every command by its name, completed with Tab"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        del argument
        console.ask_command()


class Theme(Command):
    """Other colours."""

    name = "theme"
    usage = "NAME"
    label = "theme"
    help = "another theme, by its name"
    group = _GROUP
    typed = ("theme",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Put it on."""
        switching.theme(console, argument)

    def arguments(self, console: ConsoleScreen) -> Sequence[str]:
        """All themes."""
        return sorted(console.app.available_themes)


class Palette(Command):
    """All commands in a list."""

    name = "palette"
    keys = "ctrl+p"
    label = "palette"
    help = "every command in a list to search"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        del argument
        # Imported here: only who opens it pays for it.
        from rcv3_tui.tui.screens.palette import open_palette

        open_palette(console)


class Mouse(Command):
    """The mouse taken from the terminal, or left to it."""

    name = "mouse"
    keys = "m"
    label = "mouse"
    help = "take the mouse, or leave it to the terminal's own selection"
    group = _GROUP
    typed = ("mouse",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        switching.mouse(console)


class Mask(Command):
    """Names and addresses hidden from who looks on."""

    name = "mask"
    keys = "P"
    label = "mask"
    help = "mask addresses, names and the tenant for a shared screen, and back"
    group = _GROUP
    typed = ("mask",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        switching.mask(console)


class Suspend(Command):
    """The shell, and back with `fg`."""

    name = "suspend"
    keys = "ctrl+z"
    label = "suspend"
    help = "suspend to the shell; fg comes back"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Suspend."""
        del argument
        console.app.action_suspend_process()


class Quit(Command):
    """Leaving."""

    name = "quit"
    keys = "q"
    label = "quit"
    help = "quit; asks only while an operation has not settled"
    group = _GROUP
    typed = ("q", "quit")

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Leave, or ask."""
        del argument
        leaving.leave(console)
