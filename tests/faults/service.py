"""The simulated service on a real socket: many accounts on one port, each with an eye on it."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from starlette.types import Receive, Scope, Send

from rcv3_tui.simulator import Account, LoggedRequest, SimulatorApp, create_app
from rcv3_tui.simulator.serve import running

_DEADLINE = 15.0


class Witness(Protocol):
    """Somebody who looks on, in the service's own thread."""

    def sees(self) -> None:
        """Look at the account, right before a request is carried out."""
        ...

    def sees_change(self, request: LoggedRequest) -> None:
        """Look at the account, right after a change was carried out or refused."""
        ...


class Served:
    """One account as it is served.

    Args:
        account: What answers.
        url: Where clients find it.
    """

    def __init__(self, account: Account, url: str) -> None:
        self.account = account
        self.url = url
        self.journal: Path | None = None
        """Where the client is to have written a change down before it arrives here."""
        self.unannounced: list[str] = []
        """Changes that arrived without having been written down."""
        self.in_flight = 0
        self.witness: Witness | None = None
        """Looks on; with one, changes are carried out one after another."""
        self._app: SimulatorApp = create_app(account, url)
        self._one_change = asyncio.Lock()
        self._before: tuple[str, str, Callable[[], None]] | None = None

    def before_first(self, method: str, path: str, happening: Callable[[], None]) -> None:
        """Have something happen right before the first request of a kind is looked at."""
        self._before = (method, path, happening)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.in_flight += 1
        try:
            is_change = scope["method"] != "GET" and "/rackconnect/" in scope["path"]
            if is_change:
                self._change_arrives(scope["method"], scope["path"])
            if self.witness is None:
                await self._app(scope, receive, send)
            elif not is_change:
                self.witness.sees()
                await self._app(scope, receive, send)
            else:
                async with self._one_change:
                    self.witness.sees()
                    await self._app(scope, receive, send)
                    self.witness.sees_change(self._last_change())
        finally:
            self.in_flight -= 1

    def _last_change(self) -> LoggedRequest:
        log = reversed(self.account.requests)
        return next(each for each in log if each.method != "GET" and "/rackconnect/" in each.path)

    def _change_arrives(self, method: str, path: str) -> None:
        if self.journal is not None and b'"state":"sent"' not in self.journal.read_bytes():
            self.unannounced.append(f"{method} {path}")
        if self._before is not None:
            expected, pattern, happening = self._before
            if method == expected and re.search(pattern, path):
                self._before = None
                happening()

    async def quiet(self) -> None:
        """Wait until nothing that was asked is still being worked on."""
        async with asyncio.timeout(_DEADLINE):
            # The count is kept by another thread's event loop.
            while self.in_flight:  # noqa: ASYNC110
                await asyncio.sleep(0.002)


class Service:
    """Every account of a test session, each below a path of its own."""

    def __init__(self) -> None:
        self.url = ""
        self._numbers = itertools.count()
        self._served: dict[str, Served] = {}

    @contextmanager
    def serving(self, account: Account, url: str | None = None) -> Iterator[Served]:
        """Serve an account for as long as the block lasts.

        Args:
            account: What answers.
            url: Where clients reach this server, if not by its own address.
        """
        name = f"a{next(self._numbers)}"
        served = Served(account, f"{url or self.url}/{name}")
        self._served[name] = served
        try:
            yield served
        finally:
            del self._served[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, name, rest = scope["path"].split("/", 2)
        served = self._served.get(name)
        if served is None:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        # Without it the server would go on to think that the path is the whole one.
        inner = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        await served(inner, receive, send)


@contextmanager
def service() -> Iterator[Service]:
    """Run the service in a thread of its own for as long as the block lasts."""
    app = Service()
    with running(app) as url:
        app.url = url
        yield app


class Door:
    """A door before the service that can be shut: connections are refused then.

    Args:
        upstream: The service's URL.
    """

    def __init__(self, upstream: str) -> None:
        self._host, port = upstream.removeprefix("http://").split(":")
        self._port = int(port)
        self._server: asyncio.Server | None = None
        self._mine = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self.refusals = 0

    @property
    def url(self) -> str:
        """Where clients knock."""
        return f"http://{self._host}:{self._mine}"

    async def open(self) -> None:
        """Let connections through, at the same port as before."""
        self._server = await asyncio.start_server(
            self._pass, self._host, self._mine, reuse_address=True
        )
        self._mine = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Break what is connected and refuse what comes; returns when both sides know."""
        self.refusals += 1
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.close()
        while self._passing:
            await asyncio.wait(tuple(self._passing))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        service_reader, service_writer = await asyncio.open_connection(self._host, self._port)
        both = (writer, service_writer)
        self._open.update(both)
        try:
            await asyncio.gather(_pour(reader, service_writer), _pour(service_reader, writer))
        finally:
            for each in both:
                self._open.discard(each)
                each.close()
            for each in both:
                await _closed(each)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def _closed(writer: asyncio.StreamWriter) -> None:
    try:
        await writer.wait_closed()
    except ConnectionError:
        return
