"""Follows submitted operations until they have settled, with progress on stderr."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto

from rcv3_tui.change.account import ChangeAccount
from rcv3_tui.change.options import WaitFor
from rcv3_tui.model.operation import Operation, OperationState
from rcv3_tui.model.times import elapsed
from rcv3_tui.status.progress import ProgressReporter

_TICK = 1.0
"""Seconds between two updates of the progress line."""

_REPORT_SECONDS = 60.0
"""Seconds between two lines of progress where stderr is no terminal."""

_RESUMED_SECONDS = 60.0
"""Seconds that a command waits for the fate of operations which an earlier run left open."""


class FollowEnd(Enum):
    """Why following ended."""

    DONE = auto()
    TIMED_OUT = auto()
    INTERRUPTED = auto()


class Follower:
    """Follows a batch of operations.

    Each operation gets a number of seconds from its sending. Time in the queue, in which others
    are sent, does not count; nor does time in which a server is built.

    Args:
        account: The account.
        ids: The operations' ids.
        wait_for: What is waited for.
        seconds: Seconds without anything sent or ended after which following ends.
        progress: Where progress is shown.
        on_done: Called with each operation once, when it has come as far as is waited for.
        interrupted: Set when the operator pressed Ctrl+C.
    """

    def __init__(
        self,
        account: ChangeAccount,
        ids: Sequence[str],
        *,
        wait_for: WaitFor,
        seconds: float,
        progress: ProgressReporter,
        on_done: Callable[[Operation], None],
        interrupted: asyncio.Event,
    ) -> None:
        self._account = account
        self._ids = tuple(ids)
        self._wait_for = wait_for
        self._seconds = seconds
        self._progress = progress
        self._on_done = on_done
        self._interrupted = interrupted
        self._began = self._moved = self._reported = account.clock.monotonic()
        self._open = dict.fromkeys(self._ids)
        self._states: dict[str, OperationState] = {}

    async def follow(self) -> FollowEnd:
        """Follow the operations. A cancellation leaves them in the journal."""
        while not await self._account.until(self._is_over, _TICK):
            self._show_progress()
            if self._account.clock.monotonic() - self._moved >= self._seconds:
                return FollowEnd.TIMED_OUT
        self._progress.end_progress()
        if self._open and self._interrupted.is_set():
            return FollowEnd.INTERRUPTED
        # Without credentials nothing goes on.
        return FollowEnd.TIMED_OUT if self._open else FollowEnd.DONE

    def report_rest(self) -> list[Operation]:
        """Report the operations that were not done when following ended, and return them."""
        self._update()
        rest = self._account.operations(self._open)
        for operation in rest:
            self._on_done(operation)
        return rest

    def _is_over(self) -> bool:
        self._update()
        is_stuck = bool(self._account.sign_in_failure)
        return not self._open or self._interrupted.is_set() or is_stuck

    def _update(self) -> None:
        """Report what is done by now, and note when something was sent or ended last."""
        for operation in self._account.operations(tuple(self._open)):
            waits_for_build = (
                operation.state is OperationState.PLANNED and operation.request.wait_for_build
            )
            if self._states.get(operation.id) is not operation.state or waits_for_build:
                self._states[operation.id] = operation.state
                self._moved = self._account.clock.monotonic()
            if self._is_done(operation):
                del self._open[operation.id]
                self._progress.end_progress()
                self._on_done(operation)

    def _is_done(self, operation: Operation) -> bool:
        if operation.is_ended:
            return True
        return self._wait_for is WaitFor.ACCEPTED and operation.state is OperationState.ACCEPTED

    def _show_progress(self) -> None:
        now = self._account.clock.monotonic()
        if not self._progress.is_terminal and now - self._reported < _REPORT_SECONDS:
            return
        waited = elapsed(now - self._began)
        operations = self._account.operations(self._ids)
        if len(operations) == 1:
            (operation,) = operations
            words = operation.detail or operation.status or operation.state.value
            self._report(f"{operation.request.sentence}: {words} ({waited})")
            return
        done = len(operations) - len(self._open)
        failed = sum(1 for each in operations if each.is_trouble)
        queued = sum(1 for each in operations if each.state is OperationState.PLANNED)
        self._report(
            f"{done} of {len(operations)} done, {failed} failed, {queued} not sent yet ({waited})"
            + ("; Ctrl+C stops what was not sent" if self._progress.is_terminal else "")
        )

    def _report(self, text: str) -> None:
        """Show progress in place on a terminal, else now and then in a line of its own."""
        self._reported = self._account.clock.monotonic()
        if self._progress.is_terminal:
            self._progress.progress(text)
        else:
            self._progress.report(text)


async def follow_resumed(
    account: ChangeAccount,
    ids: Sequence[str],
    progress: ProgressReporter,
    interrupted: asyncio.Event,
) -> None:
    """Wait until it is known what became of operations that an earlier run left open.

    What the service has accepted is not waited for: it may take very long, and stays in the
    journal.

    Args:
        account: The account.
        ids: The operations that were open when the command began.
        progress: Where their outcome is reported.
        interrupted: Set when the operator pressed Ctrl+C, which ends the wait.
    """

    def is_over() -> bool:
        return (
            interrupted.is_set()
            or bool(account.sign_in_failure)
            or all(
                each.is_ended or each.state is OperationState.ACCEPTED
                for each in account.operations(ids)
            )
        )

    if not ids:
        return
    await account.until(is_over, _RESUMED_SECONDS)
    if interrupted.is_set():
        return
    for each in account.operations(ids):
        words = each.detail or each.state.value
        progress.report(f"left open by an earlier run: {each.request.sentence}: {words}")


@contextmanager
def stopping_on_sigint(interrupted: asyncio.Event, account: ChangeAccount) -> Iterator[None]:
    """Note the first Ctrl+C while the block runs; the second one ends the program.

    Args:
        interrupted: Is set by it.
        account: Is woken by it.
    """
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        interrupted.set()
        account.wake()
        loop.remove_signal_handler(signal.SIGINT)

    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    try:
        loop.add_signal_handler(signal.SIGINT, interrupt)
    except (NotImplementedError, RuntimeError, ValueError):
        # Only the main thread can handle signals.
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
