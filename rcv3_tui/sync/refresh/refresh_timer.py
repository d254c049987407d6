"""The refresh timer of one kind of resource: when it is due, running or failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from rcv3_tui.clock import Clock
from rcv3_tui.sync.refresh.intervals import back_off


async def wait_for(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Wait until an event is set or some time has passed.

    Args:
        event: Ends the wait early.
        clock: Measures the time.
        seconds: The longest wait.

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


class RefreshTimer:
    """When one kind of resource is due, whether a read is running, and how often it failed.

    Args:
        clock: Measures the time.
        interval: Returns the seconds between two reads, computed again each time.
    """

    def __init__(self, clock: Clock, interval: Callable[[], float]) -> None:
        self._clock = clock
        self._interval = interval
        self.due = clock.monotonic()
        self.failures = 0
        self.urgent = False
        """The operator waits for it: the next read precedes background work."""
        self.started: float | None = None
        """When the running read began; None: no read is running."""
        self.paused = False
        """Never due; only `trigger` starts a read."""
        self._wake = asyncio.Event()

    @property
    def interval(self) -> float:
        """Seconds between two reads without failures."""
        return self._interval()

    @property
    def waiting_for(self) -> float:
        """Seconds that the running read has been without a response; 0 without one."""
        return 0.0 if self.started is None else self._clock.monotonic() - self.started

    def trigger(self) -> None:
        """Start the next read now."""
        self.urgent = True
        self._wake.set()

    def pause(self, paused: bool) -> None:
        """Stop or resume being due."""
        self.paused = paused
        self._wake.set()

    def upcoming(self, horizon: float) -> Iterator[float]:
        """Yield the seconds until each read that will be due.

        Args:
            horizon: Seconds from now that are covered.
        """
        if self.paused:
            return
        now = self._clock.monotonic()
        # A running read has been sent already.
        left = max(0.0, self.due - now) if self.started is None else self.interval
        while left < horizon:
            yield left
            left += self.interval

    def reschedule(self) -> None:
        """Apply a changed interval."""
        self.due = min(self.due, self._clock.monotonic() + self.interval)
        self._wake.set()

    async def wait(self) -> None:
        """Wait until the next read is due or triggered."""
        while True:
            self._wake.clear()
            left = self.due - self._clock.monotonic()
            if self.urgent or (left <= 0 and not self.paused):
                return
            await wait_for(self._wake, self._clock, 3600.0 if self.paused else left)

    def begin(self) -> bool:
        """Record that a read begins; return whether it was triggered."""
        self.started = self._clock.monotonic()
        urgent, self.urgent = self.urgent, False
        return urgent

    def succeeded(self) -> None:
        """Record that the read succeeded."""
        self.started = None
        self.failures = 0
        self.due = self._clock.monotonic() + self.interval

    def failed(self) -> None:
        """Record that the read failed; the next one is due sooner at first, then as usual."""
        self.started = None
        self.failures += 1
        self.due = self._clock.monotonic() + back_off(self.failures, self.interval)


def stalest(times: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of some times; None if there is none or one is unknown."""
    known = list(times)
    if not known or any(time is None for time in known):
        return None
    return min(time for time in known if time is not None)
