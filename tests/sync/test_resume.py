"""A run that died is followed by one that takes up what it left open, beginning with a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request
from rcv3_tui.simulator import Account
from rcv3_tui.sync.operations.journal import FileJournal
from rcv3_tui.sync.operations.manager import RESUMED_WITHIN
from rcv3_tui.sync.operations.recovery import JOURNAL, read_journal
from tests.support.sync_harness import (
    SyncHarness,
    add_ip,
    add_node,
    change_ip,
    remove_ip,
    remove_node,
)


def left(request: Request, state: OperationState, clock: ManualClock, **more: object) -> Operation:
    """An operation as the journal of a dead run has it."""
    now = clock.now()
    made = Operation(id="op-1", request=request, state=state, asked=now, changed=now)
    return made.step(state, now, **more)  # type: ignore[arg-type]


async def resume(harness: SyncHarness, operation: Operation) -> Operation:
    await harness.start()
    operations = harness.worker._operations
    assert operations is not None
    operations.resume([operation])
    await harness.until(lambda: harness.now(operation).is_ended)
    return harness.now(operation)


@pytest.mark.parametrize("state", [OperationState.PLANNED, OperationState.SENT])
async def test_add_that_never_arrived_is_sent_once(
    sync_harness: SyncHarness, account: Account, clock: ManualClock, state: OperationState
) -> None:
    server = account.add_server("web-01")
    ended = await resume(sync_harness, left(add_ip(server), state, clock))
    assert ended.state is OperationState.SETTLED
    assert sync_harness.sent == ["POST 201"]


async def test_add_that_was_applied_is_adopted(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    ended = await resume(sync_harness, left(add_ip(server), OperationState.SENT, clock))
    assert ended.state is OperationState.SETTLED
    assert ended.resource_id == record.id
    assert "applied, response was lost" in ended.detail
    assert sync_harness.sent == []


async def test_accepted_add_is_followed_to_its_end(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    operation = left(add_ip(server), OperationState.ACCEPTED, clock, resource_id=record.id)
    ended = await resume(sync_harness, operation)
    assert (ended.state, ended.detail) == (OperationState.SETTLED, f"{record.address} is ACTIVE")
    assert sync_harness.sent == []


async def test_accepted_add_whose_record_is_gone_is_not_sent_again(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    operation = left(add_ip(server), OperationState.ACCEPTED, clock, resource_id="gone")
    ended = await resume(sync_harness, operation)
    assert ended.state is OperationState.FAILED
    assert sync_harness.sent == []


async def test_removal_that_never_arrived_is_sent_once(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    ended = await resume(sync_harness, left(remove_ip(record), OperationState.SENT, clock))
    assert ended.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 204"]


async def test_move_that_was_applied_is_adopted_though_server_is_another_one(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    old, new = account.add_server("web-01"), account.add_server("web-02")
    record = account.add_public_ip(old, retain=True)
    request = change_ip(OperationKind.MOVE, record, new)
    record.server = new
    ended = await resume(sync_harness, left(request, OperationState.SENT, clock))
    assert ended.state is OperationState.SETTLED
    assert "is with web-02" in ended.detail
    assert sync_harness.sent == []


async def test_nodes_are_put_right_whatever_was_applied(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    pool = account.add_pool("web-80")
    server = account.add_server("web-01")
    account.add_node(pool, server)
    ended = await resume(sync_harness, left(add_node(server, pool), OperationState.SENT, clock))
    assert ended.state is OperationState.SETTLED
    assert sync_harness.sent == []


async def test_node_removal_that_never_arrived_is_sent_once(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"))
    ended = await resume(sync_harness, left(remove_node(node), OperationState.SENT, clock))
    assert ended.state is OperationState.SETTLED
    assert sync_harness.sent == ["DELETE 204"]


async def test_old_operation_is_probed_but_not_sent(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    operation = left(add_ip(server), OperationState.PLANNED, clock)
    await sync_harness.start()
    await sync_harness.advance(RESUMED_WITHIN + 1)
    ended = await resume(sync_harness, operation)
    assert ended.state is OperationState.REJECTED
    assert "request it again if needed" in ended.detail
    assert sync_harness.sent == []


@pytest.mark.parametrize("state", [OperationState.PLANNED, OperationState.SENT])
async def test_read_only_start_probes_and_sends_nothing(
    sync_harness: SyncHarness,
    account: Account,
    clock: ManualClock,
    state_dir: Path,
    state: OperationState,
) -> None:
    operation = left(add_ip(account.add_server("web-01")), state, clock)
    sync_harness.set(state_dir=state_dir, read_only=True)
    sync_harness.journal = None  # type: ignore[assignment]
    await FileJournal(
        state_dir / JOURNAL,
        profile=sync_harness.settings.profile,
        tenant=account.tenant_id,
        user=account.username,
    ).write(operation)
    await sync_harness.start()
    await sync_harness.until(lambda: operation.id in sync_harness.worker.operations)
    await sync_harness.until(lambda: sync_harness.now(operation).is_ended)

    assert sync_harness.now(operation).state is OperationState.REJECTED
    assert "read-only" in sync_harness.now(operation).detail
    assert sync_harness.sent == []


async def test_checking_unknown_outcome_again_sends_nothing(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    await sync_harness.start()
    operations = sync_harness.worker._operations
    assert operations is not None
    unknown = left(add_ip(server), OperationState.UNKNOWN, clock)
    operations.all[unknown.id] = unknown

    operations.recheck(unknown.id)
    await sync_harness.until(lambda: sync_harness.now(unknown).is_ended)
    assert sync_harness.now(unknown).state is OperationState.REJECTED
    assert sync_harness.sent == []

    operations.all[unknown.id] = unknown
    account.add_public_ip(server)
    operations.recheck(unknown.id)
    await sync_harness.until(lambda: sync_harness.now(unknown).is_ended)
    assert sync_harness.now(unknown).state is OperationState.SETTLED
    assert sync_harness.sent == []


async def test_waiting_part_of_batch_can_be_stopped(
    sync_harness: SyncHarness, account: Account
) -> None:
    requests = [add_ip(account.add_server(f"web-{number:02d}")) for number in range(8)]
    await sync_harness.start()
    taken = sync_harness.submit(*requests)
    await sync_harness.settle()
    operations = sync_harness.worker._operations
    assert operations is not None

    stopped = operations.cancel_batch(taken[0].batch)
    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert 0 < stopped < len(taken)
    assert len(sync_harness.sent) == len(taken) - stopped
    ends = [sync_harness.now(op) for op in taken]
    assert sum("stopped before it was sent" in op.detail for op in ends) == stopped


async def test_second_start_continues_after_crash_of_first(
    sync_harness: SyncHarness, account: Account, state_dir: Path, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    sync_harness.set(state_dir=state_dir)
    sync_harness.journal = None  # type: ignore[assignment]
    await sync_harness.start()
    await sync_harness.until(lambda: sync_harness.worker.signed_in is not None)
    (operation,) = sync_harness.submit(add_ip(server))
    await sync_harness.until(lambda: sync_harness.count("POST", "public_ips") == 1)
    await sync_harness.stop()

    again = SyncHarness(account, clock)
    again.set(state_dir=state_dir)
    again.journal = None  # type: ignore[assignment]
    await again.start()
    await again.until(lambda: operation.id in again.worker.operations)
    await again.until(lambda: again.now(operation).is_ended)

    assert again.now(operation).state is OperationState.SETTLED
    assert again.count("POST", "public_ips") == 1
    states = [entry.state for entry in read_journal(state_dir / JOURNAL).entries]
    assert states[-1] is OperationState.SETTLED
    await again.stop()


async def test_change_sent_by_earlier_run_is_not_rejected_by_present_state(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    there, wanted, other = (account.add_server(name) for name in ("web-01", "web-02", "web-03"))
    record = account.add_public_ip(there, retain=True)
    request = change_ip(OperationKind.MOVE, record, to=wanted)
    # It may have been with web-02 before somebody else moved it on.
    account.region().assign_ip(record, other)

    ended = await resume(sync_harness, left(request, OperationState.SENT, clock))

    assert ended.state is OperationState.UNKNOWN
    assert "is with web-03 now; nothing was sent this time" in ended.detail
    assert "earlier run" in ended.detail
    assert sync_harness.sent == []


async def test_release_whose_record_is_gone_by_now_is_done(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    record = account.add_public_ip(retain=True)
    request = change_ip(OperationKind.RELEASE, record)
    account.region().drop_ip(record)

    ended = await resume(sync_harness, left(request, OperationState.SENT, clock))

    assert ended.state is OperationState.SETTLED
    assert ended.detail == f"{record.address} is gone; applied, response was lost"
    assert sync_harness.sent == []


async def test_node_that_was_sent_to_pool_that_is_gone_has_failed(
    sync_harness: SyncHarness, account: Account, clock: ManualClock
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    request = add_node(server, pool)
    del account.region().pools[pool.id]

    ended = await resume(sync_harness, left(request, OperationState.SENT, clock))

    assert (ended.state, ended.detail) == (OperationState.FAILED, "pool web-80 is gone")
