"""Every rule: its finding, its next step, and what is no finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.diagnostics import Finding, Rule, Severity, TransitionThresholds, worst
from rcv3_tui.model.diagnostics.index import DiagnosticsIndex, diagnose
from rcv3_tui.model.drain import Drain
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.operation import Target
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
from rcv3_tui.model.snapshot import Snapshot
from tests.support.snapshots import NOW

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


def counted(own: int | None, external: int | None = 0) -> LoadBalancerPool:
    total = None if own is None or external is None else own + external
    return replace(pool(), counts=NodeCounts(own, external, total))


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


def region_snapshot(
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
    for part in ResourceKind:
        snapshot, _ = snapshot.with_fetch_state(part, FetchState(fetched=read))
    return snapshot


def only_finding(snapshot: Snapshot) -> Finding:
    found = diagnose(snapshot, NOW)
    assert len(found) == 1, found
    return found[0]


def test_healthy_account_needs_no_attention() -> None:
    well = region_snapshot(ips=(ip(),), pools=(pool(),), nodes=(node("N1"), node("N2", "db")))
    assert diagnose(well, NOW) == ()
    assert worst(()) is None


# -- public IPs -------------------------------------------------------------------------------


def test_failed_add_has_its_reason_and_next_step() -> None:
    found = only_finding(
        region_snapshot(ips=(ip("ADD_FAILED", address=None, status_detail="no device"),))
    )
    assert found.severity is Severity.FAILED
    assert found.subject == "public IP of web"
    assert found.wrong == "ADD_FAILED: no device"
    assert found.next_step.startswith("Remove the failed public IP, then add one to web again.")
    assert "IP1" in found.next_step
    assert found.rows == ((ResourceKind.PUBLIC_IPS, "ip1"), (ResourceKind.SERVERS, "id-web"))


@pytest.mark.parametrize("status", ["ADD_FAILED", "REMOVE_FAILED", "UPDATE_FAILED", "ODD_FAILED"])
def test_failure_without_reason_says_so_and_names_its_ticket(status: str) -> None:
    found = only_finding(region_snapshot(ips=(ip(status, ticket="T-1"),)))
    assert found.wrong == f"{status}: no reason given by RackConnect (support ticket T-1)"
    assert "ticket T-1" in found.next_step
    assert found.rule is Rule.FAILED


def test_new_transition_needs_no_attention() -> None:
    assert diagnose(region_snapshot(ips=(ip("ADDING", address=None, created=ago(20)),)), NOW) == ()
    assert diagnose(region_snapshot(ips=(ip("REMOVING", created=OLD, updated=ago(20)),)), NOW) == ()


def test_transition_longer_than_usual_needs_attention() -> None:
    found = only_finding(region_snapshot(ips=(ip("ADDING", address=None, created=ago(301)),)))
    assert found.rule is Rule.STUCK
    assert found.wrong == "still ADDING: longer than usual, which is up to 5 min"
    assert found.since == ago(301)
    assert "Rackspace Support" in found.next_step


def test_thresholds_come_from_the_account() -> None:
    moving = region_snapshot(ips=(ip("ADDING", created=ago(100)),))
    quick = TransitionThresholds({(ResourceKind.PUBLIC_IPS, "ADDING"): 8.0})
    assert diagnose(moving, NOW) == ()
    assert "up to 60 s" in diagnose(moving, NOW, thresholds=quick)[0].wrong
    stuck = region_snapshot(ips=(ip("ADDING", created=ago(400)),))
    slow = TransitionThresholds({(ResourceKind.PUBLIC_IPS, "ADDING"): 200.0})
    assert diagnose(stuck, NOW, thresholds=slow) == ()


def test_transition_counts_from_its_observed_start() -> None:
    moving = region_snapshot(ips=(ip("REMOVING", created=OLD),))
    assert diagnose(moving, NOW) != ()
    assert diagnose(moving, NOW, since=lambda part, key, status: ago(10)) == ()


def test_retained_address_without_a_server_is_a_note_that_counts_them() -> None:
    retained = ip(of=None, retain=True)
    held = ip(key="IP2", retain=True)
    found = only_finding(region_snapshot(ips=(retained, held)))
    assert found.severity is Severity.NOTE
    assert "(2 of 5)" in found.wrong
    assert found.subject == "public IP 203.0.113.1"


def test_address_with_neither_server_nor_retain_may_be_lost() -> None:
    assert only_finding(region_snapshot(ips=(ip(of=None),))).severity is Severity.WARNING


def test_address_of_a_missing_server_is_an_orphan() -> None:
    found = only_finding(region_snapshot(ips=(ip(of="gone"),)))
    assert found.rule is Rule.ORPHAN
    assert "cloud server gone no longer exists" in found.wrong


def test_nothing_is_an_orphan_before_servers_are_read() -> None:
    snapshot, _ = Snapshot("IAD").with_public_ips([ip(of="gone")])
    assert diagnose(snapshot, NOW) == ()


def test_differing_access_ip_is_a_finding() -> None:
    found = only_finding(region_snapshot(servers=(server(access_ip="203.0.113.9"),), ips=(ip(),)))
    assert found.rule is Rule.ACCESS_DIFFERS
    assert "203.0.113.9, not 203.0.113.1" in found.wrong
    empty = only_finding(region_snapshot(servers=(server(access_ip=None),), ips=(ip(),)))
    assert "empty, not 203.0.113.1" in empty.wrong


def test_access_ip_may_lag_behind_a_change() -> None:
    fresh = ip(updated=ago(100))
    assert diagnose(region_snapshot(servers=(server(access_ip=None),), ips=(fresh,)), NOW) == ()


def test_failed_second_record_does_not_affect_access_ip() -> None:
    failed = ip("ADD_FAILED", key="IP2", address="203.0.113.7")
    assert only_finding(region_snapshot(ips=(ip(), failed))).rule is Rule.FAILED


# -- servers ----------------------------------------------------------------------------------


def test_server_in_error_names_its_pool() -> None:
    broken = server("web", "ERROR", fault="No valid host was found.")
    found = only_finding(
        region_snapshot(
            servers=(broken, server("db"), server("api")),
            pools=(pool(3),),
            nodes=(node("N1"), node("N2", "db"), node("N3", "api")),
        )
    )
    assert found.severity is Severity.FAILED
    assert found.wrong == "ERROR: No valid host was found; pool web-80 still counts on it"
    assert found.next_step.startswith("Take it out of its pools, if it is in any")
    assert (ResourceKind.POOLS, "p1") in found.rows


def test_server_in_error_without_pool_is_a_finding() -> None:
    assert (
        "no reason given" in only_finding(region_snapshot(servers=(server("web", "ERROR"),))).wrong
    )


@pytest.mark.parametrize(
    "quiet",
    [
        server("web", "SHUTOFF"),
        server("web", "BUILD", addresses=(), created=ago(60)),
        server("web", "ACTIVE", task_state="image_uploading"),
        server("web", "DELETED"),
    ],
)
def test_stopped_busy_or_building_server_is_no_finding(quiet: Server) -> None:
    assert diagnose(region_snapshot(servers=(quiet,)), NOW) == ()


def test_build_of_an_hour_is_a_finding() -> None:
    found = only_finding(region_snapshot(servers=(server("web", "BUILD", created=ago(3600)),)))
    assert found.wrong == "still BUILD: longer than usual, which is up to 30 min"


def test_server_without_rackconnect_network_is_a_note() -> None:
    elsewhere = server(addresses=(Address("private", "10.0.0.1"),))
    assert only_finding(region_snapshot(servers=(elsewhere,))).severity is Severity.NOTE


def drained(snapshot: Snapshot, *pools: str) -> Snapshot:
    drain = Drain(
        Target("ID-web", "web"), tuple(Target(p, p) for p in pools), ago(7200), "ops", "CHG-1"
    )
    return snapshot.with_drains({"id-web": drain})[0]


def test_drained_server_is_a_warning_until_it_is_restored() -> None:
    others = (node("N2", "db"), node("N3", "api"))
    servers = (server(), server("db"), server("api"))
    out = drained(region_snapshot(servers=servers, pools=(pool(),), nodes=others), "P1")

    found = only_finding(out)

    assert (found.severity, found.rule) == (Severity.WARNING, Rule.DRAINED)
    assert found.wrong == "drained by ops (CHG-1); missing from P1"
    assert (found.since, found.todo) == (ago(7200), "restore with D")
    back, _ = out.with_nodes("p1", (node("N1"), *others))
    assert diagnose(back, NOW) == ()


def test_drain_from_an_unread_pool_says_that_it_may_be_back() -> None:
    index = DiagnosticsIndex()
    unread = drained(region_snapshot(pools=(pool(),)), "P1")
    index.apply(unread, unread.as_delta(), NOW)

    (found,) = index.about(ResourceKind.SERVERS, "id-web")

    assert found.wrong.endswith("not all of these pools' nodes are read")


def test_finding_of_a_drained_server_follows_the_journal() -> None:
    index = DiagnosticsIndex()
    before = region_snapshot(pools=(pool(),), nodes=(node("N2", "db"), node("N3", "db2")))
    index.apply(before, before.as_delta(), NOW)
    drain = drained(before, "P1").drains
    after, delta = before.with_drains(drain)

    index.apply(after, delta, NOW)
    assert [each.rule for each in index.about(ResourceKind.SERVERS, "id-web")] == [Rule.DRAINED]

    index.apply(*after.with_drains({}), NOW)
    assert index.about(ResourceKind.SERVERS, "id-web") == ()


# -- pools and nodes --------------------------------------------------------------------------


def test_pool_without_members_is_the_worst_finding() -> None:
    found = only_finding(region_snapshot(pools=(pool(0),), nodes=()))
    assert found.severity is Severity.FAILED
    assert found.wrong == "no active node: nothing is there to serve 198.51.100.5:80"
    assert found.next_step == "Add servers to the pool."


def test_pool_with_one_external_member_may_have_only_the_placeholder() -> None:
    found = only_finding(region_snapshot(pools=(pool(0, external=1),), nodes=()))
    assert found.severity is Severity.WARNING
    assert "placeholder" in found.wrong


def test_pool_with_one_active_node_is_a_finding() -> None:
    found = diagnose(
        region_snapshot(pools=(pool(),), nodes=(node("N1"), node("N2", "db", "ADD_FAILED"))), NOW
    )
    assert [f.rule for f in found] == [Rule.FAILED, Rule.POOL_THIN]
    assert found[0].subject == "db in pool web-80"
    assert found[0].next_step.startswith("Remove the failed node, then add db to web-80 again.")


def test_external_members_count_as_active() -> None:
    assert diagnose(region_snapshot(pools=(pool(0, external=2),), nodes=()), NOW) == ()


@pytest.mark.parametrize("own", [2, 7])
def test_pool_whose_nodes_are_not_read_is_unknown_and_neither_empty_nor_fine(own: int) -> None:
    found = only_finding(region_snapshot(pools=(pool(own),)))
    assert (found.severity, found.rule) == (Severity.UNKNOWN, Rule.UNREAD)
    assert found.wrong == "nodes of 1 of 1 pools not read"
    assert "Add" not in found.next_step


def test_count_of_unread_nodes_is_the_most_that_can_be_active() -> None:
    thin, unread = diagnose(region_snapshot(pools=(pool(1),)), NOW)[::-1]
    assert (thin.rule, unread.rule) == (Rule.POOL_THIN, Rule.UNREAD)
    assert thin.wrong.startswith("one active node at most")


def test_orphan_node_does_not_count_as_active() -> None:
    found = diagnose(region_snapshot(pools=(pool(),), nodes=(node("N1"), node("N2", "gone"))), NOW)
    assert [f.rule for f in found] == [Rule.ORPHAN, Rule.POOL_THIN]
    assert found[0].wrong == "ghost node: ACTIVE, but cloud server gone no longer exists"
    assert "ids of node N2 and pool P1" in found[0].next_step


def test_stuck_node_is_a_finding() -> None:
    nodes = (node("N1"), node("N2", "db"), node("N3", status="ADDING"))
    assert only_finding(region_snapshot(pools=(pool(3),), nodes=nodes)).rule is Rule.STUCK


@pytest.mark.parametrize("status", ["REMOVE_FAILED", "ODD_FAILED"])
def test_other_failures_of_nodes_have_a_next_step(status: str) -> None:
    nodes = (node("N1"), node("N2", "db"), node("N3", status=status))
    assert only_finding(region_snapshot(pools=(pool(3),), nodes=nodes)).next_step


def test_failed_pool_is_a_finding_and_a_busy_one_is_not() -> None:
    members = (node("N1"), node("N2", "db"))
    failed = region_snapshot(pools=(pool(status="UPDATE_FAILED"),), nodes=members)
    assert only_finding(failed).rule is Rule.FAILED
    busy = region_snapshot(pools=(pool(status="UPDATING"),), nodes=members)
    assert diagnose(busy, NOW) == ()
    assert diagnose(busy, NOW, since=lambda part, key, status: ago(20)) == ()
    stuck = diagnose(busy, NOW, since=lambda part, key, status: ago(1000))
    assert [f.rule for f in stuck] == [Rule.STUCK]


# -- order ------------------------------------------------------------------------------------


def test_worst_finding_comes_first() -> None:
    found = diagnose(
        region_snapshot(
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


# -- updated from snapshot to snapshot --------------------------------------------------------


def index_of(snapshot: Snapshot) -> DiagnosticsIndex:
    index = DiagnosticsIndex()
    index.apply(snapshot, snapshot.with_fetch_state(ResourceKind.SERVERS, FetchState())[1], NOW)
    return index


def rules(index: DiagnosticsIndex) -> list[Rule]:
    return [finding.rule for finding in index.findings]


def test_change_returns_only_the_affected_resources() -> None:
    before = region_snapshot(ips=(ip(),))
    index = index_of(before)
    after, diff = before.with_public_ip(ip("REMOVE_FAILED"))
    assert index.apply(after, diff, NOW) == {
        (ResourceKind.PUBLIC_IPS, "ip1"),
        (ResourceKind.SERVERS, "id-web"),
    }
    assert index.concerns(ResourceKind.SERVERS, "id-web")
    assert not index.concerns(ResourceKind.SERVERS, "id-db")
    assert [f.rule for f in index.about(ResourceKind.SERVERS, "id-web")] == [Rule.FAILED]
    assert index.about(ResourceKind.SERVERS, "id-db") == ()
    gone, diff = after.without_public_ip("ip1")
    assert index.apply(gone, diff, NOW) == {
        (ResourceKind.PUBLIC_IPS, "ip1"),
        (ResourceKind.SERVERS, "id-web"),
    }
    assert rules(index) == []


def test_transition_becomes_stuck_by_time_alone() -> None:
    index = index_of(region_snapshot(ips=(ip("ADDING", created=ago(20)),)))
    assert rules(index) == []
    assert index.tick(NOW + timedelta(seconds=279)) == frozenset()
    assert (ResourceKind.PUBLIC_IPS, "ip1") in index.tick(NOW + timedelta(seconds=281))
    assert rules(index) == [Rule.STUCK]


def test_every_kind_of_transition_becomes_stuck_unless_it_ends() -> None:
    before = region_snapshot(
        servers=(server(), server("db"), server("new", "BUILD", created=NOW)),
        ips=(ip("ADDING", created=NOW),),
        pools=(pool(3),),
        nodes=(node("N1"), node("N2", "db"), node("N3", "new", "ADDING", created=NOW)),
    )
    index = index_of(before)
    after, diff = before.with_public_ip(ip())
    index.apply(after, diff, NOW)
    index.tick(NOW + timedelta(hours=1))
    assert {(f.kind, f.key) for f in index.findings} == {
        (ResourceKind.SERVERS, "id-new"),
        (ResourceKind.NODES, "n3"),
    }


def test_access_ip_that_still_differs_later_is_a_finding() -> None:
    differs = server(access_ip=None)
    before = region_snapshot(servers=(differs,), ips=(ip(updated=NOW),))
    index = index_of(before)
    later = NOW + timedelta(seconds=130)
    read, diff = before.with_fetch_state(ResourceKind.SERVERS, FetchState(fetched=later))
    index.apply(read, diff, later)
    index.tick(later)
    assert rules(index) == [Rule.ACCESS_DIFFERS]


def test_count_of_retained_addresses_is_current_in_every_finding() -> None:
    before = region_snapshot(ips=(ip(of=None, retain=True),))
    index = index_of(before)
    after, diff = before.with_public_ip(ip(of=None, key="IP2", retain=True))
    index.apply(after, diff, NOW)
    assert all("(2 of 5)" in f.wrong for f in index.findings)
    assert len(index.findings) == 2
    fewer, diff = after.without_public_ip("ip1")
    index.apply(fewer, diff, NOW)
    assert ["(1 of 5)" in f.wrong for f in index.findings] == [True]


def test_removed_server_makes_its_records_orphans() -> None:
    before = region_snapshot(ips=(ip(),), pools=(pool(),), nodes=(node("N1"), node("N2", "db")))
    index = index_of(before)
    after, diff = before.with_servers([server("db")])
    index.apply(after, diff, NOW)
    assert {f.rule for f in index.findings} == {Rule.ORPHAN, Rule.POOL_THIN}
    assert len(index.findings) == 3


def test_first_list_of_servers_reveals_orphans() -> None:
    before, _ = Snapshot("IAD").with_public_ips([ip(of="gone")])
    index = index_of(before)
    after, diff = before.with_fetch_state(ResourceKind.SERVERS, FetchState(fetched=NOW))
    index.apply(after, diff, NOW)
    assert rules(index) == [Rule.ORPHAN]


def test_first_list_of_servers_rechecks_affected_records() -> None:
    before = region_snapshot(
        ips=(
            ip(),
            ip(of="gone", key="IP2"),
            ip(of=None, key="IP3", retain=True),
            ip("ADDING", of="db", key="IP4", created=ago(9999)),
        ),
        pools=(pool(),),
        nodes=(node("N1"), node("N2", "db"), node("N3", "gone")),
    )
    before, _ = before.with_fetch_state(ResourceKind.SERVERS, FetchState())
    assert not before.fetch_state(ResourceKind.SERVERS).is_read
    index = index_of(before)
    after, diff = before.with_fetch_state(ResourceKind.SERVERS, FetchState(fetched=NOW))
    touched = index.apply(after, diff, NOW)
    assert index.findings == diagnose(after, NOW)
    assert (ResourceKind.PUBLIC_IPS, "ip2") in touched
    assert (ResourceKind.NODES, "n3") in touched


def test_renamed_pool_is_renamed_in_findings_of_its_nodes() -> None:
    nodes = (node("N1"), node("N2", "db"), node("N3", status="ADD_FAILED"))
    before = region_snapshot(pools=(pool(3),), nodes=nodes)
    index = index_of(before)
    renamed = LoadBalancerPool("P1", "web-443", "ACTIVE", counts=NodeCounts(3, 0, 3))
    after, diff = before.with_pool(renamed)
    index.apply(after, diff, NOW)
    assert index.findings[0].subject == "web in pool web-443"


def test_index_and_full_diagnosis_agree() -> None:
    snapshot = region_snapshot(ips=(ip(),), pools=(pool(),), nodes=(node("N1"), node("N2", "db")))
    index = index_of(snapshot)
    steps: tuple[Callable[[Snapshot], tuple[Snapshot, SnapshotDelta]], ...] = (
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
        index.apply(snapshot, diff, NOW)
        assert index.findings == diagnose(snapshot, NOW)
        rows = {row for f in index.findings for row in f.rows}
        assert all(index.concerns(*row) for row in rows)
    assert rules(index) == []


def test_new_thresholds_apply_to_current_transitions() -> None:
    index = index_of(region_snapshot(ips=(ip("ADDING", created=ago(100)),)))
    index.set_thresholds(TransitionThresholds({(ResourceKind.PUBLIC_IPS, "ADDING"): 8.0}))
    assert (ResourceKind.PUBLIC_IPS, "ip1") in index.tick(NOW)
    assert rules(index) == [Rule.STUCK]
    index.set_thresholds(TransitionThresholds({(ResourceKind.PUBLIC_IPS, "ADDING"): 80.0}))
    assert (ResourceKind.PUBLIC_IPS, "ip1") in index.tick(NOW)
    assert rules(index) == []
    index.tick(NOW + timedelta(seconds=301))
    assert rules(index) == [Rule.STUCK]


def test_cached_record_is_stuck_or_an_orphan_only_once_it_was_read() -> None:
    before = region_snapshot(
        servers=(server("db", access_ip=None),),
        ips=(ip("ADDING"), ip(of="db", key="IP2")),
    )
    for part in ResourceKind:
        before, _ = before.with_fetch_state(part, FetchState(fetched=ago(3600), from_cache=True))
    index = index_of(before)
    assert rules(index) == []
    after, diff = before, SnapshotDelta()
    for part in ResourceKind:
        after, diff = after.with_fetch_state(part, FetchState(fetched=NOW))
        index.apply(after, diff, NOW)
    assert rules(index) == [Rule.ORPHAN, Rule.ACCESS_DIFFERS]


def test_access_ip_finding_survives_reading_a_cached_record_again() -> None:
    cached = region_snapshot(servers=(server(access_ip="203.0.113.9"),), ips=(ip(),))
    live, diff = cached.with_public_ips([ip(raw=b'{"id": "IP1"}')])
    assert not diff
    assert live.public_ips["ip1"].raw
    assert [found.rule for found in diagnose(live, NOW)] == [Rule.ACCESS_DIFFERS]


# -- what was not read ------------------------------------------------------------------------


def failing(part: ResourceKind, *, read: datetime | None = None, since: datetime = NOW) -> Snapshot:
    """A region of which one part cannot be read; `read`: when it could the last time."""
    state = FetchState(fetched=read, error="out of order (HTTP 500)", failing_since=since)
    return region_snapshot(pools=(pool(),), nodes=(node("N1"), node("N2", "db"))).with_fetch_state(
        part, state
    )[0]


@pytest.mark.parametrize(
    "part",
    [ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS, ResourceKind.POOLS, ResourceKind.NETWORKS],
)
def test_unreadable_kind_is_unknown(part: ResourceKind) -> None:
    found = only_finding(failing(part))
    assert (found.severity, found.rule, found.kind) == (Severity.UNKNOWN, Rule.UNREAD, part)
    assert found.wrong == "not read: out of order (HTTP 500)"
    assert "not known whether they need attention" in found.next_step


def test_kind_that_fails_for_a_minute_is_unknown() -> None:
    index = index_of(failing(ResourceKind.PUBLIC_IPS, read=ago(30)))
    assert rules(index) == []
    index.tick(NOW + timedelta(seconds=61))
    assert rules(index) == [Rule.UNREAD]
    assert index.findings[0].wrong == "not read since 11:59 UTC: out of order (HTTP 500)"


def test_unreadable_items_are_unknown_and_prove_no_orphan() -> None:
    skipped = FetchState(fetched=NOW, skipped=("$[1]: no id",))
    whole = region_snapshot(servers=(server("db"),), ips=(ip(),))
    assert Rule.ORPHAN in [f.rule for f in diagnose(whole, NOW)]
    found = only_finding(whole.with_fetch_state(ResourceKind.SERVERS, skipped)[0])
    assert (found.rule, found.wrong) == (Rule.UNREAD, "1 not readable: $[1]: no id")


def test_unread_nodes_are_a_finding_after_a_minute() -> None:
    unread = region_snapshot(pools=(pool(),))
    index = index_of(unread)
    assert rules(index) == []
    index.tick(NOW + timedelta(seconds=61))
    assert rules(index) == [Rule.UNREAD]

    after, diff = unread.with_nodes("p1", [node("N1"), node("N2", "db")])
    index.apply(after, diff, NOW + timedelta(seconds=62))
    assert rules(index) == []


def test_next_step_of_a_server_in_error_does_not_depend_on_read_nodes() -> None:
    broken = (server("web", "ERROR", fault="No host."), server("db"), server("api"))
    members = (node("N1"), node("N2", "db"), node("N3", "api"))
    known = region_snapshot(servers=broken, pools=(pool(3),), nodes=members)
    unread = region_snapshot(servers=broken, pools=(pool(3),))

    (found, _) = sorted(diagnose(unread, NOW), key=lambda f: f.rule is Rule.UNREAD)
    assert "not known whether a pool counts on it" in found.wrong
    assert found.next_step.startswith("Take it out of its pools, if it is in any")

    # What the console finds as it reads is what a whole look finds.
    index = index_of(unread)
    index.apply(known, unread.with_nodes("p1", members)[1], NOW)
    assert index.findings == diagnose(known, NOW)
    assert "pool web-80 still counts on it" in index.findings[0].wrong
    assert index.findings[0].next_step == found.next_step


def test_server_without_network_is_no_finding_before_the_public_ips_are_read() -> None:
    elsewhere = region_snapshot(servers=(server(addresses=(Address("private", "10.0.0.1"),)),))
    unread, _ = elsewhere.with_fetch_state(ResourceKind.PUBLIC_IPS, FetchState())
    assert diagnose(unread, NOW) == ()

    index = index_of(unread)
    index.apply(*unread.with_fetch_state(ResourceKind.PUBLIC_IPS, FetchState(fetched=NOW)), NOW)
    assert rules(index) == [Rule.NO_NETWORK]


@pytest.mark.parametrize(
    ("found", "nodes", "wrong"),
    [
        (counted(7), (), "the service counts 7 cloud servers in it, and lists 0"),
        (counted(7), (node("N1"),), "the service counts 7 cloud servers in it, and lists 1"),
        (counted(1), (), "the service counts 1 cloud server in it, and lists 0"),
        (counted(None, None), None, "the service does not say how many members it has"),
        (counted(0, None), (), "the service does not say how many members it has"),
    ],
)
def test_pool_with_unknown_members_has_no_step_to_add_servers(
    found: LoadBalancerPool, nodes: tuple[PoolNode, ...] | None, wrong: str
) -> None:
    snapshot = region_snapshot(pools=(found,), nodes=nodes)
    of_pools = [each for each in diagnose(snapshot, NOW) if each.kind is ResourceKind.POOLS]
    assert [(each.severity, each.wrong) for each in of_pools] == [(Severity.UNKNOWN, wrong)]


@pytest.mark.parametrize(
    ("found", "nodes"),
    [
        (counted(None, 2), None),
        (counted(None, None), (node("N1"), node("N2", of="db"))),
        (counted(3), (node("N1"), node("N2", of="db"))),
    ],
)
def test_two_members_are_enough_if_others_are_unknown(
    found: LoadBalancerPool, nodes: tuple[PoolNode, ...] | None
) -> None:
    assert not [
        e
        for e in diagnose(region_snapshot(pools=(found,), nodes=nodes), NOW)
        if e.kind is ResourceKind.POOLS
    ]
