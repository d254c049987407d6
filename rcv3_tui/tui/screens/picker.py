"""A picker for long lists, which are filtered by typing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from rcv3_tui.tui.key_labels import KeyHint
from rcv3_tui.tui.mask import spell
from rcv3_tui.tui.screens.dialog import (
    Clock,
    Dialog,
    DialogKey,
    GuardFactory,
    TypeAheadGuard,
    event_clock,
)
from rcv3_tui.tui.widgets.entry_list import Entry, EntryList

__all__ = ["Entry", "PickerScreen"]

_LONG_HINT = 76
"""Columns from which the hint also names common keys."""


class PickerScreen(Dialog[tuple[str, ...] | None]):
    """Offers entries; the answer is the ids of the chosen ones, or None.

    Typed text filters immediately, including type-ahead. Enter chooses the marked entries, else the
    one under the cursor.

    Args:
        title: The title.
        entries: The entries.
        multiple: Whether several can be marked, with Tab or Space.
        preselected: The ids of initially marked entries.
        cursor: The id of the entry that the cursor starts on; otherwise on the first that can be
            chosen.
        ascii_only: Draw with ASCII only.
        guard: Creates the type-ahead guard, given the time of the first frame.
        clock: The clock that stamps events.
    """

    KEYS = (
        DialogKey("up", ("up", "ctrl+p"), "one up"),
        DialogKey("down", ("down", "ctrl+n"), "one down"),
        DialogKey("page-up", ("pageup",), "a page up"),
        DialogKey("page-down", ("pagedown",), "a page down"),
        DialogKey("first", ("home",), "the first"),
        DialogKey("last", ("end",), "the last"),
        DialogKey("mark", ("space", "tab"), "mark, where several can be chosen", hint="mark"),
        DialogKey(
            "take",
            ("enter",),
            "choose the marked entries, else the one under the cursor",
            hint="choose",
        ),
        DialogKey("erase", ("backspace",), "delete the last letter"),
        DialogKey("clear", ("ctrl+u",), "clear the filter"),
    )

    CSS_PATH = "picker.tcss"

    def __init__(
        self,
        title: str,
        entries: Sequence[Entry],
        *,
        multiple: bool = False,
        preselected: Iterable[str] = (),
        cursor: str = "",
        ascii_only: bool = False,
        guard: GuardFactory = TypeAheadGuard,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(guard=guard, ascii_only=ascii_only, clock=clock)
        self._all = tuple(entries)
        spelled = [spell(entry.label, ascii_only=ascii_only) for entry in entries]
        # The visible text is matched, including a substitute of the mask.
        self._words = [
            " ".join(
                (entry.label, seen, entry.region, entry.detail, entry.disabled, entry.id)
            ).casefold()
            for entry, seen in zip(entries, spelled, strict=True)
        ]
        self._label_width = max((cell_len(label) for label in spelled), default=1)
        self._multiple = multiple
        self._shown: Sequence[int] = range(len(self._all))
        self._filter = ""
        self._why = ""
        usable = {entry.id for entry in self._all if not entry.disabled}
        self._preselected = frozenset(preselected) & usable if multiple else frozenset()
        self._start = cursor if cursor in usable else ""
        self._title = self.literal(title, "dialog--title", id="title")
        self._field = self.literal("", id="field")
        self._rows = EntryList(ascii_only=ascii_only, marks=multiple, id="rows")
        self._state = self.literal("", "dialog--dim", id="state")
        self._hint = self.literal("", "dialog--dim", id="hint")

    @property
    def filter_text(self) -> str:
        """The typed filter."""
        return self._filter

    def compose(self) -> ComposeResult:
        """Lay out title, filter line, list and state line."""
        with Vertical(classes="dialog--frame"):
            yield self._title
            yield self._field
            yield self._rows
            yield self._state
            yield self._hint

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """The position of the terminal's cursor: on the row under the cursor."""
        return self._rows.region.offset + Offset(0, self._rows.cursor_line)

    def on_mount(self) -> None:
        """Show every entry."""
        self._rows.mark(self._preselected)
        self._rows.show(self._all, self._label_width)
        self._rows.move_to(self._first_row())
        self._update()

    def _first_row(self) -> int:
        for index, entry in enumerate(self._all):
            if entry.id == self._start or not (self._start or entry.disabled):
                return index
        return 0

    # -- keys ---------------------------------------------------------------------------------

    def press_early(self, event: events.Key) -> None:
        """Accept letters that were typed ahead, but no key that decides."""
        if self.action_of(event) in ("take", "mark"):
            super().press_early(event)
        else:
            self.press(event)

    def show_ignored(self, text: str) -> None:
        """Show that keys were ignored, until the next key."""
        self._why = text
        self._update()

    def press(self, event: events.Key) -> None:
        """Handle a key that was meant for this list."""
        rows = self._rows
        self._why = ""
        page = max(1, rows.size.height - 1)
        match self.action_of(event):
            case "take":
                self._take()
                return
            case "up":
                rows.move_to(rows.cursor - 1)
            case "down":
                rows.move_to(rows.cursor + 1)
            case "page-up":
                rows.move_to(rows.cursor - page)
            case "page-down":
                rows.move_to(rows.cursor + page)
            case "first":
                rows.move_to(0)
            case "last":
                rows.move_to(len(rows.entries) - 1)
            case "mark" if self._multiple:
                self._mark()
            case "erase":
                self._narrow(self._filter[:-1])
                return
            case "clear":
                self._narrow("")
                return
            case _ if event.is_printable and event.character:
                self._narrow(self._filter + event.character)
                return
        self._update()

    def key_hints(self) -> Sequence[KeyHint]:
        """Return the keys for the footer; marking only where several can be chosen."""
        return [hint for hint in super().key_hints() if self._multiple or hint[1] != "mark"]

    def leave(self) -> None:
        """Clear the filter; without one, close."""
        if self._filter:
            self._narrow("")
        else:
            self.answer(None)

    def _take(self) -> None:
        if self._rows.marked:
            marked = self._rows.marked
            self.answer(tuple(entry.id for entry in self._all if entry.id in marked))
            return
        current = self._rows.current
        if current is not None and not current.disabled:
            self.answer((current.id,))
            return
        self._say_why(current)
        self._update()

    def _mark(self) -> None:
        current = self._rows.current
        if current is None or current.disabled:
            self._say_why(current)
            return
        self._rows.mark(self._rows.marked ^ {current.id})
        self._rows.move_to(self._rows.cursor + 1)

    def _say_why(self, entry: Entry | None) -> None:
        if entry is None:
            self._why = "nothing matches: Esc clears the filter"
        else:
            self._why = f"{entry.name} cannot be chosen: {entry.disabled}"

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        # A longer filter matches a subset of the shorter one that it extends.
        among = self._shown if text.startswith(self._filter) else range(len(self._all))
        self._filter = text
        self._why = ""
        known = self._words
        self._shown = [i for i in among if all(word in known[i] for word in words)]
        self._rows.show([self._all[i] for i in self._shown], self._label_width)
        self._update()

    # -- layout -------------------------------------------------------------------------------

    def _update(self) -> None:
        self.put(self._field, f"> {self._filter}_")
        state = f"{len(self._shown)} of {len(self._all)}"
        marked = self._rows.marked
        if marked:
            hidden = len(marked - {entry.id for entry in self._rows.entries})
            state += f", {len(marked)} marked" + (f" ({hidden} hidden)" if hidden else "")
        if self._why:
            state = self._why
        elif not self._shown:
            state += ": nothing matches" if self._all else ": the list is empty"
        self.put(self._state, state)
        self._state.set_class(bool(self._why), "-why")
        moves = "type to filter, Up Down move, " if self.size.width >= _LONG_HINT else ""
        marks = "Space marks, " if self._multiple else ""
        escape = "clears" if self._filter else "closes"
        self.put(self._hint, f"{moves}{marks}Enter chooses, Esc {escape}")
