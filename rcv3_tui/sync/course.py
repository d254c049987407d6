"""One operation on its way: every step is journaled where it has to be, and told."""

from __future__ import annotations

import logging
from collections.abc import Callable

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Operation, Request, State
from rcv3_tui.sync.changes import Change, OperationChanged
from rcv3_tui.sync.journal import Journal, JournalError

_log = logging.getLogger("rcv3_tui.sync")


class Refused(Exception):  # noqa: N818 - the outcome of a check of ours, shown as it is
    """A check before the sending found a reason not to send; the text says so."""


class Course:
    """One operation on its way.

    Args:
        operation: As planned.
        journal: Where steps are written down.
        clock: What decides "now".
        publish: Takes every step.
    """

    def __init__(
        self,
        operation: Operation,
        journal: Journal,
        clock: Clock,
        publish: Callable[[Change], None],
    ) -> None:
        self.operation = operation
        self._journal = journal
        self._clock = clock
        self._publish = publish

    @property
    def request(self) -> Request:
        """What was asked for."""
        return self.operation.request

    async def plan(self) -> None:
        """Write the intent down, before anything is read or sent.

        Raises:
            Refused: The journal cannot be written, so nothing may be sent.
        """
        await self._write_ahead(())

    async def sent(self, known: tuple[str, ...] = ()) -> None:
        """Write down that the request leaves now; returns when that is on the disk.

        Args:
            known: Ids that were there before, to compare with after a lost answer.

        Raises:
            Refused: The journal cannot be written, so nothing may be sent.
        """
        self._step(State.SENT)
        await self._write_ahead(known)

    async def accepted(
        self, *, resource_id: str | None = None, status: str | None = None, detail: str = ""
    ) -> None:
        """Note that the service has taken it."""
        self._step(State.ACCEPTED, detail=detail, resource_id=resource_id, status=status)
        await self._write_after()

    def seen(self, status: str | None = None, detail: str | None = None) -> None:
        """Note how the resource looks now, without a step in the operation's own states."""
        self._step(self.operation.state, detail=detail, status=status)

    async def ended(
        self, state: State, detail: str, *, resource_id: str | None = None, status: str = ""
    ) -> None:
        """Note the outcome.

        Args:
            state: SETTLED, FAILED, REJECTED or UNKNOWN.
            detail: The outcome in words.
            resource_id: The resource, where it was not known before.
            status: Its last status.
        """
        self._step(state, detail=detail, resource_id=resource_id, status=status or None)
        await self._write_after()

    def _step(
        self,
        state: State,
        *,
        detail: str | None = None,
        resource_id: str | None = None,
        status: str | None = None,
    ) -> None:
        step = self.operation.step(
            state, self._clock.now(), detail=detail, resource_id=resource_id, status=status
        )
        if step != self.operation:
            self.operation = step
            self._publish(OperationChanged(step))

    async def _write_ahead(self, known: tuple[str, ...]) -> None:
        try:
            await self._journal.write(self.operation, known)
        except JournalError as error:
            raise Refused(str(error)) from error

    async def _write_after(self) -> None:
        try:
            await self._journal.write(self.operation)
        except JournalError:
            # The request has left: what became of it is shown even if it cannot be written down.
            _log.exception("the outcome of %s was not written down", self.operation.id)
