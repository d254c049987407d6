"""Creates the panes, each with its columns and the text of an empty one."""

from __future__ import annotations

from typing import cast

from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.tui.widgets.pane import Pane
from rcv3_tui.views.changes import CHANGES
from rcv3_tui.views.column import Column
from rcv3_tui.views.field import RowT, View, pane_columns
from rcv3_tui.views.findings import FINDINGS
from rcv3_tui.views.formatting import Glyphs
from rcv3_tui.views.networks import NETWORKS
from rcv3_tui.views.operations import OPERATIONS
from rcv3_tui.views.pool_nodes import POOL_NODES
from rcv3_tui.views.pools import POOLS
from rcv3_tui.views.public_ips import PUBLIC_IPS
from rcv3_tui.views.rows import AnyRow
from rcv3_tui.views.servers import SERVERS

_EMPTY = {
    PaneKind.SERVERS: ("No cloud servers in this region.", ":region shows another one."),
    PaneKind.PUBLIC_IPS: ("No public IPs.", "{add} adds one to a cloud server."),
    PaneKind.POOLS: (
        "No load balancer pools.",
        "A pool is listed once it has a member, all members use one port,",
        "and Rackspace Network Security has linked it in this region.",
    ),
    PaneKind.NODES: (
        "No cloud server of this account is in this pool.",
        "{add} adds servers to it.",
    ),
    PaneKind.NETWORKS: ("No cloud networks are linked.", "Rackspace Support links them."),
    PaneKind.ATTENTION: ("Nothing needs attention.", "{back} goes back."),
    PaneKind.OPERATIONS: ("No operations yet.", "{back} goes back."),
    PaneKind.CHANGES: (
        "No changes have been recorded.",
        "A change is what differs between two readings of the account.",
        "{back} goes back.",
    ),
}


def make_panes(
    row_model: RowModel, signs: Glyphs, keys: KeyLabels, *, ascii_only: bool, regions: bool
) -> dict[PaneKind, Pane[AnyRow]]:
    """Return a pane of each kind.

    Args:
        row_model: Creates their rows.
        signs: The glyphs of this terminal.
        keys: The keys in force.
        ascii_only: Draw with ASCII only.
        regions: Several regions are shown, so each row names its own.
    """
    now, is_stale = row_model.now, row_model.is_stale

    def pane(kind: PaneKind, name: str, number: str, shown: object) -> Pane[AnyRow]:
        return Pane(
            kind,
            name,
            number,
            cast("tuple[Column[AnyRow], ...]", shown),
            signs,
            _EMPTY[kind],
            now,
            keys,
            ascii_only=ascii_only,
            unread_pools=row_model.unread_pools,
        )

    def columns(view: View[RowT]) -> tuple[Column[RowT], ...]:
        return pane_columns(view, signs, now, regions=regions, is_stale=is_stale)

    made = (
        (PaneKind.SERVERS, "Servers", keys["servers"], columns(SERVERS)),
        (PaneKind.PUBLIC_IPS, "Public IPs", keys["ips"], columns(PUBLIC_IPS)),
        (PaneKind.POOLS, "Pools", keys["pools"], columns(POOLS)),
        (PaneKind.NODES, "Pool nodes", keys["pools"], columns(POOL_NODES)),
        (PaneKind.NETWORKS, "Networks", keys["networks"], columns(NETWORKS)),
        (PaneKind.OPERATIONS, "Operations", keys["ops"], columns(OPERATIONS)),
        (PaneKind.CHANGES, "Changes", keys["changes"], columns(CHANGES)),
        (PaneKind.ATTENTION, "Needs attention", keys["findings"], columns(FINDINGS)),
    )
    return {kind: pane(kind, name, number, shown) for kind, name, number, shown in made}
