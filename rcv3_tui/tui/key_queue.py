"""Hands keys on one at a time, each after what the one before it did has been done.

A line that lags, or a quick hand, brings several keys at once. Textual forwards them all to
whatever has the focus at that moment, so that of `/web` only the `/` would reach the typed line's
opening, and the letters would be taken for commands of the pane.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events
from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.app import App

_PATIENCE = 0.5
"""Seconds after which a key that went away with its widget holds the next ones up no longer."""


_ROUNDS = 3
"""How often what a key set off is followed up: a line that is entered tells its owner, which tells
the screen, which gives the focus back."""


class KeyQueue:
    """The keys that wait for the one before them.

    Args:
        app: Whose keys.
        hand_on: Does with a key what Textual does: priority bindings first, else the focus.
    """

    def __init__(self, app: App[int], hand_on: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[events.Key] = deque()
        self._under_way: events.Key | None = None

    async def take(self, key: events.Key) -> None:
        """Take a key that has just been read."""
        self._waiting.append(key)
        if self._under_way is None:
            await self._go_on()
        else:
            self._app.set_timer(_PATIENCE, lambda late=self._under_way: self._end(late))

    async def _go_on(self) -> None:
        while self._waiting and self._under_way is None:
            key = self._under_way = self._waiting.popleft()
            target = self._app.focused or self._app.screen
            await self._hand_on(key)
            if key.is_forwarded:
                self._follow(key, [target] * _ROUNDS, target)
            else:
                self._under_way = None

    def _follow(self, key: events.Key, rounds: list[DOMNode], node: DOMNode) -> None:
        """Come after a key to whoever looks at it, from its target up to the app.

        Args:
            key: The key.
            rounds: Where this round and each later one begin.
            node: Whose turn it is.
        """
        # The callback stands behind the key, and behind what came of it, in the same queue.
        if not node.call_later(self._was_looked_at, key, rounds, node):
            self._app.call_later(self._end, key)

    def _was_looked_at(self, key: events.Key, rounds: list[DOMNode], node: DOMNode) -> None:
        parent = node.parent
        if parent is not None:
            self._follow(key, rounds, parent)
        elif len(rounds) > 1:
            self._follow(key, rounds[1:], rounds[1])
        else:
            # By way of the app's queue, so that a change of focus comes before the next key.
            self._app.call_later(self._end, key)

    async def _end(self, key: events.Key) -> None:
        if key is self._under_way:
            self._under_way = None
            await self._go_on()
