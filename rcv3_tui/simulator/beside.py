"""A simulated account in a process of its own, asked as an ASGI app through a pair of sockets.

A demo of ten thousand servers takes longer to furnish than a screen to open. Beside the program,
on another core, it costs neither the first picture nor a key press anything, as a service that is
really elsewhere would not.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
First = Callable[[App], Coroutine[None, None, None]]

_LENGTH_BYTES: Final = 4
_MOST_BUFFERED: Final = 1 << 24
_UNASKED: Final = 0.4
"""Seconds that the rest of the account is left unfurnished while nobody asks for anything."""

_SERVERS_FIRST: Final = 0.06
"""Seconds that it is still left so when it is asked for, in case that the servers are as well."""

_A_MOMENT: Final = 0.001
"""Seconds that an answer is given to leave."""

_WARM_SLICE: Final = 100
"""Records that are encoded ahead before requests get their turn: about a millisecond."""


class _Request(msgspec.Struct, array_like=True):
    number: int
    method: str
    scheme: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    server: tuple[str, int | None]
    body: bytes


class _Answer(msgspec.Struct, array_like=True):
    number: int
    status: int
    """0: the connection was dropped."""
    headers: list[tuple[bytes, bytes]]
    body: bytes


_encode = msgspec.msgpack.Encoder().encode
_read_request = msgspec.msgpack.Decoder(_Request).decode
_read_answer = msgspec.msgpack.Decoder(_Answer).decode


class Beside:
    """An ASGI app whose account lives in a child process.

    The child ends when this process does, however that comes about, or with `close`.

    Args:
        name: One of `SCENARIOS`.
        seed: Of the account.
        regions: The account's regions; None for the scenario's own.
        first: What asks the account first, run where the account is, with the app to ask.

    Raises:
        OSError: No process can be made here.
    """

    def __init__(
        self,
        name: str,
        *,
        seed: int = 0,
        regions: Sequence[str] | None = None,
        first: First | None = None,
    ) -> None:
        if not hasattr(os, "fork") or threading.active_count() > 1:
            raise OSError("a process with threads cannot be split")
        ours, theirs = socket.socketpair()
        self._child = os.fork()
        if self._child == 0:
            ours.close()
            _be_the_service(theirs, name, seed, regions, first)
        theirs.close()
        self._socket: socket.socket | None = ours
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[_Answer]] = {}
        self._number = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Have one request answered.

        A cancellation leaves the request with the account, as a broken line would.

        Raises:
            ConnectionError: The account dropped the request, or its process has ended.
        """
        async with self._connecting:
            if self._writer is None:
                await self._connect()
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self._number += 1
        number = self._number
        waiting: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        request = _Request(
            number,
            scope["method"],
            scope.get("scheme", "http"),
            scope["path"],
            scope.get("query_string", b""),
            [(bytes(name), bytes(value)) for name, value in scope["headers"]],
            tuple(scope.get("server") or ("localhost", None)),
            body,
        )
        try:
            if self._writer is None or self._reading is None or self._reading.done():
                raise ConnectionError("the simulated account has ended")
            self._writer.write(_framed(_encode(request)))
            answer = await waiting
        finally:
            self._waiting.pop(number, None)
        if not answer.status:
            raise ConnectionResetError("the simulated account dropped the connection")
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": answer.headers,
            }
        )
        await send({"type": "http.response.body", "body": answer.body})

    def close(self) -> None:
        """Let the child go, and wait until it has ended."""
        if self._socket is None:
            return
        self._socket.close()
        self._socket = None
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGTERM)
        with suppress(ChildProcessError):
            os.waitpid(self._child, 0)

    async def _connect(self) -> None:
        if self._socket is None:
            raise ConnectionError("the simulated account was closed")
        self._socket.setblocking(False)
        # A copy, so that it can be closed here however the event loop ended.
        reader, self._writer = await asyncio.open_connection(
            sock=self._socket.dup(), limit=_MOST_BUFFERED
        )
        self._reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                answer = _read_answer(await _frame(reader))
                waiting = self._waiting.get(answer.number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
        except (OSError, EOFError) as error:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionError(str(error)))


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(_LENGTH_BYTES, "big") + data


