"""One queue of operations per account: journaled at once, and stopped as a whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Operation, OperationState
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from rcv3_tui.sync.operations.journal import FileJournal
from rcv3_tui.sync.operations.recovery import JOURNAL
from rcv3_tui.sync.operations.tracker import SENT_WITHIN
from tests.support.sync_harness import SyncHarness, add_node, remove_ip, servers

pytestmark = pytest.mark.usefixtures("no_threads")

COUNT = 14


def two_regions(clock: ManualClock) -> Account:
    account = Account(now=clock.timestamp, regions=("IAD", "DFW"))
    account.jitter = 0.0
    for name in ("IAD", "DFW"):
        account.add_network(region=name)
    return account


async def remove_many(harness: SyncHarness) -> tuple[Operation, ...]:
    """Confirm many removals, and wait until the first of them has left."""
    made = [
        harness.account.add_public_ip(harness.account.add_server(f"web-{n:02d}"))
        for n in range(COUNT)
    ]
    await harness.start()
    taken = harness.submit(*(remove_ip(record) for record in made))
    await harness.until(lambda: harness.count("DELETE") > 0)
    return taken


async def test_all_of_batch_is_in_journal_before_its_first_request_leaves(
    sync_harness: SyncHarness, account: Account
) -> None:
    taken = await remove_many(sync_harness)

    planned = [
        (id_, count)
        for state, id_, count in sync_harness.journal.lines
        if state is OperationState.PLANNED
    ]
    assert planned == [(operation.id, 0) for operation in taken]


async def test_batch_is_not_begun_when_part_of_it_cannot_be_written(
    sync_harness: SyncHarness, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, lines = sync_harness.journal.write, sync_harness.journal.lines

    async def third_fails(operation: Operation) -> None:
        sync_harness.journal.fails_on = OperationState.PLANNED if len(lines) == 2 else None
        await write(operation)

    monkeypatch.setattr(sync_harness.journal, "write", third_fails)
    made = [account.add_public_ip(server) for server in servers(account, 4)]
    await sync_harness.start()

    ended = await sync_harness.carry_out(*(remove_ip(record) for record in made))

    assert {operation.state for operation in ended} == {OperationState.REJECTED}
    assert all("nothing was sent" in operation.detail for operation in ended)
    assert sync_harness.sent == []


SWITCHES = ("same view", "other region", "new sign-in", "new sign-in and region")


async def switch(harness: SyncHarness, how: str) -> None:
    credentials = Credentials(harness.account.username, api_key=Secret(harness.account.api_key))
    match how:
        case "other region":
            harness.worker.show_regions(("DFW",))
        case "new sign-in":
            harness.worker.sign_in(credentials, region="IAD")
        case "new sign-in and region":
            harness.worker.sign_in(credentials, region="DFW")
    await harness.settle()


@pytest.mark.parametrize("how", SWITCHES)
@pytest.mark.parametrize("means", ["stop", "stop the batch", "read-only"])
async def test_stop_reaches_everything_that_has_not_left(
    sync_harness: SyncHarness, clock: ManualClock, how: str, means: str
) -> None:
    sync_harness.account = two_regions(clock)
    taken = await remove_many(sync_harness)
    await switch(sync_harness, how)
    waiting = [op for op in taken if sync_harness.now(op).state is OperationState.PLANNED]
    left = sync_harness.count("DELETE")

    if means == "read-only":
        sync_harness.worker.read_only = True
    else:
        assert sync_harness.worker.cancel_batch(taken[0].batch if "batch" in means else "") == len(
            waiting
        )
    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert len(waiting) >= COUNT - 3
    assert sync_harness.count("DELETE") == left
    assert {sync_harness.now(op).state for op in waiting} == {OperationState.REJECTED}
    words = "read-only mode was switched on" if means == "read-only" else "stopped"
    assert {sync_harness.now(op).detail for op in waiting} == {
        f"{words} before it was sent; nothing was sent"
    }
    followed = [sync_harness.now(op) for op in taken if op not in waiting]
    assert {operation.state for operation in followed} == {OperationState.SETTLED}


@pytest.mark.parametrize("how", SWITCHES)
async def test_queue_continues_whatever_is_shown(
    sync_harness: SyncHarness, clock: ManualClock, how: str
) -> None:
    sync_harness.account = two_regions(clock)
    taken = await remove_many(sync_harness)
    await switch(sync_harness, how)

    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.SETTLED}
    # Without a state directory, a new sign-in does not know the requests of the one before, and the
    # service may reject one for the rate limit.
    assert sync_harness.sent.count("DELETE 204") == COUNT


async def test_stop_in_moment_of_confirmation_sends_nothing(
    sync_harness: SyncHarness, account: Account
) -> None:
    made, pool = servers(account, 3), account.add_pool("web-80")
    record = account.add_public_ip(account.add_server("db-01"))
    await sync_harness.start()
    taken = sync_harness.submit(remove_ip(record), *(add_node(server, pool) for server in made))

    assert sync_harness.worker.cancel_batch() == 4
    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    assert {sync_harness.now(op).state for op in taken} == {OperationState.REJECTED}
    assert sync_harness.sent == []


async def test_operation_in_hidden_region_is_resumed(
    sync_harness: SyncHarness, clock: ManualClock, state_dir: Path
) -> None:
    sync_harness.account = two_regions(clock)
    sync_harness.set(state_dir=state_dir)
    sync_harness.journal = None  # type: ignore[assignment]
    taken = await remove_many(sync_harness)
    await sync_harness.stop()
    await sync_harness.advance(61)

    again = SyncHarness(sync_harness.account, clock)
    again.set(state_dir=state_dir, regions=("DFW",))
    again.journal = None  # type: ignore[assignment]
    await again.start()
    await again.until(lambda: len(again.worker.operations) == COUNT)
    await again.until(lambda: all(op.is_ended for op in again.worker.operations.values()))
    await again.stop()

    assert set(again.worker.snapshots) == {"DFW"}
    assert {again.now(op).state for op in taken} == {OperationState.SETTLED}
    assert again.count("DELETE") == COUNT


async def test_batch_that_takes_longer_than_suspension_may_is_carried_out_whole(
    sync_harness: SyncHarness, account: Account
) -> None:
    made = [account.add_public_ip(account.add_server(f"web-{n:03d}")) for n in range(250)]
    await sync_harness.start()

    began = sync_harness.clock.monotonic()
    ended = await sync_harness.carry_out(*(remove_ip(record) for record in made), seconds=7200)

    assert sync_harness.clock.monotonic() - began > SENT_WITHIN
    assert {operation.state for operation in ended} == {OperationState.SETTLED}
    assert sync_harness.count("DELETE") == len(made)


async def test_nothing_is_sent_that_was_confirmed_before_long_suspension(
    sync_harness: SyncHarness, clock: ManualClock
) -> None:
    taken = await remove_many(sync_harness)
    left = sync_harness.count("DELETE")

    # As if the machine had been suspended.
    await sync_harness.clock.advance(SENT_WITHIN + 1, turns=0)
    await sync_harness.until(lambda: all(sync_harness.now(op).is_ended for op in taken))

    rejected = [op for op in taken if sync_harness.now(op).state is OperationState.REJECTED]
    assert len(rejected) == COUNT - left
    assert all("request it again" in sync_harness.now(op).detail for op in rejected)
    assert sync_harness.count("DELETE") == left


@pytest.mark.parametrize("age", [-86400.0, -60.0, SENT_WITHIN + 60])
@pytest.mark.parametrize("state", [OperationState.PLANNED, OperationState.SENT])
async def test_operation_of_unknown_age_is_probed_and_not_sent(
    sync_harness: SyncHarness,
    account: Account,
    clock: ManualClock,
    state_dir: Path,
    age: float,
    state: OperationState,
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    sync_harness.set(state_dir=state_dir)
    sync_harness.journal = None  # type: ignore[assignment]
    asked = clock.now() - timedelta(seconds=age)
    operation = Operation(
        id="op-1", request=remove_ip(record), state=state, asked=asked, changed=asked
    )
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
    assert "request it again if needed" in sync_harness.now(operation).detail
    assert sync_harness.sent == []
