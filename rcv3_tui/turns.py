"""Long work on the event loop, in slices between which everything else comes first.

A key that is pressed meanwhile goes through a dozen queues before anything of it is seen, each a
round of the loop. With a slice of work in every round it would be late by all of them; so whoever
works on stands aside until a round has nothing to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

SLICE_SECONDS = 0.0015
"""How long work goes on before others get their turn."""

_LOOK_SECONDS = 0.0002
"""How often it is looked whether somebody waits."""

_QUIET_SECONDS = 0.0001
"""A round of the loop that takes less had nothing to do."""

_MOST_ROUNDS = 25
"""After so many rounds the work goes on all the same."""


def _nobody_waits() -> bool:
    return False


_somebody_waits: Callable[[], bool] = _nobody_waits


def give_way_to(somebody_waits: Callable[[], bool] | None) -> None:
    """Have slices end early for somebody whom the event loop has not heard yet.

    Args:
        somebody_waits: Tells whether a key has been pressed that is still to be read, in some
            microseconds; None: there is nobody to ask any more.
    """
    global _somebody_waits
    _somebody_waits = somebody_waits or _nobody_waits


class Slice:
    """Tells when it is time to let others have their turn."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin the next one."""
        now = perf_counter()
        self._end = now + SLICE_SECONDS
        self._look = now + _LOOK_SECONDS

    def is_over(self) -> bool:
        """Tell whether the slice has lasted long enough, or somebody waits."""
        now = perf_counter()
        if now < self._look:
            return False
        self._look = now + _LOOK_SECONDS
        return now >= self._end or _somebody_waits()


async def stand_aside() -> None:
    """Let all run that is ready, and what that makes ready, until nothing is.

    A cancellation leaves nothing undone that this has begun.
    """
    for _ in range(_MOST_ROUNDS):
        began = perf_counter()
        await asyncio.sleep(0)
        if perf_counter() - began < _QUIET_SECONDS:
            return
