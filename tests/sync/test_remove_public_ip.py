"""Removing a public IP: only what was confirmed, once, until it is gone."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import SyncHarness, once, remove_ip


async def test_address_is_removed_with_one_delete(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert operation.detail == "203.0.113.10 is removed"
    assert operation.status == "gone"
    assert sync_harness.states(operation) == [
        OperationState.PLANNED,
        OperationState.SENT,
        OperationState.ACCEPTED,
        OperationState.SETTLED,
    ]
    assert sync_harness.sent == ["DELETE 204"]
    assert sync_harness.snapshot.public_ips == {}


async def test_record_that_is_gone_already_is_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    await sync_harness.start()
    request = remove_ip(record)
    account.region().drop_ip(record)

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.SETTLED
    assert operation.detail == "203.0.113.10 was gone already"
    assert sync_harness.sent == []


async def test_record_gone_right_before_request_is_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    once(sync_harness, OperationState.SENT, lambda: account.region().drop_ip(record))

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert operation.detail == "203.0.113.10 was gone already"
    assert sync_harness.sent == ["DELETE 404"]


async def test_404_for_record_that_is_there_is_not_gone_already(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(Fault.status(404, method="DELETE", body="no such route", times=1))
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "203.0.113.10 is removed",
    )
    assert sync_harness.sent == ["DELETE 404", "DELETE 204"]
    assert not account.region().public_ips


async def test_404_for_ever_is_refusal_while_record_is_there(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(Fault.status(404, method="DELETE", body="no such route"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.REJECTED
    assert "no such route" in operation.detail
    assert sync_harness.sent == ["DELETE 404"] * 3


async def test_gateway_that_answers_404_to_reads_as_well_does_not_make_record_gone(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(Fault.status(404, method="GET", path=record.id, times=1))

    operation = await sync_harness.one(remove_ip(record))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "203.0.113.10 is removed",
    )
    assert sync_harness.sent == ["DELETE 204"]


async def test_record_that_another_server_has_now_is_left_alone(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    other = account.add_server("web-02")
    await sync_harness.start()
    request = remove_ip(record)
    account.region().assign_ip(record, other)
    record.touch()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert operation.detail == (
        "203.0.113.10 changed since it was confirmed: it is with web-02 now; nothing was sent"
    )
    assert sync_harness.sent == []


async def test_record_that_lost_its_server_is_left_alone(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()
    request = remove_ip(record)
    account.region().assign_ip(record, None)
    record.touch()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert "it is with no server now" in operation.detail
    assert sync_harness.sent == []


async def test_record_with_another_address_is_left_alone(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    request = remove_ip(record)
    record.address = "203.0.113.99"
    record.touch()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert "it was 203.0.113.10 and is 203.0.113.99 now; nothing was sent" in operation.detail
    assert sync_harness.sent == []


async def test_retained_public_ip_is_removed_in_two_visible_steps(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert operation.detail == "203.0.113.10 is removed"
    assert sync_harness.sent == ["PATCH 200", "DELETE 204"]
    collected = [step.detail for step in sync_harness.steps(operation)]
    first = collected.index("step 1 of 2: switching retain off")
    assert "step 2 of 2: removing" in collected[first:]


async def test_second_step_that_is_refused_does_not_hide_first(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.faults.add(Fault.status(409, body="Not today", method="DELETE"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.startswith("retain is switched off, but 203.0.113.10 was not removed")
    assert "Not today" in operation.detail
    assert sync_harness.sent == ["PATCH 200", "DELETE 409"]


async def test_first_step_that_fails_removes_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.plan_failure("public_ip", "UPDATE_FAILED", detail="no route")
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.REJECTED
    assert operation.detail == "retain could not be switched off: UPDATE_FAILED: no route"
    assert sync_harness.sent == ["PATCH 200"]


async def test_retained_address_without_server_is_removed_in_one_step(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(None, retain=True)
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 204"]


async def test_removal_that_only_unassigns_is_no_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.supports_patch = False
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.FAILED
    assert operation.detail == (
        "the service accepted the removal, but the record is still ACTIVE, without a server"
    )
    assert sync_harness.sent == ["PATCH 405", "DELETE 204"]


async def test_record_that_is_moving_is_waited_for(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(
        account.add_server("web-01"), status="ADDING", age=1.0, moves_after=4.0
    )
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent[-1] == "DELETE 204"
    assert set(sync_harness.sent[:-1]) == {"DELETE 409"}
    assert any("is ADDING; again in" in step.detail for step in sync_harness.steps(operation))


async def test_removal_by_another_client_is_followed(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    request = remove_ip(record)
    account.lifecycle.begin_removal(account.region(), record, account.now())

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == []


async def test_failed_removal_reports_reason(sync_harness: SyncHarness, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.plan_failure("public_ip", "REMOVE_FAILED", detail="edge device is busy")
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.FAILED
    assert operation.detail == "REMOVE_FAILED: edge device is busy"


@pytest.mark.parametrize("status", ["ADD_FAILED", "REMOVE_FAILED"])
async def test_failed_record_can_be_removed(
    sync_harness: SyncHarness, account: Account, status: str
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), status=status)
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 204"]


async def test_wording_that_is_not_known_is_no_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(Fault.status(409, body="It is Sunday", method="DELETE"))
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.REJECTED
    assert "It is Sunday" in operation.detail
    assert sync_harness.sent == ["DELETE 409"]


async def test_record_that_cannot_be_read_first_is_not_removed(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(Fault.status(500, method="GET", path=r"public_ips/"))

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.endswith("; nothing was sent")
    assert sync_harness.sent == []


async def test_record_that_is_stuck_gets_one_request_and_advice(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), status="ADDING", age=150 * 86400.0)
    await sync_harness.start()

    operation = await sync_harness.one(remove_ip(record))

    assert operation.state is OperationState.REJECTED
    assert operation.detail == (
        f"Public IP Address {record.id} is not in an ACTIVE state; it is ADDING since "
        f"2025-08-18 12:00 UTC: ask Support, naming record {record.id}"
    )
    assert sync_harness.sent == ["DELETE 409"]
