"""A headless worker, and its journal read back."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Operation, Request
from rcv3_tui.settings import Settings
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import ConnectionState, SyncEvent
from rcv3_tui.sync.operations.journal import Journal

_DEADLINE = 25.0
ENDED = frozenset({"settled", "failed", "rejected", "unknown"})


def new_state_dir(parent: Path) -> Path:
    """Make a state directory for one play; unlike pytest's own factory, from any thread."""
    return Path(tempfile.mkdtemp(prefix="state-", dir=parent))


def journal_path(state_dir: Path) -> Path:
    """Where a worker with this state directory writes its operations down."""
    return state_dir / "journal.jsonl"


class RunningWorker:
    """A worker that runs, and waiting for what it publishes.

    Args:
        worker: Not started yet.
        patience: Seconds of the loop's time within which everything happens.
    """

    def __init__(self, worker: AccountWorker, patience: float) -> None:
        self.worker = worker
        self._patience = patience
        self._told = asyncio.Event()
        worker.listen(self._hear)
        self.task = asyncio.get_running_loop().create_task(worker.run())
        self.task.add_done_callback(lambda task: self._told.set())

    def _hear(self, change: SyncEvent) -> None:
        self._told.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds; looked at whenever the worker publishes a change."""
        async with asyncio.timeout(self._patience):
            while not condition():
                if self.task.done():
                    self.task.result()
                    raise AssertionError(f"the worker has ended: {self.worker.sign_in_failure}")
                assert self.worker.sign_in_failure is None, self.worker.sign_in_failure
                self._told.clear()
                await self._told.wait()

    async def live(self) -> None:
        """Wait until the whole snapshot has been read."""
        await self.until(
            lambda: (
                bool(self.worker.connections)
                and all(
                    link.state is ConnectionState.LIVE for link in self.worker.connections.values()
                )
            )
        )

    async def ended(self, operations: Sequence[Operation] | None = None) -> None:
        """Wait until operations have ended: those given, or every one there is."""
        ids = None if operations is None else [operation.id for operation in operations]

        def over() -> bool:
            known = self.worker.operations
            return all(known[key].is_ended for key in (known if ids is None else ids))

        await self.until(over)


class Seat(RunningWorker):
    """A worker on a fast clock."""

    def __init__(self, worker: AccountWorker) -> None:
        super().__init__(worker, _DEADLINE)

    async def carry_out(self, requests: Sequence[Request], state_dir: Path) -> None:
        """Ask for changes, and wait until they have ended and their ends are on the disk."""
        await self.ended(self.worker.submit(requests))
        await written(state_dir)


@asynccontextmanager
async def seated(
    settings: Settings, clock: Clock, journal: Journal | None = None
) -> AsyncIterator[Seat]:
    """Run a worker for as long as the block lasts."""
    seat = Seat(AccountWorker(settings, clock=clock, journal=journal))
    try:
        yield seat
    finally:
        seat.task.cancel()
        await asyncio.wait({seat.task})


@dataclass(frozen=True)
class RecordedOperation:
    """One operation as the journal records it."""

    id: str
    states: tuple[str, ...]
    request: dict[str, Any]
    detail: str

    @property
    def outcome(self) -> str | None:
        """The state it ended in, None if it has none."""
        return self.states[-1] if self.states[-1] in ENDED else None

    @property
    def subject(self) -> tuple[str, ...]:
        """What it was asked to change, by ids."""
        names = ("server", "public_ip", "pool", "node")
        return tuple(self.request.get(name, {}).get("id", "") for name in names)


async def written(state_dir: Path) -> None:
    """Wait until the journal has every outcome, which it gets after the screen."""
    async with asyncio.timeout(_DEADLINE):
        # A file has no event for growing.
        while not all(recorded.outcome for recorded in read_journal(state_dir)):  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def read_journal(state_dir: Path) -> list[RecordedOperation]:
    """Read the journal as anybody could: one JSON object a line, in the order of the asking."""
    path = journal_path(state_dir)
    text = path.read_text("utf-8") if path.exists() else ""
    lines = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    entries: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        entry = json.loads(line)
        entries.setdefault(entry["operation"], []).append(entry)
    return [
        RecordedOperation(
            key,
            tuple(entry["state"] for entry in steps),
            steps[0]["request"],
            steps[-1].get("detail", ""),
        )
        for key, steps in entries.items()
    ]
