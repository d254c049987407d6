"""Operations among themselves: once, in turn, each with an end, all of it in the journal."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import OperationKind, OperationState, Request, Target
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.account_worker import ReadOnlyError
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


async def test_same_request_twice_is_one_operation(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()

    first, second = sync_harness.submit(add_ip(server), add_ip(server))
    (third,) = sync_harness.submit(add_ip(server))
    await sync_harness.until(lambda: sync_harness.now(first).is_ended)

    assert first.id == second.id == third.id
    assert sync_harness.sent == ["POST 201"]


async def test_ended_change_can_be_requested_again(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()

    first = await sync_harness.one(remove_ip(record))
    second = await sync_harness.one(remove_ip(record))

    assert first.id != second.id
    assert second.detail == "203.0.113.10 was gone already"


async def test_another_change_of_same_thing_is_turned_away(
    sync_harness: SyncHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()

    retain, remove = await sync_harness.carry_out(
        change_ip(OperationKind.RETAIN, record), remove_ip(record)
    )

    assert retain.state is OperationState.SETTLED
    assert (remove.state, remove.detail) == (
        OperationState.REJECTED,
        "retain public IP 203.0.113.10 of web-01 is under way; nothing was sent",
    )
    assert sync_harness.sent == ["PATCH 200"]


async def test_node_that_stuck_while_added_can_be_removed(
    sync_harness: SyncHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.adding_seconds = 1e6
    await sync_harness.start()
    sync_harness.submit(add_node(server, pool))
    await sync_harness.advance(400)
    (node,) = pool.nodes.values()

    operation = await sync_harness.one(remove_node(node))

    assert operation.state is OperationState.SETTLED


async def test_change_in_region_that_is_not_open_is_turned_away(
    sync_harness: SyncHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    await sync_harness.start()
    here = Target(server.id, server.name)
    there = Target(pool.id, pool.name)
    requests = [
        Request(kind=OperationKind.ADD_PUBLIC_IP, region="SYD", server=here),
        Request(kind=OperationKind.ADD_NODE, region="SYD", server=here, pool=there),
    ]

    operations = await sync_harness.carry_out(*requests, seconds=5)

    assert [op.state for op in operations] == [OperationState.REJECTED] * 2
    assert {op.detail for op in operations} == {"region SYD is not open; nothing was sent"}


async def test_request_that_lacks_target_sends_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    await sync_harness.start()

    operations = await sync_harness.carry_out(
        Request(kind=OperationKind.ADD_PUBLIC_IP, region="IAD"),
        Request(kind=OperationKind.REMOVE_PUBLIC_IP, region="IAD"),
        Request(kind=OperationKind.REMOVE_NODE, region="IAD"),
    )

    assert [op.state for op in operations] == [OperationState.REJECTED] * 3
    assert operations[0].detail == (
        "unexpected ValueError: the request names no server; nothing was sent"
    )
    assert sync_harness.sent == []


async def test_read_only_takes_nothing(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    sync_harness.set(read_only=True)
    await sync_harness.start()

    with pytest.raises(ReadOnlyError, match="read-only"):
        sync_harness.submit(add_ip(server))

    assert sync_harness.worker.operations == {}
    assert sync_harness.journal.lines == []


async def test_protected_profile_opens_read_only_until_that_is_lifted(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    sync_harness.set(protected=True)
    await sync_harness.start()
    with pytest.raises(ReadOnlyError):
        sync_harness.submit(add_ip(server))

    sync_harness.worker.read_only = False

    assert (await sync_harness.one(add_ip(server))).state is OperationState.SETTLED


async def test_operations_are_rejected_before_sign_in(
    sync_harness: SyncHarness, account: Account
) -> None:
    with pytest.raises(ReadOnlyError, match="not signed in"):
        sync_harness.submit(add_ip(account.add_server("web-01")))


async def test_listener_that_fails_does_not_decide_operations_fate(
    sync_harness: SyncHarness, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()

    def broken(change: SyncEvent) -> None:
        if isinstance(change, OperationChanged):
            raise RuntimeError("the screen is gone")

    sync_harness.worker.listen(broken)
    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert "a listener failed on OperationChanged" in caplog.text


# -- the journal ----------------------------------------------------------------------------------


async def test_intent_is_written_before_request_leaves(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert sync_harness.journal.lines == [
        (OperationState.PLANNED, operation.id, 0),
        (OperationState.SENT, operation.id, 0),
        (OperationState.ACCEPTED, operation.id, 1),
        (OperationState.SETTLED, operation.id, 1),
    ]


async def test_precondition_is_written_with_it(sync_harness: SyncHarness, account: Account) -> None:
    server = account.add_server("web-01")
    failed = account.add_public_ip(server, status="ADD_FAILED")
    await sync_harness.start()

    await sync_harness.one(add_ip(server))

    assert sync_harness.journal.known[sync_harness.journal.states.index(OperationState.SENT)] == (
        failed.id,
    )


async def test_each_of_many_is_written_before_one_request_leaves(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    await sync_harness.start()

    operations = await sync_harness.carry_out(*(add_node(server, pool) for server in made))

    ahead = [
        line
        for line in sync_harness.journal.lines
        if line[0] in (OperationState.PLANNED, OperationState.SENT)
    ]
    assert {count for _, _, count in ahead} == {0}
    for operation in operations:
        written = [state for state, id_, _ in sync_harness.journal.lines if id_ == operation.id]
        assert written[:2] == [OperationState.PLANNED, OperationState.SENT]
        assert written[-1] is OperationState.SETTLED


@pytest.mark.parametrize("state", [OperationState.PLANNED, OperationState.SENT])
async def test_nothing_is_sent_that_cannot_be_written_down(
    sync_harness: SyncHarness, account: Account, state: OperationState
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    node = account.add_node(account.add_pool("web-81"), server)
    record = account.add_public_ip(account.add_server("web-02"))
    sync_harness.journal.fails_on = state
    await sync_harness.start()

    operations = await sync_harness.carry_out(
        add_ip(server), remove_ip(record), add_node(server, pool), remove_node(node)
    )

    assert {operation.state for operation in operations} == {OperationState.REJECTED}
    assert all("the journal cannot be written" in op.detail for op in operations)
    assert sync_harness.sent == []
    assert not any(
        OperationState.SENT in sync_harness.states(operation) for operation in operations
    )


async def test_outcome_that_cannot_be_written_down_is_shown_all_same(
    sync_harness: SyncHarness, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    server = account.add_server("web-01")
    sync_harness.journal.fails_on = OperationState.SETTLED
    await sync_harness.start()

    operation = await sync_harness.one(add_ip(server))

    assert operation.state is OperationState.SETTLED
    assert "was not journaled" in caplog.text


async def test_every_end_is_written_down(sync_harness: SyncHarness, account: Account) -> None:
    made, pool = servers(account, 4), account.add_pool("web-80")
    record = account.add_public_ip(made[0])
    account.plan_failure("node", "ADD_FAILED")
    account.faults.add(Fault.status(409, body="No", method="POST", path="public_ips", times=1))
    await sync_harness.start()

    operations = await sync_harness.carry_out(
        add_ip(made[1]),
        add_ip(made[0]),
        change_ip(OperationKind.RETAIN, record),
        remove_ip(record),
        add_node(made[2], pool),
        add_node(made[3], pool),
    )

    last = {id_: state for state, id_, _ in sync_harness.journal.lines}
    assert {operation.id: operation.state for operation in operations} == last


async def test_stopping_leaves_journal_at_what_was_sent(
    sync_harness: SyncHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    await sync_harness.accepted(add_ip(server))

    await sync_harness.stop()

    assert sync_harness.journal.states == [
        OperationState.PLANNED,
        OperationState.SENT,
        OperationState.ACCEPTED,
    ]
    assert sync_harness.sent == ["POST 201"]
