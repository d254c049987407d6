"""The line that the operator types into: the filter, the command line, the name of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widgets import Input

from rcv3_tui.tui.widgets.asking import Asking
from rcv3_tui.tui.widgets.line import Line, Piece

Complete = Callable[[str], Sequence[str]]
"""Gives the whole lines that what is typed so far may become, the likeliest first."""

_REMEMBERED = 100
"""Lines of each kind that Up and Down go through."""


_SIGNS = {Asking.FILTER: "/", Asking.COMMAND: ":", Asking.FILE: "save to: "}


class _Completions(Suggester):
    """Offers the rest of the first completion, in grey behind the cursor."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Give the first completion that begins with what is typed."""
        found = (line for line in self._complete(value) if line.startswith(value))
        return next(found, None) if value else None


class _Field(Input):
    asking = Asking.FILTER
    spelled_in_ascii = False

    BINDINGS = [  # noqa: RUF012 - Textual reads it from the class, and it is never changed
        Binding("escape", "leave", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
    ]

    def render_line(self, y: int) -> Strip:
        """Paint the line; the cells of a letter that must not be drawn stay as many as they are."""
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
        """Give the line up."""
        self.post_message(Prompt.Left(self.asking))

    def action_complete(self, step: int) -> None:
        """Put the next completion in, or the one before."""
        self.post_message(Prompt.Completing(step))

    def action_recall(self, step: int) -> None:
        """Put a line in that was entered before."""
        self.post_message(Prompt.Recalling(step))


class Prompt(Horizontal):
    """Hidden until `ask`; tells every change while a filter is typed.

    On the command line, Tab puts one completion after another in, Right takes the one that stands
    behind the cursor, and all that are possible stand at the right. Up and Down go through what was
    entered before.

    Args:
        complete: Completes the command line.
        spelled_in_ascii: Show `?` in place of each typed letter beyond ASCII.
    """

    class Typed(Message):
        """The text differs."""

        def __init__(self, asking: Asking, text: str) -> None:
            super().__init__()
            self.asking = asking
            self.text = text

    class Entered(Message):
        """Enter was pressed."""

        def __init__(self, asking: Asking, text: str) -> None:
            super().__init__()
            self.asking = asking
            self.text = text

    class Left(Message):
        """Esc was pressed."""

        def __init__(self, asking: Asking) -> None:
            super().__init__()
            self.asking = asking

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
        &.-command > #choices { display: block; }
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

    def __init__(self, complete: Complete, *, spelled_in_ascii: bool = False) -> None:
        super().__init__(id="prompt")
        self._sign = Line(id="sign")
        self._choices = Line(id="choices", spelled_in_ascii=spelled_in_ascii)
        self._complete = complete
        self._field = _Field(select_on_focus=False)
        # A cursor that blinks writes to the terminal for ever.
        self._field.cursor_blink = False
        self._field.spelled_in_ascii = spelled_in_ascii
        self._entered: dict[Asking, list[str]] = {kind: [] for kind in Asking}
        self._recalled = 0
        """How many lines back Up has gone; 0: what is being typed."""
        self._typed_before = ""
        """What was being typed when Up was pressed first."""
        self._stem: str | None = None
        """What was typed when Tab was pressed first; None: it was not."""
        self._offered = 0

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return self.has_class("-open")

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self._field.value

    def ask(self, asking: Asking, text: str = "") -> None:
        """Show the line and give it the keys.

        Args:
            asking: What for.
            text: What stands there already.
        """
        if not self._field.is_attached:
            # Made when it is first asked for: no picture shows it before, and the first is quicker.
            self.mount(self._sign, self._field, self._choices)
        self._field.asking = asking
        is_command = asking is Asking.COMMAND
        self._field.suggester = _Completions(self._complete) if is_command else None
        self._recalled, self._stem = 0, None
        self._put(text)
        self.set_class(is_command, "-command")
        self.add_class("-open")
        self._field.focus()
        sign = _SIGNS[asking]
        self._sign.styles.width = len(sign)
        self._sign.show([Piece(sign, "key")])
        self._show_choices()

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the change on as one of ours."""
        event.stop()
        self._recalled, self._stem = 0, None
        self._show_choices()
        self.post_message(self.Typed(self._field.asking, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Remember the line, and pass Enter on as one of ours."""
        event.stop()
        asking = self._field.asking
        known = self._entered[asking]
        if event.value.strip() and known[-1:] != [event.value]:
            known.append(event.value)
            del known[:-_REMEMBERED]
        self.post_message(self.Entered(asking, event.value))

    def on_prompt_completing(self, event: Completing) -> None:
        """Put one completion after another in; what was typed stands between last and first."""
        event.stop()
        if self._field.asking is not Asking.COMMAND:
            return
        if self._stem is None:
            self._stem, self._offered = self._field.value, 0 if event.step > 0 else 1
            self._offered -= 1
        lines = list(self._complete(self._stem))
        if not lines:
            return
        self._offered = (self._offered + event.step) % len(lines)
        self._put(lines[self._offered])
        self._show_choices(self._offered)

    def on_prompt_recalling(self, event: Recalling) -> None:
        """Put a line in that was entered before, or again what was being typed."""
        event.stop()
        asking = self._field.asking
        known = self._entered[asking]
        if not self._recalled:
            self._typed_before = self._field.value
        self._recalled = max(0, min(len(known), self._recalled - event.step))
        text = known[-self._recalled] if self._recalled else self._typed_before
        self._put(text)
        self._stem = None
        self._show_choices()
        self.post_message(self.Typed(asking, text))

    def _put(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self._field.value = text
        self._field.cursor_position = len(text)

    def _show_choices(self, offered: int | None = None) -> None:
        if self._field.asking is not Asking.COMMAND:
            return
        stem = self._field.value if self._stem is None else self._stem
        pieces = [Piece(" ")]
        for index, line in enumerate(self._complete(stem)):
            word = line.rstrip().rpartition(" ")[2]
            pieces += [Piece(word, "key" if index == offered else ""), Piece("  ")]
        self._choices.show(pieces)
