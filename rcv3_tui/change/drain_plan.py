"""What `server drain` and `server restore` send, and what needs or gets no request."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rcv3_tui.change.names import Directory, InRegion, UnresolvedName
from rcv3_tui.model.operation import OperationKind, Purpose, Request, Target
from rcv3_tui.model.removal_plan import (
    RemovalPlan,
    drain_of_servers,
    drainable_nodes,
    merge_plans,
    restorable_pools,
    restoration_of_servers,
    unknown_memberships,
)
from rcv3_tui.model.resources import Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Settings

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
            # A pool without a cloud server has no node.
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


def plan_drain(
    servers: Iterable[InRegion[Server]], settings: Settings
) -> tuple[list[RemovalPlan], list[Reason], list[str]]:
    """Plan to drain servers.

    Returns:
        One plan to confirm, unless there is nothing to do; what is drained already; and whose
        memberships are not known.
    """
    unknown: list[str] = []
    keys: dict[str, list[str]] = {}
    snapshots: dict[str, Snapshot] = {}
    unchanged: list[Reason] = []
    for found in servers:
        snapshot, server = found.snapshot, found.item
        if unread := unknown_memberships(snapshot):
            unknown.append(
                f"which pools {server.name} is in is not known: {unread}; rcv3-tui pool remove "
                "takes it out of one pool"
            )
            continue
        if drainable_nodes(snapshot, server.key):
            keys.setdefault(snapshot.region, []).append(server.key)
            snapshots[snapshot.region] = snapshot
            continue
        request = Request(
            kind=OperationKind.REMOVE_NODE,
            region=snapshot.region,
            server=Target(server.id, server.name),
            purpose=Purpose.DRAIN,
        )
        is_drained = snapshot.drain_of(server.key) is not None
        words = "is drained already" if is_drained else "is in no pool"
        unchanged.append((request, f"{server.name} {words}"))
    plans = [
        drain_of_servers(
            snapshots[region], some, profile=settings.profile, protected=settings.protected
        )
        for region, some in keys.items()
    ]
    return ([merge_plans(plans)] if plans else []), unchanged, unknown


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


def _restoring(snapshot: Snapshot, server: Target, pool: Target | None) -> Request:
    return Request(
        kind=OperationKind.ADD_NODE,
        region=snapshot.region,
        server=server,
        pool=pool,
        purpose=Purpose.RESTORE,
    )
