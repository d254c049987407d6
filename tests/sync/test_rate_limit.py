"""The request budget: operations at once, the rest by what is left, never over the limit."""

from __future__ import annotations

import asyncio
import random

import pytest

from rcv3_tui.api.errors import ConnectionFailed
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import ManualClock
from rcv3_tui.sync.rate_limit import RequestRateLimiter

OPERATION, FOCUSED, BACKGROUND = Priority.OPERATION, Priority.FOCUSED, Priority.BACKGROUND


class Meter:
    """Takes requests from a budget and notes when each of them left."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.budget = RequestRateLimiter(clock)
        self.left: list[tuple[float, Priority]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, priority: Priority, times: int = 1) -> None:
        for _ in range(times):
            self.tasks.append(asyncio.create_task(self._take(priority)))
        await self.clock.settle()

    async def _take(self, priority: Priority) -> None:
        await self.budget.acquire(priority)
        self.left.append((self.clock.monotonic(), priority))

    def count(self, *priorities: Priority) -> int:
        return sum(priority in (priorities or tuple(Priority)) for _, priority in self.left)

    def most_in_a_minute(self, *priorities: Priority) -> int:
        times = [at for at, priority in self.left if priority in (priorities or tuple(Priority))]
        return max(sum(at <= t < at + 60.0 for t in times) for at in times)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
def meter(clock: ManualClock) -> Meter:
    return Meter(clock)


async def test_background_takes_24_and_leaves_room(meter: Meter) -> None:
    await meter.ask(BACKGROUND, 40)

    assert meter.count() == 24
    await meter.close()


async def test_focused_read_is_sent_while_background_waits(meter: Meter) -> None:
    await meter.ask(BACKGROUND, 40)
    await meter.ask(FOCUSED, 10)

    assert (meter.count(BACKGROUND), meter.count(FOCUSED)) == (24, 3)
    await meter.close()


async def test_operation_leaves_at_once_however_busy_rest_is(meter: Meter) -> None:
    await meter.ask(BACKGROUND, 40)
    await meter.ask(FOCUSED, 40)

    await meter.ask(OPERATION, 3)

    assert meter.count(OPERATION) == 3
    assert meter.budget.used == 30
    await meter.close()


async def test_operation_too_many_waits_for_minute(meter: Meter) -> None:
    await meter.ask(OPERATION, 31)
    assert meter.count() == 30

    await meter.clock.advance(60)
    assert meter.count() == 30
    await meter.clock.advance(1.1)

    assert meter.count() == 31


async def test_operations_overtake_what_waited_longer(meter: Meter) -> None:
    for _ in range(30):
        await meter.ask(OPERATION)
        await meter.clock.advance(1)
    await meter.ask(BACKGROUND, 5)
    await meter.ask(FOCUSED, 5)
    await meter.ask(OPERATION, 5)

    await meter.clock.advance(61)

    order = [priority for _, priority in meter.left[30:]]
    assert order == [OPERATION] * 5 + [FOCUSED] * 5 + [BACKGROUND] * 5


@pytest.mark.parametrize("seed", range(5))
async def test_no_minute_ever_holds_more_than_30_nor_background_more_than_24(
    meter: Meter, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chosen so that it can be repeated
    for _ in range(300):
        await meter.ask(chance.choice(list(Priority)), chance.randint(0, 4))
        await meter.clock.advance(chance.choice([0.0, 0.2, 1.0, 3.0, 7.0]), turns=5)

    assert meter.most_in_a_minute() <= 30
    assert meter.most_in_a_minute(BACKGROUND) <= 24
    assert meter.most_in_a_minute(BACKGROUND, FOCUSED) <= 27
    assert meter.count() > 100
    await meter.close()


async def test_wait_that_is_cancelled_counts_nothing(meter: Meter) -> None:
    await meter.ask(OPERATION, 31)

    meter.tasks[-1].cancel()
    await meter.clock.advance(61.5)

    assert meter.budget.used == 0


async def test_nothing_is_sent_until_retry_after(meter: Meter) -> None:
    meter.budget.on_throttled(20)
    await meter.ask(OPERATION)

    assert meter.budget.available(OPERATION) == 0
    await meter.clock.advance(19.9)
    assert meter.count() == 0
    await meter.clock.advance(0.2)
    assert meter.count() == 1


async def test_shorter_wait_does_not_take_longer_one_back(meter: Meter) -> None:
    meter.budget.on_throttled(20)
    meter.budget.on_throttled(1)

    assert meter.budget.blocked_for == 20


async def test_without_time_it_waits_until_oldest_request_no_longer_counts(
    meter: Meter,
) -> None:
    await meter.ask(OPERATION, 2)
    await meter.clock.advance(40)
    meter.budget.on_throttled(None)

    assert meter.budget.blocked_for == pytest.approx(21)


async def test_without_time_and_without_requests_it_waits_minute(meter: Meter) -> None:
    meter.budget.on_throttled(None)

    assert 60 <= meter.budget.blocked_for <= 61


async def test_without_time_it_never_asks_again_at_once(meter: Meter) -> None:
    await meter.ask(OPERATION)
    await meter.clock.advance(60.9)
    meter.budget.on_throttled(None)

    assert meter.budget.blocked_for == pytest.approx(5)


async def test_request_that_never_reached_service_is_refunded(meter: Meter) -> None:
    await meter.ask(OPERATION, 30)

    meter.budget.refund()
    await meter.ask(OPERATION)

    assert meter.count() == 31
    assert meter.budget.used == 30


async def test_giving_back_never_frees_place_too_early(meter: Meter) -> None:
    await meter.ask(OPERATION)
    await meter.clock.advance(30)
    await meter.ask(OPERATION, 29)

    meter.budget.refund()
    await meter.clock.advance(31.5)

    # The 29 that may have arrived half a minute ago count still.
    assert meter.budget.used == 29


async def test_giving_back_nothing_is_nothing(meter: Meter) -> None:
    meter.budget.refund()

    assert meter.budget.used == 0


async def test_change_of_usage_is_reported(clock: ManualClock) -> None:
    used: list[int] = []
    budget = RequestRateLimiter(clock, lambda: used.append(budget.used))

    await budget.acquire(OPERATION)
    await budget.acquire(OPERATION)
    budget.refund()

    assert used == [1, 2, 1]


async def test_throttling_below_limit_lowers_limit(
    meter: Meter,
) -> None:
    await meter.ask(OPERATION, 16)
    meter.budget.on_throttled(None)

    assert meter.budget.limit == 15
    await meter.clock.advance(62)
    await meter.ask(BACKGROUND, 40)

    # Twelve parts in fifteen are left to the background, as 24 in 30 are else.
    assert 12 <= meter.budget.available(BACKGROUND) + meter.count(BACKGROUND) <= 16
    await meter.close()


async def test_learned_limit_recovers_gradually(meter: Meter) -> None:
    await meter.ask(OPERATION, 11)
    meter.budget.on_throttled(30)
    limits = [meter.budget.limit]
    for _ in range(6):
        await meter.clock.advance(61)
        limits.append(meter.budget.limit)

    assert limits == [10, 14, 18, 22, 26, 30, 30]


async def test_however_often_it_is_refused_some_requests_are_tried(meter: Meter) -> None:
    for _ in range(3):
        await meter.ask(OPERATION, 2)
        meter.budget.on_throttled(10)
        await meter.clock.advance(10.1)

    assert meter.budget.limit == 6
    await meter.close()


async def test_throttled_burst_does_not_lower_limit(meter: Meter) -> None:
    await meter.ask(OPERATION, 3)
    meter.budget.on_throttled(2)

    assert (meter.budget.limit, meter.budget.blocked_for) == (30, 2)


async def test_limit_that_is_one_less_is_learned_too(meter: Meter) -> None:
    await meter.ask(OPERATION, 30)
    meter.budget.on_throttled(None)

    assert meter.budget.limit == 29


async def test_service_error_does_not_lower_limit(meter: Meter) -> None:
    await meter.ask(OPERATION, 3)
    meter.budget.on_throttled(20, too_fast=False)

    assert (meter.budget.limit, meter.budget.blocked_for) == (30, 20)


async def test_operator_requests_ignore_learned_limit(
    meter: Meter,
) -> None:
    await meter.ask(BACKGROUND, 9)
    meter.budget.on_throttled(12)
    await meter.clock.advance(12.1)

    await meter.ask(OPERATION, 3)
    await meter.ask(FOCUSED, 3)
    await meter.ask(BACKGROUND, 3)

    assert (meter.count(OPERATION), meter.count(FOCUSED)) == (3, 3)
    assert meter.count(BACKGROUND) == 9
    await meter.close()


async def test_room_is_left_to_what_will_leave_soon(meter: Meter) -> None:
    await meter.ask(BACKGROUND, 20)
    assert meter.budget.available(BACKGROUND) == 4

    assert meter.budget.available(BACKGROUND, [0, 10, 59]) == 1
    assert meter.budget.available(BACKGROUND, [5] * 9) == 0
    await meter.close()


async def test_upcoming_requests_use_slots_free_by_then(meter: Meter) -> None:
    await meter.ask(BACKGROUND, 20)
    await meter.clock.advance(30)

    assert meter.budget.available(BACKGROUND, [20, 20, 40, 40]) == 2
    assert meter.budget.available(BACKGROUND, [40, 40]) == 4
    await meter.close()


async def test_limiter_counts_waiting_requests(meter: Meter) -> None:
    await meter.ask(BACKGROUND, 24)
    assert meter.budget.waiting == 0
    await meter.ask(BACKGROUND, 2)
    assert meter.budget.waiting == 2

    await meter.close()

    assert meter.budget.waiting == 0


async def test_read_and_its_change_wait_before_read_and_not_between(
    meter: Meter, clock: ManualClock
) -> None:
    await meter.ask(OPERATION, 29)
    left: list[float] = []

    async def read_and_send() -> None:
        async with meter.budget.reserve(2):
            for _ in range(2):
                await meter.budget.acquire(OPERATION)
                left.append(clock.monotonic())

    meter.tasks.append(asyncio.create_task(read_and_send()))
    await clock.settle()
    assert left == []

    await clock.advance(61.0)
    assert left == [61.0, 61.0]
    await meter.close()


async def test_places_that_were_reserved_and_not_used_are_free_again(meter: Meter) -> None:
    async with meter.budget.reserve(3):
        await meter.budget.acquire(OPERATION)
        assert meter.budget.used == 3

    assert meter.budget.used == 1


async def test_reserved_place_counts_from_when_its_request_leaves(
    meter: Meter, clock: ManualClock
) -> None:
    async with meter.budget.reserve(2):
        await meter.budget.acquire(OPERATION)
        await clock.advance(30.0)
        await meter.budget.acquire(OPERATION)

    await clock.advance(40.0)
    assert meter.budget.used == 1


async def test_reserved_request_is_not_sent_after_throttling(
    meter: Meter,
) -> None:
    async with meter.budget.reserve(2):
        await meter.budget.acquire(OPERATION)
        meter.budget.on_throttled(20.0)
        with pytest.raises(ConnectionFailed) as refused:
            await meter.budget.acquire(OPERATION)

    assert not refused.value.sent


async def test_reservation_is_not_overtaken_for_ever(meter: Meter, clock: ManualClock) -> None:
    await meter.ask(OPERATION, 4)
    await meter.ask(BACKGROUND, 200)
    got: list[float] = []

    async def reserve() -> None:
        async with meter.budget.reserve(6):
            got.append(clock.monotonic())

    meter.tasks.append(asyncio.create_task(reserve()))
    await clock.advance(70.0)

    assert got
    await meter.close()
