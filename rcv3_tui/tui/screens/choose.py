"""A small menu of which one is chosen, by its letter or with Enter."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from rcv3_tui.tui.screens.dialog import Clock, Dialog, DialogKey, event_clock
from rcv3_tui.tui.screens.guard import GuardFactory, light_guard
from rcv3_tui.tui.screens.rows_view import Entry, RowsView


class Choice(Struct, frozen=True):
    """One entry of a menu."""

    id: str
    """The answer."""
    key: str
    """The letter that chooses it."""
    label: str
    detail: str = ""
    disabled: str = ""
    """Why it cannot be chosen, in words; empty: it can."""


class ChooseScreen(Dialog[str | None]):
    """Offers a few choices and answers with the id of one, or None.

    Nothing is changed by a choice itself: what would be is asked for afterwards.

    Args:
        title: What is chosen.
        choices: What there is; keys are single characters, each once.
        current: Id of the choice that holds now; the cursor starts on it.
        ascii_only: Draw with ASCII alone.
        guard: Makes the guard against type-ahead, given the time of the first picture.
        clock: The clock that stamps events.
    """

    KEYS = (
        DialogKey("up", ("up", "k", "ctrl+p", "shift+tab"), "one up"),
        DialogKey("down", ("down", "j", "ctrl+n", "tab"), "one down"),
        DialogKey("take", ("enter",), "choose"),
    )
    TYPES = False

    CSS_PATH = "choose.tcss"

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        current: str = "",
        ascii_only: bool = False,
        guard: GuardFactory = light_guard,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(guard=guard, ascii_only=ascii_only, clock=clock)
        self._choices = tuple(choices)
        self._current = current
        self._title = self.literal(title, "dialog--title", id="title")
        self._rows = RowsView(ascii_only=ascii_only, id="rows")
        self._hint_text = "a letter or Enter chooses, Esc closes"
        self._hint = self.literal(self._hint_text, "dialog--dim", id="hint")

    def retitle(self, title: str) -> None:
        """Say something else above the choices, because what it said is so no more."""
        self.put(self._title, title)

    def compose(self) -> ComposeResult:
        """Lay out title, choices and a hint."""
        with Vertical(classes="dialog--frame"):
            yield self._title
            yield self._rows
            yield self._hint

    def on_mount(self) -> None:
        """Show the choices, the cursor on the one that holds now."""
        entries = [
            Entry(choice.id, f"{choice.key}  {choice.label}", choice.detail, choice.disabled)
            for choice in self._choices
        ]
        self._rows.show(entries, max((len(entry.label) for entry in entries), default=1))
        ids = [choice.id for choice in self._choices]
        self._rows.move_to(ids.index(self._current) if self._current in ids else 0)

    def fit(self, width: int, height: int) -> None:
        """Give the choices the rows that they need, as far as there are any."""
        room = height - (2 if height < 7 else 5)
        self._rows.styles.height = max(1, min(len(self._choices), room))

    def press(self, event: events.Key) -> None:
        """Take a key that was meant for this menu."""
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

    def _choose(self, choice: Choice) -> str:
        if choice.disabled:
            return f"{choice.label} cannot be chosen: {choice.disabled}"
        self.answer(choice.id)
        return self._hint_text
