"""What needs attention: every rule, what it says to do next, and what it keeps quiet about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from rcv3_tui.model.attention import Finding, Rule, Severity, Usual, worst
from rcv3_tui.model.attention.watch import Watch, find
from rcv3_tui.model.resources import (
    Address,
    CloudNetwork,
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.snapshot import Diff, Part, PartState, Snapshot
from tests.unit.pictures import NOW

OLD = NOW - timedelta(days=90)
ON_NETWORK = (Address("RC-CLOUD", "192.0.2.10"),)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def server(name: str = "web", status: str = "ACTIVE", **more: object) -> Server:
    values: dict[str, object] = {
        "addresses": ON_NETWORK,
        "created": OLD,
        "access_ip": "203.0.113.1",
    }
    return Server(f"ID-{name}", name, status, **{**values, **more})  # type: ignore[arg-type]


def ip(
    status: str = "ACTIVE", of: str | None = "web", key: str = "IP1", **more: object
) -> PublicIP:
    link = None if of is None else ServerLink(f"ID-{of}", of)
    values: dict[str, object] = {"address": "203.0.113.1", "server": link, "created": OLD}
    return PublicIP(key, status, **{**values, **more})  # type: ignore[arg-type]


def pool(own: int = 2, external: int = 0, status: str = "ACTIVE") -> LoadBalancerPool:
    counts = NodeCounts(own, external, own + external)
    return LoadBalancerPool(
        "P1", "web-80", status, counts=counts, virtual_ip="198.51.100.5", port=80
    )


def node(key: str, of: str = "web", status: str = "ACTIVE", **more: object) -> PoolNode:
    values: dict[str, object] = {"server": ServerLink(f"ID-{of}", of), "created": OLD}
    return PoolNode(key, "P1", status, **{**values, **more})  # type: ignore[arg-type]


def picture(
    *,
    servers: tuple[Server, ...] = (server(), server("db")),
    ips: tuple[PublicIP, ...] = (),
    pools: tuple[LoadBalancerPool, ...] = (),
    nodes: tuple[PoolNode, ...] | None = None,
    read: datetime = NOW,
) -> Snapshot:
    """A region that has been read whole; its network is RC-CLOUD."""
    snapshot = Snapshot("IAD", "123456")
    snapshot, _ = snapshot.with_networks([CloudNetwork("NET", "RC-CLOUD")])
    snapshot, _ = snapshot.with_servers(servers)
    snapshot, _ = snapshot.with_public_ips(ips)
    snapshot, _ = snapshot.with_pools(pools)
    if nodes is not None:
        snapshot, _ = snapshot.with_nodes("p1", nodes)
    for part in Part:
        snapshot, _ = snapshot.with_part(part, PartState(fetched=read))
    return snapshot


def the_one(snapshot: Snapshot) -> Finding:
    found = find(snapshot, NOW)
    assert len(found) == 1, found
    return found[0]


def test_an_account_where_all_is_well_needs_no_attention() -> None:
    well = picture(ips=(ip(),), pools=(pool(),), nodes=(node("N1"), node("N2", "db")))
    assert find(well, NOW) == ()
    assert worst(()) is None


# -- public IPs -------------------------------------------------------------------------------


def test_a_failed_add_is_told_with_its_reason_and_the_way_out() -> None:
    found = the_one(picture(ips=(ip("ADD_FAILED", address=None, status_detail="no device"),)))
    assert found.severity is Severity.FAILED
    assert found.subject == "public IP of web"
    assert found.wrong == "ADD_FAILED: no device"
    assert found.next_step.startswith("Remove the failed public IP, then add one to web again.")
    assert "IP1" in found.next_step
    assert found.rows == ((Part.PUBLIC_IPS, "ip1"), (Part.SERVERS, "id-web"))


@pytest.mark.parametrize("status", ["ADD_FAILED", "REMOVE_FAILED", "UPDATE_FAILED", "ODD_FAILED"])
def test_a_failure_without_a_reason_says_so_and_names_its_ticket(status: str) -> None:
    found = the_one(picture(ips=(ip(status, ticket="T-1"),)))
    assert found.wrong == f"{status}: no reason given by RackConnect (support ticket T-1)"
    assert "ticket T-1" in found.next_step
    assert found.rule is Rule.FAILED


def test_what_has_just_begun_to_move_needs_no_attention() -> None:
    assert find(picture(ips=(ip("ADDING", address=None, created=ago(20)),)), NOW) == ()
    assert find(picture(ips=(ip("REMOVING", created=OLD, updated=ago(20)),)), NOW) == ()


def test_what_moves_for_longer_than_usual_does() -> None:
    found = the_one(picture(ips=(ip("ADDING", address=None, created=ago(301)),)))
    assert found.rule is Rule.STUCK
    assert found.wrong == "still ADDING: longer than usual, which is up to 5 min"
    assert found.since == ago(301)
    assert "Rackspace Support" in found.next_step


def test_usual_is_what_the_account_has_seen() -> None:
    moving = picture(ips=(ip("ADDING", created=ago(100)),))
    quick = Usual({(Part.PUBLIC_IPS, "ADDING"): 8.0})
    assert find(moving, NOW) == ()
    assert "up to 60 s" in find(moving, NOW, usual=quick)[0].wrong
    stuck = picture(ips=(ip("ADDING", created=ago(400)),))
    slow = Usual({(Part.PUBLIC_IPS, "ADDING"): 200.0})
    assert find(stuck, NOW, usual=slow) == ()


def test_a_move_counts_from_when_it_was_seen_to_begin() -> None:
    moving = picture(ips=(ip("REMOVING", created=OLD),))
    assert find(moving, NOW) != ()
    assert find(moving, NOW, since=lambda part, key, status: ago(10)) == ()


def test_a_retained_address_without_a_server_is_a_note_that_counts_them() -> None:
    kept = ip(of=None, retain=True)
    held = ip(key="IP2", retain=True)
    found = the_one(picture(ips=(kept, held)))
    assert found.severity is Severity.NOTE
    assert "(2 of 5)" in found.wrong
    assert found.subject == "public IP 203.0.113.1"


def test_an_address_with_neither_server_nor_retain_may_be_lost() -> None:
    assert the_one(picture(ips=(ip(of=None),))).severity is Severity.WARNING


def test_an_address_of_a_server_that_no_longer_exists_is_a_ghost() -> None:
    found = the_one(picture(ips=(ip(of="gone"),)))
    assert found.rule is Rule.GHOST
    assert "cloud server gone no longer exists" in found.wrong


def test_before_the_servers_have_been_read_nothing_is_a_ghost() -> None:
    snapshot, _ = Snapshot("IAD").with_public_ips([ip(of="gone")])
    assert find(snapshot, NOW) == ()


def test_an_access_ip_that_differs_from_the_record_is_told() -> None:
    found = the_one(picture(servers=(server(access_ip="203.0.113.9"),), ips=(ip(),)))
    assert found.rule is Rule.ACCESS_DIFFERS
    assert "203.0.113.9, not 203.0.113.1" in found.wrong
    empty = the_one(picture(servers=(server(access_ip=None),), ips=(ip(),)))
    assert "empty, not 203.0.113.1" in empty.wrong


def test_an_access_ip_may_lag_behind_a_change() -> None:
    fresh = ip(updated=ago(100))
    assert find(picture(servers=(server(access_ip=None),), ips=(fresh,)), NOW) == ()


def test_a_failed_record_beside_one_that_works_leaves_access_ip_alone() -> None:
    failed = ip("ADD_FAILED", key="IP2", address="203.0.113.7")
    assert the_one(picture(ips=(ip(), failed))).rule is Rule.FAILED


# -- servers ----------------------------------------------------------------------------------


def test_a_server_in_error_that_a_pool_counts_on_names_the_pool() -> None:
    broken = server("web", "ERROR", fault="No valid host was found.")
    found = the_one(
        picture(
            servers=(broken, server("db"), server("api")),
            pools=(pool(3),),
            nodes=(node("N1"), node("N2", "db"), node("N3", "api")),
        )
    )
    assert found.severity is Severity.FAILED
    assert found.wrong == "ERROR: No valid host was found; pool web-80 still counts on it"
    assert found.next_step.startswith("Take it out of pool web-80")
    assert (Part.POOLS, "p1") in found.rows


def test_a_server_in_error_without_a_pool_is_told_too() -> None:
    assert "no reason given" in the_one(picture(servers=(server("web", "ERROR"),))).wrong


@pytest.mark.parametrize(
    "quiet",
    [
        server("web", "SHUTOFF"),
        server("web", "BUILD", addresses=(), created=ago(60)),
        server("web", "ACTIVE", task_state="image_uploading"),
        server("web", "DELETED"),
    ],
)
def test_servers_that_are_off_busy_or_being_built_are_left_alone(quiet: Server) -> None:
    assert find(picture(servers=(quiet,)), NOW) == ()


def test_a_build_that_takes_an_hour_is_told() -> None:
    found = the_one(picture(servers=(server("web", "BUILD", created=ago(3600)),)))
    assert found.wrong == "still BUILD: longer than usual, which is up to 30 min"


def test_a_server_on_no_rackconnect_network_is_a_note() -> None:
    elsewhere = server(addresses=(Address("private", "10.0.0.1"),))
    assert the_one(picture(servers=(elsewhere,))).severity is Severity.NOTE


# -- pools and nodes --------------------------------------------------------------------------


def test_a_pool_that_nothing_serves_is_the_worst_of_all() -> None:
    found = the_one(picture(pools=(pool(0),), nodes=()))
    assert found.severity is Severity.FAILED
    assert found.wrong == "no active node: nothing is there to serve 198.51.100.5:80"
    assert found.next_step == "Add servers to the pool."


def test_a_pool_with_one_external_member_may_have_the_placeholder_alone() -> None:
    found = the_one(picture(pools=(pool(0, external=1),), nodes=()))
    assert found.severity is Severity.WARNING
    assert "placeholder" in found.wrong


def test_a_pool_with_one_active_node_is_told() -> None:
    found = find(picture(pools=(pool(),), nodes=(node("N1"), node("N2", "db", "ADD_FAILED"))), NOW)
    assert [f.rule for f in found] == [Rule.FAILED, Rule.POOL_THIN]
    assert found[0].subject == "db in pool web-80"
    assert found[0].next_step.startswith("Remove the failed node, then add db to web-80 again.")


def test_external_members_and_nodes_not_read_yet_count_as_active() -> None:
    assert find(picture(pools=(pool(0, external=2),), nodes=()), NOW) == ()
    assert find(picture(pools=(pool(2),)), NOW) == ()
    assert the_one(picture(pools=(pool(1),))).rule is Rule.POOL_THIN


def test_a_ghost_does_not_serve() -> None:
    found = find(picture(pools=(pool(),), nodes=(node("N1"), node("N2", "gone"))), NOW)
    assert [f.rule for f in found] == [Rule.GHOST, Rule.POOL_THIN]
    assert found[0].wrong == "ghost node: ACTIVE, but cloud server gone no longer exists"
    assert "ids of node N2 and pool P1" in found[0].next_step


def test_a_node_that_has_got_stuck_is_told() -> None:
    nodes = (node("N1"), node("N2", "db"), node("N3", status="ADDING"))
    assert the_one(picture(pools=(pool(3),), nodes=nodes)).rule is Rule.STUCK


@pytest.mark.parametrize("status", ["REMOVE_FAILED", "ODD_FAILED"])
def test_other_failures_of_nodes_have_a_next_step(status: str) -> None:
    nodes = (node("N1"), node("N2", "db"), node("N3", status=status))
    assert the_one(picture(pools=(pool(3),), nodes=nodes)).next_step


def test_a_failed_pool_is_told_and_a_busy_one_is_not() -> None:
    assert the_one(picture(pools=(pool(status="UPDATE_FAILED"),))).rule is Rule.FAILED
    busy = picture(pools=(pool(status="UPDATING"),))
    assert find(busy, NOW) == ()
    assert find(busy, NOW, since=lambda part, key, status: ago(20)) == ()
    stuck = find(busy, NOW, since=lambda part, key, status: ago(1000))
    assert [f.rule for f in stuck] == [Rule.STUCK]


# -- order ------------------------------------------------------------------------------------


def test_the_worst_comes_first() -> None:
    found = find(
        picture(
            servers=(server(), server("db", "ERROR")),
            ips=(ip(of=None, retain=True), ip("ADD_FAILED", key="IP2")),
            pools=(pool(0),),
            nodes=(),
        ),
        NOW,
    )
    assert [f.rule for f in found] == [
        Rule.POOL_EMPTY,
        Rule.FAILED,
        Rule.SERVER_ERROR,
        Rule.UNASSIGNED,
    ]
    assert worst(found) is Severity.FAILED


# -- kept from picture to picture -------------------------------------------------------------


def watched(snapshot: Snapshot) -> Watch:
    watch = Watch()
    watch.take(snapshot, snapshot.with_part(Part.SERVERS, PartState())[1], NOW)
    return watch


def rules(watch: Watch) -> list[Rule]:
    return [finding.rule for finding in watch.findings]


def test_a_change_touches_the_rows_that_it_concerns_and_no_others() -> None:
    before = picture(ips=(ip(),))
    watch = watched(before)
    after, diff = before.with_public_ip(ip("REMOVE_FAILED"))
    assert watch.take(after, diff, NOW) == {(Part.PUBLIC_IPS, "ip1"), (Part.SERVERS, "id-web")}
    assert watch.concerns(Part.SERVERS, "id-web")
    assert not watch.concerns(Part.SERVERS, "id-db")
    assert [f.rule for f in watch.about(Part.SERVERS, "id-web")] == [Rule.FAILED]
    assert watch.about(Part.SERVERS, "id-db") == ()
    gone, diff = after.without_public_ip("ip1")
    assert watch.take(gone, diff, NOW) == {(Part.PUBLIC_IPS, "ip1"), (Part.SERVERS, "id-web")}
    assert rules(watch) == []


def test_time_alone_makes_a_move_too_long() -> None:
    watch = watched(picture(ips=(ip("ADDING", created=ago(20)),)))
    assert rules(watch) == []
    assert watch.tick(NOW + timedelta(seconds=279)) == frozenset()
    assert (Part.PUBLIC_IPS, "ip1") in watch.tick(NOW + timedelta(seconds=281))
    assert rules(watch) == [Rule.STUCK]


def test_time_makes_every_kind_of_move_too_long_unless_it_has_ended() -> None:
    before = picture(
        servers=(server(), server("db"), server("new", "BUILD", created=NOW)),
        ips=(ip("ADDING", created=NOW),),
        pools=(pool(3),),
        nodes=(node("N1"), node("N2", "db"), node("N3", "new", "ADDING", created=NOW)),
    )
    watch = watched(before)
    after, diff = before.with_public_ip(ip())
    watch.take(after, diff, NOW)
    watch.tick(NOW + timedelta(hours=1))
    assert {(f.part, f.key) for f in watch.findings} == {
        (Part.SERVERS, "id-new"),
        (Part.NODES, "n3"),
    }


def test_an_access_ip_that_still_differs_after_a_while_is_told() -> None:
    differs = server(access_ip=None)
    before = picture(servers=(differs,), ips=(ip(updated=NOW),))
    watch = watched(before)
    later = NOW + timedelta(seconds=130)
    read, diff = before.with_part(Part.SERVERS, PartState(fetched=later))
    watch.take(read, diff, later)
    watch.tick(later)
    assert rules(watch) == [Rule.ACCESS_DIFFERS]


def test_the_count_of_retained_addresses_is_true_on_every_row_that_tells_it() -> None:
    before = picture(ips=(ip(of=None, retain=True),))
    watch = watched(before)
    after, diff = before.with_public_ip(ip(of=None, key="IP2", retain=True))
    watch.take(after, diff, NOW)
    assert all("(2 of 5)" in f.wrong for f in watch.findings)
    assert len(watch.findings) == 2
    fewer, diff = after.without_public_ip("ip1")
    watch.take(fewer, diff, NOW)
    assert ["(1 of 5)" in f.wrong for f in watch.findings] == [True]


def test_a_server_that_goes_turns_what_names_it_into_ghosts() -> None:
    before = picture(ips=(ip(),), pools=(pool(),), nodes=(node("N1"), node("N2", "db")))
    watch = watched(before)
    after, diff = before.with_servers([server("db")])
    watch.take(after, diff, NOW)
    assert {f.rule for f in watch.findings} == {Rule.GHOST, Rule.POOL_THIN}
    assert len(watch.findings) == 3


def test_the_first_list_of_servers_makes_ghosts_known() -> None:
    before, _ = Snapshot("IAD").with_public_ips([ip(of="gone")])
    watch = watched(before)
    after, diff = before.with_part(Part.SERVERS, PartState(fetched=NOW))
    watch.take(after, diff, NOW)
    assert rules(watch) == [Rule.GHOST]


def test_the_first_list_of_servers_is_seen_by_all_that_it_may_concern() -> None:
    before = picture(
        ips=(
            ip(),
            ip(of="gone", key="IP2"),
            ip(of=None, key="IP3", retain=True),
            ip("ADDING", of="db", key="IP4", created=ago(9999)),
        ),
        pools=(pool(),),
        nodes=(node("N1"), node("N2", "db"), node("N3", "gone")),
    )
    before, _ = before.with_part(Part.SERVERS, PartState())
    assert not before.part(Part.SERVERS).is_read
    watch = watched(before)
    after, diff = before.with_part(Part.SERVERS, PartState(fetched=NOW))
    touched = watch.take(after, diff, NOW)
    assert watch.findings == find(after, NOW)
    assert (Part.PUBLIC_IPS, "ip2") in touched
    assert (Part.NODES, "n3") in touched


def test_a_renamed_pool_is_renamed_in_what_was_found_about_its_nodes() -> None:
    nodes = (node("N1"), node("N2", "db"), node("N3", status="ADD_FAILED"))
    before = picture(pools=(pool(3),), nodes=nodes)
    watch = watched(before)
    renamed = LoadBalancerPool("P1", "web-443", "ACTIVE", counts=NodeCounts(3, 0, 3))
    after, diff = before.with_pool(renamed)
    watch.take(after, diff, NOW)
    assert watch.findings[0].subject == "web in pool web-443"


def test_a_watch_and_a_look_at_the_whole_say_the_same() -> None:
    snapshot = picture(ips=(ip(),), pools=(pool(),), nodes=(node("N1"), node("N2", "db")))
    watch = watched(snapshot)
    steps: tuple[Callable[[Snapshot], tuple[Snapshot, Diff]], ...] = (
        lambda s: s.with_public_ips([ip("ADD_FAILED"), ip(of=None, key="IP2", retain=True)]),
        lambda s: s.with_nodes("p1", [node("N1", status="REMOVE_FAILED"), node("N9", "gone")]),
        lambda s: s.with_servers([server(status="ERROR")]),
        lambda s: s.with_pools([pool(0)]),
        lambda s: s.with_pools([]),
        lambda s: s.with_servers([server(), server("db")]),
        lambda s: s.with_public_ips([]),
    )
    for step in steps:
        snapshot, diff = step(snapshot)
        watch.take(snapshot, diff, NOW)
        assert watch.findings == find(snapshot, NOW)
        rows = {row for f in watch.findings for row in f.rows}
        assert all(watch.concerns(*row) for row in rows)
    assert rules(watch) == []


def test_what_is_learned_counts_for_what_moves_already() -> None:
    watch = watched(picture(ips=(ip("ADDING", created=ago(100)),)))
    watch.learn(Usual({(Part.PUBLIC_IPS, "ADDING"): 8.0}))
    assert (Part.PUBLIC_IPS, "ip1") in watch.tick(NOW)
    assert rules(watch) == [Rule.STUCK]
    watch.learn(Usual({(Part.PUBLIC_IPS, "ADDING"): 80.0}))
    assert (Part.PUBLIC_IPS, "ip1") in watch.tick(NOW)
    assert rules(watch) == []
    watch.tick(NOW + timedelta(seconds=301))
    assert rules(watch) == [Rule.STUCK]


def test_what_an_earlier_run_kept_is_stuck_or_a_ghost_only_once_it_has_been_read() -> None:
    before = picture(
        servers=(server("db", access_ip=None),),
        ips=(ip("ADDING"), ip(of="db", key="IP2")),
    )
    for part in Part:
        before, _ = before.with_part(part, PartState(fetched=ago(3600), kept=True))
    watch = watched(before)
    assert rules(watch) == []
    after, diff = before, Diff()
    for part in Part:
        after, diff = after.with_part(part, PartState(fetched=NOW))
        watch.take(after, diff, NOW)
    assert rules(watch) == [Rule.GHOST, Rule.ACCESS_DIFFERS]
