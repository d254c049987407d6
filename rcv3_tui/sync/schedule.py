"""When to read what: the beat of one part of the picture, its back-off, and whose turn it is."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Set
from datetime import datetime

from rcv3_tui.clock import Clock
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

LIST_CALLS = 2
"""RackConnect requests that one refresh costs: all public IPs, all pools."""

BACKGROUND_SHARE = 23
"""Requests a minute for the lists and pool nodes together: 24 less one for the networks."""

LIST_SHARE = range(6, 21)
"""How many of those the two lists may take: the fewest, where there are as many, and the most."""

CROWDED_INTERVAL = 10.0
"""Seconds between refreshes of the lists that pool nodes leave room for, if shorter were asked."""

NETWORKS_INTERVAL = 600.0
"""Seconds between two readings of the cloud networks, which hardly ever change (reference 4.1)."""

PATIENCE = 300.0
"""Seconds after which waiting for a moving resource is given up (reference 5.4)."""

POLL_STEPS = (2.0, 3.0, 5.0, 8.0, 10.0)
"""Pauses between two looks at a moving resource; the last one repeats (reference 5.4)."""


def list_interval(asked: float, node_reads: int, share: int = BACKGROUND_SHARE) -> float:
    """Give the seconds between refreshes of the lists that the budget can bear.

    Args:
        asked: The interval that the operator set.
        node_reads: Requests for pool nodes in the last minute.
        share: Requests a minute for lists and nodes together.
    """
    fewest = max(1, min(LIST_SHARE.start, share))
    lists = min(max(share - node_reads, fewest), LIST_SHARE.stop - 1)
    return max(asked, 60.0 * LIST_CALLS / lists)


def node_room(asked: float, node_reads: int, share: int = BACKGROUND_SHARE) -> int:
    """Count the pools whose nodes may be read now without starving the lists.

    Args:
        asked: Seconds between refreshes, as the operator set them.
        node_reads: Requests for pool nodes in the last minute.
        share: Requests a minute for lists and nodes together.
    """
    lists = math.ceil(60.0 * LIST_CALLS / max(asked, CROWDED_INTERVAL))
    if share < lists + LIST_SHARE.start:
        # Where there is little, the lists alone must not take all of it.
        lists = min(lists, LIST_SHARE.start)
    return max(0, share - lists - node_reads)


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
        self._times: deque[float] = deque()
        self._dirty: set[str] = set()
        self._failures: dict[str, int] = {}
        self._turn = 0

    def counts_changed(self, pools: Iterable[str]) -> None:
        """Hear that pools are new or that their node counts differ."""
        self._dirty.update(pools)

    def was_read(self, pool: str) -> None:
        """Hear that a pool's nodes have just been asked for, with or without success."""
        now = self._clock.monotonic()
        self._read[pool] = now
        self._times.append(now)
        self._dirty.discard(pool)

    def failed(self, pool: str) -> None:
        """Hear that a pool's nodes could not be read; it stays wanted."""
        self._failures[pool] = self._failures.get(pool, 0) + 1
        self._dirty.add(pool)

    def succeeded(self, pool: str) -> None:
        """Hear that a pool's nodes were read."""
        self._failures.pop(pool, None)

    @property
    def recent(self) -> int:
        """How often nodes were asked for in the last minute."""
        horizon = self._clock.monotonic() - 60.0
        while self._times and self._times[0] <= horizon:
            self._times.popleft()
        return len(self._times)

    def next(self, snapshot: Snapshot, interval: float, limit: int) -> list[str]:
        """Choose the pools to read now.

        Args:
            snapshot: The present picture.
            interval: Seconds between refreshes.
            limit: How many at most.

        Returns:
            Pool ids in lower case, the most wanted first; empty when none is due.
        """
        self._forget_all_but(snapshot.pools.keys())
        due = sorted(
            (rank, pool)
            for pool in snapshot.pools
            if (rank := self._rank(snapshot, pool, interval)) is not None
        )
        chosen: list[str] = []
        while due and len(chosen) < limit:
            self._turn += 1
            # By the time of the last reading alone, whatever the rank.
            fair = self._turn % 4 == 0
            pick = min(due, key=lambda entry: (entry[0][1], entry[1])) if fair else due[0]
            due.remove(pick)
            chosen.append(pick[1])
        return chosen

    def _rank(self, snapshot: Snapshot, pool: str, interval: float) -> tuple[int, float] | None:
        last = self._read.get(pool, float("-inf"))
        age = self._clock.monotonic() - last
        if (failures := self._failures.get(pool, 0)) and age < min(
            600.0, interval * 2.0 ** min(failures - 1, 10)
        ):
            return None
        if pool in self._dirty:
            return (0, last)
        if last == float("-inf"):
            return (1, last)
        if age >= interval and self._is_moving(snapshot, pool):
            return (2, last)
        return (3, last) if age >= max(60.0, 4 * interval) else None

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
