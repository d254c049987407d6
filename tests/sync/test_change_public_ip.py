"""Retaining, releasing, assigning, moving and unassigning an address."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import OperationKind, OperationState
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import SyncHarness, change_ip


@pytest.fixture(params=[200, 204], ids=["with a body", "without a body"])
def answering(request: pytest.FixtureRequest, account: Account) -> int:
    """What the service answers to a change: nobody has put it on record."""
    account.patch_status = int(request.param)
    return account.patch_status


@pytest.mark.parametrize(
    ("kind", "before", "words"),
    [
        (OperationKind.RETAIN, False, "203.0.113.10 is retained"),
        (OperationKind.RELEASE, True, "203.0.113.10 is no longer retained"),
    ],
)
async def test_retain_is_switched_with_one_patch(
    sync_harness: SyncHarness,
    account: Account,
    answering: int,
    kind: OperationKind,
    before: bool,
    words: str,
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=before)
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(kind, record))

    assert (operation.state, operation.detail) == (OperationState.SETTLED, words)
    assert sync_harness.sent == [f"PATCH {answering}"]
    assert sync_harness.snapshot.public_ips[record.id].retain is not before


@pytest.mark.parametrize(
    ("kind", "retain"), [(OperationKind.RETAIN, True), (OperationKind.RELEASE, False)]
)
async def test_flag_already_set_needs_no_request(
    sync_harness: SyncHarness, account: Account, kind: OperationKind, retain: bool
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=retain)
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(kind, record))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent == []


async def test_released_address_without_server_may_go(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(None, retain=True)
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.RELEASE, record))

    assert (operation.state, operation.detail) == (OperationState.SETTLED, "203.0.113.10 is gone")
    assert sync_harness.snapshot.public_ips == {}


async def test_limit_is_reported_in_words_of_service(
    sync_harness: SyncHarness, account: Account
) -> None:
    for _ in range(5):
        account.add_public_ip(None, retain=True)
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.RETAIN, record))

    assert operation.state is OperationState.REJECTED
    assert "limit of 5 retained" in operation.detail
    assert sync_harness.sent == ["PATCH 409"]


async def test_old_revision_of_service_is_named(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    account.supports_patch = False
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.RETAIN, record))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.endswith("this revision of the service does not support it")


async def test_address_is_assigned_with_one_patch(
    sync_harness: SyncHarness, account: Account, answering: int
) -> None:
    record = account.add_public_ip(None, retain=True)
    server = account.add_server("web-01")
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.ASSIGN, record, server))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "203.0.113.10 is with web-01",
    )
    assert sync_harness.sent == [f"PATCH {answering}"]
    held = sync_harness.snapshot.public_ip_of(server.id)
    assert held is not None
    assert held.address == "203.0.113.10"


async def test_address_is_moved_with_one_patch(
    sync_harness: SyncHarness, account: Account, answering: int
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    other = account.add_server("web-02")
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.MOVE, record, other))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "203.0.113.10 is with web-02",
    )
    assert sync_harness.sent == [f"PATCH {answering}"]


async def test_address_is_unassigned_with_one_patch(
    sync_harness: SyncHarness, account: Account, answering: int
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.UNASSIGN, record))

    assert (operation.state, operation.detail) == (
        OperationState.SETTLED,
        "203.0.113.10 has no server now",
    )
    assert sync_harness.sent == [f"PATCH {answering}"]
    assert sync_harness.snapshot.public_ips[record.id].server is None


async def test_address_that_is_not_retained_any_more_is_not_unassigned(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()
    request = change_ip(OperationKind.UNASSIGN, record)
    record.retain = False
    record.touch()

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert "is not retained: without a server it would be lost" in operation.detail
    assert sync_harness.sent == []


@pytest.mark.parametrize("kind", [OperationKind.ASSIGN, OperationKind.MOVE])
async def test_server_that_has_address_gets_no_second_one(
    sync_harness: SyncHarness, account: Account, kind: OperationKind
) -> None:
    holder = None if kind is OperationKind.ASSIGN else account.add_server("web-01")
    record = account.add_public_ip(holder, retain=True)
    other = account.add_server("web-02")
    account.add_public_ip(other)
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(kind, record, other))

    assert operation.state is OperationState.REJECTED
    assert operation.detail.startswith("web-02 already has 203.0.113.11 (ACTIVE)")
    assert sync_harness.sent == []


async def test_server_that_was_just_built_is_waited_for(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(None, retain=True)
    server = account.add_server("web-01", age=3.0, known_after=4.0)
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.ASSIGN, record, server))

    assert operation.state is OperationState.SETTLED
    assert sync_harness.sent[-1] == "PATCH 200"
    assert set(sync_harness.sent[:-1]) == {"PATCH 409"}


async def test_change_already_applied_is_success(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    await sync_harness.start()
    request = change_ip(OperationKind.MOVE, record, record.server)

    operation = await sync_harness.one(request)

    assert (operation.state, operation.detail) == (OperationState.SETTLED, "was so already")
    assert sync_harness.sent == []


@pytest.mark.parametrize("kind", [OperationKind.RETAIN, OperationKind.MOVE, OperationKind.UNASSIGN])
async def test_only_active_record_is_changed(
    sync_harness: SyncHarness, account: Account, kind: OperationKind
) -> None:
    record = account.add_public_ip(
        account.add_server("web-01"), status="UPDATING", retain=kind is not OperationKind.RETAIN
    )
    other = account.add_server("web-02")
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(kind, record, other))

    assert operation.state is OperationState.REJECTED
    assert "is UPDATING; only an ACTIVE public IP can be changed" in operation.detail
    assert sync_harness.sent == []


@pytest.mark.parametrize("kind", [OperationKind.RETAIN, OperationKind.MOVE, OperationKind.UNASSIGN])
async def test_missing_record_is_reported(
    sync_harness: SyncHarness, account: Account, kind: OperationKind
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    other = account.add_server("web-02")
    await sync_harness.start()
    request = change_ip(kind, record, other)
    account.region().drop_ip(record)

    operation = await sync_harness.one(request)

    assert operation.state is OperationState.REJECTED
    assert operation.detail == "203.0.113.10 is gone; nothing was sent"


async def test_failed_change_reports_reason(sync_harness: SyncHarness, account: Account) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.plan_failure("public_ip", "UPDATE_FAILED", detail="no route")
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.UNASSIGN, record))

    assert (operation.state, operation.detail) == (OperationState.FAILED, "UPDATE_FAILED: no route")


async def test_accepted_change_without_effect_fails(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)
    account.faults.add(Fault.status(200, body="", method="PATCH"))
    await sync_harness.start()

    operation = await sync_harness.one(change_ip(OperationKind.UNASSIGN, record))

    assert operation.state is OperationState.FAILED
    assert operation.detail == "the service accepted the change, but 203.0.113.10 is unchanged"
    assert sync_harness.sent == ["PATCH 200"]
