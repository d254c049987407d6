"""The HTTP client that everything shares, and one exchange on it, without any policy."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import httpx
from msgspec import Struct

from rcv3_tui import __version__
from rcv3_tui.api.asgi import ASGIApp, InProcessTransport
from rcv3_tui.api.errors import BadBody, InsecureEndpoint, NotReached
from rcv3_tui.api.trust import tls_context
from rcv3_tui.settings import Secret, Settings

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of one answer that are read at most; 10,000 servers are about 12 MB."""

BROKEN = "connection broken"
"""The cause of a `NotReached` that trying again at once may cure."""

_WHOLE_CALL = 6.0
"""A whole call may take this many times the timeout, which is for each wait on the line."""

_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=60.0)
_LOOPBACK_NAMES = frozenset({"localhost", "localhost."})


class Reply(Struct, frozen=True):
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes
    """May hold a token, so no repr shows it."""

    def __repr__(self) -> str:
        return f"Reply(status={self.status})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        # What the traceback of a crash is drawn with.
        return [("status", self.status)]

    @property
    def date(self) -> datetime | None:
        """The service's time of day when it answered, None when it does not tell."""
        try:
            date = parsedate_to_datetime(self.headers.get("date") or "")
        except ValueError:
            return None
        return date if date.tzinfo is not None else date.replace(tzinfo=UTC)

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


class TokenAuth(httpx.Auth):
    """Puts a token onto a request at the last moment, so that no frame of ours holds its text.

    Args:
        token: What Identity gave.
    """

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token; what is answered is for others to judge."""
        request.headers["X-Auth-Token"] = self._token.reveal()
        yield request


def make_http(settings: Settings, asgi_app: ASGIApp | None = None) -> httpx.AsyncClient:
    """Make the client for Identity and all services.

    Args:
        settings: CA bundle and timeout are taken from here.
        asgi_app: A service in this process, to talk to in place of the network.

    Returns:
        A client; close it with `aclose`.

    Raises:
        OSError: The CA bundle cannot be read.
        ValueError: The CA bundle or the environment's proxy cannot be used.
    """
    for name in ("httpx", "httpcore"):
        # They log whole URLs and headers; what happened is in our own log.
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
    headers = {"User-Agent": f"rcv3-tui/{__version__}", "Accept": "application/json"}
    timeout = httpx.Timeout(settings.timeout)
    if asgi_app is not None:
        return httpx.AsyncClient(
            transport=InProcessTransport(asgi_app),
            headers=headers,
            timeout=timeout,
            trust_env=False,
        )
    context = tls_context(settings.ca_bundle)

    def direct() -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=context, limits=_LIMITS)

    # Plain http goes to loopback alone (see `check_url`); a proxy would read the token there.
    local = ("http://", "https://localhost", "https://127.0.0.1", "https://[::1]")
    try:
        return httpx.AsyncClient(
            headers=headers,
            timeout=timeout,
            limits=_LIMITS,
            verify=context,
            mounts={pattern: direct() for pattern in local},
            follow_redirects=False,
        )
    except ImportError:
        raise ValueError(
            "the environment names a SOCKS proxy, which needs the package socksio: "
            "install it, or unset ALL_PROXY and HTTPS_PROXY"
        ) from None
    except (ValueError, httpx.InvalidURL):
        raise ValueError(
            "the environment's proxy is not a URL that can be used: "
            "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"
        ) from None


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
    try:
        parsed = httpx.URL(bare)
    except (httpx.InvalidURL, ValueError):
        raise InsecureEndpoint("the address is not a URL", operation=operation) from None
    host = parsed.host
    if parsed.userinfo:
        raise InsecureEndpoint(
            "the address must not hold a user name or password", operation=operation, target=host
        )
    if parsed.scheme not in ("http", "https") or not host:
        raise InsecureEndpoint(
            "the address has to begin with https://", operation=operation, target=host
        )
    if parsed.scheme == "http" and not is_loopback(host):
        raise InsecureEndpoint(
            "plain http is refused, since a secret would be readable on the way; use https",
            operation=operation,
            target=host,
        )
    return bare


async def exchange(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    operation: str,
    target: str,
    token: Secret | None = None,
    most_bytes: int = MOST_BYTES,
) -> Reply:
    """Send one request and read its answer whole, whatever its status.

    A cancellation leaves it open whether the service has applied the request.

    Args:
        http: The shared client.
        request: What to send.
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
    limits = http.timeout
    seconds = limits.read or limits.connect or 0.0
    whole = seconds * _WHOLE_CALL or None
    cause, sent = "", True
    # The HTTP library's errors end here: their text may hold a header that was at fault, and
    # their frames hold all of them. A traceback may show both, so nothing is chained.
    try:
        async with asyncio.timeout(whole):
            reply = await _whole_answer(http, request, token, most_bytes)
    except BadBody as error:
        raise error.about(operation, target) from None
    except TimeoutError:
        cause = f"timed out after {whole:g} s"
    except httpx.PoolTimeout:
        cause, sent = "no free connection", False
    except httpx.ConnectTimeout:
        cause, sent = f"timed out after {limits.connect:g} s", False
    except httpx.TimeoutException:
        cause = f"timed out after {seconds:g} s"
    except httpx.ConnectError as error:
        cause, sent = _why_not_connected(error), False
    except httpx.ProxyError:
        cause, sent = "the proxy refused the connection", False
    except httpx.UnsupportedProtocol:
        cause, sent = "the address is not http or https", False
    except httpx.LocalProtocolError:
        cause, sent = "the request could not be formed", False
    except httpx.HTTPError:
        cause = BROKEN
    if cause:
        raise NotReached(cause, sent=sent, operation=operation, target=target)
    return reply


