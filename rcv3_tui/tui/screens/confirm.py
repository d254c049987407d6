"""The dialog before something is taken away: it cannot be approved by accident."""

from __future__ import annotations

import unicodedata

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from rcv3_tui.model.consequences import Item, Removal
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.screens.button import DialogButton
from rcv3_tui.tui.screens.dialog import FRAME_WIDTH, Clock, Dialog, DialogKey, event_clock
from rcv3_tui.tui.screens.guard import GuardFactory, TypeAheadGuard
from rcv3_tui.tui.screens.lines import Line, pieces, toned, wrap
from rcv3_tui.tui.screens.lines_view import LinesView
from rcv3_tui.tui.screens.literal import joined, spell

MANY = 1
"""More things than this are listed a line each, after what follows: that has to be in view."""

_LABEL = 11


class ConfirmScreen(Dialog[bool]):
    """Asks before a removal; True is the answer only of a deliberate yes.

    Cancel has the focus. The approving button has to be reached (Tab, Right, Left, Shift+Tab) and
    then pressed (Enter); where the removal weighs more, what goes has to be typed first. Typing
    goes to the field whichever button has the focus. Escape always cancels.

    Args:
        removal: What is asked for.
        ascii_only: Draw with ASCII alone.
        guard: Makes the guard against type-ahead, given the time of the first picture.
        clock: The clock that stamps events.
    """

    KEYS = (
        DialogKey("turn", ("tab", "shift+tab"), "from Cancel to the other button, and back"),
        DialogKey("to-approve", ("right",), "to the other button"),
        DialogKey("to-cancel", ("left",), "to Cancel"),
        DialogKey("enter", ("enter",), "press the button that has the focus"),
        DialogKey("scroll", ("up", "down", "pageup", "pagedown", "home", "end"), "read on"),
        DialogKey("erase", ("backspace",), "take a letter back"),
        DialogKey("clear", ("ctrl+u",), "take back all that was typed"),
    )

    CSS_PATH = "confirm.tcss"

    def __init__(
        self,
        removal: Removal,
        *,
        ascii_only: bool = False,
        guard: GuardFactory = TypeAheadGuard,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(guard=guard, ascii_only=ascii_only, clock=clock)
        self.removal = removal
        self._typed = ""
        self._changed = ""
        self._nudge = ""
        self._is_text = False
        """The burst of keys under way holds text that nobody asked for."""
        self._cancel = DialogButton("Cancel", id="cancel")
        self._approve = DialogButton(removal.verb, armed=self.is_armed, id="approve")
        self._body = LinesView(self._lines(), ascii_only=ascii_only, id="body")
        self._field = self.literal("", id="field")
        self._hint = self.literal(self._hint_text(), id="hint")
        self._more = self.literal("", "dialog--dim", id="more")

    # -- what the caller may do ----------------------------------------------------------------

    @property
    def is_armed(self) -> bool:
        """The approving button can be pressed."""
        if self._changed:
            return False
        return not self._has_field or any(
            _same(self._typed, spelling)
            for phrase in self.removal.phrases
            for spelling in (phrase, spell(phrase, ascii_only=self._ascii_only))
        )

    def look_again(self, snapshot: Snapshot) -> None:
        """Compare what is shown with a later picture, and disarm when it is not so any more.

        Args:
            snapshot: The picture; one of another region is passed over.
        """
        if any(item.request.region == snapshot.region for item in self.removal.items):
            self.targets_changed(self.removal.changed_in(snapshot))

    def targets_changed(self, text: str) -> None:
        """Say what changed underneath and disarm for good.

        Args:
            text: What changed, in words; empty: nothing.
        """
        if text and not self._changed:
            self._changed = text
            self._update()

    # -- what is seen -------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay the dialog out; Cancel comes before the approving button."""
        with Vertical(classes="dialog--frame"):
            yield self.literal(self.removal.title, "dialog--title", id="title")
            where = joined(self.removal.where, ascii_only=self._ascii_only)
            yield self.literal(where, "dialog--dim", id="where")
            yield self.literal("", "dialog--blank")
            yield self._body
            yield self._more
            yield self.literal("", "dialog--blank")
            yield self._field
            yield self._hint
            with Horizontal(classes="dialog--buttons"):
                yield self._cancel
                yield self._approve

    def on_mount(self) -> None:
        """Put the focus on Cancel."""
        self.set_class(self.removal.tier > 1, "-heavy")
        self.set_class(not self._has_field, "-no-field")
        self.set_focus(self._cancel)
        self._update()

    def painted(self) -> None:
        """Have the focus on Cancel when keys begin to count, whatever happened until then."""
        self.set_focus(self._cancel)

    def fit(self, width: int, height: int) -> None:
        """Fill the screen where not all fits; the body scrolls then, the buttons stay in view."""
        small = self.has_class("-small")
        inner = max(1, width if small else min(width, FRAME_WIDTH) - 4)
        told = (Line(self.removal.title), Line(self._hint_text()))
        others = len(wrap(told, inner)) + (3 if small else 9)
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
        self._field.display = self._has_field and not self._changed
        self.put(self._hint, self._hint_text())
        self._hint.set_class(bool(self._changed), "-changed")
        self.fit(*self.size)

    @property
    def _on_approve(self) -> bool:
        # A widget's own has_focus lags behind: it follows a message.
        return self.focused is self._approve

    @property
    def _has_field(self) -> bool:
        return self.removal.tier > 1

    def _hint_text(self) -> str:
        verb = self.removal.verb.lower()
        if self._changed:
            return f"changed underneath: {self._changed}; close and look again"
        if self._nudge:
            return self._nudge
        if not self.is_armed:
            phrase = " or ".join(self.removal.phrases)
            return f"type {phrase}, then Tab and Enter to {verb}; Esc cancels"
        return f"Tab and Enter to {verb}; Esc cancels"

    def _lines(self, *, follows_first: bool = False) -> list[Line]:
        items = self.removal.items
        follows = [pieces(("- ", ""), (line, "warn"), hang=2) for line in self.removal.consequences]
        if len(items) > MANY:
            things = [_in_a_line(item) for item in items]
            return [*follows, Line(""), toned("What it takes:", "muted"), *things]
        named = [line for item in items for line in _in_full(item)]
        if not named or not follows:
            return named + follows
        # Where not all can be seen at once, what follows must be among what is seen.
        return [*follows, Line(""), *named] if follows_first else [*named, Line(""), *follows]

    # -- what is pressed ----------------------------------------------------------------------

    def press(self, event: events.Key) -> None:
        """Take a key that was meant for this dialog; all that are not named do nothing."""
        self._nudge = ""
        if not self.hurried:
            self._is_text = False
        if event.is_printable and not self._has_field:
            self._is_text = True
        match self.action_of(event):
            case "enter":
                self._enter()
                return
            case "turn":
                self._turn()
            case "to-approve":
                self._turn(to_approve=True)
            case "to-cancel":
                self._turn(to_approve=False)
            case "scroll":
                self._scroll(event.key)
            case "erase":
                self._type(self._typed[:-1])
            case "clear":
                self._type("")
            case _ if event.is_printable and event.character:
                self._type(self._typed + event.character)
        self._update()

    def leave(self) -> None:
        """Cancel."""
        self.answer(False)

    def _enter(self) -> None:
        if not self._on_approve:
            self.answer(False)
        elif self.is_armed and self._is_text:
            # Letters, Tab and Enter in one go, where none are asked for: a paste, no decision.
            self._nudge = "that Enter came too fast to be sure: press it once more; Esc cancels"
            self._update()
        elif self.is_armed:
            self.answer(True)

    def _turn(self, *, to_approve: bool | None = None) -> None:
        if to_approve is None:
            to_approve = not self._on_approve
        self.set_focus(self._approve if to_approve and self.is_armed else self._cancel)

    def _type(self, text: str) -> None:
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
        elif taken and self.is_armed:
            self.answer(True)


def _same(typed: str, phrase: str) -> bool:
    def plain(text: str) -> str:
        return unicodedata.normalize("NFC", text.strip())

    return bool(plain(phrase)) and plain(typed) == plain(phrase)


def _in_full(item: Item) -> list[Line]:
    fields = [("address", item.address), ("server", item.name), ("id", item.id)]
    if item.kind == "pool node":
        fields = [("server", item.name), ("address", item.address), ("node id", item.id)]
    lines = [_field_line(label, value or "-") for label, value in fields]
    for extra in item.extra:
        lines.append(_field_line("", extra))
    return lines


def _field_line(label: str, value: str) -> Line:
    return pieces((label.ljust(_LABEL), "muted"), (value, "strong"), hang=_LABEL)


def _in_a_line(item: Item) -> Line:
    first, second = item.address, item.name
    if item.kind == "pool node":
        first, second = second, first
    words = [first.ljust(15), second, item.id, *item.extra]
    return Line("  ".join(word for word in words if word.strip()), hang=4)
