"""When to read what: back-off, beats, and whose nodes come next."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.refresh.intervals import Intervals, back_off, poll_delay
from rcv3_tui.sync.refresh.pool_poll_queue import PoolPollQueue
from rcv3_tui.sync.refresh.refresh_timer import RefreshTimer, stalest, wait_for


@pytest.mark.parametrize("interval", [1.0, 5.0, 15.0, 600.0])
@pytest.mark.parametrize("failures", [1, 2, 5, 20, 500])
def test_back_off_is_never_longer_than_interval(interval: float, failures: int) -> None:
    assert all(0 < back_off(failures, interval) <= interval for _ in range(50))


def test_back_off_is_short_at_first_and_grows() -> None:
    assert back_off(1, 15) <= 1
    assert back_off(3, 15) > back_off(1, 15)
    assert back_off(30, 15) > 12


def test_polls_of_transition_become_rarer() -> None:
    assert [poll_delay(step) for step in range(7)] == [2, 3, 5, 8, 10, 10, 10]


def test_polls_of_stuck_resource_become_rare() -> None:
    assert poll_delay(9, 299) == 10
    assert [poll_delay(40, waited) for waited in (300, 1000, 1e9)] == [30, 100, 300]


@pytest.mark.parametrize("asked", [0.5, 5.0, 10.0, 15.0, 60.0])
@pytest.mark.parametrize("in_view", [False, True])
@pytest.mark.parametrize("share", [3.0, 12.0, 24.0])
@pytest.mark.parametrize("pools", [0, 1, 20, 500, 5000])
def test_lists_and_focused_reads_leave_requests_to_other_pools(
    asked: float, in_view: bool, share: float, pools: int
) -> None:
    intervals = Intervals(asked, pools, in_view, share)
    lists = 120.0 / intervals.lists
    looks = in_view * 60.0 / intervals.focus

    assert 120.0 / lists >= asked
    assert lists <= 20
    assert share - lists - looks > 0


def test_lists_keep_interval_while_every_pool_is_read_in_time() -> None:
    assert Intervals(15, 430, True).lists == 15
    assert Intervals(15, 550, False).lists == 15
    assert Intervals(60, 700, True).lists == 60


def test_lists_are_stretched_as_far_as_many_pools_need_and_no_farther() -> None:
    intervals = [Intervals(15, pools, True).lists for pools in (430, 470, 480, 499, 600, 9000)]

    assert intervals == sorted(intervals)
    assert 15 < intervals[1] < intervals[2] < 18
    assert intervals[-1] == 18
    assert Intervals(15, 9000, True).focus == 15


def test_oldest_of_times_is_known_only_when_all_are(clock: ManualClock) -> None:
    now, later = clock.now(), clock.now() + timedelta(seconds=1)

    assert stalest([later, now]) == now
    assert stalest([later, None]) is None
    assert stalest([]) is None


async def test_wait_ends_with_its_time_or_its_event(clock: ManualClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(wait_for(event, clock, 10))
    await clock.advance(9.9)
    assert not waiting.done()
    await clock.advance(0.2)
    assert await waiting is False

    waiting = asyncio.create_task(wait_for(event, clock, 10))
    await clock.settle()
    event.set()
    await clock.settle()

    assert waiting.done()
    assert await waiting is True
    assert await wait_for(event, clock, 10) is True


# -- beats ----------------------------------------------------------------------------------------


class Drum:
    """A beat, and somebody who reads whenever it says so."""

    def __init__(self, clock: ManualClock, interval: float = 10.0) -> None:
        self.clock = clock
        self.interval = interval
        self.beat = RefreshTimer(clock, lambda: self.interval)
        self.times: list[float] = []
        self.urgent: list[bool] = []
        self.works = True
        self.task = asyncio.create_task(self._play())

    async def _play(self) -> None:
        while True:
            await self.beat.wait()
            self.urgent.append(self.beat.begin())
            self.times.append(self.clock.monotonic())
            if self.works:
                self.beat.succeeded()
            else:
                self.beat.failed()


async def test_timer_is_due_at_once_and_then_every_interval(clock: ManualClock) -> None:
    drum = Drum(clock)

    await clock.advance(35)

    assert drum.times == [0, 10, 20, 30]
    assert not any(drum.urgent)


async def test_triggered_timer_is_due_at_once(clock: ManualClock) -> None:
    drum = Drum(clock)
    await clock.advance(3)

    drum.beat.trigger()
    await clock.advance(12)

    assert drum.times == [0, 3, 13]
    assert drum.urgent == [False, True, False]


async def test_failures_are_followed_sooner_at_first_and_never_later(clock: ManualClock) -> None:
    drum = Drum(clock)
    drum.works = False

    await clock.advance(120)

    gaps = [b - a for a, b in pairwise(drum.times)]
    assert gaps[0] <= 1
    assert max(gaps) <= 10
    assert gaps[-1] >= 8.5
    drum.works = True
    await clock.advance(10)
    assert drum.beat.failures == 0


async def test_paused_timer_is_due_only_when_triggered(clock: ManualClock) -> None:
    drum = Drum(clock)
    await clock.advance(1)
    drum.beat.pause(True)
    await clock.advance(50)
    assert drum.times == [0]

    drum.beat.trigger()
    await clock.advance(30)
    assert drum.times == [0, 51]
    drum.beat.pause(False)
    await clock.advance(1)

    assert drum.times == [0, 51, 81]


async def test_shorter_interval_counts_at_once(clock: ManualClock) -> None:
    drum = Drum(clock, 100.0)
    await clock.advance(10)

    drum.interval = 5.0
    drum.beat.reschedule()
    await clock.advance(11)

    assert drum.times == [0, 15, 20]


async def test_read_without_response_reports_its_duration(clock: ManualClock) -> None:
    beat = RefreshTimer(clock, lambda: 10.0)
    assert beat.waiting_for == 0
    beat.begin()
    await clock.advance(4)

    assert beat.waiting_for == 4
    beat.succeeded()
    assert beat.waiting_for == 0


# -- whose nodes ----------------------------------------------------------------------------------


def pools(*names: str) -> Snapshot:
    made = (LoadBalancerPool(name, name, "ACTIVE") for name in names)
    return Snapshot("IAD").with_pools(made)[0]


def with_node(snapshot: Snapshot, pool: str, status: str, clock: ManualClock) -> Snapshot:
    node = PoolNode(f"node-{pool}", pool, status, updated=clock.now())
    return snapshot.with_nodes(pool, [node])[0]


async def read(queue: PoolPollQueue, clock: ManualClock, *names: str) -> None:
    for name in names:
        queue.was_read(name)
        await clock.advance(1)


def test_pools_never_read_come_first(clock: ManualClock) -> None:
    queue = PoolPollQueue(clock)
    queue.was_read("b")

    assert queue.next(pools("a", "b", "c"), 15, 9) == ["a", "c"]


def test_changed_counts_come_before_pools_never_read(clock: ManualClock) -> None:
    queue = PoolPollQueue(clock)
    queue.counts_changed(["c"])

    assert queue.next(pools("a", "b", "c"), 15, 2) == ["c", "a"]


def test_queue_returns_at_most_limit(clock: ManualClock) -> None:
    queue = PoolPollQueue(clock)

    assert queue.next(pools("a", "b", "c"), 15, 2) == ["a", "b"]
    assert queue.next(pools("a", "b", "c"), 15, 0) == []


async def test_changed_counts_then_moving_nodes_then_longest_unread(
    clock: ManualClock,
) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("a", "b", "c", "d")
    await read(queue, clock, "a", "b", "c", "d")
    await clock.advance(100)
    queue.counts_changed(["d"])
    snapshot = with_node(snapshot, "c", "ADDING", clock)

    assert queue.next(snapshot, 15, 3) == ["d", "c", "a"]


async def test_pool_that_was_just_read_is_left_alone(clock: ManualClock) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("a", "b")
    await read(queue, clock, "a", "b")

    assert queue.next(snapshot, 15, 9) == []
    await clock.advance(60)
    assert queue.next(snapshot, 15, 9) == ["a", "b"]


@pytest.mark.parametrize("status", ["ADD_FAILED", "REMOVE_FAILED", "ACTIVE"])
async def test_stable_pool_is_not_urgent(clock: ManualClock, status: str) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("a")
    queue.was_read("a")
    snapshot = with_node(snapshot, "a", status, clock)
    await clock.advance(20)

    assert queue.next(snapshot, 15, 9) == []


async def test_stuck_pool_is_not_urgent(clock: ManualClock) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("a")
    snapshot = with_node(snapshot, "a", "ADDING", clock)
    await clock.advance(280)
    queue.was_read("a")

    await clock.advance(16)
    assert queue.next(snapshot, 15, 9) == ["a"]
    await clock.advance(10)
    queue.was_read("a")
    await clock.advance(16)
    assert queue.next(snapshot, 15, 9) == []


async def test_however_many_are_urgent_others_get_their_turn(clock: ManualClock) -> None:
    names = [f"busy-{n}" for n in range(8)]
    queue, snapshot = PoolPollQueue(clock), pools("quiet", *names)
    await read(queue, clock, "quiet", *names)
    await clock.advance(100)

    chosen: list[str] = []
    for _ in range(8):
        queue.counts_changed(names)
        (pool,) = queue.next(snapshot, 15, 1)
        queue.was_read(pool)
        chosen.append(pool)
        await clock.advance(4)

    assert "quiet" in chosen


async def test_failing_pool_waits_longer_and_delays_no_other(
    clock: ManualClock,
) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("bad", "good")
    times: list[float] = []
    for _ in range(1200):
        for pool in queue.next(snapshot, 15, 1):
            queue.was_read(pool)
            if pool == "bad":
                times.append(clock.monotonic())
                queue.failed(pool)
            else:
                queue.succeeded(pool)
        await clock.advance(1, turns=1)

    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[0] >= 15
    assert len(times) < 10
    queue.succeeded("bad")
    queue.counts_changed(["bad"])
    assert "bad" in queue.next(snapshot, 15, 2)


async def test_pools_that_are_gone_are_forgotten(clock: ManualClock) -> None:
    queue = PoolPollQueue(clock)
    queue.was_read("a")
    queue.failed("a")

    assert queue.next(pools("b"), 15, 9) == ["b"]
    assert queue.next(pools("a", "b"), 15, 9) == ["a", "b"]


async def test_pools_in_turn_respect_delay_and_urgent_ones_do_not(clock: ManualClock) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("a", "b", "c", "d")
    await read(queue, clock, "a", "b", "c", "d")
    await clock.advance(60)

    assert queue.next(snapshot, 15, 9, delay=5) == ["a"]
    queue.was_read("a")
    queue.counts_changed(["c", "d"])
    assert queue.next(snapshot, 15, 9, delay=5) == ["c", "d"]
    await read(queue, clock, "c", "d")
    assert queue.next(snapshot, 15, 9, delay=5) == []
    await clock.advance(3)

    assert queue.next(snapshot, 15, 9, delay=5) == ["b"]


async def test_unread_pools_respect_delay_after_first_minute(
    clock: ManualClock,
) -> None:
    queue, snapshot = PoolPollQueue(clock), pools("a", "b", "c", "d", "e")

    assert len(queue.next(snapshot, 15, 3, delay=20)) == 3
    await read(queue, clock, "a", "b", "c")

    assert queue.next(snapshot, 15, 3, delay=20) == ["d"]
    assert queue.next(snapshot, 15, 3, delay=20) == []
