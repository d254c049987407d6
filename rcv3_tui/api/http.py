"""What is sent and what comes back, whoever carries it: the network, an app in this process."""

from __future__ import annotations

import ipaddress
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

from rcv3_tui import __version__
from rcv3_tui.api.dates import http_date
from rcv3_tui.api.errors import ApiError, InsecureEndpoint
from rcv3_tui.settings import Secret, Settings

if TYPE_CHECKING:
    from rcv3_tui.api.asgi import ASGIApp

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of one answer that are read at most; 10,000 servers are about 12 MB."""

BROKEN = "connection broken"
"""The cause of a `NotReached` that trying again at once may cure."""

ALWAYS_SENT = {"User-Agent": f"rcv3-tui/{__version__}", "Accept": "application/json"}
"""Headers of every request."""

JSON = {"Content-Type": "application/json"}
"""Headers of a request with a body."""

LONGEST_URL = 60_000
"""Characters of a URL that can be sent."""

_WHOLE_CALL = 6.0
"""A whole call may take this many times the timeout, which is for each wait on the line."""

_LOOPBACK_NAMES = frozenset({"localhost", "localhost."})
_PLAIN_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,4})?(?:/[\w.~%-]+)*",
    re.ASCII,
)
"""URLs about which no two readers can differ."""


class Call(Struct, frozen=True):
    """A request. Its body and headers may hold a secret, so no repr shows them."""

    method: str
    url: str
    headers: dict[str, str] = {}
    content: bytes | None = None

    def __repr__(self) -> str:
        return f"Call({self.method} {self.url.partition('?')[0]})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        # What the traceback of a crash is drawn with.
        return [("method", self.method)]


class Reply(Struct, frozen=True):
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    """May hold a token, so no repr shows it."""

    def __repr__(self) -> str:
        return f"Reply(status={self.status})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("status", self.status)]

    @property
    def date(self) -> datetime | None:
        """The service's time of day when it answered, None when it does not tell."""
        try:
            return http_date(self.headers.get("date") or "")
        except ValueError:
            return None

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


class Http(ABC):
    """Carries requests, one exchange at a time each, without any policy."""

    async def exchange(
        self,
        call: Call,
        *,
        operation: str,
        target: str,
        token: Secret | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> Reply:
        """Send one request and read its answer whole, whatever its status.

        A cancellation leaves it open whether the service has applied the request.

        Args:
            call: What to send.
            operation: What for, in words.
            target: On what.
            token: Goes into `X-Auth-Token`.
            most_bytes: Size of the answer beyond which it is not read on.

        Returns:
            The answer.

        Raises:
            NotReached: There was none.
            BadBody: It began as a success and was cut off, or is too large.
        """
        try:
            return await self.carry(call, token, most_bytes)
        except ApiError as error:
            # Nothing is chained: the frames of whoever carries may hold a request's headers.
            raise error.about(operation, target) from None

    @abstractmethod
    async def carry(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        """Do what `exchange` does; it names what for and on what in the errors raised here."""

    @abstractmethod
    async def aclose(self) -> None:
        """Let go of all connections."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *of: object) -> None:
        await self.aclose()


def make_http(settings: Settings, asgi_app: ASGIApp | None = None) -> Http:
    """Make what carries the requests to Identity and all services.

    Args:
        settings: CA bundle and timeout are taken from here.
        asgi_app: A service in this process, to talk to in place of the network.

    Returns:
        What everything shares; close it with `aclose`.

    Raises:
        OSError: The CA bundle cannot be read.
        ValueError: The CA bundle or the environment's proxy cannot be used.
    """
    if asgi_app is not None:
        from rcv3_tui.api.asgi import InProcess

        return InProcess(asgi_app, settings.timeout)
    # Imported here: a demo needs no HTTP client, and a screen is painted before it is loaded.
    from rcv3_tui.api.network import Network

    return Network(settings)


def whole_call(timeout: float) -> float | None:
    """Give the seconds that a whole call may take; None: for ever.

    Args:
        timeout: Seconds of one wait on the line.
    """
    return timeout * _WHOLE_CALL or None


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: localhost, 127.0.0.0/8, ::1."""
    if host.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_url(url: str, *, operation: str) -> str:
    """Refuse a URL that no secret may go to.

    Args:
        url: Where requests are to be sent.
        operation: What for, in words.

    Returns:
        The URL without white space around it and slash at its end.

    Raises:
        InsecureEndpoint: It is not https (plain http is for loopback alone), has no host, or
            carries a user name or password.
    """
    bare = url.strip().rstrip("/")
    scheme, host = _scheme_and_host(bare, operation)
    if scheme not in ("http", "https") or not host:
        raise InsecureEndpoint(
            "the address has to begin with https://", operation=operation, target=host
        )
    if scheme == "http" and not is_loopback(host):
        raise InsecureEndpoint(
            "plain http is refused, since a secret would be readable on the way; use https",
            operation=operation,
            target=host,
        )
    return bare


def _scheme_and_host(url: str, operation: str) -> tuple[str, str]:
    plain = _PLAIN_URL.fullmatch(url)
    if plain is not None and "xn--" not in url:
        return plain["scheme"], plain["host"].strip("[]")
    # All else is read by whoever will send it, so that nothing is understood in two ways.
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise InsecureEndpoint("the address is not a URL", operation=operation) from None
    if parsed.userinfo:
        raise InsecureEndpoint(
            "the address must not hold a user name or password",
            operation=operation,
            target=parsed.host,
        )
    return parsed.scheme, parsed.host
