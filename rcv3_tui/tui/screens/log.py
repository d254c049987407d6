"""The message log: everything that was said, the newest at the bottom."""

from __future__ import annotations

from collections.abc import Iterable

from rcv3_tui.tui.messages import Said
from rcv3_tui.tui.screens.lines import Line, pieces
from rcv3_tui.tui.screens.text import TextScreen

_TIME = "%H:%M:%S"
_HANG = 10


class LogScreen(TextScreen):
    """Shows messages; it opens at the newest and stays there while more come.

    Args:
        messages: What was said, oldest first.
        ascii_only: Draw with ASCII alone.
    """

    def __init__(self, messages: Iterable[Said], *, ascii_only: bool = False) -> None:
        super().__init__("Messages", log_lines(messages), ascii_only=ascii_only)
        self._opened = False

    def fit(self, width: int, height: int) -> None:
        """Go to the newest message when the log is opened."""
        super().fit(width, height)
        if not self._opened:
            self._opened = True
            self.call_after_refresh(self._to_newest)

    def set_messages(self, messages: Iterable[Said]) -> None:
        """Show what has been said by now.

        Args:
            messages: What was said, oldest first.
        """
        follow = self._view.at_end
        self.set_lines(log_lines(messages))
        if follow:
            self._to_newest()

    def _to_newest(self) -> None:
        self._view.to_end()
        self._update()


def log_lines(messages: Iterable[Said]) -> list[Line]:
    """Give messages as lines: when, and what.

    Args:
        messages: What was said, oldest first.

    Returns:
        A line each, local time in front; one that says so where there are none.
    """
    lines = [
        pieces(
            (f"{said.at.astimezone().strftime(_TIME)}  ", "muted"),
            (" ".join(said.text.split("\n")), said.tone),
            hang=_HANG,
        )
        for said in messages
    ]
    return lines or [pieces(("nothing has been said yet", "muted"))]
