"""Removal plans of load balancer pool nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan.plan import (
    RemovalItem,
    RemovalPlan,
    RemovalRequest,
    build_plan,
    count_text,
    link_name,
    manager_warnings,
    status_fact,
    transition_warnings,
)
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase


def removal_of_nodes(
    snapshot: Snapshot,
    keys: Iterable[tuple[str, str]],
    *,
    profile: str,
    protected: bool = False,
) -> RemovalPlan:
    """Plan the removal of pool nodes.

    Args:
        snapshot: The snapshot on the screen.
        keys: (pool key, node key) pairs; nodes that no longer exist are left out.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan; level 1 for one node of a pool that has another active one.
    """
    pairs = tuple(dict.fromkeys(keys))
    return RemovalRequest(_plan_removal, pairs, profile, protected).plan(snapshot)


def _plan_removal(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan the removal of nodes; nodes that no longer exist are left out."""
    nodes = [node for pair in request.keys if (node := _find_node(snapshot, *pair)) is not None]
    items = tuple(node_item(snapshot, node) for node in nodes)
    lines: list[str] = []
    high_impact = len(nodes) != 1
    for pool_key in dict.fromkeys(node.pool_key for node in nodes):
        removed = [node for node in nodes if node.pool_key == pool_key]
        line, has_active_node = pool_after(snapshot, pool_key, removed)
        lines.append(line)
        if unread := snapshot.unreadable(ResourceKind.NODES, pool_key):
            lines.append(unread)
        high_impact = high_impact or not has_active_node
    lines += transition_warnings((node_name(snapshot, node), node.status) for node in nodes)
    lines += manager_warnings(snapshot, (node.server for node in nodes))
    if len(nodes) == 1:
        pool = _pool_name(snapshot, nodes[0].pool_key)
        title = f"Remove {node_name(snapshot, nodes[0])} from pool {pool}"
    else:
        title = f"Remove {count_text(items, 'pool node')}"
    return build_plan(request, snapshot, title, "Remove", items, lines, high_impact=high_impact)


def _find_node(snapshot: Snapshot, pool_key: str, node_key: str) -> PoolNode | None:
    node = snapshot.nodes_in(pool_key).get(node_key)
    if node is not None or pool_key in snapshot.nodes:
        return node
    every = (node for nodes in snapshot.nodes_of.values() for node in nodes)
    return next((n for n in every if n.key == node_key and n.pool_key == pool_key), None)


def pool_after(snapshot: Snapshot, pool_key: str, removed: Sequence[PoolNode]) -> tuple[str, bool]:
    """Describe a pool after the removal, and return whether it certainly has an active node."""
    name = _pool_name(snapshot, pool_key)
    if pool_key not in snapshot.nodes:
        return f"pool {name}: members not read yet, so the remaining ones are not known", False
    before = snapshot.active_nodes(pool_key)
    taken = sum(1 for node in removed if node.status == "ACTIVE")
    after = before - taken
    if after > 0:
        return f"pool {name}: {before} active -> {after}", True
    pool = snapshot.pools.get(pool_key)
    serve = "it" if pool is None or pool.endpoint == "-" else pool.endpoint
    external = None if pool is None else pool.counts.external
    if external is None:
        left = "no other member is known"
    elif external:
        left = f"only {external} external {'node is' if external == 1 else 'nodes are'} left"
    else:
        left = "nothing is left"
    if taken:
        last = "last active node" if taken == 1 else f"the last {taken} active nodes"
        return f"{last} of pool {name}: {left} to serve {serve}", False
    return f"pool {name} has no active node: {left} to serve {serve}", False


def node_item(snapshot: Snapshot, node: PoolNode) -> RemovalItem:
    """Return a node as an item of a plan that removes it."""
    name = node_name(snapshot, node)
    pool = snapshot.pools.get(node.pool_key)
    pool_name = _pool_name(snapshot, node.pool_key)
    endpoint = "" if pool is None or pool.endpoint == "-" else f" ({pool.endpoint})"
    extra = [f"in pool {pool_name}{endpoint}"]
    if phase(node.status) is not Phase.STABLE:
        extra.append(node.status)
    link = node.server
    address = None if link is None else link.private_ip
    server = None if link is None else snapshot.servers.get(link.key)
    if address is None and server is not None:
        address = snapshot.private_ip_of(server)
    request = Request(
        kind=OperationKind.REMOVE_NODE,
        region=snapshot.region,
        server=None if link is None else Target(link.id, name),
        pool=Target(node.pool_id if pool is None else pool.id, pool_name),
        node=Target(node.id, name),
    )
    return RemovalItem(
        kind="pool node",
        name=name,
        address=address or "",
        id=node.id,
        request=request,
        extra=tuple(extra),
        facts=(
            f"in pool {pool_name}",
            f"server {name}",
            "" if link is None else link.key,
            status_fact(node.status),
        ),
    )


def node_name(snapshot: Snapshot, node: PoolNode) -> str:
    """Return the name of a node's server, else the node's id."""
    return node.id if node.server is None else link_name(snapshot, node.server)


def _pool_name(snapshot: Snapshot, pool_key: str) -> str:
    pool = snapshot.pools.get(pool_key)
    return pool_key if pool is None else pool.name or pool.id
