"""A small menu; an item is chosen by its letter or with Enter."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from rcv3_tui.tui.screens.dialog import (
    Clock,
    Dialog,
    DialogKey,
    GuardFactory,
    TypeAheadGuard,
    event_clock,
)
from rcv3_tui.tui.widgets.entry_list import Entry, EntryList


class MenuItem(Struct, frozen=True):
    """One item of a menu."""

    id: str
    """The answer."""
    key: str
    """Its key."""
    label: str
    detail: str = ""
    disabled: str = ""
    """Why it cannot be chosen; empty: it can."""


class MenuScreen(Dialog[str | None]):
    """Offers a few items; the answer is the id of one, or None.

    A choice itself changes nothing: changes are confirmed afterward.

    Args:
        title: The title.
        choices: The items; their keys are distinct single characters.
        current: The id of the current item; the cursor starts on it.
        ascii_only: Draw with ASCII only.
        guard: Creates the type-ahead guard, given the time of the first frame.
        clock: The clock that stamps events.
    """

    KEYS = (
        DialogKey("up", ("up", "k", "ctrl+p", "shift+tab"), "one up"),
        DialogKey("down", ("down", "j", "ctrl+n", "tab"), "one down"),
        DialogKey("take", ("enter",), "choose", hint="choose"),
    )
    TYPES = False
    DECIDES = True

    CSS_PATH = "menu.tcss"

    def __init__(
        self,
        title: str,
        choices: Sequence[MenuItem],
        *,
        current: str = "",
        ascii_only: bool = False,
        guard: GuardFactory = TypeAheadGuard,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(guard=guard, ascii_only=ascii_only, clock=clock)
        self._choices = tuple(choices)
        self._current = current
        self._title = self.literal(title, "dialog--title", id="title")
        self._rows = EntryList(ascii_only=ascii_only, id="rows")
        self._hint_text = "a letter or Enter chooses, Esc closes"
        self._hint = self.literal(self._hint_text, "dialog--dim", id="hint")

    def retitle(self, title: str) -> None:
        """Change the title."""
        self.put(self._title, title)

    def compose(self) -> ComposeResult:
        """Lay out title, items and a hint."""
        with Vertical(classes="dialog--frame"):
            yield self._title
            yield self._rows
            yield self._hint

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """The position of the terminal's cursor: on the row under the cursor."""
        return self._rows.region.offset + Offset(0, self._rows.cursor_line)

    def on_mount(self) -> None:
        """Show the items, with the cursor on the current one."""
        entries = [
            Entry(choice.id, f"{choice.key}  {choice.label}", choice.detail, choice.disabled)
            for choice in self._choices
        ]
        self._rows.show(entries, max((len(entry.label) for entry in entries), default=1))
        ids = [choice.id for choice in self._choices]
        self._rows.move_to(ids.index(self._current) if self._current in ids else 0)

    def fit(self, width: int, height: int) -> None:
        """Use as many rows as the items need, if there are as many."""
        room = height - (2 if height < 7 else 5)
        self._rows.styles.height = max(1, min(len(self._choices), room))

    def press_early(self, event: events.Key) -> None:
        """Accept keys that move the cursor, but none that chooses."""
        letters = {choice.key for choice in self._choices}
        if event.character not in letters and self.action_of(event) in ("up", "down"):
            self.press(event)
        else:
            super().press_early(event)

    def show_ignored(self, text: str) -> None:
        """Show that keys were ignored, until the next key."""
        self.put(self._hint, text)

    def press(self, event: events.Key) -> None:
        """Handle a key that was meant for this menu."""
        hint = self._hint_text
        for row, choice in enumerate(self._choices):
            if event.character == choice.key:
                self._rows.move_to(row)
                hint = self._choose(choice)
                break
        else:
            match self.action_of(event):
                case "up":
                    self._rows.move_to(self._rows.cursor - 1)
                case "down":
                    self._rows.move_to(self._rows.cursor + 1)
                case "take" if self._choices:
                    hint = self._choose(self._choices[self._rows.cursor])
        self.put(self._hint, hint)

    def leave(self) -> None:
        """Close without a choice."""
        self.answer(None)

    def _choose(self, choice: MenuItem) -> str:
        if choice.disabled:
            return f"{choice.label} cannot be chosen: {choice.disabled}"
        self.answer(choice.id)
        return self._hint_text
