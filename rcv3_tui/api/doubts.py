"""Tells the two meanings of a 403 without a word apart: too many requests, or no permission.

RackConnect API reference, section 7: wait until the minute has turned and try again; what is
refused then too is not allowed. Who has no role for one operation must not have everything else
held back for it, minute after minute.
"""

from __future__ import annotations

from msgspec import Struct

from rcv3_tui.clock import Clock

_TIMES = 3
_SECONDS = 61.0


class _Doubt(Struct):
    since: float
    times: int


class Doubts:
    """Counts refusals without a word, operation by operation.

    Args:
        clock: What tells whether the minute has turned.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._doubts: dict[str, _Doubt] = {}

    def is_forbidden(self, operation: str) -> bool:
        """Hear of one more such refusal, and tell whether it is want of permission by now.

        Args:
            operation: What was tried, in words.
        """
        now = self._clock.monotonic()
        doubt = self._doubts.setdefault(operation, _Doubt(now, 0))
        doubt.times += 1
        # Several calls that are refused at once are one refusal.
        return doubt.times >= _TIMES and now - doubt.since >= _SECONDS

    def went_well(self, operation: str) -> None:
        """Hear that the operation is allowed after all."""
        self._doubts.pop(operation, None)
