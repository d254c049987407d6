"""The rows of a region's resources, as the console and `status` show them."""

from __future__ import annotations

from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.views.rows import RowBuilder, RowContext
from tests.support.rows import operation
from tests.support.snapshots import NOW, ip, node, pool, server, two_servers


def whole(snapshot: Snapshot) -> Snapshot:
    for kind in ResourceKind:
        snapshot, _ = snapshot.with_fetch_state(kind, FetchState(fetched=NOW))
    return snapshot


BUSY = RowContext(
    status_since=lambda region, record: NOW,
    operation_on=lambda region, kind, key: operation(),
    has_finding=lambda region, kind, key: True,
)
"""A context in which each resource has an operation and a finding."""


def test_server_row_names_its_public_ip_and_its_pools() -> None:
    snapshot = whole(two_servers())
    row = RowBuilder(snapshot).server(snapshot.servers["id-web"])
    assert row.record == snapshot.public_ips["ip1"]
    assert row.pools == ("pool p1",)
    assert not row.attention


def test_server_row_of_unread_lists_claims_nothing() -> None:
    snapshot, _ = Snapshot("IAD").with_servers([server("web")])
    row = RowBuilder(snapshot).server(snapshot.servers["id-web"])
    assert not row.addresses_known
    assert not row.pools_known
    assert not row.private_known


def test_one_pool_with_unread_nodes_makes_memberships_a_lower_bound() -> None:
    snapshot = whole(two_servers())
    assert not RowBuilder(snapshot).knows_nodes
    snapshot, _ = snapshot.with_nodes("p2", [])
    assert RowBuilder(snapshot).knows_nodes


def test_server_row_names_an_unlisted_pool_by_its_id() -> None:
    snapshot, _ = whole(two_servers()).with_nodes("P9", [node("n9", "db", "P9")])
    assert RowBuilder(snapshot).server(snapshot.servers["id-db"]).pools == ("P9",)


def test_row_of_a_missing_server_is_an_orphan_once_servers_are_read() -> None:
    record, member = ip("ip2", "gone"), node("n2", "gone")
    unread, _ = Snapshot("IAD").with_pools([pool("p1", 1)])
    assert not RowBuilder(unread).public_ip(record).is_ghost
    read = whole(two_servers())
    assert RowBuilder(read).public_ip(record).is_ghost
    assert RowBuilder(read).node(member).is_ghost


def test_pool_row_counts_inactive_nodes_only_once_they_are_read() -> None:
    snapshot, _ = two_servers().with_nodes("p1", [node("n1", "web", status="ADD_FAILED")])
    assert RowBuilder(snapshot).pool(snapshot.pools["p1"]).not_active == 1
    assert RowBuilder(snapshot).pool(snapshot.pools["p2"]).not_active is None


def test_rows_show_operations_findings_and_times_of_their_context() -> None:
    snapshot = two_servers()
    build = RowBuilder(snapshot, BUSY)
    shown = build.server(snapshot.servers["id-web"], "IAD/id-web")
    assert (shown.row, shown.work, shown.record_since) == ("IAD/id-web", operation(), NOW)
    for row in (
        shown,
        build.public_ip(snapshot.public_ips["ip1"]),
        build.pool(snapshot.pools["p1"]),
        build.node(snapshot.nodes["p1"]["n1"]),
    ):
        assert row.attention
        assert row.work == operation()