async def _whole_answer(
    http: httpx.AsyncClient, request: httpx.Request, token: Secret | None, most_bytes: int
) -> Reply:
    """Send and read; of an error, its status counts even when its body cannot be had."""
    auth = None if token is None else TokenAuth(token)
    response = await http.send(request, auth=auth, stream=True)
    try:
        body = await _read(response, most_bytes)
    finally:
        await response.aclose()
    if body is None and response.is_success:
        raise BadBody(
            f"the answer was cut off or is larger than {most_bytes // (1024 * 1024)} MB",
            status=response.status_code,
        )
    return Reply(response.status_code, response.headers, body or b"")


async def _read(response: httpx.Response, most_bytes: int) -> bytes | None:
    """Read a body; None when it was cut off, cannot be decompressed or is too large."""
    # One buffer that grows and is given as it is: joining pieces takes the room of both, and ten
    # megabytes long enough to be felt.
    body = BytesIO()
    try:
        async for part in response.aiter_bytes():
            if body.tell() + len(part) > most_bytes:
                return None
            body.write(part)
    except (httpx.DecodingError, httpx.NetworkError, httpx.RemoteProtocolError):
        return None
    return body.getvalue()


def _why_not_connected(error: BaseException) -> str:
    seen: set[int] = set()
    queue: list[BaseException] = [error]
    generic = "no connection"
    while queue:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, ssl.SSLCertVerificationError):
            return "certificate does not verify"
        if isinstance(current, ssl.SSLError):
            return "TLS failed"
        if isinstance(current, socket.gaierror):
            return "name not found"
        if isinstance(current, ConnectionRefusedError):
            return "connection refused"
        if isinstance(current, OSError) and current.errno and current.strerror:
            generic = current.strerror.lower()
        if isinstance(current, BaseExceptionGroup):
            queue.extend(current.exceptions)
        queue.extend(e for e in (current.__cause__, current.__context__) if e is not None)
    # A library may keep the system's words only.
    text = str(error).lower()
    for sign, words in (
        ("certificate_verify_failed", "certificate does not verify"),
        ("ssl", "TLS failed"),
        ("name or service not known", "name not found"),
        ("name resolution", "name not found"),
        ("getaddrinfo", "name not found"),
        ("refused", "connection refused"),
    ):
        if sign in text:
            return words
    return generic
