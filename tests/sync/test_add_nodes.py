"""Putting servers into pools: one, or many with one request."""

from __future__ import annotations

import json

import pytest

from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import SyncHarness, add_node, servers


async def test_node_is_added_with_one_post(sync_harness: SyncHarness, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "web-01 is ACTIVE in web-80",
    )
    assert sync_harness.states(operation) == [
        OperationState.PLANNED,
        OperationState.SENT,
        OperationState.ACCEPTED,
        OperationState.SETTLED,
    ]
    assert sync_harness.sent == ["POST 201"]
    (node,) = sync_harness.snapshot.nodes_of[server.id]
    assert (node.id, node.status) == (operation.resource_id, "ACTIVE")


async def test_many_nodes_are_added_with_one_bulk_call(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert [operation.state for operation in operations] == [OperationState.SETTLED] * 3
    assert sync_harness.sent == ["POST 201"]
    assert len({operation.resource_id for operation in operations}) == 3
    assert len({operation.batch for operation in operations}) == 1


async def test_more_pairs_than_one_call_bears_go_by_several(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 60), account.add_pool("web-80")
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    sizes = sorted(len(json.loads(r.body)) for r in sync_harness.requests("POST", "pools/nodes"))
    assert sizes == [10, 50]


async def test_stuck_node_does_not_delay_later_pairs(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 51), account.add_pool("web-80")
    account.adding_seconds = 1e6
    await sync_harness.start()

    operations = sync_harness.submit(*(add_node(server, pool) for server in made))
    await sync_harness.advance(30)

    assert {sync_harness.now(op).state for op in operations} == {OperationState.ACCEPTED}


async def test_members_already_are_success_without_request(
    sync_harness: SyncHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server)
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "web-01 was already a member of web-80",
    )
    assert sync_harness.sent == []


async def test_member_on_its_way_is_followed(sync_harness: SyncHarness, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server, status="ADDING", age=1.0, moves_after=10.0)
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "web-01 is ACTIVE in web-80",
    )
    assert sync_harness.sent == []


async def test_failed_add_reports_reason(sync_harness: SyncHarness, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.plan_failure("node", "ADD_FAILED", detail="Unable to communicate with network device")
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        OperationState.FAILED,
        "ADD_FAILED: Unable to communicate with network device",
    )


async def test_one_of_many_fails_alone(sync_harness: SyncHarness, account: Account) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    account.plan_failure("node", "ADD_FAILED")
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert [op.state for op in operations] == [
        OperationState.FAILED,
        OperationState.SETTLED,
        OperationState.SETTLED,
    ]


async def test_failed_node_in_way_is_no_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server, status="ADD_FAILED", detail="no route")
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        OperationState.FAILED,
        "web-01 is in web-80 as ADD_FAILED: no route; remove that node first",
    )
    assert sync_harness.sent == ["POST 409"]


@pytest.mark.parametrize("count", [1, 3])
async def test_pairs_that_became_members_meanwhile_are_dropped(
    sync_harness: SyncHarness, account: Account, count: int
) -> None:
    made, pool = servers(account, count), account.add_pool("web-80")
    await sync_harness.start()
    # The pool looks empty when it is read, and has a member when the request arrives.
    account.faults.add(Fault.status(200, body="[]", method="GET", path="nodes/details$", times=1))
    account.add_node(pool, made[0])

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert operations[0].detail == "web-01 was already a member of web-80"
    assert sync_harness.sent == ["POST 409", "POST 201"][:count]
    if count > 1:
        # The texts of bulk calls bring the pool's id back in upper case.
        assert len(json.loads(sync_harness.requests("POST", "pools/nodes")[-1].body)) == count - 1


