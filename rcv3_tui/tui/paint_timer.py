"""When the console is painted: at once where a key waits for it, else at most 60 times a second.

Textual's own timer keeps to a grid of sixtieths; what is asked for just after it has ticked off the
grid waits for up to two of them. So a key that is pressed when a refresh has just been drawn would
be seen 33 ms later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

_PERIOD = 1 / 60
"""Seconds between two paintings that nobody waits for."""

_AFTER_A_KEY = 0.002
"""Seconds that a key's widgets are given to say all that is new."""

_HASTE = 0.05
"""Seconds after a key within which what is new is most likely of its doing."""


class PaintTimer:
    """Takes the place of Textual's timer of a screen.

    Args:
        paint: Draws what has to be drawn anew.
        failed: Told of an error that painting ended with.
    """

    def __init__(self, paint: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        self._paint = paint
        self._failed = failed
        self._due: asyncio.TimerHandle | None = None
        self._painted = 0.0
        self._in_haste_until = 0.0

    def key_was_pressed(self) -> None:
        """Paint what comes next without waiting."""
        self._in_haste_until = perf_counter() + _HASTE
        if self._due is not None:
            self.pause()
            self.resume()

    def resume(self) -> None:
        """Paint soon; once, however often it is asked for."""
        if self._due is not None:
            return
        now = perf_counter()
        wait = max(0.0, self._painted + _PERIOD - now)
        if now < self._in_haste_until:
            wait = min(wait, _AFTER_A_KEY)
        self._due = asyncio.get_running_loop().call_later(wait, self._tick)

    def pause(self) -> None:
        """Paint no more until asked again."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _tick(self) -> None:
        self._due = None
        self._painted = perf_counter()
        try:
            self._paint()
        except Exception as error:
            self._failed(error)
