"""A clock that runs many times faster than the machine's, the same in every process."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

RATE: Final = 250.0
"""Seconds on the clock for each real one, unless asked otherwise."""

_START: Final = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


class FastClock:
    """Time that passes quickly.

    Args:
        rate: Seconds on the clock for each real one.
        origin: The machine's monotonic time at which the clock stood at its start; None: now.
    """

    def __init__(self, rate: float = RATE, origin: float | None = None) -> None:
        self.rate = rate
        self.origin = time.monotonic() if origin is None else origin

    def monotonic(self) -> float:
        return (time.monotonic() - self.origin) * self.rate

    def now(self) -> datetime:
        return _START + timedelta(seconds=self.monotonic())

    def timestamp(self) -> float:
        """The time of day as seconds since 1970, for the simulated account."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.rate)

    def set_forward(self, seconds: float) -> None:
        """Be that much later at once; sleepers are not woken by it."""
        self.origin -= seconds / self.rate
