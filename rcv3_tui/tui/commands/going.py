"""Commands that go somewhere: panes, into, back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.picture import PaneKind

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen

_GROUP = "Going"


class _GoTo(Command):
    group = _GROUP
    pane: ClassVar[PaneKind]

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Bring the pane to the front and give it the keys."""
        del argument
        console.going.to(self.pane)


class GoToServers(_GoTo):
    """The Servers pane."""

    name = "servers"
    keys = shown = "1"
    label = "servers"
    help = "go to the Servers pane"
    pane = PaneKind.SERVERS
    typed = ("servers",)


class GoToPublicIPs(_GoTo):
    """The Public IPs pane."""

    name = "ips"
    keys = shown = "2"
    label = "IPs"
    help = "go to the Public IPs pane"
    pane = PaneKind.PUBLIC_IPS
    typed = ("ips",)


class GoToPools(_GoTo):
    """The Pools pane."""

    name = "pools"
    keys = shown = "3"
    label = "pools"
    help = "go to the Pools pane"
    pane = PaneKind.POOLS
    typed = ("pools",)


class GoToNetworks(_GoTo):
    """The cloud networks."""

    name = "networks"
    keys = shown = "4"
    label = "networks"
    help = "list the cloud networks"
    pane = PaneKind.NETWORKS
    typed = ("networks",)


class GoToOperations(_GoTo):
    """The operations of this run."""

    name = "ops"
    keys = shown = "5"
    label = "operations"
    help = "list the operations: what was asked for and how it ended"
    pane = PaneKind.OPERATIONS
    typed = ("ops", "operations")


class NextPane(Command):
    """The pane after this one."""

    name = "next-pane"
    keys = "tab"
    shown = "Tab"
    label = "next pane"
    help = "go to the next pane"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Go one on."""
        del argument
        console.going.step(1)


class PreviousPane(Command):
    """The pane before this one."""

    name = "previous-pane"
    keys = "shift+tab"
    shown = "Shift+Tab"
    label = "previous pane"
    help = "go to the previous pane"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Go one back."""
        del argument
        console.going.step(-1)


class Into(Command):
    """Into what the cursor stands on."""

    name = "into"
    keys = ""
    shown = "Enter"
    label = "open"
    help = "into: a pool's nodes; elsewhere the details"
    group = _GROUP
    rank = 30

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        del argument
        console.going.into()


class Back(Command):
    """One step back."""

    name = "back"
    keys = "escape"
    shown = "Esc"
    label = "back"
    help = "back, close, clear the filter, dismiss an error: one step a press, always safe"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Take the step."""
        del argument
        console.going.back()


class Zoom(Command):
    """The pane alone on the screen and back."""

    name = "zoom"
    keys = shown = "f"
    label = "full"
    help = "the pane alone on the screen, and back"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        console.going.zoom()
