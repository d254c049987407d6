"""Retaining, releasing, assigning, moving and unassigning an address."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import Kind, State
from rcv3_tui.simulator import Account, Fault
from tests.sync.bench import Bench, change_ip


@pytest.fixture(params=[200, 204], ids=["with a body", "without a body"])
def answering(request: pytest.FixtureRequest, account: Account) -> int:
    """What the service answers to a change: nobody has put it on record."""
    account.patch_status = int(request.param)
    return account.patch_status


@pytest.mark.parametrize(
    ("kind", "before", "words"),
    [
        (Kind.RETAIN, False, "203.0.113.10 is retained"),
        (Kind.RELEASE, True, "203.0.113.10 is not retained any more"),
    ],
)
async def test_retain_is_switched_with_one_patch(
    bench: Bench, account: Account, answering: int, kind: Kind, before: bool, words: str
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=before)
    await bench.start()

    operation = await bench.one(change_ip(kind, record))

    assert (operation.state, operation.detail) == (State.SETTLED, words)
    assert bench.sent == [f"PATCH {answering}"]
    assert bench.snapshot.public_ips[record.id].retain is not before


@pytest.mark.parametrize(("kind", "retain"), [(Kind.RETAIN, True), (Kind.RELEASE, False)])
async def test_a_flag_that_stands_already_is_a_success_without_a_request(
    bench: Bench, account: Account, kind: Kind, retain: bool
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=retain)
    await bench.start()

    operation = await bench.one(change_ip(kind, record))

    assert operation.state is State.SETTLED
    assert bench.sent == []


async def test_a_released_address_without_a_server_may_go(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(None, retain=True)
    await bench.start()

    operation = await bench.one(change_ip(Kind.RELEASE, record))

    assert (operation.state, operation.detail) == (State.SETTLED, "203.0.113.10 is gone")
    assert bench.snapshot.public_ips == {}


async def test_a_limit_is_told_in_the_services_words(bench: Bench, account: Account) -> None:
    for _ in range(5):
        account.add_public_ip(None, retain=True)
    record = account.add_public_ip(account.add_server("web-01"))
    await bench.start()

    operation = await bench.one(change_ip(Kind.RETAIN, record))

    assert operation.state is State.REJECTED
    assert "limit of 5 retained" in operation.detail
    assert bench.sent == ["PATCH 409"]


async def test_an_old_revision_of_the_service_is_named(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.supports_patch = False
    await bench.start()

    operation = await bench.one(change_ip(Kind.RETAIN, record))

    assert operation.state is State.REJECTED
    assert operation.detail.endswith("this revision of the service does not offer it")


async def test_an_address_is_assigned_with_one_patch(
    bench: Bench, account: Account, answering: int
) -> None:
    record = account.add_public_ip(None, retain=True)
    server = account.add_server("web-01")
    await bench.start()

    operation = await bench.one(change_ip(Kind.ASSIGN, record, server))

    assert (operation.state, operation.detail) == (State.SETTLED, "203.0.113.10 is with web-01")
    assert bench.sent == [f"PATCH {answering}"]
    held = bench.snapshot.public_ip_of(server.id)
    assert held is not None
    assert held.address == "203.0.113.10"


async def test_an_address_is_moved_with_one_patch(
    bench: Bench, account: Account, answering: int
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    other = account.add_server("web-02")
    await bench.start()

    operation = await bench.one(change_ip(Kind.MOVE, record, other))

    assert (operation.state, operation.detail) == (State.SETTLED, "203.0.113.10 is with web-02")
    assert bench.sent == [f"PATCH {answering}"]


async def test_an_address_is_unassigned_with_one_patch(
    bench: Bench, account: Account, answering: int
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await bench.start()

    operation = await bench.one(change_ip(Kind.UNASSIGN, record))

    assert (operation.state, operation.detail) == (State.SETTLED, "203.0.113.10 has no server now")
    assert bench.sent == [f"PATCH {answering}"]
    assert bench.snapshot.public_ips[record.id].server is None


async def test_an_address_that_is_not_retained_any_more_is_not_unassigned(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await bench.start()
    request = change_ip(Kind.UNASSIGN, record)
    record.retain = False
    record.touch()

    operation = await bench.one(request)

    assert operation.state is State.REJECTED
    assert "is not retained: without a server it would be lost" in operation.detail
    assert bench.sent == []


@pytest.mark.parametrize("kind", [Kind.ASSIGN, Kind.MOVE])
async def test_a_server_that_has_an_address_gets_no_second_one(
    bench: Bench, account: Account, kind: Kind
) -> None:
    holder = None if kind is Kind.ASSIGN else account.add_server("web-01")
    record = account.add_public_ip(holder, retain=True)
    other = account.add_server("web-02")
    account.add_public_ip(other)
    await bench.start()

    operation = await bench.one(change_ip(kind, record, other))

    assert operation.state is State.REJECTED
    assert operation.detail.startswith("web-02 has 203.0.113.11 (ACTIVE) already")
    assert bench.sent == []


async def test_a_server_that_was_just_built_is_waited_for(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(None, retain=True)
    server = account.add_server("web-01", age=3.0, known_after=4.0)
    await bench.start()

    operation = await bench.one(change_ip(Kind.ASSIGN, record, server))

    assert operation.state is State.SETTLED
    assert bench.sent[-1] == "PATCH 200"
    assert set(bench.sent[:-1]) == {"PATCH 409"}


async def test_what_is_so_already_is_a_success(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await bench.start()
    request = change_ip(Kind.MOVE, record, record.server)

    operation = await bench.one(request)

    assert (operation.state, operation.detail) == (State.SETTLED, "was so already")
    assert bench.sent == []


@pytest.mark.parametrize("kind", [Kind.RETAIN, Kind.MOVE, Kind.UNASSIGN])
async def test_only_an_active_record_is_changed(bench: Bench, account: Account, kind: Kind) -> None:
    record = account.add_public_ip(
        account.add_server("web-01"), status="UPDATING", retain=kind is not Kind.RETAIN
    )
    other = account.add_server("web-02")
    await bench.start()

    operation = await bench.one(change_ip(kind, record, other))

    assert operation.state is State.REJECTED
    assert "is UPDATING; only an ACTIVE public IP can be changed" in operation.detail
    assert bench.sent == []


@pytest.mark.parametrize("kind", [Kind.RETAIN, Kind.MOVE, Kind.UNASSIGN])
async def test_a_record_that_is_gone_is_told(bench: Bench, account: Account, kind: Kind) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    other = account.add_server("web-02")
    await bench.start()
    request = change_ip(kind, record, other)
    account.region().drop_ip(record)

    operation = await bench.one(request)

    assert operation.state is State.REJECTED
    assert operation.detail == "203.0.113.10 is gone; nothing was sent"


async def test_a_failed_change_says_why(bench: Bench, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.plan_failure("public_ip", "UPDATE_FAILED", detail="no route")
    await bench.start()

    operation = await bench.one(change_ip(Kind.UNASSIGN, record))

    assert (operation.state, operation.detail) == (State.FAILED, "UPDATE_FAILED: no route")


async def test_a_change_that_is_taken_and_not_made_is_no_success(
    bench: Bench, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.faults.add(Fault.status(200, body="", method="PATCH"))
    await bench.start()

    operation = await bench.one(change_ip(Kind.UNASSIGN, record))

    assert operation.state is State.FAILED
    assert operation.detail == "the service took the change, but 203.0.113.10 is as before"
    assert bench.sent == ["PATCH 200"]
