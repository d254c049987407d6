"""The line that the operator types into: the filter, and the command line."""

from __future__ import annotations

from enum import StrEnum

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.suggester import SuggestFromList
from textual.widgets import Input

from rcv3_tui.tui.widgets.line import Line, Piece


class Asking(StrEnum):
    """What the line asks for."""

    FILTER = "filter"
    COMMAND = "command"


class _Field(Input):
    asking = Asking.FILTER
    spelled_in_ascii = False

    BINDINGS = [  # noqa: RUF012 - Textual reads it from the class, and it is never changed
        Binding("escape", "leave", show=False),
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


class Prompt(Horizontal):
    """Hidden until `ask`; tells every change while a filter is typed.

    Args:
        commands: What the command line completes to.
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

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        display: none;
        &.-open { display: block; }
        & > Line { width: 1; }
        & > Input { border: none; height: 1; padding: 0; width: 1fr; background: $background; }
        & > Input:focus { border: none; }
    }
    """

    def __init__(self, commands: list[str], *, spelled_in_ascii: bool = False) -> None:
        super().__init__(id="prompt")
        self._sign = Line()
        self._commands = commands
        self._field = _Field(select_on_focus=False)
        # A cursor that blinks writes to the terminal for ever.
        self._field.cursor_blink = False
        self._field.spelled_in_ascii = spelled_in_ascii

    def compose(self) -> ComposeResult:
        """The sign and the field."""
        yield self._sign
        yield self._field

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return self.has_class("-open")

    def ask(self, asking: Asking, text: str = "") -> None:
        """Show the line and give it the keys.

        Args:
            asking: What for.
            text: What stands there already.
        """
        self._field.asking = asking
        is_command = asking is Asking.COMMAND
        self._field.suggester = (
            SuggestFromList(self._commands, case_sensitive=False) if is_command else None
        )
        with self.prevent(Input.Changed):
            self._field.value = text
        self.add_class("-open")
        self._field.cursor_position = len(text)
        self._field.focus()
        self._sign.show([Piece(":" if is_command else "/", "key")])

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the change on as one of ours."""
        event.stop()
        self.post_message(self.Typed(self._field.asking, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass Enter on as one of ours."""
        event.stop()
        self.post_message(self.Entered(self._field.asking, event.value))
