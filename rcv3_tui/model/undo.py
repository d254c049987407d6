"""Undo: the change that reverts another one, derived from the current snapshot.

A change can be undone while its result is still there. An address that was removed has returned
to its block, so its removal cannot be undone. One that was added is removed after the same question
as any other.
"""

from __future__ import annotations

from msgspec import Struct

from rcv3_tui.model.operation import Operation, OperationKind, Request, Target
from rcv3_tui.model.removal_plan import (
    RemovalPlan,
    reassignment_of,
    release_of,
    removal_of_nodes,
    removal_of_public_ips,
    unassignment_of,
)
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase


class UndoPlan(Struct, frozen=True):
    """The change that reverts another one."""

    request: Request | None = None
    """What to send, if no confirmation is needed."""
    removal: RemovalPlan | None = None
    """What to confirm, if something is removed."""
    node: tuple[str, str] | None = None
    """Pool and node key of an added node; several share one dialog."""
    public_ip: str = ""
    """Key of an added public IP; several share one dialog."""


class NotUndoable(Exception):  # noqa: N818 - an answer, not a fault
    """The change cannot be undone; the text is the reason."""


def undo_of(
    operation: Operation, snapshot: Snapshot, *, profile: str, protected: bool = False
) -> UndoPlan:
    """Return what reverts a change.

    Args:
        operation: The change, applied.
        snapshot: The current snapshot of its region.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Raises:
        NotUndoable: Changes of its kind cannot be undone, or its result no longer exists.
    """
    request = operation.request
    match request.kind:
        case OperationKind.REMOVE_NODE:
            return _add_again(request, snapshot)
        case OperationKind.ADD_NODE:
            return _take_out_again(request, snapshot)
        case OperationKind.RETAIN | OperationKind.RELEASE:
            return _retain_back(request, snapshot, profile, protected)
        case OperationKind.ASSIGN | OperationKind.MOVE | OperationKind.UNASSIGN:
            return _hand_back(request, snapshot, profile, protected)
        case OperationKind.REMOVE_PUBLIC_IP:
            raise NotUndoable("the address went back to its block; adding one gives another")
        case OperationKind.ADD_PUBLIC_IP:
            return _remove_again(operation, snapshot)


def _add_again(request: Request, snapshot: Snapshot) -> UndoPlan:
    server, pool = request.server, request.pool
    if server is None or pool is None:
        raise NotUndoable("it is not known which server was taken out")
    if pool.key not in snapshot.pools:
        raise NotUndoable(f"the pool {pool.name} is gone")
    if server.key not in snapshot.servers:
        raise NotUndoable(f"the server {server.name} is gone")
    for node in snapshot.nodes_in(pool.key).values():
        if node.server_key == server.key and phase(node.status) is not Phase.FAILED:
            raise NotUndoable(f"{server.name} is in {pool.name} again already")
    return UndoPlan(
        request=Request(
            kind=OperationKind.ADD_NODE, region=request.region, server=server, pool=pool
        )
    )


def _take_out_again(request: Request, snapshot: Snapshot) -> UndoPlan:
    server, pool = request.server, request.pool
    if server is None or pool is None:
        raise NotUndoable("it is not known which server was added")
    for node in snapshot.nodes_in(pool.key).values():
        if node.server_key == server.key:
            return UndoPlan(node=(pool.key, node.key))
    raise NotUndoable(f"{server.name} is not in {pool.name} any more")


def _remove_again(operation: Operation, snapshot: Snapshot) -> UndoPlan:
    server = operation.request.server
    record = snapshot.public_ips.get((operation.resource_id or "").lower())
    if record is None and server is not None and not operation.resource_id:
        record = snapshot.public_ip_of(server.key)
    if record is None:
        raise NotUndoable("the address is gone")
    return UndoPlan(public_ip=record.key)


def _retain_back(request: Request, snapshot: Snapshot, profile: str, protected: bool) -> UndoPlan:
    record = _record(request, snapshot)
    wanted = request.kind is OperationKind.RETAIN
    if record.retain is not wanted:
        raise NotUndoable(f"{record.address or record.id} is {_how(record)} already")
    kind = OperationKind.RELEASE if wanted else OperationKind.RETAIN
    if kind is OperationKind.RELEASE:
        removal = release_of(snapshot, record.key, profile=profile, protected=protected)
        if removal is not None:
            return UndoPlan(removal=removal)
    return UndoPlan(
        request=Request(
            kind=kind,
            region=request.region,
            public_ip=_target(record),
            held_by=_holder(record, snapshot),
        )
    )


def _hand_back(request: Request, snapshot: Snapshot, profile: str, protected: bool) -> UndoPlan:
    record = _record(request, snapshot)
    address = record.address or record.id
    has_now = None if record.server is None else record.server.key
    given_to = None if request.server is None else request.server.key
    if request.kind is OperationKind.UNASSIGN:
        given_to = None
    if has_now != given_to:
        raise NotUndoable(f"{address} is with another server by now")
    before = request.held_by
    if request.kind is OperationKind.ASSIGN or before is None:
        removal = unassignment_of(snapshot, record.key, profile=profile, protected=protected)
        return UndoPlan(removal=removal)
    if before.key not in snapshot.servers:
        raise NotUndoable(f"the server {before.name} is gone")
    other = snapshot.public_ip_of(before.key)
    if other is not None and phase(other.status) is not Phase.FAILED:
        raise NotUndoable(f"{before.name} has {other.address or 'another public IP'} by now")
    if request.kind is OperationKind.MOVE:
        removal = reassignment_of(
            snapshot, record.key, before.key, profile=profile, protected=protected
        )
        return UndoPlan(removal=removal)
    return UndoPlan(
        request=Request(
            kind=OperationKind.ASSIGN,
            region=request.region,
            public_ip=_target(record),
            server=before,
        )
    )


def removal_for(
    undos: tuple[UndoPlan, ...], snapshot: Snapshot, *, profile: str, protected: bool = False
) -> RemovalPlan:
    """Return one removal plan for several added nodes or public IPs.

    Args:
        undos: The plans that name a node, or those that name a public IP.
        snapshot: The current snapshot of their region.
        profile: The profile's name.
        protected: The profile is a protected one.
    """
    added = [undo.public_ip for undo in undos if undo.public_ip]
    if added:
        return removal_of_public_ips(snapshot, added, profile=profile, protected=protected)
    keys = [undo.node for undo in undos if undo.node is not None]
    return removal_of_nodes(snapshot, keys, profile=profile, protected=protected)


def _record(request: Request, snapshot: Snapshot) -> PublicIP:
    target = request.public_ip
    record = None if target is None else snapshot.public_ips.get(target.key)
    if record is None:
        raise NotUndoable(f"{target.name if target else 'the address'} is gone")
    return record


def _target(record: PublicIP) -> Target:
    return Target(record.id, record.address or record.id)


def _holder(record: PublicIP, snapshot: Snapshot) -> Target | None:
    link = record.server
    return None if link is None else Target(link.id, snapshot.server_name(link.key, link.name))


def _how(record: PublicIP) -> str:
    return "retained" if record.retain else "not retained"
