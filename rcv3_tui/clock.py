"""Time as a value that is handed in, so that whoever tests can move it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What decides "now" and how long to wait."""

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a cancellation leaves nothing behind."""
        ...


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until `advance` moves it.

    Args:
        start: The first time of day it shows.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    def now(self) -> datetime:
        """The start plus what has been advanced."""
        return self._start + timedelta(seconds=self._elapsed)

    def timestamp(self) -> float:
        """The time of day as seconds since 1970, for simulators that want a number."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced this far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), future))
        await future

    async def advance(self, seconds: float, *, turns: int = 50) -> None:
        """Move on, waking every sleeper in the order of its time.

        Args:
            seconds: How far.
            turns: How often the event loop may run after each step, so that what was woken
                can go on until it waits again.
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
        """Let the event loop run for some turns without moving the time."""
        for _ in range(turns):
            await asyncio.sleep(0)
