"""What widgets and screens tell each other: frozen values."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from textual.message import Message

from rcv3_tui.sync.changes import Change
from rcv3_tui.sync.worker import Worker


class Said(Struct, frozen=True):
    """A line of the message log."""

    at: datetime
    text: str
    tone: str = ""
    offer: str = ""
    """What may be pressed about it, kept in view however long the text is: `u undoes it`."""

    @property
    def stays(self) -> bool:
        """Errors stay on the message line until they are dismissed."""
        return self.tone == "failed"


class WorkerSpoke(Message):
    """A worker told a change.

    Args:
        worker: Which.
        change: What it told.
    """

    def __init__(self, worker: Worker, change: Change) -> None:
        super().__init__()
        self.worker = worker
        self.change = change
