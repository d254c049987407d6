"""Rate limits: the interface that the service client waits on, and a simple limiter."""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from typing import Final, Protocol

from rcv3_tui.clock import Clock

ONE_MINUTE: Final = 60.0
"""Seconds of the window that the services' limits count requests in."""

SERVERS_LIMIT: Final = 300
"""Requests a minute to Cloud Servers, which allows 1000 (RackConnect API reference, 8.5)."""


class Priority(IntEnum):
    """The order in which waiting requests are sent; lower values go first."""

    OPERATION = 0
    """A change that an operator requested, and the reads that it needs."""
    FOCUSED = 1
    """Resources on the screen."""
    BACKGROUND = 2
    """Everything else."""


class RateLimiter(Protocol):
    """Limits requests to a service per minute (RackConnect API reference, section 7)."""

    async def acquire(self, priority: Priority) -> None:
        """Wait until a request may be sent, and count it; a cancelled wait counts nothing."""
        ...

    def refund(self) -> None:
        """Return the last acquired request: it was never sent."""
        ...

    def on_throttled(self, retry_after: float | None, *, too_fast: bool = True) -> None:
        """Slow down after a response that asks for fewer requests.

        Args:
            retry_after: Seconds to wait; None: until the minute has passed.
            too_fast: Whether the response is about the number of requests, and not about an
                outage of the service.
        """
        ...


class SlidingWindowLimiter:
    """A `RateLimiter` with a fixed number of requests in any 60 seconds.

    It bounds any loop, such as a server list whose pages never end.

    Args:
        clock: Measures the pauses.
        limit: Requests a minute.
    """

    def __init__(self, clock: Clock, limit: int = SERVERS_LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._sent: deque[float] = deque()
        self._blocked_until = float("-inf")

    async def acquire(self, priority: Priority) -> None:
        """Wait until a request may be sent, and count it; a cancelled wait counts nothing."""
        del priority
        while (delay := self._delay()) > 0:
            await self._clock.sleep(delay)
        self._sent.append(self._clock.monotonic())

    def refund(self) -> None:
        """Return the last acquired request: it was never sent."""
        if self._sent:
            self._sent.pop()

    def on_throttled(self, retry_after: float | None, *, too_fast: bool = True) -> None:
        """Send nothing for as long as the service asks."""
        del too_fast
        wait = ONE_MINUTE if retry_after is None else retry_after
        self._blocked_until = max(self._blocked_until, self._clock.monotonic() + wait)

    def _delay(self) -> float:
        now = self._clock.monotonic()
        while self._sent and self._sent[0] <= now - ONE_MINUTE:
            self._sent.popleft()
        full = self._sent[0] + ONE_MINUTE - now if len(self._sent) >= self._limit else 0.0
        return max(full, self._blocked_until - now)
