"""Putting servers into pools: one, or many with one request."""

from __future__ import annotations

import json

import pytest

from rcv3_tui.model.operation import State
from rcv3_tui.simulator import Account, Fault
from tests.sync.bench import Bench, add_node, servers


async def test_a_node_is_added_with_one_post(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (State.SETTLED, "web-01 is ACTIVE in web-80")
    assert bench.states(operation) == [
        State.PLANNED,
        State.SENT,
        State.ACCEPTED,
        State.SETTLED,
    ]
    assert bench.sent == ["POST 201"]
    (node,) = bench.snapshot.nodes_of[server.id]
    assert (node.id, node.status) == (operation.resource_id, "ACTIVE")


async def test_many_nodes_are_added_with_one_bulk_call(bench: Bench, account: Account) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    await bench.start()

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    assert [operation.state for operation in operations] == [State.SETTLED] * 3
    assert bench.sent == ["POST 201"]
    assert len({operation.resource_id for operation in operations}) == 3
    assert len({operation.batch for operation in operations}) == 1


async def test_more_pairs_than_one_call_bears_go_by_several(bench: Bench, account: Account) -> None:
    made, pool = servers(account, 60), account.add_pool("web-80")
    await bench.start()

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    assert {operation.state for operation in operations} == {State.SETTLED}
    sizes = sorted(len(json.loads(r.body)) for r in bench.requests("POST", "pools/nodes"))
    assert sizes == [10, 50]


async def test_a_stuck_node_does_not_keep_later_pairs_back(bench: Bench, account: Account) -> None:
    made, pool = servers(account, 51), account.add_pool("web-80")
    account.adding_seconds = 1e6
    await bench.start()

    operations = bench.submit(*(add_node(server, pool) for server in made))
    await bench.advance(30)

    assert {bench.now(op).state for op in operations} == {State.ACCEPTED}


async def test_members_already_are_a_success_without_a_request(
    bench: Bench, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server)
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        State.SETTLED,
        "web-01 was already a member of web-80",
    )
    assert bench.sent == []


async def test_a_member_on_its_way_is_followed(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server, status="ADDING", age=1.0, moves_after=10.0)
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (State.SETTLED, "web-01 is ACTIVE in web-80")
    assert bench.sent == []


async def test_a_failed_add_says_why(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.plan_failure("node", "ADD_FAILED", detail="Unable to communicate with network device")
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        State.FAILED,
        "ADD_FAILED: Unable to communicate with network device",
    )


async def test_one_of_many_fails_alone(bench: Bench, account: Account) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    account.plan_failure("node", "ADD_FAILED")
    await bench.start()

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    assert [op.state for op in operations] == [State.FAILED, State.SETTLED, State.SETTLED]


async def test_a_failed_node_in_the_way_is_no_success(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server, status="ADD_FAILED", detail="no route")
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert (operation.state, operation.detail) == (
        State.FAILED,
        "web-01 is in web-80 as ADD_FAILED: no route; remove that node first",
    )
    assert bench.sent == ["POST 409"]


@pytest.mark.parametrize("count", [1, 3])
async def test_pairs_that_became_members_meanwhile_are_dropped(
    bench: Bench, account: Account, count: int
) -> None:
    made, pool = servers(account, count), account.add_pool("web-80")
    await bench.start()
    # The pool looks empty when it is read, and has a member when the request arrives.
    account.faults.add(Fault.status(200, body="[]", method="GET", path="nodes/details$", times=1))
    account.add_node(pool, made[0])

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    assert {operation.state for operation in operations} == {State.SETTLED}
    assert operations[0].detail == "web-01 was already a member of web-80"
    assert bench.sent == ["POST 409", "POST 201"][:count]
    if count > 1:
        # The texts of bulk calls bring the pool's id back in upper case.
        assert len(json.loads(bench.requests("POST", "pools/nodes")[-1].body)) == count - 1


async def test_pairs_at_fault_are_told_and_the_rest_is_sent_again(
    bench: Bench, account: Account
) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    alone = account.add_server("no-network", attached=False)
    await bench.start()

    operations = await bench.carry_out(
        *(add_node(server, pool) for server in [alone, *made]), seconds=60
    )

    assert [op.state for op in operations] == [State.REJECTED] + [State.SETTLED] * 3
    assert operations[0].detail == f"Cloud Server {alone.id} is unprocessable"
    assert bench.sent == ["POST 409", "POST 201"]


