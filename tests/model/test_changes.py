"""Differences between two snapshots, as an operator would describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rcv3_tui.model.changes import (
    ChangeKind,
    ResourceChange,
    carry_over,
    compare,
    operation_behind,
)
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.model.resources import (
    Address,
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.snapshot import Snapshot
from tests.support.snapshots import NOW, ip, node, pool, server

READ = FetchState(fetched=NOW - timedelta(seconds=15))
CACHED = FetchState(fetched=NOW - timedelta(hours=1), from_cache=True)


def snapshot(
    *,
    servers: Sequence[Server] = (),
    ips: Sequence[PublicIP] = (),
    pools: Sequence[LoadBalancerPool] = (pool("p1", 1),),
    nodes: Mapping[str, Sequence[PoolNode]] | None = None,
    networks: Sequence[CloudNetwork] = (),
    state: FetchState = READ,
    states: Mapping[ResourceKind, FetchState] | None = None,
) -> Snapshot:
    """Return a snapshot whose kinds have all been read, except as given."""
    return Snapshot.of(
        region="IAD",
        tenant="123456",
        servers=servers,
        public_ips=ips,
        pools=pools,
        networks=networks,
        nodes=nodes or {},
        fetch_states={part: (states or {}).get(part, state) for part in ResourceKind},
    )


def facts(changes: Sequence[ResourceChange]) -> list[tuple[str, str, str, str]]:
    return [(c.subject, c.kind.value, c.before, c.after) for c in changes]


def difference(before: Snapshot, after: Snapshot) -> list[tuple[str, str, str, str]]:
    return facts(compare(before, after, NOW))


def test_server_status_change_names_both_values() -> None:
    before = snapshot(servers=[server("web"), server("db")])
    after = snapshot(servers=[replace(server("web"), status="ERROR"), server("db")])

    (change,) = compare(before, after, NOW)

    assert facts([change]) == [("web", "status", "ACTIVE", "ERROR")]
    assert (change.resource_kind, change.key, change.region) == (
        ResourceKind.SERVERS,
        "id-web",
        "IAD",
    )
    assert (change.since, change.at) == (READ.fetched, NOW)


def test_new_and_missing_servers_appear_and_are_gone() -> None:
    before, after = snapshot(servers=[server("web")]), snapshot(servers=[server("db")])

    assert difference(before, after) == [
        ("db", "appeared", "", "ACTIVE"),
        ("web", "gone", "ACTIVE", ""),
    ]


def test_server_address_change_is_reported() -> None:
    before = snapshot(servers=[server("web", Address("private", "10.0.0.1"))])
    after = snapshot(servers=[server("web", Address("private", "10.0.0.2"))])

    assert difference(before, after) == [("web", "address", "10.0.0.1", "10.0.0.2")]


def test_public_ip_reports_retain_server_and_status() -> None:
    both = [server("web"), server("db")]
    record = ip("ip1", "web")
    moved = replace(record, server=ServerLink("id-db", "db"), retain=True, status="UPDATING")

    assert difference(
        snapshot(servers=both, ips=[record]), snapshot(servers=both, ips=[moved])
    ) == [
        ("203.0.113.3", "server", "web", "db"),
        ("203.0.113.3", "status", "ACTIVE", "UPDATING"),
        ("203.0.113.3", "retain", "off", "on"),
    ]


def test_public_ip_without_address_is_named_by_its_server() -> None:
    record = replace(ip("ip1", "web"), address=None, status="ADDING")

    assert difference(snapshot(), snapshot(ips=[record])) == [
        ("public IP of web", "appeared", "", "ADDING")
    ]


def test_node_in_and_out_of_a_pool_names_server_and_pool() -> None:
    names = [server("web"), server("db")]
    before = snapshot(servers=names, nodes={"p1": [node("n1", "web")]})
    after = snapshot(servers=names, nodes={"p1": [node("n2", "db")]})

    assert difference(before, after) == [
        ("db in pool p1", "appeared", "", "ACTIVE"),
        ("web in pool p1", "gone", "ACTIVE", ""),
    ]


def test_network_and_pool_addresses_are_compared() -> None:
    before = snapshot(networks=[CloudNetwork("net", "RC-1", "10.0.0.0/24")])
    after = snapshot(
        pools=[replace(pool("p1", 1), virtual_ip="10.9.0.1", port=80)],
        networks=[CloudNetwork("net", "RC-1", "10.1.0.0/24")],
    )

    assert difference(before, after) == [
        ("pool p1", "address", "", "10.9.0.1:80"),
        ("RC-1", "address", "10.0.0.0/24", "10.1.0.0/24"),
    ]


# -- what was not read ------------------------------------------------------------------------

UNREAD = FetchState()
LOADING = FetchState(error=None)
FAILED = FetchState(error="HTTP 500")


@pytest.mark.parametrize("state", [UNREAD, LOADING, FAILED, CACHED])
def test_kind_that_was_not_read_yields_no_gone(state: FetchState) -> None:
    before = snapshot(servers=[server("web")], ips=[ip("ip1", "web")])

    assert difference(before, snapshot(state=state)) == []


@pytest.mark.parametrize("state", [UNREAD, FAILED])
def test_first_read_of_a_kind_yields_no_appeared(state: FetchState) -> None:
    assert difference(snapshot(state=state), snapshot(servers=[server("web")])) == []


def test_read_and_empty_list_yields_appeared() -> None:
    assert difference(snapshot(), snapshot(servers=[server("web")])) == [
        ("web", "appeared", "", "ACTIVE")
    ]


def test_item_that_cannot_be_decoded_is_not_gone() -> None:
    before = snapshot(servers=[server("web"), server("db")])
    partly = snapshot(servers=[server("db")], state=replace(READ, skipped=("id-web: no status",)))

    assert difference(before, partly) == []
    whole = snapshot(servers=[server("db"), server("web")])
    assert difference(carry_over(before, partly), whole) == []
    assert difference(carry_over(before, partly), snapshot(servers=[server("db")])) == [
        ("web", "gone", "ACTIVE", "")
    ]


def test_nodes_of_a_pool_read_for_the_first_time_yield_nothing() -> None:
    before, after = snapshot(), snapshot(nodes={"p1": [node("n1", "web")]})

    assert difference(before, after) == []


def test_cached_snapshot_is_compared_as_between_two_times() -> None:
    before = snapshot(servers=[server("web")], nodes={"p1": [node("n1", "web")]}, state=CACHED)
    after = snapshot(nodes={"p1": []})

    changes = compare(before, after, NOW)

    assert facts(changes) == [
        ("web", "gone", "ACTIVE", ""),
        ("web in pool p1", "gone", "ACTIVE", ""),
    ]
    assert {change.since for change in changes} == {CACHED.fetched}


def test_cached_kind_is_compared_once_it_was_read() -> None:
    cached = snapshot(servers=[server("web")], ips=[ip("ip1", "web")], state=CACHED)
    first = snapshot(servers=[], ips=[ip("ip1", "web")], states={ResourceKind.PUBLIC_IPS: CACHED})
    second = snapshot()

    assert difference(cached, first) == [("web", "gone", "ACTIVE", "")]
    assert difference(carry_over(cached, first), second) == [("203.0.113.3", "gone", "ACTIVE", "")]


def test_pool_that_is_read_last_is_compared_with_the_time_of_the_cache() -> None:
    pools = [pool("p1", 1), pool("p2", 1)]
    members = {"p1": [node("n1", "web")], "p2": [node("n2", "web", "p2")]}
    cached = snapshot(pools=pools, nodes=members, state=CACHED)
    first, _ = cached.with_nodes("p1", members["p1"])
    first, _ = first.with_fetch_state(ResourceKind.NODES, READ)
    second, _ = first.with_nodes("p2", [])

    assert compare(cached, first, NOW) == ()
    (change,) = compare(carry_over(cached, first), second, NOW)

    assert change.since == CACHED.fetched


def test_cleared_snapshot_yields_nothing_and_loses_nothing() -> None:
    before = snapshot(servers=[server("web")], nodes={"p1": [node("n1", "web")]})
    cleared, _ = before.cleared()

    assert difference(before, cleared) == []
    assert difference(carry_over(before, cleared), snapshot(nodes={"p1": []})) == [
        ("web", "gone", "ACTIVE", ""),
        ("web in pool p1", "gone", "ACTIVE", ""),
    ]


STATES = st.sampled_from([READ, CACHED, UNREAD, FAILED, replace(READ, skipped=("x",))])
STATUSES = st.sampled_from(["ACTIVE", "ADDING", "ERROR"])


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    names = draw(st.sets(st.sampled_from(["a", "b", "c"])))
    records = draw(st.dictionaries(st.sampled_from(["i1", "i2"]), STATUSES))
    members = draw(st.dictionaries(st.sampled_from(["n1", "n2", "n3"]), STATUSES))
    return snapshot(
        servers=[server(name) for name in names],
        ips=[ip(key, "a", status) for key, status in records.items()],
        nodes=draw(
            st.sampled_from(
                [{}, {"p1": [node(key, "a", status=status) for key, status in members.items()]}]
            )
        ),
        states={part: draw(STATES) for part in ResourceKind},
    )


@given(snapshots())
def test_snapshot_compared_with_itself_yields_nothing(one: Snapshot) -> None:
    assert compare(one, one, NOW) == ()
    assert compare(one, replace(one, servers=dict(one.servers)), NOW) == ()


@given(snapshots(), snapshots())
def test_unread_kind_never_yields_a_change(before: Snapshot, after: Snapshot) -> None:
    for change in compare(before, after, NOW):
        if change.resource_kind is ResourceKind.NODES:
            assert change.pool_key in before.nodes
            assert change.pool_key in after.nodes
            assert change.pool_key not in after.nodes_from_cache
        else:
            assert before.fetch_state(change.resource_kind).fetched is not None
            assert after.fetch_state(change.resource_kind).is_read
        if change.kind is ChangeKind.GONE:
            assert not after.fetch_state(change.resource_kind).skipped


@given(snapshots(), snapshots(), snapshots())
def test_carried_over_snapshot_reports_each_difference_once(
    first: Snapshot, second: Snapshot, third: Snapshot
) -> None:
    first_changes = compare(first, second, NOW)
    base = carry_over(first, second)

    assert compare(base, second, NOW) == ()
    again = compare(base, second.with_servers(third.servers.values())[0], NOW)
    assert not set(first_changes) & set(again)


# -- who made it ------------------------------------------------------------------------------

WEB, IP1, P1, N1 = Target("id-web", "web"), Target("ip1", "203.0.113.3"), Target("p1", "p"), "n1"


def operation(
    kind: OperationKind,
    state: OperationState = OperationState.SETTLED,
    *,
    asked: float = -30,
    ended: float = -5,
    resource_id: str | None = None,
    public_ip: Target | None = None,
    pool: Target | None = None,
    region: str = "IAD",
) -> Operation:
    return Operation(
        "op-1",
        Request(kind, region, server=WEB, public_ip=public_ip, pool=pool),
        state,
        asked=NOW + timedelta(seconds=asked),
        changed=NOW + timedelta(seconds=ended),
        resource_id=resource_id,
    )


def appeared() -> ResourceChange:
    (change,) = compare(snapshot(), snapshot(ips=[ip("ip1", "web", "ADDING")]), NOW)
    return change


def joined() -> ResourceChange:
    before, after = snapshot(nodes={"p1": []}), snapshot(nodes={"p1": [node(N1, "web")]})
    (change,) = compare(before, after, NOW)
    return change


@pytest.mark.parametrize(
    ("change", "made_by"),
    [
        (appeared(), operation(OperationKind.ADD_PUBLIC_IP, OperationState.SENT)),
        (appeared(), operation(OperationKind.ADD_PUBLIC_IP, resource_id="IP1")),
        (joined(), operation(OperationKind.ADD_NODE, OperationState.ACCEPTED, pool=P1)),
        (joined(), operation(OperationKind.ADD_NODE, ended=-1800, asked=-1900, pool=P1)),
    ],
)
def test_change_of_an_operation_is_ours(change: ResourceChange, made_by: Operation) -> None:
    assert operation_behind(change, [made_by]) is made_by


@pytest.mark.parametrize(
    ("change", "other"),
    [
        (appeared(), operation(OperationKind.ADD_PUBLIC_IP, OperationState.PLANNED)),
        (appeared(), operation(OperationKind.ADD_PUBLIC_IP, OperationState.REJECTED)),
        (appeared(), operation(OperationKind.ADD_PUBLIC_IP, region="DFW")),
        (appeared(), operation(OperationKind.ADD_PUBLIC_IP, asked=-900, ended=-600)),
        (appeared(), operation(OperationKind.ADD_NODE, pool=P1)),
        (appeared(), operation(OperationKind.RETAIN, public_ip=IP1)),
        (joined(), operation(OperationKind.REMOVE_NODE, pool=P1)),
        (joined(), operation(OperationKind.ADD_NODE, pool=Target("p2", "other"))),
    ],
)
def test_change_that_no_operation_explains_was_made_elsewhere(
    change: ResourceChange, other: Operation
) -> None:
    assert operation_behind(change, [other]) is None
