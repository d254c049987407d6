"""The clock that tests move."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from rcv3_tui.clock import ManualClock, ServiceClock, SystemClock


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


# -- the service's clock ------------------------------------------------------------------------

HERE = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def observe(
    clock: ServiceClock, ahead: float, *, host: str = "api", age: str = "", took: float = 0.0
) -> None:
    """Take a response in whose `Date` is that many seconds ahead of the local clock."""
    now = clock.local.now()
    date = (now + timedelta(seconds=ahead)).replace(microsecond=0)
    headers = {"age": age} if age else {}
    clock.observe(host, date, headers, now - timedelta(seconds=took))


@pytest.mark.parametrize("ahead", [-360, 360, 86_400 * 30])
async def test_service_clock_follows_the_date_of_the_first_response(ahead: float) -> None:
    clock = ServiceClock(ManualClock(HERE))

    observe(clock, ahead)

    # `Date` has whole seconds.
    assert ahead <= clock.offset <= ahead + 1
    assert clock.now() == HERE + timedelta(seconds=clock.offset)


async def test_whole_seconds_and_slow_responses_do_not_move_a_right_clock() -> None:
    local = ManualClock(HERE)
    clock = ServiceClock(local)
    for _ in range(20):
        await local.advance(0.37)
        observe(clock, 0.0)
        observe(clock, -4.0, took=5.0)

    assert clock.offset == 0.0


async def test_one_wrong_date_among_several_changes_nothing() -> None:
    clock = ServiceClock(ManualClock(HERE))
    for ahead in (-360, -360, 7200, -360):
        observe(clock, ahead)

    assert -360 <= clock.offset <= -359


async def test_host_with_a_wrong_date_is_outvoted() -> None:
    clock = ServiceClock(ManualClock(HERE))
    for host, ahead in (("nova", 90_000), ("identity", 1), ("rackconnect", 0)):
        observe(clock, ahead, host=host)

    assert 0 <= clock.offset <= 2


@pytest.mark.parametrize(
    "date", [None, datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)]
)
async def test_impossible_date_is_ignored(date: datetime | None) -> None:
    clock = ServiceClock(ManualClock(HERE))

    clock.observe("api", date, {}, HERE)

    assert clock.offset == 0
    assert not clock.known.is_set()


async def test_response_of_a_cache_is_ignored() -> None:
    clock = ServiceClock(ManualClock(HERE))

    observe(clock, -500, age="500")
    assert clock.offset == 0

    observe(clock, -3, age="0")
    assert -3 <= clock.offset <= -2


async def test_local_clock_that_is_set_is_followed_at_the_next_response() -> None:
    local = ManualClock(HERE)
    clock = ServiceClock(local)
    for _ in range(5):
        observe(clock, -360)

    local.set(HERE - timedelta(seconds=360))
    observe(clock, 0)

    assert clock.offset == 0
