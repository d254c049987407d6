"""From a key to an operation: what is asked before a change, and the request it ends in.

An add goes straight to the worker where nothing is missing; whatever takes something away opens
the dialog, and only the dialog's own approval brings the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rcv3_tui.model.consequences import (
    move_of,
    release_of,
    removal_of_nodes,
    removal_of_public_ips,
    unassignment_of,
)
from rcv3_tui.model.operation import Kind, Request, State, Target
from rcv3_tui.model.resources import RETAINED_LIMIT, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.actions import reading
from rcv3_tui.tui.picture import PaneKind, row_id, split_row
from rcv3_tui.tui.screens.choose import Choice, ChooseScreen
from rcv3_tui.tui.screens.picker import Entry, PickerScreen
from rcv3_tui.tui.widgets.table import natural

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


# -- add --------------------------------------------------------------------------------------


def add(console: ConsoleScreen) -> None:
    """Add a public IP to servers, or servers to pools, whichever fits the pane."""
    if not console.may_change():
        return
    match console.active:
        case PaneKind.SERVERS:
            _add_public_ips(console, console.targets())
        case PaneKind.PUBLIC_IPS:
            marked = console.marked(PaneKind.SERVERS)
            if marked:
                _add_public_ips(console, marked)
            else:
                _choose_servers_for_addresses(console)
        case PaneKind.POOLS:
            _choose_servers_for_pools(console, console.targets())
        case PaneKind.NODES:
            if console.picture.open_pool is not None:
                _choose_servers_for_pools(console, [row_id(*console.picture.open_pool)])
        case _:
            return


def _add_public_ips(console: ConsoleScreen, rows: Sequence[str]) -> None:
    if not rows:
        key = console.keys["mark"]
        console.say(f"no server is chosen: move to one, or mark some with {key}", "warn")
        return
    requests: list[Request] = []
    reasons: list[str] = []
    for row in rows:
        region, key = split_row(row)
        snapshot = console.picture.snapshots[region]
        server = snapshot.servers.get(key)
        if server is None:
            continue
        holder = _holder(snapshot, key)
        if holder is not None:
            what = holder.address or f"a public IP that is {holder.status}"
            reasons.append(f"{server.name} has {what} already: one public IP a server")
            continue
        requests.append(
            Request(kind=Kind.ADD_PUBLIC_IP, region=region, server=Target(server.id, server.name))
        )
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        console.say(reasons[0] + more, "warn")
    if requests:
        console.submit(requests)
        console.clear_marks(PaneKind.SERVERS)


def _choose_servers_for_addresses(console: ConsoleScreen) -> None:
    entries: list[Entry] = []
    for snapshot in console.picture.snapshots.values():
        for server in _sorted(snapshot.servers.values()):
            holder = _holder(snapshot, server.key)
            reason = "" if holder is None else f"has {holder.address or holder.status}"
            entries.append(_server_entry(snapshot, server, reason))

    def chosen(rows: tuple[str, ...] | None) -> None:
        if rows:
            _add_public_ips(console, rows)

    console.app.push_screen(
        PickerScreen(
            "Add a public IP to which servers?", entries, multiple=True, ascii_only=console.ascii
        ),
        chosen,
    )


def _choose_servers_for_pools(console: ConsoleScreen, pools: Sequence[str]) -> None:
    if not pools:
        key = console.keys["mark"]
        console.say(f"no pool is chosen: move to one, or mark some with {key}", "warn")
        return
    region = split_row(pools[0])[0]
    snapshot = console.picture.snapshots[region]
    keys = [split_row(row)[1] for row in pools if split_row(row)[0] == region]
    if len(keys) < len(pools):
        console.say(f"the pools are in several regions: only those in {region} are taken", "warn")
    known = [snapshot.pools[key] for key in keys if key in snapshot.pools]
    members = {
        key: {n.server_key for n in snapshot.nodes_in(key).values() if not _has_failed(n.status)}
        for key in keys
    }
    entries = [
        _server_entry(
            snapshot,
            server,
            "already a member" if all(server.key in members[key] for key in keys) else "",
        )
        for server in _sorted(snapshot.servers.values())
    ]
    where = known[0].name if len(known) == 1 else f"{len(known)} pools"

    def chosen(rows: tuple[str, ...] | None) -> None:
        requests = [
            Request(
                kind=Kind.ADD_NODE,
                region=region,
                server=Target(server.id, server.name),
                pool=Target(pool.id, pool.name),
            )
            for row in rows or ()
            if (server := snapshot.servers.get(split_row(row)[1])) is not None
            for pool in known
            if server.key not in members[pool.key]
        ]
        if requests:
            console.submit(requests)
            console.clear_marks(PaneKind.POOLS)
            console.clear_marks(PaneKind.SERVERS)

    console.app.push_screen(
        PickerScreen(
            f"Add which servers to {where}?",
            entries,
            multiple=True,
            preselected=console.marked(PaneKind.SERVERS),
            ascii_only=console.ascii,
        ),
        chosen,
    )


# -- remove -----------------------------------------------------------------------------------


def remove(console: ConsoleScreen) -> None:
    """Open the dialog for what is marked or under the cursor; nothing else happens here."""
    if not console.may_change():
        return
    rows = console.targets()
    match console.active:
        case PaneKind.PUBLIC_IPS:
            _ask_address_removal(console, rows)
        case PaneKind.SERVERS:
            _ask_address_removal(console, _addresses_of(console, rows))
        case PaneKind.NODES:
            _ask_node_removal(console, rows)
        case PaneKind.POOLS:
            console.say(
                f"pools are made and removed by Rackspace alone; {console.keys['into']} shows the "
                "pool's nodes, and a node can be removed there",
                "warn",
            )
        case _:
            return


def _addresses_of(console: ConsoleScreen, servers: Sequence[str]) -> list[str]:
    found: list[str] = []
    for row in servers:
        region, key = split_row(row)
        record = console.picture.snapshots[region].public_ip_of(key)
        if record is not None:
            found.append(row_id(region, record.key))
    if servers and not found:
        console.say("no public IP to remove: the server has none", "warn")
    return found


def _ask_address_removal(console: ConsoleScreen, rows: Sequence[str]) -> None:
    for region, keys in _by_region(console, rows):
        snapshot = console.picture.snapshots[region]
        console.confirm(
            removal_of_public_ips(
                snapshot, keys, profile=console.profile, protected=console.protected
            )
        )


def _ask_node_removal(console: ConsoleScreen, rows: Sequence[str]) -> None:
    if console.picture.open_pool is None or not rows:
        return
    region, pool = console.picture.open_pool
    console.confirm(
        removal_of_nodes(
            console.picture.snapshots[region],
            [(pool, split_row(row)[1]) for row in rows],
            profile=console.profile,
            protected=console.protected,
        )
    )


def _by_region(
    console: ConsoleScreen, rows: Sequence[str]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Give the rows of one region: a dialog is about one place only."""
    if not rows:
        return ()
    region = split_row(rows[0])[0]
    keys = tuple(key for place, key in map(split_row, rows) if place == region)
    if len(keys) < len(rows):
        console.say(f"marks in several regions: only those in {region} are taken now", "warn")
    return ((region, keys),)


# -- retain, assign, move, unassign -----------------------------------------------------------


def toggle_retain(console: ConsoleScreen) -> None:
    """Switch retain on or off for the addresses chosen; ask where that gives one up."""
    if not console.may_change():
        return
    rows = console.targets()
    if console.active is PaneKind.SERVERS:
        rows = _addresses_of(console, rows)
    requests: list[Request] = []
    for row in rows:
        region, key = split_row(row)
        snapshot = console.picture.snapshots[region]
        record = snapshot.public_ips.get(key)
        if record is None:
            continue
        removal = (
            release_of(snapshot, key, profile=console.profile, protected=console.protected)
            if record.retain
            else None
        )
        if removal is not None:
            console.confirm(removal)
            continue
        kind = Kind.RELEASE if record.retain else Kind.RETAIN
        retained = sum(1 for other in snapshot.public_ips.values() if other.retain)
        if kind is Kind.RETAIN and retained >= RETAINED_LIMIT:
            console.say(
                f"{retained} addresses are retained, and {RETAINED_LIMIT} is the default limit: "
                "the service may refuse",
                "warn",
            )
        requests.append(_address_request(kind, snapshot, record))
    if requests:
        console.submit(requests)


def reassign(console: ConsoleScreen) -> None:
    """Offer what can be done with a retained address: assign it, move it, unassign it."""
    if not console.may_change():
        return
    row = console.cursor_row
    if row is None:
        return
    region, key = split_row(row)
    snapshot = console.picture.snapshots[region]
    record = snapshot.public_ips.get(key)
    if record is None:
        return
    name = record.address or record.id
    if not record.retain:
        switch, move = console.keys["retain"], console.keys["reassign"]
        console.say(
            f"{name} is not retained: {switch} switches retain on, then {move} can move it", "warn"
        )
        return
    if record.server is None:
        _choose_server(console, snapshot, record, Kind.ASSIGN)
        return
    holder = snapshot.server_name(record.server.key, record.server.name)

    def chosen(choice: str | None) -> None:
        if choice == "move":
            _choose_server(console, snapshot, record, Kind.MOVE)
        elif choice == "unassign":
            removal = unassignment_of(
                snapshot, key, profile=console.profile, protected=console.protected
            )
            console.confirm(removal)

    console.app.push_screen(
        ChooseScreen(
            f"{name} is with {holder}",
            [
                Choice("move", "m", "move", "to another server"),
                Choice("unassign", "u", "unassign", f"off {holder}, and keep the address"),
            ],
            ascii_only=console.ascii,
        ),
        chosen,
    )


