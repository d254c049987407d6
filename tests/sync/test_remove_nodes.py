"""Taking servers out of pools: what was confirmed, once, each with an outcome of its own."""

from __future__ import annotations

import json

from rcv3_tui.model.operation import State
from rcv3_tui.simulator import Account, Fault, Node, Pool
from rcv3_tui.sync.changes import Change, OperationChanged
from tests.sync.bench import Bench, remove_node, servers


def nodes(account: Account, count: int, pool: Pool) -> list[Node]:
    return [account.add_node(pool, server) for server in servers(account, count)]


async def test_a_node_is_removed_with_one_delete(bench: Bench, account: Account) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    await bench.start()

    operation = await bench.one(remove_node(node))

    assert (operation.state, operation.detail) == (State.SETTLED, "web-01 is out of web-80")
    assert bench.sent == ["DELETE 204"]
    assert bench.requests("DELETE")[0].path.endswith(f"/nodes/{node.id}")
    assert bench.snapshot.nodes_in(pool.id) == {}


async def test_many_nodes_are_removed_with_one_bulk_call(bench: Bench, account: Account) -> None:
    made = nodes(account, 3, account.add_pool("web-80"))
    await bench.start()

    operations = await bench.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [State.SETTLED] * 3
    assert bench.sent == ["DELETE 204"]


async def test_a_node_that_is_gone_already_is_a_success(bench: Bench, account: Account) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await bench.start()
    request = remove_node(node)
    account.region().drop_node(node)

    operation = await bench.one(request)

    assert (operation.state, operation.detail) == (
        State.SETTLED,
        "web-01 was not a member of web-80 any more",
    )
    assert bench.sent == []


async def test_a_pool_that_is_gone_is_a_success(bench: Bench, account: Account) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    await bench.start()
    request = remove_node(node)
    del account.region().pools[pool.id]

    operation = await bench.one(request)

    assert (operation.state, operation.detail) == (State.SETTLED, "pool web-80 is gone")
    assert bench.sent == []


async def test_a_node_of_another_server_is_left_alone(bench: Bench, account: Account) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await bench.start()
    request = remove_node(node)
    node.server = account.add_server("web-99")
    node.touch()

    operation = await bench.one(request)

    assert operation.state is State.REJECTED
    assert "it is another server's now; nothing was sent" in operation.detail
    assert bench.sent == []


