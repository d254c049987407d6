"""The ASGI app: logs each request, applies due transitions and faults, and responds."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rcv3_tui.simulator import identity_routes, rackconnect_routes, servers_routes
from rcv3_tui.simulator.account import Account, LoggedRequest
from rcv3_tui.simulator.faults import Fault, FaultShape
from rcv3_tui.simulator.responses import make_response, text_response

ABORT_EXTENSION: Final = "rcv3.abort"
"""Where a server puts a function that breaks the connection, in the scope's extensions."""

_TOKEN_IN_PATH: Final = re.compile(r"(?<=/v2\.0/tokens/)[^/]+")


def create_app(account: Account, base_url: str | None = None) -> SimulatorApp:
    """Create the ASGI app of an account.

    Args:
        account: the account to serve.
        base_url: the address that clients use, for the catalog; None: from each request.
    """
    return SimulatorApp(account, base_url)


class SimulatorApp:
    """Identity, Cloud Servers and RackConnect of one account, as one ASGI app."""

    def __init__(self, account: Account, base_url: str | None = None) -> None:
        """Create the routes; see `create_app`."""
        self.account = account
        self._late: list[tuple[float, Callable[[Send], Awaitable[None]]]] = []

        async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
            await text_response(account, 404, "")(scope, receive, send)

        self._router: ASGIApp = Router(
            [
                *rackconnect_routes.routes(account),
                *servers_routes.routes(account, base_url),
                *identity_routes.routes(account, base_url),
            ],
            redirect_slashes=False,
            default=nowhere,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request.

        A cancellation before the request was applied leaves the account unchanged; afterwards the
        request stays applied. In both cases the log has it with status 0.
        """
        if scope["type"] != "http":
            raise RuntimeError(f"the simulator does not speak {scope['type']}")
        account = self.account
        body = await _read(receive)
        path = scope["path"]
        secret = path.startswith("/v2.0/tokens")
        entry = account.log(
            scope["method"],
            _TOKEN_IN_PATH.sub("...", path),
            scope.get("query_string", b"").decode("latin-1"),
            "" if secret else body.decode("utf-8", "replace"),
        )
        await self.apply_late()
        fault = account.faults.take(scope["method"], path)

        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        async def apply(onward: Send) -> None:
            account.settle()
            await self._router(scope, _replay(body, receive), onward)

        if fault is None:
            await apply(send_logged)
        else:
            await self._apply_fault(fault, scope, receive, send_logged, apply, entry)

    async def apply_late(self) -> None:
        """Apply the requests that a fault delays until after their response, where due."""
        due = [each for each in self._late if each[0] <= self.account.now()]
        self._late = [each for each in self._late if each not in due]
        for _, apply in due:
            await apply(_BufferedResponse())

    async def _apply_fault(
        self,
        fault: Fault,
        scope: Scope,
        receive: Receive,
        send: Send,
        apply: Callable[[Send], Awaitable[None]],
        entry: LoggedRequest,
    ) -> None:
        account = self.account
        if fault.late is not None:
            self._late.append((account.now() + fault.late, apply))
        if fault.kind == "silence" and not fault.after:
            await account.faults.sleep(fault.seconds)
            if fault.late is None:
                await apply(send)
                return
        buffered = _BufferedResponse()
        if fault.after:
            await apply(buffered)
        if fault.kind == "drop":
            await self._drop(scope, receive)
            return
        if fault.kind == "silence":
            await account.faults.sleep(fault.seconds)
            await buffered.forward(send, buffered.body)
        elif fault.kind == "cut_off":
            await buffered.forward(send, buffered.body[: len(buffered.body) // 2])
        elif fault.kind == "wrong_shape":
            await buffered.forward(send, corrupt_body(buffered.body, fault.shape))
        else:
            account.settle()
            response: Response = make_response(
                account, fault.code, fault.body.encode(), fault.content_type
            )
            for name, value in fault.headers:
                response.headers[name] = value
            await response(scope, receive, send)

    async def _drop(self, scope: Scope, receive: Receive) -> None:
        abort = scope.get("extensions", {}).get(ABORT_EXTENSION)
        if abort is None:
            # In the same process there is no socket to break: the client gets the exception.
            raise self.account.faults.drop_error()
        abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def corrupt_body(body: bytes, shape: FaultShape) -> bytes:
    """Bring JSON out of shape.

    Args:
        body: the right JSON.
        shape: what it becomes; `bad_item` replaces the first item of the list in it.
    """
    if shape == "object":
        return b'{"unexpected":true}'
    if shape == "array":
        return b'["unexpected"]'
    if shape == "null":
        return b"null"
    if shape == "string":
        return b'"unexpected"'
    try:
        value: object = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    listed = value
    if isinstance(value, dict):
        listed = next((item for item in value.values() if isinstance(item, list)), None)
    if isinstance(listed, list) and listed:
        listed[0] = {"id": 17, "name": ["no", "name"], "status": None, "created": "yesterday"}
    return msgspec.json.encode(value)


class _BufferedResponse:
    """Buffers a response, to be sent later or in part."""

    def __init__(self) -> None:
        self.body = b""
        self._start: Message = {"type": "http.response.start", "status": 500, "headers": []}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self.body += message.get("body", b"")

    async def forward(self, send: Send, body: bytes) -> None:
        """Send the response with another body."""
        headers = [
            (name, f"{len(body)}".encode() if name.lower() == b"content-length" else value)
            for name, value in self._start["headers"]
        ]
        await send({**self._start, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed
