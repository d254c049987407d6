"""One snapshot of a region: the relations of its resources, and the names of servers."""

from __future__ import annotations

import pytest

from rcv3_tui.model.delta import KeyDelta, SnapshotDelta
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.resources import (
    Address,
    CloudNetwork,
    Server,
)
from rcv3_tui.model.snapshot import Snapshot
from tests.support.snapshots import NOW, ids, ip, node, server, two_servers


@pytest.fixture
def snapshot() -> Snapshot:
    return two_servers()


# -- joins ----------------------------------------------------------------------------------------


def test_server_knows_its_addresses_and_memberships(snapshot: Snapshot) -> None:
    assert [record.id for record in snapshot.ips_of["id-web"]] == ["ip1"]
    assert [member.id for member in snapshot.nodes_of["id-web"]] == ["n1"]
    assert "id-db" not in snapshot.ips_of
    assert "id-db" not in snapshot.nodes_of


def test_letter_case_of_ids_does_not_matter() -> None:
    snapshot, _ = Snapshot("IAD").with_servers([Server("ID-Web", "web", "ACTIVE")])
    snapshot, _ = snapshot.with_public_ips([ip("IP1", "WEB")])
    snapshot, _ = snapshot.with_nodes("p1", [node("N1", "wEb", "P1")])

    assert snapshot.public_ip_of("id-web") is not None
    assert snapshot.nodes_of["id-web"][0].pool_key == "p1"


def test_effective_record_is_active_then_transitional_then_failed_newest_first() -> None:
    records = [
        ip("failed", "web", "ADD_FAILED"),
        ip("old", "web", "ACTIVE", age=100),
        ip("moving", "web", "ADDING"),
        ip("new", "web", "ACTIVE", age=10),
    ]
    snapshot, _ = Snapshot("IAD").with_public_ips(records)

    assert [r.id for r in snapshot.ips_of["id-web"]] == ["new", "old", "moving", "failed"]
    counts = snapshot.public_ip_of("id-web")
    assert counts is not None
    assert counts.id == "new"
    assert snapshot.public_ip_of("id-db") is None


def test_record_without_server_is_related_to_none(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_public_ip(ip("retained"))

    assert after.ips_of == snapshot.ips_of
    assert diff == SnapshotDelta(public_ips=KeyDelta(ids("retained")))


def test_memberships_are_in_the_order_of_their_pools(snapshot: Snapshot) -> None:
    after, _ = snapshot.with_nodes("p0", [node("n0", "web", "p0")])

    assert [member.pool_id for member in after.nodes_of["id-web"]] == ["p0", "p1"]


def test_active_nodes_are_counted(snapshot: Snapshot) -> None:
    after, _ = snapshot.with_nodes("p1", [node("n1", "web"), node("n2", "db", status="ADDING")])

    assert after.active_nodes("p1") == 1
    assert after.active_nodes("p2") == 0


def test_unread_pool_has_no_nodes_in_the_snapshot(snapshot: Snapshot) -> None:
    assert "p2" not in snapshot.nodes
    assert snapshot.nodes_in("p2") == {}
    after, diff = snapshot.with_nodes("p2", [])
    assert "p2" in after.nodes
    assert diff.pools == KeyDelta(ids("p2"))


def test_unreadable_nodes_are_counted_for_each_pool_until_it_is_read_again(
    snapshot: Snapshot,
) -> None:
    after, _ = snapshot.with_nodes("p1", [node("n1", "web")], unreadable=2)
    after, _ = after.with_nodes("p2", [], unreadable=0)
    after, _ = after.with_node(node("n3", "db", "p1"))

    assert after.unreadable(ResourceKind.NODES, "p1").startswith("2 of the pool nodes of ")
    assert after.unreadable(ResourceKind.NODES, "p2") == ""
    again, _ = after.with_nodes("p1", [node("n1", "web")], unreadable=0)
    assert again.unreadable(ResourceKind.NODES, "p1") == ""


# -- names, ghosts, private addresses -------------------------------------------------------------


def test_server_name_is_novas_then_the_records_then_the_id(snapshot: Snapshot) -> None:
    assert snapshot.server_name("id-web", "old name") == "web"
    assert snapshot.server_name("id-gone", "old name") == "old name"
    assert snapshot.server_name("id-gone") == "id-gone"


def test_only_a_complete_list_proves_an_orphan(snapshot: Snapshot) -> None:
    assert not snapshot.is_orphan("id-gone")

    after, _ = snapshot.with_fetch_state(ResourceKind.SERVERS, FetchState(fetched=NOW))

    assert after.is_orphan("id-gone")
    assert not after.is_orphan("id-web")


RC = Address("RC-CLOUD", "192.0.2.10")
NAMED = Address("backend", "198.51.100.7")
SERVICE = Address("private", "10.180.0.1")
PUBLIC = Address("public", "203.0.113.77")


def test_private_address_is_that_on_the_linked_network() -> None:
    snapshot, _ = Snapshot("IAD").with_networks([CloudNetwork("net", "backend")])

    assert snapshot.private_ip_of(server("web", PUBLIC, RC, NAMED)) == "198.51.100.7"


def test_private_address_is_that_with_an_rc_label_before_networks_are_read() -> None:
    assert Snapshot("IAD").private_ip_of(server("web", SERVICE, RC)) == "192.0.2.10"
    lower = Address("rc-cloud", "192.0.2.11")
    assert Snapshot("IAD").private_ip_of(server("web", SERVICE, lower)) == "192.0.2.11"


def test_private_address_is_then_that_of_the_record() -> None:
    snapshot, _ = Snapshot("IAD").with_public_ips([ip("ip1", "web", private_ip="192.0.2.12")])

    assert snapshot.private_ip_of(server("web", SERVICE)) == "192.0.2.12"


def test_private_address_is_then_that_of_the_service_network() -> None:
    six = Address("private", "2001:db8::1", 6)

    assert Snapshot("IAD").private_ip_of(server("web", six, SERVICE)) == "10.180.0.1"
    assert Snapshot("IAD").private_ip_of(server("web", six, PUBLIC)) is None
