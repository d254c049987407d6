"""Removal plans: what removing an address or a pool node affects, before anything is sent.

A confirmation dialog shows what a plan says: what is removed, where, the consequences, and what
has to be typed. A plan is bound to the ids that it was made from; `drift_since` says what differs
in a later snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rcv3_tui.model.operation import OperationKind, Purpose
from rcv3_tui.model.removal_plan.additions import RETAIN, merge_additions, plan_addition
from rcv3_tui.model.removal_plan.drains import (
    drainable_nodes,
    merge_plans,
    plan_drain,
    plan_restore,
    restorable_pools,
    unknown_memberships,
)
from rcv3_tui.model.removal_plan.nodes import plan_node_removal
from rcv3_tui.model.removal_plan.plan import (
    ConfirmationLevel,
    RemovalItem,
    RemovalPlan,
    RemovalRequest,
    count_phrase,
)
from rcv3_tui.model.removal_plan.public_ips import (
    plan_public_ip_removal,
    plan_reassignment,
    plan_release,
    plan_unassignment,
)
from rcv3_tui.model.snapshot import Snapshot

__all__ = [
    "ConfirmationLevel",
    "RemovalItem",
    "RemovalPlan",
    "RemovalRequest",
    "addition_of_public_ips",
    "count_phrase",
    "drain_of_servers",
    "drainable_nodes",
    "drift_since",
    "merge_additions",
    "merge_plans",
    "plan_removal",
    "reassignment_of",
    "release_of",
    "removal_of_nodes",
    "removal_of_public_ips",
    "restorable_pools",
    "restoration_of_servers",
    "unassignment_of",
    "unknown_memberships",
]

_PLANNERS: dict[OperationKind | Purpose, Callable[[RemovalRequest, Snapshot], RemovalPlan]] = {
    OperationKind.REMOVE_PUBLIC_IP: plan_public_ip_removal,
    OperationKind.REMOVE_NODE: plan_node_removal,
    OperationKind.UNASSIGN: plan_unassignment,
    OperationKind.MOVE: plan_reassignment,
    OperationKind.RELEASE: plan_release,
    OperationKind.ADD_PUBLIC_IP: plan_addition,
    Purpose.DRAIN: plan_drain,
    Purpose.RESTORE: plan_restore,
}


def plan_removal(request: RemovalRequest, snapshot: Snapshot) -> RemovalPlan:
    """Make the plan of a request from a snapshot.

    Args:
        request: What to remove, by id.
        snapshot: The snapshot to make it from.
    """
    return _PLANNERS[request.purpose or request.kind](request, snapshot)


def removal_of_public_ips(
    snapshot: Snapshot, keys: Iterable[str], *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan the removal of public IPs.

    Args:
        snapshot: The snapshot on the screen.
        keys: Lower-case ids of the records; those that no longer exist are left out.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan. The removal cannot be undone, so the name has to be typed.
    """
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    kind = OperationKind.REMOVE_PUBLIC_IP
    return plan_removal(RemovalRequest(kind, pairs, profile, protected), snapshot)


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
    request = RemovalRequest(OperationKind.REMOVE_NODE, pairs, profile, protected)
    return plan_removal(request, snapshot)


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
    return _plan_of_servers(
        OperationKind.REMOVE_NODE, Purpose.DRAIN, snapshot, keys, profile, protected
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
    return _plan_of_servers(
        OperationKind.ADD_NODE, Purpose.RESTORE, snapshot, keys, profile, protected
    )


def _plan_of_servers(
    kind: OperationKind,
    purpose: Purpose,
    snapshot: Snapshot,
    keys: Iterable[str],
    profile: str,
    protected: bool,
) -> RemovalPlan:
    pairs = tuple((key, "") for key in dict.fromkeys(keys))
    request = RemovalRequest(kind, pairs, profile, protected, purpose=purpose)
    return plan_removal(request, snapshot)


def addition_of_public_ips(
    snapshot: Snapshot,
    server_keys: Iterable[str],
    *,
    profile: str,
    retain: bool = False,
) -> RemovalPlan:
    """Plan to add a public IP to each of some servers.

    Args:
        snapshot: The snapshot on the screen.
        server_keys: Lower-case ids of servers of this region; an empty one stands for no server.
        profile: The profile's name, for the dialog.
        retain: The addresses are retained from the start.
    """
    pairs = tuple((key, RETAIN if retain else "") for key in dict.fromkeys(server_keys))
    return plan_removal(RemovalRequest(OperationKind.ADD_PUBLIC_IP, pairs, profile), snapshot)


def unassignment_of(
    snapshot: Snapshot, key: str, *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan the unassignment of a public IP from its server.

    Args:
        snapshot: The snapshot on the screen.
        key: The public IP record's lower-case id.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan; level 1 if the record is retained and the server has another address.
    """
    request = RemovalRequest(OperationKind.UNASSIGN, ((key, ""),), profile, protected)
    return plan_removal(request, snapshot)


def reassignment_of(
    snapshot: Snapshot, key: str, to_server_key: str, *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Plan the assignment of a retained address to another server.

    Args:
        snapshot: The snapshot on the screen.
        key: The public IP record's lower-case id.
        to_server_key: Lower-case id of the server that gets it.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        The plan; an address without a server is only assigned (level 1).
    """
    request = RemovalRequest(
        OperationKind.MOVE, ((key, ""),), profile, protected, to_server=to_server_key
    )
    return plan_removal(request, snapshot)


def release_of(
    snapshot: Snapshot, key: str, *, profile: str, protected: bool = False
) -> RemovalPlan | None:
    """Plan to stop retaining a public IP.

    Args:
        snapshot: The snapshot on the screen.
        key: The public IP record's lower-case id.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Returns:
        None for an address that is assigned to a server: nothing is lost, no question is needed.
    """
    record = snapshot.public_ips.get(key)
    if record is not None and record.server is not None:
        return None
    request = RemovalRequest(OperationKind.RELEASE, ((key, ""),), profile, protected)
    return plan_removal(request, snapshot)


def drift_since(plan: RemovalPlan, snapshot: Snapshot) -> str:
    """Describe what differs from a plan in a later snapshot.

    Args:
        plan: The plan as the dialog shows it.
        snapshot: The later snapshot.

    Returns:
        One line; empty if everything shown is still true.
    """
    for part in plan.parts:
        if part.items[0].request.region == snapshot.region:
            return drift_since(part, snapshot)
    if plan.source is None:
        return ""
    now = plan_removal(plan.source, snapshot)
    if _fingerprint(plan) == _fingerprint(now):
        return ""
    later = {item.id.lower(): item for item in now.items}
    drift: list[str] = []
    for item in plan.items:
        other = later.get(item.id.lower())
        label = item.address if item.kind == "public IP" and item.address else item.name
        label = label or item.id
        if other is None:
            drift.append(f"{label} is gone")
        elif other.facts != item.facts:
            new = [fact for fact in other.facts if fact not in item.facts]
            drift.append(f"{label} is now {', '.join(new)}" if new else f"{label} is different")
    drift += [line for line in now.consequences if line not in plan.consequences]
    return "; ".join(drift) or "what follows from it is different now"


def _fingerprint(plan: RemovalPlan) -> tuple[tuple[str, ...], ...]:
    """Return what must not differ: ids, facts, consequences and level; not ages or poll counts."""
    items = tuple((item.id.lower(), *item.facts) for item in plan.items)
    return (*items, plan.consequences, (str(plan.level),))
