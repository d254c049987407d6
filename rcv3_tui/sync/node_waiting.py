"""Pauses between two sends of a batch, each reason with an end of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rcv3_tui.clock import Clock
from rcv3_tui.sync.address_reading import RACE_PAUSES
from rcv3_tui.sync.course import Course

BUSY = "the pool is being changed"
NODE_BUSY = "the node is being changed"
RACE = "RackConnect does not know the server yet"

_BUSY_PAUSES = (3.0, 5.0, 8.0, 13.0, 20.0)
"""A pool or node that is being changed refuses changes for a while (reference 9.1)."""


class Waiting:
    """The patience of one batch.

    Args:
        clock: What measures the pauses.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses: dict[str, Iterator[float]] = {}

    async def pause(self, waiting: Sequence[Course], together: Sequence[Course], why: str) -> bool:
        """Wait before the same is sent again.

        Args:
            waiting: The operations that something stands in the way of.
            together: All that are sent with them; they are told as well.
            why: The reason, in words.

        Returns:
            False when patience is over, without having waited.
        """
        key = ",".join([why, *sorted(course.operation.id for course in waiting)])
        known = RACE_PAUSES if why == RACE else _BUSY_PAUSES
        pause = next(self._pauses.setdefault(key, iter(known)), None)
        if pause is None:
            return False
        for course in together:
            course.waits(f"{why}; again in {pause:.0f} s")
        await self._clock.sleep(pause)
        return True
