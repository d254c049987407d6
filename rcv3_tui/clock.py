"""Clocks: time is injected, so that tests control it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import median_high, median_low
from typing import Protocol


class Clock(Protocol):
    """The current time, and waiting."""

    def monotonic(self) -> float:
        """Return seconds that never decrease; only differences are meaningful."""
        ...

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a cancellation has no side effects."""
        ...


_COUNTS_SUSPENSION = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock that includes the time in which the machine is suspended, if there is one."""


class SystemClock:
    """The clock of this machine."""

    def monotonic(self) -> float:
        """See `Clock.monotonic`; includes the time in which the machine was suspended."""
        return time.clock_gettime(_COUNTS_SUSPENSION)

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


SAMPLES_PER_HOST = 5
"""Responses of one host that are used; a single wrong `Date` among them has no effect."""

_EARLIEST = datetime(2013, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""A `Date` outside these years comes from a broken clock, not from RackConnect v3.0."""

_STEP = 1.0
"""Seconds that the local time may drift from the monotonic clock between two responses; more means
that it was set."""


class ServiceClock:
    """The service's time of day, estimated from the `Date` headers of its responses.

    Records contain times of the service, so their age has to be calculated with the service's
    clock, not with this machine's. `monotonic` and `sleep` use the local clock.

    Each response limits the offset: the service set `Date`, in whole seconds, after the request
    was sent and before the response arrived. The estimate changes no more than these limits
    require, so that a correct local clock is used unchanged. The offset of a host is the median of
    its last responses; the offset is the median of all hosts.

    Args:
        local: This machine's clock.
    """

    def __init__(self, local: Clock) -> None:
        self.local = local
        self._offset = 0.0
        self._bounds: dict[str, deque[tuple[float, float]]] = {}
        self._known = asyncio.Event()
        self._origin: float | None = None
        """The local time minus the monotonic clock, at the last response."""

    @property
    def offset(self) -> float:
        """Seconds by which the clock of the service is ahead of the local one; 0 until known."""
        return self._offset

    @property
    def known(self) -> asyncio.Event:
        """Set once a response had a usable `Date`."""
        return self._known

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.local.monotonic()

    def now(self) -> datetime:
        """Return the current time of the service, in UTC."""
        return self.local.now() + timedelta(seconds=self._offset)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self.local.sleep(seconds)

    def observe(
        self, host: str, date: datetime | None, headers: Mapping[str, str], sent: datetime
    ) -> None:
        """Record one response, just received.

        Args:
            host: The host that sent it.
            date: Its `Date` header; None: missing or invalid.
            headers: All headers, by lower-case name.
            sent: The local time when the request was sent.
        """
        if date is None or not _EARLIEST <= date <= _LATEST:
            return
        if headers.get("age", "0").strip() not in ("", "0"):
            # A response from a cache has the date of the stored response (RFC 9111, 5.1).
            return
        received = self.local.now()
        self._forget_if_set(received)
        low = (date - received).total_seconds()
        high = (date - sent).total_seconds() + 1.0
        self._bounds.setdefault(host, deque(maxlen=SAMPLES_PER_HOST)).append((low, max(low, high)))
        self._offset = self._nearest([self._estimate(bounds) for bounds in self._bounds.values()])
        self._known.set()

    def _forget_if_set(self, received: datetime) -> None:
        """Drop all samples if the local time was set since the last response."""
        origin = received.timestamp() - self.local.monotonic()
        if self._origin is not None and abs(origin - self._origin) > _STEP:
            self._bounds.clear()
        self._origin = origin

    def _estimate(self, bounds: deque[tuple[float, float]]) -> float:
        return self._nearest([min(max(self._offset, low), high) for low, high in bounds])

    def _nearest(self, offsets: list[float]) -> float:
        """Return the median; of an even number, the middle one closer to the current offset."""
        low, high = median_low(offsets), median_high(offsets)
        return min((low, high), key=lambda offset: abs(offset - self._offset))


def local_clock(clock: Clock) -> Clock:
    """Return the local clock, for state that several processes on this machine share."""
    return clock.local if isinstance(clock, ServiceClock) else clock


class ManualClock:
    """A clock that only `advance` changes, for tests.

    Args:
        start: Its initial time.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        """Return the seconds since the clock was created."""
        return self._elapsed

    def now(self) -> datetime:
        """Return the start plus the advanced time."""
        return self._start + timedelta(seconds=self._elapsed)

    def timestamp(self) -> float:
        """Return the time as seconds since 1970, for the simulator."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was advanced by this time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), future))
        await future

    def set(self, now: datetime) -> None:
        """Set the time, as an operator or NTP does; `monotonic` is not affected."""
        self._start = now - timedelta(seconds=self._elapsed)

    async def advance(self, seconds: float, *, turns: int = 50) -> None:
        """Advance the clock and wake the sleepers in the order of their times.

        Args:
            seconds: The time to advance.
            turns: Event loop iterations after each step, so that woken tasks can run until they
                wait again.
        """
        target = self._elapsed + seconds
        await self.settle(turns)
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, future = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, due)
            if not future.done():
                future.set_result(None)
                await self.settle(turns)
        self._elapsed = target
        await self.settle(turns)

    async def settle(self, turns: int = 50) -> None:
        """Run the event loop for some iterations without advancing the time."""
        for _ in range(turns):
            await asyncio.sleep(0)
