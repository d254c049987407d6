"""The rate limiter of one account and region.

The service allows 30 requests a minute and responds with 403 beyond it (RackConnect API reference,
section 7). No response says how many are left, so the limiter counts the requests that it permits,
and a rejected request shows that another program uses the same account.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from rcv3_tui.api.errors import ConnectionFailed
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.sync.rate_ledger import WINDOW, Ledger, LocalLedger, RateWindow

LIMIT = 30
"""Requests that the service allows in a minute."""

MIN_LIMIT = 6
"""Requests a minute that are permitted however often the service throttles them."""

RECOVERY_PER_MINUTE = 4.0
"""Requests by which the learned limit grows for each minute without throttling."""

MAX_RESERVED = 6
"""Requests that can be reserved at once: those that background work always leaves free."""

_WORTH_LEARNING = 10.0
"""Shortest wait in seconds at which throttling concerns the minute and not a burst."""

_BOUNDS = {
    Priority.OPERATION: ((LIMIT, WINDOW),),
    Priority.FOCUSED: ((27, WINDOW),),
    # The second bound makes 24 in exactly a minute safe: network jitter cannot add requests from
    # before and after it to more than the service allows.
    Priority.BACKGROUND: ((24, 60.0), (27, WINDOW)),
}
"""The total that requests of each priority may reach, and within how many seconds."""


class ReservationLost(ConnectionFailed):
    """A request was not sent because it would have had to wait within a reservation."""

    def __init__(self) -> None:
        super().__init__("the rate limit was used up meanwhile", sent=False)


class _Reservation:
    """Reserved requests, which are sent one right after the other."""

    def __init__(self, limiter: RequestRateLimiter) -> None:
        self.limiter = limiter
        self.stamps: list[float] = []


_reservation: ContextVar[_Reservation | None] = ContextVar("reservation", default=None)
"""What the present task has reserved."""


class RequestRateLimiter:
    """Permits requests by priority, never more than allowed in any minute.

    Background work never uses the last six requests and reads of what is on the screen never the
    last three, so an operation can always be sent at once. If the service throttles although fewer
    than 30 were sent, another program uses the account: the limit drops to the number that
    succeeded, and recovers gradually.

    Args:
        clock: Measures the delays.
        changed: Called whenever `used` may have grown.
        ledger: Counts the requests; None: those of this run only.
    """

    def __init__(
        self,
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
        ledger: Ledger | None = None,
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._ledger = ledger or LocalLedger(clock)
        self.waiting = 0
        """Requests that wait."""
        self._waiting_by: Counter[Priority] = Counter()
        """Those of them outside of reservations, by priority."""
        self.on_wait: Callable[[float], None] | None = None
        """Called with the seconds whenever a request has to wait."""
        self._waiting_to_reserve = 0
        """Those of them that wait for a reservation."""

    @property
    def used(self) -> int:
        """Requests that count now."""
        return self._count(self._ledger.read())

    @property
    def limit(self) -> int:
        """Requests a minute that the service appears to allow this program."""
        return self._limit(self._ledger.read())

    @property
    def blocked_for(self) -> float:
        """Seconds until requests may be sent again after the service throttled one."""
        return max(0.0, self._ledger.read().blocked_until - self._ledger.now())

    def ceiling(self, priority: Priority) -> int:
        """Return the total per minute that requests of this priority may reach."""
        return self._bounds(self._ledger.read(), priority)[0][0]

    def pace(self, priority: Priority) -> float:
        """Return the requests a minute that work of this priority can sustain."""
        ceiling, window = self._bounds(self._ledger.read(), priority)[0]
        return ceiling * 60.0 / window

    def delay(self, priority: Priority) -> float:
        """Return the seconds until a waiting request of this priority is sent; 0: none waits."""
        if not self._waiting_by[priority]:
            return 0.0
        record = self._ledger.read()
        blocked = record.blocked_until - self._ledger.now()
        return max(blocked, self._delay(record, priority, 1))

    def available(self, priority: Priority, upcoming: Iterable[float] = ()) -> int:
        """Return how many requests of this priority could be sent now in addition to waiting ones.

        Args:
            priority: The priority.
            upcoming: Seconds until each of some other requests, which must not be delayed.
        """
        if self.blocked_for:
            return 0
        record = self._ledger.read()
        others = [seconds for seconds in sorted(upcoming) if seconds < WINDOW]
        room = LIMIT
        for ceiling, window in self._bounds(record, priority):
            room = min(room, ceiling - self._count(record, window))
            for number, seconds in enumerate(others, 1):
                if seconds < window:
                    still = self._count(record, window - seconds)
                    room = min(room, ceiling - still - number)
        return max(0, room - self.waiting)

    async def acquire(self, priority: Priority) -> None:
        """Wait until a request of this priority may be sent, and count it.

        Within `reserve` of the same task nothing waits: the request is permitted at once or not at
        all. A cancellation while waiting counts nothing.

        Raises:
            ReservationLost: Within `reserve`, if the request would have to wait after all.
        """
        reservation = _reservation.get()
        if reservation is not None and reservation.limiter is self:
            if not self._acquire_reserved(reservation, priority):
                raise ReservationLost
            self._changed()
            return
        while (delay := self._acquire_or_delay(priority)) > 0:
            self.waiting += 1
            self._waiting_by[priority] += 1
            if self.on_wait is not None:
                self.on_wait(delay)
            try:
                await self._clock.sleep(delay)
            finally:
                self.waiting -= 1
                self._waiting_by[priority] -= 1
        self._changed()

    @asynccontextmanager
    async def reserve(self, count: int) -> AsyncIterator[None]:
        """Wait until several requests of an operation may be sent, and reserve them for the block.

        A request that has to be sent right after a read waits before that read, never between the
        two. Requests beyond the count are permitted if available. Unused ones are released after
        the block; a cancellation while waiting counts nothing.

        Args:
            count: Requests that the block will send, at most `MAX_RESERVED`.
        """
        reservation = _Reservation(self)
        while (delay := self._reserve_or_delay(count, reservation)) > 0:
            self.waiting += count
            self._waiting_to_reserve += count
            if self.on_wait is not None:
                self.on_wait(delay)
            try:
                await self._clock.sleep(delay)
            finally:
                self.waiting -= count
                self._waiting_to_reserve -= count
        self._changed()
        token = _reservation.set(reservation)
        try:
            yield
        finally:
            _reservation.reset(token)
            if reservation.stamps:
                with self._ledger.open() as record:
                    for stamp in reservation.stamps:
                        if stamp in record.sent:
                            record.sent.remove(stamp)
                self._changed()

    def refund(self) -> None:
        """Uncount one request that certainly never reached the service.

        Which one it was is unknown, so the oldest is uncounted: the others count for their full
        time, and the limit holds.
        """
        with self._ledger.open() as record:
            had = bool(record.sent)
            del record.sent[:1]
        if had:
            self._changed()

    def on_throttled(self, retry_after: float | None, *, too_fast: bool = True) -> None:
        """Record that the service throttled a request: nothing is sent until it allows it.

        Args:
            retry_after: Seconds that the service named; None: until the oldest request of this
                minute no longer counts, which is the earliest moment that can help.
            too_fast: Whether the number of requests was the reason, not an error of the service.
        """
        now = self._ledger.now()
        with self._ledger.open() as record:
            self._forget(record)
            if retry_after is None:
                oldest = record.sent[0] if record.sent else now
                retry_after = min(WINDOW, max(5.0, oldest + WINDOW - now))
            if too_fast and retry_after >= _WORTH_LEARNING:
                # The rejected one is among those counted.
                succeeded = float(max(MIN_LIMIT, len(record.sent) - 1))
                if succeeded < self._limit(record):
                    record.limit, record.learned_at = succeeded, now
            record.blocked_until = max(record.blocked_until, now + retry_after)
        self._changed()

    def _acquire_or_delay(self, priority: Priority) -> float:
        """Count one request if it may be sent now; otherwise return the seconds until it may."""
        now = self._ledger.now()
        with self._ledger.open() as record:
            if (blocked := record.blocked_until - now) > 0:
                return blocked
            self._forget(record)
            delay = self._delay(record, priority, 1)
            if delay == 0:
                record.sent.append(now)
            return delay

    def _reserve_or_delay(self, count: int, reservation: _Reservation) -> float:
        """Count several requests if all may be sent now; otherwise return the seconds to wait."""
        now = self._ledger.now()
        with self._ledger.open() as record:
            if (blocked := record.blocked_until - now) > 0:
                return blocked
            self._forget(record)
            delay = self._delay(record, Priority.OPERATION, count)
            if delay == 0:
                reservation.stamps += [now] * count
                record.sent += reservation.stamps
            return delay

    def _acquire_reserved(self, reservation: _Reservation, priority: Priority) -> bool:
        now = self._ledger.now()
        with self._ledger.open() as record:
            if record.blocked_until > now:
                return False
            self._forget(record)
            while reservation.stamps:
                stamp = reservation.stamps.pop()
                if stamp in record.sent:
                    # It counts from when it is sent, not from when it was reserved.
                    record.sent.remove(stamp)
                    record.sent.append(now)
                    return True
        return self._acquire_or_delay(priority) == 0

    def _delay(self, record: RateWindow, priority: Priority, count: int) -> float:
        """Return the seconds until a number of requests may be sent together; 0: now."""
        # A reservation of several requests would wait for ever if others took each free one.
        others = self._waiting_to_reserve if priority is not Priority.OPERATION else 0
        delays = []
        for total, window in self._bounds(record, priority):
            ceiling = max(1, total - others - count + 1)
            if self._count(record, window) >= ceiling:
                delays.append(record.sent[-ceiling] + window - self._ledger.now())
        return max(0.001, *delays) if delays else 0.0

    def _limit(self, record: RateWindow) -> int:
        if not record.limit:
            return LIMIT
        regained = (self._ledger.now() - record.learned_at) * RECOVERY_PER_MINUTE / WINDOW
        return min(LIMIT, int(record.limit + max(0.0, regained)))

    def _bounds(self, record: RateWindow, priority: Priority) -> list[tuple[int, float]]:
        # Only background work makes room for other programs that use the account. What an operator
        # waits for waits as long as the service said, not because of a learned limit.
        limit = self._limit(record) if priority is Priority.BACKGROUND else LIMIT
        return [(total * limit // LIMIT, window) for total, window in _BOUNDS[priority]]

    def _count(self, record: RateWindow, window: float = WINDOW) -> int:
        return len(record.sent) - bisect_right(record.sent, self._ledger.now() - window)

    def _forget(self, record: RateWindow) -> None:
        del record.sent[: len(record.sent) - self._count(record)]
