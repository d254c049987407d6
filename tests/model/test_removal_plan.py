"""What a removal brings about, and how heavily the question weighs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.operation import OperationKind
from rcv3_tui.model.removal_plan import (
    RemovalPlan,
    addition_of_public_ips,
    drift_since,
    merge_additions,
    reassignment_of,
    release_of,
    removal_of_nodes,
    removal_of_public_ips,
    unassignment_of,
)
from rcv3_tui.model.resources import (
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.snapshot import Snapshot

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BLOCK = "the address returns to the block; you may not get it again"


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
    snapshot = Snapshot(region="DFW", tenant="123456")
    snapshot, _ = snapshot.with_fetch_state(ResourceKind.SERVERS, FetchState(fetched=NOW))
    snapshot, _ = snapshot.with_servers(servers)
    snapshot, _ = snapshot.with_public_ips(ips)
    snapshot, _ = snapshot.with_pools(pools)
    if nodes is not None:
        for one in pools:
            snapshot, _ = snapshot.with_nodes(one.key, [n for n in nodes if n.pool_key == one.key])
    return snapshot


def remove_ips(snapshot: Snapshot, *keys: str, protected: bool = False) -> RemovalPlan:
    return removal_of_public_ips(snapshot, keys, profile="acme", protected=protected)


def remove_nodes(
    snapshot: Snapshot, *keys: tuple[str, str], protected: bool = False
) -> RemovalPlan:
    return removal_of_nodes(snapshot, keys, profile="acme", protected=protected)


def test_addition_names_servers_and_what_it_takes() -> None:
    snapshot = account()
    plan = addition_of_public_ips(snapshot, ["s-3", "gone", ""], profile="acme", retain=True)
    assert plan.title == "Add 2 public IPs"
    assert (plan.level, plan.verb) == (0, "Add")
    assert plan.consequences[0] == "web-03 can be reached from the internet"
    assert plan.consequences[1].startswith("takes 2 addresses of the block in ")
    assert [(r.server and r.server.name, r.retain) for r in plan.requests] == [
        ("web-03", True),
        (None, True),
    ]
    assert drift_since(plan, snapshot) == ""


def test_addition_drifts_when_the_server_gets_an_address() -> None:
    plan = addition_of_public_ips(account(), ["s-3"], profile="acme")
    later = account(public_ip(10, on=3))
    assert drift_since(plan, later) == "web-03 is now with 203.0.113.10"


def test_additions_in_two_regions_share_one_plan() -> None:
    plans = [
        addition_of_public_ips(replace(account(), region=region), ["s-3"], profile="acme")
        for region in ("IAD", "DFW")
    ]
    both = merge_additions(plans)
    assert both.title == "Add 2 public IPs in 2 regions"
    assert "DFW: takes 1 address of the block in DFW" in both.consequences
    assert [request.region for request in both.requests] == ["IAD", "DFW"]


def test_failed_record_without_an_address_needs_no_typing() -> None:
    failed = public_ip(11, on=3, status="ADD_FAILED", address=None)
    removal = remove_ips(account(failed), "ip-11")
    assert removal.level == 1
    assert removal.consequences == (
        "the failed record of web-03 never had an address: nothing is lost",
    )
    assert remove_ips(account(failed), "ip-11", protected=True).level == 3
    assert remove_ips(account(public_ip(11, on=3, status="REMOVE_FAILED")), "ip-11").level == 2


def test_removing_the_last_address_makes_a_server_unreachable() -> None:
    removal = remove_ips(account(public_ip(10, on=3)), "ip-10")
    assert removal.consequences == (
        "last public address of web-03: it cannot be reached from outside",
        BLOCK,
    )
    assert removal.level == 2


def test_server_with_another_active_address_stays_reachable() -> None:
    removal = remove_ips(account(public_ip(10, on=3), public_ip(11, on=3)), "ip-10")
    assert removal.consequences == (BLOCK,)
    assert removal.level == 2


def test_failed_second_record_does_not_make_a_server_reachable() -> None:
    failed = public_ip(11, on=3, status="ADD_FAILED", address=None)
    removal = remove_ips(account(public_ip(10, on=3), failed), "ip-10")
    assert "last public address of web-03" in removal.consequences[0]


def test_removing_both_addresses_makes_a_server_unreachable() -> None:
    snapshot = account(public_ip(10, on=3), public_ip(11, on=3))
    assert "last public address of web-03" in remove_ips(snapshot, "ip-10", "ip-11").consequences[0]


def test_removal_names_address_server_id_and_account() -> None:
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


def test_request_is_bound_to_the_ids_seen() -> None:
    (request,) = remove_ips(account(public_ip(10, on=3)), "ip-10").requests
    assert request.kind is OperationKind.REMOVE_PUBLIC_IP
    assert request.region == "DFW"
    assert request.public_ip is not None
    assert (request.public_ip.id, request.public_ip.name) == ("IP-10", "203.0.113.10")
    assert request.held_by is not None
    assert request.held_by.id == "S-3"
    assert request.server is None


def test_single_item_is_confirmed_by_its_address_or_server() -> None:
    assert remove_ips(account(public_ip(10, on=3)), "ip-10").confirmation_phrases == (
        "203.0.113.10",
        "web-03",
    )


def test_record_without_address_and_server_is_confirmed_by_its_id() -> None:
    bare = public_ip(10, on=None, address=None, status="ADD_FAILED")
    removal = remove_ips(account(bare), "ip-10")
    assert removal.confirmation_phrases == ("IP-10",)
    assert removal.consequences == ("IP-10 never had an address: nothing is lost",)


def test_name_beyond_ascii_can_be_confirmed_by_id() -> None:
    snapshot = account(servers=(server(3, name="ウェブ"),), nodes=(node(1, on=3), node(2, on=4)))
    assert remove_nodes(snapshot, ("pool-1", "n-1")).confirmation_phrases == ("ウェブ", "N-1")


def test_several_items_are_confirmed_by_their_count_and_noun() -> None:
    snapshot = account(*(public_ip(10 + n, on=n) for n in range(1, 4)))
    removal = remove_ips(snapshot, "ip-11", "ip-12", "ip-13")
    assert removal.confirmation_phrases == ("3 addresses",)
    assert removal.level == 2
    assert removal.title == "Remove 3 public IPs"
    assert removal.consequences[0] == (
        "last public address of web-01, web-02, web-03: they cannot be reached from outside"
    )


def test_missing_items_are_left_out() -> None:
    assert remove_ips(account(), "ip-10").items == ()
    assert remove_nodes(account(nodes=()), ("pool-1", "n-9")).items == ()


def test_retained_address_is_removed_in_two_steps() -> None:
    removal = remove_ips(account(public_ip(10, on=3, retain=True)), "ip-10")
    expected = "retained: retain is switched off first, then the address is removed"
    assert expected in removal.consequences


def test_retained_address_without_server_is_removed_in_one_step() -> None:
    removal = remove_ips(account(public_ip(10, on=None, retain=True)), "ip-10")
    assert removal.consequences == (BLOCK,)
    assert removal.confirmation_phrases == ("203.0.113.10",)
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
def test_manager_that_may_undo_it_is_named(key: str, owner: str) -> None:
    snapshot = account(public_ip(10, on=3), servers=(server(3, metadata=((key, "x"),)),))
    warning = f"web-03 belongs to {owner}: it may undo this"
    assert warning in remove_ips(snapshot, "ip-10").consequences


def test_address_of_a_missing_server_makes_no_server_unreachable() -> None:
    removal = remove_ips(account(public_ip(10, on=3), servers=()), "ip-10")
    assert removal.consequences[0] == "web-03 is not in the list of servers any more"


def test_address_in_transition_warns_of_a_rejection() -> None:
    removal = remove_ips(account(public_ip(10, on=3, status="ADDING")), "ip-10")
    assert "203.0.113.10 is still ADDING: the service may refuse" in removal.consequences


def test_removing_one_node_of_three_needs_no_typing() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2), node(3, 3)))
    removal = remove_nodes(snapshot, ("pool-1", "n-3"))
    assert removal.consequences == ("pool web-80: 3 active -> 2",)
    assert removal.level == 1
    assert removal.confirmation_phrases == ("web-03",)
    assert removal.items[0].address == "10.0.0.3"
    assert removal.items[0].extra == ("in pool web-80 (203.0.113.5:80)",)


def test_nodes_request_names_server_pool_and_node() -> None:
    (request,) = remove_nodes(account(nodes=(node(1, 1), node(2, 2))), ("pool-1", "n-1")).requests
    assert request.kind is OperationKind.REMOVE_NODE
    assert request.server is not None
    assert request.pool is not None
    assert request.node is not None
    assert (request.server.id, request.pool.id, request.node.id) == ("S-1", "POOL-1", "N-1")


def test_removing_the_last_active_node_leaves_nothing_to_serve() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2, "ADD_FAILED")))
    removal = remove_nodes(snapshot, ("pool-1", "n-1"))
    assert removal.consequences == (
        "last active node of pool web-80: nothing is left to serve 203.0.113.5:80",
    )
    assert removal.level == 2


def test_external_members_are_counted_as_remaining() -> None:
    snapshot = account(nodes=(node(1, 1),), pools=(pool(external=2),))
    removal = remove_nodes(snapshot, ("pool-1", "n-1"))
    assert "only 2 external nodes are left to serve" in removal.consequences[0]
    assert removal.level == 2


def test_removing_a_failed_node_leaves_the_active_ones() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2, "ADD_FAILED")))
    removal = remove_nodes(snapshot, ("pool-1", "n-2"))
    assert removal.consequences == ("pool web-80: 1 active -> 1",)
    assert removal.level == 1


def test_pool_without_active_node_is_named() -> None:
    removal = remove_nodes(account(nodes=(node(1, 1, "ADD_FAILED"),)), ("pool-1", "n-1"))
    assert removal.consequences[0].startswith("pool web-80 has no active node")
    assert removal.level == 2


def test_removing_all_nodes_of_a_pool_leaves_nothing() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2)))
    removal = remove_nodes(snapshot, ("pool-1", "n-1"), ("pool-1", "n-2"))
    assert removal.consequences == (
        "the last 2 active nodes of pool web-80: nothing is left to serve 203.0.113.5:80",
    )
    assert removal.confirmation_phrases == ("2 nodes",)


def test_removing_a_server_from_two_pools_needs_typing() -> None:
    nodes = (node(1, 1), node(2, 2), node(3, 1, pool="POOL-2"), node(4, 2, pool="POOL-2"))
    snapshot = account(nodes=nodes, pools=(pool(), pool(2, "web-443")))
    removal = remove_nodes(snapshot, ("pool-1", "n-1"), ("pool-2", "n-3"))
    assert removal.consequences == ("pool web-80: 2 active -> 1", "pool web-443: 2 active -> 1")
    assert removal.level == 2


def test_removing_from_an_unread_pool_needs_typing() -> None:
    snapshot = replace(account(), nodes_of={"s-1": (node(1, 1),)})
    removal = remove_nodes(snapshot, ("pool-1", "n-1"))
    assert "members not read yet" in removal.consequences[0]
    assert removal.level == 2


def test_protected_profile_makes_every_plan_level_three() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2), node(3, 3)))
    assert remove_nodes(snapshot, ("pool-1", "n-3"), protected=True).level == 3
    snapshot = account(public_ip(10, on=3))
    assert remove_ips(snapshot, "ip-10", protected=True).level == 3


def test_unassigning_the_last_address_needs_typing() -> None:
    snapshot = account(public_ip(10, on=3, retain=True))
    removal = unassignment_of(snapshot, "ip-10", profile="acme")
    assert removal.level == 2
    assert removal.verb == "Unassign"
    assert "last public address of web-03" in removal.consequences[0]
    assert "203.0.113.10 stays retained, without a server" in removal.consequences
    assert removal.requests[0].kind is OperationKind.UNASSIGN


def test_unassigning_one_of_two_addresses_needs_no_typing() -> None:
    snapshot = account(public_ip(10, on=3, retain=True), public_ip(11, on=3))
    assert unassignment_of(snapshot, "ip-10", profile="acme").level == 1


def test_unassigning_an_address_that_is_not_retained_loses_it() -> None:
    snapshot = account(public_ip(10, on=3), public_ip(11, on=3))
    removal = unassignment_of(snapshot, "ip-10", profile="acme")
    assert removal.level == 2
    assert BLOCK in removal.consequences


def test_reassignment_names_both_servers_and_the_loss() -> None:
    snapshot = account(public_ip(10, on=3, retain=True))
    removal = reassignment_of(snapshot, "ip-10", "s-4", profile="acme")
    assert removal.title == "Move 203.0.113.10 of web-03 to web-04"
    assert removal.consequences == (
        "web-03 loses 203.0.113.10 at once; web-04 gets it",
        "last public address of web-03: it cannot be reached from outside",
    )
    assert removal.level == 2
    (request,) = removal.requests
    assert request.kind is OperationKind.MOVE
    assert request.server is not None
    assert request.held_by is not None
    assert (request.server.id, request.held_by.id) == ("S-4", "S-3")


def test_reassignment_to_a_server_with_an_address_warns() -> None:
    snapshot = account(public_ip(10, on=3, retain=True), public_ip(11, on=4))
    removal = reassignment_of(snapshot, "ip-10", "s-4", profile="acme")
    assert any("web-04 has 203.0.113.11 already" in line for line in removal.consequences)


def test_reassigning_an_unassigned_address_is_an_assignment() -> None:
    removal = reassignment_of(
        account(public_ip(10, on=None, retain=True)), "ip-10", "s-4", profile="acme"
    )
    assert removal.requests[0].kind is OperationKind.ASSIGN
    assert (removal.verb, removal.level) == ("Assign", 1)


def test_releasing_an_unassigned_address_needs_typing() -> None:
    removal = release_of(account(public_ip(10, on=None, retain=True)), "ip-10", profile="acme")
    assert removal is not None
    assert removal.level == 2
    assert "probably removed" in removal.consequences[0]
    assert removal.requests[0].kind is OperationKind.RELEASE


def test_releasing_an_assigned_address_needs_no_confirmation() -> None:
    snapshot = account(public_ip(10, on=3, retain=True))
    assert release_of(snapshot, "ip-10", profile="acme") is None


def after(snapshot: Snapshot, record: PublicIP) -> Snapshot:
    return snapshot.with_public_ip(record)[0]


def test_later_time_stamp_causes_no_drift() -> None:
    snapshot = account(public_ip(10, on=3))
    removal = remove_ips(snapshot, "ip-10")
    later = after(snapshot, public_ip(10, on=3, updated=NOW))
    assert drift_since(removal, later) == ""


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (public_ip(10, on=4), "203.0.113.10 is now on web-04"),
        (public_ip(10, on=3, address="203.0.113.99"), "203.0.113.10 is now 203.0.113.99"),
        (public_ip(10, on=3, status="REMOVING"), "203.0.113.10 is now in transition"),
        (public_ip(10, on=3, retain=True), "203.0.113.10 is now retained"),
        (public_ip(10, on=3, status="REMOVED"), "203.0.113.10 is gone"),
    ],
)
def test_changed_target_is_drift_and_is_named(record: PublicIP, words: str) -> None:
    snapshot = account(public_ip(10, on=3))
    removal = remove_ips(snapshot, "ip-10")
    later = after(snapshot, record)
    assert drift_since(removal, later).startswith(words)


def test_another_servers_change_causes_no_drift() -> None:
    snapshot = account(public_ip(10, on=3), public_ip(11, on=4))
    removal = remove_ips(snapshot, "ip-10")
    later = after(snapshot, public_ip(11, on=5))
    assert drift_since(removal, later) == ""


def test_pool_that_lost_another_node_changes_the_consequences() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2)))
    removal = remove_nodes(snapshot, ("pool-1", "n-1"))
    later, _ = snapshot.with_nodes("pool-1", [node(1, 1)])
    assert "last active node of pool web-80" in drift_since(removal, later)


def test_removed_node_is_named_as_drift() -> None:
    snapshot = account(nodes=(node(1, 1), node(2, 2)))
    removal = remove_nodes(snapshot, ("pool-1", "n-1"))
    later, _ = snapshot.with_nodes("pool-1", [node(2, 2)])
    assert "web-01 is gone" in drift_since(removal, later)


def test_plan_without_source_never_drifts() -> None:
    removal = replace(remove_ips(account(public_ip(10, on=3)), "ip-10"), source=None)
    assert drift_since(removal, account()) == ""


# -- match rules ----------------------------------------------------------------------------------

RULE_LINE = "a match rule added 203.0.113.1, and may add an address to web-01 again"


def by_rule(flag: bool | None, on: int | None = 1) -> Snapshot:
    return account(public_ip(1, on, added_by_match_rule=flag))


def test_removing_an_address_of_a_match_rule_warns_that_it_may_return() -> None:
    removal = removal_of_public_ips(by_rule(True), ["ip-1"], profile="acme")
    assert RULE_LINE in removal.consequences

    unassigned = removal_of_public_ips(by_rule(True, None), ["ip-1"], profile="acme")
    assert "a match rule added 203.0.113.1, and may add it again" in unassigned.consequences


@pytest.mark.parametrize("flag", [False, None])
def test_address_that_no_rule_added_gets_no_warning(flag: bool | None) -> None:
    removal = removal_of_public_ips(by_rule(flag), ["ip-1"], profile="acme")
    assert "match rule" not in " ".join(removal.consequences)


def test_unassigning_and_reassigning_an_address_of_a_match_rule_warn_too() -> None:
    assert RULE_LINE in unassignment_of(by_rule(True), "ip-1", profile="acme").consequences
    assert RULE_LINE in reassignment_of(by_rule(True), "ip-1", "s-2", profile="acme").consequences
