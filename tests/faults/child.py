"""A headless worker in a process of its own, which kills itself at a given step.

Arguments: one JSON object, see `Orders`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Operation, OperationState, Request
from rcv3_tui.settings import Settings
from rcv3_tui.sync.operations.journal import FileJournal
from rcv3_tui.sync.operations.recovery import RunLock
from tests.faults.fast_clock import FastClock
from tests.faults.profile import settings_for
from tests.faults.workers import journal_path, read_journal, seated, written


class Orders(msgspec.Struct, frozen=True):
    """What a child is to do."""

    url: str
    username: str
    api_key: str
    state_dir: str
    origin: float
    """When the clock that all share stood at its start, by the machine's monotonic clock."""
    rate: float
    """Seconds on that clock for each real one."""
    requests: tuple[Request, ...] = ()
    """What to ask for; nothing: take up what the journal holds."""
    die_at: OperationState | None = None
    """Die when this state has been written down for every request."""


class _DyingJournal(FileJournal):
    """A journal whose process is killed as soon as a state is on the disk.

    Args:
        path: The file.
        settings: Whose operations these are.
        state: The state.
        count: Of how many operations.
    """

    def __init__(self, path: Path, settings: Settings, state: OperationState, count: int) -> None:
        user = "" if settings.credentials is None else settings.credentials.username
        # As the worker itself does: who is alive keeps its operations to itself.
        self._lock = RunLock(path.parent)
        super().__init__(
            path, profile=settings.profile, tenant="123456", user=user, run=self._lock.run
        )
        self._state = state
        self._left = count

    async def write(self, operation: Operation) -> None:
        await super().write(operation)
        if operation.state is self._state:
            self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def carry_out(orders: Orders) -> None:
    """Do what the orders say."""
    clock: Clock = FastClock(orders.rate, orders.origin)
    state_dir = Path(orders.state_dir)
    settings = replace(
        settings_for(orders.url, orders.username, orders.api_key, timeout=5.0),
        state_dir=state_dir,
        ca_bundle=state_dir,
    )
    journal = None
    if orders.die_at is not None:
        count = len(orders.requests)
        journal = _DyingJournal(journal_path(state_dir), settings, orders.die_at, count)
    async with seated(settings, clock, journal) as seat:
        await seat.live()
        if orders.requests:
            await seat.carry_out(orders.requests, state_dir)
            return
        left = {recorded.id for recorded in read_journal(state_dir) if recorded.outcome is None}
        # They are taken up once the first response has set the service's clock.
        await seat.until(lambda: left <= seat.worker.operations.keys())
        await seat.ended()
        await written(state_dir)


if __name__ == "__main__":
    asyncio.run(carry_out(msgspec.json.decode(sys.argv[1], type=Orders)))
