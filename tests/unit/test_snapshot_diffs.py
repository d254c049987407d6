"""What differs between two pictures of a region: the rows that changed, and no others."""

from __future__ import annotations

import random

import pytest

from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    NodeCounts,
    Server,
)
from rcv3_tui.model.snapshot import Delta, Diff, Part, PartState, Snapshot, merge
from tests.unit.pictures import ids, ip, node, pool, server, two_servers


@pytest.fixture
def picture() -> Snapshot:
    return two_servers()


# -- what differs ---------------------------------------------------------------------------------


def test_the_same_again_is_the_very_same_picture(picture: Snapshot) -> None:
    for after, diff in (
        picture.with_servers([server("db"), server("web")]),
        picture.with_public_ips([ip("ip1", "web")]),
        picture.with_public_ip(ip("ip1", "web")),
        picture.with_pools([pool("p2"), pool("p1", 1)]),
        picture.with_pool(pool("p1", 1)),
        picture.with_nodes("p1", [node("n1", "web")]),
        picture.with_node(node("n1", "web")),
        picture.with_networks([]),
    ):
        assert after is picture
        assert not diff


def test_no_picture_is_ever_changed(picture: Snapshot) -> None:
    before = (dict(picture.servers), dict(picture.ips_of), dict(picture.nodes_of))

    picture.with_servers([])
    picture.with_public_ips([])
    picture.with_pools([])
    picture.with_nodes("p1", [])

    assert (picture.servers, picture.ips_of, picture.nodes_of) == before


def test_a_changed_server_touches_its_own_address_node_and_pool_only(picture: Snapshot) -> None:
    web = Server("id-web", "web", "SHUTOFF")

    after, diff = picture.with_servers([web, server("db")])

    assert after.servers["id-web"] is web
    assert diff == Diff(
        servers=Delta(ids("id-web")),
        public_ips=Delta(ids("ip1")),
        nodes=Delta(ids("n1")),
        pools=Delta(ids("p1")),
    )


def test_a_server_without_records_touches_nothing_else(picture: Snapshot) -> None:
    _, diff = picture.with_servers([server("web")])

    assert diff == Diff(servers=Delta(removed=ids("id-db")))


def test_more_servers_come_besides_those_that_are_there(picture: Snapshot) -> None:
    ghostly, _ = picture.with_public_ip(ip("ip2", "new"))

    after, diff = ghostly.with_more_servers([server("new"), server("web")])

    assert list(after.servers) == ["id-web", "id-db", "id-new"]
    assert diff == Diff(servers=Delta(ids("id-new")), public_ips=Delta(ids("ip2")))
    assert after.with_more_servers([server("db")]) == (after, Diff())


def test_more_addresses_come_besides_those_that_are_there(picture: Snapshot) -> None:
    after, diff = picture.with_more_public_ips([ip("ip2", "db"), ip("ip3", "db", "REMOVED")])

    assert list(after.public_ips) == ["ip1", "ip2"]
    assert [record.id for record in after.ips_of["id-db"]] == ["ip2"]
    assert diff == Diff(public_ips=Delta(ids("ip2")), servers=Delta(ids("id-db")))
    assert after.with_more_public_ips([ip("ip1", "web")]) == (after, Diff())


def test_a_removed_server_touches_the_records_that_name_it(picture: Snapshot) -> None:
    _, diff = picture.with_servers([server("db")])

    assert diff.servers == Delta(removed=ids("id-web"))
    assert diff.public_ips == Delta(ids("ip1"))
    assert diff.nodes == Delta(ids("n1"))


def test_a_changed_address_touches_its_server(picture: Snapshot) -> None:
    after, diff = picture.with_public_ip(ip("ip1", "web", "REMOVING"))

    assert after.ips_of["id-web"][0].status == "REMOVING"
    assert diff == Diff(public_ips=Delta(ids("ip1")), servers=Delta(ids("id-web")))


def test_a_moved_address_touches_both_servers(picture: Snapshot) -> None:
    after, diff = picture.with_public_ip(ip("ip1", "db"))

    assert diff.servers == Delta(ids("id-web", "id-db"))
    assert "id-web" not in after.ips_of
    assert [record.id for record in after.ips_of["id-db"]] == ["ip1"]


def test_an_address_of_a_server_that_is_not_listed_touches_no_server(picture: Snapshot) -> None:
    after, diff = picture.with_public_ip(ip("ip2", "ghost"))

    assert diff == Diff(public_ips=Delta(ids("ip2")))
    assert "id-ghost" in after.ips_of


def test_an_unassigned_address_leaves_its_server(picture: Snapshot) -> None:
    after, diff = picture.with_public_ip(ip("ip1"))

    assert after.ips_of == {}
    assert diff.servers == Delta(ids("id-web"))


def test_a_removed_address_leaves_its_server(picture: Snapshot) -> None:
    after, diff = picture.without_public_ip("ip1")

    assert after.ips_of == {}
    assert diff == Diff(public_ips=Delta(removed=ids("ip1")), servers=Delta(ids("id-web")))
    assert after.without_public_ip("ip1") == (after, Diff())


@pytest.mark.parametrize("status", ["REMOVED", "DELETED"])
def test_a_status_that_means_gone_takes_the_row_away(picture: Snapshot, status: str) -> None:
    one, _ = picture.with_public_ip(ip("ip1", "web", status))
    all_of_them, _ = picture.with_public_ips([ip("ip1", "web", status)])
    members, _ = picture.with_nodes("p1", [node("n1", "web", status=status)])
    member, _ = picture.with_node(node("n1", "web", status=status))

    assert one.public_ips == all_of_them.public_ips == {}
    assert members.nodes["p1"] == member.nodes["p1"] == {}
    assert members.nodes_of == {}


