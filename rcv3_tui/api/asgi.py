"""Talking to a service that lives in this process, as the demo does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

ASGIApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
"""What starlette and its like are: `app(scope, receive, send)`."""


class InProcessTransport(httpx.AsyncBaseTransport):
    """Hands requests to an ASGI app.

    An app that raises in the middle of a request is what a dropped connection is on a socket.

    Args:
        app: The service.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; a cancellation leaves it open whether the app applied it.

        Args:
            request: What to send.

        Returns:
            The app's answer.

        Raises:
            httpx.ReadError: The app dropped the request.
        """
        try:
            return await self._inner.handle_async_request(request)
        except httpx.HTTPError:
            raise
        except Exception as error:
            raise httpx.ReadError(type(error).__name__, request=request) from error

    async def aclose(self) -> None:
        """Close; nothing is held."""
        await self._inner.aclose()
