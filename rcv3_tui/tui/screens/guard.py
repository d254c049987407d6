"""Which keys were pressed at a dialog, and which only happened to arrive while it opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

HOLD = 0.3
"""Seconds after a dialog was first painted in which it takes no key."""

SHORT_HOLD = 0.15
"""The same for a dialog in which nothing is taken away."""

GAP = 0.08
"""Seconds of silence that end a burst of keys."""

PAUSE = 0.03
"""Seconds before an approving key; closer than that no hand presses two keys, a paste does."""


class Guard(Protocol):
    """What a dialog asks before it takes a key."""

    @property
    def hurried(self) -> bool:
        """The last key followed the one before it faster than a hand can press."""

    def accepts(self, key_time: float) -> bool:
        """Tell whether a key that was made at this time was meant for the dialog."""


GuardFactory = Callable[[float], Guard]
"""Makes a guard for a dialog that was first painted at this time."""


class TypeAheadGuard:
    """Refuses what was typed before the dialog could be read.

    Keys are judged by the time they were read from the terminal, not by when they are handled:
    a burst that waited in a queue is still a burst. Once one key has been accepted all later ones
    are, for by then the operator sees the dialog.

    Args:
        opened_at: When the dialog was first painted, by the clock that stamps key events.
        hold: Seconds after that in which every key is refused.
        gap: Keys that follow each other within this many seconds belong to one burst; a burst
            that began too early is refused to its end.
        pause: Seconds that have to lie before a key for it not to count as hurried.
    """

    def __init__(
        self, opened_at: float, hold: float = HOLD, gap: float = GAP, pause: float = PAUSE
    ) -> None:
        self._ready_at = opened_at + hold
        self._gap = gap
        self._pause = pause
        self._last = float("-inf")
        self._since = float("inf")
        self._open = False

    @property
    def hurried(self) -> bool:
        """The last key followed the one before it within `pause` seconds."""
        return self._since < self._pause

    def accepts(self, key_time: float) -> bool:
        """Judge one key; every key has to be shown to the guard, in the order they came.

        Args:
            key_time: When the key event was made.

        Returns:
            True when it was meant for the dialog.
        """
        self._since = key_time - self._last
        self._last = max(self._last, key_time)
        if not self._open:
            self._open = key_time >= self._ready_at and self._since >= self._gap
        return self._open


def light_guard(opened_at: float) -> Guard:
    """Make the guard of a dialog in which nothing is taken away."""
    return TypeAheadGuard(opened_at, hold=SHORT_HOLD)
