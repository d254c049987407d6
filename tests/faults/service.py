"""The simulated service on a real socket: many accounts on one port, each observed."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import Receive, Scope, Send

from rcv3_tui.simulator import Account, SimulatorApp, create_app
from rcv3_tui.simulator.serve import running_server

_DEADLINE = 15.0


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
        self._app: SimulatorApp = create_app(account, url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.in_flight += 1
        try:
            is_change = scope["method"] != "GET" and "/rackconnect/" in scope["path"]
            if is_change:
                self._change_arrives(scope["method"], scope["path"])
            await self._app(scope, receive, send)
        finally:
            self.in_flight -= 1

    def _change_arrives(self, method: str, path: str) -> None:
        if self.journal is not None and b'"state":"sent"' not in self.journal.read_bytes():
            self.unannounced.append(f"{method} {path}")

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
    with running_server(app) as url:
        app.url = url
        yield app
