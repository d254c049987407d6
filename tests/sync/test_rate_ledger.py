"""Requests counted for all copies of the program that draw on the same account."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import ManualClock
from rcv3_tui.sync.rate_ledger import SharedLedger
from rcv3_tui.sync.rate_limit import RequestRateLimiter

OPERATION, BACKGROUND = Priority.OPERATION, Priority.BACKGROUND


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "requests-0123.json"


def copy(path: Path, clock: ManualClock) -> RequestRateLimiter:
    return RequestRateLimiter(clock, ledger=SharedLedger(path, clock))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def damage(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


async def test_two_copies_share_one_minute(path: Path, clock: ManualClock) -> None:
    first, second = copy(path, clock), copy(path, clock)
    for _ in range(12):
        await first.acquire(BACKGROUND)
        await second.acquire(BACKGROUND)

    assert (first.used, second.used) == (24, 24)
    assert (first.available(BACKGROUND), second.available(OPERATION)) == (0, 6)


async def test_restarted_copy_counts_recent_requests(path: Path, clock: ManualClock) -> None:
    first = copy(path, clock)
    for _ in range(20):
        await first.acquire(OPERATION)
    await clock.advance(30)

    assert copy(path, clock).used == 20
    await clock.advance(32)
    assert copy(path, clock).used == 0


async def test_throttling_of_one_copy_holds_for_all(path: Path, clock: ManualClock) -> None:
    first, second = copy(path, clock), copy(path, clock)
    await first.acquire(OPERATION)
    first.on_throttled(20)

    assert second.blocked_for == 20
    assert second.available(OPERATION) == 0
    assert second.limit < 30


async def test_refund_holds_for_all_copies(path: Path, clock: ManualClock) -> None:
    first, second = copy(path, clock), copy(path, clock)
    await first.acquire(OPERATION)
    first.refund()

    assert second.used == 0


async def test_file_is_its_owners_alone(path: Path, clock: ManualClock) -> None:
    await copy(path, clock).acquire(OPERATION)

    assert [mode_of(path), mode_of(path.parent)] == [0o600, 0o700]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"sent": "soon"}',
        b"\xff\xfe",
        b'{"sent": [1e300], "blocked_until": 9e99}',
    ],
)
async def test_nonsense_in_file_stops_nothing(
    path: Path, clock: ManualClock, content: bytes
) -> None:
    damage(path, content)
    budget = copy(path, clock)

    await budget.acquire(OPERATION)

    assert (budget.used, budget.blocked_for) == (1, 0)
    assert copy(path, clock).used == 1


async def test_without_file_copy_counts_by_itself(tmp_path: Path, clock: ManualClock) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file")
    budget = copy(in_the_way / "requests.json", clock)
    for _ in range(24):
        await budget.acquire(BACKGROUND)

    assert budget.used == 24
    assert budget.available(BACKGROUND) == 0


async def test_times_of_clock_that_was_set_back_do_not_count(
    path: Path, clock: ManualClock
) -> None:
    await clock.advance(7200)
    await copy(path, clock).acquire(OPERATION)

    earlier = ManualClock()
    budget = copy(path, earlier)

    assert budget.used == 0


async def test_copy_suspended_with_lock_blocks_no_other(path: Path, clock: ManualClock) -> None:
    budget = copy(path, clock)
    await budget.acquire(OPERATION)
    with SharedLedger(path, clock).open():
        await budget.acquire(OPERATION)

    assert budget.used == 2
