"""Messages between widgets, screens and the app."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from textual.message import Message

from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import SyncEvent


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


class WorkerEvent(Message):
    """A worker published an event.

    Args:
        worker: The worker.
        event: The event.
    """

    def __init__(self, worker: AccountWorker, event: SyncEvent) -> None:
        super().__init__()
        self.worker = worker
        self.event = event
