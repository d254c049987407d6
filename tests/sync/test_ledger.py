"""Requests counted for all copies of the program that draw on the same account."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rcv3_tui.api.budget import Priority
from rcv3_tui.clock import ManualClock
from rcv3_tui.sync.budget import RequestBudget
from rcv3_tui.sync.ledger import SharedLedger

OPERATION, BACKGROUND = Priority.OPERATION, Priority.BACKGROUND


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "requests-0123.json"


def copy(path: Path, clock: ManualClock) -> RequestBudget:
    return RequestBudget(clock, ledger=SharedLedger(path, clock))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def damage(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


async def test_two_copies_share_one_minute(path: Path, clock: ManualClock) -> None:
    first, second = copy(path, clock), copy(path, clock)
    for _ in range(12):
        await first.take(BACKGROUND)
        await second.take(BACKGROUND)

    assert (first.used, second.used) == (24, 24)
    assert (first.room(BACKGROUND), second.room(OPERATION)) == (0, 6)


async def test_a_copy_that_starts_anew_knows_what_has_just_left(
    path: Path, clock: ManualClock
) -> None:
    first = copy(path, clock)
    for _ in range(20):
        await first.take(OPERATION)
    await clock.advance(30)

    assert copy(path, clock).used == 20
    await clock.advance(32)
    assert copy(path, clock).used == 0


async def test_what_the_service_said_to_one_copy_holds_for_all(
    path: Path, clock: ManualClock
) -> None:
    first, second = copy(path, clock), copy(path, clock)
    await first.take(OPERATION)
    first.throttled(20)

    assert second.blocked_for == 20
    assert second.room(OPERATION) == 0
    assert second.limit < 30


async def test_a_request_given_back_is_given_back_for_all(path: Path, clock: ManualClock) -> None:
    first, second = copy(path, clock), copy(path, clock)
    await first.take(OPERATION)
    first.refund()

    assert second.used == 0


async def test_the_file_is_its_owners_alone(path: Path, clock: ManualClock) -> None:
    await copy(path, clock).take(OPERATION)

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
async def test_nonsense_in_the_file_stops_nothing(
    path: Path, clock: ManualClock, content: bytes
) -> None:
    damage(path, content)
    budget = copy(path, clock)

    await budget.take(OPERATION)

    assert (budget.used, budget.blocked_for) == (1, 0)
    assert copy(path, clock).used == 1


async def test_without_a_file_a_copy_counts_by_itself(tmp_path: Path, clock: ManualClock) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file")
    budget = copy(in_the_way / "requests.json", clock)
    for _ in range(24):
        await budget.take(BACKGROUND)

    assert budget.used == 24
    assert budget.room(BACKGROUND) == 0


async def test_times_of_a_clock_that_was_set_back_do_not_count(
    path: Path, clock: ManualClock
) -> None:
    await clock.advance(7200)
    await copy(path, clock).take(OPERATION)

    earlier = ManualClock()
    budget = copy(path, earlier)

    assert budget.used == 0


async def test_a_copy_that_is_suspended_with_the_lock_holds_nobody_up(
    path: Path, clock: ManualClock
) -> None:
    budget = copy(path, clock)
    await budget.take(OPERATION)
    with SharedLedger(path, clock).open():
        await budget.take(OPERATION)

    assert budget.used == 2
