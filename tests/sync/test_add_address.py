"""Adding a public IP: once, and only to a server that has none."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import State
from rcv3_tui.simulator import Account, Fault
from tests.sync.bench import Bench, add_ip, servers


async def test_an_address_is_added_with_one_post(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert operation.detail == "203.0.113.10 is ACTIVE"
    assert bench.states(operation) == [
        State.PLANNED,
        State.SENT,
        State.ACCEPTED,
        State.SETTLED,
    ]
    assert bench.sent == ["POST 201"]
    record = bench.snapshot.public_ip_of(server.id)
    assert record is not None
    assert (record.id, record.address) == (operation.resource_id, "203.0.113.10")


async def test_the_record_is_in_the_picture_while_it_is_adding(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()

    bench.submit(add_ip(server))
    await bench.settle()

    record = bench.snapshot.public_ip_of(server.id)
    assert record is not None
    assert record.status == "ADDING"


async def test_a_failed_add_says_why(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    account.plan_failure(
        "public_ip", "ADD_FAILED", detail="Unable to reach the edge device", ticket="170615-1"
    )
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.FAILED
    assert operation.detail == "ADD_FAILED: Unable to reach the edge device; ticket 170615-1"


async def test_a_failed_add_without_a_reason_says_so(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    account.plan_failure("public_ip", "ADD_FAILED")
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.detail == "ADD_FAILED: no reason given by RackConnect"


@pytest.mark.parametrize("status", ["ACTIVE", "ADDING", "REMOVING"])
async def test_a_server_that_has_an_address_is_refused_before_sending(
    bench: Bench, account: Account, status: str
) -> None:
    server = account.add_server("web-01")
    account.add_public_ip(server, status=status)
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.REJECTED
    assert operation.detail.startswith("web-01 has ")
    assert operation.detail.endswith("nothing was sent")
    assert bench.sent == []


async def test_an_address_that_was_added_elsewhere_is_seen_before_sending(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    await bench.start()
    account.add_public_ip(server)

    operation = await bench.one(add_ip(server))

    assert operation.state is State.REJECTED
    assert bench.sent == []


async def test_a_failed_record_does_not_stand_in_the_way(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    account.add_public_ip(server, status="ADD_FAILED")
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert bench.sent == ["POST 201"]


async def test_a_server_that_was_just_built_is_tried_again_for_a_while(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01", age=5.0, known_after=6.0)
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert bench.sent == ["POST 409", "POST 409", "POST 409", "POST 201"]
    assert any("does not know web-01 yet; again in" in s.detail for s in bench.steps(operation))


async def test_an_old_server_that_is_not_known_is_rejected_at_once(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01", attached=False)
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.REJECTED
    assert "is unprocessable" in operation.detail
    assert bench.sent == ["POST 409"]


async def test_a_wording_that_is_not_known_is_shown(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    await bench.start()
    account.faults.add(
        Fault.status(409, body="No Public IP Addresses left", method="POST", path="public_ips")
    )

    operation = await bench.one(add_ip(server))

    assert operation.state is State.REJECTED
    assert "No Public IP Addresses left" in operation.detail
    assert bench.sent == ["POST 409"]


async def test_a_missing_role_is_named(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    account.faults.add(Fault.forbidden(method="POST", path="public_ips"))
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.REJECTED
    assert operation.request.sentence == "add public IP to web-01"
    assert "Access was denied" in operation.detail
    assert operation.detail.startswith("your user lacks the role: ")
    assert bench.sent == ["POST 403"]


async def test_too_many_requests_are_waited_out_and_told(bench: Bench, account: Account) -> None:
    server = account.add_server("web-01")
    account.faults.add(Fault.throttle(20, method="POST", path="public_ips", times=1))
    await bench.start()

    operation = await bench.one(add_ip(server))

    assert operation.state is State.SETTLED
    assert bench.sent == ["POST 429", "POST 201"]
    first, second = bench.requests("POST", "public_ips")
    assert second.at - first.at >= 20
    assert any("too many requests" in step.detail for step in bench.steps(operation))


async def test_a_stuck_record_is_named_and_followed_ever_less_often(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    account.adding_seconds = 1500.0
    await bench.start()

    (operation,) = bench.submit(add_ip(server))
    await bench.advance(360)

    stuck = bench.now(operation)
    assert stuck.state is State.ACCEPTED
    assert "still ADDING after 5 min" in stuck.detail
    assert stuck.resource_id is not None
    assert stuck.resource_id in stuck.detail
    before = bench.count("GET", stuck.resource_id)
    await bench.clock.advance(600, turns=25)
    assert bench.count("GET", stuck.resource_id) - before <= 20
    await bench.clock.advance(800, turns=25)
    assert bench.now(operation).state is State.SETTLED


async def test_stuck_records_do_not_keep_others_from_their_turn(
    bench: Bench, account: Account
) -> None:
    stuck = servers(account, 3, "stuck")
    late = account.add_server("late")
    account.adding_seconds = 1e6
    await bench.start()
    bench.submit(*(add_ip(server) for server in stuck))
    await bench.settle()
    account.adding_seconds = 7.5

    (operation,) = bench.submit(add_ip(late))
    await bench.advance(60)
    assert bench.now(operation).state is State.PLANNED
    await bench.until(lambda: bench.now(operation).is_ended, 600)

    assert bench.now(operation).state is State.SETTLED


async def test_many_adds_keep_to_the_limit_and_all_arrive(bench: Bench, account: Account) -> None:
    made = servers(account, 12)
    await bench.start()

    operations = await bench.carry_out(*(add_ip(server) for server in made), seconds=1800)

    assert {operation.state for operation in operations} == {State.SETTLED}
    assert bench.sent == ["POST 201"] * 12
    assert all(request.status != 403 for request in account.requests)


async def test_trouble_in_seeing_how_it_goes_is_told_and_taken_back(
    bench: Bench, account: Account
) -> None:
    server = account.add_server("web-01")
    account.adding_seconds = 30.0
    await bench.start()
    (operation,) = bench.submit(add_ip(server))
    await bench.settle()
    account.faults.add(Fault.status(500, method="GET", path=r"public_ips/[^/]+$", times=2))

    await bench.until(lambda: "cannot see how it goes" in bench.now(operation).detail)
    await bench.until(lambda: bench.now(operation).detail == "")
    await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).detail == "203.0.113.10 is ACTIVE"
    assert bench.sent == ["POST 201"]
