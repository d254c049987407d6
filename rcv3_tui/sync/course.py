"""One operation on its way: every step is journaled where it has to be, and told."""

from __future__ import annotations

import logging
from collections.abc import Callable

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Operation, Request, State, Target
from rcv3_tui.sync.changes import Change, OperationChanged
from rcv3_tui.sync.journal import Journal, JournalError

_log = logging.getLogger("rcv3_tui.sync")

_LOST = "applied, answer was lost"


class Refused(Exception):  # noqa: N818 - the outcome of a check of ours, shown as it is
    """A check before the sending found a reason not to send; the text says so."""


class NotSent(Refused):
    """It was looked at as far as it can be, and must not leave (again) now."""


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
        self.was_sent = operation.state in (State.SENT, State.ACCEPTED)
        """Taken up from an earlier run that had sent it already, so it is looked at first."""
        self.look_only = ""
        """Why it must not be sent (again); empty: it may."""
        self.answer_lost = False
        """A look had to stand in for the service's answer; its outcome says so."""
        self.when_late: Callable[[], None] = lambda: None
        """Called when it has been followed for longer than things normally take."""
        self._words = ""
        self._journal = journal
        self._clock = clock
        self._publish = publish

    @property
    def request(self) -> Request:
        """What was asked for."""
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

    async def plan(self) -> None:
        """Write the intent down, before anything is read or sent.

        Raises:
            NotSent: The journal cannot be written, so nothing may be sent.
        """
        await self._write_ahead(self.operation)

    async def sent(self, known: tuple[str, ...] = (), words: str = "") -> None:
        """Write down that the request leaves now; returns when that is on the disk.

        Args:
            known: Ids that were there before, to compare with after a lost answer.
            words: Which step of several it is.

        Raises:
            NotSent: It must not be sent, or the journal cannot be written, so nothing may be sent.
        """
        if self.look_only:
            raise NotSent(self.look_only)
        self._words = words
        step = self.operation.step(State.SENT, self._clock.now(), detail=words, known=known)
        await self._write_ahead(step)
        self._take(step)

    async def accepted(
        self, *, resource_id: str | None = None, status: str | None = None, words: str = ""
    ) -> None:
        """Note that the service has taken it."""
        self._words = words or (_LOST if self.answer_lost else "")
        await self._write_after(
            self.operation.step(
                State.ACCEPTED,
                self._clock.now(),
                detail=self._words,
                resource_id=resource_id,
                status=status,
            )
        )

    def waits(self, why: str) -> None:
        """Note why it does not go on yet."""
        self._step(self.operation.state, detail=why)

    def seen(self, status: str | None, trouble: str = "") -> None:
        """Note how the resource looks now.

        Args:
            status: As the service spells it; None: it could not be seen.
            trouble: What keeps it from settling; empty takes earlier trouble back.
        """
        self._step(self.operation.state, detail=trouble or self._words, status=status)

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
        if self.answer_lost and state in (State.SETTLED, State.FAILED):
            detail = f"{detail}; {_LOST}"
        await self._write_after(
            self.operation.step(
                state,
                self._clock.now(),
                detail=detail,
                resource_id=resource_id,
                status=status or None,
            )
        )

    def _step(
        self,
        state: State,
        *,
        detail: str | None = None,
        resource_id: str | None = None,
        status: str | None = None,
    ) -> None:
        self._take(
            self.operation.step(
                state, self._clock.now(), detail=detail, resource_id=resource_id, status=status
            )
        )

    def _take(self, step: Operation) -> None:
        if step != self.operation:
            self.operation = step
            self._publish(OperationChanged(step))

    async def _write_ahead(self, step: Operation) -> None:
        try:
            await self._journal.write(step)
        except JournalError as error:
            raise NotSent(str(error)) from error

    async def _write_after(self, step: Operation) -> None:
        """Write a step down, then tell it: what is shown as ended is on the disk as ended."""
        try:
            await self._journal.write(step)
        except JournalError:
            # The request has left: what became of it is shown even if it cannot be written down.
            _log.exception("the outcome of %s was not written down", self.operation.id)
        self._take(step)


def _given(target: Target | None, what: str) -> Target:
    if target is None:
        raise ValueError(f"the request names no {what}")
    return target
