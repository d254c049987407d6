"""The panes of the console, and the kind of resource that each shows."""

from __future__ import annotations

from enum import StrEnum

from rcv3_tui.model.fetch_state import ResourceKind


class PaneKind(StrEnum):
    """The panes of the console."""

    SERVERS = "servers"
    PUBLIC_IPS = "ips"
    POOLS = "pools"
    NODES = "nodes"
    NETWORKS = "networks"
    OPERATIONS = "ops"
    CHANGES = "changes"
    ATTENTION = "attention"


PANE_OF = {
    ResourceKind.SERVERS: PaneKind.SERVERS,
    ResourceKind.PUBLIC_IPS: PaneKind.PUBLIC_IPS,
    ResourceKind.POOLS: PaneKind.POOLS,
    ResourceKind.NODES: PaneKind.NODES,
    ResourceKind.NETWORKS: PaneKind.NETWORKS,
}
"""The pane that shows a kind of resource."""

RESOURCE_OF = {pane: resource for resource, pane in PANE_OF.items()}
"""The kind of resource that a pane shows; other panes show none."""
