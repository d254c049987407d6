"""The dialog that confirms a removal; it cannot be approved by accident."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Offset

from rcv3_tui.model.operation import MAX_NOTE
from rcv3_tui.model.removal_plan import RemovalItem, RemovalPlan, drift_since
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.operations.estimate import expected_duration
from rcv3_tui.tui.mask import join_spelled, spell
from rcv3_tui.tui.screens.dialog import (
    FRAME_WIDTH,
    Clock,
    Dialog,
    DialogKey,
    GuardFactory,
    TypeAheadGuard,
    event_clock,
)
from rcv3_tui.tui.widgets.dialog_button import DialogButton
from rcv3_tui.tui.widgets.lines_view import LinesView
from rcv3_tui.tui.widgets.styled_lines import StyledLine, styled, styled_spans, wrap

MANY = 1
"""More items than this are listed after the consequences, which must be in view."""

_LABEL = 11

_NOTE = "note: "

_WIDEST = 40
"""Cells up to which a column of several items is padded; longer texts push the rest aside."""


class ConfirmScreen(Dialog[bool]):
    """Asks before a removal; the answer is True only after a deliberate approval.

    Cancel has the focus, unless nothing can be lost: then Enter approves. Otherwise the approving
    button must be focused (Tab, Right, Left, Shift+Tab) and pressed (Enter); for a heavier removal,
    its subject must be typed first. Typed text goes to the field whichever button has the focus.
    Escape always cancels.

    A note for the journal is optional: one key opens its line, and typed text goes there until
    Enter or Tab closes it, which approves nothing. Then Cancel has the focus, and Enter does
    nothing until another key was pressed: it may be the one that ended the note, held too long.

    Args:
        removal: The removal plan.
        ascii_only: Draw with ASCII only.
        guard: Creates the type-ahead guard, given the time of the first frame.
        clock: The clock that stamps events.
    """

    KEYS = (
        DialogKey(
            "turn", ("tab", "shift+tab"), "from Cancel to the other button, and back", hint="switch"
        ),
        DialogKey("to-approve", ("right",), "to the other button"),
        DialogKey("to-cancel", ("left",), "to Cancel"),
        DialogKey(
            "enter",
            ("enter",),
            "press the focused button; once the phrase is typed, go to the other button",
            hint="press",
        ),
        DialogKey(
            "note", ("ctrl+n",), "write a note or ticket number for the journal", hint="note"
        ),
        DialogKey("scroll", ("up", "down", "pageup", "pagedown", "home", "end"), "read on"),
        DialogKey("erase", ("backspace",), "delete the last letter"),
        DialogKey("clear", ("ctrl+u",), "delete the typed text"),
    )

    CLOSES = "cancel"

    CSS_PATH = "confirm.tcss"

    def __init__(
        self,
        removal: RemovalPlan,
        *,
        ascii_only: bool = False,
        guard: GuardFactory = TypeAheadGuard,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(guard=guard, ascii_only=ascii_only, clock=clock)
        self.removal = removal
        self.note = ""
        """The note for the journal; empty: none."""
        self._is_noting = False
        """Whether typed text goes to the note."""
        self._was_noting = False
        """Whether nothing but Enter was pressed since the note ended."""
        self._typed = ""
        self._changed = ""
        self._nudge = ""
        self._is_text = False
        """Whether the current burst of keys contains something that may be no decision."""
        self._chose_cancel = False
        """Whether the operator moved the focus to Cancel after the phrase was typed."""
        self._cancel = DialogButton("Cancel", id="cancel")
        self._approve = DialogButton(removal.verb, armed=self.is_armed, id="approve")
        self._body = LinesView(self._lines(), ascii_only=ascii_only, id="body")
        self._field = self.literal("", id="field")
        self._note_line = self.literal("", id="note")
        self._hint = self.literal(self._hint_text(), id="hint")
        self._more = self.literal("", "dialog--dim", id="more")

    # -- for the caller -----------------------------------------------------------------------

    @property
    def is_armed(self) -> bool:
        """Whether the approving button can be pressed."""
        if self._changed:
            return False
        return not self._has_field or any(
            _same(self._typed, spelling)
            for phrase in self.removal.confirmation_phrases
            for spelling in (phrase, spell(phrase, ascii_only=self._ascii_only))
        )

    def check_drift(self, snapshot: Snapshot) -> None:
        """Compare the plan with a later snapshot; disarm the dialog if they differ.

        Args:
            snapshot: The snapshot; one of another region is ignored.
        """
        if any(item.request.region == snapshot.region for item in self.removal.items):
            self.targets_changed(drift_since(self.removal, snapshot))

    def targets_changed(self, text: str) -> None:
        """Show what changed, and disarm the dialog permanently.

        Args:
            text: What changed; empty: nothing.
        """
        if text and not self._changed:
            self._changed = text
            self._update()

    # -- layout -------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the dialog; Cancel precedes the approving button."""
        with Vertical(classes="dialog--frame"):
            yield self.literal(self.removal.title, "dialog--title", id="title")
            where = join_spelled(self.removal.where, ascii_only=self._ascii_only)
            yield self.literal(where, "dialog--dim", id="where")
            yield self.literal("", "dialog--blank")
            yield self._body
            yield self._more
            yield self.literal("", "dialog--blank")
            yield self._note_line
            yield self._field
            yield self._hint
            with Horizontal(classes="dialog--buttons"):
                yield self._cancel
                yield self._approve

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """The position of the terminal's cursor: after the typed text, else on the button."""
        if self._is_noting:
            width = max(1, self._note_line.size.width)
            down, right = divmod(cell_len(f"{_NOTE}{self.note}"), width)
            return self._note_line.region.offset + Offset(right, down)
        if self._has_field and not self._changed and not self.is_armed:
            return self._field.region.offset + Offset(len("> ") + cell_len(self._typed), 0)
        return super().cursor_screen_offset

    def on_mount(self) -> None:
        """Focus the first button."""
        self.set_class(self.removal.level > 1, "-heavy")
        self.set_class(not self._has_field, "-no-field")
        self.set_focus(self._first)
        self._update()

    def painted(self) -> None:
        """Focus the first button when keys begin to count, whatever happened before."""
        self.set_focus(self._first)

    def fit(self, width: int, height: int) -> None:
        """Fill the screen if not everything fits; then the body scrolls, the buttons stay."""
        small = self.has_class("-small")
        inner = max(1, width if small else min(width, FRAME_WIDTH) - 4)
        head = (StyledLine(self.removal.title), StyledLine(self._hint_text()))
        others = len(wrap(head, inner)) + (3 if small else 9) + self._note_line.display
        full = others + self._body.height_at(inner) > height
        self.set_class(full, "-full")
        self._body.set_lines(self._lines(follows_first=full))
        self.call_after_refresh(self._say_more)

    def _say_more(self) -> None:
        position = self._body.position
        text = f"-- lines {position}; PgDn, PgUp --" if position else ""
        self.put(self._more, text)

    def _update(self) -> None:
        armed = self.is_armed
        if not armed and self._on_approve:
            self.set_focus(self._cancel)
        self._approve.armed = armed
        if self._has_field:
            cursor = "" if self._changed else "_"
            tail = "   (matches)" if armed else ""
            self.put(self._field, f"> {self._typed}{cursor}{tail}")
        self.put(self._note_line, f"{_NOTE}{self.note}{'_' if self._is_noting else ''}")
        self._note_line.display = self._is_noting or bool(self.note)
        self._field.display = self._has_field and not self._changed
        self.put(self._hint, self._hint_text())
        self._hint.set_class(bool(self._changed), "-changed")
        self.fit(*self.size)

    @property
    def _first(self) -> DialogButton:
        """The button with the focus at the start: Cancel, unless nothing can be lost."""
        return self._cancel if self.removal.level else self._approve

    @property
    def _on_approve(self) -> bool:
        # A widget's has_focus is late: it changes with a message.
        return self.focused is self._approve

    @property
    def _has_field(self) -> bool:
        return self.removal.level > 1

    def _hint_text(self) -> str:
        verb = self.removal.verb.lower()
        if self._changed:
            return f"changed meanwhile: {self._changed}; close and check again"
        if self._is_noting:
            return "Enter ends the note, and confirms nothing; Esc cancels"
        if self._nudge:
            return self._nudge
        if not self.is_armed:
            phrase = " or ".join(self.removal.confirmation_phrases)
            return f"type {phrase}, then Tab and Enter to {verb}; Esc cancels"
        on_cancel = self.removal.level or self.focused is self._cancel
        keys = "Tab and Enter" if on_cancel else "Enter"
        return f"{keys} to {verb}; Esc cancels"

    def _lines(self, *, follows_first: bool = False) -> list[StyledLine]:
        items = self.removal.items
        follows = [
            styled_spans(("- ", ""), (line, "warn"), hang=2) for line in self.removal.consequences
        ]
        if len(items) > MANY:
            takes = styled_spans(
                ("- ", ""), (f"takes {expected_duration(self.removal.requests)}", ""), hang=2
            )
            heading = styled(f"{self.removal.verb}:", "muted")
            return [*follows, takes, StyledLine(""), heading, *_in_columns(items)]
        named = [line for item in items for line in _in_full(item)]
        if not named or not follows:
            return named + follows
        # If not everything is visible, the consequences must be.
        return (
            [*follows, StyledLine(""), *named]
            if follows_first
            else [*named, StyledLine(""), *follows]
        )

    # -- keys ---------------------------------------------------------------------------------

    def approves_with(self, key: events.Key) -> bool:
        """Return whether a key presses the approving button."""
        is_enter = self.action_of(key) == "enter"
        return is_enter and self._on_approve and self.is_armed and not self._is_noting

    def show_ignored(self, text: str) -> None:
        """Show that keys were ignored, until the next key."""
        self._nudge = ""
        self._nudge = f"{text}; {self._hint_text()}"
        self._update()

    def press(self, event: events.Key) -> None:
        """Handle a key that was meant for this dialog; other keys do nothing."""
        self._nudge = ""
        if not self.hurried:
            self._is_text = False
        if event.is_printable and not self._has_field:
            self._is_text = True
        if self._is_noting:
            self._press_in_note(event)
            return
        action = self.action_of(event)
        self._was_noting = self._was_noting and action == "enter"
        match action:
            case "enter" if self._was_noting and not self._changed:
                self._nudge = f"the note is written; {self._hint_text()}"
            case "enter":
                self._enter()
                return
            case "turn":
                self._turn()
            case "to-approve":
                self._turn(to_approve=True)
            case "to-cancel":
                self._turn(to_approve=False)
            case "note":
                self._is_noting = not self._changed
            case "scroll":
                self._scroll(event.key)
            case "erase":
                self._type(self._typed[:-1])
            case "clear":
                self._type("")
            case _ if event.is_printable and event.character:
                self._type(self._typed + event.character)
        self._update()

    def _press_in_note(self, event: events.Key) -> None:
        """Handle a key that was meant for the note; none of them approves anything."""
        # What follows in the same burst is no decision either.
        self._is_text = True
        match self.action_of(event):
            case "enter" | "turn" | "note":
                self._is_noting = False
                self._was_noting = True
                self.note = self.note.strip()
                self.set_focus(self._cancel)
            case "erase":
                self.note = self.note[:-1]
            case "clear":
                self.note = ""
            case _ if event.is_printable and event.character and len(self.note) < MAX_NOTE:
                self.note += event.character
        self._update()

    def leave(self) -> None:
        """Cancel."""
        self.answer(False)

    def _enter(self) -> None:
        if not self._on_approve and self._has_field and self.is_armed and not self._chose_cancel:
            # Never cancel what was just typed in full: the next Enter is the decision.
            self.set_focus(self._approve)
            self._is_text = True
            verb = self.removal.verb
            self._nudge = f"matches: {verb} has the focus; Enter to {verb.lower()}; Esc cancels"
            self._update()
        elif not self._on_approve:
            self.answer(False)
        elif self.is_armed and (self._is_text or (not self.removal.level and self.hurried)):
            # Letters, Tab and Enter in one burst, where none are expected, or the phrase and Enter
            # twice: a paste, not a decision.
            self._nudge = "Enter ignored (possible type-ahead); press it again; Esc cancels"
            self._update()
        elif self.is_armed:
            self.answer(True)

    def _turn(self, *, to_approve: bool | None = None) -> None:
        if to_approve is None:
            to_approve = not self._on_approve
        self._chose_cancel = not to_approve and self.is_armed
        self.set_focus(self._approve if to_approve and self.is_armed else self._cancel)

    def _type(self, text: str) -> None:
        self._chose_cancel = False
        if self._has_field and not self._changed:
            self._typed = text

    def _scroll(self, key: str) -> None:
        match key:
            case "up" | "down":
                self._body.move(-1 if key == "up" else 1)
            case "pageup" | "pagedown":
                self._body.page(-1 if key == "pageup" else 1)
            case "home":
                self._body.to_start()
            case _:
                self._body.to_end()

    @on(DialogButton.Clicked)
    def _clicked(self, event: DialogButton.Clicked) -> None:
        event.stop()
        taken = self.takes(event.clicked_at)
        if event.button is self._cancel:
            self.answer(False)
        elif taken and self.is_armed and not self._is_noting:
            self.answer(True)


