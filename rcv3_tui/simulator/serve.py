"""The simulator on a loopback port, for people and for tests."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.app import ABORT_EXTENSION, create_app
from rcv3_tui.simulator.faults import Fault
from rcv3_tui.simulator.scenarios import build_scenario

_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 10.0


class _AbortableProtocol(H11Protocol):
    """HTTP/1.1 with a scope extension by which the app can abort its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner: Any = self.app

        async def with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[ABORT_EXTENSION] = transport.abort
            await inner(scope, receive, send)

        self.app = with_abort


class _Server(uvicorn.Server):
    """A server that reports when it listens, and leaves signals to its caller."""

    def __init__(self, app: ASGIApp, listening: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=_AbortableProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="error",
            # The app sends these headers itself, from the account's clock.
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{_HOST}:{listener.getsockname()[1]}"


def environment(account: Account, url: str) -> list[str]:
    """Return the shell commands that point a client at a served account.

    Args:
        account: the account.
        url: its base URL, without a trailing slash.
    """
    return [
        f"export RCV3_IDENTITY_URL={url}/v2.0",
        f"export RCV3_USERNAME={account.username}",
        f"export RCV3_API_KEY={account.api_key}",
        f"export RCV3_REGION={account.regions[0]}",
    ]


def serve(
    scenario_name: str,
    port: int = 0,
    *,
    seed: int = 0,
    faults: Sequence[Fault] = (),
    announce: Callable[[str], None] = print,
) -> int:
    """Serve a demo account on loopback until Ctrl+C.

    Args:
        scenario_name: one of the scenarios.
        port: the port; 0 lets the system choose.
        seed: the account's seed.
        faults: the faults to inject.
        announce: receives the lines with the address, once the server listens.

    Returns:
        An exit code: 0 after Ctrl+C, 2 for an unknown scenario or a port in use.
    """
    try:
        account = build_scenario(scenario_name, seed=seed)
    except ValueError as error:
        print(f"rcv3-tui simulator: {error}", file=sys.stderr)
        return 2
    account.faults.add(*faults)
    try:
        listener = _listen(port)
    except OSError as error:
        reason = error.strerror or f"{error}"
        print(
            f"rcv3-tui simulator: cannot listen on {_HOST}:{port} ({reason.lower()}); "
            "choose another --port",
            file=sys.stderr,
        )
        return 2
    url = _url(listener)

    def listening() -> None:
        announce(
            f"RackConnect v3.0 simulator (scenario {scenario_name}) on {url} - Ctrl+C stops it"
        )
        for line in environment(account, url):
            announce(line)

    server = _Server(create_app(account), listening)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        # The normal end; the server has closed its connections by now.
        return 0
    finally:
        listener.close()
    return 0


@contextmanager
def running_server(app: ASGIApp) -> Iterator[str]:
    """Run an app on a free loopback port, in its own thread, for the duration of the block.

    Args:
        app: for example from `create_app`.

    Yields:
        Its base URL, without a trailing slash.

    Raises:
        RuntimeError: it did not start within ten seconds.
    """
    ready = threading.Event()
    server = _Server(app, ready.set)
    with _listen(0) as listener:
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True
        )
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise RuntimeError("the simulator did not start")
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
