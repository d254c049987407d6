"""The network: requests carried by httpx."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Generator
from io import BytesIO

import httpx

from rcv3_tui.api.errors import BadBody, NotReached
from rcv3_tui.api.http import ALWAYS_SENT, BROKEN, Call, Http, Reply, whole_call
from rcv3_tui.api.trust import tls_context
from rcv3_tui.settings import Secret, Settings
from rcv3_tui.turns import stand_aside

_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=60.0)


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


class Network(Http):
    """Carries requests to Identity and all services.

    Args:
        settings: CA bundle and timeout are taken from here.

    Raises:
        OSError: The CA bundle cannot be read.
        ValueError: The CA bundle or the environment's proxy cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._timeout = settings.timeout
        self._client = _client(settings)

    async def carry(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        """See `rcv3_tui.api.http.Http.carry`."""
        seconds = self._timeout
        whole = whole_call(seconds)
        cause, sent = "", True
        # The HTTP library's errors end here: their text may hold a header that was at fault, and
        # their frames hold all of them. A traceback may show both, so nothing is chained.
        try:
            async with asyncio.timeout(whole):
                reply = await self._whole_answer(call, token, most_bytes)
        except TimeoutError:
            cause = f"timed out after {whole:g} s"
        except httpx.PoolTimeout:
            cause, sent = "no free connection", False
        except httpx.ConnectTimeout:
            cause, sent = f"timed out after {seconds:g} s", False
        except httpx.TimeoutException:
            cause = f"timed out after {seconds:g} s"
        except httpx.ConnectError as error:
            cause, sent = _why_not_connected(error), False
        except httpx.ProxyError:
            cause, sent = "the proxy refused the connection", False
        except httpx.UnsupportedProtocol:
            cause, sent = "the address is not http or https", False
        except (httpx.LocalProtocolError, httpx.InvalidURL):
            cause, sent = "the request could not be formed", False
        except httpx.HTTPError:
            cause = BROKEN
        if cause:
            raise NotReached(cause, sent=sent)
        return reply

    async def aclose(self) -> None:
        """See `rcv3_tui.api.http.Http.aclose`."""
        await self._client.aclose()

    async def _whole_answer(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        """Send and read; of an error, its status counts even when its body cannot be had."""
        request = self._client.build_request(
            call.method, call.url, headers=call.headers, content=call.content
        )
        auth = None if token is None else TokenAuth(token)
        response = await self._client.send(request, auth=auth, stream=True)
        try:
            body = await _read(response, most_bytes)
        finally:
            await response.aclose()
        if body is None and response.is_success:
            raise BadBody(
                f"the answer was cut off or is larger than {most_bytes // (1024 * 1024)} MB",
                status=response.status_code,
            )
        return Reply(response.status_code, dict(response.headers), body or b"")


def _client(settings: Settings) -> httpx.AsyncClient:
    for name in ("httpx", "httpcore"):
        # They log whole URLs and headers; what happened is in our own log.
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
    context = tls_context(settings.ca_bundle)

    def direct() -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=context, limits=_LIMITS)

    # Plain http goes to loopback alone (see `check_url`); a proxy would read the token there.
    local = ("http://", "https://localhost", "https://127.0.0.1", "https://[::1]")
    try:
        return httpx.AsyncClient(
            headers=ALWAYS_SENT,
            timeout=httpx.Timeout(settings.timeout),
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
            # A key goes first, and not once for every piece of ten megabytes.
            await stand_aside()
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
