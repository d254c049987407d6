"""Draining and restoring servers: what it affects, and what is still missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from rcv3_tui.model.drain import DrainLedger
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.operation import (
    Operation,
    OperationKind,
    OperationState,
    Purpose,
    Request,
    Target,
)
from rcv3_tui.model.removal_plan import (
    drain_of_servers,
    drift_since,
    merge_plans,
    restoration_of_servers,
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
READ = FetchState(fetched=NOW)


def server(number: int, **more: object) -> Server:
    values: dict[str, object] = {"id": f"S-{number}", "name": f"web-0{number}", "status": "ACTIVE"}
    return Server(**{**values, **more})  # type: ignore[arg-type]


def pool(number: int) -> LoadBalancerPool:
    return LoadBalancerPool(
        id=f"P-{number}",
        name=f"pool-{number}",
        status="ACTIVE",
        virtual_ip="203.0.113.5",
        port=80,
        counts=NodeCounts(external=0),
    )


def node(on: int, in_pool: int, status: str = "ACTIVE") -> PoolNode:
    link = ServerLink(id=f"S-{on}", name=f"web-0{on}", private_ip=f"10.0.0.{on}")
    return PoolNode(id=f"N-{in_pool}{on}", pool_id=f"P-{in_pool}", status=status, server=link)


def snapshot(
    *nodes: PoolNode,
    region: str = "IAD",
    pools: tuple[int, ...] = (1, 2),
    servers: tuple[Server, ...] = (server(1), server(2)),
    public_ips: tuple[PublicIP, ...] = (),
    operations: tuple[Operation, ...] = (),
) -> Snapshot:
    made = Snapshot.of(
        region=region,
        tenant="123456",
        servers=servers,
        public_ips=public_ips,
        pools=[pool(number) for number in pools],
        networks=(),
        nodes={f"p-{n}": [each for each in nodes if each.pool_id == f"P-{n}"] for n in pools},
        fetch_states=dict.fromkeys(ResourceKind, READ),
    )
    return made.with_drains(DrainLedger(operations).drains(region))[0]


def change(
    kind: OperationKind,
    on: int,
    in_pool: int,
    purpose: Purpose | None = None,
    *,
    state: OperationState = OperationState.SETTLED,
    after: float = 0.0,
) -> Operation:
    at = NOW + timedelta(seconds=after)
    removed = (
        Target(f"N-{in_pool}{on}", f"web-0{on}") if kind is OperationKind.REMOVE_NODE else None
    )
    return Operation(
        id=f"{kind}-{on}-{in_pool}-{after}",
        request=Request(
            kind=kind,
            region="IAD",
            server=Target(f"S-{on}", f"web-0{on}"),
            pool=Target(f"P-{in_pool}", f"pool-{in_pool}"),
            node=removed,
            purpose=purpose,
        ),
        state=state,
        asked=at,
        changed=at,
        user="ops",
    )


def drained(on: int, in_pool: int, **more: object) -> Operation:
    return change(OperationKind.REMOVE_NODE, on, in_pool, Purpose.DRAIN, **more)  # type: ignore[arg-type]


# -- what is drained ------------------------------------------------------------------------------


def test_drained_server_is_missing_from_the_pools_that_it_left() -> None:
    made = snapshot(node(2, 1), operations=(drained(1, 1), drained(1, 2)))

    found = made.drain_of("s-1")

    assert found is not None
    assert [each.name for each in found.pools] == ["pool-1", "pool-2"]
    assert (found.since, found.user) == (NOW, "ops")
    assert made.drain_of("s-2") is None


def test_server_that_was_added_by_hand_is_missing_from_the_other_pool_only() -> None:
    made = snapshot(node(1, 1), operations=(drained(1, 1), drained(1, 2)))

    found = made.drain_of("s-1")

    assert found is not None
    assert [each.name for each in found.pools] == ["pool-2"]


def test_failed_membership_counts_as_missing() -> None:
    made = snapshot(node(1, 1, "ADD_FAILED"), operations=(drained(1, 1),))

    assert made.drain_of("s-1") is not None


def test_pool_that_is_gone_leaves_nothing_to_restore() -> None:
    made = snapshot(pools=(1,), operations=(drained(1, 2),))

    assert made.drain_of("s-1") is None


@pytest.mark.parametrize(
    "later",
    [
        change(OperationKind.ADD_NODE, 1, 1, Purpose.RESTORE, after=60.0),
        change(OperationKind.ADD_NODE, 1, 1, after=60.0),
        change(OperationKind.REMOVE_NODE, 1, 1, after=60.0),
    ],
)
def test_later_change_of_the_membership_ends_the_drain(later: Operation) -> None:
    assert snapshot(operations=(later, drained(1, 1))).drain_of("s-1") is None


def test_failed_restore_leaves_the_server_drained() -> None:
    again = change(
        OperationKind.ADD_NODE,
        1,
        1,
        Purpose.RESTORE,
        after=60.0,
        state=OperationState.FAILED,
    )

    assert snapshot(operations=(drained(1, 1), again)).drain_of("s-1") is not None


def test_rejected_drain_leaves_the_earlier_one() -> None:
    first = drained(1, 1)
    second = drained(1, 1, after=60.0, state=OperationState.REJECTED)

    found = snapshot(operations=(first, second)).drain_of("s-1")

    assert found is not None
    assert found.since == NOW
    assert snapshot(operations=(second,)).drain_of("s-1") is None


def test_drain_changes_the_rows_of_its_servers_only() -> None:
    made = snapshot()

    drains = DrainLedger((drained(1, 1),)).drains("IAD")

    assert made.with_drains(drains)[1].servers.changed == {"s-1"}
    assert not made.with_drains({})[1]


def test_deleted_pool_changes_the_row_of_a_drained_server() -> None:
    made = snapshot(operations=(drained(1, 1),))

    after, delta = made.with_pools([pool(2)])

    assert after.drain_of("s-1") is None
    assert delta.servers.changed == {"s-1"}


# -- the plan of a drain --------------------------------------------------------------------------


def test_drain_removes_every_node_of_the_server_with_one_key_press() -> None:
    plan = drain_of_servers(
        snapshot(node(1, 1), node(2, 1), node(1, 2), node(2, 2)), ["s-1"], profile="acme"
    )

    assert plan.title == "Drain web-01: out of 2 pools"
    assert [item.request.pool.name for item in plan.items if item.request.pool] == [
        "pool-1",
        "pool-2",
    ]
    assert {item.request.purpose for item in plan.items} == {Purpose.DRAIN}
    assert plan.consequences == ("pool pool-1: 2 active -> 1", "pool pool-2: 2 active -> 1")
    assert plan.level == 1


def test_drain_of_the_last_active_node_requires_the_name() -> None:
    plan = drain_of_servers(snapshot(node(1, 1), node(2, 2)), ["s-1"], profile="acme")

    assert plan.level == 2
    assert plan.confirmation_phrases == ("web-01",)
    assert plan.consequences[0].startswith("last active node of pool pool-1")


def test_drain_of_several_servers_requires_their_number() -> None:
    made = snapshot(node(1, 1), node(2, 1), node(3, 1), servers=tuple(map(server, (1, 2, 3))))

    plan = drain_of_servers(made, ["s-1", "s-2"], profile="acme")

    assert (plan.level, plan.confirmation_phrases) == (2, ("2 servers",))


def test_drain_in_a_protected_profile_is_level_three() -> None:
    made = snapshot(node(1, 1), node(2, 1))

    assert drain_of_servers(made, ["s-1"], profile="acme", protected=True).level == 3


def test_drain_leaves_out_a_node_that_is_being_removed() -> None:
    made = snapshot(node(1, 1, "REMOVING"), node(2, 1), node(1, 2), node(2, 2))

    plan = drain_of_servers(made, ["s-1"], profile="acme")

    assert [item.request.pool.name for item in plan.items if item.request.pool] == ["pool-2"]


@pytest.mark.parametrize("key", ["rax:auto_scaling_group_id", "rax:autoscale:group:id"])
def test_drain_flags_a_server_of_auto_scale_first(key: str) -> None:
    scaled = server(1, metadata=((key, "6791761b"),))
    made = snapshot(node(1, 1), node(2, 1), servers=(scaled, server(2)))

    plan = drain_of_servers(made, ["s-1"], profile="acme")

    assert plan.consequences[0] == "web-01 belongs to an Auto Scale group: it may undo this"


def test_drain_flags_a_server_of_a_match_rule() -> None:
    record = PublicIP(
        id="IP-1",
        status="ACTIVE",
        address="203.0.113.9",
        server=ServerLink(id="S-1", name="web-01"),
        added_by_match_rule=True,
    )
    made = snapshot(node(1, 1), node(2, 1), public_ips=(record,))

    plan = drain_of_servers(made, ["s-1"], profile="acme")

    assert plan.consequences[0] == "web-01 is managed by a match rule: it may undo this"


def test_drain_with_unread_pools_says_so_and_requires_the_name() -> None:
    made = snapshot(node(1, 1), node(2, 1))
    made = replace(made, nodes={key: some for key, some in made.nodes.items() if key == "p-1"})

    plan = drain_of_servers(made, ["s-1"], profile="acme")

    assert plan.level == 2
    assert "the nodes of pool-2 are not read: memberships there are not known" in plan.consequences


def test_drain_drifts_when_the_server_joins_another_pool() -> None:
    plan = drain_of_servers(snapshot(node(1, 1), node(2, 1)), ["s-1"], profile="acme")

    later = snapshot(node(1, 1), node(2, 1), node(1, 2), node(2, 2))

    assert drift_since(plan, snapshot(node(1, 1), node(2, 1))) == ""
    assert drift_since(plan, later) == "pool pool-2: 2 active -> 1"


def test_drain_across_regions_is_one_question_that_drifts_in_each() -> None:
    here, there = snapshot(node(1, 1), node(2, 1)), snapshot(node(1, 2), node(2, 2), region="LON")
    plan = merge_plans([drain_of_servers(each, ["s-1"], profile="acme") for each in (here, there)])

    assert plan.title == "Drain 2 servers in 2 regions: out of 2 pools"
    assert (plan.level, plan.confirmation_phrases) == (2, ("2 servers",))
    assert plan.where == ("acme", "IAD, LON", "123456")
    assert plan.consequences == (
        "IAD: pool pool-1: 2 active -> 1",
        "LON: pool pool-2: 2 active -> 1",
    )
    assert drift_since(plan, here) == ""
    assert drift_since(plan, snapshot(node(2, 2), region="LON")).startswith("web-01 is gone")


# -- the plan of a restore ------------------------------------------------------------------------


def test_restore_puts_back_exactly_what_is_missing_and_names_the_rest() -> None:
    made = snapshot(
        node(2, 1),
        node(1, 2),
        operations=(drained(1, 1), drained(1, 2), drained(1, 3)),
    )

    plan = restoration_of_servers(made, ["s-1"], profile="acme")

    (item,) = plan.items
    assert (item.request.kind, item.request.purpose) == (OperationKind.ADD_NODE, Purpose.RESTORE)
    assert item.request.pool == Target("P-1", "pool-1")
    assert plan.level == 1
    assert plan.consequences == (
        "pool pool-1: 1 active -> 2",
        "web-01 is not put back into pool-2: it is a member already",
        "web-01 is not put back into pool-3: the pool no longer exists",
    )


def test_restore_of_a_server_that_is_gone_sends_nothing() -> None:
    made = snapshot(servers=(server(2),), operations=(drained(1, 1),))

    plan = restoration_of_servers(made, ["s-1"], profile="acme")

    assert plan.items == ()
    assert plan.consequences == ("web-01 is not put back into pool-1: the server no longer exists",)


def test_restore_follows_a_membership_that_is_being_added() -> None:
    made = snapshot(node(1, 1, "ADDING"), operations=(drained(1, 1),))

    plan = restoration_of_servers(made, ["s-1"], profile="acme")

    assert len(plan.items) == 1
