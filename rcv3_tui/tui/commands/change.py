"""Commands that change the account. Removals only open a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.model.removal_plan import removal_of_nodes, removal_of_public_ips
from rcv3_tui.tui.commands import nodes, public_ips
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.commands.operations import all_running_operations, describe_stop
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.views.rows import row_id, split_row

_GROUP = "Changes"


class Add(Command):
    """Add a public IP to servers, or servers to pools."""

    name = "add"
    keys = "a"
    label = "add"
    help = "add a public IP to servers (asks first), or servers from a list to pools"
    group = _GROUP
    changes = True
    available_in = public_ips.PANES | nodes.PANES
    footer_rank = 10
    command_names = ("add",)
    usage = "[retain]"

    def arguments(self, console: Console) -> Sequence[str]:
        """Return what an address can be added with."""
        del console
        return ("retain",)

    def run(self, console: Console, argument: str = "") -> None:
        """Ask for whatever is missing, then submit the requests.

        Args:
            console: The console to act on.
            argument: `retain`: public IPs are retained from the start.
        """
        if not console.can_change():
            return
        retain = argument.casefold() == "retain"
        if argument and not (retain and console.active in public_ips.PANES):
            console.show_message(
                f":add takes retain, in Servers and Public IPs, not {argument!r}", "failed"
            )
            return
        match console.active:
            case PaneKind.SERVERS:
                public_ips.add_to(console, console.targets(), retain=retain)
            case PaneKind.PUBLIC_IPS:
                marked = console.marked(PaneKind.SERVERS)
                if marked:
                    public_ips.add_to(console, marked, retain=retain)
                else:
                    public_ips.choose_servers(console, retain=retain)
            case PaneKind.POOLS:
                nodes.choose_servers(console, console.targets())
            case PaneKind.NODES:
                if console.row_model.open_pool is not None:
                    nodes.choose_servers(console, [row_id(*console.row_model.open_pool)])
            case _:
                return

    def footer_label(self, console: Console) -> str:
        """Name what is added in the focused pane."""
        return "add IP" if console.active in public_ips.PANES else "add server"


class Remove(Command):
    """Remove the marked rows, or the row under the cursor."""

    name = "remove"
    keys = "ctrl+d,delete"
    label = "remove"
    help = "remove the marked rows, or the row under the cursor; asks first"
    group = _GROUP
    available_in = public_ips.PANES | nodes.PANES
    footer_rank = 20
    footer_places = public_ips.PANES | {PaneKind.NODES}
    command_names = ("remove",)

    def run(self, console: Console, argument: str = "") -> None:
        """Open the confirmation dialog; nothing else happens here."""
        del argument
        if not console.can_change():
            return
        rows = console.targets()
        match console.active:
            case PaneKind.PUBLIC_IPS:
                self._confirm_public_ips(console, rows)
            case PaneKind.SERVERS:
                self._confirm_public_ips(console, public_ips.rows_of_servers(console, rows))
            case PaneKind.NODES:
                self._confirm_nodes(console, rows)
            case PaneKind.POOLS:
                console.show_message(
                    f"only Rackspace can add or remove pools; {console.keys['into']} opens the "
                    "pool's nodes, which you can remove",
                    "warn",
                )
            case _:
                return

    @staticmethod
    def _confirm_public_ips(console: Console, rows: Sequence[str]) -> None:
        """Ask before public IPs are removed, those of one region only."""
        if not rows:
            return
        region = split_row(rows[0])[0]
        keys = tuple(key for place, key in map(split_row, rows) if place == region)
        if len(keys) < len(rows):
            console.show_message(
                f"marked rows are in several regions: only those in {region} are used", "warn"
            )
        console.confirm(
            removal_of_public_ips(
                console.row_model.snapshots[region],
                keys,
                profile=console.settings.profile,
                protected=console.settings.protected,
            )
        )

    @staticmethod
    def _confirm_nodes(console: Console, rows: Sequence[str]) -> None:
        """Ask before nodes of the open pool are removed."""
        if console.row_model.open_pool is None or not rows:
            return
        region, pool = console.row_model.open_pool
        console.confirm(
            removal_of_nodes(
                console.row_model.snapshots[region],
                [(pool, split_row(row)[1]) for row in rows],
                profile=console.settings.profile,
                protected=console.settings.protected,
            )
        )


class ReadOnlyMode(Command):
    """Disable all changes, or enable them again."""

    name = "readonly"
    usage = "on|off"
    label = "read-only"
    help = "read-only mode on or off"
    group = _GROUP
    command_names = ("readonly",)

    def arguments(self, console: Console) -> Sequence[str]:
        """Return on and off."""
        del console
        return ("on", "off")

    def run(self, console: Console, argument: str = "") -> None:
        """Set the mode to the argument: on, off, or empty to toggle it."""
        worker = console.worker
        wanted = {"on": True, "off": False, "": not worker.read_only}.get(argument.casefold())
        if wanted is None:
            console.show_message(f":readonly takes on or off, not {argument!r}", "failed")
            return
        if wanted:
            under_way = all_running_operations(console)
            worker.read_only = True
            console.console_app.stop_all()
            console.show_message(
                f"read-only mode is on: changes are disabled{describe_stop(under_way)}", "warn"
            )
        else:
            worker.read_only = False
            console.show_message("read-only mode is off: changes are enabled", "warn")
        console.write_header()
        console.write_footer()
