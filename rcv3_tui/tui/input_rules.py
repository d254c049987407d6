"""Rules for input: which screen accepts it, what a key does there, and what a paste becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol, runtime_checkable

from textual import events
from textual.command import CommandPalette
from textual.screen import Screen

from rcv3_tui.tui.commands.table import MOVES
from rcv3_tui.tui.key_queue import PAUSE, Role
from rcv3_tui.tui.screens.console import ConsoleScreen
from rcv3_tui.tui.screens.dialog import Dialog, ignored_text
from rcv3_tui.tui.widgets.message_line import LogMessage

OPENERS = frozenset({"filter", "command-line"})
"""Commands that open the prompt."""


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


class InputRules:
    """Applies the rules for the current screen.

    Args:
        screen: Returns the topmost screen.
        console: Returns the console of the account on the screen.
    """

    def __init__(
        self, screen: Callable[[], Screen[object]], console: Callable[[], ConsoleScreen]
    ) -> None:
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
            continues: Some of them were reported before; that message is replaced.
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