async def test_a_pair_with_two_things_wrong_does_not_spoil_the_others(
    bench: Bench, account: Account
) -> None:
    good, pool = account.add_server("web-01"), account.add_pool("web-80")
    alone = account.add_server("no-network", attached=False)
    other = account.add_pool("web-81")
    account.add_node(other, alone)
    await bench.start()
    account.faults.add(
        Fault.status(200, body="[]", method="GET", path=f"{other.id}/nodes/details$", times=1)
    )

    operations = await bench.carry_out(add_node(alone, other), add_node(good, pool))

    assert [op.state for op in operations] == [State.REJECTED, State.SETTLED]
    assert bench.sent == ["POST 409", "POST 201"]


async def test_a_wording_that_is_not_known_rejects_all_and_is_shown(
    bench: Bench, account: Account
) -> None:
    made, pool = servers(account, 2), account.add_pool("web-80")
    body = '{"errors": ["The moon is full", "Cloud Server x is already a member"]}'
    await bench.start()
    account.faults.add(Fault.status(409, body=body, method="POST", path="pools/nodes"))

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    assert [op.state for op in operations] == [State.REJECTED] * 2
    assert all("The moon is full" in op.detail for op in operations)
    assert bench.sent == ["POST 409"]


async def test_a_busy_pool_is_waited_for(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    await bench.start()
    pool.busy_until = account.now() + 10

    operation = await bench.one(add_node(server, pool))

    assert operation.state is State.SETTLED
    assert bench.sent == ["POST 409", "POST 409", "POST 409", "POST 201"]
    assert any(
        s.detail == "the pool is being changed; again in 3 s" for s in bench.steps(operation)
    )


async def test_a_pool_that_stays_busy_is_given_up_and_the_others_go_on(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    busy, free = account.add_pool("busy"), account.add_pool("free")
    busy.busy_until = account.now() + 1e6
    await bench.start()

    first, second = await bench.carry_out(add_node(server, busy), add_node(server, free))

    assert first.state is State.REJECTED
    assert "is not in an ACTIVE state" in first.detail
    assert second.state is State.SETTLED
    assert bench.sent[-1] == "POST 201"
    assert len(bench.sent) <= 8


async def test_a_server_that_was_just_built_is_waited_for(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01", age=5.0, known_after=6.0)
    pool = account.add_pool("web-80")
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert operation.state is State.SETTLED
    assert bench.sent == ["POST 409", "POST 409", "POST 409", "POST 201"]


async def test_a_pool_that_is_gone_is_told_and_the_other_pool_served(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    gone, there = account.add_pool("gone"), account.add_pool("there")
    await bench.start()
    del account.region().pools[gone.id]

    first, second = await bench.carry_out(add_node(server, gone), add_node(server, there))

    assert (first.state, first.detail) == (
        State.REJECTED,
        "pool gone is gone; nothing was sent",
    )
    assert second.state is State.SETTLED
    assert bench.sent == ["POST 201"]


async def test_a_pool_that_goes_while_its_node_is_added_ends_that_one_alone(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    gone, there = account.add_pool("gone"), account.add_pool("there")
    await bench.start()
    taken = bench.submit(add_node(server, gone), add_node(server, there))
    await bench.until(lambda: all(bench.now(op).state is State.ACCEPTED for op in taken))
    del account.region().pools[gone.id]

    await bench.until(lambda: all(bench.now(op).is_ended for op in taken))

    assert [bench.now(op).state for op in taken] == [State.FAILED, State.SETTLED]
    assert bench.now(taken[0]).detail == "pool gone is gone"


async def test_the_pools_counts_follow_at_once(bench: Bench, account: Account) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80", external=0)
    await bench.start()

    await bench.one(add_node(server, pool))
    await bench.settle()

    assert bench.snapshot.pools[pool.id].counts.cloud_servers == 1


async def test_one_server_into_many_pools_leaves_room_for_the_lists(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    pools = [account.add_pool(f"pool-{number}") for number in range(12)]
    account.adding_seconds = 200.0
    await bench.start()
    await bench.advance(60)

    bench.submit(*(add_node(server, pool) for pool in pools))
    await bench.advance(30)
    before = bench.count("GET", "public_ips$")
    await bench.advance(120)

    assert bench.count("GET", "public_ips$") - before >= 4


async def test_an_answer_without_nodes_is_looked_up(bench: Bench, account: Account) -> None:
    made, pool = servers(account, 2), account.add_pool("web-80")
    account.faults.add(Fault.wrong_shape("null", method="POST", path="pools/nodes"))
    await bench.start()

    operations = await bench.carry_out(*(add_node(server, pool) for server in made))

    assert [op.state for op in operations] == [State.SETTLED] * 2
    assert bench.sent == ["POST 201"]
