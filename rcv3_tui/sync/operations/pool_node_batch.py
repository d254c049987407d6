"""A batch of operations on pool nodes, and how rejected bulk calls are retried.

The service applies a bulk call completely or not at all (RackConnect API reference 4.7). After an
error, pairs already in their end state are dropped, pairs at fault are reported, and the others are
sent again. The same set is never sent twice without a delay, and only a limited number of times.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from rcv3_tui.api.conflicts import (
    NODE_BUSY,
    NOT_LISTED,
    POOL_BUSY,
    ConflictKind,
    ConflictMessage,
)
from rcv3_tui.api.errors import ApiError, Conflict, Forbidden
from rcv3_tui.model.operation import OperationState
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.sync.operations.build_race import BuildRace
from rcv3_tui.sync.operations.delays import POOL_BUSY_DELAYS
from rcv3_tui.sync.operations.idempotent import (
    Applied,
    IdempotentSender,
    OutcomeUnknown,
    PartiallyApplied,
)
from rcv3_tui.sync.operations.outcome import fail_operations
from rcv3_tui.sync.operations.pool_node_steps import (
    BULK_FAILED,
    PoolNodeProbe,
    PoolNodeStep,
    concerns,
)
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, Rejected, until_stopped
from rcv3_tui.sync.rate_limit import MAX_RESERVED

_OF_GROUP = (*BULK_FAILED, Conflict, Forbidden)
"""Errors of one call that do not affect the next one."""

_MAX_POOLS = MAX_RESERVED - 1
"""Pools of one bulk call: each is read right before it, and all these requests leave together."""


class OperationBatch(ABC):
    """One batch of servers that are added to pools or removed from them.

    Args:
        probe: Reads the pools.
    """

    def __init__(self, probe: PoolNodeProbe) -> None:
        self._region = probe.region
        self._clock = probe.clock
        self._probe = probe
        self._sender = IdempotentSender(probe.region.rate_limiter, probe.clock)
        self._race = BuildRace(probe.region, probe.clock)
        self._pauses: dict[str, Iterator[float]] = {}
        self._singly = False
        self._is_bulk = False
        """The last request was a bulk call."""
        self._bulk_for_one = False
        """The service does not support the call for one node."""
        self._left: list[OperationTracker] = []
        """Operations that have not been sent yet."""
        self._accepted: list[OperationTracker] = []
        """Operations that the service has accepted."""

    async def send(self, trackers: Sequence[OperationTracker]) -> Sequence[OperationTracker]:
        """Send what is not in its end state, after comparing each with what was confirmed.

        Every operation has ended or been accepted when this returns.

        Returns:
            The accepted ones.
        """
        self._accepted = [c for c in trackers if c.operation.state is OperationState.ACCEPTED]
        self._left = [c for c in trackers if c.operation.state is not OperationState.ACCEPTED]
        while self._left:
            await self._send_group(self._next_group())
        return self._accepted

    def _next_group(self) -> Sequence[OperationTracker]:
        if self._singly:
            return self._left[:1]
        pools: set[str] = set()
        group: list[OperationTracker] = []
        for tracker in self._left:
            # What may have been sent is probed first, separately.
            if group and tracker.resumed is not group[0].resumed:
                continue
            if tracker.pool.key in pools or len(pools) < _MAX_POOLS:
                pools.add(tracker.pool.key)
                group.append(tracker)
        return group

    async def _send_group(self, group: Sequence[OperationTracker]) -> None:
        self._is_bulk = bulk = len(group) > 1 or self._bulk_for_one
        step = self._step(group, bulk=bulk)
        try:
            sent = await self._sender.send(step)
        except PartiallyApplied as partly:
            # Those in their end state are done, by any client; the others are sent again.
            await self._finish_decided(step)
            if isinstance(partly.cause, Conflict):
                await self._settle_conflict(step, partly.cause)
        except Conflict as conflict:
            await self._settle_conflict(step, conflict)
        except NotSent as refusal:
            stopped = [tracker for tracker in group if tracker.no_send_reason] or group
            for tracker in stopped:
                why = NotSent(tracker.no_send_reason) if tracker.no_send_reason else refusal
                await fail_operations([tracker], why)
            self._drop(stopped)
        except (ApiError, Rejected, OutcomeUnknown) as error:
            if self._change_method(error, bulk=bulk):
                return
            stopped = group if isinstance(error, _OF_GROUP) else tuple(self._left)
            await fail_operations(stopped, error)
            self._drop(stopped)
        else:
            if sent.already:
                await self._finish_decided(step)
            else:
                await self._accept(group, sent)
                self._drop(group)

    @abstractmethod
    def _step(self, group: Sequence[OperationTracker], *, bulk: bool) -> PoolNodeStep: ...

    @abstractmethod
    def _change_method(self, error: Exception, *, bulk: bool) -> bool:
        """Return whether another call may succeed after an error, and select that call."""

    @abstractmethod
    async def _finish_decided(self, step: PoolNodeStep) -> None:
        """Finish operations in their end state and those that cannot reach it."""

    @abstractmethod
    async def _accept(
        self, group: Sequence[OperationTracker], sent: Applied[Sequence[PoolNode]]
    ) -> None:
        """Record that the service has accepted a group."""

    @abstractmethod
    async def _resolve_message(
        self, text: ConflictMessage, trackers: Sequence[OperationTracker], conflict: Conflict
    ) -> str:
        """Handle one message of a conflict.

        Args:
            text: The message.
            trackers: The operations it concerns, of which a probe found that they are not applied.
            conflict: The error.

        Returns:
            What the remaining ones have to wait for; empty: nothing.

        Raises:
            Conflict: It must not count as success.
        """

    async def _settle_conflict(self, step: PoolNodeStep, conflict: Conflict) -> None:
        """Drop what is done or at fault, and wait where waiting may help."""
        group = [tracker for tracker in step.trackers if tracker in self._left]
        waiting: dict[str, list[OperationTracker]] = {}
        try:
            for text in conflict.conflicts:
                about = [tracker for tracker in step.trackers if concerns(text, tracker)]
                if text.kind is ConflictKind.OTHER or not about:
                    # An unknown message must never count as success.
                    raise conflict
                hit = [tracker for tracker in about if tracker in self._left]
                if hit and (why := await self._resolve_message(text, hit, conflict)):
                    waiting.setdefault(why, []).extend(hit)
        except (ApiError, Rejected) as error:
            stopped = [tracker for tracker in group if tracker in self._left]
            await fail_operations(stopped, conflict if isinstance(error, Conflict) else error)
            self._drop(stopped)
            return
        pauses: list[tuple[float, str]] = []
        for why, trackers in waiting.items():
            still = [tracker for tracker in trackers if tracker in self._left]
            pause = self._next_pause(why, still) if still else None
            if pause is not None:
                pauses.append((pause, why))
            elif still:
                await fail_operations(still, conflict)
                self._drop(still)
        if pauses:
            await self._pause(*max(pauses))

    def _next_pause(self, why: str, trackers: Sequence[OperationTracker]) -> float | None:
        """Return the seconds to wait for a reason; None: it was waited for long enough."""
        if why not in (POOL_BUSY, NODE_BUSY, NOT_LISTED):
            return self._race.next_pause(trackers[0].server)
        key = ",".join([why, *sorted({tracker.operation.id for tracker in trackers})])
        return next(self._pauses.setdefault(key, iter(POOL_BUSY_DELAYS)), None)

    async def _pause(self, seconds: float, why: str) -> None:
        """Wait before the rest is sent again, with a countdown; a stop ends the wait."""
        until = self._clock.monotonic() + seconds
        async with until_stopped(self._left):
            while (left := until - self._clock.monotonic()) > 0:
                for tracker in self._left:
                    tracker.note_waiting(f"{why}; again in {left:.0f} s")
                await self._clock.sleep(min(left, 1.0))

    def _drop(self, trackers: Sequence[OperationTracker]) -> None:
        self._left = [tracker for tracker in self._left if tracker not in trackers]

    async def _adopt(self, tracker: OperationTracker, node: PoolNode) -> None:
        """Follow a node that is already in transition, because of any client."""
        self._accepted.append(tracker)
        self._drop([tracker])
        await tracker.record_accepted(
            resource_id=node.id, status=node.status, words="was in transition already"
        )
