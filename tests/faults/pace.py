"""Whether the machine kept up with the clock, and a slower clock where it did not.

The suite's clock runs hundreds of times as fast as the machine's. A machine that is busy with
something else for a tenth of a second lets half a minute pass in the middle of a request: what
comes of that says nothing about the program, so the combination is played again, more slowly.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from tests.faults.verdicts import Verdict

SLOWER: Final = (1.0, 4.0, 12.0)
"""By how much the clock is slowed down, try after try; what fails in the last one has failed."""

_LOOK_SECONDS: Final = 0.01
_LATE_SECONDS: Final = 0.04
"""Real seconds of unevenness, at the first pace, from which on the machine did not keep up."""


class Pace:
    """How evenly the machine ran a job."""

    def __init__(self) -> None:
        self.latest = 0.0
        """The most real seconds by which the event loop came too late."""

    def was_kept(self, slower: float) -> bool:
        """Return whether the machine kept up with a clock that was slowed down so much."""
        return self.latest < _LATE_SECONDS * slower

    async def _watch(self) -> None:
        while True:
            due = time.monotonic() + _LOOK_SECONDS
            await asyncio.sleep(_LOOK_SECONDS)
            self.latest = max(self.latest, time.monotonic() - due)


@asynccontextmanager
async def watched() -> AsyncIterator[Pace]:
    """Watch the machine for as long as the block lasts."""
    pace = Pace()
    watching = asyncio.get_running_loop().create_task(pace._watch())
    try:
        yield pace
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def at_its_own_pace(play: Callable[[float], Awaitable[Verdict]]) -> Verdict:
    """Play something, more slowly again where the machine did not keep up and it failed.

    Args:
        play: Plays it; given by how much the clock is to be slower.
    """
    for slower in SLOWER:
        is_last = slower == SLOWER[-1]
        async with watched() as pace:
            try:
                verdict = await play(slower)
            except (AssertionError, TimeoutError):
                if is_last or pace.was_kept(slower):
                    raise
                continue
        if is_last or not verdict.complaints or pace.was_kept(slower):
            return verdict
    raise AssertionError("the loop above returns or raises")
