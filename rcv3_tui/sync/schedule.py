"""When to read what: the beat of one part of the picture, its back-off, and whose turn it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Set
from datetime import datetime

from rcv3_tui.clock import Clock
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

LIST_CALLS = 2
"""RackConnect requests that one refresh costs: all public IPs, all pools."""

LOOK_CALLS = 1
"""RackConnect requests that one look at the pool in view costs."""

MOST_LISTS = 20.0
"""Requests a minute for the lists however short an interval was asked."""

CROWDED_LISTS = 12.0
"""Requests a minute for the lists where there are many pools: 10 seconds between refreshes."""

SHARE = 24.0
"""Requests a minute that background work has where nobody else draws on the account."""

EVERY_POOL = 2400.0
"""Seconds within which the nodes of any pool are to be read, in the background if need be."""

_HASTE = 0.4
"""How much of an even pause is kept between pools in turn; less, to make up for what is lost."""

_LOST = 1.0
"""Requests a minute that find no use: two are kept for some seconds until the lists are due."""

STRETCH = 1.2
"""How much longer the lists may take than asked to keep to `EVERY_POOL`."""

NETWORKS_INTERVAL = 600.0
"""Seconds between two readings of the cloud networks, which hardly ever change (reference 4.1)."""

_NETWORKS = 60.0 / NETWORKS_INTERVAL

PATIENCE = 300.0
"""Seconds after which waiting for a moving resource is given up (reference 5.4)."""

POLL_STEPS = (2.0, 3.0, 5.0, 8.0, 10.0)
"""Pauses between two looks at a moving resource; the last one repeats (reference 5.4)."""


def look_interval(asked: float, pools: int, in_view: bool, share: float = SHARE) -> float:
    """Give the seconds between looks at the pool in view that the budget can bear.

    The lists have the same interval where `list_interval` need not stretch theirs.

    Args:
        asked: The interval that the operator set.
        pools: How many other pools there are, whose nodes are read in turn.
        in_view: Whether there is a pool in view.
        share: Requests a minute for all that is read by itself.
    """
    calls = LIST_CALLS + LOOK_CALLS * in_view
    part = calls / LIST_CALLS
    # Where there is little, the lists must not take all of it.
    least = min(CROWDED_LISTS, share / 2) * part
    rest = share - _NETWORKS - pools * 60.0 / node_pause(asked)
    return max(asked, 60.0 * calls / min(max(rest, least), MOST_LISTS * part))


def list_interval(asked: float, pools: int, in_view: bool, share: float = SHARE) -> float:
    """Give the seconds between refreshes of the lists that the budget can bear.

    Longer than asked where the budget is short, and somewhat longer where there are so many pools
    that some would not be read in time else: never more than needed, nor than `STRETCH` allows.

    Args:
        asked: The interval that the operator set.
        pools: How many other pools there are than the one in view.
        in_view: Whether there is a pool in view.
        share: Requests a minute for all that is read by itself.
    """
    usual = look_interval(asked, pools, in_view, share)
    left = share - _LOST - _besides(usual, in_view) - pools * 60.0 / EVERY_POOL
    longest = usual * STRETCH
    return min(max(usual, 60.0 * LIST_CALLS / left), longest) if left > 0 else longest


def turn_pause(asked: float, pools: int, in_view: bool, share: float = SHARE) -> float:
    """Give the seconds between two pools that are read in turn, so that they spread over a minute.

    Whatever else comes up then finds a request that is free in some seconds: those that leave at
    once come free at once as well, a minute later.

    Args:
        asked: The interval that the operator set.
        pools: How many other pools there are than the one in view.
        in_view: Whether there is a pool in view.
        share: Requests a minute for all that is read by itself.
    """
    lists = 60.0 * LIST_CALLS / list_interval(asked, pools, in_view, share)
    usual = look_interval(asked, pools, in_view, share)
    return _HASTE * 60.0 / max(1.0, share - lists - _besides(usual, in_view))


def _besides(look_interval: float, in_view: bool) -> float:
    """Give the requests a minute for the networks and for the pool in view, or one that will be."""
    return _NETWORKS + LOOK_CALLS * (60.0 / look_interval if in_view else 1.0)


def node_pause(interval: float) -> float:
    """Give the seconds for which the nodes of a pool are left alone once they were read."""
    return max(60.0, 4 * interval)


def poll_pause(step: int) -> float:
    """Give the seconds to wait before look number `step` (from 0) at a moving resource."""
    return POLL_STEPS[min(step, len(POLL_STEPS) - 1)]


def follow_pause(step: int, waited: float) -> float:
    """Give the seconds to wait before the next look of an operation at what it changes.

    Args:
        step: How many looks there were.
        waited: Seconds since it was accepted; once patience is over, looks become rare, for a
            record that has stuck may stay so for months.
    """
    if waited < PATIENCE:
        return poll_pause(step)
    return min(300.0, max(30.0, waited / 10))


def back_off(failures: int, interval: float) -> float:
    """Give the seconds to wait after a failed reading, with jitter.

    Args:
        failures: Failed readings in a row, this one included.
        interval: Seconds between readings when all is well; never waited longer than that, so
            that a service that comes back is seen within one refresh.
    """
    pause = min(interval, 1.0 * 1.7 ** min(failures - 1, 20))
    return pause * random.uniform(0.85, 1.0)  # noqa: S311 - jitter, no secret


async def wait_for(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Wait until an event is set or some time has passed.

    Args:
        event: What may cut the waiting short.
        clock: What measures the time.
        seconds: How long at most.

    Returns:
        Whether the event was set.
    """
    if event.is_set():
        return True
    woken = asyncio.ensure_future(event.wait())
    slept = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({woken, slept}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        woken.cancel()
        slept.cancel()
    return event.is_set()


class Beat:
    """The rhythm of one part: when it is due, whether it is under way, how often it failed.

    Args:
        clock: What measures the time.
        interval: Gives the seconds between two readings, asked anew each time.
    """

    def __init__(self, clock: Clock, interval: Callable[[], float]) -> None:
        self._clock = clock
        self._interval = interval
        self.due = clock.monotonic()
        self.failures = 0
        self.urgent = False
        """Somebody waits for it: the next reading goes before background work."""
        self.started: float | None = None
        """When the reading that is under way began."""
        self.paused = False
        """Not due by itself; `hurry` alone brings a reading."""
        self._wake = asyncio.Event()

    @property
    def interval(self) -> float:
        """Seconds between two readings when all is well."""
        return self._interval()

    @property
    def waiting_for(self) -> float:
        """Seconds that the reading under way has been without an answer; 0 when none is."""
        return 0.0 if self.started is None else self._clock.monotonic() - self.started

    def hurry(self) -> None:
        """Have the next reading now."""
        self.urgent = True
        self._wake.set()

    def pause(self, paused: bool) -> None:
        """Stop or go on being due by itself."""
        self.paused = paused
        self._wake.set()

    def upcoming(self, horizon: float) -> Iterator[float]:
        """Give the seconds until each reading that will be due by itself.

        Args:
            horizon: How many seconds to look ahead.
        """
        if self.paused:
            return
        now = self._clock.monotonic()
        # One that is under way is the first of them only where it has still to leave.
        left = max(0.0, self.due - now) if self.started is None else self.interval
        while left < horizon:
            yield left
            left += self.interval

    def reschedule(self) -> None:
        """Take up a changed interval."""
        self.due = min(self.due, self._clock.monotonic() + self.interval)
        self._wake.set()

    async def wait(self) -> None:
        """Wait until the next reading is due or asked for."""
        while True:
            self._wake.clear()
            left = self.due - self._clock.monotonic()
            if self.urgent or (left <= 0 and not self.paused):
                return
            await wait_for(self._wake, self._clock, 3600.0 if self.paused else left)

    def begin(self) -> bool:
        """Note that a reading begins; tell whether somebody waits for it."""
        self.started = self._clock.monotonic()
        urgent, self.urgent = self.urgent, False
        return urgent

    def succeeded(self) -> None:
        """Note that the reading went well."""
        self.started = None
        self.failures = 0
        self.due = self._clock.monotonic() + self.interval

    def failed(self) -> None:
        """Note that the reading failed; the next one comes sooner at first, then as usual."""
        self.started = None
        self.failures += 1
        self.due = self._clock.monotonic() + back_off(self.failures, self.interval)


_CHANGED, _UNREAD, _MOVING, _READ = range(4)


class NodeQueue:
    """Whose nodes to read next, for one call costs one request a pool.

    First pools whose counts changed, then those never read, then those with a moving node, then
    the one that was read longest ago, none more often than the pause allows. However many are
    urgent, every fourth turn is the longest waiting pool's; one that fails waits longer each time.

    Args:
        clock: What measures the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read: dict[str, float] = {}
        self._dirty: set[str] = set()
        self._failures: dict[str, int] = {}
        self._turn = 0
        self._turned = float("-inf")

    def counts_changed(self, pools: Iterable[str]) -> None:
        """Hear that pools are new or that their node counts differ."""
        self._dirty.update(pools)

    def was_read(self, pool: str) -> None:
        """Hear that a pool's nodes have just been asked for, with or without success."""
        self._read[pool] = self._clock.monotonic()
        self._dirty.discard(pool)

    def failed(self, pool: str) -> None:
        """Hear that a pool's nodes could not be read; it stays wanted."""
        self._failures[pool] = self._failures.get(pool, 0) + 1
        self._dirty.add(pool)

    def succeeded(self, pool: str) -> None:
        """Hear that a pool's nodes were read."""
        self._failures.pop(pool, None)

    def is_first_minute(self, pause: float) -> bool:
        """Tell whether pools never read need not keep the pause: there is a minute's worth."""
        return len(self._read) * pause < 60.0

    def next(
        self, snapshot: Snapshot, interval: float, limit: int, pause: float = 0.0
    ) -> list[str]:
        """Choose the pools to read now.

        Args:
            snapshot: The present picture.
            interval: Seconds between refreshes.
            limit: How many at most.
            pause: Seconds between two pools for which nothing speaks but that it is their turn;
                the first ones that are read at all do not keep it.

        Returns:
            Pool ids in lower case, the most wanted first; empty when none is due.
        """
        self._forget_all_but(snapshot.pools.keys())
        now = self._clock.monotonic()
        at_once = (_CHANGED, _MOVING, *([_UNREAD] if self.is_first_minute(pause) else []))
        may_turn = now - self._turned >= pause
        due = sorted(
            (rank, pool)
            for pool in snapshot.pools
            if (rank := self._rank(snapshot, pool, interval)) is not None
            and (may_turn or rank[0] in at_once)
        )
        chosen: list[str] = []
        while due and len(chosen) < limit:
            self._turn += 1
            # By the time of the last reading alone, whatever the rank.
            fair = self._turn % 4 == 0
            pick = min(due, key=lambda entry: (entry[0][1], entry[1])) if fair else due[0]
            due.remove(pick)
            chosen.append(pick[1])
            if pick[0][0] not in at_once:
                self._turned = now
                if pause:
                    due = [entry for entry in due if entry[0][0] in at_once]
        return chosen

    def _rank(self, snapshot: Snapshot, pool: str, interval: float) -> tuple[int, float] | None:
        last = self._read.get(pool, float("-inf"))
        age = self._clock.monotonic() - last
        if (failures := self._failures.get(pool, 0)) and age < min(
            600.0, interval * 2.0 ** min(failures - 1, 10)
        ):
            return None
        if pool in self._dirty:
            return (_CHANGED, last)
        if last == float("-inf"):
            return (_UNREAD, last)
        if age >= interval and self._is_moving(snapshot, pool):
            return (_MOVING, last)
        return (_READ, last) if age >= node_pause(interval) else None

    def _is_moving(self, snapshot: Snapshot, pool: str) -> bool:
        """Tell whether a node is on its way; one that has stuck is not."""
        now = self._clock.now()
        return any(
            (since := node.updated or node.created) is not None
            and abs((now - since).total_seconds()) < PATIENCE
            for node in snapshot.nodes_in(pool).values()
            if node.status != "ACTIVE" and phase(node.status) is Phase.MOVING
        )

    def _forget_all_but(self, pools: Set[str]) -> None:
        for gone in self._read.keys() - pools:
            del self._read[gone]
        for gone in self._failures.keys() - pools:
            del self._failures[gone]
        self._dirty &= pools


def oldest(times: Iterable[datetime | None]) -> datetime | None:
    """Give the earliest of some times, None when there is none or one is not known."""
    known = list(times)
    if not known or any(time is None for time in known):
        return None
    return min(time for time in known if time is not None)
