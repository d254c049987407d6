"""What the transport asks before it sends: is there a request left for this?"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol


class Priority(IntEnum):
    """Who goes first when requests are short; lower goes first."""

    OPERATION = 0
    """A change that an operator asked for, and what is read to carry it out."""
    LOOKED_AT = 1
    """What is on the screen."""
    BACKGROUND = 2
    """Everything else."""


class Budget(Protocol):
    """A share of the service's requests a minute (RackConnect API reference, section 7)."""

    async def take(self, priority: Priority) -> None:
        """Wait until a request may be sent, and count it; a cancelled wait counts nothing."""
        ...

    def refund(self) -> None:
        """Give back the request taken last: it never reached the service."""
        ...

    def throttled(self, retry_after: float | None, *, too_fast: bool = True) -> None:
        """Learn that the service wants fewer requests.

        Args:
            retry_after: Seconds to wait as told, None: until the minute has turned.
            too_fast: It spoke of the number of requests, not of trouble of its own.
        """
        ...
