"""What turns a change back, worked out from the account as it is now.

A change can be turned back while the facts that it left behind still hold. An address that was
removed went back to its block, and one that was added would be lost: neither is undone.
"""

from __future__ import annotations

from msgspec import Struct

from rcv3_tui.model.consequences import (
    Removal,
    move_of,
    release_of,
    removal_of_nodes,
    unassignment_of,
)
from rcv3_tui.model.operation import Kind, Operation, Request, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase


class Undo(Struct, frozen=True):
    """The change that turns another one back."""

    request: Request | None = None
    """What is to be sent, where nobody has to be asked."""
    removal: Removal | None = None
    """What the dialog asks about, where something is taken away."""
    node: tuple[str, str] | None = None
    """Pool and node key of an added node, which goes into one dialog with its like."""


class NoUndo(Exception):  # noqa: N818 - an answer to whoever asks, not a fault
    """The change cannot be turned back; the text is the reason, in words."""


def undo_of(
    operation: Operation, snapshot: Snapshot, *, profile: str, protected: bool = False
) -> Undo:
    """Work out what turns a change back.

    Args:
        operation: The change, settled.
        snapshot: The picture of its region.
        profile: The profile's name, for the dialog.
        protected: The profile is a protected one.

    Raises:
        NoUndo: It is of a kind that cannot be, or what it left behind is not there any more.
    """
    request = operation.request
    match request.kind:
        case Kind.REMOVE_NODE:
            return _add_again(request, snapshot)
        case Kind.ADD_NODE:
            return _take_out_again(request, snapshot)
        case Kind.RETAIN | Kind.RELEASE:
            return _retain_back(request, snapshot, profile, protected)
        case Kind.ASSIGN | Kind.MOVE | Kind.UNASSIGN:
            return _hand_back(request, snapshot, profile, protected)
        case Kind.REMOVE_PUBLIC_IP:
            raise NoUndo("the address went back to its block; adding one gives another")
        case Kind.ADD_PUBLIC_IP:
            raise NoUndo("undoing it would lose the address; removing it asks first")


def _add_again(request: Request, snapshot: Snapshot) -> Undo:
    server, pool = request.server, request.pool
    if server is None or pool is None:
        raise NoUndo("it is not known which server was taken out")
    if pool.key not in snapshot.pools:
        raise NoUndo(f"the pool {pool.name} is gone")
    if server.key not in snapshot.servers:
        raise NoUndo(f"the server {server.name} is gone")
    for node in snapshot.nodes_in(pool.key).values():
        if node.server_key == server.key and phase(node.status) is not Phase.FAILED:
            raise NoUndo(f"{server.name} is in {pool.name} again already")
    return Undo(
        request=Request(kind=Kind.ADD_NODE, region=request.region, server=server, pool=pool)
    )


def _take_out_again(request: Request, snapshot: Snapshot) -> Undo:
    server, pool = request.server, request.pool
    if server is None or pool is None:
        raise NoUndo("it is not known which server was added")
    for node in snapshot.nodes_in(pool.key).values():
        if node.server_key == server.key:
            return Undo(node=(pool.key, node.key))
    raise NoUndo(f"{server.name} is not in {pool.name} any more")


def _retain_back(request: Request, snapshot: Snapshot, profile: str, protected: bool) -> Undo:
    record = _record(request, snapshot)
    wanted = request.kind is Kind.RETAIN
    if record.retain is not wanted:
        raise NoUndo(f"{record.address or record.id} is {_how(record)} already")
    kind = Kind.RELEASE if wanted else Kind.RETAIN
    if kind is Kind.RELEASE:
        removal = release_of(snapshot, record.key, profile=profile, protected=protected)
        if removal is not None:
            return Undo(removal=removal)
    return Undo(
        request=Request(
            kind=kind,
            region=request.region,
            public_ip=_target(record),
            held_by=_holder(record, snapshot),
        )
    )


def _hand_back(request: Request, snapshot: Snapshot, profile: str, protected: bool) -> Undo:
    record = _record(request, snapshot)
    address = record.address or record.id
    has_now = None if record.server is None else record.server.key
    given_to = None if request.server is None else request.server.key
    if request.kind is Kind.UNASSIGN:
        given_to = None
    if has_now != given_to:
        raise NoUndo(f"{address} is with another server by now")
    before = request.held_by
    if request.kind is Kind.ASSIGN or before is None:
        removal = unassignment_of(snapshot, record.key, profile=profile, protected=protected)
        return Undo(removal=removal)
    if before.key not in snapshot.servers:
        raise NoUndo(f"the server {before.name} is gone")
    other = snapshot.public_ip_of(before.key)
    if other is not None and phase(other.status) is not Phase.FAILED:
        raise NoUndo(f"{before.name} has {other.address or 'another public IP'} by now")
    if request.kind is Kind.MOVE:
        removal = move_of(snapshot, record.key, before.key, profile=profile, protected=protected)
        return Undo(removal=removal)
    return Undo(
        request=Request(
            kind=Kind.ASSIGN, region=request.region, public_ip=_target(record), server=before
        )
    )


def removal_of_added(
    undos: tuple[Undo, ...], snapshot: Snapshot, *, profile: str, protected: bool = False
) -> Removal:
    """Give the one dialog that takes added nodes out again.

    Args:
        undos: Those that name a node.
        snapshot: The picture of their region.
        profile: The profile's name.
        protected: The profile is a protected one.
    """
    keys = [undo.node for undo in undos if undo.node is not None]
    return removal_of_nodes(snapshot, keys, profile=profile, protected=protected)


def _record(request: Request, snapshot: Snapshot) -> PublicIP:
    target = request.public_ip
    record = None if target is None else snapshot.public_ips.get(target.key)
    if record is None:
        raise NoUndo(f"{target.name if target else 'the address'} is gone")
    return record


def _target(record: PublicIP) -> Target:
    return Target(record.id, record.address or record.id)


def _holder(record: PublicIP, snapshot: Snapshot) -> Target | None:
    link = record.server
    return None if link is None else Target(link.id, snapshot.server_name(link.key, link.name))


def _how(record: PublicIP) -> str:
    return "retained" if record.retain else "not retained"
