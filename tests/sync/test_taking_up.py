"""A run that died is followed by one that takes up what it left open, beginning with a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Kind, Operation, Request, State
from rcv3_tui.simulator import Account
from rcv3_tui.sync.journal import FileJournal
from rcv3_tui.sync.operations import RESUMED_WITHIN
from rcv3_tui.sync.recovery import JOURNAL, read_history
from tests.sync.bench import Bench, add_ip, add_node, change_ip, remove_ip, remove_node


def left(request: Request, state: State, clock: ManualClock, **more: object) -> Operation:
    """An operation as the journal of a dead run has it."""
    now = clock.now()
    made = Operation(id="op-1", request=request, state=state, asked=now, changed=now)
    return made.step(state, now, **more)  # type: ignore[arg-type]


async def resume(bench: Bench, operation: Operation) -> Operation:
    await bench.start()
    operations = bench.worker._operations
    assert operations is not None
    operations.resume([operation])
    await bench.until(lambda: bench.now(operation).is_ended)
    return bench.now(operation)


@pytest.mark.parametrize("state", [State.PLANNED, State.SENT])
async def test_an_add_that_never_arrived_is_sent_once(
    bench: Bench, account: Account, clock: ManualClock, state: State
) -> None:
    server = account.add_server("web-01")
    ended = await resume(bench, left(add_ip(server), state, clock))
    assert ended.state is State.SETTLED
    assert bench.sent == ["POST 201"]


async def test_an_add_that_was_applied_is_adopted(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    ended = await resume(bench, left(add_ip(server), State.SENT, clock))
    assert ended.state is State.SETTLED
    assert ended.resource_id == record.id
    assert "applied, answer was lost" in ended.detail
    assert bench.sent == []


async def test_an_accepted_add_is_followed_to_its_end(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    operation = left(add_ip(server), State.ACCEPTED, clock, resource_id=record.id)
    ended = await resume(bench, operation)
    assert (ended.state, ended.detail) == (State.SETTLED, f"{record.address} is ACTIVE")
    assert bench.sent == []


async def test_an_accepted_add_whose_record_is_gone_is_not_sent_again(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    operation = left(add_ip(server), State.ACCEPTED, clock, resource_id="gone")
    ended = await resume(bench, operation)
    assert ended.state is State.FAILED
    assert bench.sent == []


async def test_a_removal_that_never_arrived_is_sent_once(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    ended = await resume(bench, left(remove_ip(record), State.SENT, clock))
    assert ended.state is State.SETTLED
    assert bench.sent == ["DELETE 204"]


async def test_a_move_that_was_applied_is_adopted_though_the_server_is_another_one(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    old, new = account.add_server("web-01"), account.add_server("web-02")
    record = account.add_public_ip(old, retain=True)
    request = change_ip(Kind.MOVE, record, new)
    record.server = new
    ended = await resume(bench, left(request, State.SENT, clock))
    assert ended.state is State.SETTLED
    assert "is with web-02" in ended.detail
    assert bench.sent == []


async def test_nodes_are_put_right_whatever_was_applied(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    pool = account.add_pool("web-80")
    server = account.add_server("web-01")
    account.add_node(pool, server)
    ended = await resume(bench, left(add_node(server, pool), State.SENT, clock))
    assert ended.state is State.SETTLED
    assert bench.sent == []


async def test_a_node_removal_that_never_arrived_is_sent_once(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    pool = account.add_pool("web-80")
    node = account.add_node(pool, account.add_server("web-01"))
    ended = await resume(bench, left(remove_node(node), State.SENT, clock))
    assert ended.state is State.SETTLED
    assert bench.sent == ["DELETE 204"]


async def test_what_was_asked_for_long_ago_is_looked_at_but_not_sent(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    operation = left(add_ip(server), State.PLANNED, clock)
    await bench.start()
    await bench.advance(RESUMED_WITHIN + 1)
    ended = await resume(bench, operation)
    assert ended.state is State.REJECTED
    assert "ask again if it is wanted" in ended.detail
    assert bench.sent == []


@pytest.mark.parametrize("state", [State.PLANNED, State.SENT])
async def test_a_read_only_start_looks_and_sends_nothing(
    bench: Bench, account: Account, clock: ManualClock, state_dir: Path, state: State
) -> None:
    operation = left(add_ip(account.add_server("web-01")), state, clock)
    bench.set(state_dir=state_dir, read_only=True)
    bench.journal = None  # type: ignore[assignment]
    await FileJournal(
        state_dir / JOURNAL,
        profile=bench.settings.profile,
        tenant=account.tenant_id,
        user=account.username,
    ).write(operation)
    await bench.start()
    await bench.until(lambda: operation.id in bench.worker.operations)
    await bench.until(lambda: bench.now(operation).is_ended)

    assert bench.now(operation).state is State.REJECTED
    assert "read-only" in bench.now(operation).detail
    assert bench.sent == []


async def test_checking_an_unknown_outcome_again_sends_nothing(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    await bench.start()
    operations = bench.worker._operations
    assert operations is not None
    unknown = left(add_ip(server), State.UNKNOWN, clock)
    operations.all[unknown.id] = unknown

    operations.check_again(unknown.id)
    await bench.until(lambda: bench.now(unknown).is_ended)
    assert bench.now(unknown).state is State.REJECTED
    assert bench.sent == []

    operations.all[unknown.id] = unknown
    account.add_public_ip(server)
    operations.check_again(unknown.id)
    await bench.until(lambda: bench.now(unknown).is_ended)
    assert bench.now(unknown).state is State.SETTLED
    assert bench.sent == []


async def test_what_waits_of_a_batch_can_be_stopped(bench: Bench, account: Account) -> None:
    requests = [add_ip(account.add_server(f"web-{number:02d}")) for number in range(8)]
    await bench.start()
    taken = bench.submit(*requests)
    await bench.settle()
    operations = bench.worker._operations
    assert operations is not None

    stopped = operations.stop(taken[0].batch)
    await bench.until(lambda: all(bench.now(op).is_ended for op in taken))

    assert 0 < stopped < len(taken)
    assert len(bench.sent) == len(taken) - stopped
    ends = [bench.now(op) for op in taken]
    assert sum("stopped before it was sent" in op.detail for op in ends) == stopped


async def test_a_second_start_goes_on_where_the_first_one_died(
    bench: Bench, account: Account, state_dir: Path, clock: ManualClock
) -> None:
    server = account.add_server("web-01")
    bench.set(state_dir=state_dir)
    bench.journal = None  # type: ignore[assignment]
    await bench.start()
    await bench.until(lambda: bench.worker.signed_in is not None)
    (operation,) = bench.submit(add_ip(server))
    await bench.until(lambda: bench.count("POST", "public_ips") == 1)
    await bench.stop()

    again = Bench(account, clock)
    again.set(state_dir=state_dir)
    again.journal = None  # type: ignore[assignment]
    await again.start()
    await again.until(lambda: operation.id in again.worker.operations)
    await again.until(lambda: again.now(operation).is_ended)

    assert again.now(operation).state is State.SETTLED
    assert again.count("POST", "public_ips") == 1
    states = [entry.state for entry in read_history(state_dir / JOURNAL).entries]
    assert states[-1] is State.SETTLED
    await again.stop()


async def test_a_change_that_an_earlier_run_had_sent_is_not_told_as_rejected_by_todays_facts(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    there, wanted, other = (account.add_server(name) for name in ("web-01", "web-02", "web-03"))
    record = account.add_public_ip(there, retain=True)
    request = change_ip(Kind.MOVE, record, to=wanted)
    # It may have been with web-02 before somebody else moved it on.
    account.region().assign_ip(record, other)

    ended = await resume(bench, left(request, State.SENT, clock))

    assert ended.state is State.UNKNOWN
    assert "is with web-03 now; nothing was sent this time" in ended.detail
    assert "earlier run" in ended.detail
    assert bench.sent == []


async def test_a_release_whose_record_is_gone_by_now_is_done(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    record = account.add_public_ip(retain=True)
    request = change_ip(Kind.RELEASE, record)
    account.region().drop_ip(record)

    ended = await resume(bench, left(request, State.SENT, clock))

    assert (ended.state, ended.detail) == (State.SETTLED, f"{record.address} is gone")
    assert bench.sent == []


async def test_a_node_that_was_sent_to_a_pool_that_is_gone_has_failed(
    bench: Bench, account: Account, clock: ManualClock
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    request = add_node(server, pool)
    del account.region().pools[pool.id]

    ended = await resume(bench, left(request, State.SENT, clock))

    assert (ended.state, ended.detail) == (State.FAILED, "pool web-80 is gone")
