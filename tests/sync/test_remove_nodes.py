"""Taking servers out of pools: what was confirmed, once, each with an outcome of its own."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account, Fault, Node, Pool
from rcv3_tui.sync.events import OperationChanged, SyncEvent
from tests.support.sync_harness import SyncHarness, once, remove_node, servers


def nodes(account: Account, count: int, pool: Pool) -> list[Node]:
    return [account.add_node(pool, server) for server in servers(account, count)]


async def test_node_is_removed_with_one_delete(sync_harness: SyncHarness, account: Account) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "web-01 is out of web-80",
    )
    assert sync_harness.sent == ["DELETE 204"]
    assert sync_harness.requests("DELETE")[0].path.endswith(f"/nodes/{node.id}")
    assert sync_harness.snapshot.nodes_in(pool.id) == {}


async def test_many_nodes_are_removed_with_one_bulk_call(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = nodes(account, 3, account.add_pool("web-80"))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [OperationState.SETTLED] * 3
    assert sync_harness.sent == ["DELETE 204"]


async def test_node_that_is_gone_already_is_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await sync_harness.start()
    request = remove_node(node)
    account.region().drop_node(node)

    operation = await sync_harness.one(request)

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "web-01 was no longer a member of web-80",
    )
    assert sync_harness.sent == []


async def test_pool_that_is_gone_is_success(sync_harness: SyncHarness, account: Account) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    await sync_harness.start()
    request = remove_node(node)
    del account.region().pools[pool.id]

    operation = await sync_harness.one(request)

    assert (operation.state, operation.detail) == (OperationState.SETTLED, "pool web-80 is gone")
    assert sync_harness.sent == []


async def test_node_of_another_server_is_left_alone(
    sync_harness: SyncHarness, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await sync_harness.start()
    request = remove_node(node)
    node.server = account.add_server("web-99")
    node.touch()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert "it belongs to another server now; nothing was sent" in operation.detail
    assert sync_harness.sent == []


async def test_removal_by_another_client_is_followed(
    sync_harness: SyncHarness, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await sync_harness.start()
    account.lifecycle.begin_node_removal(account.region(), node, account.now())

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == []


async def test_pairs_that_went_meanwhile_are_dropped_and_rest_sent_again(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80", pool_id=account.new_id())
    made = nodes(account, 3, pool)
    await sync_harness.start()
    requests = [remove_node(node) for node in made]
    text = f"Cloud Server {made[0].server.id} is not a member of Load Balancer Pool {pool.id}"
    body = json.dumps({"errors": [text.replace(pool.id, pool.id.upper())]})
    account.faults.add(Fault.status(409, body=body, method="DELETE", times=1))
    once(sync_harness, OperationState.SENT, lambda: account.region().drop_node(made[0]))

    operations = await sync_harness.carry_out(*requests)

    assert [op.state for op in operations] == [OperationState.SETTLED] * 3
    assert operations[0].detail == "web-01 was no longer a member of web-80"
    assert sync_harness.sent == ["DELETE 409", "DELETE 204"]
    assert len(json.loads(sync_harness.requests("DELETE")[-1].body)) == 2


async def test_bulk_call_that_breaks_is_done_one_by_one(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = nodes(account, 3, account.add_pool("web-80"))
    account.faults.add(Fault.status(500, method="DELETE", path="pools/nodes$"))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [OperationState.SETTLED] * 3
    assert sync_harness.sent == ["DELETE 500"] + ["DELETE 204"] * 3


async def test_body_that_gateway_dropped_is_done_one_by_one(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = nodes(account, 2, account.add_pool("web-80"))
    account.faults.add(Fault.status(400, body="bad", method="DELETE", path="pools/nodes$"))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [OperationState.SETTLED] * 2
    assert sync_harness.sent == ["DELETE 400", "DELETE 204", "DELETE 204"]


async def test_one_by_one_each_has_outcome_of_its_own(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = nodes(account, 3, account.add_pool("web-80"))
    account.faults.add(
        Fault.status(400, body="bad", method="DELETE", path="pools/nodes$"),
        Fault.status(409, body="Not this one", method="DELETE", path=f"{made[0].id}$"),
    )
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [
        OperationState.REJECTED,
        OperationState.SETTLED,
        OperationState.SETTLED,
    ]
    assert "Not this one" in operations[0].detail


async def test_ghost_among_them_is_named_and_others_go(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 2, pool)
    lost = account.add_server("ghost")
    ghost = account.add_node(pool, lost, status="ADDING", age=200 * 86400.0)
    account.delete_server(lost.id, leave_ghosts=True)
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in [ghost, *made]))

    assert [op.state for op in operations] == [
        OperationState.REJECTED,
        OperationState.SETTLED,
        OperationState.SETTLED,
    ]
    assert "is not in an ACTIVE state; it is ADDING since 2025-06-29" in operations[0].detail
    assert "ask Support" in operations[0].detail
    assert sync_harness.sent == ["DELETE 500", "DELETE 409", "DELETE 204", "DELETE 204"]


async def test_busy_pool_is_waited_for(sync_harness: SyncHarness, account: Account) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    await sync_harness.start()
    pool.busy_until = account.now() + 5

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 409", "DELETE 409", "DELETE 204"]


async def test_node_removal_by_another_client_is_adopted(
    sync_harness: SyncHarness, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    await sync_harness.start()

    def somebody_else(change: SyncEvent) -> None:
        if isinstance(change, OperationChanged) and change.operation.state is OperationState.SENT:
            account.lifecycle.begin_node_removal(account.region(), node, account.now())

    ends_it = sync_harness.worker.listen(somebody_else)
    sync_harness.submit(remove_node(node))
    await sync_harness.settle()
    ends_it()
    operation = await sync_harness.one(remove_node(node))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "web-01 is out of web-80",
    )
    assert sync_harness.sent == ["DELETE 409"]


async def test_wording_that_is_not_known_is_no_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = nodes(account, 2, account.add_pool("web-80"))
    account.faults.add(Fault.status(409, body='{"errors": ["It is Sunday"]}', method="DELETE"))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [OperationState.REJECTED] * 2
    assert all("It is Sunday" in op.detail for op in operations)
    assert sync_harness.sent == ["DELETE 409"]


async def test_failed_removal_reports_reason(sync_harness: SyncHarness, account: Account) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    account.plan_failure("node", "REMOVE_FAILED", detail="device is busy")
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert (operation.state, operation.detail) == (
        OperationState.FAILED,
        "REMOVE_FAILED: device is busy",
    )


async def test_failed_node_can_be_removed(sync_harness: SyncHarness, account: Account) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"), status="ADD_FAILED")
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 204"]


async def test_accepted_removal_without_effect_fails(
    sync_harness: SyncHarness, account: Account
) -> None:
    (node,) = nodes(account, 1, account.add_pool("web-80"))
    account.faults.add(Fault.status(204, body="", method="DELETE"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert (operation.state, operation.detail) == (
        OperationState.FAILED,
        "the service accepted the removal, but the node is still ACTIVE",
    )
    assert sync_harness.sent == ["DELETE 204"]


async def test_bulk_removal_that_had_to_wait_spares_server_that_was_put_in_again(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 3, pool)
    account.faults.add(Fault.throttle(5, method="DELETE", times=1))
    await sync_harness.start()
    taken = sync_harness.submit(*(remove_node(node) for node in made))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)
    account.region().drop_node(made[0])
    again = account.add_node(pool, made[0].server)

    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.SETTLED}
    assert "no longer a member" in sync_harness.now(taken[0]).detail
    assert list(pool.nodes) == [again.id]


async def test_bulk_removal_with_lost_response_skips_nodes_removed_by_another_client(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 3, pool)
    account.faults.add(Fault.drop(method="DELETE", times=1))
    await sync_harness.start()
    taken = sync_harness.submit(*(remove_node(node) for node in made))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)
    account.region().drop_node(made[0])

    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.SETTLED}
    assert sync_harness.sent == ["DELETE 0", "DELETE 204"]
    assert not pool.nodes


@pytest.mark.parametrize("names", ["the node", "the server"])
@pytest.mark.parametrize("spelled", [str.upper, str.lower])
async def test_refusal_may_name_node_or_server_in_any_letter_case(
    sync_harness: SyncHarness, account: Account, names: str, spelled: Callable[[str], str]
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 2, pool)
    name = spelled(made[0].id if names == "the node" else made[0].server.id)
    text = f"Node {name} is not a member of Load Balancer Pool {pool.id.upper()}"
    body = json.dumps({"errors": [text]})
    await sync_harness.start()
    account.faults.add(Fault.status(409, body=body, method="DELETE", times=1))
    once(sync_harness, OperationState.SENT, lambda: account.region().drop_node(made[0]))

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [OperationState.SETTLED] * 2
    assert operations[0].detail == "web-01 was no longer a member of web-80"
    assert sync_harness.sent == ["DELETE 409", "DELETE 204"]
    assert not pool.nodes


async def test_pair_that_bulk_refusal_names_does_not_hold_up_others(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = nodes(account, 3, pool)
    text = f"Node {made[0].server.id} is not a member of Load Balancer Pool {pool.id}"
    body = json.dumps({"errors": [text]})
    account.faults.add(Fault.status(409, body=body, method="DELETE", times=1))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(remove_node(node) for node in made))

    assert [op.state for op in operations] == [OperationState.SETTLED] * 3
    assert "according to the service, which still lists it" in operations[0].detail
    asked = [
        pair["cloud_server"]["id"] for pair in json.loads(sync_harness.requests("DELETE")[-1].body)
    ]
    assert asked == [node.server.id for node in made[1:]]


async def test_listed_node_is_not_reported_as_removed(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    text = f"Node {node.id} is not a member of Load Balancer Pool {pool.id}"
    account.faults.add(Fault.status(409, body=text, method="DELETE"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.REJECTED
    assert "is not a member" in operation.detail
    assert len(sync_harness.sent) <= 6


@pytest.mark.parametrize("code", [405, 501])
async def test_one_node_is_removed_in_bulk_where_single_call_is_not_offered(
    sync_harness: SyncHarness, account: Account, code: int
) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    account.faults.add(Fault.status(code, body="", method="DELETE", path=f"{node.id}$"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == [f"DELETE {code}", "DELETE 204"]


async def test_removal_that_no_call_is_offered_for_is_refused(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    (node,) = nodes(account, 1, pool)
    account.faults.add(Fault.status(405, body="", method="DELETE"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.REJECTED
    assert "does not support it" in operation.detail
    assert sync_harness.sent == ["DELETE 405", "DELETE 405"]
