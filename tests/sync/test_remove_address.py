"""Removing a public IP: only what was confirmed, once, until it is gone."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import State
from rcv3_tui.simulator import Account, Fault
from tests.sync.bench import Bench, remove_ip


async def test_an_address_is_removed_with_one_delete(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.SETTLED
    assert operation.detail == "203.0.113.10 is removed"
    assert operation.status == "gone"
    assert bench.states(operation) == [
        State.PLANNED,
        State.SENT,
        State.ACCEPTED,
        State.SETTLED,
    ]
    assert bench.sent == ["DELETE 204"]
    assert bench.snapshot.public_ips == {}


async def test_a_record_that_is_gone_already_is_a_success(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    await bench.start()
    request = remove_ip(record)
    account.region().drop_ip(record)

    operation = await bench.one(request)

    assert operation.state is State.SETTLED
    assert operation.detail == "203.0.113.10 was gone already"
    assert bench.sent == []


async def test_a_record_that_goes_just_before_the_request_is_a_success(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(Fault.status(404, method="DELETE", body=""))
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.SETTLED
    assert operation.detail == "203.0.113.10 was gone already"
    assert bench.sent == ["DELETE 404"]


async def test_a_record_that_another_server_has_now_is_left_alone(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    other = account.add_server("web-02")
    await bench.start()
    request = remove_ip(record)
    account.region().assign_ip(record, other)
    record.touch()

    operation = await bench.one(request)

    assert operation.state is State.REJECTED
    assert operation.detail == (
        "203.0.113.10 changed since it was confirmed: it is with web-02 now; nothing was sent"
    )
    assert bench.sent == []


async def test_a_record_that_lost_its_server_is_left_alone(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await bench.start()
    request = remove_ip(record)
    account.region().assign_ip(record, None)
    record.touch()

    operation = await bench.one(request)

    assert operation.state is State.REJECTED
    assert "it is with no server now" in operation.detail
    assert bench.sent == []


async def test_a_record_with_another_address_is_left_alone(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()
    request = remove_ip(record)
    record.address = "203.0.113.99"
    record.touch()

    operation = await bench.one(request)

    assert operation.state is State.REJECTED
    assert "it was 203.0.113.10 and is 203.0.113.99 now; nothing was sent" in operation.detail
    assert bench.sent == []


async def test_a_retained_address_of_a_server_goes_in_two_visible_steps(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.SETTLED
    assert operation.detail == "203.0.113.10 is removed"
    assert bench.sent == ["PATCH 200", "DELETE 204"]
    told = [step.detail for step in bench.steps(operation)]
    first = told.index("step 1 of 2: switching retain off")
    assert "step 2 of 2: removing" in told[first:]


async def test_a_second_step_that_is_refused_does_not_hide_the_first(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.faults.add(Fault.status(409, body="Not today", method="DELETE"))
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.REJECTED
    assert operation.detail.startswith("retain is switched off, but 203.0.113.10 was not removed")
    assert "Not today" in operation.detail
    assert bench.sent == ["PATCH 200", "DELETE 409"]


async def test_a_first_step_that_fails_removes_nothing(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.plan_failure("public_ip", "UPDATE_FAILED", detail="no route")
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.REJECTED
    assert operation.detail == "retain could not be switched off: UPDATE_FAILED: no route"
    assert bench.sent == ["PATCH 200"]


async def test_a_retained_address_without_a_server_is_removed_in_one_step(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(None, retain=True)
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.SETTLED
    assert bench.sent == ["DELETE 204"]


async def test_a_removal_that_only_unassigns_is_no_success(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.supports_patch = False
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.FAILED
    assert operation.detail == (
        "the service took the removal, but the record is still ACTIVE, without a server"
    )
    assert bench.sent == ["PATCH 405", "DELETE 204"]


async def test_a_record_that_is_moving_is_waited_for(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(
        account.add_server("web-01"), status="ADDING", age=1.0, moves_after=4.0
    )
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.SETTLED
    assert bench.sent[-1] == "DELETE 204"
    assert set(bench.sent[:-1]) == {"DELETE 409"}
    assert any("is ADDING; again in" in step.detail for step in bench.steps(operation))


async def test_a_removal_that_somebody_else_began_is_followed(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()
    request = remove_ip(record)
    account.lifecycle.begin_removal(account.region(), record, account.now())

    operation = await bench.one(request)

    assert operation.state is State.SETTLED
    assert bench.sent == []


async def test_a_failed_removal_says_why(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.plan_failure("public_ip", "REMOVE_FAILED", detail="edge device is busy")
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.FAILED
    assert operation.detail == "REMOVE_FAILED: edge device is busy"


@pytest.mark.parametrize("status", ["ADD_FAILED", "REMOVE_FAILED"])
async def test_a_failed_record_can_be_removed(bench: Bench, account: Account, status: str) -> None:
    record = account.add_public_ip(account.add_server("web-01"), status=status)
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.SETTLED
    assert bench.sent == ["DELETE 204"]


async def test_a_wording_that_is_not_known_is_no_success(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.faults.add(Fault.status(409, body="It is Sunday", method="DELETE"))
    await bench.start()

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.REJECTED
    assert "It is Sunday" in operation.detail
    assert bench.sent == ["DELETE 409"]


async def test_a_record_that_cannot_be_read_first_is_not_removed(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()
    account.faults.add(Fault.status(500, method="GET", path=r"public_ips/"))

    operation = await bench.one(remove_ip(record))

    assert operation.state is State.REJECTED
    assert operation.detail.endswith("; nothing was sent")
    assert bench.sent == []
