"""What widgets and screens tell each other: frozen values."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from textual.message import Message

from rcv3_tui.sync.changes import Change


class Said(Struct, frozen=True):
    """A line of the message log."""

    at: datetime
    text: str
    tone: str = ""

    @property
    def stays(self) -> bool:
        """Errors stay on the message line until they are dismissed."""
        return self.tone == "failed"


class WorkerSpoke(Message):
    """The worker told a change.

    Args:
        change: What it told.
    """

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change
