"""A server that was just built is refused for a while: how long that explains a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import OperationKind, OperationState, Request
from rcv3_tui.simulator import Account, Fault, Server
from tests.support.sync_harness import SyncHarness, add_ip, add_node, change_ip

MAKERS: dict[str, Callable[[Account, Server], Request]] = {
    "add public IP": lambda account, server: add_ip(server),
    "assign": lambda account, server: change_ip(
        OperationKind.ASSIGN, account.add_public_ip(retain=True), server
    ),
    "move": lambda account, server: change_ip(
        OperationKind.MOVE, account.add_public_ip(account.add_server("old"), retain=True), server
    ),
    "add node": lambda account, server: add_node(server, account.add_pool("web-80")),
}

every_kind = pytest.mark.parametrize("kind", MAKERS)


@every_kind
async def test_server_is_waited_for_as_long_as_it_is_listed_as_building(
    sync_harness: SyncHarness, account: Account, kind: str
) -> None:
    # Building has begun half an hour ago by the service's clock, and takes eight minutes more.
    server = account.add_server(
        "web-01", status="BUILD", age=1800.0, known_after=480.0, build_seconds=480.0
    )
    request = MAKERS[kind](account, server)
    await sync_harness.start()

    operation = await sync_harness.one(request, seconds=1200.0)

    assert operation.state is OperationState.SETTLED
    assert set(sync_harness.sent[:-1]) <= {"POST 409", "PATCH 409"}
    assert len(sync_harness.sent) < 30


@every_kind
async def test_server_younger_than_five_minutes_is_waited_for(
    sync_harness: SyncHarness, account: Account, kind: str
) -> None:
    server = account.add_server("web-01", age=5.0, known_after=240.0)
    request = MAKERS[kind](account, server)
    await sync_harness.start()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.SETTLED


@every_kind
async def test_old_server_that_is_refused_is_not_waited_for(
    sync_harness: SyncHarness, account: Account, kind: str
) -> None:
    server = account.add_server("web-01", age=400.0, known_after=1e6)
    request = MAKERS[kind](account, server)
    await sync_harness.start()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert "does not exist" in operation.detail
    assert len(sync_harness.sent) == 1


@pytest.mark.parametrize("ahead", [-1800.0, 1800.0])
async def test_services_clock_decides_how_young_server_is(clock: ManualClock, ahead: float) -> None:
    account = Account(now=lambda: clock.timestamp() + ahead)
    account.add_network()
    harness = SyncHarness(account, clock)
    server = account.add_server("web-01", age=5.0, known_after=120.0)
    await harness.start()

    operation = await harness.one(add_ip(server))
    await harness.stop()

    assert operation.state is OperationState.SETTLED


@every_kind
async def test_server_that_is_not_listed_is_tried_for_minute(
    sync_harness: SyncHarness, account: Account, kind: str
) -> None:
    server = account.add_server("web-01", age=5.0, known_after=20.0)
    request = MAKERS[kind](account, server)
    account.faults.add(
        Fault.status(200, body='{"servers": []}', method="GET", path="servers/detail"),
        Fault.status(404, body="", method="GET", path=f"servers/{server.id}"),
    )
    await sync_harness.start()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.SETTLED


async def test_unlisted_server_fails_after_a_minute(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", age=5.0, known_after=1e6)
    account.faults.add(
        Fault.status(200, body='{"servers": []}', method="GET", path="servers/detail"),
        Fault.status(404, body="", method="GET", path=f"servers/{server.id}"),
    )
    await sync_harness.start()
    began = sync_harness.clock.monotonic()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.REJECTED
    assert 50 < sync_harness.clock.monotonic() - began < 120


async def test_wait_is_counted_down(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01", age=5.0, known_after=30.0)
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    collected = [step.detail for step in sync_harness.steps(operation)]
    numbers = [
        int(found.group(1)) for t in collected if (found := re.search(r"again in (\d+) s", t))
    ]
    assert "RackConnect does not know web-01 yet; again in 8 s" in collected
    assert numbers[-15:] == list(range(15, 0, -1))


def add_after_build(server: Server) -> Request:
    return replace(add_ip(server), wait_for_build=True)


async def test_add_that_waits_for_build_is_sent_once_when_server_is_active(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", status="BUILD", known_after=60.0, build_seconds=60.0)
    await sync_harness.start()

    operation = await sync_harness.one(add_after_build(server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 201"]
    waits = [step.detail for step in sync_harness.steps(operation)]
    assert any("web-01 is BUILD" in words and "when it is ACTIVE" in words for words in waits)


async def test_add_that_waits_for_build_that_fails_sends_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", status="BUILD", build_seconds=600.0)
    await sync_harness.start()
    (operation,) = sync_harness.submit(add_after_build(server))
    await sync_harness.advance(20)
    server.status, server.build_at = "ERROR", None
    account.region().touch_server(server)
    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.REJECTED
    assert "web-01 is ERROR" in sync_harness.now(operation).detail
    assert sync_harness.sent == []


async def test_add_that_waits_for_build_can_be_stopped(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", status="BUILD", build_seconds=600.0)
    await sync_harness.start()
    (operation,) = sync_harness.submit(add_after_build(server))
    await sync_harness.advance(20)
    assert sync_harness.worker.cancel_batch() == 1
    await sync_harness.settle()

    assert sync_harness.now(operation).state is OperationState.REJECTED
    assert sync_harness.sent == []


async def test_adds_that_wait_for_builds_do_not_hold_up_others(
    sync_harness: SyncHarness, account: Account
) -> None:
    building = [
        account.add_server(f"new-{n}", status="BUILD", build_seconds=900.0) for n in range(4)
    ]
    ready = account.add_server("web-01")
    await sync_harness.start()
    *waiting, add = sync_harness.submit(*map(add_after_build, building), add_ip(ready))
    await sync_harness.until(lambda: sync_harness.now(add).is_ended, seconds=60)

    assert sync_harness.now(add).state is OperationState.SETTLED
    assert all(sync_harness.now(each).state is OperationState.PLANNED for each in waiting)
