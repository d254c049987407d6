"""Steps: one changing request, the read that shows what became of it, and when to retry it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.api.errors import ApiError
from rcv3_tui.sync.operations.delays import MAX_SENDS, PROBE_DELAYS
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, until_stopped

ResultT = TypeVar("ResultT")


class RequestOutcome(StrEnum):
    """What a probe found out about a change."""

    APPLIED = "applied"
    NOT_APPLIED = "not applied"
    PARTIALLY_APPLIED = "partially applied"
    """Of several changes in one request, some are applied and some are not."""


class ProbeResult(Struct, Generic[ResultT], frozen=True):
    """The result of a probe: what was read, compared with the requested end state."""

    outcome: RequestOutcome
    result: ResultT | None = None
    """The resource, if there is one."""
    busy: bool = False
    """The resource is in transition, so the service would reject the request again."""


class RetryPlan(Struct, frozen=True):
    """What to do about a response that is not the documented success."""

    probe_delays: tuple[float, ...]
    """Seconds before each probe."""
    resend: bool
    """Send again if it was not applied; otherwise the response is the outcome."""
    reason: str = ""
    """What is waited for, in words."""
    documented: bool = False
    """The response is the documented one for a request that changed nothing."""


class Step(ABC, Generic[ResultT]):
    """One changing request of one or several operations.

    Args:
        trackers: The operations.
        words: Which step of several it is.
    """

    def __init__(self, trackers: Iterable[OperationTracker], *, words: str = "") -> None:
        self.trackers = tuple(trackers)
        self._words = words
        self._not_found = 0

    @property
    def reads(self) -> int:
        """The requests that one `check` sends."""
        return 1

    @property
    def was_sent(self) -> bool:
        """Whether an earlier run has sent it, or may have."""
        return any(tracker.resumed for tracker in self.trackers)

    @property
    def stopped(self) -> str:
        """Why it must not be sent (again) since it was stopped; empty: it may be."""
        return next((tracker.no_send_reason for tracker in self.trackers if tracker.is_stopped), "")

    def until_stopped(self) -> AbstractAsyncContextManager[None]:
        """Leave the block, which waits for something, as soon as the step is stopped."""
        return until_stopped(self.trackers)

    def note_waiting(self, why: str) -> None:
        """Show why nothing happens at the moment."""
        for tracker in self.trackers:
            tracker.note_waiting(why)

    async def record_sent(self) -> None:
        """Journal that the request leaves now; returns once that is on the disk.

        Raises:
            NotSent: It must not leave.
        """
        stopped = next((tracker for tracker in self.trackers if tracker.no_send_reason), None)
        if stopped is not None:
            raise NotSent(stopped.no_send_reason)
        # At once, so that all share one flush to the disk.
        written = await asyncio.gather(
            *(
                tracker.record_sent(self.known_ids(tracker), self._words)
                for tracker in self.trackers
            ),
            return_exceptions=True,
        )
        for result in written:
            if isinstance(result, BaseException):
                raise result

    def plan_for_not_found(self) -> RetryPlan:
        """Return what to do about a 404 on a removal.

        If a probe finds the target, the 404 came from a gateway and not from the service.
        """
        self._not_found += 1
        return RetryPlan(PROBE_DELAYS, resend=self._not_found < MAX_SENDS, documented=True)

    @abstractmethod
    async def check(self, *, sent: bool) -> ProbeResult[ResultT]:
        """Read, and compare with the requested end state and with what was confirmed.

        Args:
            sent: The request has left before.

        Raises:
            ApiError: It could not be read.
            Rejected: What was confirmed no longer holds.
        """

    @abstractmethod
    def known_ids(self, tracker: OperationTracker) -> tuple[str, ...]:
        """Return the ids of an operation's resources at the last check, for the journal."""

    @abstractmethod
    async def call(self) -> ResultT | None:
        """Send the request.

        Raises:
            ApiError: The response is not the documented success, or there is none.
        """

    async def plan(self, error: ApiError) -> RetryPlan | None:
        """Return what to do about a response that this kind of change knows; None: the default.

        Raises:
            Rejected: It is the outcome, in these words.
        """
        return None
