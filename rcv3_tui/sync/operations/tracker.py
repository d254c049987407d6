"""Tracks one operation: journals its steps and publishes them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Cause, Operation, OperationState, Request, Target
from rcv3_tui.sync.events import OperationChanged, SyncEvent
from rcv3_tui.sync.operations.journal import Journal, JournalError
from rcv3_tui.sync.operations.other_runs import revoke
from rcv3_tui.sync.operations.suspension import SuspensionMeter

_log = logging.getLogger("rcv3_tui.sync")

_LOST = "applied, response was lost"

SENT_WITHIN = 900.0
"""Seconds that the program may have been away since an operation was confirmed. After that it may
no longer be wanted, so it is not sent. The time that it waited in the queue does not count."""


class Rejected(Exception):  # noqa: N818 - the outcome of a check of ours, shown as it is
    """A check before sending found a reason not to send.

    Args:
        words: The reason.
        proves: Whether the check also proves that no earlier request has applied the change.
    """

    def __init__(self, words: str, *, proves: bool = True) -> None:
        super().__init__(words)
        self.proves = proves


class NotSent(Rejected):
    """It must not be sent (again), whatever a further probe would find."""


class OperationTracker:
    """Tracks one operation from submission to its outcome.

    Args:
        operation: The planned operation.
        journal: Records the steps.
        clock: The current time.
        publish: Receives every step.
        suspension: Measures how long the program does not run.
    """

    def __init__(
        self,
        operation: Operation,
        journal: Journal,
        clock: Clock,
        publish: Callable[[SyncEvent], None],
        suspension: SuspensionMeter,
    ) -> None:
        self.operation = operation
        self.resumed = operation.state in (OperationState.SENT, OperationState.ACCEPTED)
        """Resumed from an earlier run that had sent it already, so it is probed first."""
        self.no_send_reason = ""
        """Why it must not be sent (again); empty: it may be."""
        self.response_lost = False
        """A probe replaced the service's response; the outcome says so."""
        self.on_overdue: Callable[[], None] = lambda: None
        """Called when its transition takes longer than normal."""
        self.others_wait: Callable[[], bool] = lambda: False
        """Whether others wait in the queue: then each request it saves lets one of them start."""
        self.on_build_wait: Callable[[], None] = lambda: None
        """Called when it waits for its server to be built: its slot is free for others."""
        self.on_accepted: Callable[[], None] = lambda: None
        """Called when the service has accepted it: the rest is polling."""
        self.is_stopped = False
        """Whether it was stopped, so that it must not be sent (again)."""
        self._when_stopped: set[Callable[[], None]] = set()
        self._detail = ""
        self._journal = journal
        self._clock = clock
        self._publish = publish
        self._suspension = suspension
        # An operation of an earlier run has waited since then for a run that sends it.
        running = operation.alive or operation.asked
        self._away_before = max(0.0, (clock.now() - running).total_seconds())
        self._missed_before, self._ahead_before = suspension.missed, suspension.ahead

    @property
    def request(self) -> Request:
        """The requested change."""
        return self.operation.request

    @property
    def server(self) -> Target:
        """The server that the request names."""
        return _given(self.request.server, "server")

    @property
    def public_ip(self) -> Target:
        """The public IP that the request names."""
        return _given(self.request.public_ip, "public IP")

    @property
    def pool(self) -> Target:
        """The pool that the request names."""
        return _given(self.request.pool, "pool")

    @property
    def node(self) -> Target:
        """The pool node that the request names."""
        return _given(self.request.node, "node")

    def set_permit(self, permit: str) -> None:
        """Set the permit that allows a later run to send it; called before `record_planned`."""
        self.operation = replace(self.operation, permit=permit)
        if self.no_send_reason:
            # It was stopped while it was being confirmed.
            revoke(self.operation)

    async def record_planned(self) -> None:
        """Journal the intent, before anything is read or sent.

        Raises:
            NotSent: The journal cannot be written, so nothing may be sent.
        """
        await self._write_ahead(self.operation)

    async def record_sent(self, known: tuple[str, ...] = (), words: str = "") -> None:
        """Journal that the request is sent now; returns when that is on the disk.

        Args:
            known: Ids that existed before, to compare with after a lost response.
            words: Which step of several it is.

        Raises:
            NotSent: It must not be sent, or the journal cannot be written, so nothing may be sent.
        """
        self._check_allowed()
        self._detail = words
        step = self.operation.step(
            OperationState.SENT, self._clock.now(), detail=words, known=known
        )
        await self._write_ahead(step)
        # It may have been stopped while the journal was written.
        self._check_allowed()
        self._set(step)

    def forbid(self, why: str) -> None:
        """Forbid sending it, or sending it again, in this run and in later ones.

        Args:
            why: What happened, such as "stopped".
        """
        if self.operation.state is OperationState.PLANNED:
            self.no_send_reason = f"{why} before it was sent; nothing was sent"
        else:
            self.no_send_reason = f"{why}; it was not applied, and is not sent again"
        revoke(self.operation)
        self.is_stopped = True
        for end_wait in tuple(self._when_stopped):
            end_wait()

    @property
    def away_seconds(self) -> float:
        """Seconds that the program was away since the confirmation, by whichever clock shows more.

        The machine may have been suspended, and its time of day may have been set.
        """
        missed = self._suspension.missed - self._missed_before
        return self._away_before + max(missed, self._suspension.ahead - self._ahead_before)

    def _check_allowed(self) -> None:
        """Require that it may be sent now.

        Raises:
            NotSent: It may not.
        """
        if self.no_send_reason:
            raise NotSent(self.no_send_reason)
        if self.away_seconds > SENT_WITHIN:
            again = "" if self.operation.state is OperationState.PLANNED else " again"
            minutes = self.away_seconds / 60
            raise NotSent(
                f"the program was suspended or not running for {minutes:.0f} minutes after "
                f"this was confirmed, so it was not sent{again}: request it again if needed"
            )

    async def record_accepted(
        self, *, resource_id: str | None = None, status: str | None = None, words: str = ""
    ) -> None:
        """Record that the service has accepted it."""
        # Another client may undo the change: it must not be sent a second time.
        revoke(self.operation)
        self._detail = words or (_LOST if self.response_lost else "")
        await self._write_after(
            self.operation.step(
                OperationState.ACCEPTED,
                self._clock.now(),
                detail=self._detail,
                resource_id=resource_id,
                status=status,
            )
        )
        self.on_accepted()

    def note_waiting(self, why: str) -> None:
        """Publish why it does not continue yet."""
        self._step(self.operation.state, detail=why)

    def note_status(self, status: str | None, problem: str = "") -> None:
        """Publish the present status of the resource.

        Args:
            status: As the service spells it; None: it could not be read.
            problem: What delays it; empty clears an earlier problem.
        """
        self._step(self.operation.state, detail=problem or self._detail, status=status)

    async def finish(
        self,
        state: OperationState,
        detail: str,
        *,
        resource_id: str | None = None,
        status: str = "",
        cause: Cause | None = None,
    ) -> None:
        """Record the outcome.

        Args:
            state: SETTLED, FAILED, REJECTED or UNKNOWN.
            detail: The outcome in words.
            resource_id: The resource, if it was not known before.
            status: Its last status.
            cause: Why it ended otherwise than requested, where that was an error. A rejection after
                the request was sent is the service's, whatever check explains it.
        """
        if (
            state is OperationState.REJECTED
            and self.operation.state is not OperationState.PLANNED
            and cause in (None, Cause.CHECK)
        ):
            cause = Cause.SERVICE
        if self.response_lost and state in (OperationState.SETTLED, OperationState.FAILED):
            detail = f"{detail}; {_LOST}"
        # First, because it needs no disk space: an outcome is final even if it cannot be journaled.
        revoke(self.operation)
        await self._write_after(
            self.operation.step(
                state,
                self._clock.now(),
                detail=detail,
                resource_id=resource_id,
                status=status or None,
                cause=cause,
            )
        )

    def _step(
        self,
        state: OperationState,
        *,
        detail: str | None = None,
        resource_id: str | None = None,
        status: str | None = None,
    ) -> None:
        self._set(
            self.operation.step(
                state, self._clock.now(), detail=detail, resource_id=resource_id, status=status
            )
        )

    def _set(self, step: Operation) -> None:
        if step != self.operation:
            self.operation = step
            self._publish(OperationChanged(step))

    async def _write_ahead(self, step: Operation) -> None:
        try:
            await self._journal.write(step)
        except JournalError as error:
            has_left = self.operation.state is not OperationState.PLANNED
            raise NotSent(
                f"not sent again, because {error.reason}" if has_left else str(error)
            ) from error

    async def _write_after(self, step: Operation) -> None:
        """Journal a step, then publish it: what is shown as ended is on the disk as ended."""
        try:
            await self._journal.write(step)
        except JournalError as error:
            # The request was sent: its outcome is shown even if it cannot be journaled.
            _log.error(
                "%s of %s was not journaled: %s", step.state, self.operation.id, error.reason
            )
        self._set(step)


@asynccontextmanager
async def until_stopped(trackers: Sequence[OperationTracker]) -> AsyncIterator[None]:
    """Leave a block, which waits for something, as soon as one of its operations is stopped.

    Args:
        trackers: The operations that wait.
    """
    loop = asyncio.get_running_loop()
    scope = asyncio.timeout(None)

    def end_wait() -> None:
        if not scope.expired():
            scope.reschedule(loop.time())

    try:
        async with scope:
            for tracker in trackers:
                tracker._when_stopped.add(end_wait)
                if tracker.is_stopped:
                    end_wait()
            yield
    except TimeoutError:
        if not scope.expired():
            raise
    finally:
        for tracker in trackers:
            tracker._when_stopped.discard(end_wait)


def _given(target: Target | None, what: str) -> Target:
    if target is None:
        raise ValueError(f"the request names no {what}")
    return target
