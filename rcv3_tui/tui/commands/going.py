"""Commands that go somewhere: panes, into, back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rcv3_tui.tui.actions import accounts
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.picture import PaneKind
from rcv3_tui.tui.widgets.table.keys import KEYS

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


class GoToAttention(_GoTo):
    """What needs attention."""

    name = "findings"
    keys = "0"
    label = "attention"
    help = "list what needs attention, with what is wrong and what to do"
    pane = PaneKind.ATTENTION
    typed = ("findings",)


class GoToServers(_GoTo):
    """The Servers pane."""

    name = "servers"
    keys = "1"
    label = "servers"
    help = "go to the Servers pane"
    pane = PaneKind.SERVERS
    typed = ("servers",)


class GoToPublicIPs(_GoTo):
    """The Public IPs pane."""

    name = "ips"
    keys = "2"
    label = "IPs"
    help = "go to the Public IPs pane"
    pane = PaneKind.PUBLIC_IPS
    typed = ("ips",)


class GoToPools(_GoTo):
    """The Pools pane."""

    name = "pools"
    keys = "3"
    label = "pools"
    help = "go to the Pools pane"
    pane = PaneKind.POOLS
    typed = ("pools",)


class GoToNetworks(_GoTo):
    """The cloud networks."""

    name = "networks"
    keys = "4"
    label = "networks"
    help = "list the cloud networks"
    pane = PaneKind.NETWORKS
    typed = ("networks",)


class GoToOperations(_GoTo):
    """The operations of this run."""

    name = "ops"
    keys = "5"
    label = "operations"
    help = "list the operations: what was asked for and how it ended"
    pane = PaneKind.OPERATIONS
    typed = ("ops", "operations")


class NextPane(Command):
    """The pane after this one."""

    name = "next-pane"
    keys = "tab"
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
    keys = KEYS["into"]
    label = "open"
    help = "into: a pool's nodes; elsewhere the details"
    group = _GROUP
    rank = 15
    hinted = frozenset({PaneKind.POOLS, PaneKind.OPERATIONS, PaneKind.ATTENTION})

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        del argument
        console.going.into()


class Back(Command):
    """One step back."""

    name = "back"
    keys = "escape"
    label = "back"
    help = "back, close, clear the filter, dismiss an error: one step a press, always safe"
    group = _GROUP
    rank = 55
    hinted = frozenset(PaneKind) - {PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS}

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Take the step."""
        del argument
        console.going.back()


class Zoom(Command):
    """The pane alone on the screen and back."""

    name = "zoom"
    keys = "f"
    label = "full"
    help = "the pane alone on the screen, and back"
    group = _GROUP
    typed = ("zoom",)

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Switch."""
        del argument
        console.going.zoom()


class ViewBack(Command):
    """What was looked at before."""

    name = "view-back"
    keys = "left_square_bracket"
    label = "view back"
    help = "back to what was looked at before: pane, pool, row and filter"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Go there."""
        del argument
        console.going.through(-1)


class ViewForward(Command):
    """What was looked at after."""

    name = "view-forward"
    keys = "right_square_bracket"
    label = "view forward"
    help = "forward again through what was looked at"
    group = _GROUP

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Go there."""
        del argument
        console.going.through(1)


class Region(Command):
    """Other regions."""

    name = "region"
    usage = "IAD|DFW,IAD|all"
    label = "region"
    help = "show another region, or several; without a name, choose from a list"
    group = _GROUP
    typed = ("region", "regions")

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Show them."""
        accounts.region(console, argument)

    def arguments(self, console: ConsoleScreen) -> Sequence[str]:
        """The regions that the account has RackConnect in."""
        return (*accounts.known_regions(console), "all")


class Profile(Command):
    """Another account."""

    name = "profile"
    usage = "NAME"
    label = "profile"
    help = "open the account of another profile; without a name, choose from a list"
    group = _GROUP
    typed = ("profile", "profiles")

    def run(self, console: ConsoleScreen, argument: str = "") -> None:
        """Open it."""
        accounts.profile(console, argument)

    def arguments(self, console: ConsoleScreen) -> Sequence[str]:
        """The profiles of the config file."""
        return accounts.known_profiles(console)
