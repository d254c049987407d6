"""The base of all dialogs: they take every key, show literal text, and guard against type-ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from msgspec import Struct
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from rcv3_tui.settings import Settings
from rcv3_tui.tui.key_labels import KeyHint, label, labels
from rcv3_tui.tui.mask import spell

Clock = Callable[[], float]
"""Seconds, by the clock that stamps Textual's events."""


def event_clock() -> float:
    """Return the time by the clock that stamps Textual's events."""
    return Message().time


@runtime_checkable
class HasSettings(Protocol):
    """An app whose settings may put commands on other keys."""

    @property
    def settings(self) -> Settings:
        """The settings."""


def ignored_text(key: events.Key, count: int) -> str:
    """Return the text that keys were ignored.

    Args:
        key: The last of them.
        count: How many they are; of several, none is named: they may hold a secret.
    """
    if count == 1:
        return f"{label(key.key)} ignored (possible type-ahead); press it again"
    return f"{count} keys ignored (possible type-ahead); press them again one by one"


ResultT = TypeVar("ResultT")


class DialogKey(Struct, frozen=True):
    """A key of a dialog, for its help and its handling."""

    action: str
    """Its name in the dialog."""
    keys: tuple[str, ...]
    """Textual's names of the keys."""
    help: str
    command: str = ""
    """The console's command with the same meaning, whose remapping applies here, too."""
    hint: str = ""
    """A word or two for the footer; empty: the footer does not name the key."""


HELP = DialogKey("help", ("question_mark", "f1"), "these keys", "help")

SUSPEND = DialogKey("suspend", ("ctrl+z",), "suspend to the shell", "suspend")
"""The key that suspends to the shell."""

ALWAYS = (DialogKey("leave", ("escape", "ctrl+c"), "close; changes nothing"), HELP, SUSPEND)
"""The keys of every dialog."""

HOLD = 0.3
"""Seconds after the first paint of a dialog in which it accepts no key."""

GAP = 0.08
"""Seconds of silence that end a burst of keys."""

PAUSE = 0.03
"""Least seconds before an approving key; a paste is faster, a hand is not."""

FRAME_WIDTH = 78
"""Columns of a frame; the same as in the style sheet."""

NARROW = 40
"""Columns below which a dialog drops its frame."""

LOW = 12
"""Rows below which a dialog drops its frame and its empty lines."""

TINY = 7
"""Rows below which hints are dropped in favor of the content."""


class Guard(Protocol):
    """Decides whether a dialog accepts a key."""

    @property
    def hurried(self) -> bool:
        """Whether the last key followed the previous one faster than a hand can press."""

    def accepts(self, key_time: float) -> bool:
        """Return whether a key event of this time was meant for the dialog."""


GuardFactory = Callable[[float], Guard]
"""Creates the guard of a dialog that was first painted at this time."""


class TypeAheadGuard:
    """Rejects what was typed before the dialog could be read.

    The time at which a key was read from the terminal counts, not the time at which it is handled:
    a burst that waited in a queue is still a burst. After one key was accepted, all later ones are,
    because by then the operator sees the dialog.

    Args:
        opened_at: When the dialog was first painted, by the clock that stamps key events.
        hold: Seconds after that in which every key is rejected.
        gap: Greatest seconds between two keys of a burst; a burst that began too early is
            rejected to its end.
        pause: Least seconds before a key that is not hurried.
    """

    def __init__(
        self, opened_at: float, hold: float = HOLD, gap: float = GAP, pause: float = PAUSE
    ) -> None:
        self._ready_at = opened_at + hold
        self._gap = gap
        self._pause = pause
        self._last = float("-inf")
        self._since = float("inf")
        self._open = False

    @property
    def hurried(self) -> bool:
        """Whether the last key followed the previous one within `pause` seconds."""
        return self._since < self._pause

    def accepts(self, key_time: float) -> bool:
        """Return whether to accept a key; must be called for every key, in order.

        Args:
            key_time: The time of the key event.

        Returns:
            True if it was meant for the dialog.
        """
        self._since = key_time - self._last
        self._last = max(self._last, key_time)
        if not self._open:
            self._open = key_time >= self._ready_at and self._since >= self._gap
        return self._open


