"""The request budget of one account and region.

The service allows 30 requests a minute and answers 403 beyond it (RackConnect API reference,
section 7). Nothing on the wire tells how many are left, so the budget counts what it lets go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rcv3_tui.api.budget import Priority
from rcv3_tui.clock import Clock

LIMIT = 30
"""Requests that the service allows in a minute."""

WINDOW = 61.0
"""Seconds that a request counts; one more than the service's minute, for the line's jitter."""

_CEILING = {Priority.OPERATION: LIMIT, Priority.LOOKED_AT: 27, Priority.BACKGROUND: 24}


class RequestBudget:
    """Lets requests go, those that matter first, never more than allowed in any minute.

    Background work never takes the last six places and what the operator looks at never the
    last three, so an operation that is started at any time leaves at once.

    Args:
        clock: What decides "now".
        changed: Called whenever `used` may have grown.
    """

    def __init__(self, clock: Clock, changed: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._changed = changed
        self._sent: deque[float] = deque()
        self._blocked_until = 0.0

    @property
    def used(self) -> int:
        """Requests that count at this moment."""
        self._forget()
        return len(self._sent)

    @property
    def blocked_for(self) -> float:
        """Seconds until the service may be asked again after it said "too fast"."""
        return max(0.0, self._blocked_until - self._clock.monotonic())

    def room(self, priority: Priority) -> int:
        """Count how many requests of this priority could leave now."""
        return 0 if self.blocked_for else max(0, _CEILING[priority] - self.used)

    async def take(self, priority: Priority) -> None:
        """Wait until a request of this priority may leave, and count it.

        A cancellation while waiting counts nothing.
        """
        while (delay := self._delay(priority)) > 0:
            await self._clock.sleep(delay)
        self._sent.append(self._clock.monotonic())
        self._changed()

    def refund(self) -> None:
        """Give one request back that provably never reached the service.

        Which of them it was is not known, so the oldest goes: the others stay as long as they
        must, and the limit holds.
        """
        if self._sent:
            self._sent.popleft()
            self._changed()

    def throttled(self, retry_after: float | None) -> None:
        """Hear that the service said "too fast": nothing leaves until it may be asked again.

        Args:
            retry_after: Seconds that the service named; None: wait until the oldest request
                of this minute no longer counts, the earliest moment that can help.
        """
        now = self._clock.monotonic()
        if retry_after is None:
            oldest = self._sent[0] if self._sent else now
            retry_after = min(WINDOW, max(5.0, oldest + WINDOW - now))
        self._blocked_until = max(self._blocked_until, now + retry_after)
        self._changed()

    def _delay(self, priority: Priority) -> float:
        if self.blocked_for:
            return self.blocked_for
        self._forget()
        excess = len(self._sent) - _CEILING[priority]
        if excess < 0:
            return 0.0
        return max(0.001, self._sent[excess] + WINDOW - self._clock.monotonic())

    def _forget(self) -> None:
        horizon = self._clock.monotonic() - WINDOW
        while self._sent and self._sent[0] <= horizon:
            self._sent.popleft()
