"""The workers of a run: the one on the screen, and those that still see changes through behind it.

Going to another profile's account must not let go of changes under way in this one, and must not
mix the two up. So each account has a worker of its own; one that is left goes on, without
refreshing, until its last operation has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from rcv3_tui.model.operation import Operation
from rcv3_tui.settings import Settings
from rcv3_tui.sync.changes import Change, OperationChanged
from rcv3_tui.sync.worker import Worker

MakeWorker = Callable[[Settings], Worker]
"""Makes what keeps an account live."""

_PATIENCE = 2.0
"""Seconds that workers are given to end."""


class Crew:
    """All workers there are.

    Args:
        first: The worker that the screen begins with.
        make: Makes another one.
        hear: Told what each of them says.
        died: Told that one ended by an error that nobody expected.
    """

    def __init__(
        self,
        first: Worker,
        make: MakeWorker,
        hear: Callable[[Worker, Change], None],
        died: Callable[[BaseException], None],
    ) -> None:
        self.front = first
        """The worker on the screen."""
        self._make = make
        self._hear = hear
        self._died = died
        self._tasks: dict[Worker, asyncio.Task[None]] = {}
        first.listen(partial(self._heard, first))

    def start(self) -> None:
        """Have the worker on the screen go on the network."""
        if self.front not in self._tasks:
            task = asyncio.create_task(self.front.run())
            task.add_done_callback(self._ended)
            self._tasks[self.front] = task

    def bring_to_front(self, settings: Settings) -> Worker:
        """Have another account on the screen; the one that was there ends when its work has.

        Args:
            settings: Whose.

        Returns:
            Its worker, the very same where one was still at work behind.
        """
        left = self.front
        behind = (w for w in self._tasks if w.settings.profile == settings.profile)
        worker = next(behind, None)
        if worker is None or worker is left:
            worker = self._make(settings)
            worker.listen(partial(self._heard, worker))
        self.front = worker
        left.pause(True)
        worker.pause(False)
        self.start()
        self._let_go(left)
        return worker

    def under_way_behind(self) -> tuple[Operation, ...]:
        """Give the operations of accounts that are not on the screen and have not ended."""
        return tuple(
            operation
            for worker in self._tasks
            if worker is not self.front
            for operation in worker.operations.values()
            if not operation.is_ended
        )

    async def stop(self) -> None:
        """End all of them; operations under way are in the journal."""
        tasks = set(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)

    def _heard(self, worker: Worker, change: Change) -> None:
        self._hear(worker, change)
        if worker is not self.front and isinstance(change, OperationChanged):
            self._let_go(worker)

    def _let_go(self, worker: Worker) -> None:
        """End a worker behind that has nothing left to see through."""
        if all(operation.is_ended for operation in worker.operations.values()):
            task = self._tasks.pop(worker, None)
            if task is not None:
                task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._died(error)
