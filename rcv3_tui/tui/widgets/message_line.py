"""The messages of the console, and the line below the panes that shows the last one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from rich.cells import cell_len

from rcv3_tui.model.filters.comparisons import FilterError
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.widgets.status_line import StatusLine, StyledText

WARNING_SECONDS = 4.0
"""Seconds for which a warning is not replaced by progress, and covers an error."""


class LogMessage(Struct, frozen=True):
    """A line of the message log."""

    at: datetime
    text: str
    tone: str = ""
    offer: str = ""
    """What can be pressed about it, visible however long the text is: `u undoes it`."""

    @property
    def stays(self) -> bool:
        """Whether it stays on the message line until it is dismissed: errors do."""
        return self.tone == "failed"


class MessageLine(StatusLine):
    """Shows one message; an error stays until it is dismissed.

    Args:
        keys: The keys in force.
        width: Returns the columns of the screen.
        spelled_in_ascii: Escape characters that are not ASCII.
    """

    def __init__(
        self, keys: KeyLabels, width: Callable[[], int], *, spelled_in_ascii: bool = False
    ) -> None:
        super().__init__(spelled_in_ascii=spelled_in_ascii, id="message")
        self._keys = keys
        self._width = width
        self._message: LogMessage | None = None
        self._covering: LogMessage | None = None
        """A warning that covers an error for some seconds."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no message."""
        return self._message is None

    def show_message(self, message: LogMessage) -> None:
        """Show a message, unless an error is shown that was not dismissed.

        Progress does not replace a warning at once: the warning may answer a key. For the same
        reason a warning covers an error, which is shown again after some seconds.
        """
        shown = self._message
        if shown is not None and shown.stays and message.tone == "warn":
            self._covering = message
            self._show_one(message)
            return
        if shown is not None and not message.stays:
            age = (message.at - shown.at).total_seconds()
            if shown.stays or (
                shown.tone == "warn" and message.tone == "moving" and age < WARNING_SECONDS
            ):
                return
        self._message = message
        self.restore()

    def dismiss_error(self) -> bool:
        """Remove an error, or the warning that covers it; return whether there was one."""
        if self._message is None or not self._message.stays:
            return False
        if self._covering is not None:
            self.restore()
        else:
            self.clear_message()
        return True

    def clear_message(self) -> None:
        """Remove the message; it stays in the log."""
        self._message = None
        self.restore()

    def restore(self) -> None:
        """Show the message in place of what covers it."""
        self._covering = None
        if self._message is None:
            self.show([])
        else:
            self._show_one(self._message)

    def tick(self, now: datetime) -> None:
        """Show an error again that a warning has covered for long enough."""
        covering = self._covering
        if covering is not None and (now - covering.at).total_seconds() >= WARNING_SECONDS:
            self.restore()

    def _show_one(self, message: LogMessage) -> None:
        right = [StyledText(f" {self._keys['back']} ", "muted")] if message.stays else []
        if message.offer:
            right.insert(0, StyledText(f" {message.offer} ", "key"))
        taken = sum(cell_len(piece.text) for piece in right) + 2
        if cell_len(message.text) + taken > self._width():
            right.insert(0, StyledText(f" {self._keys['log']} more ", "muted"))
        self.show([StyledText(f" {message.text}", message.tone)], right)

    def point_at(self, error: FilterError, text: str) -> None:
        """Show an error of a filter, above its position in the prompt.

        Args:
            error: The error.
            text: The filter as it was typed.
        """
        # The prompt's sign precedes the text.
        place = 1 + cell_len(text[: error.column - 1])
        what = error.what
        width = self._width()
        if place + 2 + cell_len(what) <= width:
            pointed = f"{' ' * place}▼ {what}"
        elif cell_len(what) + 2 <= place < width:
            pointed = f"{' ' * (place - cell_len(what) - 1)}{what} ▼"
        else:
            pointed = f" {error}"
        self.show([StyledText(pointed, "failed")])
