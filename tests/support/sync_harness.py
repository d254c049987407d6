"""A worker on a simulated account, without a screen, on a manual clock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import Account, LoggedRequest, Node, Pool, PublicIP, Server, create_app
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import (
    ConnectionChanged,
    ConnectionState,
    ConnectionStatus,
    OperationChanged,
    SignInFailed,
    SnapshotChanged,
    SyncEvent,
)
from rcv3_tui.sync.operations.journal import JournalError

INTERVAL = 15.0
IDENTITY = "http://127.0.0.1/v2.0"


class RecordingJournal:
    """A journal in memory, with the number of changes sent before each line."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.lines: list[tuple[OperationState, str, int]] = []
        self.known: list[tuple[str, ...]] = []
        self.fails_on: OperationState | None = None

    async def write(self, operation: Operation) -> None:
        if operation.state is self.fails_on:
            raise JournalError("the journal cannot be written (no space left): nothing was sent")
        changes = sum(
            r.method != "GET" and "/rackconnect/" in r.path for r in self._account.requests
        )
        self.lines.append((operation.state, operation.id, changes))
        self.known.append(operation.known)

    @property
    def states(self) -> list[OperationState]:
        return [state for state, _, _ in self.lines]


class SyncHarness:
    """An account, a worker on it, and every event that the worker published."""

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
        self.changes: list[SyncEvent] = []
        self._worker: AccountWorker | None = None
        self._task: asyncio.Task[None] | None = None

    # -- the worker -----------------------------------------------------------------------------

    @property
    def worker(self) -> AccountWorker:
        if self._worker is None:
            self._worker = AccountWorker(
                self.settings,
                asgi_app=create_app(self.account),
                clock=self.clock,
                journal=self.journal,
            )
            self._worker.listen(self.changes.append)
        return self._worker

    def use(self, worker: AccountWorker) -> None:
        """Use this worker instead of the default one."""
        self._worker = worker
        worker.listen(self.changes.append)

    def set(self, **changes: object) -> None:
        """Change the settings, before the worker is created."""
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
        """Wait until everything that needs no time has happened."""
        await self.clock.settle()

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await self.settle()

    async def until(self, holds: Callable[[], bool], seconds: float = 900.0) -> float:
        """Advance the clock in small steps until a condition holds; return the seconds."""
        began = self.clock.monotonic()
        while not holds():
            passed = self.clock.monotonic() - began
            assert passed < seconds, f"not within {seconds:g} s"
            await self.advance(0.5)
        return self.clock.monotonic() - began

    # -- state ---------------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        return self.worker.snapshots["IAD"]

    @property
    def link(self) -> ConnectionStatus:
        return self.worker.connections["IAD"]

    def link_is(self, state: ConnectionState) -> bool:
        return self.link.state is state

    @property
    def failures(self) -> list[SignInFailed]:
        return [change for change in self.changes if isinstance(change, SignInFailed)]

    @property
    def links(self) -> list[ConnectionStatus]:
        return [
            change.connection for change in self.changes if isinstance(change, ConnectionChanged)
        ]

    @property
    def snapshot_changes(self) -> list[SnapshotChanged]:
        return [change for change in self.changes if isinstance(change, SnapshotChanged)]

    def requests(self, method: str, path: str = "/rackconnect/") -> list[LoggedRequest]:
        return [r for r in self.account.requests if r.method == method and re.search(path, r.path)]

    def count(self, method: str, path: str = "/rackconnect/") -> int:
        return len(self.requests(method, path))

    @property
    def sent(self) -> list[str]:
        """Return every change sent to RackConnect: `POST 201`, `DELETE 409`, 0 without response."""
        return [
            f"{r.method} {r.status}"
            for r in self.account.requests
            if r.method != "GET" and "/rackconnect/" in r.path
        ]

    # -- operations -----------------------------------------------------------------------------

    def submit(self, *requests: Request) -> tuple[Operation, ...]:
        return self.worker.submit(requests)

    def now(self, operation: Operation) -> Operation:
        """Return the current state of an operation."""
        return self.worker.operations[operation.id]

    async def carry_out(self, *requests: Request, seconds: float = 900.0) -> list[Operation]:
        """Submit operations, and advance the clock until all have ended."""
        taken = self.submit(*requests)
        await self.until(lambda: all(self.now(op).is_ended for op in taken), seconds)
        return [self.now(operation) for operation in taken]

    async def one(self, request: Request, seconds: float = 900.0) -> Operation:
        (operation,) = await self.carry_out(request, seconds=seconds)
        return operation

    async def accepted(self, request: Request) -> Operation:
        """Submit an operation, and advance the clock until the service has accepted it."""
        (operation,) = self.submit(request)
        await self.until(lambda: self.now(operation).state is OperationState.ACCEPTED)
        return operation

    def steps(self, operation: Operation) -> list[Operation]:
        """Return every published state of an operation."""
        return [
            change.operation
            for change in self.changes
            if isinstance(change, OperationChanged) and change.operation.id == operation.id
        ]

    def states(self, operation: Operation) -> list[OperationState]:
        """Return the states of an operation in order, each once."""
        return list(dict.fromkeys(step.state for step in self.steps(operation)))


def once(harness: SyncHarness, state: OperationState, happening: Callable[[], object]) -> None:
    """Call a function when an operation first enters a state."""

    def posted(change: SyncEvent) -> None:
        if isinstance(change, OperationChanged) and change.operation.state is state:
            ends_it()
            happening()

    ends_it = harness.worker.listen(posted)


# -- requests, in the words of the simulated account ----------------------------------------------


def at(thing: Server | Pool | Node) -> Target:
    return Target(thing.id, thing.name if isinstance(thing, Server | Pool) else thing.id)


def address(record: PublicIP) -> Target:
    return Target(record.id, record.address or record.id)


def add_ip(server: Server) -> Request:
    return Request(kind=OperationKind.ADD_PUBLIC_IP, region="IAD", server=at(server))


def change_ip(kind: OperationKind, record: PublicIP, to: Server | None = None) -> Request:
    return Request(
        kind=kind,
        region="IAD",
        public_ip=address(record),
        server=None if to is None else at(to),
        held_by=None if record.server is None else at(record.server),
    )


def remove_ip(record: PublicIP) -> Request:
    return change_ip(OperationKind.REMOVE_PUBLIC_IP, record)


def add_node(server: Server, pool: Pool) -> Request:
    return Request(kind=OperationKind.ADD_NODE, region="IAD", server=at(server), pool=at(pool))


def remove_node(node: Node) -> Request:
    return Request(
        kind=OperationKind.REMOVE_NODE,
        region="IAD",
        server=at(node.server),
        pool=at(node.pool),
        node=at(node),
    )


def servers(account: Account, count: int, prefix: str = "web") -> Sequence[Server]:
    return [account.add_server(f"{prefix}-{number:02d}") for number in range(1, count + 1)]
