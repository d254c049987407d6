"""What a removal brings about, and how heavily the question weighs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from rcv3_tui.model.consequences import (
    Removal,
    move_of,
    release_of,
    removal_of_nodes,
    removal_of_public_ips,
    unassignment_of,
)
from rcv3_tui.model.operation import Kind
from rcv3_tui.model.resources import (
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.snapshot import Part, PartState, Snapshot

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BLOCK = "the address goes back to the block and may not be had again"


def server(number: int, **more: object) -> Server:
    values: dict[str, object] = {"id": f"S-{number}", "name": f"web-0{number}", "status": "ACTIVE"}
    return Server(**{**values, **more})  # type: ignore[arg-type]


def link(number: int) -> ServerLink:
    return ServerLink(id=f"S-{number}", name=f"web-0{number}", private_ip=f"10.0.0.{number}")


def public_ip(number: int, on: int | None, **more: object) -> PublicIP:
    values: dict[str, object] = {
        "id": f"IP-{number}",
        "status": "ACTIVE",
        "address": f"203.0.113.{number}",
        "server": None if on is None else link(on),
    }
    return PublicIP(**{**values, **more})  # type: ignore[arg-type]


def node(number: int, on: int, status: str = "ACTIVE", pool: str = "POOL-1") -> PoolNode:
    return PoolNode(id=f"N-{number}", pool_id=pool, status=status, server=link(on))


def pool(number: int = 1, name: str = "web-80", external: int = 0) -> LoadBalancerPool:
    return LoadBalancerPool(
        id=f"POOL-{number}",
        name=name,
        status="ACTIVE",
        virtual_ip="203.0.113.5",
        port=80,
        counts=NodeCounts(external=external),
    )


FIVE = (server(1), server(2), server(3), server(4), server(5))


def account(
    *ips: PublicIP,
    servers: tuple[Server, ...] = FIVE,
    nodes: tuple[PoolNode, ...] | None = None,
    pools: tuple[LoadBalancerPool, ...] = (pool(),),
) -> Snapshot:
    picture = Snapshot(region="DFW", tenant="123456")
    picture, _ = picture.with_part(Part.SERVERS, PartState(fetched=NOW))
    picture, _ = picture.with_servers(servers)
    picture, _ = picture.with_public_ips(ips)
    picture, _ = picture.with_pools(pools)
    if nodes is not None:
        for one in pools:
            picture, _ = picture.with_nodes(one.key, [n for n in nodes if n.pool_key == one.key])
    return picture


def remove_ips(picture: Snapshot, *keys: str, protected: bool = False) -> Removal:
    return removal_of_public_ips(picture, keys, profile="acme", protected=protected)


def remove_nodes(picture: Snapshot, *keys: tuple[str, str], protected: bool = False) -> Removal:
    return removal_of_nodes(picture, keys, profile="acme", protected=protected)


def test_the_last_public_address_of_a_server_cuts_it_off() -> None:
    removal = remove_ips(account(public_ip(10, on=3)), "ip-10")
    assert removal.consequences == (
        "last public address of web-03: it cannot be reached from outside",
        BLOCK,
    )
    assert removal.tier == 2


def test_a_server_with_another_active_address_is_not_cut_off() -> None:
    removal = remove_ips(account(public_ip(10, on=3), public_ip(11, on=3)), "ip-10")
    assert removal.consequences == (BLOCK,)
    assert removal.tier == 2


def test_a_failed_second_record_does_not_keep_a_server_reachable() -> None:
    failed = public_ip(11, on=3, status="ADD_FAILED", address=None)
    removal = remove_ips(account(public_ip(10, on=3), failed), "ip-10")
    assert "last public address of web-03" in removal.consequences[0]


def test_both_addresses_of_a_server_at_once_cut_it_off() -> None:
    picture = account(public_ip(10, on=3), public_ip(11, on=3))
    assert "last public address of web-03" in remove_ips(picture, "ip-10", "ip-11").consequences[0]


def test_a_removal_names_address_server_id_and_where() -> None:
    removal = remove_ips(account(public_ip(10, on=3)), "ip-10")
    (item,) = removal.items
    assert (item.kind, item.name, item.address, item.id) == (
        "public IP",
        "web-03",
        "203.0.113.10",
        "IP-10",
    )
    assert removal.where == ("acme", "DFW", "123456")
    assert removal.title == "Remove public IP 203.0.113.10 of web-03"


def test_the_request_is_bound_to_the_ids_seen() -> None:
    (request,) = remove_ips(account(public_ip(10, on=3)), "ip-10").requests
    assert request.kind is Kind.REMOVE_PUBLIC_IP
    assert request.region == "DFW"
    assert request.public_ip is not None
    assert (request.public_ip.id, request.public_ip.name) == ("IP-10", "203.0.113.10")
    assert request.held_by is not None
    assert request.held_by.id == "S-3"
    assert request.server is None


def test_one_thing_is_armed_by_its_address_or_its_servers_name() -> None:
    assert remove_ips(account(public_ip(10, on=3)), "ip-10").phrases == ("203.0.113.10", "web-03")


def test_a_record_with_neither_address_nor_server_is_armed_by_its_id() -> None:
    bare = public_ip(10, on=None, address=None, status="ADD_FAILED")
    removal = remove_ips(account(bare), "ip-10")
    assert removal.phrases == ("IP-10",)
    assert removal.consequences == ()


def test_a_name_that_a_keyboard_may_not_write_can_be_given_by_id() -> None:
    picture = account(servers=(server(3, name="ウェブ"),), nodes=(node(1, on=3), node(2, on=4)))
    assert remove_nodes(picture, ("pool-1", "n-1")).phrases == ("ウェブ", "N-1")


def test_many_things_are_armed_by_their_count() -> None:
    picture = account(*(public_ip(10 + n, on=n) for n in range(1, 4)))
    removal = remove_ips(picture, "ip-11", "ip-12", "ip-13")
    assert removal.phrases == ("3",)
    assert removal.tier == 2
    assert removal.title == "Remove 3 public IPs"
    assert removal.consequences[0] == (
        "last public address of web-01, web-02, web-03: they cannot be reached from outside"
    )


def test_things_that_are_gone_are_left_out() -> None:
    assert remove_ips(account(), "ip-10").items == ()
    assert remove_nodes(account(nodes=()), ("pool-1", "n-9")).items == ()


def test_a_retained_address_is_let_go_in_two_steps() -> None:
    removal = remove_ips(account(public_ip(10, on=3, retain=True)), "ip-10")
    expected = "retained: retain is switched off first, then the address is removed"
    assert expected in removal.consequences


def test_a_retained_address_without_a_server_goes_in_one_step() -> None:
    removal = remove_ips(account(public_ip(10, on=None, retain=True)), "ip-10")
    assert removal.consequences == (BLOCK,)
    assert removal.phrases == ("203.0.113.10",)
    assert removal.items[0].extra == ("unassigned", "retained")


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("rax:auto_scaling_group_id", "an Auto Scale group"),
        ("rax:autoscale:group:id", "an Auto Scale group"),
        ("rax-heat", "a Heat stack"),
        ("rax-heat-stack", "a Heat stack"),
    ],
)
def test_an_owner_that_may_undo_it_is_named(key: str, owner: str) -> None:
    picture = account(public_ip(10, on=3), servers=(server(3, metadata=((key, "x"),)),))
    warning = f"web-03 belongs to {owner}: it may undo this"
    assert warning in remove_ips(picture, "ip-10").consequences


def test_an_address_of_a_server_that_no_longer_exists_cuts_nobody_off() -> None:
    removal = remove_ips(account(public_ip(10, on=3), servers=()), "ip-10")
    assert removal.consequences[0] == "web-03 is not in the list of servers any more"


def test_a_moving_address_says_that_it_may_be_refused() -> None:
    removal = remove_ips(account(public_ip(10, on=3, status="ADDING")), "ip-10")
    assert "203.0.113.10 is still ADDING: the service may refuse" in removal.consequences


def test_one_node_of_three_is_a_light_question() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2), node(3, 3)))
    removal = remove_nodes(picture, ("pool-1", "n-3"))
    assert removal.consequences == ("pool web-80: 3 active -> 2",)
    assert removal.tier == 1
    assert removal.phrases == ("web-03",)
    assert removal.items[0].address == "10.0.0.3"
    assert removal.items[0].extra == ("in pool web-80 (203.0.113.5:80)",)


def test_a_nodes_request_names_server_pool_and_node() -> None:
    (request,) = remove_nodes(account(nodes=(node(1, 1), node(2, 2))), ("pool-1", "n-1")).requests
    assert request.kind is Kind.REMOVE_NODE
    assert request.server is not None
    assert request.pool is not None
    assert request.node is not None
    assert (request.server.id, request.pool.id, request.node.id) == ("S-1", "POOL-1", "N-1")


def test_the_last_active_node_leaves_nothing_to_serve() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2, "ADD_FAILED")))
    removal = remove_nodes(picture, ("pool-1", "n-1"))
    assert removal.consequences == (
        "last active node of pool web-80: nothing is left to serve 203.0.113.5:80",
    )
    assert removal.tier == 2


def test_external_members_are_counted_as_what_is_left() -> None:
    picture = account(nodes=(node(1, 1),), pools=(pool(external=2),))
    removal = remove_nodes(picture, ("pool-1", "n-1"))
    assert "only 2 external nodes are left to serve" in removal.consequences[0]
    assert removal.tier == 2


def test_a_failed_node_takes_no_active_one_away() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2, "ADD_FAILED")))
    removal = remove_nodes(picture, ("pool-1", "n-2"))
    assert removal.consequences == ("pool web-80: 1 active -> 1",)
    assert removal.tier == 1


def test_a_pool_without_an_active_node_says_so() -> None:
    removal = remove_nodes(account(nodes=(node(1, 1, "ADD_FAILED"),)), ("pool-1", "n-1"))
    assert removal.consequences[0].startswith("pool web-80 has no active node")
    assert removal.tier == 2


def test_all_nodes_of_a_pool_at_once_leave_nothing() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2)))
    removal = remove_nodes(picture, ("pool-1", "n-1"), ("pool-1", "n-2"))
    assert removal.consequences == (
        "the last 2 active nodes of pool web-80: nothing is left to serve 203.0.113.5:80",
    )
    assert removal.phrases == ("2",)


def test_one_server_out_of_two_pools_weighs_more_than_one() -> None:
    nodes = (node(1, 1), node(2, 2), node(3, 1, pool="POOL-2"), node(4, 2, pool="POOL-2"))
    picture = account(nodes=nodes, pools=(pool(), pool(2, "web-443")))
    removal = remove_nodes(picture, ("pool-1", "n-1"), ("pool-2", "n-3"))
    assert removal.consequences == ("pool web-80: 2 active -> 1", "pool web-443: 2 active -> 1")
    assert removal.tier == 2


def test_a_pool_that_was_not_read_is_a_heavy_question() -> None:
    picture = replace(account(), nodes_of={"s-1": (node(1, 1),)})
    removal = remove_nodes(picture, ("pool-1", "n-1"))
    assert "members not read yet" in removal.consequences[0]
    assert removal.tier == 2


def test_in_a_protected_profile_every_question_is_tier_three() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2), node(3, 3)))
    assert remove_nodes(picture, ("pool-1", "n-3"), protected=True).tier == 3
    picture = account(public_ip(10, on=3))
    assert remove_ips(picture, "ip-10", protected=True).tier == 3


def test_unassigning_the_last_address_has_to_be_typed() -> None:
    picture = account(public_ip(10, on=3, retain=True))
    removal = unassignment_of(picture, "ip-10", profile="acme")
    assert removal.tier == 2
    assert removal.verb == "Unassign"
    assert "last public address of web-03" in removal.consequences[0]
    assert "203.0.113.10 stays yours, without a server" in removal.consequences
    assert removal.requests[0].kind is Kind.UNASSIGN


def test_unassigning_one_of_two_addresses_is_light() -> None:
    picture = account(public_ip(10, on=3, retain=True), public_ip(11, on=3))
    assert unassignment_of(picture, "ip-10", profile="acme").tier == 1


def test_unassigning_an_address_that_is_not_retained_loses_it() -> None:
    picture = account(public_ip(10, on=3), public_ip(11, on=3))
    removal = unassignment_of(picture, "ip-10", profile="acme")
    assert removal.tier == 2
    assert BLOCK in removal.consequences


def test_a_move_names_both_servers_and_what_the_old_one_loses() -> None:
    picture = account(public_ip(10, on=3, retain=True))
    removal = move_of(picture, "ip-10", "s-4", profile="acme")
    assert removal.title == "Move 203.0.113.10 of web-03 to web-04"
    assert removal.consequences == (
        "web-03 loses 203.0.113.10 at once; web-04 gets it",
        "last public address of web-03: it cannot be reached from outside",
    )
    assert removal.tier == 2
    (request,) = removal.requests
    assert request.kind is Kind.MOVE
    assert request.server is not None
    assert request.held_by is not None
    assert (request.server.id, request.held_by.id) == ("S-4", "S-3")


def test_a_move_to_a_server_that_has_an_address_says_so() -> None:
    picture = account(public_ip(10, on=3, retain=True), public_ip(11, on=4))
    removal = move_of(picture, "ip-10", "s-4", profile="acme")
    assert any("web-04 has 203.0.113.11 already" in line for line in removal.consequences)


def test_moving_an_unassigned_address_is_an_assignment() -> None:
    removal = move_of(account(public_ip(10, on=None, retain=True)), "ip-10", "s-4", profile="acme")
    assert removal.requests[0].kind is Kind.ASSIGN
    assert (removal.verb, removal.tier) == ("Assign", 1)


def test_letting_go_of_an_unassigned_address_has_to_be_typed() -> None:
    removal = release_of(account(public_ip(10, on=None, retain=True)), "ip-10", profile="acme")
    assert removal is not None
    assert removal.tier == 2
    assert "probably removed" in removal.consequences[0]
    assert removal.requests[0].kind is Kind.RELEASE


def test_switching_retain_off_for_an_assigned_address_asks_nobody() -> None:
    picture = account(public_ip(10, on=3, retain=True))
    assert release_of(picture, "ip-10", profile="acme") is None


def after(picture: Snapshot, record: PublicIP) -> Snapshot:
    return picture.with_public_ip(record)[0]


def test_a_later_time_stamp_changes_no_fingerprint() -> None:
    picture = account(public_ip(10, on=3))
    removal = remove_ips(picture, "ip-10")
    later = after(picture, public_ip(10, on=3, updated=NOW))
    assert removal.fingerprint(picture) == removal.fingerprint(later)
    assert removal.changed_in(later) == ""


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (public_ip(10, on=4), "203.0.113.10 is now on web-04"),
        (public_ip(10, on=3, address="203.0.113.99"), "203.0.113.10 is now 203.0.113.99"),
        (public_ip(10, on=3, status="REMOVING"), "203.0.113.10 is now moving"),
        (public_ip(10, on=3, retain=True), "203.0.113.10 is now retained"),
        (public_ip(10, on=3, status="REMOVED"), "203.0.113.10 is gone"),
    ],
)
def test_a_changed_target_changes_the_fingerprint_and_is_named(
    record: PublicIP, words: str
) -> None:
    picture = account(public_ip(10, on=3))
    removal = remove_ips(picture, "ip-10")
    later = after(picture, record)
    assert removal.fingerprint(picture) != removal.fingerprint(later)
    assert removal.changed_in(later).startswith(words)


def test_another_servers_change_leaves_the_fingerprint_alone() -> None:
    picture = account(public_ip(10, on=3), public_ip(11, on=4))
    removal = remove_ips(picture, "ip-10")
    later = after(picture, public_ip(11, on=5))
    assert removal.fingerprint(picture) == removal.fingerprint(later)


def test_a_pool_that_lost_another_node_meanwhile_changes_what_follows() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2)))
    removal = remove_nodes(picture, ("pool-1", "n-1"))
    later, _ = picture.with_nodes("pool-1", [node(1, 1)])
    assert removal.fingerprint(picture) != removal.fingerprint(later)
    assert "last active node of pool web-80" in removal.changed_in(later)


def test_a_node_that_went_meanwhile_is_named() -> None:
    picture = account(nodes=(node(1, 1), node(2, 2)))
    removal = remove_nodes(picture, ("pool-1", "n-1"))
    later, _ = picture.with_nodes("pool-1", [node(2, 2)])
    assert "web-01 is gone" in removal.changed_in(later)


def test_a_removal_without_an_ask_never_changes() -> None:
    removal = replace(remove_ips(account(public_ip(10, on=3)), "ip-10"), ask=None)
    assert removal.changed_in(account()) == ""
    assert removal.fingerprint(account()) == removal.fingerprint(account(public_ip(10, on=3)))
