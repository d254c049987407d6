"""Adding a public IP: once, and only to a server that has none."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import OperationKind, OperationState, Request
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import SyncHarness, add_ip, servers


async def test_address_is_added_with_one_post(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert operation.detail == "203.0.113.10 is ACTIVE"
    assert sync_harness.states(operation) == [
        OperationState.PLANNED,
        OperationState.SENT,
        OperationState.ACCEPTED,
        OperationState.SETTLED,
    ]
    assert sync_harness.sent == ["POST 201"]
    record = sync_harness.snapshot.public_ip_of(server.id)
    assert record is not None
    assert (record.id, record.address) == (operation.resource_id, "203.0.113.10")


async def test_snapshot_shows_record_while_adding(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()

    sync_harness.submit(add_ip(server))
    await sync_harness.settle()

    record = sync_harness.snapshot.public_ip_of(server.id)
    assert record is not None
    assert record.status == "ADDING"


async def test_failed_add_reports_reason(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    account.plan_failure(
        "public_ip", "ADD_FAILED", detail="Unable to reach the edge device", ticket="170615-1"
    )
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.FAILED
    assert (
        operation.detail == "ADD_FAILED: Unable to reach the edge device (support ticket 170615-1)"
    )


async def test_failed_add_without_reason_reports_that(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.plan_failure("public_ip", "ADD_FAILED")
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.detail == "ADD_FAILED: no reason given by RackConnect"


async def test_server_with_public_ip_needs_no_request(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert operation.detail == "web-01 already has 203.0.113.10; nothing was sent"
    assert operation.resource_id == record.id
    assert sync_harness.sent == []


async def test_add_by_another_client_is_followed(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.add_public_ip(server, status="ADDING", age=1.0, moves_after=5.0)
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert (operation.state, operation.detail) == (OperationState.SETTLED, "203.0.113.10 is ACTIVE")
    assert sync_harness.sent == []


@pytest.mark.parametrize("status", ["ADDING", "REMOVING"])
async def test_server_with_blocking_record_is_rejected_before_sending(
    sync_harness: SyncHarness, account: Account, status: str
) -> None:
    server = account.add_server("web-01")
    account.add_public_ip(server, status=status)
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.startswith(("web-01 already has ", "web-01 still has "))
    assert operation.detail.endswith("nothing was sent")
    assert sync_harness.sent == []


async def test_address_that_was_added_elsewhere_is_seen_before_sending(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.add_public_ip(server)

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == []


async def test_failed_record_does_not_stand_in_way(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.add_public_ip(server, status="ADD_FAILED")
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 201"]


async def test_server_that_was_just_built_is_tried_again_for_while(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", age=5.0, known_after=6.0)
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 409", "POST 409", "POST 409", "POST 201"]
    assert any(
        "does not know web-01 yet; again in" in s.detail for s in sync_harness.steps(operation)
    )


async def test_old_server_that_is_not_known_is_rejected_at_once(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01", attached=False)
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.REJECTED
    assert "is unprocessable" in operation.detail
    assert sync_harness.sent == ["POST 409"]


async def test_wording_that_is_not_known_is_shown(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    account.faults.add(
        Fault.status(409, body="No Public IP Addresses left", method="POST", path="public_ips")
    )

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.REJECTED
    assert "No Public IP Addresses left" in operation.detail
    assert sync_harness.sent == ["POST 409"]


async def test_refused_403_is_tried_once_more_and_names_both_reasons(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.faults.add(Fault.forbidden(method="POST", path="public_ips"))
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.REJECTED
    assert operation.request.sentence == "add public IP to web-01"
    assert "Access was denied" in operation.detail
    assert "either your user lacks the role for it, or other programs use up" in operation.detail
    assert sync_harness.sent == ["POST 403", "POST 403"]


async def test_throttling_is_waited_out_and_shown(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.faults.add(Fault.throttle(20, method="POST", path="public_ips", times=1))
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 429", "POST 201"]
    first, second = sync_harness.requests("POST", "public_ips")
    assert second.at - first.at >= 20
    assert any("too many requests" in step.detail for step in sync_harness.steps(operation))


async def test_stuck_record_is_named_and_followed_ever_less_often(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.adding_seconds = 1500.0
    await sync_harness.start()

    (operation,) = sync_harness.submit(add_ip(server))
    await sync_harness.advance(360)

    stuck = sync_harness.now(operation)
    assert stuck.state is OperationState.ACCEPTED
    assert "still ADDING after 5 min" in stuck.detail
    assert stuck.resource_id is not None
    assert stuck.resource_id in stuck.detail
    before = sync_harness.count("GET", stuck.resource_id)
    await sync_harness.clock.advance(600, turns=25)
    assert sync_harness.count("GET", stuck.resource_id) - before <= 20
    await sync_harness.clock.advance(800, turns=25)
    assert sync_harness.now(operation).state is OperationState.SETTLED


async def test_stuck_records_do_not_delay_others(
    sync_harness: SyncHarness, account: Account
) -> None:
    stuck = servers(account, 3, "stuck")
    late = account.add_server("late")
    account.adding_seconds = 1e6
    await sync_harness.start()
    sync_harness.submit(*(add_ip(server) for server in stuck))
    await sync_harness.settle()
    account.adding_seconds = 7.5

    (operation,) = sync_harness.submit(add_ip(late))
    await sync_harness.until(lambda: sync_harness.now(operation).is_ended, 60)

    assert sync_harness.now(operation).state is OperationState.SETTLED


async def test_many_adds_respect_limit_and_all_succeed(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = servers(account, 12)
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_ip(server) for server in made), seconds=1800)

    assert {operation.state for operation in operations} == {OperationState.SETTLED}
    assert sync_harness.sent == ["POST 201"] * 12
    assert all(request.status != 403 for request in account.requests)


async def test_failed_polls_are_shown_until_one_succeeds(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.adding_seconds = 30.0
    await sync_harness.start()
    (operation,) = sync_harness.submit(add_ip(server))
    await sync_harness.settle()
    account.faults.add(Fault.status(500, method="GET", path=r"public_ips/[^/]+$", times=2))

    await sync_harness.until(lambda: "status cannot be read" in sync_harness.now(operation).detail)
    await sync_harness.until(lambda: sync_harness.now(operation).detail == "")
    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).detail == "203.0.113.10 is ACTIVE"
    assert sync_harness.sent == ["POST 201"]


async def test_record_named_by_response_is_new_whatever_its_creation_time(
    sync_harness: SyncHarness, account: Account
) -> None:
    await sync_harness.start()
    add = Request(kind=OperationKind.ADD_PUBLIC_IP, region="IAD", retain=True)
    (operation,) = sync_harness.submit(add)
    await sync_harness.settle()
    (record,) = account.region().public_ips.values()
    # As after this machine's clock was set ahead.
    record.created -= 3600
    record.touch()

    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.SETTLED
    assert sync_harness.now(operation).resource_id == record.id
