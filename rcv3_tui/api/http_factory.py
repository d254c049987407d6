"""Creates the HTTP client, for the network or for a service in this process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.network_transport import NetworkTransport
from rcv3_tui.api.tls import ssl_context, trust_source
from rcv3_tui.clock import ServiceClock
from rcv3_tui.settings import Settings

Message = MutableMapping[str, Any]

ASGIApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
"""An ASGI application, as starlette's: `app(scope, receive, send)`."""


class AsgiTransport(httpx.ASGITransport):
    """Turns exceptions of the app into the errors that a socket would raise.

    An app that refuses a connection raises `ConnectionRefusedError`; any other exception stands
    for a connection that broke in the middle of a request.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the app.

        Raises:
            httpx.ConnectError: The app refused the connection; it has not seen the request.
            httpx.ReadError: The app failed.
        """
        failure: httpx.TransportError
        try:
            return await super().handle_async_request(request)
        except ConnectionRefusedError:
            failure = httpx.ConnectError("connection refused")
        except Exception:
            failure = httpx.ReadError("connection broken")
        # Not chained: frames of the app hold the request with its token.
        raise failure


def create_http_client(
    settings: Settings,
    asgi_app: ASGIApp | None = None,
    service_clock: ServiceClock | None = None,
) -> HttpClient:
    """Create the client for requests to Identity and all services.

    Args:
        settings: The CA bundle and the timeout.
        asgi_app: A service in this process, used instead of the network.
        service_clock: Receives the `Date` of every response.

    Returns:
        The client, shared by all services; close it with `aclose`.

    Raises:
        OSError: The CA bundle cannot be read.
        ValueError: The CA bundle contains no certificate.
    """
    if asgi_app is not None:
        return HttpClient(AsgiTransport(asgi_app), settings.timeout, service_clock=service_clock)
    return HttpClient(
        NetworkTransport(ssl_context(settings.ca_bundle)),
        settings.timeout,
        service_clock=service_clock,
        trust_source=trust_source(settings.ca_bundle),
    )
