"""What differs between two pictures of a region: the rows that changed, and no others."""

from __future__ import annotations

import random

import pytest

from rcv3_tui.model.delta import KeyDelta, SnapshotDelta, merge_deltas
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    NodeCounts,
    Server,
)
from rcv3_tui.model.snapshot import Snapshot
from tests.support.snapshots import ids, ip, node, pool, server, two_servers


@pytest.fixture
def snapshot() -> Snapshot:
    return two_servers()


# -- what differs ---------------------------------------------------------------------------------


def test_equal_data_returns_the_same_snapshot(snapshot: Snapshot) -> None:
    for after, diff in (
        snapshot.with_servers([server("db"), server("web")]),
        snapshot.with_public_ips([ip("ip1", "web")]),
        snapshot.with_public_ip(ip("ip1", "web")),
        snapshot.with_pools([pool("p2"), pool("p1", 1)]),
        snapshot.with_pool(pool("p1", 1)),
        snapshot.with_nodes("p1", [node("n1", "web")]),
        snapshot.with_node(node("n1", "web")),
        snapshot.with_networks([]),
    ):
        assert after is snapshot
        assert not diff


def test_snapshot_never_changes(snapshot: Snapshot) -> None:
    before = (dict(snapshot.servers), dict(snapshot.ips_of), dict(snapshot.nodes_of))

    snapshot.with_servers([])
    snapshot.with_public_ips([])
    snapshot.with_pools([])
    snapshot.with_nodes("p1", [])

    assert (snapshot.servers, snapshot.ips_of, snapshot.nodes_of) == before


def test_changed_server_affects_only_its_own_address_node_and_pool(snapshot: Snapshot) -> None:
    web = Server("id-web", "web", "SHUTOFF")

    after, diff = snapshot.with_servers([web, server("db")])

    assert after.servers["id-web"] is web
    assert diff == SnapshotDelta(
        servers=KeyDelta(ids("id-web")),
        public_ips=KeyDelta(ids("ip1")),
        nodes=KeyDelta(ids("n1")),
        pools=KeyDelta(ids("p1")),
    )


def test_server_without_records_affects_nothing_else(snapshot: Snapshot) -> None:
    _, diff = snapshot.with_servers([server("web")])

    assert diff == SnapshotDelta(servers=KeyDelta(removed=ids("id-db")))


def test_additional_servers_join_the_known_ones(snapshot: Snapshot) -> None:
    ghostly, _ = snapshot.with_public_ip(ip("ip2", "new"))

    after, diff = ghostly.with_more_servers([server("new"), server("web")])

    assert list(after.servers) == ["id-web", "id-db", "id-new"]
    assert diff == SnapshotDelta(servers=KeyDelta(ids("id-new")), public_ips=KeyDelta(ids("ip2")))
    assert after.with_more_servers([server("db")]) == (after, SnapshotDelta())


