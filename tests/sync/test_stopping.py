"""A stop ends every wait in which nothing can be on its way, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request
from rcv3_tui.simulator import Account, Fault
from tests.support.sync_harness import SyncHarness, add_ip, add_node, change_ip, remove_ip

pytestmark = pytest.mark.usefixtures("no_threads")

AT_ONCE = 0.5


def refused_change(what: str, account: Account) -> Request:
    """Give a change that the service refuses for a while, and that is waited for."""
    match what:
        case "a new server, public IP":
            return add_ip(account.add_server("web-01", status="BUILD", known_after=900.0))
        case "a new server, assignment":
            server = account.add_server("web-01", status="BUILD", known_after=900.0)
            return change_ip(OperationKind.ASSIGN, account.add_public_ip(retain=True), server)
        case "a new server, node":
            server = account.add_server("web-01", status="BUILD", known_after=900.0)
            return add_node(server, account.add_pool("web-80"))
        case _:
            pool = account.add_pool("web-80")
            pool.busy_until = account.now() + 1e6
            return add_node(account.add_server("web-01"), pool)


async def until_it_says(harness: SyncHarness, operation: Operation, words: str) -> None:
    await harness.until(lambda: words in harness.now(operation).detail)


@pytest.mark.parametrize(
    "what",
    ["a new server, public IP", "a new server, assignment", "a new server, node", "a busy pool"],
)
async def test_stop_ends_countdown_at_once(
    sync_harness: SyncHarness, account: Account, what: str
) -> None:
    request = refused_change(what, account)
    await sync_harness.start()
    (taken,) = sync_harness.submit(request)
    await sync_harness.until(lambda: len(sync_harness.sent) == 3)
    await until_it_says(sync_harness, taken, "again in")
    sent = sync_harness.sent

    sync_harness.worker.cancel_batch()
    await sync_harness.until(lambda: sync_harness.now(taken).is_ended, AT_ONCE)

    assert sync_harness.now(taken).state is OperationState.REJECTED
    assert "stopped; it was not applied" in sync_harness.now(taken).detail
    await sync_harness.advance(60)
    assert sync_harness.sent == sent


@pytest.mark.parametrize("answer", [429, 503])
async def test_stop_ends_wait_for_read_at_once(
    sync_harness: SyncHarness, account: Account, answer: int
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(Fault.throttle(60, code=answer, method="GET", path="/public_ips"))
    (taken,) = sync_harness.submit(remove_ip(record))
    await sync_harness.advance(3)

    sync_harness.worker.cancel_batch()
    await sync_harness.until(lambda: sync_harness.now(taken).is_ended, AT_ONCE)

    assert sync_harness.now(taken).detail == "stopped before it was sent; nothing was sent"
    await sync_harness.advance(120)
    assert sync_harness.sent == []


async def test_stop_ends_wait_for_another_copy_at_once(
    account: Account, clock: ManualClock, state_dir: Path
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    first, second = (SyncHarness(account, clock) for _ in range(2))
    for harness in (first, second):
        harness.set(state_dir=state_dir)
        harness.journal = None  # type: ignore[assignment]
        await harness.start()
    (one,) = first.submit(remove_ip(record))
    (other,) = second.submit(remove_ip(record))
    await until_it_says(second, other, "another copy")

    second.worker.cancel_batch()
    await second.until(lambda: second.now(other).is_ended, AT_ONCE)
    assert second.now(other).detail == "stopped before it was sent; nothing was sent"

    await first.until(lambda: first.now(one).is_ended)
    await first.stop()
    await second.stop()
    assert first.now(one).state is OperationState.SETTLED
    assert len(first.sent) == 1


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("answer", [429, 503, 500])
async def test_stop_does_not_end_probes(
    sync_harness: SyncHarness, account: Account, answer: int, applied: bool
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    await sync_harness.start()
    account.faults.add(
        Fault.status(answer, after=applied, headers={"Retry-After": "5"}, method="DELETE")
    )
    (taken,) = sync_harness.submit(remove_ip(record))
    await sync_harness.until(lambda: len(sync_harness.sent) == 1)

    sync_harness.worker.cancel_batch()
    await sync_harness.advance(2)
    assert "sent again" not in sync_harness.now(taken).detail
    await sync_harness.until(lambda: sync_harness.now(taken).is_ended, 120)

    expected = OperationState.SETTLED if applied else OperationState.REJECTED
    assert sync_harness.now(taken).state is expected
    assert len(sync_harness.sent) == 1
