"""The request budget of one account and region.

The service allows 30 requests a minute and answers 403 beyond it (RackConnect API reference,
section 7). Nothing on the wire tells how many are left, so the budget counts what it lets go, and
learns from a refusal that somebody else draws on the same account.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

from rcv3_tui.api.budget import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.sync.ledger import WINDOW, Ledger, OwnLedger, Record

LIMIT = 30
"""Requests that the service allows in a minute."""

LEAST = 6
"""Requests a minute that are tried however often the service says "too fast"."""

REGAINED = 4.0
"""Requests a minute that are tried again for each minute without a refusal."""

_WORTH_LEARNING = 10.0
"""Seconds to wait from which on a "too fast" speaks of the minute, not of a burst."""

_BOUNDS = {
    Priority.OPERATION: ((LIMIT, WINDOW),),
    Priority.LOOKED_AT: ((27, WINDOW),),
    # With the second bound 24 in a minute proper are safe: the line's jitter cannot bring those
    # that leave at either end of one to more than the service allows.
    Priority.BACKGROUND: ((24, 60.0), (27, WINDOW)),
}
"""Requests that work of each priority may bring the total to, and within how many seconds."""


class RequestBudget:
    """Lets requests go, those that matter first, never more than allowed in any minute.

    Background work never takes the last six places and what the operator looks at never the
    last three, so an operation that is started at any time leaves at once. When the service says
    "too fast" although fewer than 30 have left, another program uses the account: the limit is
    lowered to what went through, and raised again bit by bit.

    Args:
        clock: What measures the pauses.
        changed: Called whenever `used` may have grown.
        ledger: Where requests are counted; None: for this run alone.
    """

    def __init__(
        self,
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
        ledger: Ledger | None = None,
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._ledger = ledger or OwnLedger(clock)
        self.waiting = 0
        """How many requests wait for their turn."""

    @property
    def used(self) -> int:
        """Requests that count at this moment."""
        return self._count(self._ledger.read())

    @property
    def limit(self) -> int:
        """Requests a minute that the service seems to leave to this program."""
        return self._limit(self._ledger.read())

    @property
    def blocked_for(self) -> float:
        """Seconds until the service may be asked again after it said "too fast"."""
        return max(0.0, self._ledger.read().blocked_until - self._ledger.now())

    def ceiling(self, priority: Priority) -> int:
        """Count how many requests a minute work of this priority may bring the total to."""
        return self._bounds(self._ledger.read(), priority)[0][0]

    def pace(self, priority: Priority) -> float:
        """Give the requests a minute that work of this priority can keep up."""
        ceiling, window = self._bounds(self._ledger.read(), priority)[0]
        return ceiling * 60.0 / window

    def room(self, priority: Priority, beside: Iterable[float] = ()) -> int:
        """Count how many requests of this priority could leave now beside those that wait.

        Args:
            priority: Whose.
            beside: Seconds until each of some other requests, which must find room then.
        """
        if self.blocked_for:
            return 0
        record = self._ledger.read()
        others = [seconds for seconds in sorted(beside) if seconds < WINDOW]
        room = LIMIT
        for ceiling, window in self._bounds(record, priority):
            room = min(room, ceiling - self._count(record, window))
            for number, seconds in enumerate(others, 1):
                if seconds < window:
                    still = self._count(record, window - seconds)
                    room = min(room, ceiling - still - number)
        return max(0, room - self.waiting)

    async def take(self, priority: Priority) -> None:
        """Wait until a request of this priority may leave, and count it.

        A cancellation while waiting counts nothing.
        """
        while (delay := self._take_or_wait(priority)) > 0:
            self.waiting += 1
            try:
                await self._clock.sleep(delay)
            finally:
                self.waiting -= 1
        self._changed()

    def refund(self) -> None:
        """Give one request back that provably never reached the service.

        Which of them it was is not known, so the oldest goes: the others stay as long as they
        must, and the limit holds.
        """
        with self._ledger.open() as record:
            had = bool(record.sent)
            del record.sent[:1]
        if had:
            self._changed()

    def throttled(self, retry_after: float | None, *, too_fast: bool = True) -> None:
        """Hear that the service said "too fast": nothing leaves until it may be asked again.

        Args:
            retry_after: Seconds that the service named; None: wait until the oldest request
                of this minute no longer counts, the earliest moment that can help.
            too_fast: It spoke of the number of requests, not of trouble of its own.
        """
        now = self._ledger.now()
        with self._ledger.open() as record:
            self._forget(record)
            if retry_after is None:
                oldest = record.sent[0] if record.sent else now
                retry_after = min(WINDOW, max(5.0, oldest + WINDOW - now))
            if too_fast and retry_after >= _WORTH_LEARNING:
                # The one that was refused is among those counted.
                went_through = float(max(LEAST, len(record.sent) - 1))
                if went_through < self._limit(record):
                    record.limit, record.learned_at = went_through, now
            record.blocked_until = max(record.blocked_until, now + retry_after)
        self._changed()

    def _take_or_wait(self, priority: Priority) -> float:
        """Count one request if it may leave now; else give the seconds until it might."""
        now = self._ledger.now()
        with self._ledger.open() as record:
            if (blocked := record.blocked_until - now) > 0:
                return blocked
            self._forget(record)
            delays = [
                record.sent[-ceiling] + window - now
                for ceiling, window in self._bounds(record, priority)
                if self._count(record, window) >= ceiling
            ]
            if delays:
                return max(0.001, *delays)
            record.sent.append(now)
            return 0.0

    def _limit(self, record: Record) -> int:
        if not record.limit:
            return LIMIT
        regained = (self._ledger.now() - record.learned_at) * REGAINED / WINDOW
        return min(LIMIT, int(record.limit + max(0.0, regained)))

    def _bounds(self, record: Record, priority: Priority) -> list[tuple[int, float]]:
        # What an operator waits for waits as long as the service said, and not for what was
        # learned on the way: the background alone makes room for who else uses the account.
        limit = self._limit(record) if priority is Priority.BACKGROUND else LIMIT
        return [(most * limit // LIMIT, window) for most, window in _BOUNDS[priority]]

    def _count(self, record: Record, window: float = WINDOW) -> int:
        return len(record.sent) - bisect_right(record.sent, self._ledger.now() - window)

    def _forget(self, record: Record) -> None:
        del record.sent[: len(record.sent) - self._count(record)]
