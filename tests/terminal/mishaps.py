"""What can go wrong with one answer of the stranger's, on its way or at its source."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

REQUEST_ID = "7be1c0de-0000-4000-8000-00000000f001"
"""What the stranger's faults are to be asked about by."""

LONGEST_SILENCE = 120.0


class Line(Protocol):
    """The connection that a request came in by."""

    def send(
        self, status: int, body: bytes, *, kind: str, cut: bool = False, **headers: str
    ) -> None:
        """Answer; cut: with half of the body, and go away."""
        ...

    def hang_up(self) -> None:
        """Go away without a word."""
        ...

    def answer(self) -> None:
        """Answer as if nothing were amiss."""
        ...


Play = Callable[["Mishap", Line], None]


@dataclass
class Mishap:
    """Something that goes wrong with a request, once or some times."""

    where: str
    """A piece of `METHOD /path`."""
    play: Play
    applied: bool = False
    """The request is carried out all the same."""
    times: int = 1
    happened: threading.Event = field(default_factory=threading.Event)
    """Set once such a request has come in, and been carried out where it is to be."""
    _over: threading.Event = field(default_factory=threading.Event)

    def takes(self, where: str) -> bool:
        """Tell whether this is to happen to a request now."""
        if self.times <= 0 or self.where not in where:
            return False
        self.times -= 1
        return True

    def end(self) -> None:
        """Let go of whom a silence keeps waiting."""
        self._over.set()

    def wait_until_over(self) -> None:
        """Keep silent."""
        self._over.wait(LONGEST_SILENCE)


def dropped(mishap: Mishap, line: Line) -> None:
    """The connection breaks."""
    line.hang_up()


def silence(mishap: Mishap, line: Line) -> None:
    """No answer comes, until the connection breaks in the end."""
    mishap.wait_until_over()
    line.hang_up()


def held(mishap: Mishap, line: Line) -> None:
    """The answer comes late, when the test lets it."""
    mishap.wait_until_over()
    line.answer()


def fault(mishap: Mishap, line: Line) -> None:
    """The service says that something went wrong, and not what."""
    text = (
        "An unexpected error has occurred. Please contact Support for assistance.  "
        f"Request Id: {REQUEST_ID}"
    )
    line.send(500, text.encode(), kind="text/plain")


def cut_off(mishap: Mishap, line: Line) -> None:
    """The connection breaks in the middle of the answer."""
    line.send(201, b'{"id": "c0ffee00-0000-4000-8000-0000000', kind="application/json", cut=True)


def web_page(mishap: Mishap, line: Line) -> None:
    """A proxy puts its own page in the answer's place."""
    page = b"<html><head><title>Scheduled maintenance</title></head><body>Soon</body></html>"
    line.send(200, page, kind="text/html")


def too_fast(mishap: Mishap, line: Line) -> None:
    """Come again in two seconds."""
    line.send(429, b"", kind="text/plain", Retry_After="2")


def token_refused(mishap: Mishap, line: Line) -> None:
    """The token is not taken any more."""
    line.send(401, b"", kind="text/plain")
