"""The prompt for filters, commands and file names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding
from textual.containers import Horizontal
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widgets import Input

from rcv3_tui.tui.widgets.status_line import StatusLine, StyledText

Complete = Callable[[str], Sequence[str]]
"""Returns the completions of a text as whole lines, the likeliest first."""

_REMEMBERED = 100
"""Entered lines per mode that Up and Down step through."""


class PromptMode(StrEnum):
    """What the prompt is open for."""

    FILTER = "filter"
    COMMAND = "command"
    FILE = "file"


_ENTER = {
    PromptMode.FILTER: ("apply", "apply the filter"),
    PromptMode.COMMAND: ("run", "run the command"),
    PromptMode.FILE: ("save", "save to the file"),
}
"""What Enter does, for the footer and for help."""

_SIGNS = {PromptMode.FILTER: "/", PromptMode.COMMAND: ":", PromptMode.FILE: "save to: "}


class _Completions(Suggester):
    """Shows the rest of the first completion after the cursor, in grey."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first completion that begins with the typed text."""
        found = (line for line in self._complete(value) if line.startswith(value))
        return next(found, None) if value else None


class _Field(Input):
    mode = PromptMode.FILTER
    spelled_in_ascii = False

    BINDINGS = [  # noqa: RUF012 - Textual reads it from the class, and it is never changed
        Binding("escape", "leave", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
    ]

    def render_line(self, y: int) -> Strip:
        """Return the line; a letter that cannot be drawn is replaced by as many cells."""
        strip = super().render_line(y)
        if not self.spelled_in_ascii or strip.text.isascii():
            return strip
        return Strip(
            [
                Segment(
                    "".join(s if s.isascii() else "?" * cell_len(s) for s in segment.text),
                    segment.style,
                )
                for segment in strip
            ],
            strip.cell_length,
        )

    def action_leave(self) -> None:
        """Leave the prompt."""
        self.post_message(Prompt.Left(self.mode))

    def action_complete(self, step: int) -> None:
        """Insert the next or the previous completion."""
        self.post_message(Prompt.Completing(step))

    def action_recall(self, step: int) -> None:
        """Insert a line that was entered before."""
        self.post_message(Prompt.Recalling(step))


class Prompt(Horizontal):
    """Hidden until `ask`; posts every change of a filter.

    Tab inserts one completion of a command or filter after another. On the command line, Right
    accepts the one after the cursor, and all completions are listed at the right. Up and Down step
    through entered lines.

    Args:
        complete: Completes the command line.
        complete_filter: Completes a filter; called for Tab only.
        help_key: The label of the key that lists the prompt's keys.
        spelled_in_ascii: Show `?` in place of each typed letter beyond ASCII.
    """

    class Typed(Message):
        """The text changed."""

        def __init__(self, mode: PromptMode, text: str) -> None:
            super().__init__()
            self.mode = mode
            self.text = text

    class Entered(Message):
        """Enter was pressed."""

        def __init__(self, mode: PromptMode, text: str) -> None:
            super().__init__()
            self.mode = mode
            self.text = text

    class Left(Message):
        """Esc was pressed."""

        def __init__(self, mode: PromptMode) -> None:
            super().__init__()
            self.mode = mode

    class Completing(Message):
        """Tab was pressed."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Recalling(Message):
        """Up or Down was pressed."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        display: none;
        &.-open { display: block; }
        & > #sign { width: 1; }
        & > #choices { width: 2fr; display: none; color: $foreground-muted; }
        &.-choices > #choices { display: block; }
        & > Input {
            border: none;
            height: 1;
            padding: 0;
            width: 1fr;
            min-width: 24;
            background: $background;
        }
        & > Input:focus { border: none; }
    }
    """

    def __init__(
        self,
        complete: Complete,
        complete_filter: Complete,
        *,
        help_key: str = "F1",
        spelled_in_ascii: bool = False,
    ) -> None:
        super().__init__(id="prompt")
        self._sign = StatusLine(id="sign")
        self._choices = StatusLine(id="choices", spelled_in_ascii=spelled_in_ascii)
        self._complete = complete
        self._complete_filter = complete_filter
        self._help_key = help_key
        self._field = _Field(select_on_focus=False)
        # A blinking cursor writes to the terminal all the time.
        self._field.cursor_blink = False
        self._field.spelled_in_ascii = spelled_in_ascii
        self._entered: dict[PromptMode, list[str]] = {kind: [] for kind in PromptMode}
        self._recalled = 0
        """How many lines back Up went; 0: the text being typed."""
        self._typed_before = ""
        """The text before the first Up."""
        self._stem: str | None = None
        """The text before the first Tab; None: Tab was not pressed."""
        self._offered = 0
        self._lines: Sequence[str] = ()
        """The completions of that text."""

    @property
    def is_open(self) -> bool:
        """Whether the prompt is visible."""
        return self.has_class("-open")

    @property
    def text(self) -> str:
        """The text in the field."""
        return self._field.value

    @property
    def cursor_screen_offset(self) -> Offset:
        """The screen position of the next letter in the field."""
        typed = cell_len(self._field.value[: self._field.cursor_position])
        return self._field.region.offset + Offset(typed - self._field.scroll_offset.x, 0)

    def ask(self, mode: PromptMode, text: str = "") -> None:
        """Open and focus the prompt.

        Args:
            mode: Its mode.
            text: The initial text.
        """
        if not self._field.is_attached:
            # Mounted when it is first opened: the first paint needs none of it.
            self.mount(self._sign, self._field, self._choices)
        self._field.mode = mode
        is_command = mode is PromptMode.COMMAND
        self._field.suggester = _Completions(self._complete) if is_command else None
        self._recalled, self._stem = 0, None
        self._put(text)
        self.add_class("-open")
        self._field.focus()
        sign = _SIGNS[mode]
        self._sign.styles.width = len(sign)
        self._sign.show([StyledText(sign, "key")])
        self._show_choices()

    @property
    def mode(self) -> PromptMode:
        """The mode of the prompt."""
        return self._field.mode

    def key_hints(self) -> Sequence[tuple[str, str]]:
        """Return the keys that the footer names while the prompt is open."""
        mode = self.mode
        completes = [("Tab", "complete")] if mode is not PromptMode.FILE else []
        leaves = "clear" if mode is PromptMode.FILTER else "cancel"
        return [
            ("Enter", _ENTER[mode][0]),
            *completes,
            ("Up", "history"),
            ("Esc", leaves),
            (self._help_key, "keys"),
        ]

    def key_help(self) -> Sequence[tuple[str, str]]:
        """Return every key of the prompt, for help."""
        mode = self.mode
        is_command, completes = mode is PromptMode.COMMAND, mode is not PromptMode.FILE
        leaves = "close, and clear the filter" if mode is PromptMode.FILTER else "close"
        return [
            ("Enter", _ENTER[mode][1]),
            *([("Tab Shift+Tab", "the next completion, the previous one")] if completes else []),
            *([("Right", "accept the completion after the cursor")] if is_command else []),
            ("Up Down", "lines that were entered before"),
            ("Ctrl+U Ctrl+K", "delete to the start of the line, to its end"),
            ("Ctrl+W", "delete the word before the cursor"),
            ("Esc Ctrl+C", leaves),
        ]

    def close(self) -> None:
        """Close the prompt."""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Post the change."""
        event.stop()
        self._recalled, self._stem = 0, None
        self._show_choices()
        self.post_message(self.Typed(self._field.mode, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Record the line, and post it."""
        event.stop()
        mode = self._field.mode
        known = self._entered[mode]
        if event.value.strip() and known[-1:] != [event.value]:
            known.append(event.value)
            del known[:-_REMEMBERED]
        self.post_message(self.Entered(mode, event.value))

    def on_prompt_completing(self, event: Completing) -> None:
        """Insert one completion after another; the typed text follows the last one."""
        event.stop()
        mode = self._field.mode
        if mode is PromptMode.FILE:
            return
        if self._stem is None:
            complete = self._complete if mode is PromptMode.COMMAND else self._complete_filter
            self._stem, self._offered = self._field.value, 0 if event.step > 0 else 1
            self._offered -= 1
            self._lines = complete(self._stem)
        if not self._lines:
            return
        self._offered = (self._offered + event.step) % len(self._lines)
        line = self._lines[self._offered]
        self._put(line)
        if len(self._lines) == 1 and mode is PromptMode.FILTER:
            # The next Tab completes the value after the field.
            self._stem = None
        self._show_choices(self._offered)
        if mode is PromptMode.FILTER:
            self.post_message(self.Typed(mode, line))

    def on_prompt_recalling(self, event: Recalling) -> None:
        """Insert a line that was entered before, or the text that was being typed."""
        event.stop()
        mode = self._field.mode
        known = self._entered[mode]
        if not self._recalled:
            self._typed_before = self._field.value
        self._recalled = max(0, min(len(known), self._recalled - event.step))
        text = known[-self._recalled] if self._recalled else self._typed_before
        self._put(text)
        self._stem = None
        self._show_choices()
        self.post_message(self.Typed(mode, text))

    def _put(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self._field.value = text
        self._field.cursor_position = len(text)

    def _show_choices(self, offered: int | None = None) -> None:
        mode = self._field.mode
        # A filter's are shown once Tab was pressed: the values of a field cost a pass over rows.
        lines = self._lines if self._stem is not None else ()
        if mode is PromptMode.COMMAND:
            lines = self._complete(self._field.value if self._stem is None else self._stem)
        self.set_class(mode is PromptMode.COMMAND or bool(lines), "-choices")
        pieces = [StyledText(" ")]
        for index, line in enumerate(lines):
            word = line.rstrip().rpartition(" ")[2]
            pieces += [StyledText(word, "key" if index == offered else ""), StyledText("  ")]
        self._choices.show(pieces)
