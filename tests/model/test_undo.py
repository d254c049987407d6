"""What turns a change back, and when nothing does any more."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.undo import NotUndoable, UndoPlan, removal_for, undo_of
from tests.support.snapshots import NOW, ip, node, server, two_servers

WEB, DB = Target("id-web", "web"), Target("id-db", "db")
P1, P2 = Target("p1", "pool p1"), Target("p2", "pool p2")
IP1 = Target("ip1", "203.0.113.3")


def done(kind: OperationKind, **targets: Target) -> Operation:
    request = replace(Request(kind=kind, region="IAD"), **targets)
    return Operation("op", request, OperationState.SETTLED, asked=NOW, changed=NOW)


def undo(operation: Operation, snapshot: Snapshot) -> UndoPlan:
    return undo_of(operation, snapshot, profile="acme")


def why_not(operation: Operation, snapshot: Snapshot) -> str:
    with pytest.raises(NotUndoable) as caught:
        undo(operation, snapshot)
    return str(caught.value)


def with_ips(*records: PublicIP) -> Snapshot:
    return two_servers().with_public_ips(records)[0]


def retained(of: str | None = None) -> PublicIP:
    return replace(ip("ip1", of), retain=True)


# -- what can be ------------------------------------------------------------------------------


def test_only_applied_operations_can_be_undone() -> None:
    removed = done(OperationKind.REMOVE_NODE, server=DB, pool=P1)
    assert removed.is_undoable
    assert not replace(removed, state=OperationState.ACCEPTED).is_undoable
    assert not replace(removed, state=OperationState.UNKNOWN).is_undoable


def test_removed_address_cannot_be_undone_for_a_reason() -> None:
    operation = done(OperationKind.REMOVE_PUBLIC_IP, server=WEB, public_ip=IP1)
    assert not operation.is_undoable
    assert "address" in why_not(operation, two_servers())


def test_added_address_is_removed_by_its_record() -> None:
    added = replace(done(OperationKind.ADD_PUBLIC_IP, server=WEB), resource_id="IP1")
    snapshot = with_ips(ip("ip1", "web"))
    assert added.is_undoable
    turned = undo(added, snapshot)
    assert (turned.request, turned.public_ip) == (None, "ip1")
    removal = removal_for((turned,), snapshot, profile="acme")
    assert [item.id for item in removal.items] == ["ip1"]
    assert removal.level == 2


def test_added_address_that_is_gone_is_not_undone() -> None:
    added = replace(done(OperationKind.ADD_PUBLIC_IP, server=WEB), resource_id="other")
    assert why_not(added, with_ips(ip("ip1", "web"))) == "the address is gone"


# -- nodes ------------------------------------------------------------------------------------


def test_removed_node_is_added_again() -> None:
    turned = undo(done(OperationKind.REMOVE_NODE, server=DB, pool=P1), two_servers())
    assert turned.request == Request(kind=OperationKind.ADD_NODE, region="IAD", server=DB, pool=P1)


def test_removed_node_that_is_back_is_not_added() -> None:
    assert why_not(done(OperationKind.REMOVE_NODE, server=WEB, pool=P1), two_servers()) == (
        "web is in pool p1 again already"
    )


def test_node_whose_server_or_pool_is_gone_is_not_added_again() -> None:
    gone = Target("id-gone", "gone")
    assert "server gone is gone" in why_not(
        done(OperationKind.REMOVE_NODE, server=gone, pool=P1), two_servers()
    )
    assert "pool gone is gone" in why_not(
        done(OperationKind.REMOVE_NODE, server=WEB, pool=gone), two_servers()
    )


def test_added_node_is_removed_only_after_confirmation() -> None:
    turned = undo(done(OperationKind.ADD_NODE, server=WEB, pool=P1), two_servers())
    assert turned.request is None
    removal = removal_for((turned,), two_servers(), profile="acme")
    assert [request.kind for request in removal.requests] == [OperationKind.REMOVE_NODE]


def test_several_added_nodes_share_one_confirmation() -> None:
    snapshot = two_servers().with_nodes("p2", [node("n2", "db", "p2")])[0]
    turned = tuple(
        undo(done(OperationKind.ADD_NODE, server=of, pool=pool), snapshot)
        for of, pool in ((WEB, P1), (DB, P2))
    )
    removal = removal_for(turned, snapshot, profile="acme")
    assert len(removal.items) == 2
    assert removal.level == 2


def test_added_node_that_is_out_again_is_not_removed() -> None:
    assert "db is not in pool p1 any more" in why_not(
        done(OperationKind.ADD_NODE, server=DB, pool=P1), two_servers()
    )


# -- retain -----------------------------------------------------------------------------------


def test_retain_is_restored() -> None:
    off = undo(done(OperationKind.RETAIN, public_ip=IP1), with_ips(retained("web")))
    assert off.request is not None
    assert off.request.kind is OperationKind.RELEASE
    on = undo(done(OperationKind.RELEASE, public_ip=IP1), with_ips(ip("ip1", "web")))
    assert on.request is not None
    assert on.request.kind is OperationKind.RETAIN


def test_restoring_retain_of_an_unassigned_address_asks_for_confirmation() -> None:
    turned = undo(done(OperationKind.RETAIN, public_ip=IP1), with_ips(retained()))
    assert turned.request is None
    assert turned.removal is not None


def test_restored_retain_is_not_changed() -> None:
    assert "not retained already" in why_not(
        done(OperationKind.RETAIN, public_ip=IP1), with_ips(ip("ip1", "web"))
    )


def test_missing_address_is_named() -> None:
    assert "203.0.113.3 is gone" in why_not(done(OperationKind.RETAIN, public_ip=IP1), with_ips())


# -- assign, move, unassign -------------------------------------------------------------------


def test_assigned_address_is_unassigned_after_confirmation() -> None:
    turned = undo(done(OperationKind.ASSIGN, public_ip=IP1, server=WEB), with_ips(retained("web")))
    assert turned.removal is not None
    assert turned.removal.requests[0].kind is OperationKind.UNASSIGN


def test_unassigned_address_returns_to_its_server() -> None:
    turned = undo(done(OperationKind.UNASSIGN, public_ip=IP1, held_by=WEB), with_ips(retained()))
    assert turned.request is not None
    assert (turned.request.kind, turned.request.server) == (OperationKind.ASSIGN, WEB)


def test_reassigned_address_returns_after_confirmation() -> None:
    turned = undo(
        done(OperationKind.MOVE, public_ip=IP1, server=WEB, held_by=DB), with_ips(retained("web"))
    )
    assert turned.removal is not None
    assert turned.removal.requests[0].kind is OperationKind.MOVE
    assert turned.removal.requests[0].server == DB


def test_address_does_not_return_to_a_server_that_has_another() -> None:
    snapshot = with_ips(retained(), ip("another", "web"))
    assert "web has 203.0.113.7 by now" in why_not(
        done(OperationKind.UNASSIGN, public_ip=IP1, held_by=WEB), snapshot
    )


def test_address_that_was_reassigned_elsewhere_is_not_changed() -> None:
    assert "with another server by now" in why_not(
        done(OperationKind.ASSIGN, public_ip=IP1, server=WEB), with_ips(retained("db"))
    )


def test_address_does_not_return_to_a_missing_server() -> None:
    snapshot = Snapshot("IAD").with_servers([server("db")])[0].with_public_ips([retained()])[0]
    assert "the server web is gone" in why_not(
        done(OperationKind.UNASSIGN, public_ip=IP1, held_by=WEB), snapshot
    )
