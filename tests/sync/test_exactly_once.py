"""A lost answer is looked up, not repeated: nothing is done twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from rcv3_tui.model.operation import Kind, Request, State
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.changes import Change, OperationChanged
from tests.sync.bench import (
    Bench,
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
    return [change_ip(Kind.RETAIN, account.add_public_ip(account.add_server("web-01")))]


def _moved(account: Account) -> list[Request]:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    return [change_ip(Kind.MOVE, record, account.add_server("web-02"))]


def _unassigned(account: Account) -> list[Request]:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    return [change_ip(Kind.UNASSIGN, record)]


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


def once_sent(bench: Bench, fault: Fault) -> None:
    """Let something go wrong from the moment on that a change leaves."""

    def heard(change: Change) -> None:
        if isinstance(change, OperationChanged) and change.operation.state is State.SENT:
            bench.account.faults.add(fault)
            ends_it()

    ends_it = bench.worker.listen(heard)


@every_kind
@pytest.mark.parametrize("how", ["drop", "500", "an outage page"])
async def test_a_change_whose_answer_is_lost_after_it_was_applied_is_adopted(
    bench: Bench, account: Account, case: Case, how: str
) -> None:
    requests = case.requests(account)
    account.faults.add(lost(True, how, case.method))
    await bench.start()

    operations = await bench.carry_out(*requests)

    assert {operation.state for operation in operations} == {State.SETTLED}
    assert len(bench.sent) == 1
    assert case.holds(account)
    assert all(op.detail.endswith("applied, answer was lost") for op in operations)


@every_kind
@pytest.mark.parametrize("how", ["drop", "an outage page"])
async def test_a_change_that_was_lost_before_it_was_applied_is_sent_again(
    bench: Bench, account: Account, case: Case, how: str
) -> None:
    requests = case.requests(account)
    account.faults.add(lost(False, how, case.method))
    await bench.start()

    operations = await bench.carry_out(*requests)

    assert {operation.state for operation in operations} == {State.SETTLED}
    assert len(bench.sent) == 2
    assert bench.sent[-1] == f"{case.method} {case.success}"
    assert case.holds(account)
    assert not any("lost" in operation.detail for operation in operations)


@pytest.mark.parametrize("case", [c for c in CASES if c.kind != "remove nodes"], ids=str)
async def test_a_change_that_a_fault_kept_from_being_applied_is_sent_again(
    bench: Bench, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    account.faults.add(lost(False, "500", case.method))
    await bench.start()

    operations = await bench.carry_out(*requests)

    assert {operation.state for operation in operations} == {State.SETTLED}
    assert bench.sent == [f"{case.method} 500", f"{case.method} {case.success}"]
    assert case.holds(account)


@every_kind
async def test_what_nobody_can_look_up_is_unknown_and_never_sent_again(
    bench: Bench, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    await bench.start()
    account.faults.add(Fault.drop(method=case.method, path=RACKCONNECT, after=True))
    once_sent(bench, Fault.drop(path=RACKCONNECT))

    taken = await bench.carry_out(*requests)

    assert {bench.now(op).state for op in taken} == {State.UNKNOWN}
    assert all("nothing proves what became of it" in bench.now(op).detail for op in taken)
    assert len(bench.sent) == 1


@every_kind
async def test_a_service_that_never_answers_is_given_up_after_three_proven_tries(
    bench: Bench, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    account.faults.add(Fault.drop(method=case.method, path=RACKCONNECT))
    await bench.start()

    operations = await bench.carry_out(*requests)

    assert {operation.state for operation in operations} == {State.REJECTED}
    assert all("connection broken" in operation.detail for operation in operations)
    assert len(bench.sent) == 3


async def test_an_outage_of_minutes_after_the_sending_is_sat_out(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()
    account.faults.add(Fault.drop(after=True, method="POST", path="public_ips", times=1))
    once_sent(bench, Fault.drop())
    (operation,) = bench.submit(add_ip(server))
    await bench.advance(180)
    assert "looking what became of it" in bench.now(operation).detail
    account.faults.clear()

    await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.SETTLED
    assert len(bench.sent) == 1


async def test_an_add_that_is_applied_late_is_adopted_when_the_second_one_is_refused(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    account.faults.add(Fault.drop(method="POST", path="public_ips", times=1))
    await bench.start()
    (operation,) = bench.submit(add_ip(server))
    await bench.advance(2.5)
    # The lost request is still on its way while it is looked for, and comes in just afterwards.
    empty = Fault.status(200, body="[]", method="GET", path="public_ips$", times=2)
    account.faults.add(empty)
    account.add_public_ip(server)

    await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.SETTLED
    assert bench.now(operation).detail.endswith("applied, answer was lost")
    assert bench.sent == ["POST 0", "POST 409"]
    assert len(account.region().public_ips) == 1


async def test_a_failed_node_that_was_there_before_proves_nothing(
    bench: Bench, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server, status="ADD_FAILED")
    account.faults.add(Fault.drop(method="POST", path="nodes", times=1))
    await bench.start()

    operation = await bench.one(add_node(server, pool))

    assert operation.state is State.FAILED
    assert "ADD_FAILED" in operation.detail
    assert bench.sent == ["POST 0", "POST 409"]


async def test_a_part_of_a_batch_that_somebody_else_brought_is_kept_and_the_rest_sent_again(
    bench: Bench, account: Account
) -> None:
    made, pool = servers(account, 2), account.add_pool("web-80")
    await bench.start()
    account.faults.add(Fault.drop(method="POST", path="nodes", times=1))
    taken = bench.submit(*(add_node(server, pool) for server in made))
    account.faults.add(Fault.silence(1.0, method="GET", path="nodes/details", skip=1, times=1))
    await bench.until(lambda: len(bench.sent) == 1)
    account.add_node(pool, made[0])

    await bench.until(lambda: all(bench.now(op).is_ended for op in taken))

    assert {bench.now(op).state for op in taken} == {State.SETTLED}
    assert bench.now(taken[0]).detail.startswith("web-01 was already a member")
    assert bench.sent == ["POST 0", "POST 201"]
    assert [node.server.name for node in pool.nodes.values()] == ["web-01", "web-02"]


async def test_a_bulk_add_that_is_carried_out_while_its_pools_are_read_is_adopted(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    early, late = account.add_pool("web-80"), account.add_pool("web-443")
    await bench.start()
    account.faults.add(Fault.drop(method="POST", path="nodes", times=1))
    taken = bench.submit(add_node(server, early), add_node(server, late))
    await bench.until(lambda: len(bench.sent) == 1)
    # The first look finds it in the pool that was read last.
    account.add_node(late, server)
    await bench.advance(4.0)
    account.add_node(early, server)

    await bench.until(lambda: all(bench.now(op).is_ended for op in taken))

    assert {bench.now(op).state for op in taken} == {State.SETTLED}
    assert all("answer was lost" in bench.now(op).detail for op in taken)
    assert bench.sent == ["POST 0"]


async def test_a_403_without_a_word_counts_as_a_refusal_once_the_minute_has_turned_twice(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()
    account.faults.add(Fault.status(403, body="", method="POST", path="public_ips"))
    (operation,) = bench.submit(add_ip(server))

    took = await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.REJECTED
    assert "after the minute had turned" in bench.now(operation).detail
    assert "role" in bench.now(operation).detail
    assert bench.sent == ["POST 403"] * 3
    assert took < 200


async def test_a_dead_token_ends_the_looking_at_once(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()
    account.faults.add(Fault.drop(method="POST", path="public_ips", times=1))
    (operation,) = bench.submit(add_ip(server))
    await bench.until(lambda: len(bench.sent) == 1)
    account.api_key = "another-key-another-key"
    account.revoke_tokens()

    took = await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.UNKNOWN
    assert took <= 10