def test_additional_addresses_join_the_known_ones(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_more_public_ips([ip("ip2", "db"), ip("ip3", "db", "REMOVED")])

    assert list(after.public_ips) == ["ip1", "ip2"]
    assert [record.id for record in after.ips_of["id-db"]] == ["ip2"]
    assert diff == SnapshotDelta(public_ips=KeyDelta(ids("ip2")), servers=KeyDelta(ids("id-db")))
    assert after.with_more_public_ips([ip("ip1", "web")]) == (after, SnapshotDelta())


def test_removed_server_affects_the_records_that_name_it(snapshot: Snapshot) -> None:
    _, diff = snapshot.with_servers([server("db")])

    assert diff.servers == KeyDelta(removed=ids("id-web"))
    assert diff.public_ips == KeyDelta(ids("ip1"))
    assert diff.nodes == KeyDelta(ids("n1"))


def test_changed_address_affects_its_server(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_public_ip(ip("ip1", "web", "REMOVING"))

    assert after.ips_of["id-web"][0].status == "REMOVING"
    assert diff == SnapshotDelta(public_ips=KeyDelta(ids("ip1")), servers=KeyDelta(ids("id-web")))


def test_reassigned_address_affects_both_servers(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_public_ip(ip("ip1", "db"))

    assert diff.servers == KeyDelta(ids("id-web", "id-db"))
    assert "id-web" not in after.ips_of
    assert [record.id for record in after.ips_of["id-db"]] == ["ip1"]


def test_address_of_an_unlisted_server_affects_no_server(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_public_ip(ip("ip2", "ghost"))

    assert diff == SnapshotDelta(public_ips=KeyDelta(ids("ip2")))
    assert "id-ghost" in after.ips_of


def test_unassigned_address_leaves_its_server(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_public_ip(ip("ip1"))

    assert after.ips_of == {}
    assert diff.servers == KeyDelta(ids("id-web"))


def test_removed_address_leaves_its_server(snapshot: Snapshot) -> None:
    after, diff = snapshot.without_public_ip("ip1")

    assert after.ips_of == {}
    assert diff == SnapshotDelta(
        public_ips=KeyDelta(removed=ids("ip1")), servers=KeyDelta(ids("id-web"))
    )
    assert after.without_public_ip("ip1") == (after, SnapshotDelta())


@pytest.mark.parametrize("status", ["REMOVED", "DELETED"])
def test_gone_status_removes_the_record(snapshot: Snapshot, status: str) -> None:
    one, _ = snapshot.with_public_ip(ip("ip1", "web", status))
    all_of_them, _ = snapshot.with_public_ips([ip("ip1", "web", status)])
    members, _ = snapshot.with_nodes("p1", [node("n1", "web", status=status)])
    member, _ = snapshot.with_node(node("n1", "web", status=status))

    assert one.public_ips == all_of_them.public_ips == {}
    assert members.nodes["p1"] == member.nodes["p1"] == {}
    assert members.nodes_of == {}


def test_node_affects_its_server_and_pool(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_node(node("n2", "db"))

    assert set(after.nodes["p1"]) == {"n1", "n2"}
    assert diff == SnapshotDelta(
        nodes=KeyDelta(ids("n2")), servers=KeyDelta(ids("id-db")), pools=KeyDelta(ids("p1"))
    )


def test_removed_node_leaves_its_server(snapshot: Snapshot) -> None:
    after, diff = snapshot.without_node("p1", "n1")

    assert after.nodes["p1"] == {}
    assert after.nodes_of == {}
    assert diff.nodes == KeyDelta(removed=ids("n1"))
    assert after.without_node("p1", "n1") == (after, SnapshotDelta())


def test_node_of_another_server_leaves_the_first(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_nodes("p1", [node("n1", "db")])

    assert set(after.nodes_of) == {"id-db"}
    assert diff.servers == KeyDelta(ids("id-web", "id-db"))


def test_renamed_pool_affects_its_members(snapshot: Snapshot) -> None:
    renamed = LoadBalancerPool("p1", "another name", "ACTIVE", counts=NodeCounts(1, 0, 1))

    _, diff = snapshot.with_pools([renamed, pool("p2")])

    assert diff == SnapshotDelta(pools=KeyDelta(ids("p1")), servers=KeyDelta(ids("id-web")))


def test_removed_pool_removes_its_nodes(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_pools([pool("p2")])

    assert after.nodes == {}
    assert after.nodes_of == {}
    assert diff == SnapshotDelta(
        pools=KeyDelta(removed=ids("p1")),
        nodes=KeyDelta(removed=ids("n1")),
        servers=KeyDelta(ids("id-web")),
    )


def test_removed_pool_leaves_memberships_of_others(snapshot: Snapshot) -> None:
    snapshot, _ = snapshot.with_nodes("p2", [node("n2", "web", "p2")])

    after, _ = snapshot.with_pools([pool("p2")])

    assert [member.id for member in after.nodes_of["id-web"]] == ["n2"]


def test_single_pool_can_be_updated(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_pool(pool("p1", 7))

    assert after.pools["p1"].counts.total == 7
    assert diff == SnapshotDelta(pools=KeyDelta(ids("p1")))


def test_networks_affect_every_server(snapshot: Snapshot) -> None:
    _, diff = snapshot.with_networks([CloudNetwork("net", "RC-CLOUD")])

    assert diff == SnapshotDelta(
        networks=KeyDelta(ids("net")), servers=KeyDelta(ids("id-web", "id-db"))
    )


def test_duplicate_item_appears_once() -> None:
    after, diff = Snapshot("IAD").with_servers([server("web"), server("web")])

    assert len(after.servers) == 1
    assert diff.servers == KeyDelta(ids("id-web"))


def test_fetch_state_is_part_of_the_delta(snapshot: Snapshot) -> None:
    after, diff = snapshot.with_fetch_state(ResourceKind.POOLS, FetchState(error="HTTP 500"))

    assert after.fetch_state(ResourceKind.POOLS).error == "HTTP 500"
    assert diff == SnapshotDelta(fetch_states=frozenset({ResourceKind.POOLS}))
    assert snapshot.fetch_state(ResourceKind.POOLS) == FetchState()
    assert after.with_fetch_state(ResourceKind.POOLS, FetchState(error="HTTP 500")) == (
        after,
        SnapshotDelta(),
    )


@pytest.mark.parametrize("seed", range(20))
def test_relations_equal_those_of_a_new_snapshot_after_any_changes(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chosen so that it can be repeated
    names = ["web", "db", "api", None]
    snapshot = Snapshot("IAD")
    total = SnapshotDelta()
    for _ in range(60):
        before = snapshot
        key = f"k{chance.randrange(6)}"
        of = chance.choice(names)
        status = chance.choice(["ACTIVE", "ADDING", "ADD_FAILED", "REMOVED"])
        where = f"p{chance.randrange(3)}"
        match chance.randrange(6):
            case 0:
                snapshot, diff = snapshot.with_public_ip(ip(key, of, status))
            case 1:
                snapshot, diff = snapshot.without_public_ip(key)
            case 2:
                snapshot, diff = snapshot.with_node(
                    node(f"{where}-{key}", of or "x", where, status)
                )
            case 3:
                snapshot, diff = snapshot.without_node(where, f"{where}-{key}")
            case 4:
                listed = [pool(f"p{n}") for n in range(3) if chance.random() < 0.8]
                snapshot, diff = snapshot.with_pools(listed)
            case _:
                some = [server(name) for name in names if name and chance.random() < 0.8]
                snapshot, diff = snapshot.with_servers(some)
        total = merge_deltas(total, diff)
        assert _rows_that_differ(before, snapshot) <= diff.servers.changed | diff.servers.removed
        assert (
            snapshot.ips_of
            == Snapshot("IAD").with_public_ips(snapshot.public_ips.values())[0].ips_of
        )
        afresh = Snapshot("IAD")
        for key, members in snapshot.nodes.items():
            afresh, _ = afresh.with_nodes(key, members.values())
        assert snapshot.nodes_of == afresh.nodes_of
    assert total.public_ips.removed.isdisjoint(snapshot.public_ips)


def _rows_that_differ(before: Snapshot, after: Snapshot) -> set[str]:
    keys = before.servers.keys() | after.servers.keys()
    return {
        key
        for key in keys
        if before.servers.get(key) != after.servers.get(key)
        or before.ips_of.get(key) != after.ips_of.get(key)
        or before.nodes_of.get(key) != after.nodes_of.get(key)
    }


# -- two diffs in one -----------------------------------------------------------------------------


def test_merged_delta_has_the_changes_of_both() -> None:
    first = SnapshotDelta(
        servers=KeyDelta(ids("a")), fetch_states=frozenset({ResourceKind.SERVERS})
    )
    second = SnapshotDelta(
        servers=KeyDelta(ids("b")),
        pools=KeyDelta(ids("p")),
        fetch_states=frozenset({ResourceKind.POOLS}),
    )

    assert merge_deltas(first, second) == SnapshotDelta(
        servers=KeyDelta(ids("a", "b")),
        pools=KeyDelta(ids("p")),
        fetch_states=frozenset({ResourceKind.SERVERS, ResourceKind.POOLS}),
    )


def test_changed_and_then_removed_item_is_removed() -> None:
    merged = merge_deltas(
        SnapshotDelta(nodes=KeyDelta(ids("a"))), SnapshotDelta(nodes=KeyDelta(removed=ids("a")))
    )

    assert merged.nodes == KeyDelta(removed=ids("a"))


def test_removed_and_restored_item_is_changed() -> None:
    merged = merge_deltas(
        SnapshotDelta(public_ips=KeyDelta(removed=ids("a"))),
        SnapshotDelta(public_ips=KeyDelta(ids("a"))),
    )

    assert merged.public_ips == KeyDelta(ids("a"))


def test_empty_deltas_merge_into_an_empty_one() -> None:
    assert not merge_deltas(SnapshotDelta(), SnapshotDelta())
    assert merge_deltas(SnapshotDelta(), SnapshotDelta(networks=KeyDelta(ids("n"))))
