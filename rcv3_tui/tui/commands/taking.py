"""Commands that take something along: to the clipboard, into a file, as a curl line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.actions import copying, saving
from rcv3_tui.tui.commands.base import Command

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_GROUP = "Taking along"


class Copy(Command):
    """The row's address or name, to the clipboard."""

    name = "copy"
    keys = "c"
    label = "copy"
    help = "copy the row's address, else its name; says which way it went"
    group = _GROUP
    rank = 65
    typed = ("copy",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Copy it."""
        del argument
        copying.copy(console)


class CopyWhat(Command):
    """Something of the row, to the clipboard."""

    name = "copy-what"
    keys = "C"
    label = "copy what"
    help = "choose what to copy: address, name, id, JSON, the curl command, the marked rows"
    group = _GROUP
    typed = ("copy-what",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask what."""
        del argument
        copying.choose(console)


class Curl(Command):
    """What was read or done, as a curl command."""

    name = "curl"
    keys = "x"
    label = "curl"
    help = "the curl command of this row's read or of the last change, the token as $TOKEN"
    group = _GROUP
    typed = ("curl",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Show it."""
        del argument
        copying.curl(console)


class Save(Command):
    """The view, into a file."""

    name = "save"
    keys = "ctrl+s"
    usage = "FILE.csv|FILE.json"
    label = "save"
    help = "save this view, as filtered and sorted, to a CSV or JSON file"
    group = _GROUP
    typed = ("save",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask where to, then write it."""
        saving.save(console, argument)
