"""Talking to a service that lives in this process, as the demo does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from rcv3_tui.api.errors import BadBody, NotReached
from rcv3_tui.api.http import ALWAYS_SENT, BROKEN, Call, Http, Reply, whole_call
from rcv3_tui.settings import Secret

Message = MutableMapping[str, Any]

ASGIApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
"""What starlette and its like are: `app(scope, receive, send)`."""


class InProcess(Http):
    """Hands requests to an ASGI app.

    An app that raises in the middle of a request is what a dropped connection is on a socket.

    Args:
        app: The service.
        timeout: Seconds of one wait on the line, as they would be on the network.
    """

    def __init__(self, app: ASGIApp, timeout: float) -> None:
        self._app = app
        self._whole_call = whole_call(timeout)

    async def carry(self, call: Call, token: Secret | None, most_bytes: int) -> Reply:
        """See `rcv3_tui.api.http.Http.carry`."""
        answer = _Answer()
        cause, sent = "", True
        # Nothing is chained: the frames of an app hold the request with its token.
        try:
            async with asyncio.timeout(self._whole_call):
                await self._app(_scope(call, token), _body(call), answer.take)
        except TimeoutError:
            cause = f"timed out after {self._whole_call:g} s"
        except ConnectionRefusedError:
            cause, sent = "connection refused", False
        except Exception:
            cause = BROKEN
        if cause:
            raise NotReached(cause, sent=sent)
        if len(answer.body) > most_bytes:
            raise BadBody(
                f"the answer is larger than {most_bytes // (1024 * 1024)} MB",
                status=answer.status,
            )
        return Reply(answer.status, answer.headers, answer.body)

    async def aclose(self) -> None:
        """See `rcv3_tui.api.http.Http.aclose`; nothing is held."""


class _Answer:
    """Collects what an app sends."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message.get("headers", ()):
                key, text = name.decode("latin-1").lower(), value.decode("latin-1")
                self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text
        else:
            part = message.get("body", b"")
            # An answer comes in one part as a rule, and may have megabytes.
            self.body = self.body + part if self.body else part


def _scope(call: Call, token: Secret | None) -> Message:
    url = urlsplit(call.url)
    headers = {"Host": url.netloc, **ALWAYS_SENT, **call.headers}
    if call.content is not None:
        headers["Content-Length"] = str(len(call.content))
    if token is not None:
        headers["X-Auth-Token"] = token.reveal()
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": url.scheme,
        "path": unquote(url.path) or "/",
        "raw_path": url.path.encode() or b"/",
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        "server": (url.hostname or "", url.port),
        "client": ("127.0.0.1", 0),
    }


def _body(call: Call) -> Callable[[], Awaitable[Message]]:
    parts = [call.content or b""]

    async def receive() -> Message:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        # The line stays up for as long as the answer is awaited.
        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await never

    return receive