def _choose_server(
    console: ConsoleScreen, snapshot: Snapshot, record: PublicIP, kind: Kind
) -> None:
    entries = [
        _server_entry(
            snapshot,
            server,
            "" if (holder := _holder(snapshot, server.key)) is None else _why_not(holder, record),
        )
        for server in _sorted(snapshot.servers.values())
    ]
    name = record.address or record.id

    def chosen(rows: tuple[str, ...] | None) -> None:
        server = snapshot.servers.get(split_row(rows[0])[1]) if rows else None
        if server is None:
            return
        if kind is Kind.MOVE:
            removal = move_of(
                snapshot,
                record.key,
                server.key,
                profile=console.profile,
                protected=console.protected,
            )
            console.confirm(removal)
            return
        console.submit([_address_request(kind, snapshot, record, server)])

    verb = "Move" if kind is Kind.MOVE else "Assign"
    console.app.push_screen(
        PickerScreen(
            f"{verb} {name} to which server?", entries, multiple=False, ascii_only=console.ascii
        ),
        chosen,
    )


def _why_not(holder: PublicIP, record: PublicIP) -> str:
    if holder.key == record.key:
        return "has it already"
    return f"has {holder.address or holder.status}"


# -- operations -------------------------------------------------------------------------------


def operation(console: ConsoleScreen, row: str) -> None:
    """Offer what can be done about an operation: look at it, look again, ask again, stop it."""
    asked = console.picture.operations.get(row)
    if asked is None:
        return
    waiting = [
        other
        for other in console.picture.operations.values()
        if other.batch == asked.batch and other.state is State.PLANNED
    ]
    failed = [
        other
        for other in console.picture.operations.values()
        if other.batch == asked.batch and other.state in (State.FAILED, State.REJECTED)
    ]
    choices = [Choice("details", "d", "details", "everything known of it")]
    if asked.state is State.UNKNOWN:
        choices.append(Choice("look", "l", "check again", "read the account; send nothing"))
        choices.append(Choice("again", "a", "send again", "it may be applied twice"))
    if failed:
        count = f"the {len(failed)} that failed" if len(failed) > 1 else "the one that failed"
        choices.append(Choice("retry", "r", "ask again", f"{count}, each looked at first"))
    if waiting:
        choices.append(Choice("stop", "s", "stop", f"{len(waiting)} not sent yet"))
    if len(choices) == 1:
        reading.details(console)
        return

    def chosen(choice: str | None) -> None:
        match choice:
            case "details":
                reading.details(console)
            case "look":
                console.worker.check_again(asked.id)
            case "again":
                console.ask_again([asked])
            case "retry":
                console.ask_again(failed)
            case "stop":
                count = console.worker.stop(asked.batch)
                console.say(f"{count} not sent yet: stopped", "warn")

    console.app.push_screen(
        ChooseScreen(asked.request.sentence, choices, ascii_only=console.ascii), chosen
    )


# -- small helpers ----------------------------------------------------------------------------


def _address_request(
    kind: Kind, snapshot: Snapshot, record: PublicIP, server: Server | None = None
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


def _holder(snapshot: Snapshot, server_key: str) -> PublicIP | None:
    """Give the record that keeps a server from another public IP; a failed one does not."""
    record = snapshot.public_ip_of(server_key)
    return None if record is None or _has_failed(record.status) else record


def _has_failed(status: str) -> bool:
    return phase(status) is Phase.FAILED


def _sorted(servers: Iterable[Server]) -> list[Server]:
    return sorted(servers, key=lambda server: natural(server.name))


def _server_entry(snapshot: Snapshot, server: Server, reason: str) -> Entry:
    return Entry(
        id=row_id(snapshot.region, server.key),
        label=server.name,
        detail=f"{server.status}  {snapshot.private_ip_of(server) or '-'}",
        disabled=reason,
    )
