"""The HTTP client that all services share: a deadline, a size limit and typed errors over httpx."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from io import BytesIO
from time import perf_counter
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from rcv3_tui import __version__
from rcv3_tui.api.errors import ApiError, ConnectionFailed, MalformedResponse, ProxyFailed
from rcv3_tui.api.network_transport import ProxyUnavailable
from rcv3_tui.api.redaction import sanitize
from rcv3_tui.clock import ServiceClock
from rcv3_tui.cooperative import yield_to_loop
from rcv3_tui.settings import Secret

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of one response that are read at most; 10,000 servers are about 12 MB."""

_BYTES_PER_STEP: Final = 1 << 19
"""Bytes of a body received before the event loop runs other work: about a millisecond."""

CONNECTION_BROKEN: Final = "connection broken"
"""The cause of a `ConnectionFailed` that an immediate retry may cure."""

CERTIFICATE_UNVERIFIED: Final = "certificate does not verify"
"""The cause of a `ConnectionFailed` where no trusted authority has signed the certificate."""

TLS_FAILED: Final = "TLS failed"
"""The cause of a `ConnectionFailed` where the server speaks no TLS, or another version."""

DEFAULT_HEADERS: Final = {"User-Agent": f"rcv3-tui/{__version__}", "Accept": "application/json"}
"""Headers of every request."""

JSON_HEADERS: Final = {"Content-Type": "application/json"}
"""Headers of a request with a body."""

_log = logging.getLogger("rcv3_tui.api")

_TOTAL_FACTOR: Final = 6.0
"""A whole exchange may take this many times the timeout, which applies to each read and write."""

_LEAP_SECOND: Final = re.compile(r"(?<=:\d\d):60\b", re.ASCII)


class HttpRequest(Struct, frozen=True):
    """A request. Its body and headers may hold a secret, so no repr shows them."""

    method: str
    url: str
    headers: dict[str, str] = {}
    content: bytes | None = None

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.url.partition('?')[0]})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        # Used by the traceback of a crash.
        return [("method", self.method)]


class TlsInfo(Struct, frozen=True):
    """Facts about an encrypted connection whose certificate was verified."""

    version: str
    not_after: datetime | None
    """When the certificate expires."""


class HttpResponse(Struct, frozen=True):
    """A response, read completely."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    """May hold a token, so no repr shows it."""
    tls: TlsInfo | None = None
    """The connection that it arrived on; None: not encrypted, or unknown."""

    def __repr__(self) -> str:
        return f"HttpResponse(status={self.status})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("status", self.status)]

    @property
    def date(self) -> datetime | None:
        """The service's time of day when it responded; None without a usable `Date` header."""
        try:
            return parse_http_date(self.headers.get("date") or "")
        except ValueError:
            return None

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


def parse_http_date(text: str) -> datetime:
    """Parse a date as HTTP writes it (RFC 9110, section 5.6.7), or in any older form of mail.

    Args:
        text: For example `Sun, 06 Nov 1994 08:49:37 GMT`.

    Returns:
        The date, with its time zone; UTC where the text names none.

    Raises:
        ValueError: The text is not a date.
    """
    # A leap second has no number in Python.
    text = _LEAP_SECOND.sub(":59", text)
    try:
        date = parsedate_to_datetime(text)
    except (OverflowError, TypeError, IndexError):
        raise ValueError(f"not a date: {text!r}") from None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


