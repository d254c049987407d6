"""Two copies of the program that are asked for the same change on one machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import OperationKind, OperationState, Request
from rcv3_tui.simulator import Account
from rcv3_tui.sync.operations.other_runs import TargetLocks
from tests.support.sync_harness import (
    SyncHarness,
    add_ip,
    add_node,
    change_ip,
    remove_ip,
    remove_node,
)

pytestmark = pytest.mark.usefixtures("no_threads")

KINDS = ("add IP", "remove IP", "retain", "add node", "remove node")


def request_for(kind: str, account: Account) -> Request:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    match kind:
        case "add IP":
            return add_ip(server)
        case "remove IP":
            return remove_ip(account.add_public_ip(server))
        case "retain":
            return change_ip(OperationKind.RETAIN, account.add_public_ip(server))
        case "add node":
            return add_node(server, pool)
        case _:
            return remove_node(account.add_node(pool, server))


def a_copy(account: Account, clock: ManualClock, state_dir: Path) -> SyncHarness:
    made = SyncHarness(account, clock)
    made.set(state_dir=state_dir)
    made.journal = None  # type: ignore[assignment]
    return made


@pytest.mark.parametrize("kind", KINDS)
async def test_second_copy_joins_outcome_of_first(
    account: Account, clock: ManualClock, state_dir: Path, kind: str
) -> None:
    request = request_for(kind, account)
    first, second = (a_copy(account, clock, state_dir) for _ in range(2))
    await first.start()
    await second.start()

    (one,) = first.submit(request)
    (other,) = second.submit(request)
    await first.until(lambda: first.now(one).is_ended and second.now(other).is_ended)
    await first.stop()
    await second.stop()

    assert (first.now(one).state, second.now(other).state) == (
        OperationState.SETTLED,
        OperationState.SETTLED,
    )
    assert "another copy of this program" in second.now(other).detail
    assert len(first.sent) == 1


async def test_dead_copy_blocks_no_other(tmp_path: Path) -> None:
    first, second = TargetLocks(tmp_path), TargetLocks(tmp_path)
    targets = [("123456", "server", "IAD", "a"), ("123456", "public IP", "IAD", "b")]
    held = first.acquire(targets)
    assert held is not None
    assert second.acquire(targets[1:]) is None
    assert second.acquire([("123456", "server", "IAD", "c")]) is not None
    first.close()
    assert second.acquire(targets) is not None
