"""Faults of one response of the independent server, in transit or at its source."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

REQUEST_ID = "7be1c0de-0000-4000-8000-00000000f001"
"""The request id that the injected errors name."""

LONGEST_SILENCE = 120.0
"""Seconds after which a held response is released in any case."""


class Connection(Protocol):
    """The connection of a request."""

    def send(
        self, status: int, body: bytes, *, kind: str, cut: bool = False, **headers: str
    ) -> None:
        """Send a response; cut: only half of the body, then close the connection."""
        ...

    def hang_up(self) -> None:
        """Close the connection without a response."""
        ...

    def answer(self) -> None:
        """Send the response without a fault."""
        ...


Play = Callable[["NetworkFault", Connection], None]


@dataclass
class NetworkFault:
    """A fault of a request, once or several times."""

    where: str
    """A piece of `METHOD /path`."""
    play: Play
    applied: bool = False
    """Whether the request is carried out nevertheless, as soon as it arrives."""
    times: int = 1
    happened: threading.Event = field(default_factory=threading.Event)
    """Set once such a request has arrived, and was carried out if `applied` is true."""
    _released: threading.Event = field(default_factory=threading.Event)

    def matches(self, where: str) -> bool:
        """Return whether the fault applies to a request now, and count it."""
        if self.times <= 0 or self.where not in where:
            return False
        self.times -= 1
        return True

    def release(self) -> None:
        """Release the responses that are held."""
        self._released.set()

    def wait_released(self) -> None:
        """Hold the response until it is released."""
        self._released.wait(LONGEST_SILENCE)


def dropped(fault: NetworkFault, connection: Connection) -> None:
    """The connection breaks."""
    connection.hang_up()


def no_answer(fault: NetworkFault, connection: Connection) -> None:
    """No response arrives, and finally the connection breaks."""
    fault.wait_released()
    connection.hang_up()


def delayed(fault: NetworkFault, connection: Connection) -> None:
    """The response is sent when the test releases it; the request is carried out by then."""
    fault.wait_released()
    connection.answer()


def server_error(fault: NetworkFault, connection: Connection) -> None:
    """The server reports an unspecified error."""
    text = (
        "An unexpected error has occurred. Please contact Support for assistance.  "
        f"Request Id: {REQUEST_ID}"
    )
    connection.send(500, text.encode(), kind="text/plain")


def cut_off(fault: NetworkFault, connection: Connection) -> None:
    """The connection breaks in the middle of the response."""
    body = b'{"id": "c0ffee00-0000-4000-8000-0000000'
    connection.send(201, body, kind="application/json", cut=True)


def web_page(fault: NetworkFault, connection: Connection) -> None:
    """A proxy sends its own page instead of the response."""
    page = b"<html><head><title>Scheduled maintenance</title></head><body>Soon</body></html>"
    connection.send(200, page, kind="text/html")


def rate_limited(fault: NetworkFault, connection: Connection) -> None:
    """Too many requests: try again after one second."""
    connection.send(429, b"", kind="text/plain", Retry_After="1")


def token_refused(fault: NetworkFault, connection: Connection) -> None:
    """The token is no longer valid."""
    connection.send(401, b"", kind="text/plain")
