"""Move between panes, into a row, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rcv3_tui.suggest import did_you_mean, quote_value
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.commands.operations import open_operation
from rcv3_tui.tui.commands.view import show_details
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.widgets.table.table import KEYS
from rcv3_tui.views.rows import split_row

_GROUP = "Navigation"


class _GoTo(Command):
    group = _GROUP
    pane: ClassVar[PaneKind]

    def run(self, console: Console, argument: str = "") -> None:
        """Show and focus the pane."""
        del argument
        console.navigator.go_to(self.pane)


class GoToAttention(_GoTo):
    """Go to the list of what needs attention."""

    name = "findings"
    keys = "0"
    label = "attention"
    help = "list what needs attention, with the problem and the next step"
    pane = PaneKind.ATTENTION
    command_names = ("findings",)


class GoToServers(_GoTo):
    """Go to the Servers pane."""

    name = "servers"
    keys = "1"
    label = "servers"
    help = "go to the Servers pane"
    pane = PaneKind.SERVERS
    command_names = ("servers",)


class GoToPublicIPs(_GoTo):
    """Go to the Public IPs pane."""

    name = "ips"
    keys = "2"
    label = "IPs"
    help = "go to the Public IPs pane"
    pane = PaneKind.PUBLIC_IPS
    command_names = ("ips",)


class GoToPools(_GoTo):
    """Go to the Pools pane."""

    name = "pools"
    keys = "3"
    label = "pools"
    help = "go to the Pools pane"
    pane = PaneKind.POOLS
    command_names = ("pools",)


class GoToPool(Command):
    """Show the nodes of a pool by its name."""

    name = "pool"
    usage = "NAME"
    label = "pool"
    help = "show the nodes of a pool; the first letters of its name are enough if they are unique"
    group = _GROUP
    in_palette = False
    command_names = ("pool",)

    def run(self, console: Console, argument: str = "") -> None:
        """Open the pool that was typed; without a name, go to the Pools pane."""
        if not argument:
            console.navigator.go_to(PaneKind.POOLS)
            return
        pools = _pools(console)
        start = argument.casefold()
        found = [pool for pool in pools if pool[0].casefold() == start] or [
            pool for pool in pools if pool[0].casefold().startswith(start)
        ]
        if len(found) == 1:
            _, region, key = found[0]
            console.navigator.open_pool(region, key)
        elif found:
            names = ", ".join(f"{name} ({region})" for name, region, _ in found)
            console.show_message(f":pool {argument} is not unique: {names}", "warn")
        else:
            names_of = [name for name, _, _ in pools]
            hint = did_you_mean(argument, names_of) or "; :pools lists them"
            console.show_message(f"there is no pool {quote_value(argument)}{hint}", "failed")

    def arguments(self, console: Console) -> Sequence[str]:
        """Return the names of the pools."""
        return tuple(dict.fromkeys(name for name, _, _ in _pools(console)))


def _pools(console: Console) -> list[tuple[str, str, str]]:
    """Return name, region and key of every pool, by name."""
    return sorted(
        (pool.name, region, key)
        for region, snapshot in console.row_model.snapshots.items()
        for key, pool in snapshot.pools.items()
    )


class GoToNetworks(_GoTo):
    """Go to the list of cloud networks."""

    name = "networks"
    keys = "4"
    label = "networks"
    help = "list the cloud networks"
    pane = PaneKind.NETWORKS
    command_names = ("networks",)


class GoToOperations(_GoTo):
    """Go to the list of operations."""

    name = "ops"
    keys = "5"
    label = "operations"
    help = "list the operations and their outcomes"
    pane = PaneKind.OPERATIONS
    command_names = ("ops", "operations")


class GoToChanges(_GoTo):
    """Go to the list of changes."""

    name = "changes"
    keys = "6"
    label = "changes"
    help = "list what changed in the account, when, and by whom"
    pane = PaneKind.CHANGES
    command_names = ("changes",)

    def run(self, console: Console, argument: str = "") -> None:
        """Show the list; the header counts the changes up to now no more."""
        super().run(console, argument)
        console.write_header()


class NextPane(Command):
    """Go to the next pane."""

    name = "next-pane"
    keys = "tab"
    label = "next pane"
    help = "go to the next pane"
    group = _GROUP

    def run(self, console: Console, argument: str = "") -> None:
        """Go to it."""
        del argument
        console.navigator.step_pane(1)


class PreviousPane(Command):
    """Go to the previous pane."""

    name = "previous-pane"
    keys = "shift+tab"
    label = "previous pane"
    help = "go to the previous pane"
    group = _GROUP

    def run(self, console: Console, argument: str = "") -> None:
        """Go to it."""
        del argument
        console.navigator.step_pane(-1)


class Open(Command):
    """Open the row under the cursor: a pool's nodes, an operation's menu, else the details."""

    name = "into"
    keys = KEYS["into"]
    is_bound = False
    label = "open"
    help = "open a pool's nodes, the resource of a change; elsewhere the details"
    group = _GROUP
    footer_rank = 15
    footer_places = frozenset(
        {PaneKind.POOLS, PaneKind.OPERATIONS, PaneKind.CHANGES, PaneKind.ATTENTION}
    )

    def run(self, console: Console, argument: str = "") -> None:
        """Open it."""
        del argument
        row = console.cursor_row
        if row is None:
            return
        match console.active:
            case PaneKind.ATTENTION:
                console.navigator.go_to_finding(row)
            case PaneKind.CHANGES:
                console.navigator.go_to_changed(row)
            case PaneKind.OPERATIONS:
                open_operation(console, row)
            case PaneKind.POOLS:
                console.navigator.open_pool(*split_row(row))
            case _:
                show_details(console)


class Back(Command):
    """Go one step back: message, filter, pool, list, full screen."""

    name = "back"
    keys = "escape"
    label = "back"
    help = "back, close, clear the filter, dismiss an error: one step a press, always safe"
    group = _GROUP
    footer_rank = 55
    footer_places = frozenset(PaneKind) - {PaneKind.SERVERS, PaneKind.PUBLIC_IPS, PaneKind.POOLS}

    def run(self, console: Console, argument: str = "") -> None:
        """Go back."""
        del argument
        console.navigator.back()


class Zoom(Command):
    """Show the pane alone on the screen."""

    name = "zoom"
    keys = "f"
    label = "full"
    help = "show the pane alone on the screen, and back"
    group = _GROUP
    command_names = ("zoom",)

    def run(self, console: Console, argument: str = "") -> None:
        """Switch between one pane and all."""
        del argument
        console.navigator.zoom()


class ViewBack(Command):
    """Go back to the previous view."""

    name = "view-back"
    keys = "left_square_bracket"
    label = "view back"
    help = "back to the previous view: pane, pool, row and filter"
    group = _GROUP

    def run(self, console: Console, argument: str = "") -> None:
        """Go to it."""
        del argument
        console.navigator.step_view(-1)


class ViewForward(Command):
    """Go forward to the next view."""

    name = "view-forward"
    keys = "right_square_bracket"
    label = "view forward"
    help = "forward to the next view"
    group = _GROUP

    def run(self, console: Console, argument: str = "") -> None:
        """Go to it."""
        del argument
        console.navigator.step_view(1)
