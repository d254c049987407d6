"""No answer is proof: what is there decides, whatever the service or a gateway says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from rcv3_tui.model.operation import OperationKind, OperationState, Request
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import (
    SyncHarness,
    add_ip,
    add_node,
    change_ip,
    once,
    remove_ip,
    remove_node,
    servers,
)

PATH = "/rackconnect/"

WITHOUT_SERVER = "add public IP without a server"
"""Two of these are two addresses, not the same change."""


@dataclass(frozen=True)
class Case:
    """One kind of change, and whether the account is as it wants it."""

    kind: str
    method: str
    requests: Callable[[Account], list[Request]]
    holds: Callable[[Account], bool]

    def __str__(self) -> str:
        return self.kind


def _held(account: Account) -> list[str | None]:
    return [
        None if record.server is None else record.server.name
        for record in account.region().public_ips.values()
    ]


def _all_retained(account: Account) -> bool:
    return all(record.retain for record in account.region().public_ips.values())


def _nodes(account: Account) -> int:
    return sum(len(pool.nodes) for pool in account.region().pools.values())


def _plain(account: Account) -> list[Request]:
    return [change_ip(OperationKind.RETAIN, account.add_public_ip(account.add_server("web-01")))]


def _kept(kind: OperationKind, to: str | None = None) -> Callable[[Account], list[Request]]:
    def requests(account: Account) -> list[Request]:
        record = account.add_public_ip(account.add_server("web-01"), retain=True)
        return [change_ip(kind, record, None if to is None else account.add_server(to))]

    return requests


def _into(count: int) -> Callable[[Account], list[Request]]:
    return lambda account: [
        add_node(server, pool)
        for pool in [account.add_pool("web-80")]
        for server in servers(account, count)
    ]


def _out_of(count: int) -> Callable[[Account], list[Request]]:
    return lambda account: [
        remove_node(account.add_node(pool, server))
        for pool in [account.add_pool("web-80")]
        for server in servers(account, count)
    ]


CASES = [
    Case(
        "add public IP",
        "POST",
        lambda account: [add_ip(account.add_server("web-01"))],
        lambda account: _held(account) == ["web-01"],
    ),
    Case(
        "add public IP, retained",
        "POST",
        lambda account: [replace(add_ip(account.add_server("web-01")), retain=True)],
        lambda account: _held(account) == ["web-01"] and _all_retained(account),
    ),
    Case(
        WITHOUT_SERVER,
        "POST",
        lambda account: [Request(kind=OperationKind.ADD_PUBLIC_IP, region="IAD", retain=True)],
        lambda account: _held(account) == [None] and _all_retained(account),
    ),
    Case(
        "remove public IP",
        "DELETE",
        lambda account: [remove_ip(account.add_public_ip(account.add_server("web-01")))],
        lambda account: _held(account) == [],
    ),
    Case(
        "retain",
        "PATCH",
        _plain,
        lambda account: all(r.retain for r in account.region().public_ips.values()),
    ),
    Case(
        "release",
        "PATCH",
        _kept(OperationKind.RELEASE),
        lambda account: not any(r.retain for r in account.region().public_ips.values()),
    ),
    Case(
        "move",
        "PATCH",
        _kept(OperationKind.MOVE, "web-02"),
        lambda account: _held(account) == ["web-02"],
    ),
    Case(
        "unassign", "PATCH", _kept(OperationKind.UNASSIGN), lambda account: _held(account) == [None]
    ),
    Case("add node", "POST", _into(1), lambda account: _nodes(account) == 1),
    Case("add nodes", "POST", _into(3), lambda account: _nodes(account) == 3),
    Case("remove node", "DELETE", _out_of(1), lambda account: _nodes(account) == 0),
    Case("remove nodes", "DELETE", _out_of(3), lambda account: _nodes(account) == 0),
]

every_kind = pytest.mark.parametrize("case", CASES, ids=str)

_ANSWERS: dict[str, Callable[..., Fault]] = {
    "503 with Retry-After": lambda **on: Fault.status(503, headers={"Retry-After": "5"}, **on),
    "429": lambda **on: Fault.status(429, headers={"Retry-After": "5"}, **on),
    "413": lambda **on: Fault.status(413, headers={"Retry-After": "5"}, **on),
    "401": lambda **on: Fault.status(401, **on),
    "400": lambda **on: Fault.status(400, body="bad", **on),
    "403 for want of a role": lambda **on: Fault.status(403, body="Access was denied", **on),
    "404": lambda **on: Fault.status(404, body="", **on),
    "405": lambda **on: Fault.status(405, body="", **on),
    "409 of unknown wording": lambda **on: Fault.status(409, body="It is Sunday", **on),
    "422": lambda **on: Fault.status(422, body="Not now", **on),
    "500": lambda **on: Fault.status(500, **on),
    "504": lambda **on: Fault.html(504, "Gateway Timeout", **on),
    "an outage page": lambda **on: Fault.html(200, "Maintenance", **on),
}


@every_kind
@pytest.mark.parametrize("answer", _ANSWERS)
async def test_answer_after_change_was_applied_is_not_believed(
    sync_harness: SyncHarness, account: Account, case: Case, answer: str
) -> None:
    requests = case.requests(account)
    account.faults.add(_ANSWERS[answer](method=case.method, path=PATH, times=1, after=True))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*requests)

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert len(sync_harness.sent) == 1
    assert case.holds(account)


@every_kind
@pytest.mark.parametrize("answer", ["429", "404", "409 of unknown wording", "504", "401"])
async def test_change_that_is_applied_seconds_after_its_answer_is_not_sent_again(
    sync_harness: SyncHarness, account: Account, case: Case, answer: str
) -> None:
    requests = case.requests(account)
    fault = _ANSWERS[answer](method=case.method, path=PATH, times=1)
    account.faults.add(fault.applied_late(6.0))
    await sync_harness.start()

    operations = await sync_harness.carry_out(*requests)

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert len(sync_harness.sent) == 1
    assert case.holds(account)


@every_kind
async def test_token_is_renewed_then_read_then_sent(
    sync_harness: SyncHarness, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    account.faults.add(Fault.status(401, method=case.method, path=PATH, times=1))
    await sync_harness.start()

    await sync_harness.carry_out(*requests)

    log = [f"{r.method} {'Identity' if 'tokens' in r.path else ''}" for r in account.requests]
    second = [at for at, line in enumerate(log) if line.startswith(case.method) and at > 0][-1]
    assert log[second - 1] == "GET "
    assert len(sync_harness.sent) == 2


async def test_read_is_never_older_than_its_change_when_limit_was_waited_for(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    other = account.add_server("web-02")
    await sync_harness.start()
    account.faults.add(Fault.throttle(40, method="DELETE", times=1))
    (operation,) = sync_harness.submit(remove_ip(record))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)
    await sync_harness.advance(20)
    account.region().assign_ip(record, other)

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.REJECTED
    assert "it is with web-02 now" in sync_harness.now(operation).detail
    assert "was not applied" in sync_harness.now(operation).detail
    assert sync_harness.sent == ["DELETE 429"]


async def test_change_that_waits_for_limit_is_read_after_wait(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    others = servers(account, 14, "other")
    await sync_harness.start()
    adds = sync_harness.submit(*(add_ip(server) for server in others))
    (operation,) = sync_harness.submit(remove_ip(record))

    await sync_harness.until(
        lambda: all(sync_harness.now(op).is_ended for op in (*adds, operation))
    )

    (sent,) = sync_harness.requests("DELETE")
    reads = [r.at for r in sync_harness.requests("GET", record.id) if r.at <= sent.at]
    assert sent.at - max(reads) < 1.0


# -- answers with another id ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    ['{"id": "job-17"}', "", '{"job": {"id": "17"}}', '{"id": "job-17", "status": "QUEUED"}'],
)
async def test_add_that_is_answered_with_job_is_found_by_its_server(
    sync_harness: SyncHarness, account: Account, body: str
) -> None:
    server = account.add_server("web-01")
    account.faults.add(
        Fault.status(202, body=body, method="POST", path="public_ips", times=1).applied_late(4.0)
    )
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    (record,) = account.region().public_ips.values()
    assert operation.state is OperationState.SETTLED
    assert operation.resource_id == record.id
    assert sync_harness.sent == ["POST 202"]


async def test_add_that_names_record_of_no_such_id_is_found_by_its_server(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    body = (
        '{"id": "11111111-2222-4333-8444-555555555555", "status": "ADDING", '
        f'"cloud_server": {{"id": "{server.id}"}}}}'
    )
    account.faults.add(
        Fault.status(202, body=body, method="POST", path="public_ips", times=1, after=True)
    )
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    (record,) = account.region().public_ips.values()
    assert operation.state is OperationState.SETTLED
    assert operation.resource_id == record.id
    assert list(sync_harness.snapshot.public_ips) == [record.id]


async def test_nodes_that_are_answered_with_one_id_for_all_are_all_followed(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    made = servers(account, 3)
    nodes = ", ".join(
        f'{{"id": "11111111-2222-4333-8444-555555555555", "status": "ADDING", '
        f'"cloud_server": {{"id": "{server.id}"}}, "load_balancer_pool": {{"id": "{pool.id}"}}}}'
        for server in made
    )
    account.faults.add(
        Fault.status(202, body=f"[{nodes}]", method="POST", path="nodes$", times=1, after=True)
    )
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert {operation.resource_id for operation in operations} == set(pool.nodes)


@pytest.mark.parametrize("kind", [OperationKind.RELEASE, OperationKind.UNASSIGN])
async def test_change_that_is_answered_with_another_id_leaves_no_trace_of_it(
    sync_harness: SyncHarness, account: Account, kind: OperationKind
) -> None:
    (request,) = _kept(kind)(account)
    body = '{"id": "11111111-2222-4333-8444-555555555555", "status": "ACTIVE", "retain": false}'
    account.faults.add(Fault.status(202, body=body, method="PATCH", path=PATH, times=1, after=True))
    await sync_harness.start()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.SETTLED
    assert list(sync_harness.snapshot.public_ips) == list(account.region().public_ips)
    assert sync_harness.sent == ["PATCH 202"]


async def test_removal_applied_later_is_followed(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(
        Fault.status(202, body="", method="DELETE", path=PATH, times=1).applied_late(8.0)
    )
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 202"]


# -- somebody else --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [case for case in CASES if case.kind != WITHOUT_SERVER], ids=str)
async def test_same_change_by_another_client_is_success(
    sync_harness: SyncHarness, account: Account, case: Case
) -> None:
    requests = case.requests(account)
    rival = SyncHarness(account, sync_harness.clock)
    await sync_harness.start()
    await rival.start()
    taken: list[str] = []
    once(
        rival,
        OperationState.ACCEPTED,
        lambda: taken.extend(op.id for op in sync_harness.submit(*requests)),
    )

    theirs = await rival.carry_out(*requests)
    await sync_harness.until(
        lambda: all(sync_harness.worker.operations[key].is_ended for key in taken)
    )

    assert taken
    assert {operation.state for operation in theirs} == {OperationState.SETTLED}
    assert {sync_harness.worker.operations[key].state for key in taken} == {OperationState.SETTLED}
    assert len(sync_harness.sent) == 1
    assert case.holds(account)
    await rival.stop()


async def test_retained_public_ip_gone_between_steps_counts_as_removed(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()
    (operation,) = sync_harness.submit(remove_ip(record))
    await sync_harness.until(lambda: sync_harness.sent == ["PATCH 200"])
    account.region().drop_ip(record)

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert sync_harness.now(operation).detail == "203.0.113.10 was gone already"


async def test_retained_public_ip_gone_before_first_step_counts_as_removed(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()
    once(sync_harness, OperationState.SENT, lambda: account.region().drop_ip(record))

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED


async def test_pool_whose_nodes_gateway_hides_is_not_gone(
    sync_harness: SyncHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(Fault.status(404, method="GET", path="/nodes"))

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.endswith("nothing was sent")
    assert list(pool.nodes) == [node.id]
