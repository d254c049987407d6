"""Forwards keys one at a time, each after the effects of the previous one are complete.

On a slow connection several keys arrive at once. Textual forwards all of them to the widget that
has the focus at that moment: of `/web`, the letters would run as commands before the filter opens.

Keys also arrive together if nobody pressed them: text that is pasted into a terminal without
bracketed paste, type-ahead, and a key that is held. Where letters are commands, such a burst is
dropped. Every dropped key is reported. `InputRules` decide what a key does in the current place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, runtime_checkable

from textual import events
from textual.command import CommandPalette
from textual.dom import DOMNode

from rcv3_tui.tui.commands.base import Command, CommandConsole
from rcv3_tui.tui.commands.table import MOVES
from rcv3_tui.tui.screens.dialog import Dialog, ignored_text
from rcv3_tui.tui.widgets.message_line import LogMessage

if TYPE_CHECKING:
    from textual.app import App

_PATIENCE = 0.5
"""Seconds after which a key whose widget was removed no longer delays the next ones."""

_ROUNDS_OF_PATIENCE = 10
"""How often a key waits so long for a widget that exists but is busy."""

_ROUNDS = 3
"""How many rounds of messages a key may cause: an entered line posts to its owner, which posts to
the screen, which moves the focus."""

PAUSE: Final = 0.03
"""Keys closer than this, in seconds, were not pressed one by one."""

GAP: Final = 0.08
"""Seconds of silence that end a burst of keys; a changing command waits as long."""

REPEAT: Final = 0.15
"""Greatest seconds between two repeats of a held key; an approving key waits as long."""


OPENERS = frozenset({"filter", "command-line"})
"""Commands that open the prompt."""


class Role(Enum):
    """What a key does in the focused place."""

    TEXT = auto()
    """It is typed into a field, or handled by a dialog with its own guard."""
    SPECIAL = auto()
    """It is not printable, so it is not part of a paste."""
    COMMAND = auto()
    """It is printable, and is a command here or does nothing."""
    MOVE = auto()
    """It moves the cursor; several at once are harmless."""
    OPEN = auto()
    """It opens a field: the keys after it are typed."""
    CHANGE = auto()
    """It runs a changing command; accepted only if it was pressed separately."""
    APPROVE = auto()
    """It approves a question; accepted only if it was pressed separately and is not held."""


_HOLDS: Final = {Role.CHANGE: GAP, Role.APPROVE: REPEAT}
"""Seconds for which a key waits for the next one, which would show that it is part of a burst."""


@runtime_checkable
class GuardedScreen(Protocol):
    """A screen with fields that opens without a key, and ignores what was typed for another."""

    ASKS_FOR_SECRETS: ClassVar[bool]

    def takes(self, time: float) -> bool:
        """Return whether a key or paste of this time was meant for it."""


@runtime_checkable
class FieldScreen(Protocol):
    """A screen with fields that shows notes."""

    def show_note(self, text: str) -> None:
        """Show a line of text."""


class KeyConsole(CommandConsole, Protocol):
    """The console as the rules for keys see it."""

    @property
    def takes_text(self) -> bool:
        """Whether the prompt takes the keys."""

    def leave_prompt(self) -> None:
        """Leave the prompt without entering its line, as Esc does."""

    def reject_burst(self, command: Command) -> None:
        """Show that a changing command was not run, because it came with other keys."""


class InputRules:
    """What a key does on the current screen, whether it is accepted, and what a paste becomes.

    Args:
        screen: Returns the topmost screen.
        console: Returns the console of the account on the screen.
    """

    def __init__(self, screen: Callable[[], object], console: Callable[[], KeyConsole]) -> None:
        self._screen = screen
        self._console = console
        self._reported: LogMessage | None = None
        """The message about the last burst."""

    def accepts(self, event: events.Key | events.Paste) -> bool:
        """Return whether the topmost screen accepts an input, and show that it does not.

        Only guarded screens reject any: what was typed before they opened.
        """
        screen = self._screen()
        if not isinstance(screen, GuardedScreen):
            return True
        if isinstance(event, events.Key) and event.key in ("escape", "ctrl+c", "ctrl+z"):
            return True
        accepted = screen.takes(event.time)
        if not accepted and isinstance(screen, FieldScreen):
            screen.show_note("ignored what was typed before this screen opened; type it again")
        return accepted

    def pasted_line(self, text: str) -> str:
        """Return the first line of a pasted text, and show that others were ignored."""
        lines = [line for line in text.splitlines() if line.strip()]
        others = len(lines) - 1
        screen, console = self._screen(), self._console()
        if screen is console and not console.takes_text:
            key = console.keys["filter"]
            console.show_message(f"pasted text ignored; press {key} first to filter for it", "warn")
        elif others > 0:
            note = f"pasted the first line; {others} more left out"
            if screen is console:
                console.show_message(note, "warn")
            elif isinstance(screen, FieldScreen):
                screen.show_note(note)
        return lines[0] if lines else ""

    def role_of(self, key: events.Key) -> Role:
        """Return what a key does in the current place."""
        screen, console = self._screen(), self._console()
        is_answer = isinstance(screen, Dialog) and screen.DECIDES
        if isinstance(screen, Dialog) and screen.approves_with(key):
            return Role.APPROVE
        if not is_answer and (screen is not console or console.takes_text):
            return Role.TEXT
        command = console.keys.command_on(key.key)
        writes = key.is_printable or key.key in ("enter", "tab")
        if command in MOVES:
            return Role.MOVE if writes else Role.SPECIAL
        if is_answer:
            return Role.CHANGE if writes else Role.SPECIAL
        if command in OPENERS:
            return Role.OPEN
        if command is not None and console.commands.by_name[command].changes:
            return Role.CHANGE
        return Role.COMMAND if writes else Role.SPECIAL

    def leave_text(self) -> bool:
        """Leave the palette or the prompt; return whether one of them has the keyboard."""
        screen, console = self._screen(), self._console()
        if isinstance(screen, CommandPalette):
            screen.dismiss(None)
        elif screen is console and console.takes_text:
            console.leave_prompt()
        else:
            return False
        return True

    def report_burst(self, keys: list[events.Key], continues: bool) -> None:
        """Show that a burst of keys was dropped, without the keys: they may hold a secret.

        A command that may have been pressed separately is named.

        Args:
            keys: All of its keys.
            continues: Some of them were reported before, because a long burst arrives in several
                reads; that message is replaced.
        """
        screen, console = self._screen(), self._console()
        if isinstance(screen, Dialog):
            screen.show_ignored(ignored_text(keys[-1], len(keys)))
            return
        if continues and console.messages and console.messages[-1] is self._reported:
            console.messages.pop()
        last = console.keys.command_on(keys[-1].key)
        is_apart = len(keys) == 1 or keys[-1].time - keys[-2].time >= PAUSE
        if last is not None and is_apart and screen is console:
            console.reject_burst(console.commands.by_name[last])
        else:
            opener = console.keys["filter"]
            what = f"pasted text ignored ({len(keys)} keys)"
            console.show_message(f"{what}; press {opener} first to filter for it", "warn")
        self._reported = console.messages[-1]


class KeyQueue:
    """The keys that wait for the previous one.

    Args:
        app: The app that reads the keys.
        forward: Forwards a key as Textual does: priority bindings first, then the focus.
        rules: What a key does now; they report dropped keys.
        hold: Seconds that a changing command waits for keys of the same burst, and an approving
            key longer in proportion; 0: only keys of the same read count.
    """

    def __init__(
        self,
        app: App[int],
        forward: Callable[[events.Key], Awaitable[None]],
        rules: InputRules,
        *,
        hold: float = GAP,
    ) -> None:
        self._app = app
        self._forward = forward
        self._rules = rules
        self._hold = hold
        self._waiting: deque[events.Key] = deque()
        self._under_way: events.Key | None = None
        self._node: DOMNode | None = None
        """Whose messages the current key waits for."""
        self._held: events.Key | None = None
        self._is_released = False
        """Whether the held key has waited for long enough."""
        self._last_time = float("-inf")
        """When the previous key was pressed."""
        self._dropped: list[events.Key] = []
        """The dropped keys of the last burst."""
        self._reported = 0
        """How many of them were reported."""
        self.in_burst = False
        """Whether the current key arrived together with others."""

    async def take(self, key: events.Key) -> None:
        """Queue a key that was just read."""
        self._waiting.append(key)
        if self._under_way is None:
            # After the other keys of the same read, which are already in the app's queue.
            self._app.call_later(self._go_on)
        else:
            self._be_patient(self._under_way, _ROUNDS_OF_PATIENCE)

    async def _go_on(self) -> None:
        while self._under_way is None and (key := self._next()) is not None:
            self._under_way = key
            target = self._app.focused or self._app.screen
            await self._forward(key)
            if key.is_forwarded:
                self._follow(key, [target] * _ROUNDS, target)
            else:
                self._under_way = None

    # -- bursts -------------------------------------------------------------------------------

    def _next(self) -> events.Key | None:
        """Return the next key to forward; None if there is none yet."""
        key = self._first_accepted()
        if self._reported < len(self._dropped):
            self._rules.report_burst(self._dropped.copy(), self._reported > 0)
            self._reported = len(self._dropped)
        return key

    def _first_accepted(self) -> events.Key | None:
        """Drop keys that nobody pressed one by one; return the next other one, if there is one."""
        while self._waiting:
            key = self._waiting[0]
            role = self._rules.role_of(key)
            if role not in (Role.TEXT, Role.SPECIAL):
                if self._dropped and key.time - self._dropped[-1].time < _HOLDS.get(role, GAP):
                    # The remainder of a burst that arrived in several reads.
                    self._drop(1)
                    continue
                burst = self._burst()
                if len(burst) > 1:
                    self._drop(len(burst))
                    continue
                if role in _HOLDS:
                    if self._is_holding(key, role):
                        return None
                    if self._has_neighbour(key, role):
                        self._drop(1)
                        continue
            self.in_burst = self._is_close(key, PAUSE, PAUSE)
            return self._pop()
        return None

    def _drop(self, count: int) -> None:
        """Drop the first keys that wait; they are reported with those of the same burst."""
        if not self._dropped or self._waiting[0].time - self._dropped[-1].time >= REPEAT:
            self._dropped, self._reported = [], 0
        self._dropped += [self._pop() for _ in range(count)]

    def _pop(self) -> events.Key:
        key = self._waiting.popleft()
        self._last_time = key.time
        return key

    def _burst(self) -> list[events.Key]:
        """Return the keys of a burst; at most one key if there is no burst."""
        keys = [self._waiting[0]]
        roles = {self._rules.role_of(keys[0])}
        for before, key in pairwise(self._waiting):
            role = self._rules.role_of(key)
            if key.time - before.time >= PAUSE or role is Role.SPECIAL or Role.OPEN in roles:
                break
            keys.append(key)
            roles.add(role)
        return keys[:1] if roles <= {Role.MOVE, Role.OPEN} else keys

    def _has_neighbour(self, key: events.Key, role: Role) -> bool:
        """Return whether the first key that waits was not pressed separately."""
        before = GAP if role is Role.APPROVE else PAUSE
        return self._is_close(key, before, _HOLDS[role])

    def _is_close(self, key: events.Key, before: float, after: float) -> bool:
        """Return whether another key arrived just before or after the first one that waits."""
        if key.time - self._last_time < before:
            return True
        return len(self._waiting) > 1 and self._waiting[1].time - key.time < after

    def _is_holding(self, key: events.Key, role: Role) -> bool:
        """Return whether a key still waits for others of the same burst."""
        if len(self._waiting) > 1 or not self._hold:
            return False
        if self._held is not key:
            self._held, self._is_released = key, False
            hold = self._hold * _HOLDS[role] / GAP
            self._app.set_timer(hold, partial(self._release, key))
        return not self._is_released

    async def _release(self, key: events.Key) -> None:
        """Forward a key that has waited for others of its burst, unless some came."""
        # Not by the clock: a timer may fire a moment before its time.
        if key is self._held:
            self._is_released = True
            await self._go_on()

    # -- the current key ----------------------------------------------------------------------

    def _follow(self, key: events.Key, rounds: list[DOMNode], node: DOMNode) -> None:
        """Follow a key through the message queues, from its target up to the app.

        Args:
            key: The key.
            rounds: The first node of this round and of each later one.
            node: The current node.
        """
        self._node = node
        # The callback is queued after the key, and after the messages that it caused.
        if not node.call_later(self._was_looked_at, key, rounds, node):
            self._app.call_later(self._end, key)

    def _was_looked_at(self, key: events.Key, rounds: list[DOMNode], node: DOMNode) -> None:
        parent = node.parent
        if parent is not None:
            self._follow(key, rounds, parent)
        elif len(rounds) > 1:
            self._follow(key, rounds[1:], rounds[1])
        else:
            # Through the app's queue, so that a change of focus precedes the next key.
            self._app.call_later(self._end, key)

    def _be_patient(self, key: events.Key, rounds: int) -> None:
        """Go on without a key whose widget was removed, and later without one that is stuck.

        Args:
            key: The current key.
            rounds: How often to wait for a widget that exists.
        """

        async def look() -> None:
            if key is not self._under_way:
                return
            if rounds > 1 and self._node is not None and self._node.is_running:
                self._be_patient(key, rounds - 1)
            else:
                await self._end(key)

        self._app.set_timer(_PATIENCE, look)

    async def _end(self, key: events.Key) -> None:
        if key is self._under_way:
            self._under_way = None
            await self._go_on()
