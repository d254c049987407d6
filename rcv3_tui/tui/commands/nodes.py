"""Changes of pool nodes: add servers to pools, and remove nodes."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.resources import Server
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.commands.server_choice import pick_servers, server_entries
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.views.rows import split_row

PANES = frozenset({PaneKind.POOLS, PaneKind.NODES})
"""The panes whose rows have nodes."""


def choose_servers(console: Console, pools: Sequence[str]) -> None:
    """Let the operator choose the servers that are added to pools, those of one region only.

    Args:
        console: The console to act on.
        pools: Rows of pools.
    """
    if not pools:
        key = console.keys["mark"]
        console.show_message(f"no pool selected: move to one, or mark some with {key}", "warn")
        return
    region = split_row(pools[0])[0]
    snapshot = console.row_model.snapshots[region]
    keys = [split_row(row)[1] for row in pools if split_row(row)[0] == region]
    if len(keys) < len(pools):
        console.show_message(
            f"the pools are in several regions: only those in {region} are used", "warn"
        )
    known = [snapshot.pools[key] for key in keys if key in snapshot.pools]
    # A failed membership can be added again.
    members = {
        key: {
            node.server_key
            for node in snapshot.nodes_in(key).values()
            if phase(node.status) is not Phase.FAILED
        }
        for key in keys
    }

    def reason_of(server: Server) -> str:
        is_member = all(server.key in members[key] for key in keys)
        return "already a member" if is_member else ""

    def chosen(rows: tuple[str, ...]) -> None:
        requests = [
            Request(
                kind=OperationKind.ADD_NODE,
                region=region,
                server=Target(server.id, server.name),
                pool=Target(pool.id, pool.name),
            )
            for row in rows
            if (server := snapshot.servers.get(split_row(row)[1])) is not None
            for pool in known
            if server.key not in members[pool.key]
        ]
        if requests:
            console.submit(requests)
            console.clear_marks(PaneKind.POOLS)
            console.clear_marks(PaneKind.SERVERS)

    where = known[0].name if len(known) == 1 else f"{len(known)} pools"
    pick_servers(
        console,
        f"Add which servers to {where}?",
        server_entries(console, snapshot, reason_of),
        chosen,
        preselected=console.marked(PaneKind.SERVERS),
    )
