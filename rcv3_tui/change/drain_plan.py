"""What `server drain` and `server restore` send, and what needs or gets no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from rcv3_tui.change.names import Directory, InRegion, UnresolvedName
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, Purpose, Request, Target
from rcv3_tui.model.removal_plan import (
    RemovalPlan,
    drain_of_servers,
    drainable_nodes,
    merge_plans,
    restorable_pools,
    restoration_of_servers,
)
from rcv3_tui.model.resources import LoadBalancerPool, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Settings

_MAX_UNREAD = 5
"""Unread pools that an error names; more are counted."""

Reason = tuple[Request, str]
"""A change that is not sent, and why."""


class DrainedServer(Struct, frozen=True):
    """A server that is to be restored; it may no longer exist."""

    snapshot: Snapshot
    target: Target


def drained_server(directory: Directory, word: str) -> DrainedServer:
    """Return the server with a name, id or address, or a drained one that is gone.

    Raises:
        UnresolvedName: It is unknown or ambiguous.
    """
    try:
        found = directory.server(word)
    except UnresolvedName:
        gone = [
            DrainedServer(snapshot, drain.server)
            for snapshot in directory.snapshots.values()
            for key, drain in snapshot.drains.items()
            if snapshot.is_orphan(key) and (word == drain.server.name or word.lower() == key)
        ]
        if len(gone) != 1:
            raise
        return gone[0]
    return DrainedServer(found.snapshot, Target(found.item.id, found.item.name))


def pools_to_read(
    directory: Directory, names: Iterable[str], purpose: Purpose
) -> dict[str, list[str]]:
    """Return the pools whose nodes a plan depends on, by region; unknown names are left out."""
    pools: dict[str, dict[str, None]] = {}
    for name in names:
        try:
            found = drained_server(directory, name)
        except UnresolvedName:
            # The plan reports it together with the others.
            continue
        snapshot = found.snapshot
        wanted = pools.setdefault(snapshot.region, {})
        if purpose is Purpose.DRAIN:
            wanted.update(
                (pool.id, None)
                for pool in snapshot.pools.values()
                if pool.counts.cloud_servers != 0
            )
        else:
            drain = snapshot.drains.get(found.target.key)
            names_of_pools = () if drain is None else drain.pools
            wanted.update((pool.id, None) for pool in names_of_pools if pool.key in snapshot.pools)
    return {region: list(some) for region, some in pools.items()}


def empty_pools(snapshot: Snapshot) -> list[LoadBalancerPool]:
    """Return the unread pools without cloud servers, according to their counts, which may lag."""
    return [
        pool
        for key, pool in snapshot.pools.items()
        if pool.counts.cloud_servers == 0 and key not in snapshot.nodes
    ]


UnreadPools = Mapping[str, Mapping[str, str]]
"""Region and lower-case id of the pools whose nodes could not be read, with the reason."""


class DrainPlan(Struct, frozen=True):
    """What draining some servers takes."""

    removals: list[RemovalPlan]
    """One plan to confirm, unless there is nothing to do."""
    unchanged: list[Reason]
    """What is drained already."""
    unread: list[Reason]
    """Memberships that are not known, and are left as they are."""
    unknown: list[str]
    """Servers that are not drained, because not all pools could be read."""
    warnings: list[str]


def plan_drain(
    servers: Iterable[InRegion[Server]],
    settings: Settings,
    unread_pools: UnreadPools,
    *,
    skip_unread: bool,
) -> DrainPlan:
    """Plan to drain servers.

    Args:
        servers: The servers.
        settings: The profile, for the confirmation.
        unread_pools: The pools whose nodes could not be read.
        skip_unread: Drain from the other pools nevertheless.
    """
    unknown: list[str] = []
    keys: dict[str, list[str]] = {}
    snapshots: dict[str, Snapshot] = {}
    unchanged: list[Reason] = []
    left: list[Reason] = []
    for found in servers:
        snapshot, server = found.snapshot, found.item
        snapshots[snapshot.region] = snapshot
        missing = _unknown_parts(snapshot, unread_pools.get(snapshot.region, {}))
        if missing and not skip_unread:
            unknown.append(
                f"which pools {server.name} is in is not known: {_listed(missing)}; --skip-unread "
                "drains from the pools that could be read"
            )
            continue
        target = Target(server.id, server.name)
        left += [(_draining(snapshot, target, pool), reason) for pool, reason in missing]
        if drainable_nodes(snapshot, server.key):
            keys.setdefault(snapshot.region, []).append(server.key)
            continue
        is_drained = snapshot.drain_of(server.key) is not None
        words = "is drained already" if is_drained else "is in no pool"
        words += " that could be read" if missing and not is_drained else ""
        unchanged.append((_draining(snapshot, target, None), f"{server.name} {words}"))
    plans = [
        drain_of_servers(
            snapshots[region], some, profile=settings.profile, protected=settings.protected
        )
        for region, some in keys.items()
    ]
    warnings = [
        f"{region}: not read, because of the rate limit or an error: the nodes of {_count(empty)} "
        "without servers, according to their counts"
        for region, snapshot in snapshots.items()
        if (empty := len(empty_pools(snapshot)))
    ]
    removals = [merge_plans(plans)] if plans else []
    return DrainPlan(removals, unchanged, left, unknown, warnings)


def _unknown_parts(
    snapshot: Snapshot, unread: Mapping[str, str]
) -> list[tuple[Target | None, str]]:
    """Return the pools in which a server may be, and why that is not known; None: pools at all."""
    parts: list[tuple[Target | None, str]] = []
    if words := snapshot.unreadable(ResourceKind.POOLS):
        parts.append((None, words))
    for key, pool in snapshot.pools.items():
        words = unread.get(key, "") or snapshot.unreadable(ResourceKind.NODES, key)
        if words:
            parts.append((Target(pool.id, pool.name or pool.id), words))
    return parts


def _listed(parts: Sequence[tuple[Target | None, str]]) -> str:
    """Return the pools that could not be read, with the reasons, in one line."""
    lines = [words if pool is None else f"pool {pool.name}: {words}" for pool, words in parts]
    more = len(lines) - _MAX_UNREAD
    return "; ".join(lines[:_MAX_UNREAD]) + (f"; and {_count(more)} more" if more > 0 else "")


def _count(pools: int) -> str:
    return "1 pool" if pools == 1 else f"{pools} pools"


def plan_restore(
    servers: Iterable[DrainedServer], settings: Settings
) -> tuple[list[Request], list[Reason], list[Reason]]:
    """Plan to restore drained servers.

    Returns:
        What is sent, what needs no request, and what cannot be put back.
    """
    direct: list[Request] = []
    unchanged: list[Reason] = []
    impossible: list[Reason] = []
    for found in servers:
        snapshot, server = found.snapshot, found.target
        pools = restorable_pools(snapshot, server.key)
        if not pools:
            request = _restoring(snapshot, server, None)
            unchanged.append((request, f"{server.name} is not drained"))
        for pool, reason in pools:
            if reason:
                is_member = snapshot.is_member(server.key, pool.key)
                (unchanged if is_member else impossible).append(
                    (_restoring(snapshot, server, pool), reason)
                )
        direct += restoration_of_servers(
            snapshot, [server.key], profile=settings.profile, protected=settings.protected
        ).requests
    return direct, unchanged, impossible


def _draining(snapshot: Snapshot, server: Target, pool: Target | None) -> Request:
    return Request(
        kind=OperationKind.REMOVE_NODE,
        region=snapshot.region,
        server=server,
        pool=pool,
        purpose=Purpose.DRAIN,
    )


def _restoring(snapshot: Snapshot, server: Target, pool: Target | None) -> Request:
    return Request(
        kind=OperationKind.ADD_NODE,
        region=snapshot.region,
        server=server,
        pool=pool,
        purpose=Purpose.RESTORE,
    )
