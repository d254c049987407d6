"""What all dialogs share: no key passes through, texts are literal, and none can be rushed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from msgspec import Struct
from textual import events
from textual._time import get_time
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from rcv3_tui.tui.key_names import spelled_all
from rcv3_tui.tui.screens.guard import Guard, GuardFactory
from rcv3_tui.tui.screens.literal import spell

Clock = Callable[[], float]
"""Seconds, by the clock that stamps Textual's events."""

event_clock: Clock = get_time

ResultT = TypeVar("ResultT")


class DialogKey(Struct, frozen=True):
    """A key that a dialog takes: help is made from the same list that presses are looked up in."""

    action: str
    """What the dialog calls it."""
    keys: tuple[str, ...]
    """The keys, as Textual names them."""
    help: str
    command: str = ""
    """The console's command of the same meaning: where that was moved, so is this."""


HELP = DialogKey("help", ("question_mark", "f1"), "these keys", "help")

SUSPEND = DialogKey("suspend", ("ctrl+z",), "suspend to the shell", "suspend")
"""The key that belongs to the shell."""

ALWAYS = (DialogKey("leave", ("escape", "ctrl+c"), "close; changes nothing"), HELP, SUSPEND)
"""What every dialog takes."""

FRAME_WIDTH = 78
"""Columns of a frame, where there are so many; the style sheet has the same."""

NARROW = 40
"""Columns below which a dialog drops its frame."""

LOW = 12
"""Rows below which a dialog drops its frame and its empty lines."""

TINY = 7
"""Rows below which hints go, so that something of the matter itself is in view."""


class Dialog(ModalScreen[ResultT], inherit_bindings=False):
    """A dialog that takes every key itself: none reaches what lies under it.

    Subclasses override `press`. Keys that come before the dialog has been painted, and those that
    the guard refuses, go to `press_early`, which by default drops them.

    A screen's own bindings are left out: a Tab that was handed to the screen underneath just before
    the dialog opened would come back through them and move the dialog's focus.

    Args:
        guard: Makes the guard once the dialog has been painted.
        ascii_only: Draw with ASCII alone.
        clock: The clock that stamps events.
    """

    KEYS: ClassVar[tuple[DialogKey, ...]] = ()
    """What it takes, besides text that is typed."""

    TYPES: ClassVar[bool] = True
    """Letters are text here, so that none of them can be a command."""

    AUTO_FOCUS = None
    ESCAPE_TO_MINIMIZE = False

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: transparent;
        overflow: hidden;
        .dialog--frame {
            width: 78;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            color: $foreground;
            border: solid $primary;
        }
        .dialog--title { height: auto; max-height: 3; text-style: bold; }
        .dialog--dim { height: auto; max-height: 2; color: $foreground-muted; }
        .dialog--blank { height: 1; }
        .dialog--buttons { height: 1; layout: horizontal; }
        &.-ascii .dialog--frame { border: ascii $primary; }
        &.-small .dialog--frame { border: none; padding: 0; }
        &.-small .dialog--blank { display: none; }
        &.-small .dialog--title { max-height: 1; }
        &.-small .dialog--dim { max-height: 1; }
    }
    """

    def __init__(
        self, *, guard: GuardFactory, ascii_only: bool = False, clock: Clock = event_clock
    ) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self._ascii_only = ascii_only
        self._clock = clock
        self._make_guard = guard
        self._guard: Guard | None = None
        self._answered = False

    # -- for subclasses -----------------------------------------------------------------------

    def action_of(self, event: events.Key) -> str:
        """Tell what a key means here; empty for nothing, or for text."""
        for own in self.KEYS:
            if event.key in self.keys_of(own):
                return own.action
        return ""

    def keys_of(self, own: DialogKey) -> tuple[str, ...]:
        """Give the keys that something is on, as the operator has put them."""
        moved = self.app._keymap.get(own.command) if own.command else None
        if moved is None:
            return own.keys
        keys = tuple(moved.split(","))
        # Where letters are text, a command that was put on one keeps its own key here.
        return own.keys if self.TYPES and any(len(key) == 1 for key in keys) else keys

    def show_keys(self) -> None:
        """Open the keys of this dialog."""
        # Help is such a dialog itself.
        from rcv3_tui.tui.screens.help import HelpScreen

        rows = [(spelled_all(self.keys_of(own)), own.help) for own in (*self.KEYS, *ALWAYS)]
        self.app.push_screen(HelpScreen([("", rows)], ascii_only=self._ascii_only))

    def press(self, event: events.Key) -> None:
        """Act on a key that was meant for this dialog."""
        raise NotImplementedError

    def press_early(self, event: events.Key) -> None:
        """Act on a key that was pressed before the dialog could be read; most are dropped."""

    def leave(self) -> None:
        """Act on Escape and Ctrl+C, which are taken at any time."""
        raise NotImplementedError

    def answer(self, result: ResultT | None) -> None:
        """Close with an answer, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)

    @property
    def hurried(self) -> bool:
        """The last key came faster than a hand can press one after another."""
        return self._guard is None or self._guard.hurried

    def takes(self, time: float) -> bool:
        """Tell whether a key or click of this time was meant for this dialog."""
        return self._guard is not None and self._guard.accepts(time)

    def literal(self, text: str, classes: str = "", id: str | None = None) -> Static:
        """Give a widget that shows a text as it is spelled."""
        return Static(self.spelled(text), markup=False, classes=classes or None, id=id)

    def put(self, widget: Static, text: str) -> None:
        """Show another text in a widget of `literal`; one that is there already costs nothing."""
        content = self.spelled(text)
        if widget.content != content:
            widget.update(content)

    def spelled(self, text: str) -> Content:
        """Give a text as it may be drawn, without markup."""
        return Content(spell(text, ascii_only=self._ascii_only))

    def fit(self, width: int, height: int) -> None:
        """Lay out for a size; called before the first picture and on each change of size."""

    # -- what happens -------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Start to take keys once the first picture has been painted."""
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._guard = self._make_guard(self._clock())
        self.painted()

    def painted(self) -> None:
        """Act on the first picture having been painted."""

    def on_resize(self, event: events.Resize) -> None:
        """Drop the frame where there is no room for it."""
        width, height = event.size
        self.set_class(width < NARROW or height < LOW, "-small")
        self.set_class(height < TINY, "-tiny")
        self.fit(width, height)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Claim every key, so that no binding of the app sees one, priority or not.

        Only the key to the shell is let through: the shell is reached from anywhere.
        """
        return key not in self.keys_of(SUSPEND)

    def on_key(self, event: events.Key) -> None:
        """Take every key."""
        event.stop()
        event.prevent_default()
        accepted = self.takes(event.time)
        if self._answered:
            return
        if event.key in ("escape", "ctrl+c"):
            self.leave()
        elif self._asks_for_help(event):
            self.show_keys()
        elif accepted:
            self.press(event)
        else:
            self.press_early(event)

    def _asks_for_help(self, event: events.Key) -> bool:
        return event.key in self.keys_of(HELP) and not (self.TYPES and event.is_printable)

    def on_paste(self, event: events.Paste) -> None:
        """Swallow pasted text: it was not pressed."""
        event.stop()
        event.prevent_default()
