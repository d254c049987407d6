"""A lost answer is looked up, not repeated: nothing is done twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from rcv3_tui.model.operation import OperationKind, OperationState, Request
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.events import OperationChanged, SyncEvent
from tests.support.sync_harness import (
    SyncHarness,
    add_ip,
    add_node,
    change_ip,
    remove_ip,
    remove_node,
    servers,
)


@dataclass(frozen=True)
class Case:
    """One kind of change: what is asked for, by which method, and what has to be so after it."""

    kind: str
    method: str
    success: int
    requests: Callable[[Account], list[Request]]
    holds: Callable[[Account], bool]

    def __str__(self) -> str:
        return self.kind


def _one_node(account: Account) -> list[Request]:
    return [add_node(account.add_server("web-01"), account.add_pool("web-80"))]


def _three_nodes(account: Account) -> list[Request]:
    pool = account.add_pool("web-80")
    return [add_node(server, pool) for server in servers(account, 3)]


def _remove_nodes(account: Account, count: int) -> list[Request]:
    pool = account.add_pool("web-80")
    return [remove_node(account.add_node(pool, server)) for server in servers(account, count)]


def _kept(account: Account) -> list[Request]:
    return [change_ip(OperationKind.RETAIN, account.add_public_ip(account.add_server("web-01")))]


def _moved(account: Account) -> list[Request]:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    return [change_ip(OperationKind.MOVE, record, account.add_server("web-02"))]


def _unassigned(account: Account) -> list[Request]:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    return [change_ip(OperationKind.UNASSIGN, record)]


def _holder(account: Account) -> str | None:
    (record,) = account.region().public_ips.values()
    return None if record.server is None else record.server.name


def _nodes(account: Account) -> list[str]:
    (pool,) = account.region().pools.values()
    return [node.status for node in pool.nodes.values()]


CASES = [
    Case(
        "add public IP",
        "POST",
        201,
        lambda account: [add_ip(account.add_server("web-01"))],
        lambda account: len(account.region().public_ips) == 1,
    ),
    Case(
        "remove public IP",
        "DELETE",
        204,
        lambda account: [remove_ip(account.add_public_ip(account.add_server("web-01")))],
        lambda account: not account.region().public_ips,
    ),
    Case(
        "retain",
        "PATCH",
        200,
        _kept,
        lambda account: all(r.retain for r in account.region().public_ips.values()),
    ),
    Case("move", "PATCH", 200, _moved, lambda account: _holder(account) == "web-02"),
    Case("unassign", "PATCH", 200, _unassigned, lambda account: _holder(account) is None),
    Case("add node", "POST", 201, _one_node, lambda account: _nodes(account) == ["ACTIVE"]),
    Case("add nodes", "POST", 201, _three_nodes, lambda account: _nodes(account) == ["ACTIVE"] * 3),
    Case(
        "remove node",
        "DELETE",
        204,
        lambda account: _remove_nodes(account, 1),
        lambda account: _nodes(account) == [],
    ),
    Case(
        "remove nodes",
        "DELETE",
        204,
        lambda account: _remove_nodes(account, 3),
        lambda account: _nodes(account) == [],
    ),
]

every_kind = pytest.mark.parametrize("case", CASES, ids=str)

RACKCONNECT = "/rackconnect/"


def lost(after: bool, how: str, method: str, times: int | None = 1) -> Fault:
    """An answer that does not arrive: the line breaks, or the gateway fails."""
    if how == "drop":
        return Fault.drop(after=after, method=method, path=RACKCONNECT, times=times)
    if how == "500":
        return Fault.status(500, after=after, method=method, path=RACKCONNECT, times=times)
    return Fault.html(200, after=after, method=method, path=RACKCONNECT, times=times)


def once_sent(harness: SyncHarness, fault: Fault) -> None:
    """Let something go wrong from the moment on that a change leaves."""

    def heard(change: SyncEvent) -> None:
        if isinstance(change, OperationChanged) and change.operation.state is OperationState.SENT:
            harness.account.faults.add(fault)
            ends_it()

    ends_it = harness.worker.listen(heard)


@every_kind
@pytest.mark.parametrize("how", ["drop", "500", "an outage page"])
async def test_change_whose_answer_is_lost_after_it_was_applied_is_adopted(
    sync_harness: SyncHarness, account: Account, case: Case, how: str
) -> None:
    requests = case.requests(account)
    account.faults.add(lost(True, how, case.method))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*requests)

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert len(sync_harness.sent) == 1
    assert case.holds(account)
    assert all(op.detail.endswith("applied, response was lost") for op in operations)


@every_kind
@pytest.mark.parametrize("how", ["drop", "an outage page"])
async def test_change_that_was_lost_before_it_was_applied_is_sent_again(
    sync_harness: SyncHarness, account: Account, case: Case, how: str
) -> None:
    requests = case.requests(account)
    account.faults.add(lost(False, how, case.method))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*requests)

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert len(sync_harness.sent) == 2
    assert sync_harness.sent[-1] == f"{case.method} {case.success}"
    assert case.holds(account)
    assert not any("lost" in operation.detail for operation in operations)


@pytest.mark.parametrize("case", [c for c in CASES if c.kind != "remove nodes"], ids=str)
async def test_change_prevented_by_fault_is_resent(
    sync_harness: SyncHarness, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    account.faults.add(lost(False, "500", case.method))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*requests)

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert sync_harness.sent == [f"{case.method} 500", f"{case.method} {case.success}"]
    assert case.holds(account)


@every_kind
async def test_unprovable_outcome_is_unknown_and_never_resent(
    sync_harness: SyncHarness, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    await sync_harness.start()
    account.faults.add(Fault.drop(method=case.method, path=RACKCONNECT, after=True))
    once_sent(sync_harness, Fault.drop(path=RACKCONNECT))

    taken = await sync_harness.carry_out(*requests)

    assert {sync_harness.now(op).state for op in taken} == {OperationState.UNKNOWN}
    assert all(
        "nothing proves what became of the request" in sync_harness.now(op).detail for op in taken
    )
    assert len(sync_harness.sent) == 1


@every_kind
async def test_silent_service_fails_after_three_proven_sends(
    sync_harness: SyncHarness, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    account.faults.add(Fault.drop(method=case.method, path=RACKCONNECT))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*requests)

    assert {operation.state for operation in operations} == {OperationState.REJECTED}
    assert all("connection broken" in operation.detail for operation in operations)
    assert len(sync_harness.sent) == 3


async def test_outage_of_minutes_after_sending_is_sat_out(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(Fault.drop(after=True, method="POST", path="public_ips", times=1))
    once_sent(sync_harness, Fault.drop())
    (operation,) = sync_harness.submit(add_ip(server))
    await sync_harness.advance(180)
    assert "checking what became of the request" in sync_harness.now(operation).detail
    account.faults.clear()

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert len(sync_harness.sent) == 1


async def test_add_that_is_applied_late_is_adopted_when_second_one_is_refused(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.faults.add(Fault.drop(method="POST", path="public_ips", times=1))
    await sync_harness.start()
    (operation,) = sync_harness.submit(add_ip(server))
    await sync_harness.advance(2.5)
    # The lost request is still on its way while it is looked for, and comes in just afterwards.
    account.faults.add(Fault.status(200, body="[]", method="GET", path="public_ips$"))
    account.add_public_ip(server)
    await sync_harness.until(lambda: len(sync_harness.sent) == 2)
    account.faults.clear()

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert sync_harness.now(operation).detail.endswith("applied, response was lost")
    assert sync_harness.sent == ["POST 0", "POST 409"]
    assert len(account.region().public_ips) == 1


async def test_failed_node_that_was_there_before_proves_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server, status="ADD_FAILED")
    account.faults.add(Fault.drop(method="POST", path="nodes", times=1))
    await sync_harness.start()

    operation = await sync_harness.one(add_node(server, pool))

    assert operation.state is OperationState.FAILED
    assert "ADD_FAILED" in operation.detail
    assert sync_harness.sent == ["POST 0", "POST 409"]


async def test_pairs_applied_by_another_client_are_dropped_from_batch(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 2), account.add_pool("web-80")
    await sync_harness.start()
    account.faults.add(Fault.drop(method="POST", path="nodes", times=1))
    taken = sync_harness.submit(*(add_node(server, pool) for server in made))
    account.faults.add(Fault.silence(1.0, method="GET", path="nodes/details", skip=1, times=1))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)
    account.add_node(pool, made[0])

    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.SETTLED}
    assert sync_harness.now(taken[0]).detail.startswith("web-01 was already a member")
    assert sync_harness.sent == ["POST 0", "POST 201"]
    assert [node.server.name for node in pool.nodes.values()] == ["web-01", "web-02"]


async def test_bulk_add_that_is_carried_out_while_its_pools_are_read_is_adopted(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    early, late = account.add_pool("web-80"), account.add_pool("web-443")
    await sync_harness.start()
    account.faults.add(Fault.drop(method="POST", path="nodes", times=1))
    taken = sync_harness.submit(add_node(server, early), add_node(server, late))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)
    # The first look finds it in the pool that was read last.
    account.add_node(late, server)
    await sync_harness.advance(4.0)
    account.add_node(early, server)

    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.SETTLED}
    assert all("response was lost" in sync_harness.now(op).detail for op in taken)
    assert sync_harness.sent == ["POST 0"]


@pytest.mark.parametrize(("body", "said"), [("", "Forbidden"), ("Not now.", "Not now")])
async def test_403_counts_as_refusal_once_it_came_again_minute_later(
    sync_harness: SyncHarness, account: Account, body: str, said: str
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(Fault.status(403, body=body, method="POST", path="public_ips"))
    (operation,) = sync_harness.submit(add_ip(server))

    took = await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.REJECTED
    assert f"{said}: refused twice, a minute apart" in sync_harness.now(operation).detail
    assert "role" in sync_harness.now(operation).detail
    assert sync_harness.sent == ["POST 403"] * 2
    assert took < 200


async def test_dead_token_ends_looking_at_once(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(Fault.drop(method="POST", path="public_ips", times=1))
    (operation,) = sync_harness.submit(add_ip(server))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)
    account.api_key = "another-key-another-key"
    account.revoke_tokens()

    took = await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.UNKNOWN
    assert took <= 10


@pytest.mark.parametrize("named", ["0", "-5", "Thu, 01 Jan 1970 00:00:00 GMT", "86400", "soon"])
async def test_change_is_not_repeated_before_minute_however_odd_wait_named(
    sync_harness: SyncHarness, account: Account, named: str
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    over = Fault.status(
        429, headers={"Retry-After": named}, method="POST", path="public_ips", times=2
    )
    account.faults.add(over)
    (operation,) = sync_harness.submit(add_ip(server))

    took = await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 429", "POST 429", "POST 201"]
    assert 120 <= took < 200