def test_a_node_touches_its_server_and_pool(picture: Snapshot) -> None:
    after, diff = picture.with_node(node("n2", "db"))

    assert set(after.nodes["p1"]) == {"n1", "n2"}
    assert diff == Diff(nodes=Delta(ids("n2")), servers=Delta(ids("id-db")), pools=Delta(ids("p1")))


def test_a_node_that_went_leaves_its_server(picture: Snapshot) -> None:
    after, diff = picture.without_node("p1", "n1")

    assert after.nodes["p1"] == {}
    assert after.nodes_of == {}
    assert diff.nodes == Delta(removed=ids("n1"))
    assert after.without_node("p1", "n1") == (after, Diff())


def test_a_node_that_moved_to_another_server_leaves_the_first(picture: Snapshot) -> None:
    after, diff = picture.with_nodes("p1", [node("n1", "db")])

    assert set(after.nodes_of) == {"id-db"}
    assert diff.servers == Delta(ids("id-web", "id-db"))


def test_a_renamed_pool_touches_its_members(picture: Snapshot) -> None:
    renamed = LoadBalancerPool("p1", "another name", "ACTIVE", counts=NodeCounts(1, 0, 1))

    _, diff = picture.with_pools([renamed, pool("p2")])

    assert diff == Diff(pools=Delta(ids("p1")), servers=Delta(ids("id-web")))


def test_a_removed_pool_takes_its_nodes_along(picture: Snapshot) -> None:
    after, diff = picture.with_pools([pool("p2")])

    assert after.nodes == {}
    assert after.nodes_of == {}
    assert diff == Diff(
        pools=Delta(removed=ids("p1")),
        nodes=Delta(removed=ids("n1")),
        servers=Delta(ids("id-web")),
    )


def test_a_removed_pool_leaves_memberships_of_others(picture: Snapshot) -> None:
    picture, _ = picture.with_nodes("p2", [node("n2", "web", "p2")])

    after, _ = picture.with_pools([pool("p2")])

    assert [member.id for member in after.nodes_of["id-web"]] == ["n2"]


def test_one_pool_is_put_in_alone(picture: Snapshot) -> None:
    after, diff = picture.with_pool(pool("p1", 7))

    assert after.pools["p1"].counts.total == 7
    assert diff == Diff(pools=Delta(ids("p1")))


def test_networks_touch_every_server(picture: Snapshot) -> None:
    _, diff = picture.with_networks([CloudNetwork("net", "RC-CLOUD")])

    assert diff == Diff(networks=Delta(ids("net")), servers=Delta(ids("id-web", "id-db")))


def test_an_item_that_came_twice_is_there_once() -> None:
    after, diff = Snapshot("IAD").with_servers([server("web"), server("web")])

    assert len(after.servers) == 1
    assert diff.servers == Delta(ids("id-web"))


def test_a_parts_state_is_a_difference_of_its_own(picture: Snapshot) -> None:
    after, diff = picture.with_part(Part.POOLS, PartState(error="HTTP 500"))

    assert after.part(Part.POOLS).error == "HTTP 500"
    assert diff == Diff(parts=frozenset({Part.POOLS}))
    assert picture.part(Part.POOLS) == PartState()
    assert after.with_part(Part.POOLS, PartState(error="HTTP 500")) == (after, Diff())


@pytest.mark.parametrize("seed", range(20))
def test_after_any_changes_the_joins_are_those_of_a_picture_made_afresh(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chosen so that it can be repeated
    names = ["web", "db", "api", None]
    snapshot = Snapshot("IAD")
    told = Diff()
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
        told = merge(told, diff)
        assert _rows_that_differ(before, snapshot) <= diff.servers.changed | diff.servers.removed
        assert (
            snapshot.ips_of
            == Snapshot("IAD").with_public_ips(snapshot.public_ips.values())[0].ips_of
        )
        afresh = Snapshot("IAD")
        for key, members in snapshot.nodes.items():
            afresh, _ = afresh.with_nodes(key, members.values())
        assert snapshot.nodes_of == afresh.nodes_of
    assert told.public_ips.removed.isdisjoint(snapshot.public_ips)


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


def test_two_diffs_come_to_what_both_change() -> None:
    first = Diff(servers=Delta(ids("a")), parts=frozenset({Part.SERVERS}))
    second = Diff(servers=Delta(ids("b")), pools=Delta(ids("p")), parts=frozenset({Part.POOLS}))

    assert merge(first, second) == Diff(
        servers=Delta(ids("a", "b")),
        pools=Delta(ids("p")),
        parts=frozenset({Part.SERVERS, Part.POOLS}),
    )


def test_what_was_changed_and_then_removed_is_removed() -> None:
    merged = merge(Diff(nodes=Delta(ids("a"))), Diff(nodes=Delta(removed=ids("a"))))

    assert merged.nodes == Delta(removed=ids("a"))


def test_what_was_removed_and_came_back_is_changed() -> None:
    merged = merge(Diff(public_ips=Delta(removed=ids("a"))), Diff(public_ips=Delta(ids("a"))))

    assert merged.public_ips == Delta(ids("a"))


def test_nothing_and_nothing_is_nothing() -> None:
    assert not merge(Diff(), Diff())
    assert merge(Diff(), Diff(networks=Delta(ids("n"))))
