"""What cannot be read is not absent: it proves neither a removal nor that nothing was added."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import SyncHarness, add_ip, add_node, once, remove_node, servers

BROKEN = '{"id": {"is": "no id"}, "status": "ACTIVE"}'


def unreadable(path: str, *, times: int | None = None) -> Fault:
    """Have a list answered with nothing but a record that cannot be read."""
    return Fault.status(200, body=f"[{BROKEN}]", method="GET", path=path, times=times)


@pytest.mark.parametrize("readable_again", [True, False])
async def test_add_with_lost_response_is_not_repeated_with_unreadable_record(
    sync_harness: SyncHarness, account: Account, readable_again: bool
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(Fault.drop(method="POST", after=True, times=1))
    spoil = unreadable("public_ips", times=4 if readable_again else None)
    once(sync_harness, OperationState.SENT, lambda: account.faults.add(spoil))
    (taken,) = sync_harness.submit(add_ip(server))
    await sync_harness.until(lambda: sync_harness.now(taken).is_ended)

    expected = OperationState.SETTLED if readable_again else OperationState.UNKNOWN
    assert sync_harness.now(taken).state is expected
    assert len(sync_harness.sent) == 1


@pytest.mark.parametrize("count", [1, 2])
async def test_nodes_with_lost_response_are_not_added_again_with_unreadable_node(
    sync_harness: SyncHarness, account: Account, count: int
) -> None:
    pool, made = account.add_pool("web-80"), servers(account, count)
    await sync_harness.start()
    account.faults.add(Fault.drop(method="POST", after=True, times=1))
    once(
        sync_harness, OperationState.SENT, lambda: account.faults.add(unreadable("/nodes", times=4))
    )
    taken = sync_harness.submit(*(add_node(server, pool) for server in made))
    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.SETTLED}
    assert len(sync_harness.sent) == 1


async def test_unreadable_node_does_not_count_as_removed(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(unreadable("/nodes"))

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.REJECTED
    assert "cannot be read" in operation.detail
    assert "nothing was sent" in operation.detail
    assert sync_harness.sent == []


async def test_removal_is_followed_until_its_node_can_be_read_or_is_gone(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"))
    await sync_harness.start()
    (taken,) = sync_harness.submit(remove_node(node))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)

    account.faults.add(unreadable("/nodes"))
    await sync_harness.until(lambda: "cannot be read" in sync_harness.now(taken).detail)
    assert not sync_harness.now(taken).is_ended
    account.faults.clear()
    await sync_harness.until(lambda: sync_harness.now(taken).is_ended)

    assert sync_harness.now(taken).state is OperationState.SETTLED


async def test_record_that_can_never_be_read_holds_no_change_up(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool, server = account.add_pool("web-80"), account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(unreadable("/nodes", times=1))

    operation = await sync_harness.one(add_node(server, pool))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 201"]


async def test_empty_answer_does_not_prove_that_nothing_was_added(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(Fault.drop(method="POST", after=True, times=1))
    spoil = Fault.status(200, body="", method="GET", path="public_ips", times=4)
    once(sync_harness, OperationState.SENT, lambda: account.faults.add(spoil))

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert len(sync_harness.sent) == 1


async def test_empty_answer_does_not_prove_that_node_was_removed_before(
    sync_harness: SyncHarness, account: Account
) -> None:
    node = account.add_node(account.add_pool("web-80"), account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(Fault.status(200, body="", method="GET", path="/nodes"))

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.REJECTED
    assert "nothing was sent" in operation.detail
    assert sync_harness.sent == []