async def test_pairs_at_fault_are_reported_and_others_resent(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    alone = account.add_server("no-network", attached=False)
    await sync_harness.start()

    operations = await sync_harness.carry_out(
        *(add_node(server, pool) for server in [alone, *made]), seconds=60
    )

    assert [op.state for op in operations] == [OperationState.REJECTED] + [
        OperationState.SETTLED
    ] * 3
    assert operations[0].detail == f"Cloud Server {alone.id} is unprocessable"
    assert sync_harness.sent == ["POST 409", "POST 201"]


async def test_pair_at_fault_that_is_member_already_does_not_spoil_others(
    sync_harness: SyncHarness, account: Account
) -> None:
    good, pool = account.add_server("web-01"), account.add_pool("web-80")
    alone = account.add_server("no-network", attached=False)
    other = account.add_pool("web-81")
    account.add_node(other, alone)
    await sync_harness.start()
    account.faults.add(
        Fault.status(200, body="[]", method="GET", path=f"{other.id}/nodes/details$", times=1)
    )

    operations = await sync_harness.carry_out(add_node(alone, other), add_node(good, pool))

    assert [op.state for op in operations] == [OperationState.SETTLED, OperationState.SETTLED]
    assert "was already a member" in operations[0].detail
    assert sync_harness.sent == ["POST 409", "POST 201"]


async def test_wording_that_is_not_known_rejects_all_and_is_shown(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 2), account.add_pool("web-80")
    body = '{"errors": ["The moon is full", "Cloud Server x is already a member"]}'
    await sync_harness.start()
    account.faults.add(Fault.status(409, body=body, method="POST", path="pools/nodes"))

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert [op.state for op in operations] == [OperationState.REJECTED] * 2
    assert all("The moon is full" in op.detail for op in operations)
    assert sync_harness.sent == ["POST 409"]


async def test_busy_pool_is_waited_for(sync_harness: SyncHarness, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    await sync_harness.start()
    pool.busy_until = account.now() + 10

    operation = await sync_harness.one(add_node(server, pool))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 409", "POST 409", "POST 409", "POST 201"]
    assert any(
        s.detail == "the pool is being changed; again in 3 s" for s in sync_harness.steps(operation)
    )


async def test_pool_that_stays_busy_fails_and_others_continue(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    busy, free = account.add_pool("busy"), account.add_pool("free")
    busy.busy_until = account.now() + 1e6
    await sync_harness.start()

    first, second = await sync_harness.carry_out(add_node(server, busy), add_node(server, free))

    assert first.state is OperationState.REJECTED
    assert "is not in an ACTIVE state" in first.detail
    assert second.state is OperationState.SETTLED
    assert sync_harness.sent[-1] == "POST 201"
    assert len(sync_harness.sent) <= 8


async def test_server_that_was_just_built_is_waited_for(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", age=5.0, known_after=6.0)
    pool = account.add_pool("web-80")
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 409", "POST 409", "POST 409", "POST 201"]


async def test_missing_pool_is_reported_and_other_pool_changed(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    gone, there = account.add_pool("gone"), account.add_pool("there")
    await sync_harness.start()
    del account.region().pools[gone.id]

    first, second = await sync_harness.carry_out(add_node(server, gone), add_node(server, there))

    assert (first.state, first.detail) == (
        OperationState.REJECTED,
        "pool gone is gone; nothing was sent",
    )
    assert second.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 201"]


async def test_pool_removed_during_add_fails_its_node_only(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    gone, there = account.add_pool("gone"), account.add_pool("there")
    await sync_harness.start()
    taken = sync_harness.submit(add_node(server, gone), add_node(server, there))
    await sync_harness.until(
        lambda: all(sync_harness.now(op).state is OperationState.ACCEPTED for op in taken)
    )
    del account.region().pools[gone.id]

    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert [sync_harness.now(op).state for op in taken] == [
        OperationState.FAILED,
        OperationState.SETTLED,
    ]
    assert sync_harness.now(taken[0]).detail == "pool gone is gone"


async def test_pools_counts_follow_at_once(sync_harness: SyncHarness, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80", external=0)
    await sync_harness.start()

    await sync_harness.one(add_node(server, pool))
    await sync_harness.settle()

    assert sync_harness.snapshot.pools[pool.id].counts.cloud_servers == 1


async def test_one_server_into_many_pools_leaves_room_for_lists(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    pools = [account.add_pool(f"pool-{number}") for number in range(12)]
    account.adding_seconds = 200.0
    await sync_harness.start()
    await sync_harness.advance(60)

    sync_harness.submit(*(add_node(server, pool) for pool in pools))
    await sync_harness.advance(30)
    before = sync_harness.count("GET", "public_ips$")
    await sync_harness.advance(120)

    assert sync_harness.count("GET", "public_ips$") - before >= 4


async def test_response_without_nodes_is_probed(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 2), account.add_pool("web-80")
    account.faults.add(Fault.wrong_shape("null", method="POST", path="pools/nodes"))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert [op.state for op in operations] == [OperationState.SETTLED] * 2
    assert sync_harness.sent == ["POST 201"]


@pytest.mark.parametrize("code", [405, 501])
async def test_one_node_is_added_in_bulk_where_single_call_is_not_offered(
    sync_harness: SyncHarness, account: Account, code: int
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.faults.add(Fault.status(code, body="", method="POST", path=f"{pool.id}/nodes$"))
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == [f"POST {code}", "POST 201"]


async def test_many_pools_are_read_right_before_call_that_changes_them(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    pools = [account.add_pool(f"pool-{number:02d}") for number in range(12)]
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for pool in pools))

    assert {op.state for op in operations} == {OperationState.SETTLED}
    for sent in sync_harness.requests("POST"):
        asked = [pair["load_balancer_pool"]["id"] for pair in json.loads(sent.body)]
        for pool in asked:
            reads = [r.at for r in sync_harness.requests("GET", f"{pool}/nodes") if r.at <= sent.at]
            assert sent.at - max(reads) < 1.0