class TokenAuth(httpx.Auth):
    """Adds a token to a request at the last moment, so that no frame of ours holds its text.

    Args:
        token: The token that Identity issued.
    """

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token; the caller handles a 401."""
        request.headers["X-Auth-Token"] = self._token.reveal()
        yield request


class HttpClient:
    """Sends requests and reads their responses, without any policy.

    Args:
        transport: The network, or a service in this process.
        timeout: Seconds of one connect, read or write; a whole exchange may take six times as
            long.
        service_clock: Receives the `Date` of every response.
        trust_source: Where the trusted authorities come from, for error messages; empty: the
            usual ones.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        timeout: float,
        *,
        service_clock: ServiceClock | None = None,
        trust_source: str = "",
    ) -> None:
        for name in ("httpx", "httpcore"):
            # They log whole URLs and headers; our own log has one line per request.
            logger = logging.getLogger(name)
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.WARNING)
        self.service_clock = service_clock
        self._timeout = timeout
        self._trust_source = trust_source
        self._client = httpx.AsyncClient(
            headers=DEFAULT_HEADERS,
            # No service here uses cookies; a gateway's would tie requests to one of its machines.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(timeout),
            transport=transport,
            # The transport handles proxies, the SSL context the environment's authorities.
            trust_env=False,
            follow_redirects=False,
        )

    async def send(
        self,
        request: HttpRequest,
        *,
        operation: str,
        target: str,
        token: Secret | None = None,
        max_body: int = MAX_BODY,
    ) -> HttpResponse:
        """Send one request and read its response completely, whatever its status.

        After a cancellation it is unknown whether the service has applied the request.

        Args:
            request: The request.
            operation: What for: `add public IP`.
            target: On what: an id, a name, a host.
            token: Sent as `X-Auth-Token`.
            max_body: Bytes beyond which the response is not read.

        Returns:
            The response.

        Raises:
            ConnectionFailed: There was no response.
            MalformedResponse: A successful response was cut off or is too large.
        """
        clock = self.service_clock
        sent_at = None if clock is None else clock.local.now()
        try:
            response = await self._exchange(request, token, max_body)
        except ApiError as error:
            # Not chained: frames below may hold the request's headers.
            raise error.with_context(operation, target) from None
        if clock is not None and sent_at is not None:
            clock.observe(urlsplit(request.url).netloc, response.date, response.headers, sent_at)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *of: object) -> None:
        await self.aclose()

    async def _exchange(
        self, request: HttpRequest, token: Secret | None, max_body: int
    ) -> HttpResponse:
        """Map httpx's errors to ours.

        Raises:
            ConnectionFailed: There was no response.
            MalformedResponse: A successful response was cut off or is too large.
        """
        timeout = self._timeout
        total = total_timeout(timeout)
        cause, sent = "", True
        kind: type[ConnectionFailed] = ConnectionFailed
        # httpx's errors end here: their text may quote a bad header, and their frames hold all
        # headers. A traceback could show both, so nothing is chained.
        try:
            async with asyncio.timeout(total):
                response = await self._send_and_read(request, token, max_body)
        except TimeoutError:
            cause = f"timed out after {total:g} s"
        except httpx.PoolTimeout:
            cause, sent = "no free connection", False
        except httpx.ConnectTimeout:
            cause, sent = f"timed out after {timeout:g} s", False
        except httpx.TimeoutException:
            cause = f"timed out after {timeout:g} s"
        except httpx.ConnectError as error:
            cause, sent = _why_not_connected(error), False
            if cause == CERTIFICATE_UNVERIFIED and self._trust_source:
                cause = f"{cause}; trusted are the authorities of {self._trust_source}"
        except ProxyUnavailable as error:
            cause, sent, kind = str(error), False, ProxyFailed
        except httpx.UnsupportedProtocol:
            cause, sent = "the address is not http or https", False
        except (httpx.LocalProtocolError, httpx.InvalidURL):
            cause, sent = "the request could not be formed", False
        except httpx.HTTPError:
            cause = CONNECTION_BROKEN
        if cause:
            raise kind(cause, sent=sent)
        return response

    async def _send_and_read(
        self, request: HttpRequest, token: Secret | None, max_body: int
    ) -> HttpResponse:
        """Send and read; the status of an error counts even when its body cannot be read."""
        message = self._client.build_request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        auth = None if token is None else TokenAuth(token)
        response = await self._client.send(message, auth=auth, stream=True)
        try:
            tls = _tls_of(response)
            body = await _read(response, max_body)
        finally:
            await response.aclose()
        if body is None and response.is_success:
            raise MalformedResponse(
                f"the answer was cut off or is larger than {max_body // (1024 * 1024)} MB",
                status=response.status_code,
            )
        return HttpResponse(response.status_code, dict(response.headers), body or b"", tls)


def log_request(
    call: HttpRequest, outcome: str, began: float, request_id: str | None = None
) -> None:
    """Log a request at level debug, without query, headers and body.

    Args:
        call: The request.
        outcome: The status, or why there is none.
        began: When it was sent, from `perf_counter`.
        request_id: The service's id of the request, for Support.
    """
    if _log.isEnabledFor(logging.DEBUG):
        url = urlsplit(call.url)
        _log.debug(
            "%s %s%s: %s in %.0f ms%s",
            call.method,
            url.hostname,
            sanitize(url.path),
            outcome,
            (perf_counter() - began) * 1000,
            f", request id {request_id}" if request_id else "",
        )


def total_timeout(timeout: float) -> float | None:
    """Return the seconds that a whole exchange may take; None: unlimited.

    Args:
        timeout: Seconds of one connect, read or write.
    """
    return timeout * _TOTAL_FACTOR or None


def _tls_of(response: httpx.Response) -> TlsInfo | None:
    stream = response.extensions.get("network_stream")
    tls = None if stream is None else stream.get_extra_info("ssl_object")
    if not isinstance(tls, ssl.SSLObject | ssl.SSLSocket):
        return None
    ends = (tls.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return TlsInfo(tls.version() or "TLS", None)
    moment = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    return TlsInfo(tls.version() or "TLS", moment)


async def _read(response: httpx.Response, max_body: int) -> bytes | None:
    """Read a body; None when it was cut off, cannot be decompressed or is too large."""
    # One growing buffer: joining chunks needs twice the memory and, for ten megabytes, a pause
    # that the operator notices.
    body = BytesIO()
    yield_at = _BYTES_PER_STEP
    try:
        async for chunk in response.aiter_bytes():
            if body.tell() + len(chunk) > max_body:
                return None
            body.write(chunk)
            if body.tell() >= yield_at:
                await yield_to_loop()
                yield_at = body.tell() + _BYTES_PER_STEP
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
            return CERTIFICATE_UNVERIFIED
        if isinstance(current, ssl.SSLError):
            return TLS_FAILED
        if isinstance(current, socket.gaierror):
            return "name not found"
        if isinstance(current, ConnectionRefusedError):
            return "connection refused"
        if isinstance(current, OSError) and current.errno and current.strerror:
            generic = current.strerror.lower()
        if isinstance(current, BaseExceptionGroup):
            queue.extend(current.exceptions)
        queue.extend(e for e in (current.__cause__, current.__context__) if e is not None)
    # Some libraries pass on only the system's message.
    text = str(error).lower()
    for sign, words in (
        ("certificate_verify_failed", CERTIFICATE_UNVERIFIED),
        ("ssl", TLS_FAILED),
        ("name or service not known", "name not found"),
        ("name resolution", "name not found"),
        ("getaddrinfo", "name not found"),
        ("refused", "connection refused"),
    ):
        if sign in text:
            return words
    return generic
