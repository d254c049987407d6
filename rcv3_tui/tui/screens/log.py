"""The message log, the newest message at the bottom."""

from __future__ import annotations

from collections.abc import Iterable

from rcv3_tui.display_time import zone_name
from rcv3_tui.tui.screens.pager import PagerScreen
from rcv3_tui.tui.widgets.message_line import LogMessage
from rcv3_tui.tui.widgets.styled_lines import StyledLine, styled_spans
from rcv3_tui.views.formatting import format_time_of_day

_HANG = 10


class LogScreen(PagerScreen):
    """Shows messages; it opens at the newest and follows later ones.

    Args:
        messages: The messages, oldest first.
        ascii_only: Draw with ASCII only.
    """

    def __init__(self, messages: Iterable[LogMessage], *, ascii_only: bool = False) -> None:
        super().__init__(
            f"Messages (times in {zone_name()})", log_lines(messages), ascii_only=ascii_only
        )
        self._messages = messages
        self._opened = False

    def fit(self, width: int, height: int) -> None:
        """Scroll to the newest message."""
        super().fit(width, height)
        if not self._opened:
            self._opened = True
            self.call_after_refresh(self._to_newest)

    def reload(self) -> None:
        """Show the messages that were added."""
        self.set_messages(self._messages)

    def set_messages(self, messages: Iterable[LogMessage]) -> None:
        """Show the messages.

        Args:
            messages: The messages, oldest first.
        """
        follow = self._view.at_end
        self.set_lines(log_lines(messages))
        if follow:
            self._to_newest()

    def _to_newest(self) -> None:
        self._view.to_end()
        self._update()


def log_lines(messages: Iterable[LogMessage]) -> list[StyledLine]:
    """Return messages as lines with their times.

    Args:
        messages: The messages, oldest first.

    Returns:
        A line each, with the time in UTC; a placeholder if there are none.
    """
    lines = [
        styled_spans(
            (f"{format_time_of_day(message.at)}  ", "muted"),
            (" ".join(message.text.split("\n")), message.tone),
            hang=_HANG,
        )
        for message in messages
    ]
    return lines or [styled_spans(("no messages yet", "muted"))]
