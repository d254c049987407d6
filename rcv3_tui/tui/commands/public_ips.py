"""Changes of public IPs: add, remove, retain, assign, move and unassign.

An addition asks once, with Enter as the answer. Everything that takes something away opens the
dialog of removals. Only the dialog's approval submits the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan import (
    addition_of_public_ips,
    merge_additions,
    reassignment_of,
    release_of,
    unassignment_of,
)
from rcv3_tui.model.removal_plan.additions import NO_SERVER, blocking_public_ip
from rcv3_tui.model.resources import RETAINED_LIMIT, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.commands.server_choice import pick_servers, server_entries
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen
from rcv3_tui.tui.screens.picker import Entry
from rcv3_tui.views.rows import row_id, split_row

_GROUP = "Changes"

PANES = frozenset({PaneKind.SERVERS, PaneKind.PUBLIC_IPS})
"""The panes whose rows have public IPs."""


class Retain(Command):
    """Retain public IPs when their server is deleted, or stop retaining them."""

    name = "retain"
    keys = "t"
    label = "retain"
    help = "turn retain on or off for a public IP"
    group = _GROUP
    changes = True
    available_in = PANES
    footer_rank = 25
    footer_places = frozenset({PaneKind.PUBLIC_IPS})
    command_names = ("retain",)

    def run(self, console: Console, argument: str = "") -> None:
        """Switch retain for the chosen public IPs; ask where that gives an address up."""
        del argument
        if not console.can_change():
            return
        rows = console.targets()
        if console.active is PaneKind.SERVERS:
            rows = rows_of_servers(console, rows)
        requests: list[Request] = []
        for row in rows:
            region, key = split_row(row)
            snapshot = console.row_model.snapshots[region]
            record = snapshot.public_ips.get(key)
            if record is None:
                continue
            removal = (
                release_of(
                    snapshot,
                    key,
                    profile=console.settings.profile,
                    protected=console.settings.protected,
                )
                if record.retain
                else None
            )
            if removal is not None:
                console.confirm(removal)
                continue
            kind = OperationKind.RELEASE if record.retain else OperationKind.RETAIN
            if kind is OperationKind.RETAIN:
                _warn_of_limit(console, snapshot)
            requests.append(_request(kind, snapshot, record))
        if requests:
            console.submit(requests)


class Reassign(Command):
    """Assign a retained public IP, move it to another server, or unassign it."""

    name = "reassign"
    keys = "v"
    label = "assign"
    help = "assign a retained public IP, move it to another server, or unassign it"
    group = _GROUP
    changes = True
    available_in = frozenset({PaneKind.PUBLIC_IPS})
    footer_rank = 27
    command_names = ("reassign",)

    def run(self, console: Console, argument: str = "") -> None:
        """Offer the server, or the choice between moving and unassigning."""
        del argument
        if not console.can_change():
            return
        row = console.cursor_row
        if row is None:
            return
        region, key = split_row(row)
        snapshot = console.row_model.snapshots[region]
        record = snapshot.public_ips.get(key)
        if record is None:
            return
        name = record.address or record.id
        if not record.retain:
            switch, move = console.keys["retain"], console.keys["reassign"]
            console.show_message(
                f"{name} is not retained: {switch} turns retain on, then {move} can move it",
                "warn",
            )
        elif record.server is None:
            _choose_server(console, snapshot, record, OperationKind.ASSIGN)
        else:
            holder = snapshot.server_name(record.server.key, record.server.name)
            _offer_reassignment(console, snapshot, record, holder)


def add_to(console: Console, rows: Sequence[str], *, retain: bool = False) -> None:
    """Ask before each server without a public IP gets one.

    A server that is being built gets its address when it is ACTIVE.

    Args:
        console: The console to act on.
        rows: Rows of servers; one without an id stands for no server.
        retain: Retain the addresses from the start.
    """
    if not rows:
        key = console.keys["mark"]
        console.show_message(f"no server selected: move to one, or mark some with {key}", "warn")
        return
    keys: dict[str, list[str]] = {}
    reasons: list[str] = []
    for row in rows:
        region, key = split_row(row)
        snapshot = console.row_model.snapshots[region]
        server = snapshot.servers.get(key)
        holder = None if server is None else blocking_public_ip(snapshot, server)
        if server is not None and holder is not None:
            what = holder.address or f"a public IP that is {holder.status}"
            reasons.append(
                f"{server.name} already has {what}; a server can have only one public IP"
            )
        else:
            keys.setdefault(region, []).append(key)
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        console.show_message(reasons[0] + more, "warn")
    plans = [
        addition_of_public_ips(
            console.row_model.snapshots[region],
            some,
            profile=console.settings.profile,
            retain=retain,
        )
        for region, some in keys.items()
    ]
    if plans := [plan for plan in plans if plan.items]:
        console.confirm(
            merge_additions(plans), then=lambda _: console.clear_marks(PaneKind.SERVERS)
        )


def _warn_of_limit(console: Console, snapshot: Snapshot) -> None:
    retained = sum(1 for record in snapshot.public_ips.values() if record.retain)
    if retained >= RETAINED_LIMIT:
        console.show_message(
            f"{retained} addresses are retained, and {RETAINED_LIMIT} is the default limit: the "
            "service may reject this",
            "warn",
        )


def choose_servers(console: Console, *, retain: bool = False) -> None:
    """Let the operator choose the servers that get a public IP, or an address without one.

    The cursor starts on the server of the failed record under the cursor, which can get another.

    Args:
        console: The console to act on.
        retain: Retain the addresses from the start.
    """
    snapshots = console.row_model.snapshots
    entries = [
        entry
        for snapshot in snapshots.values()
        for entry in server_entries(console, snapshot, partial(_why_not_add, snapshot))
    ]
    # The last one, so that Enter alone does not choose it.
    entries += [
        Entry(
            id=row_id(region, NO_SERVER),
            label="without a server",
            detail="retained from the start",
            region=region if console.names_regions else "",
        )
        for region in snapshots
    ]
    pick_servers(
        console,
        "Add a public IP to which servers?",
        entries,
        lambda rows: add_to(console, rows, retain=retain),
        cursor=_server_of_failed(console),
    )


def _server_of_failed(console: Console) -> str:
    """Return the row of the server whose failed record is under the cursor; empty if none is."""
    if console.cursor_row is None:
        return ""
    region, key = split_row(console.cursor_row)
    record = console.row_model.snapshots[region].public_ips.get(key)
    if record is None or record.server is None or phase(record.status) is not Phase.FAILED:
        return ""
    return row_id(region, record.server.key)


def rows_of_servers(console: Console, servers: Sequence[str]) -> list[str]:
    """Return the rows of the servers' public IPs; show a message where there are none.

    Args:
        console: The console to act on.
        servers: Rows of servers.
    """
    found: list[str] = []
    for row in servers:
        region, key = split_row(row)
        record = console.row_model.snapshots[region].public_ip_of(key)
        if record is not None:
            found.append(row_id(region, record.key))
    if servers and not found:
        regions = dict.fromkeys(split_row(row)[0] for row in servers)
        snapshots = (console.row_model.snapshots[region] for region in regions)
        unread = "; ".join(filter(None, (s.unreadable(ResourceKind.PUBLIC_IPS) for s in snapshots)))
        why = f"not known whether there is one: {unread}" if unread else "the server has none"
        console.show_message(f"no public IP to remove: {why}", "warn")
    return found


def _offer_reassignment(
    console: Console, snapshot: Snapshot, record: PublicIP, holder: str
) -> None:
    def chosen(choice: str | None) -> None:
        if choice == "move":
            _choose_server(console, snapshot, record, OperationKind.MOVE)
        elif choice == "unassign":
            console.confirm(
                unassignment_of(
                    snapshot,
                    record.key,
                    profile=console.settings.profile,
                    protected=console.settings.protected,
                )
            )
        else:
            console.show_canceled()

    console.app.push_screen(
        MenuScreen(
            f"{record.address or record.id} is with {holder}",
            [
                MenuItem("move", "m", "move", "to another server"),
                MenuItem("unassign", "u", "unassign", f"from {holder}; the address is retained"),
            ],
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        ),
        chosen,
    )


def _choose_server(
    console: Console, snapshot: Snapshot, record: PublicIP, kind: OperationKind
) -> None:
    def reason_of(server: Server) -> str:
        holder = blocking_public_ip(snapshot, server)
        if holder is not None and holder.key == record.key:
            return "already has it"
        return _why_not(holder)

    def chosen(rows: tuple[str, ...]) -> None:
        server = snapshot.servers.get(split_row(rows[0])[1])
        if server is None:
            return
        if kind is OperationKind.MOVE:
            console.confirm(
                reassignment_of(
                    snapshot,
                    record.key,
                    server.key,
                    profile=console.settings.profile,
                    protected=console.settings.protected,
                )
            )
            return
        console.submit([_request(kind, snapshot, record, server)])

    verb = "Move" if kind is OperationKind.MOVE else "Assign"
    pick_servers(
        console,
        f"{verb} {record.address or record.id} to which server?",
        server_entries(console, snapshot, reason_of),
        chosen,
        multiple=False,
    )


def _why_not_add(snapshot: Snapshot, server: Server) -> str:
    return _why_not(blocking_public_ip(snapshot, server))


def _why_not(holder: PublicIP | None) -> str:
    return "" if holder is None else f"has {holder.address or holder.status}"


def _request(
    kind: OperationKind, snapshot: Snapshot, record: PublicIP, server: Server | None = None
) -> Request:
    link = record.server
    return Request(
        kind=kind,
        region=snapshot.region,
        public_ip=Target(record.id, record.address or record.id),
        server=None if server is None else Target(server.id, server.name),
        held_by=(
            None if link is None else Target(link.id, snapshot.server_name(link.key, link.name))
        ),
    )