async def test_a_removal_that_somebody_else_began_is_followed(
    bench: Bench, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await bench.start()
    account.lifecycle.begin_node_removal(account.region(), node, account.now())

    operation = await bench.one(remove_node(node))

    assert operation.state is State.SETTLED
    assert bench.sent == []


async def test_pairs_that_went_meanwhile_are_dropped_and_the_rest_sent_again(
    bench: Bench, account: Account
) -> None:
    pool = account.add_pool("web-80", pool_id=account.new_id())
    made = nodes(account, 3, pool)
    await bench.start()
    requests = [remove_node(node) for node in made]
    text = f"Cloud Server {made[0].server.id} is not a member of Load Balancer Pool {pool.id}"
    body = json.dumps({"errors": [text.replace(pool.id, pool.id.upper())]})
    account.faults.add(Fault.status(409, body=body, method="DELETE", times=1))

    operations = await bench.carry_out(*requests)

    assert [op.state for op in operations] == [State.SETTLED] * 3
    assert operations[0].detail == "web-01 was not a member of web-80 any more"
    assert bench.sent == ["DELETE 409", "DELETE 204"]
    assert len(json.loads(bench.requests("DELETE")[-1].body)) == 2


async def test_a_bulk_call_that_breaks_is_done_one_by_one(bench: Bench, account: Account) -> None:
    made = nodes(account, 3, account.add_pool("web-80"))
    account.faults.add(Fault.status(500, method="DELETE", path="pools/nodes$"))
    await bench.start()

    operations = await bench.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [State.SETTLED] * 3
    assert bench.sent == ["DELETE 500"] + ["DELETE 204"] * 3


async def test_a_body_that_a_gateway_dropped_is_done_one_by_one(
    bench: Bench, account: Account
) -> None:
    made = nodes(account, 2, account.add_pool("web-80"))
    account.faults.add(Fault.status(400, body="bad", method="DELETE", path="pools/nodes$"))
    await bench.start()

    operations = await bench.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [State.SETTLED] * 2
    assert bench.sent == ["DELETE 400", "DELETE 204", "DELETE 204"]


async def test_one_by_one_each_has_an_outcome_of_its_own(bench: Bench, account: Account) -> None:
    made = nodes(account, 3, account.add_pool("web-80"))
    account.faults.add(
        Fault.status(400, body="bad", method="DELETE", path="pools/nodes$"),
        Fault.status(409, body="Not this one", method="DELETE", path=f"{made[0].id}$"),
    )
    await bench.start()

    operations = await bench.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [State.REJECTED, State.SETTLED, State.SETTLED]
    assert "Not this one" in operations[0].detail


async def test_a_ghost_among_them_is_named_and_the_others_go(
    bench: Bench, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 2, pool)
    lost = account.add_server("ghost")
    ghost = account.add_node(pool, lost, status="ADDING", age=200 * 86400.0)
    account.delete_server(lost.id, leave_ghosts=True)
    await bench.start()

    operations = await bench.carry_out(*(remove_node(node) for node in [ghost, *made]))

    assert [op.state for op in operations] == [State.REJECTED, State.SETTLED, State.SETTLED]
    assert "is not in an ACTIVE state; it is ADDING since 2025-06-29" in operations[0].detail
    assert "ask Support" in operations[0].detail
    assert bench.sent == ["DELETE 500", "DELETE 409", "DELETE 204", "DELETE 204"]


async def test_a_busy_pool_is_waited_for(bench: Bench, account: Account) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    await bench.start()
    pool.busy_until = account.now() + 5

    operation = await bench.one(remove_node(node))

    assert operation.state is State.SETTLED
    assert bench.sent == ["DELETE 409", "DELETE 409", "DELETE 204"]


async def test_a_node_that_somebody_else_begins_to_remove_is_adopted(
    bench: Bench, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await bench.start()

    def somebody_else(change: Change) -> None:
        if isinstance(change, OperationChanged) and change.operation.state is State.SENT:
            account.lifecycle.begin_node_removal(account.region(), node, account.now())

    ends_it = bench.worker.listen(somebody_else)
    bench.submit(remove_node(node))
    await bench.settle()
    ends_it()
    operation = await bench.one(remove_node(node))

    assert (operation.state, operation.detail) == (State.SETTLED, "web-01 is out of web-80")
    assert bench.sent == ["DELETE 409"]


async def test_a_wording_that_is_not_known_is_no_success(bench: Bench, account: Account) -> None:
    made = nodes(account, 2, account.add_pool("web-80"))
    account.faults.add(Fault.status(409, body='{"errors": ["It is Sunday"]}', method="DELETE"))
    await bench.start()

    operations = await bench.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [State.REJECTED] * 2
    assert all("It is Sunday" in op.detail for op in operations)
    assert bench.sent == ["DELETE 409"]


async def test_a_failed_removal_says_why(bench: Bench, account: Account) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    account.plan_failure("node", "REMOVE_FAILED", detail="device is busy")
    await bench.start()

    operation = await bench.one(remove_node(node))

    assert (operation.state, operation.detail) == (State.FAILED, "REMOVE_FAILED: device is busy")


async def test_a_failed_node_can_be_removed(bench: Bench, account: Account) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"), status="ADD_FAILED")
    await bench.start()

    operation = await bench.one(remove_node(node))

    assert operation.state is State.SETTLED
    assert bench.sent == ["DELETE 204"]


async def test_a_removal_that_is_taken_and_not_made_is_no_success(
    bench: Bench, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    account.faults.add(Fault.status(204, body="", method="DELETE"))
    await bench.start()

    operation = await bench.one(remove_node(node))

    assert (operation.state, operation.detail) == (
        State.FAILED,
        "the service took the removal, but the node is still ACTIVE",
    )
    assert bench.sent == ["DELETE 204"]


async def test_a_bulk_removal_that_had_to_wait_spares_a_server_that_was_put_in_again(
    bench: Bench, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 3, pool)
    account.faults.add(Fault.throttle(5, method="DELETE", times=1))
    await bench.start()
    taken = bench.submit(*(remove_node(node) for node in made))
    await bench.until(lambda: len(bench.sent) == 1)
    account.region().drop_node(made[0])
    again = account.add_node(pool, made[0].server)

    await bench.until(lambda: all(bench.now(op).is_ended for op in taken))

    assert {bench.now(op).state for op in taken} == {State.SETTLED}
    assert "not a member" in bench.now(taken[0]).detail
    assert list(pool.nodes) == [again.id]


async def test_a_bulk_removal_whose_answer_is_lost_leaves_out_what_somebody_else_removed(
    bench: Bench, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 3, pool)
    account.faults.add(Fault.drop(method="DELETE", times=1))
    await bench.start()
    taken = bench.submit(*(remove_node(node) for node in made))
    await bench.until(lambda: len(bench.sent) == 1)
    account.region().drop_node(made[0])

    await bench.until(lambda: all(bench.now(op).is_ended for op in taken))

    assert {bench.now(op).state for op in taken} == {State.SETTLED}
    assert bench.sent == ["DELETE 0", "DELETE 204"]
    assert not pool.nodes
