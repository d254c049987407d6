"""A worker on a simulated account, driven without a screen by a clock that tests move."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Kind, Operation, Request, State, Target
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, LoggedRequest, Node, Pool, PublicIP, Server, create_app
from rcv3_tui.sync.changes import (
    Change,
    Link,
    LinkChanged,
    LinkState,
    OperationChanged,
    SignInFailed,
    SnapshotChanged,
)
from rcv3_tui.sync.journal import JournalError
from rcv3_tui.sync.worker import Worker

INTERVAL = 15.0
IDENTITY = "http://127.0.0.1/v2.0"


class RecordingJournal:
    """A journal in memory that knows how many changes had been sent at each line."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.lines: list[tuple[State, str, int]] = []
        self.known: list[tuple[str, ...]] = []
        self.fails_on: State | None = None

    async def write(self, operation: Operation) -> None:
        if operation.state is self.fails_on:
            raise JournalError("the journal cannot be written (no space left): nothing was sent")
        changes = sum(
            r.method != "GET" and "/rackconnect/" in r.path for r in self._account.requests
        )
        self.lines.append((operation.state, operation.id, changes))
        self.known.append(operation.known)

    @property
    def states(self) -> list[State]:
        return [state for state, _, _ in self.lines]


class Bench:
    """An account, a worker on it, and everything that the worker has told."""

    def __init__(self, account: Account, clock: ManualClock) -> None:
        self.account = account
        self.clock = clock
        self.journal = RecordingJournal(account)
        self.settings = Settings(
            credentials=Credentials(account.username, api_key=Secret(account.api_key)),
            identity_url=IDENTITY,
            regions=("IAD",),
            refresh_interval=INTERVAL,
        )
        self.changes: list[Change] = []
        self._worker: Worker | None = None
        self._task: asyncio.Task[None] | None = None

    # -- the worker -----------------------------------------------------------------------------

    @property
    def worker(self) -> Worker:
        if self._worker is None:
            self._worker = Worker(
                self.settings,
                asgi_app=create_app(self.account),
                clock=self.clock,
                journal=self.journal,
            )
            self._worker.listen(self.changes.append)
        return self._worker

    def use(self, worker: Worker) -> None:
        """Take this worker in place of the usual one."""
        self._worker = worker
        worker.listen(self.changes.append)

    def set(self, **changes: object) -> None:
        """Change the settings, before the worker is made."""
        self.settings = replace(self.settings, **changes)

    async def start(self) -> None:
        self._task = asyncio.create_task(self.worker.run())
        await self.settle()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            if not self._task.cancelled() and (error := self._task.exception()) is not None:
                raise error

    # -- time -----------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let everything happen that can happen without time passing."""
        before = -1
        while before != (before := len(self.account.requests) + len(self.changes)):
            await self.clock.settle(60)

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await self.settle()

    async def until(self, holds: Callable[[], bool], seconds: float = 900.0) -> float:
        """Let time pass in small steps until something holds; give how long it took."""
        began = self.clock.monotonic()
        while not holds():
            passed = self.clock.monotonic() - began
            assert passed < seconds, f"not within {seconds:g} s"
            await self.advance(0.5)
        return self.clock.monotonic() - began

    # -- what there is --------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        return self.worker.snapshots["IAD"]

    @property
    def link(self) -> Link:
        return self.worker.links["IAD"]

    def link_is(self, state: LinkState) -> bool:
        return self.link.state is state

    @property
    def failures(self) -> list[SignInFailed]:
        return [change for change in self.changes if isinstance(change, SignInFailed)]

    @property
    def links(self) -> list[Link]:
        return [change.link for change in self.changes if isinstance(change, LinkChanged)]

    @property
    def pictures(self) -> list[SnapshotChanged]:
        return [change for change in self.changes if isinstance(change, SnapshotChanged)]

    def requests(self, method: str, path: str = "/rackconnect/") -> list[LoggedRequest]:
        return [r for r in self.account.requests if r.method == method and re.search(path, r.path)]

    def count(self, method: str, path: str = "/rackconnect/") -> int:
        return len(self.requests(method, path))

    @property
    def sent(self) -> list[str]:
        """Every change that reached RackConnect: `POST 201`, `DELETE 409`, 0 for no answer."""
        return [
            f"{r.method} {r.status}"
            for r in self.account.requests
            if r.method != "GET" and "/rackconnect/" in r.path
        ]

    # -- operations -----------------------------------------------------------------------------

    def submit(self, *requests: Request) -> tuple[Operation, ...]:
        return self.worker.submit(requests)

    def now(self, operation: Operation) -> Operation:
        """The operation as it is now."""
        return self.worker.operations[operation.id]

    async def carry_out(self, *requests: Request, seconds: float = 900.0) -> list[Operation]:
        """Submit, and let time pass until every one has ended."""
        taken = self.submit(*requests)
        await self.until(lambda: all(self.now(op).is_ended for op in taken), seconds)
        return [self.now(operation) for operation in taken]

    async def one(self, request: Request, seconds: float = 900.0) -> Operation:
        (operation,) = await self.carry_out(request, seconds=seconds)
        return operation

    def steps(self, operation: Operation) -> list[Operation]:
        """Every step of one operation, as it was told."""
        return [
            change.operation
            for change in self.changes
            if isinstance(change, OperationChanged) and change.operation.id == operation.id
        ]

    def states(self, operation: Operation) -> list[State]:
        """The states that an operation went through, each once."""
        return list(dict.fromkeys(step.state for step in self.steps(operation)))


# -- requests, in the words of the simulated account ----------------------------------------------


def at(thing: Server | Pool | Node) -> Target:
    return Target(thing.id, thing.name if isinstance(thing, Server | Pool) else thing.id)


def address(record: PublicIP) -> Target:
    return Target(record.id, record.address or record.id)


def add_ip(server: Server) -> Request:
    return Request(kind=Kind.ADD_PUBLIC_IP, region="IAD", server=at(server))


def change_ip(kind: Kind, record: PublicIP, to: Server | None = None) -> Request:
    return Request(
        kind=kind,
        region="IAD",
        public_ip=address(record),
        server=None if to is None else at(to),
        held_by=None if record.server is None else at(record.server),
    )


def remove_ip(record: PublicIP) -> Request:
    return change_ip(Kind.REMOVE_PUBLIC_IP, record)


def add_node(server: Server, pool: Pool) -> Request:
    return Request(kind=Kind.ADD_NODE, region="IAD", server=at(server), pool=at(pool))


def remove_node(node: Node) -> Request:
    return Request(
        kind=Kind.REMOVE_NODE,
        region="IAD",
        server=at(node.server),
        pool=at(node.pool),
        node=at(node),
    )


def servers(account: Account, count: int, prefix: str = "web") -> Sequence[Server]:
    return [account.add_server(f"{prefix}-{number:02d}") for number in range(1, count + 1)]
