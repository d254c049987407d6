"""Commands that change the account. Those that take something away only ever open a dialog."""

from __future__ import annotations

from collections.abc import Sequence
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
    keys = "a"
    label = "add"
    help = "add: a public IP to the marked server(s), or servers to the pool(s)"
    group = _GROUP
    places = _ADDRESSES | _MEMBERSHIPS
    rank = 10
    typed = ("add",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask for what is missing, then have it done."""
        del argument
        asking.add(console)

    def label_at(self, place: PaneKind) -> str:
        """Say what is added there."""
        return "add IP" if place in _ADDRESSES else "add server"


class Remove(Command):
    """What is marked, or the row under the cursor."""

    name = "remove"
    keys = "ctrl+d,delete"
    label = "remove"
    help = "remove what is marked, or the row under the cursor: asks first"
    group = _GROUP
    places = _ADDRESSES | _MEMBERSHIPS
    rank = 20
    hinted = _ADDRESSES | {PaneKind.NODES}
    typed = ("remove",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open the dialog."""
        del argument
        asking.remove(console)


class Retain(Command):
    """Whether a record stays when its server goes."""

    name = "retain"
    keys = "t"
    label = "retain"
    help = "on a public IP: retain on or off"
    group = _GROUP
    places = _ADDRESSES
    rank = 25
    typed = ("retain",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch it."""
        del argument
        asking.toggle_retain(console)


class Reassign(Command):
    """A retained address for another server, or for none."""

    name = "reassign"
    keys = "v"
    label = "assign"
    help = "on a retained public IP: assign it, move it to another server, take it off its server"
    group = _GROUP
    places = frozenset({PaneKind.PUBLIC_IPS})
    rank = 27
    typed = ("reassign",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Ask which."""
        del argument
        asking.reassign(console)


class Undo(Command):
    """The last change, turned back."""

    name = "undo"
    keys = "u"
    label = "undo"
    help = "undo the last change that can be undone: says what it will do"
    group = _GROUP
    rank = 45
    hinted = frozenset({PaneKind.NODES, PaneKind.OPERATIONS, PaneKind.POOLS})
    typed = ("undo",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Turn it back."""
        del argument
        console.undoing.undo()


class ReadOnlyMode(Command):
    """No change possible, or possible again."""

    name = "readonly"
    usage = "on|off"
    label = "read-only"
    help = "read-only mode on or off"
    group = _GROUP
    typed = ("readonly",)

    def arguments(self, console: ConsoleScreen) -> Sequence[str]:
        """On and off."""
        del console
        return ("on", "off")

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch it."""
        switching.read_only(console, argument)
