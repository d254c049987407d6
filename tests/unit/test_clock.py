"""The clock that tests move."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from rcv3_tui.clock import ManualClock, SystemClock


async def test_it_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(datetime(2026, 5, 1, tzinfo=UTC))
    assert (clock.monotonic(), clock.now()) == (0.0, datetime(2026, 5, 1, tzinfo=UTC))

    await clock.advance(90)

    assert clock.monotonic() == 90.0
    assert clock.now() == datetime(2026, 5, 1, 0, 1, 30, tzinfo=UTC)
    assert clock.timestamp() == clock.now().timestamp()


async def test_sleepers_wake_in_the_order_of_their_times_each_at_its_own() -> None:
    clock = ManualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    tasks = [asyncio.create_task(sleeper(n, s)) for n, s in (("b", 5), ("a", 2), ("c", 5))]
    await clock.advance(4)
    assert woken == [("a", 2)]
    await clock.advance(10)

    assert woken == [("a", 2), ("b", 5), ("c", 5)]
    assert clock.monotonic() == 14
    await asyncio.gather(*tasks)


async def test_whoever_sleeps_again_is_woken_again_on_the_way() -> None:
    clock = ManualClock()
    ticks: list[float] = []

    async def ticking() -> None:
        while True:
            await clock.sleep(10)
            ticks.append(clock.monotonic())

    task = asyncio.create_task(ticking())
    await clock.advance(35)
    task.cancel()

    assert ticks == [10, 20, 30]


async def test_a_sleeper_that_gave_up_is_not_in_the_way() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(5))
    await clock.settle()
    task.cancel()

    await clock.advance(10)

    assert task.cancelled()
    assert clock.monotonic() == 10


async def test_no_time_at_all_only_lets_others_run() -> None:
    clock = ManualClock()

    await clock.sleep(0)
    await clock.sleep(-1)

    assert clock.monotonic() == 0


async def test_settling_moves_no_time() -> None:
    clock = ManualClock()
    await clock.settle()

    assert clock.monotonic() == 0


async def test_the_machines_clock_is_the_machines() -> None:
    clock = SystemClock()

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert abs(clock.monotonic() - time.monotonic()) < 5
    await clock.sleep(0)
