"""Asks before a program of the operator runs, and shows the command as it will run."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from rcv3_tui.tui.own_commands import PreparedProgram
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
from rcv3_tui.tui.widgets.styled_lines import StyledLine, styled, styled_spans

_HINT = "Tab and Enter to run; Esc cancels"

_OTHERS = 8
"""Rows of the dialog besides those of the command, frame and margins included."""


class ConfirmRunScreen(Dialog[bool]):
    """Asks before a program runs; True is the answer only of Run, reached with Tab, and Enter.

    Args:
        program: The program, with its arguments.
        is_demo: The account is simulated.
        ascii_only: Draw with ASCII alone.
        guard: Makes the guard against type-ahead, given the time of the first frame.
        clock: The clock that stamps events.
    """

    KEYS = (
        DialogKey("turn", ("tab", "shift+tab"), "from Cancel to Run, and back", hint="switch"),
        DialogKey("to-run", ("right",), "to Run"),
        DialogKey("to-cancel", ("left",), "to Cancel"),
        DialogKey("enter", ("enter",), "press the button that has the focus", hint="press"),
        DialogKey("up", ("up", "pageup"), "scroll the command up"),
        DialogKey("down", ("down", "pagedown"), "scroll the command down"),
    )
    TYPES = False
    CLOSES = "cancel"

    CSS_PATH = "confirm_run.tcss"

    def __init__(
        self,
        program: PreparedProgram,
        *,
        is_demo: bool = False,
        ascii_only: bool = False,
        guard: GuardFactory = TypeAheadGuard,
        clock: Clock = event_clock,
    ) -> None:
        super().__init__(guard=guard, ascii_only=ascii_only, clock=clock)
        self._program = program
        self._cancel = DialogButton("Cancel", id="cancel")
        self._run = DialogButton("Run", id="run")
        lines = [styled_spans(("$ ", "muted"), (program.line, "strong"), hang=2)]
        if program.is_background:
            lines += [
                StyledLine(""),
                styled("It runs in the background; its output goes to the log.", ""),
            ]
        if is_demo:
            note = "The account is simulated; the program is real, and runs on this machine."
            lines += [StyledLine(""), styled(note, "warn")]
        self._body = LinesView(lines, ascii_only=ascii_only, id="body")
        self._hint = self.literal(_HINT, "dialog--dim", id="hint")

    def compose(self) -> ComposeResult:
        """Lay the dialog out; Cancel comes before Run."""
        with Vertical(classes="dialog--frame"):
            title = f"Run {self._program.name} on {self._program.subject}?"
            yield self.literal(title, "dialog--title", id="title")
            yield self.literal("", "dialog--blank")
            yield self._body
            yield self.literal("", "dialog--blank")
            yield self._hint
            with Horizontal(classes="dialog--buttons"):
                yield self._cancel
                yield self._run

    def on_mount(self) -> None:
        """Put the focus on Cancel."""
        self.set_focus(self._cancel)

    def painted(self) -> None:
        """Have the focus on Cancel when keys begin to count, whatever happened until then."""
        self.set_focus(self._cancel)

    def fit(self, width: int, height: int) -> None:
        """Show the whole command where there is room; it scrolls otherwise."""
        small = self.has_class("-small")
        inner = max(1, width if small else min(width, FRAME_WIDTH) - 4)
        room = height - (3 if small else _OTHERS)
        self._body.styles.height = max(1, min(self._body.height_at(inner), room))

    def approves_with(self, key: events.Key) -> bool:
        """Return whether a key presses Run."""
        return self.action_of(key) == "enter" and self.focused is self._run

    def show_ignored(self, text: str) -> None:
        """Show that keys were ignored, until the next key."""
        self.put(self._hint, f"{text}; Esc cancels")

    def press(self, event: events.Key) -> None:
        """Take a key that was meant for this dialog."""
        hint = _HINT
        match self.action_of(event):
            case "turn":
                self.set_focus(self._cancel if self.focused is self._run else self._run)
            case "to-run":
                self.set_focus(self._run)
            case "to-cancel":
                self.set_focus(self._cancel)
            case "up":
                self._body.move(-1)
            case "down":
                self._body.move(1)
            case "enter" if self.focused is self._run and self.hurried:
                # Tab and Enter in one go: a paste, no decision.
                hint = "Enter ignored (possible type-ahead); press it again; Esc cancels"
            case "enter":
                self.answer(self.focused is self._run)
                return
        self.put(self._hint, hint)

    def leave(self) -> None:
        """Cancel."""
        self.answer(False)

    @on(DialogButton.Clicked)
    def _clicked(self, event: DialogButton.Clicked) -> None:
        event.stop()
        if event.button is self._cancel:
            self.answer(False)
        elif self.takes(event.clicked_at):
            self.answer(True)
