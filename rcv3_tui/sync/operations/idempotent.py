"""Sends a change exactly once: the account's state decides the outcome, not the response.

For every kind of change:

1. Every wait comes first: for a slot, for the rate limit, for a new token.
2. Read, compare with what was confirmed, send; nothing comes between the three.
3. After every response that is not the documented success, and after none, probe before anything
   else, for as long as the request may still be on its way.
4. If the requested end state is there, the change is applied, by any client. If it is not, send
   again from 1, or report the error that the probe confirms. If nothing proves either: unknown.

A `Step` says what one kind of change reads, compares and sends; `IdempotentSender` applies the
rules.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.errors import (
    ApiError,
    Conflict,
    ConnectionFailed,
    CredentialsRefused,
    MalformedResponse,
    ServerError,
    Throttled,
    TokenRefused,
)
from rcv3_tui.clock import Clock
from rcv3_tui.sync.operations.delays import (
    MAX_SENDS,
    PROBE_AFTER_QUIET,
    PROBE_DELAYS,
    PROBE_ONCE,
    UNREADABLE_DELAYS,
)
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, Rejected, until_stopped
from rcv3_tui.sync.rate_limit import RequestRateLimiter, ReservationLost

ResultT = TypeVar("ResultT")

MAX_THROTTLE_WAITS = 10
"""How often throttling is waited out before it counts as the outcome."""

_MAX_CHECK_AGE = 5.0
"""Seconds that a check may be old when the request leaves: the disk may have been slow."""

_MAX_STALE_CHECKS = 3
"""How often a check is repeated for that reason."""

_COUNTDOWN_STEP = 1.0


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


# -- sending -----------------------------------------------------------------------------------


class Applied(Struct, Generic[ResultT], frozen=True):
    """A change that is applied, with its response or what a probe found instead."""

    result: ResultT | None
    response_lost: bool = False
    """A probe replaced the response."""
    already: bool = False
    """It was so before: nothing was sent, or the service reported that it changed nothing."""


class OutcomeUnknown(Exception):  # noqa: N818 - a state of knowledge, not an error
    """The response was lost, and no probe could prove what became of the request."""


class PartiallyApplied(Exception):  # noqa: N818 - a state of things
    """Some of several changes are applied; the others have to be sent separately.

    Args:
        cause: The last response that was not a success; None: nothing was sent.
    """

    def __init__(self, cause: ApiError | None) -> None:
        super().__init__("a part is applied")
        self.cause = cause


class IdempotentSender:
    """Sends changing requests by the rules above.

    Args:
        rate_limiter: Reserves the reads and the request together.
        clock: Measures the delays.
    """

    def __init__(self, rate_limiter: RequestRateLimiter, clock: Clock) -> None:
        self._rate_limiter = rate_limiter
        self._clock = clock

    async def send(self, step: Step[ResultT]) -> Applied[ResultT]:
        """Apply one change exactly once.

        After a cancellation the outcome of the request is open; the journal records that it was
        sent.

        Args:
            step: What to read and to send.

        Returns:
            The response, or what a probe found.

        Raises:
            ApiError: The service rejected it and a probe agrees, or nothing could be read before
                anything was sent.
            Rejected: A check found a reason not to send; nothing is applied.
            PartiallyApplied: Some of it is applied.
            OutcomeUnknown: It was sent, and nothing proves what became of it.
        """
        return await _Sending(step, self._rate_limiter, self._clock).run()


class _Sending(Generic[ResultT]):
    """One change that is being sent."""

    def __init__(self, step: Step[ResultT], rate_limiter: RequestRateLimiter, clock: Clock) -> None:
        self._step = step
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._may_have_arrived = step.was_sent
        """A request may have reached the service."""
        self._tried = step.was_sent
        """A request was sent, or was about to be."""
        self._sends = self._throttle_waits = self._stale_checks = 0
        self._error: ApiError | None = None
        """The last unsuccessful response to a request of this run."""
        self._may_resend = True
        self._in_doubt = step.was_sent
        """One of the requests may have changed something."""
        self._retries: Iterator[float] = iter(UNREADABLE_DELAYS)

    async def run(self) -> Applied[ResultT]:
        """See `IdempotentSender.send`."""
        if self._may_have_arrived and (
            found := await self._probe(RetryPlan(PROBE_DELAYS, resend=True))
        ):
            return found
        while True:
            try:
                async with AsyncExitStack() as slots:
                    await self._reserve_slots(slots)
                    done = await self._read_and_send()
            except ApiError as failure:
                if failure is self._error:
                    raise
                await self._wait_after(failure)
                continue
            if done is None and self._error is not None:
                done = await self._after(self._error)
            if done is not None:
                return done

    async def _reserve_slots(self, slots: AsyncExitStack) -> None:
        """Wait for the rate limit's slots of the reads and the request.

        Raises:
            NotSent: It was stopped, and nothing was sent that would have to be probed.
        """
        reservation = self._rate_limiter.reserve(self._step.reads + 1)
        if self._may_have_arrived:
            await slots.enter_async_context(reservation)
            return
        async with self._step.until_stopped():
            await slots.enter_async_context(reservation)
        if self._step.stopped:
            raise NotSent(self._step.stopped)

    async def _read_and_send(self) -> Applied[ResultT] | None:
        """Read, compare, send, waiting only for the responses and the disk.

        Returns:
            The result; None if `_error` holds the response, or the check has to be repeated.

        Raises:
            ApiError: It could not be read, or was not sent.
        """
        try:
            probed = await self._step.check(sent=self._may_have_arrived)
        except Rejected as refusal:
            raise self._reject(refusal) from None
        if (done := self._done(probed)) is not None:
            return done
        if probed.busy and self._error is not None and not self._step.stopped:
            # The response would be the same again.
            return None
        began = self._clock.monotonic()
        await self._step.record_sent()
        self._tried = True
        if self._clock.monotonic() - began > _MAX_CHECK_AGE:
            self._stale_checks += 1
            if self._stale_checks >= _MAX_STALE_CHECKS:
                raise NotSent("not sent, because writing the journal takes too long")
            raise ReservationLost
        try:
            return Applied(await self._step.call())
        except ApiError as error:
            if _was_never_sent(error):
                raise
            self._may_have_arrived = True
            self._error = error
            return None

    def _done(self, probed: ProbeResult[ResultT]) -> Applied[ResultT] | None:
        """Return the result if the check right before sending makes sending needless.

        Raises:
            ApiError: The service rejected it, and the check agrees.
            PartiallyApplied: See `IdempotentSender.send`.
        """
        if probed.outcome is RequestOutcome.APPLIED:
            return self._found(probed)
        if probed.outcome is RequestOutcome.PARTIALLY_APPLIED:
            raise PartiallyApplied(self._error)
        if self._error is not None and not self._may_resend:
            raise self._error
        return None

    def _found(self, probed: ProbeResult[ResultT]) -> Applied[ResultT]:
        return Applied(probed.result, response_lost=self._in_doubt, already=not self._in_doubt)

    async def _after(self, error: ApiError) -> Applied[ResultT] | None:
        """Wait as long as an unsuccessful response requires, and probe meanwhile."""
        plan = await self._step.plan(error) or self._default_plan(error)
        self._may_resend = plan.resend
        self._in_doubt = self._in_doubt or not plan.documented
        return await self._probe(plan)

    def _default_plan(self, error: ApiError) -> RetryPlan:
        match error:
            case Throttled():
                self._throttle_waits += 1
                # The rate limit delays the probe until the service accepts requests again.
                why = "the service received too many requests; sending again when it allows"
                return RetryPlan(
                    PROBE_AFTER_QUIET, resend=self._throttle_waits < MAX_THROTTLE_WAITS, reason=why
                )
            case ConnectionFailed() | ServerError() | MalformedResponse() | TokenRefused():
                self._sends += 1
                return RetryPlan(PROBE_DELAYS, resend=self._sends < MAX_SENDS)
            case Conflict() if all(text.kind is not ConflictKind.OTHER for text in error.conflicts):
                return RetryPlan(PROBE_ONCE, resend=False, documented=True)
            case _:
                return RetryPlan(PROBE_DELAYS, resend=False)

    async def _probe(self, plan: RetryPlan) -> Applied[ResultT] | None:
        """Probe after each delay but the last; the next send does its own check.

        Raises:
            OutcomeUnknown: Nothing could be read.
        """
        why = plan.reason
        if not why:
            self._step.note_waiting(self._probing())
        for delay in plan.probe_delays[:-1]:
            await self._pause(delay, why)
            if (probed := await self._probe_patiently()).outcome is RequestOutcome.APPLIED:
                return self._found(probed)
        await self._pause(plan.probe_delays[-1], why)
        return None

    async def _probe_patiently(self) -> ProbeResult[ResultT]:
        while True:
            try:
                probed = await self._step.check(sent=True)
            except Rejected:
                # It may still be applied; the check before the next send decides.
                probed = ProbeResult(RequestOutcome.NOT_APPLIED)
            except ApiError as error:
                await self._wait_after(error)
                continue
            self._retries = iter(UNREADABLE_DELAYS)
            return probed

    async def _wait_after(self, error: ApiError) -> None:
        """Wait until reading or connecting again may succeed.

        Raises:
            ApiError: It will not, and nothing has been applied.
            OutcomeUnknown: It will not, and a request was sent.
        """
        if isinstance(error, ReservationLost):
            return
        # Before anything was sent, a failed read is the outcome.
        may_pass = self._tried or isinstance(error, Throttled)
        is_final = isinstance(error, CredentialsRefused) or not may_pass
        delay = None if is_final else next(self._retries, None)
        if delay is None:
            if self._may_have_arrived:
                raise OutcomeUnknown((self._error or error).detail) from error
            raise error
        if self._may_have_arrived:
            self._step.note_waiting(f"{self._probing()}; cannot read it now: {error.one_line()}")
        else:
            self._step.note_waiting(f"{error.one_line()}; trying again")
        async with nullcontext() if self._may_have_arrived else self._step.until_stopped():
            await self._clock.sleep(delay)

    def _reject(self, refusal: Rejected) -> Exception:
        """Return the exception for a failed check, by what may have been sent before."""
        if not self._may_have_arrived or isinstance(refusal, NotSent):
            return refusal
        if refusal.proves or not self._in_doubt:
            return NotSent(f"{refusal}; it was not applied and is not sent again")
        if self._error is None:
            return refusal
        return OutcomeUnknown(f"{self._error.detail}; {refusal}")

    def _probing(self) -> str:
        cause = f": {self._error.message}" if self._error is not None else ""
        return f"checking what became of the request{cause}"

    async def _pause(self, seconds: float, why: str) -> None:
        """Wait, and show a countdown with the reason.

        A stop ends the wait at once, unless a request may still be on its way.
        """
        until = self._clock.monotonic() + seconds
        may_end = why and not self._in_doubt
        async with self._step.until_stopped() if may_end else nullcontext():
            while (left := until - self._clock.monotonic()) > 0:
                if why:
                    stopped = self._step.stopped
                    self._step.note_waiting(
                        self._probing() if stopped else f"{why}; again in {left:.0f} s"
                    )
                await self._clock.sleep(min(left, _COUNTDOWN_STEP) if why else left)


def _was_never_sent(error: ApiError) -> bool:
    """Return whether a request that failed this way has certainly not reached the service."""
    return error.never_sent or (isinstance(error, ConnectionFailed) and not error.sent)