class Dialog(ModalScreen[ResultT], inherit_bindings=False):
    """A dialog that takes every key, so that none reaches the screen below.

    Subclasses override `press`. Keys that arrive before the dialog was painted, and those that the
    guard rejects, go to `press_early`, which by default drops them and shows that it did.

    The bindings of `Screen` are removed: a Tab that was forwarded to the screen below just before
    the dialog opened would return through them and move the dialog's focus.

    Args:
        guard: Creates the guard once the dialog has been painted.
        ascii_only: Draw with ASCII alone.
        clock: The clock that stamps events.
    """

    KEYS: ClassVar[tuple[DialogKey, ...]] = ()
    """Its keys, in addition to typed text."""

    TYPES: ClassVar[bool] = True
    """Whether letters are text, so that none of them is a command."""

    CLOSES: ClassVar[str] = "close"
    """What Escape does, in a word."""

    DECIDES: ClassVar[bool] = False
    """Whether a single letter decides; one in a burst of keys is dropped."""

    class KeysRequested(Message):
        """The operator asked for the keys of a dialog.

        Args:
            rows: The labels of keys, and what they do.
            ascii_only: Draw with ASCII only.
        """

        def __init__(self, rows: Sequence[tuple[str, str]], *, ascii_only: bool) -> None:
            super().__init__()
            self.rows = rows
            self.ascii_only = ascii_only

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
        self._early = 0
        """How many keys were dropped since the last accepted one."""

    # -- for subclasses -----------------------------------------------------------------------

    def action_of(self, event: events.Key) -> str:
        """Return the meaning of a key; empty for none, or for text."""
        for own in self.KEYS:
            if event.key in self.keys_of(own):
                return own.action
        return ""

    def keys_of(self, own: DialogKey) -> tuple[str, ...]:
        """Return the keys in force for a meaning."""
        app = self.app
        chosen = app.settings.keys.get(own.command) if isinstance(app, HasSettings) else None
        if chosen is None:
            return own.keys
        keys = tuple(each.key for each in Binding.make_bindings([Binding(chosen, "")]))
        # Where letters are text, a command that was remapped to one has its default key.
        return own.keys if self.TYPES and any(len(key) == 1 for key in keys) else keys

    def show_keys(self) -> None:
        """Ask the app to show the keys of this dialog, because help is a dialog, too."""
        rows = [(labels(self.keys_of(own)), own.help) for own in (*self.KEYS, *ALWAYS)]
        self.post_message(self.KeysRequested(rows, ascii_only=self._ascii_only))

    def key_hints(self) -> Sequence[KeyHint]:
        """Return the keys that the footer names while this dialog has the keyboard."""
        own = [(labels(self.keys_of(key)[:1]), key.hint) for key in self.KEYS if key.hint]
        # Where letters are text, only the function key lists the keys.
        keys = [key for key in self.keys_of(HELP) if not (self.TYPES and len(label(key)) == 1)]
        help_key = [(labels(keys[:1]), "keys")] if keys else []
        return [*own, ("Esc", self.CLOSES), *help_key]

    def press(self, event: events.Key) -> None:
        """Handle a key that was meant for this dialog."""
        raise NotImplementedError

    def press_early(self, event: events.Key) -> None:
        """Handle a key that was pressed before the dialog could be read; most are dropped."""
        self._early += 1
        self.show_ignored(ignored_text(event, self._early))

    def show_ignored(self, text: str) -> None:
        """Show that keys were ignored, until the next key.

        Args:
            text: One line.
        """
        raise NotImplementedError

    def approves_with(self, key: events.Key) -> bool:
        """Return whether a key approves something now, so that it must not be held or pasted."""
        del key
        return False

    def leave(self) -> None:
        """Handle Escape and Ctrl+C, which are accepted at any time."""
        raise NotImplementedError

    def answer(self, result: ResultT | None) -> None:
        """Close with an answer, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """The position of the terminal's cursor: on the focused widget."""
        return None if self.focused is None else self.focused.region.offset

    @property
    def hurried(self) -> bool:
        """Whether the last key followed the previous one faster than a hand can press."""
        return self._guard is None or self._guard.hurried

    def takes(self, time: float) -> bool:
        """Return whether a key or click of this time was meant for this dialog."""
        return self._guard is not None and self._guard.accepts(time)

    def literal(self, text: str, classes: str = "", id: str | None = None) -> Static:
        """Return a widget that shows literal text."""
        return Static(self.spelled(text), markup=False, classes=classes or None, id=id)

    def put(self, widget: Static, text: str) -> None:
        """Show another text in a widget of `literal`; the same text costs nothing."""
        content = self.spelled(text)
        if widget.content != content:
            widget.update(content)

    def spelled(self, text: str) -> Content:
        """Return a text masked and escaped for drawing, without markup."""
        return Content(spell(text, ascii_only=self._ascii_only))

    def fit(self, width: int, height: int) -> None:
        """Lay out for a size; called before the first frame and after each resize."""

    # -- events -------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Accept keys after the first frame was painted."""
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._guard = self._make_guard(self._clock())
        self.painted()

    def painted(self) -> None:
        """Called after the first frame was painted."""

    def on_resize(self, event: events.Resize) -> None:
        """Drop the frame if there is no room for it."""
        width, height = event.size
        self.set_class(width < NARROW or height < LOW, "-small")
        self.set_class(height < TINY, "-tiny")
        self.fit(width, height)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Claim every key, so that no binding of the app receives one, priority or not.

        Only the key that suspends to the shell passes.
        """
        return key not in self.keys_of(SUSPEND)

    def on_key(self, event: events.Key) -> None:
        """Handle every key."""
        event.stop()
        event.prevent_default()
        if self._answered:
            # It was pressed for what is below, while this dialog was closing.
            if self.app.screen is not self:
                again = events.Key(event.key, event.character)
                again.time = event.time
                self.app.post_message(again)
            return
        accepted = self.takes(event.time)
        if event.key in ("escape", "ctrl+c"):
            self.leave()
        elif self._asks_for_help(event):
            self.show_keys()
        elif accepted:
            self._early = 0
            self.press(event)
        else:
            self.press_early(event)

    def _asks_for_help(self, event: events.Key) -> bool:
        return event.key in self.keys_of(HELP) and not (self.TYPES and event.is_printable)

    def on_paste(self, event: events.Paste) -> None:
        """Drop pasted text, and show that it was dropped."""
        event.stop()
        event.prevent_default()
        if not self._answered:
            self.show_ignored("pasted text ignored; type it")
