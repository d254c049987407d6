"""How long the program did not run: suspended with its machine, or stopped by a signal.

An operation that waits in a long queue is still wanted. One that was suspended for a night with the
machine may not be: the operator saw no progress.
"""

from __future__ import annotations

from collections.abc import Callable

from rcv3_tui.clock import Clock

_BEAT = 5.0
"""Seconds between two readings of the clock."""

_LATEST = 15.0
"""The longest interval that a busy machine explains. In a longer one the program did not run."""


class SuspensionMeter:
    """Adds up the time in which the program did not run.

    Args:
        clock: This machine's own clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._missed = 0.0
        self._last: float | None = None
        self._measuring = False

    @property
    def missed(self) -> float:
        """Seconds so far; only differences mean anything, and only while `measure` runs."""
        now = self._clock.monotonic()
        if self._last is not None and now - self._last > _LATEST:
            self._missed += now - self._last
        self._last = now
        return self._missed

    @property
    def ahead(self) -> float:
        """Seconds by which the time of day is ahead of the monotonic clock.

        It grows where a machine is suspended without any clock of its own noticing.
        """
        return self._clock.now().timestamp() - self._clock.monotonic()

    async def measure(self, is_wanted: Callable[[], bool]) -> None:
        """Read the clock regularly while the result is needed.

        Only the first of several concurrent calls does so.
        """
        if self._measuring:
            return
        self._measuring = True
        try:
            while is_wanted():
                _ = self.missed
                await self._clock.sleep(_BEAT)
        finally:
            self._measuring = False
            self._last = None
