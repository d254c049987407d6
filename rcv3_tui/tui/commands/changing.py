"""Commands that change the account. Those that take something away only ever open a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcv3_tui.tui.actions import asking, switching
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.picture import PaneKind

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_GROUP = "Changing"
_ADDRESSES = frozenset({PaneKind.SERVERS, PaneKind.PUBLIC_IPS})
_MEMBERSHIPS = frozenset({PaneKind.POOLS, PaneKind.NODES})


class Add(Command):
    """A public IP for servers, or servers for pools."""

    name = "add"
    keys = shown = "a"
    label = "add"
    help = "add: a public IP to the marked server(s), or servers to the pool(s)"
    group = _GROUP
    places = _ADDRESSES | _MEMBERSHIPS
    rank = 10

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask for what is missing, then have it done."""
        del argument
        asking.add(console)


class Remove(Command):
    """What is marked, or the row under the cursor."""

    name = "remove"
    keys = "ctrl+d,delete"
    shown = "Ctrl+D"
    label = "remove"
    help = "remove what is marked, or the row under the cursor: asks first"
    group = _GROUP
    places = _ADDRESSES | _MEMBERSHIPS
    rank = 20

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open the dialog."""
        del argument
        asking.remove(console)


class Retain(Command):
    """Whether a record stays when its server goes."""

    name = "retain"
    keys = shown = "t"
    label = "retain"
    help = "on a public IP: retain on or off"
    group = _GROUP
    places = _ADDRESSES
    rank = 25

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch it."""
        del argument
        asking.toggle_retain(console)


class Reassign(Command):
    """A retained address for another server, or for none."""

    name = "reassign"
    keys = shown = "v"
    label = "assign"
    help = "on a retained public IP: assign it, move it to another server, take it off its server"
    group = _GROUP
    places = frozenset({PaneKind.PUBLIC_IPS})
    rank = 27

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask which."""
        del argument
        asking.reassign(console)


class ReadOnlyMode(Command):
    """No change possible, or possible again."""

    name = "readonly"
    shown = ":readonly on"
    label = "read-only"
    help = "read-only mode on or off"
    group = _GROUP
    typed = ("readonly",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch it."""
        switching.read_only(console, argument)
