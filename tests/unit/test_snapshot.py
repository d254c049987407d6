"""One picture of a region: how its parts join, and what a server goes by."""

from __future__ import annotations

import pytest

from rcv3_tui.model.resources import (
    Address,
    CloudNetwork,
    Server,
)
from rcv3_tui.model.snapshot import Delta, Diff, Part, PartState, Snapshot
from tests.unit.pictures import NOW, ids, ip, node, server, two_servers


@pytest.fixture
def picture() -> Snapshot:
    return two_servers()


# -- joins ----------------------------------------------------------------------------------------


def test_a_server_knows_its_addresses_and_memberships(picture: Snapshot) -> None:
    assert [record.id for record in picture.ips_of["id-web"]] == ["ip1"]
    assert [member.id for member in picture.nodes_of["id-web"]] == ["n1"]
    assert "id-db" not in picture.ips_of
    assert "id-db" not in picture.nodes_of


def test_letter_case_of_ids_does_not_matter() -> None:
    snapshot, _ = Snapshot("IAD").with_servers([Server("ID-Web", "web", "ACTIVE")])
    snapshot, _ = snapshot.with_public_ips([ip("IP1", "WEB")])
    snapshot, _ = snapshot.with_nodes("p1", [node("N1", "wEb", "P1")])

    assert snapshot.public_ip_of("id-web") is not None
    assert snapshot.nodes_of["id-web"][0].pool_key == "p1"


def test_the_record_that_counts_is_active_then_moving_then_failed_newest_first() -> None:
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


def test_a_record_without_a_server_is_joined_to_none(picture: Snapshot) -> None:
    after, diff = picture.with_public_ip(ip("kept"))

    assert after.ips_of == picture.ips_of
    assert diff == Diff(public_ips=Delta(ids("kept")))


def test_memberships_are_in_the_order_of_their_pools(picture: Snapshot) -> None:
    after, _ = picture.with_nodes("p0", [node("n0", "web", "p0")])

    assert [member.pool_id for member in after.nodes_of["id-web"]] == ["p0", "p1"]


def test_active_nodes_are_counted(picture: Snapshot) -> None:
    after, _ = picture.with_nodes("p1", [node("n1", "web"), node("n2", "db", status="ADDING")])

    assert after.active_nodes("p1") == 1
    assert after.active_nodes("p2") == 0


def test_a_pool_that_was_never_read_has_no_nodes_in_the_picture(picture: Snapshot) -> None:
    assert "p2" not in picture.nodes
    assert picture.nodes_in("p2") == {}
    after, diff = picture.with_nodes("p2", [])
    assert "p2" in after.nodes
    assert diff.pools == Delta(ids("p2"))


# -- names, ghosts, private addresses -------------------------------------------------------------


def test_a_name_is_novas_then_the_records_then_the_id(picture: Snapshot) -> None:
    assert picture.server_name("id-web", "old name") == "web"
    assert picture.server_name("id-gone", "old name") == "old name"
    assert picture.server_name("id-gone") == "id-gone"


def test_only_a_list_that_was_read_proves_a_ghost(picture: Snapshot) -> None:
    assert not picture.is_ghost("id-gone")

    after, _ = picture.with_part(Part.SERVERS, PartState(fetched=NOW))

    assert after.is_ghost("id-gone")
    assert not after.is_ghost("id-web")


RC = Address("RC-CLOUD", "192.0.2.10")
NAMED = Address("backend", "198.51.100.7")
SERVICE = Address("private", "10.180.0.1")
PUBLIC = Address("public", "203.0.113.77")


def test_the_private_address_is_that_on_the_linked_network() -> None:
    snapshot, _ = Snapshot("IAD").with_networks([CloudNetwork("net", "backend")])

    assert snapshot.private_ip_of(server("web", PUBLIC, RC, NAMED)) == "198.51.100.7"


def test_before_the_networks_are_known_a_label_in_rc_has_to_do() -> None:
    assert Snapshot("IAD").private_ip_of(server("web", SERVICE, RC)) == "192.0.2.10"
    lower = Address("rc-cloud", "192.0.2.11")
    assert Snapshot("IAD").private_ip_of(server("web", SERVICE, lower)) == "192.0.2.11"


def test_then_what_the_record_says() -> None:
    snapshot, _ = Snapshot("IAD").with_public_ips([ip("ip1", "web", private_ip="192.0.2.12")])

    assert snapshot.private_ip_of(server("web", SERVICE)) == "192.0.2.12"


def test_then_the_service_network_of_version_4() -> None:
    six = Address("private", "2001:db8::1", 6)

    assert Snapshot("IAD").private_ip_of(server("web", six, SERVICE)) == "10.180.0.1"
    assert Snapshot("IAD").private_ip_of(server("web", six, PUBLIC)) is None
