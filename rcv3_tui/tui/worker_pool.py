"""The account workers of a run: the active one, and those that finish operations in the background.

Each account has its own worker. When another account is opened, the previous worker continues,
without refreshing, until its last operation has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from rcv3_tui.model.operation import Operation
from rcv3_tui.settings import Settings
from rcv3_tui.sync.account_worker import AccountWorker
from rcv3_tui.sync.events import SyncEvent

MakeWorker = Callable[[Settings], AccountWorker]
"""Creates the worker of an account."""

_PATIENCE = 2.0
"""Seconds within which workers have to stop."""


class WorkerPool:
    """All workers.

    Args:
        first: The first active worker.
        make: Creates another one.
        on_event: Called with each event of each worker.
        on_death: Called with the unexpected error that ended a worker.
    """

    def __init__(
        self,
        first: AccountWorker,
        make: MakeWorker,
        on_event: Callable[[AccountWorker, SyncEvent], None],
        on_death: Callable[[BaseException], None],
    ) -> None:
        first.is_watched = True
        self.active = first
        """The worker of the account on the screen."""
        self._make = make
        self._on_event = on_event
        self._on_death = on_death
        self._tasks: dict[AccountWorker, asyncio.Task[None]] = {}
        first.listen(partial(on_event, first))

    def connect(self) -> None:
        """Connect the active worker."""
        if self.active not in self._tasks:
            task = asyncio.create_task(self.active.run())
            task.add_done_callback(self._on_task_done)
            self._tasks[self.active] = task

    def activate(self, settings: Settings) -> AccountWorker:
        """Activate another account; the previous worker stops after its last operation.

        Args:
            settings: The settings of the account.

        Returns:
            Its worker; the existing one if it still runs in the background.
        """
        left = self.active
        behind = (w for w in self._tasks if w.settings.profile == settings.profile)
        worker = next(behind, None)
        if worker is None or worker is left:
            worker = self._make(settings)
            worker.listen(partial(self._on_event, worker))
        worker.is_watched = True
        self.active = worker
        left.pause(True)
        worker.pause(False)
        self.connect()
        self.retire_if_idle(left)
        return worker

    def stop_all(self) -> int:
        """Stop the operations of all accounts that were not sent; return their number."""
        workers = {self.active, *self._tasks}
        return sum(worker.cancel_batch() for worker in workers)

    def background_operations(self) -> tuple[Operation, ...]:
        """Return the running operations of accounts that are not on the screen."""
        return tuple(
            operation
            for worker in self._tasks
            if worker is not self.active
            for operation in worker.operations.values()
            if not operation.is_ended
        )

    async def stop(self) -> None:
        """Stop all workers; running operations are in the journal."""
        tasks = set(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)

    def retire_if_idle(self, worker: AccountWorker) -> None:
        """Stop a background worker without running operations."""
        if all(operation.is_ended for operation in worker.operations.values()):
            task = self._tasks.pop(worker, None)
            if task is not None:
                task.cancel()

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_death(error)
