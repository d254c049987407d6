from __future__ import annotations

import asyncio

from rcv3_tui.api.rate_limit import Priority, SlidingWindowLimiter
from rcv3_tui.clock import ManualClock


async def test_no_more_than_limit_leave_in_minute(clock: ManualClock) -> None:
    pace = SlidingWindowLimiter(clock, limit=5)
    left: list[float] = []

    async def send() -> None:
        for _ in range(12):
            await pace.acquire(Priority.BACKGROUND)
            left.append(clock.monotonic())

    task = asyncio.create_task(send())
    await clock.settle(50)
    assert len(left) == 5
    await clock.advance(61)
    assert len(left) == 10
    await clock.advance(61)
    await task
    assert len(left) == 12


async def test_nothing_leaves_while_service_asks_to_wait(clock: ManualClock) -> None:
    pace = SlidingWindowLimiter(clock)
    pace.on_throttled(30)
    task = asyncio.create_task(pace.acquire(Priority.OPERATION))
    await clock.advance(29)
    assert not task.done()
    await clock.advance(2)
    assert task.done()
