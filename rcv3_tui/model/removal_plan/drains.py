"""Plans that drain servers, and that restore drained ones, with what follows for each pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, Purpose, Request, Target
from rcv3_tui.model.removal_plan.nodes import node_item, node_name, pool_after
from rcv3_tui.model.removal_plan.plan import (
    ConfirmationLevel,
    RemovalItem,
    RemovalPlan,
    RemovalRequest,
    count_phrase,
    manager_warnings,
    transition_warnings,
)
from rcv3_tui.model.resources import PoolNode, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

_MAX_UNKNOWN = 5
"""Partly read pools that a sentence names; more are counted."""

_REMOVAL_STATUSES = frozenset({"REMOVING", "DELETING"})


def drain_of_servers(
    snapshot: Snapshot, keys: Iterable[str], *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan to take servers out of all their pools, to be restored later.

    Args:
        snapshot: The snapshot on the screen.
        keys: Lower-case ids of the servers, of this region.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan; level 1 for one server whose pools all have another active node.
    """
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    return RemovalRequest(_plan_drain, pairs, profile, protected).plan(snapshot)


def _plan_drain(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan to take servers out of every pool that they are in.

    Args:
        request: Its keys are (server key, empty).
        snapshot: The snapshot.
    """
    servers = _targets(snapshot, (key for key, _ in request.keys))
    nodes = [node for server in servers for node in drainable_nodes(snapshot, server.key)]
    lines = _managers(snapshot, servers)
    is_last = False
    for pool_key in dict.fromkeys(node.pool_key for node in nodes):
        removed = [node for node in nodes if node.pool_key == pool_key]
        line, has_active_node = pool_after(snapshot, pool_key, removed)
        lines.append(line)
        is_last = is_last or not has_active_node
    lines += transition_warnings((node_name(snapshot, node), node.status) for node in nodes)
    unread = snapshot.unread_member_pools
    if unread:
        names = ", ".join(pool.name or pool.id for pool in unread[:_MAX_UNKNOWN])
        more = len(unread) - _MAX_UNKNOWN
        pools = f"{names} and {more} more pools" if more > 0 else names
        lines.append(f"the nodes of {pools} are not read: memberships there are not known")
    unknown = unknown_memberships(snapshot)
    if unknown:
        lines.append(f"{unknown}: memberships there are not known")
    return RemovalPlan(
        title=f"Drain {_named(servers)}: out of {_count(nodes, 'pool', 'pools')}",
        verb="Drain",
        items=tuple(_drained(node_item(snapshot, node)) for node in nodes),
        consequences=tuple(dict.fromkeys(lines)),
        level=_level(request, typed=is_last or len(servers) > 1 or bool(unread) or bool(unknown)),
        confirmation_phrases=_phrases(servers),
        where=_where(request, snapshot),
        source=request,
    )


def restoration_of_servers(
    snapshot: Snapshot, keys: Iterable[str], *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan to put drained servers back into the pools that they are missing from.

    Args:
        snapshot: The snapshot on the screen.
        keys: Lower-case ids of the servers, of this region.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.
    """
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    return RemovalRequest(_plan_restore, pairs, profile, protected).plan(snapshot)


def _plan_restore(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Plan to put drained servers back into the pools that they are still missing from.

    Args:
        request: Its keys are (server key, empty).
        snapshot: The snapshot.
    """
    servers = _targets(snapshot, (key for key, _ in request.keys))
    items: list[RemovalItem] = []
    lines: list[str] = []
    more: dict[str, int] = {}
    for server in servers:
        for pool, reason in restorable_pools(snapshot, server.key):
            if reason:
                lines.append(f"{server.name} is not put back into {pool.name}: {reason}")
                continue
            more[pool.key] = more.get(pool.key, 0) + 1
            items.append(_restored(snapshot, server, pool))
    after = []
    for key, count in more.items():
        name = snapshot.pools[key].name or key
        if key in snapshot.nodes:
            before = snapshot.active_nodes(key)
            after.append(f"pool {name}: {before} active -> {before + count}")
        else:
            after.append(f"pool {name}: {count} more; its members are not read yet")
    return RemovalPlan(
        title=f"Restore {_named(servers)}: into {_count(items, 'pool', 'pools')}",
        verb="Restore",
        items=tuple(items),
        consequences=tuple(dict.fromkeys((*after, *lines))),
        level=_level(request, typed=False),
        confirmation_phrases=_phrases(servers),
        where=_where(request, snapshot),
        source=request,
    )


def drainable_nodes(snapshot: Snapshot, server_key: str) -> list[PoolNode]:
    """Return the nodes of a server that draining removes; not those on their way out already."""
    return [
        node
        for node in snapshot.nodes_of.get(server_key, ())
        if node.status.upper() not in _REMOVAL_STATUSES
    ]


def unknown_memberships(snapshot: Snapshot) -> str:
    """Describe the pools and pool nodes that could not be read: a server may be in any of them.

    Returns:
        Empty: there are none.
    """
    parts = [
        snapshot.unreadable(ResourceKind.POOLS),
        *(snapshot.unreadable(ResourceKind.NODES, key) for key in snapshot.pools),
    ]
    found = [part for part in parts if part]
    more = len(found) - _MAX_UNKNOWN
    tail = (f"the nodes of {more} more pools could not all be read",) if more > 0 else ()
    return "; ".join((*found[:_MAX_UNKNOWN], *tail))


def restorable_pools(snapshot: Snapshot, server_key: str) -> list[tuple[Target, str]]:
    """Return the pools that a server was drained from.

    Returns:
        Each pool with the reason why the server is not put back; empty: it is.
    """
    drain = snapshot.drains.get(server_key)
    if drain is None:
        return []
    return [(pool, _why_not_back(snapshot, server_key, pool)) for pool in drain.pools]


def merge_plans(plans: Sequence[RemovalPlan]) -> RemovalPlan:
    """Return one plan for servers of several regions.

    Args:
        plans: One for each region, of the same kind; at least one.
    """
    if len(plans) == 1:
        return plans[0]
    first = plans[0]
    servers = {
        (item.request.region, item.request.server.key)
        for plan in plans
        for item in plan.items
        if item.request.server is not None
    }
    regions = [plan.items[0].request.region for plan in plans]
    pools = sum(len(plan.items) for plan in plans)
    way = "out of" if first.verb == "Drain" else "into"
    level: ConfirmationLevel = max(2, *(plan.level for plan in plans))
    return replace(
        first,
        title=f"{first.verb} {len(servers)} servers in {len(plans)} regions: {way} {pools} pools",
        items=tuple(item for plan in plans for item in plan.items),
        consequences=tuple(
            f"{region}: {line}"
            for region, plan in zip(regions, plans, strict=True)
            for line in plan.consequences
        ),
        level=level,
        confirmation_phrases=(count_phrase(len(servers), "server"),),
        where=(first.where[0], ", ".join(regions), *first.where[2:]),
        source=None,
        parts=tuple(plans),
    )


def _why_not_back(snapshot: Snapshot, server_key: str, pool: Target) -> str:
    if pool.key not in snapshot.pools:
        return snapshot.unreadable(ResourceKind.POOLS) or "the pool no longer exists"
    if server_key not in snapshot.servers:
        return snapshot.unreadable(ResourceKind.SERVERS) or "the server no longer exists"
    statuses = [
        phase(node.status)
        for node in snapshot.nodes_of.get(server_key, ())
        if node.pool_key == pool.key
    ]
    # A membership in transition is followed to its end, whichever way it goes.
    return "it is a member already" if Phase.STABLE in statuses else ""


def _drained(item: RemovalItem) -> RemovalItem:
    return replace(item, request=replace(item.request, purpose=Purpose.DRAIN))


def _restored(snapshot: Snapshot, server: Target, pool: Target) -> RemovalItem:
    known = snapshot.servers[server.key]
    endpoint = snapshot.pools[pool.key].endpoint
    return RemovalItem(
        kind="membership",
        name=server.name,
        address=snapshot.private_ip_of(known) or "",
        id=f"{server.id}/{pool.id}",
        request=Request(
            kind=OperationKind.ADD_NODE,
            region=snapshot.region,
            server=server,
            pool=pool,
            purpose=Purpose.RESTORE,
        ),
        extra=(f"into pool {pool.name}{'' if endpoint == '-' else f' ({endpoint})'}",),
        facts=(f"server {server.name}", f"pool {pool.name}"),
    )


def _targets(snapshot: Snapshot, keys: Iterable[str]) -> list[Target]:
    """Return servers by key, also those that are gone: their nodes, or their drain, name them."""
    found = []
    for key in dict.fromkeys(keys):
        server, drain = snapshot.servers.get(key), snapshot.drains.get(key)
        link = next((n.server for n in snapshot.nodes_of.get(key, ()) if n.server), None)
        if server is not None:
            found.append(Target(server.id, server.name or server.id))
        elif drain is not None:
            found.append(drain.server)
        elif link is not None:
            found.append(Target(link.id, snapshot.server_name(link.key, link.name or link.id)))
    return found


def _managers(snapshot: Snapshot, servers: Sequence[Target]) -> list[str]:
    """Warn of what may put a server back: Auto Scale, Heat, a match rule."""
    lines = manager_warnings(snapshot, (ServerLink(each.id, each.name) for each in servers))
    for server in servers:
        record = snapshot.public_ip_of(server.key)
        if record is not None and record.added_by_match_rule:
            lines.append(f"{server.name} is managed by a match rule: it may undo this")
    return lines


def _named(servers: Sequence[Target]) -> str:
    return servers[0].name if len(servers) == 1 else f"{len(servers)} servers"


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"1 {one}" if len(things) == 1 else f"{len(things)} {many}"


def _phrases(servers: Sequence[Target]) -> tuple[str, ...]:
    """Return what may be typed: the name of the only server, else how many servers."""
    if len(servers) != 1:
        return (count_phrase(len(servers), "server"),)
    name = servers[0].name
    # Not every keyboard can write every name.
    return (name,) if name.isascii() else (name, servers[0].id)


def _level(request: RemovalRequest, *, typed: bool) -> ConfirmationLevel:
    return 3 if request.protected else 2 if typed else 1


def _where(request: RemovalRequest, snapshot: Snapshot) -> tuple[str, ...]:
    where = (request.profile, snapshot.region, snapshot.tenant)
    return tuple(part for part in where if part)
