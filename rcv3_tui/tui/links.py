"""The links between the resources of a region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Snapshot

LINKED_KINDS = (
    ResourceKind.SERVERS,
    ResourceKind.PUBLIC_IPS,
    ResourceKind.POOLS,
    ResourceKind.NODES,
)
"""The kinds that can be linked to a resource."""


def linked_keys(
    snapshot: Snapshot, kind: ResourceKind, key: str, open_nodes: Mapping[str, PoolNode]
) -> dict[ResourceKind, set[str]]:
    """Return the resources that share a server with one, and that server.

    Args:
        snapshot: The region.
        kind: The kind of the resource; networks are linked to nothing.
        key: Its id in lower case.
        open_nodes: The nodes of the open pool.

    Returns:
        Lower-case ids by kind, including the resource's own.
    """
    found: dict[ResourceKind, set[str]] = {each: set() for each in LINKED_KINDS}
    for server in _servers_of(snapshot, kind, key, open_nodes):
        found[ResourceKind.SERVERS].add(server)
        found[ResourceKind.PUBLIC_IPS].update(ip.key for ip in snapshot.ips_of.get(server, ()))
        if kind is ResourceKind.POOLS:
            # Other pools of its servers are not linked to a pool.
            continue
        for node in snapshot.nodes_of.get(server, ()):
            found[ResourceKind.POOLS].add(node.pool_key)
            found[ResourceKind.NODES].add(node.key)
    return found


def _servers_of(
    snapshot: Snapshot, kind: ResourceKind, key: str, open_nodes: Mapping[str, PoolNode]
) -> Iterable[str]:
    match kind:
        case ResourceKind.SERVERS:
            return (key,)
        case ResourceKind.PUBLIC_IPS:
            record = snapshot.public_ips.get(key)
            return (record.server.key,) if record and record.server else ()
        case ResourceKind.POOLS:
            return {n.server_key for n in snapshot.nodes_in(key).values() if n.server_key}
        case ResourceKind.NODES:
            node = open_nodes.get(key)
            return (node.server_key,) if node and node.server_key else ()
        case _:
            return ()
