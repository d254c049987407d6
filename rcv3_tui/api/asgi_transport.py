"""An httpx transport to a service in this process, such as the demo account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

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