async def _frame(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
    return await reader.readexactly(length)


# In the child --------------------------------------------------------------------------------


def _be_the_service(
    line: socket.socket,
    name: str,
    seed: int,
    regions: Sequence[str] | None,
    first: First | None,
) -> None:
    """Serve until the other end goes away. Never returns: what the parent had begun is its own."""
    code = 1
    try:
        # Keys are the parent's to read; what goes wrong here must not be written on its screen.
        for number in (signal.SIGINT, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        gc.disable()
        asyncio.run(_serve(line, name, seed, regions, first))
        code = 0
    finally:
        os._exit(code)


async def _serve(
    line: socket.socket,
    name: str,
    seed: int,
    regions: Sequence[str] | None,
    first: First | None,
) -> None:
    # Imported here: the parent never needs them.
    from rcv3_tui.simulator.app import create_app
    from rcv3_tui.simulator.scenarios import begin

    account, rest = (
        begin(name, seed=seed)
        if regions is None
        else begin(name, seed=seed, regions=tuple(regions))
    )
    furnishing = _Furnishing(rest)
    app = furnishing.door(create_app(account))
    line.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=line, limit=_MOST_BUFFERED)
    tasks = {asyncio.create_task(furnishing.run()), asyncio.create_task(_warm(account))}
    if first is not None:
        tasks.add(asyncio.create_task(first(app)))
    gc.freeze()
    gc.enable()
    try:
        while True:
            request = _read_request(await _frame(reader))
            task = asyncio.create_task(_answer(app, request, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    except (OSError, EOFError):
        return


class _Furnishing:
    """Furnishes the rest of an account once its servers have been told, or soon at least.

    Args:
        rest: From `rcv3_tui.simulator.scenarios.begin`.
    """

    def __init__(self, rest: Callable[[], None] | None) -> None:
        self._rest = rest
        self._wanted = asyncio.Event()
        self._done = asyncio.Event()
        if rest is None:
            self._done.set()

    async def run(self) -> None:
        """Furnish it, in one go: there is hardly a request that need not wait for it."""
        if self._rest is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), _UNASKED)
        self._rest()
        self._done.set()

    def door(self, app: App) -> App:
        """Let requests through to an app when there is all that they may ask for."""

        async def opened(scope: Message, receive: Receive, send: Send) -> None:
            await self._enough_for(scope["path"])
            await app(scope, receive, send)
            if "/servers" in scope["path"]:
                # The line takes a long answer in pieces, which need their turns.
                asyncio.get_running_loop().call_later(_A_MOMENT, self._wanted.set)

        return opened

    async def _enough_for(self, path: str) -> None:
        """Wait until there is all that a request may ask for."""
        if "/servers" not in path and "/tokens" not in path and not self._done.is_set():
            asyncio.get_running_loop().call_later(_SERVERS_FIRST, self._wanted.set)
            await self._done.wait()


async def _answer(
    app: Any,  # noqa: ANN401 - any ASGI app
    request: _Request,
    writer: asyncio.StreamWriter,
) -> None:
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query,
        "root_path": "",
        "headers": request.headers,
        "server": request.server,
        "client": ("127.0.0.1", 0),
    }
    answer = _Answer(request.number, 0, [], b"")
    bodies = [request.body]

    async def receive() -> Message:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(bytes(n), bytes(v)) for n, v in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    try:
        await app(scope, receive, send)
    except Exception:
        # To a client in another process an error is a line that went dead.
        answer.status = 0
    writer.write(_framed(_encode(answer)))
    with suppress(ConnectionError):
        # The line takes a long answer in pieces; what comes next must not hold them back.
        await writer.drain()


async def _warm(account: Any) -> None:  # noqa: ANN401 - imported late
    """Encode the account's records ahead, while nobody asks."""
    from rcv3_tui.simulator import wire

    for name in account.regions:
        region = account.region(name)
        region.newest_first()
        for index, record in enumerate(list(region.public_ips.values())):
            wire.public_ip(region, record)
            if index % _WARM_SLICE == 0:
                await asyncio.sleep(0)