def _same(typed: str, phrase: str) -> bool:
    def plain(text: str) -> str:
        return unicodedata.normalize("NFC", text.strip())

    return bool(plain(phrase)) and plain(typed) == plain(phrase)


def _in_full(item: RemovalItem) -> list[StyledLine]:
    fields = [("address", item.address), ("server", item.name), ("id", item.id)]
    if item.kind == "pool node":
        fields = [("server", item.name), ("address", item.address), ("node id", item.id)]
    elif item.kind == "membership":
        server, pool = item.request.server, item.request.pool
        ids = [("server id", "" if server is None else server.id)]
        ids.append(("pool id", "" if pool is None else pool.id))
        fields = [("server", item.name), ("address", item.address), *ids]
    elif item.kind == "new public IP":
        fields = [("server", item.name or "none")]
        fields += [("private", item.address), ("server id", item.id)] if item.id else []
    lines = [_field_line(label, value or "-") for label, value in fields]
    for extra in item.extra:
        lines.append(_field_line("", extra))
    return lines


def _field_line(label: str, value: str) -> StyledLine:
    return styled_spans((label.ljust(_LABEL), "muted"), (value, "strong"), hang=_LABEL)


def _in_columns(items: Sequence[RemovalItem]) -> list[StyledLine]:
    """Return a line for each item, with names, addresses and facts below each other; ids last."""
    rows = [_cells_of(item) for item in items]
    widths = [min(_WIDEST, max(map(cell_len, column))) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        used = (cell for cell, width in zip(padded, widths, strict=True) if width)
        lines.append(StyledLine("  ".join(used).rstrip(), hang=4))
    return lines


def _cells_of(item: RemovalItem) -> tuple[str, ...]:
    first, second = item.address or "no address", item.name or "-"
    if item.kind != "public IP":
        first, second = item.name or "no server", item.address or "-"
    # A membership has no id of its own yet; its server and pool are named.
    own_id = "" if item.kind == "membership" else item.id
    return (first, second, ", ".join(item.extra), own_id)
