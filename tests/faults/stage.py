"""One account in this process, the workers on it, and everything that is observed of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace
from starlette.types import Message, Receive, Scope, Send

from rcv3_tui.model.operation import Operation, OperationState, Request
from rcv3_tui.settings import Settings
from rcv3_tui.simulator import LoggedRequest, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import OperationChanged, SyncEvent
from rcv3_tui.sync.operations.journal import Journal
from tests.faults.profile import settings_for
from tests.faults.verdicts import Arrival
from tests.faults.virtual_time import VirtualClock
from tests.faults.workers import RunningWorker, journal_path
from tests.faults.world import World

_URL = "http://127.0.0.1"
_PATIENCE = 4000.0
"""Seconds of the loop's time within which everything ends."""

TIMEOUT = 20.0
"""Seconds that a client waits for an answer."""

Happening = Callable[[], Awaitable[None] | None]


class Witness(Protocol):
    """Somebody who looks on, as the service itself does."""

    def sees(self) -> None:
        """Look at the account, right before a request is carried out."""
        ...

    def sees_change(self, request: LoggedRequest) -> None:
        """Look at the account, right after a change was carried out or refused."""
        ...


class Stage:
    """An account and the programs that work on it.

    Args:
        state_dir: The state directory of the workers that share one.
    """

    def __init__(self, state_dir: Path) -> None:
        self.clock = VirtualClock()
        self.world = World(self.clock)
        self.account = self.world.account
        self.account.limit_per_minute = 30
        self.account.faults.sleep = self.clock.sleep
        self.app = create_app(self.account, _URL)
        self.state_dir = state_dir
        self.arrivals: list[Arrival] = []
        """Every request, in the order of its arrival."""
        self.unannounced: list[str] = []
        """Changes that arrived without having been written down."""
        self.at_change: list[Happening] = []
        """What happens right before the first, second, ... change is looked at."""
        self.witness: Witness | None = None
        self.refuses = 0
        """Changes whose connection is refused."""

    def settings(self, state_dir: Path | None = None) -> Settings:
        return replace(
            settings_for(_URL, self.account.username, self.account.api_key, timeout=TIMEOUT),
            state_dir=state_dir or self.state_dir,
        )

    @asynccontextmanager
    async def worker(
        self, name: str = "one", *, state_dir: Path | None = None, journal: Journal | None = None
    ) -> AsyncIterator[Player]:
        """Run a worker for as long as the block lasts."""
        directory = state_dir or self.state_dir
        served = _Served(self, name, directory)
        made = AccountWorker(
            self.settings(directory), asgi_app=served, clock=self.clock, journal=journal
        )
        player = Player(self, made)
        try:
            await player.live()
            yield player
        finally:
            player.task.cancel()
            await asyncio.wait({player.task})

    async def settle(self) -> None:
        """Let everything come to its end that is under way in the account."""
        for _ in range(3):
            self.clock.set_forward(300.0)
            await self.app.apply_late()
            self.account.settle()

    async def same_first(self, arrived: Arrival) -> None:
        """Have another client's very same request carried out."""
        assert arrived.scope is not None
        scope = {**arrived.scope, "extensions": {}}
        faults, self.account.faults._armed = self.account.faults._armed, []
        try:
            await self.app(scope, _body(arrived.body), _nowhere)
        finally:
            self.account.faults._armed = faults
            self.account.requests.pop()


class Player(RunningWorker):
    """A worker on a stage, and when each of its operations ended."""

    def __init__(self, stage: Stage, worker: AccountWorker) -> None:
        self.stage = stage
        self.ended_at: dict[str, tuple[float, OperationState]] = {}
        super().__init__(worker, _PATIENCE)

    def _hear(self, change: SyncEvent) -> None:
        super()._hear(change)
        if isinstance(change, OperationChanged) and change.operation.is_ended:
            at = self.stage.clock.monotonic()
            self.ended_at.setdefault(change.operation.id, (at, change.operation.state))

    async def carry_out(self, requests: Sequence[Request]) -> Sequence[Operation]:
        """Ask for changes, and wait until they have ended."""
        taken = self.worker.submit(requests)
        await self.ended(taken)
        return [self.worker.operations[operation.id] for operation in taken]


class _Served:
    """The account as one worker reaches it."""

    def __init__(self, stage: Stage, name: str, state_dir: Path) -> None:
        self._stage = stage
        self._name = name
        self._journal = journal_path(state_dir)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stage = self._stage
        body = (await receive()).get("body", b"")
        arrived = Arrival(
            self._name, scope["method"], scope["path"], body, stage.clock.monotonic(), scope
        )
        if arrived.is_change:
            if stage.refuses:
                stage.refuses -= 1
                raise ConnectionRefusedError
            written = self._journal.read_bytes() if self._journal.exists() else b""
            if b'"state":"sent"' not in written:
                stage.unannounced.append(f"{arrived.method} {arrived.path}")
            stage.arrivals.append(arrived)
            if stage.at_change:
                happening = stage.at_change.pop(0)()
                if happening is not None:
                    await happening
        else:
            stage.arrivals.append(arrived)
        if stage.witness is not None:
            stage.witness.sees()
        logged = len(stage.account.requests)
        try:
            await stage.app(scope, _body(body), send)
        finally:
            arrived.logged = _entry_of(stage.account.requests, logged, arrived)
            if stage.witness is not None and arrived.is_change and arrived.logged is not None:
                stage.witness.sees_change(arrived.logged)


def _entry_of(log: list[LoggedRequest], since: int, arrived: Arrival) -> LoggedRequest | None:
    return next(
        (e for e in log[since:] if (e.method, e.path) == (arrived.method, arrived.path)), None
    )


def _body(body: bytes) -> Receive:
    waiting = [body]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await never

    return receive


async def _nowhere(message: Message) -> None:
    """Take an answer that nobody waits for."""
