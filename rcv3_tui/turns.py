"""Long work on the event loop, in slices between which everything else comes first.

A key that is pressed meanwhile goes through a dozen queues before anything of it is seen, each a
round of the loop. With a slice of work in every round it would be late by all of them; so whoever
works on stands aside until a round has nothing to do.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

SLICE_SECONDS = 0.0015
"""How long work goes on before others get their turn."""

_QUIET_SECONDS = 0.0001
"""A round of the loop that takes less had nothing to do."""

_MOST_ROUNDS = 25
"""After so many rounds the work goes on all the same."""


class Slice:
    """Tells when it is time to let others have their turn."""

    def __init__(self) -> None:
        self._end = perf_counter() + SLICE_SECONDS

    def is_over(self) -> bool:
        """Tell whether the slice has lasted long enough; if so, the next one begins when asked."""
        return perf_counter() >= self._end

    def begin(self) -> None:
        """Begin the next one."""
        self._end = perf_counter() + SLICE_SECONDS


async def stand_aside() -> None:
    """Let all run that is ready, and what that makes ready, until nothing is.

    A cancellation leaves nothing undone that this has begun.
    """
    for _ in range(_MOST_ROUNDS):
        began = perf_counter()
        await asyncio.sleep(0)
        if perf_counter() - began < _QUIET_SECONDS:
            return
