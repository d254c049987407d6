"""What turns a change back, and when nothing does any more."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.model.operation import Kind, Operation, Request, State, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.undo import NoUndo, Undo, removal_of_added, undo_of
from tests.unit.pictures import NOW, ip, node, server, two_servers

WEB, DB = Target("id-web", "web"), Target("id-db", "db")
P1, P2 = Target("p1", "pool p1"), Target("p2", "pool p2")
IP1 = Target("ip1", "203.0.113.3")


def done(kind: Kind, **targets: Target) -> Operation:
    request = Request(kind=kind, region="IAD", **targets)
    return Operation("op", request, State.SETTLED, asked=NOW, changed=NOW)


def undo(operation: Operation, snapshot: Snapshot) -> Undo:
    return undo_of(operation, snapshot, profile="acme")


def why_not(operation: Operation, snapshot: Snapshot) -> str:
    with pytest.raises(NoUndo) as caught:
        undo(operation, snapshot)
    return str(caught.value)


def with_ips(*records: PublicIP) -> Snapshot:
    return two_servers().with_public_ips(records)[0]


def retained(of: str | None = None) -> PublicIP:
    return replace(ip("ip1", of), retain=True)


# -- what can be ------------------------------------------------------------------------------


def test_only_what_has_settled_can_be_undone() -> None:
    removed = done(Kind.REMOVE_NODE, server=DB, pool=P1)
    assert removed.is_undoable
    assert not replace(removed, state=State.ACCEPTED).is_undoable
    assert not replace(removed, state=State.UNKNOWN).is_undoable


@pytest.mark.parametrize("kind", [Kind.ADD_PUBLIC_IP, Kind.REMOVE_PUBLIC_IP])
def test_an_address_that_came_or_went_is_not_undone_and_why_is_said(kind: Kind) -> None:
    operation = done(kind, server=WEB, public_ip=IP1)
    assert not operation.is_undoable
    assert "address" in why_not(operation, two_servers())


# -- nodes ------------------------------------------------------------------------------------


def test_a_removed_node_is_added_again() -> None:
    turned = undo(done(Kind.REMOVE_NODE, server=DB, pool=P1), two_servers())
    assert turned.request == Request(kind=Kind.ADD_NODE, region="IAD", server=DB, pool=P1)


def test_a_removed_node_that_is_back_is_left_alone() -> None:
    assert why_not(done(Kind.REMOVE_NODE, server=WEB, pool=P1), two_servers()) == (
        "web is in pool p1 again already"
    )


def test_a_node_whose_server_or_pool_is_gone_is_not_added_again() -> None:
    gone = Target("id-gone", "gone")
    assert "server gone is gone" in why_not(
        done(Kind.REMOVE_NODE, server=gone, pool=P1), two_servers()
    )
    assert "pool gone is gone" in why_not(
        done(Kind.REMOVE_NODE, server=WEB, pool=gone), two_servers()
    )


def test_an_added_node_is_taken_out_by_the_dialog_alone() -> None:
    turned = undo(done(Kind.ADD_NODE, server=WEB, pool=P1), two_servers())
    assert turned.request is None
    removal = removal_of_added((turned,), two_servers(), profile="acme")
    assert [request.kind for request in removal.requests] == [Kind.REMOVE_NODE]


def test_several_added_nodes_are_one_question() -> None:
    snapshot = two_servers().with_nodes("p2", [node("n2", "db", "p2")])[0]
    turned = tuple(
        undo(done(Kind.ADD_NODE, server=of, pool=pool), snapshot)
        for of, pool in ((WEB, P1), (DB, P2))
    )
    removal = removal_of_added(turned, snapshot, profile="acme")
    assert len(removal.items) == 2
    assert removal.tier == 2


def test_an_added_node_that_is_out_again_is_left_alone() -> None:
    assert "db is not in pool p1 any more" in why_not(
        done(Kind.ADD_NODE, server=DB, pool=P1), two_servers()
    )


# -- retain -----------------------------------------------------------------------------------


def test_retain_is_set_back() -> None:
    off = undo(done(Kind.RETAIN, public_ip=IP1), with_ips(retained("web")))
    assert off.request is not None
    assert off.request.kind is Kind.RELEASE
    on = undo(done(Kind.RELEASE, public_ip=IP1), with_ips(ip("ip1", "web")))
    assert on.request is not None
    assert on.request.kind is Kind.RETAIN


def test_setting_retain_back_on_an_address_without_a_server_asks() -> None:
    turned = undo(done(Kind.RETAIN, public_ip=IP1), with_ips(retained()))
    assert turned.request is None
    assert turned.removal is not None


def test_retain_that_was_set_back_already_is_left_alone() -> None:
    assert "not retained already" in why_not(
        done(Kind.RETAIN, public_ip=IP1), with_ips(ip("ip1", "web"))
    )


def test_an_address_that_is_gone_is_named() -> None:
    assert "203.0.113.3 is gone" in why_not(done(Kind.RETAIN, public_ip=IP1), with_ips())


# -- assign, move, unassign -------------------------------------------------------------------


def test_an_assigned_address_is_taken_off_by_the_dialog() -> None:
    turned = undo(done(Kind.ASSIGN, public_ip=IP1, server=WEB), with_ips(retained("web")))
    assert turned.removal is not None
    assert turned.removal.requests[0].kind is Kind.UNASSIGN


def test_an_unassigned_address_goes_back_to_its_server() -> None:
    turned = undo(done(Kind.UNASSIGN, public_ip=IP1, held_by=WEB), with_ips(retained()))
    assert turned.request is not None
    assert (turned.request.kind, turned.request.server) == (Kind.ASSIGN, WEB)


def test_a_moved_address_is_moved_back_by_the_dialog() -> None:
    turned = undo(done(Kind.MOVE, public_ip=IP1, server=WEB, held_by=DB), with_ips(retained("web")))
    assert turned.removal is not None
    assert turned.removal.requests[0].kind is Kind.MOVE
    assert turned.removal.requests[0].server == DB


def test_an_address_does_not_go_back_to_a_server_that_has_another() -> None:
    snapshot = with_ips(retained(), ip("another", "web"))
    assert "web has 203.0.113.7 by now" in why_not(
        done(Kind.UNASSIGN, public_ip=IP1, held_by=WEB), snapshot
    )


def test_an_address_that_somebody_else_moved_is_left_alone() -> None:
    assert "with another server by now" in why_not(
        done(Kind.ASSIGN, public_ip=IP1, server=WEB), with_ips(retained("db"))
    )


def test_an_address_does_not_go_back_to_a_server_that_is_gone() -> None:
    snapshot = Snapshot("IAD").with_servers([server("db")])[0].with_public_ips([retained()])[0]
    assert "the server web is gone" in why_not(
        done(Kind.UNASSIGN, public_ip=IP1, held_by=WEB), snapshot
    )
