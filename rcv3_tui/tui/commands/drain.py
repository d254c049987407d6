"""Server-centred changes of pools: drain and restore servers, put them into pools and take out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan import (
    RemovalPlan,
    drain_of_servers,
    drainable_nodes,
    merge_plans,
    removal_of_nodes,
    restoration_of_servers,
    unknown_memberships,
)
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen
from rcv3_tui.tui.screens.picker import Entry, PickerScreen
from rcv3_tui.views.column import natural_key
from rcv3_tui.views.rows import row_id, split_row

_GROUP = "Changes"

_MAX_NAMES = 3
"""Servers that an item of the menu names; more are counted."""

PANES = frozenset({PaneKind.SERVERS, PaneKind.NODES})
"""The panes whose rows name servers."""

Servers = Mapping[str, Sequence[str]]
"""Regions, and the lower-case ids of servers there."""


class Drain(Command):
    """Take the marked servers out of all their pools; restore drained ones."""

    name = "drain"
    keys = "D"
    label = "drain"
    help = "drain the marked servers: out of all their pools; on drained ones: restore"
    group = _GROUP
    available_in = PANES
    footer_rank = 22
    command_names = ("drain",)

    def footer_label(self, console: Console) -> str:
        """Name what it does with the selected servers."""
        if not any(snapshot.drains for snapshot in console.row_model.snapshots.values()):
            return self.label
        servers = _selected_servers(console)
        others = _only(console, servers, lambda snapshot, key: not _is_drained(snapshot, key))
        return "restore" if servers and not others else self.label

    def run(self, console: Console, argument: str = "") -> None:
        """Open the dialog that drains the servers, or the one that restores them."""
        del argument
        if not console.can_change():
            return
        servers = _servers(console)
        drained = _only(console, servers, _is_drained)
        others = _only(console, servers, lambda snapshot, key: not _is_drained(snapshot, key))
        if drained and others:
            _choose_which(console, drained, others)
        elif drained:
            _confirm_restoration(console, drained)
        elif others and not _reads_first(console, others):
            _confirm_drain(console, others)


class Restore(Command):
    """Put drained servers back into their pools."""

    name = "restore"
    label = "restore"
    help = "put the marked servers back into the pools that they were drained from"
    group = _GROUP
    available_in = PANES
    command_names = ("restore",)

    def run(self, console: Console, argument: str = "") -> None:
        """Open the dialog that restores the servers."""
        del argument
        if console.can_change():
            _confirm_restoration(console, _servers(console))


class Join(Command):
    """Add the marked servers to pools."""

    name = "join"
    label = "join pools"
    help = "add the marked servers to pools that you choose"
    group = _GROUP
    changes = True
    available_in = frozenset({PaneKind.SERVERS})
    command_names = ("join",)

    def run(self, console: Console, argument: str = "") -> None:
        """Let the operator choose the pools, then submit the requests."""
        del argument
        if not console.can_change():
            return
        snapshot, keys = _one_region(console)
        if snapshot is None:
            return
        servers = [snapshot.servers[key] for key in keys if key in snapshot.servers]

        def chosen(pools: Sequence[str]) -> None:
            requests = [
                Request(
                    kind=OperationKind.ADD_NODE,
                    region=snapshot.region,
                    server=Target(server.id, server.name),
                    pool=Target(pool.id, pool.name),
                )
                for key in pools
                if (pool := snapshot.pools.get(key)) is not None
                for server in servers
                if not snapshot.is_member(server.key, key)
            ]
            if requests:
                console.submit(requests)
                console.clear_marks(PaneKind.SERVERS)

        def why_not(pool_key: str) -> str:
            are_members = all(snapshot.is_member(server.key, pool_key) for server in servers)
            return "already a member" if are_members else ""

        _pick_pools(
            console,
            f"Add {_named(snapshot, keys)} to which pools?",
            snapshot,
            snapshot.pools,
            why_not,
            chosen,
        )


class Leave(Command):
    """Take the marked servers out of some of their pools."""

    name = "leave"
    label = "leave pools"
    help = "take the marked servers out of pools that you choose; asks first"
    group = _GROUP
    available_in = frozenset({PaneKind.SERVERS})
    command_names = ("leave",)

    def run(self, console: Console, argument: str = "") -> None:
        """Let the operator choose the pools, then open the dialog."""
        del argument
        if not console.can_change():
            return
        snapshot, keys = _one_region(console)
        if snapshot is None or _reads_first(console, {snapshot.region: keys}):
            return
        nodes = [node for key in keys for node in drainable_nodes(snapshot, key)]
        if not nodes:
            unread = unknown_memberships(snapshot)
            where = f"its pools are not known: {unread}" if unread else "in no pool"
            console.show_message(f"{_named(snapshot, keys)}: {where}", "warn")
            return

        def chosen(pools: Sequence[str]) -> None:
            console.confirm(
                removal_of_nodes(
                    snapshot,
                    [(node.pool_key, node.key) for node in nodes if node.pool_key in pools],
                    profile=console.settings.profile,
                    protected=console.settings.protected,
                )
            )

        _pick_pools(
            console,
            f"Take {_named(snapshot, keys)} out of which pools?",
            snapshot,
            {node.pool_key for node in nodes},
            lambda pool_key: "",
            chosen,
        )


def _choose_which(console: Console, drained: Servers, others: Servers) -> None:
    """Let the operator choose whether to drain the servers that are not drained, or to restore."""

    def chosen(which: str | None) -> None:
        if which == "drain":
            if not _reads_first(console, others):
                _confirm_drain(console, others)
        elif which == "restore":
            _confirm_restoration(console, drained)
        else:
            console.show_canceled()

    console.app.push_screen(
        MenuScreen(
            "Some of the marked servers are drained, and others are not",
            [
                MenuItem("drain", "d", "drain the others", _names(console, others)),
                MenuItem("restore", "r", "restore the drained ones", _names(console, drained)),
            ],
            ascii_only=console.ascii,
            guard=console.console_app.guard,
        ),
        chosen,
    )


def _names(console: Console, servers: Servers) -> str:
    """Return the names of a few servers, and how many more there are."""
    names = [
        console.row_model.snapshots[region].server_name(key)
        for region, keys in servers.items()
        for key in keys
    ]
    more = len(names) - _MAX_NAMES
    return ", ".join(names[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _servers(console: Console) -> dict[str, list[str]]:
    """Return the servers that a command is about, by region; show a message if there is none."""
    found = _selected_servers(console)
    if not found:
        mark = console.keys["mark"]
        console.show_message(f"no server selected: move to one, or mark some with {mark}", "warn")
    return found


def _selected_servers(console: Console) -> dict[str, list[str]]:
    """Return the servers of the marked rows, else of the cursor row, by region."""
    found: dict[str, dict[str, None]] = {}
    for row in console.targets():
        region, key = split_row(row)
        if console.active is PaneKind.NODES:
            pool = console.row_model.open_pool
            node = (
                None
                if pool is None
                else console.row_model.snapshots[region].nodes_in(pool[1]).get(key)
            )
            server = None if node is None else node.server_key
        else:
            server = key
        if server is not None:
            found.setdefault(region, {})[server] = None
    return {region: list(keys) for region, keys in found.items()}


def _one_region(console: Console) -> tuple[Snapshot | None, list[str]]:
    """Return the servers of one region, and its snapshot; None: no server is selected."""
    servers = _servers(console)
    if not servers:
        return None, []
    region = next(iter(servers))
    if len(servers) > 1:
        console.show_message(
            f"the servers are in several regions: only those in {region} are used", "warn"
        )
    return console.row_model.snapshots[region], servers[region]


def _only(
    console: Console, servers: Servers, holds: Callable[[Snapshot, str], bool]
) -> dict[str, list[str]]:
    chosen = {
        region: [key for key in keys if holds(console.row_model.snapshots[region], key)]
        for region, keys in servers.items()
    }
    return {region: keys for region, keys in chosen.items() if keys}


def _is_drained(snapshot: Snapshot, key: str) -> bool:
    return snapshot.drain_of(key) is not None


def _named(snapshot: Snapshot, keys: Sequence[str]) -> str:
    return snapshot.server_name(keys[0]) if len(keys) == 1 else f"{len(keys)} servers"


def _confirm_drain(console: Console, servers: Servers) -> None:
    plans = [
        drain_of_servers(
            console.row_model.snapshots[region],
            keys,
            profile=console.settings.profile,
            protected=console.settings.protected,
        )
        for region, keys in servers.items()
    ]
    snapshots = (console.row_model.snapshots[region] for region in servers)
    unread = "; ".join(filter(None, map(unknown_memberships, snapshots)))
    nothing = f"pools not known: {unread}" if unread else "in no pool: nothing to drain"
    _confirm(console, plans, nothing)


def _confirm_restoration(console: Console, servers: Servers) -> None:
    plans = [
        restoration_of_servers(
            console.row_model.snapshots[region],
            keys,
            profile=console.settings.profile,
            protected=console.settings.protected,
        )
        for region, keys in servers.items()
    ]
    if plans:
        reasons = [line for plan in plans if not plan.items for line in plan.consequences]
        _confirm(console, plans, "; ".join(reasons) or "not drained: nothing to restore")


def _confirm(console: Console, plans: Iterable[RemovalPlan], nothing: str) -> None:
    filled = [plan for plan in plans if plan.items]
    if filled:
        console.confirm(merge_plans(filled))
    else:
        console.show_message(nothing, "warn")


def _reads_first(console: Console, servers: Servers) -> bool:
    """Read pools whose nodes are unread, since a server may be in any of them.

    A pool that could not be read the last time is not read again: the dialog names it.

    No dialog opens unasked when they have been read: the operator presses the key again.

    Returns:
        Whether some have to be read.
    """
    snapshots = console.row_model.snapshots
    unread = {
        region: [
            pool
            for pool in snapshots[region].unread_member_pools
            if pool.key not in _unreadable_pools(console, region)
        ]
        for region in servers
    }
    regions = [region for region, some in unread.items() if some]
    count = sum(len(unread[region]) for region in regions)
    if not count:
        return False
    pools = "1 pool" if count == 1 else f"{count} pools"
    console.show_message(
        f"reading the nodes of {pools} first, to know every membership; then try again", "moving"
    )
    console.run_worker(_read(console, regions), group="read pools", exclusive=True)
    return True


def _unreadable_pools(console: Console, region: str) -> AbstractSet[str]:
    """Return the lower-case ids of the pools whose nodes could not be read the last time."""
    syncer = console.worker.regions.get(region)
    return frozenset() if syncer is None else syncer.unreadable_pools


async def _read(console: Console, regions: Sequence[str]) -> None:
    """Read unread pools of some regions. A cancellation leaves the rest unread."""
    for region in regions:
        syncer = console.worker.regions.get(region)
        if syncer is not None and (problem := await syncer.read_unread_members()):
            way_on = ""
            if _unreadable_pools(console, region):
                way_on = f", {console.keys['drain']} again goes on without"
            console.show_message(f"{region}: nodes not read{way_on}: {problem}", "failed")
            return
    console.show_message("every membership is known now", "ok")


def _pick_pools(
    console: Console,
    title: str,
    snapshot: Snapshot,
    keys: Iterable[str],
    why_not: Callable[[str], str],
    chosen: Callable[[Sequence[str]], None],
) -> None:
    pools = [snapshot.pools[key] for key in keys if key in snapshot.pools]
    entries = [
        Entry(
            id=row_id(snapshot.region, pool.key),
            label=pool.name,
            detail=f"{pool.status}  {pool.endpoint}",
            disabled=why_not(pool.key),
        )
        for pool in sorted(pools, key=lambda pool: natural_key(pool.name))
    ]

    def answered(rows: tuple[str, ...] | None) -> None:
        if rows:
            chosen([split_row(row)[1] for row in rows])

    console.app.push_screen(
        PickerScreen(title, entries, multiple=True, preselected=(), ascii_only=console.ascii),
        answered,
    )
