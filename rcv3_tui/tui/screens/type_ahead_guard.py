"""Rejects keys that were not meant for a dialog that just opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

HOLD = 0.3
"""Seconds after the first paint of a dialog in which it accepts no key."""

GAP = 0.08
"""Seconds of silence that end a burst of keys."""

PAUSE = 0.03
"""Least seconds before an approving key; a paste is faster, a hand is not."""


class Guard(Protocol):
    """Decides whether a dialog accepts a key."""

    @property
    def hurried(self) -> bool:
        """Whether the last key followed the previous one faster than a hand can press."""

    def accepts(self, key_time: float) -> bool:
        """Return whether a key event of this time was meant for the dialog."""


GuardFactory = Callable[[float], Guard]
"""Creates the guard of a dialog that was first painted at this time."""


class TypeAheadGuard:
    """Rejects what was typed before the dialog could be read.

    The time at which a key was read from the terminal counts, not the time at which it is handled:
    a burst that waited in a queue is still a burst. After one key was accepted, all later ones are,
    because by then the operator sees the dialog.

    Args:
        opened_at: When the dialog was first painted, by the clock that stamps key events.
        hold: Seconds after that in which every key is rejected.
        gap: Greatest seconds between two keys of a burst; a burst that began too early is
            rejected to its end.
        pause: Least seconds before a key that is not hurried.
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
        """Whether the last key followed the previous one within `pause` seconds."""
        return self._since < self._pause

    def accepts(self, key_time: float) -> bool:
        """Return whether to accept a key; must be called for every key, in order.

        Args:
            key_time: The time of the key event.

        Returns:
            True if it was meant for the dialog.
        """
        self._since = key_time - self._last
        self._last = max(self._last, key_time)
        if not self._open:
            self._open = key_time >= self._ready_at and self._since >= self._gap
        return self._open
