"""The queue of an account's operations: accepts them, carries them out, follows each to its end.

It outlives sign-ins and the regions on the screen: what was confirmed is journaled at once, and can
be stopped as a whole, whatever is shown.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from rcv3_tui.api.errors import ApiError
from rcv3_tui.api.session import waits_for_sign_in
from rcv3_tui.clock import Clock, local_clock
from rcv3_tui.display_time import in_zone, zone_name
from rcv3_tui.model.diagnostics.thresholds import OPERATION_LIMIT
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request
from rcv3_tui.sync.events import OperationChanged, OperationsRestored, SyncEvent
from rcv3_tui.sync.operations.drained_servers import DrainedServers
from rcv3_tui.sync.operations.estimate import BATCH_SIZE, NODE_KINDS
from rcv3_tui.sync.operations.journal import Journal, os_user
from rcv3_tui.sync.operations.other_runs import Held, OtherRuns, Target, may_resume
from rcv3_tui.sync.operations.outcome import fail_operations
from rcv3_tui.sync.operations.pool_node import PoolNodeOperations
from rcv3_tui.sync.operations.public_ip import PublicIPOperations
from rcv3_tui.sync.operations.recovery import intent_of
from rcv3_tui.sync.operations.suspension import SuspensionMeter
from rcv3_tui.sync.operations.tracker import (
    SENT_WITHIN,
    NotSent,
    OperationTracker,
    Rejected,
    until_stopped,
)
from rcv3_tui.sync.operations.transition import USUAL_SECONDS
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

_PUBLIC_IPS_AT_ONCE = 3
"""Public IP operations that run at the same time; the others wait in the queue."""

RESUMED_WITHIN = SENT_WITHIN
"""Seconds after the request for which an operation of an earlier run may still be sent."""

_CLOCK_SLACK = 5.0
"""Seconds by which two runs may differ on the service's time of day. An operation from further in
the future says that a clock was set, so its age is not known."""

STOPPED = "stopped"

_LOCK_PAUSE = 0.5
"""Seconds between two tries of a target's lock."""


@dataclass
class OperationContext:
    """The account whose operations are carried out.

    A new sign-in to the same account replaces its parts; its waiting operations continue with the
    new ones.
    """

    tenant: str
    regions: dict[str, RegionSyncer]
    """Those that have been opened, shown or not."""
    journal: Journal
    """Records operations that are submitted from now on."""
    open_region: Callable[[str], RegionSyncer]
    """Opens a region that is not shown.

    Raises:
        ApiError: The account has no such region.
    """
    outcome_elsewhere: Callable[[Operation], Operation | None]
    """Returns the outcome of the same change in another copy of the program."""


class OperationManager:
    """All operations of this run.

    Args:
        account: The account; see `open`.
        clock: The current time.
        publish: Receives every step.
        spawn: Starts a task that the worker owns.
        other_runs: Permits and locks; None: there is no state directory.
    """

    def __init__(
        self,
        account: OperationContext,
        clock: Clock,
        publish: Callable[[SyncEvent], None],
        spawn: Callable[[Coroutine[None, None, None]], None],
        *,
        other_runs: OtherRuns | None = None,
    ) -> None:
        self._context = account
        self._clock = clock
        self._publish = publish
        self._spawn = spawn
        self._other_runs = other_runs
        self.all: dict[str, Operation] = {}
        """Every operation by id, in the order of their requests."""
        self._trackers: dict[str, OperationTracker] = {}
        """Those that have not ended."""
        self._contexts: dict[str, OperationContext] = {}
        """The account of each of them."""
        self._queue: deque[OperationTracker] = deque()
        """Public IP operations that wait for a free slot."""
        self._free_slots = _PUBLIC_IPS_AT_ONCE
        self._suspension = SuspensionMeter(local_clock(clock))
        self._os_user, self._host = os_user(), socket.gethostname()
        self.drained = DrainedServers()

    def open(self, account: OperationContext) -> None:
        """Carry out operations for an account from now on.

        Args:
            account: The same one after a new sign-in, or another; operations of the one before
                go on there.
        """
        if account.tenant != self._context.tenant:
            self._context = account
            self.drained.show(account.tenant, account.regions)
            return
        self._context.regions.update(account.regions)
        self._context.journal = account.journal
        self._context.open_region = account.open_region
        self.drained.show(account.tenant, self._context.regions)

    def active(self) -> tuple[Operation, ...]:
        """Return the operations that have not ended."""
        return tuple(operation for operation in self.all.values() if not operation.is_ended)

    def submit(self, requests: Sequence[Request], note: str = "") -> tuple[Operation, ...]:
        """Submit changes that were requested together.

        Args:
            requests: One each; one that is under way already is not begun a second time, and
                one that another change of the same thing stands in the way of is rejected.
            note: The operator's note or ticket number.

        Returns:
            The operation of each request, a new one or the one that is under way.
        """
        batch = secrets.token_hex(4)
        taken: list[Operation] = []
        begun: list[OperationTracker] = []
        running_by_subject = self._active_by_subject()
        for request in requests:
            subjects = _subjects(request)
            # In this order, so that the message names the same one each time.
            running = next(
                (running_by_subject[s] for s in sorted(subjects) if s in running_by_subject), None
            )
            if running is not None and intent_of(running.request) == intent_of(request):
                taken.append(running)
                continue
            tracker = self._create(request, batch, note)
            taken.append(tracker.operation)
            for subject in subjects:
                running_by_subject.setdefault(subject, tracker.operation)
            if running is not None:
                why = Rejected(f"{running.request.sentence} is under way; nothing was sent")
                self._spawn(fail_operations([tracker], why))
            else:
                begun.append(tracker)
        if begun:
            self._spawn(self._plan(begun))
        return tuple(taken)

    def restore_finished(self, operations: Sequence[Operation]) -> None:
        """Add operations of earlier runs, so that they can be listed and shown.

        Args:
            operations: Those that have ended, oldest first.
        """
        new = tuple(operation for operation in operations if operation.id not in self.all)
        if not new:
            return
        known = dict(self.all)
        self.all.clear()
        self.all.update({operation.id: operation for operation in new} | known)
        self._publish(OperationsRestored(new))
        self.drained.restore(new, self._context.tenant, self._context.regions)

    def resume(self, operations: Sequence[Operation], *, read_only: bool = False) -> None:
        """Continue operations that an earlier run left without an outcome.

        Each begins with a probe. What was applied is adopted; what was certainly not applied is
        sent, unless it was requested so long ago that it may no longer be wanted.

        Args:
            operations: As the journal has them.
            read_only: Probe only, and send nothing.
        """
        trackers: list[OperationTracker] = []
        for operation in operations:
            self._on_event(OperationChanged(operation))
            tracker = self._track(operation)
            why = self._no_send_reason(operation, read_only=read_only)
            if why:
                tracker.no_send_reason = (
                    f"not applied; {why}, so nothing was sent: request it again if needed"
                )
            trackers.append(tracker)
        self._start(trackers)

    def _no_send_reason(self, operation: Operation, *, read_only: bool) -> str:
        """Return why an operation of an earlier run is not sent now; empty: it may be."""
        # The time that an operation waited in the earlier run's queue does not count.
        running = operation.alive or operation.asked
        age = (self._clock.now() - running).total_seconds()
        if not may_resume(operation):
            return (
                "the earlier run left no proof that it was neither rejected nor stopped "
                "(the journal could not be written, or the machine was restarted)"
            )
        if not -_CLOCK_SLACK <= age <= RESUMED_WITHIN:
            return (
                f"it was requested at {in_zone(operation.asked):%Y-%m-%d %H:%M} "
                f"{zone_name(operation.asked)} and the program ended before"
            )
        return "read-only mode is on" if read_only else ""

    def recheck(self, operation_id: str) -> None:
        """Probe once more what became of an operation whose outcome is unknown; send nothing.

        Args:
            operation_id: One that ended as UNKNOWN; any other is left alone.
        """
        operation = self.all.get(operation_id)
        if operation is None or operation.state is not OperationState.UNKNOWN:
            return
        sent = operation.step(OperationState.SENT, self._clock.now(), detail="checking again")
        self._on_event(OperationChanged(sent))
        tracker = self._track(sent)
        tracker.no_send_reason = "checked again: it was not applied; nothing was sent"
        self._start([tracker])

    def cancel_batch(self, batch: str = "", *, why: str = STOPPED) -> int:
        """Stop operations that have not been sent, for this run and later ones.

        What has left is followed, and not sent again.

        Args:
            batch: A batch's id; empty: everything, whatever region or account it is for.
            why: What happened, for the outcome.

        Returns:
            How many operations that stopped.
        """
        stopped = [c for c in self._trackers.values() if batch in ("", c.operation.batch)]
        for tracker in stopped:
            if tracker.operation.state is not OperationState.ACCEPTED:
                tracker.forbid(why)
        for tracker in [each for each in self._queue if each in stopped]:
            self._queue.remove(tracker)
            self._spawn(fail_operations([tracker], NotSent(tracker.no_send_reason)))
        return sum(1 for tracker in stopped if tracker.operation.state is OperationState.PLANNED)

    def close(self) -> None:
        """Release locks and remove empty directories, when this run ends."""
        if self._other_runs is not None:
            self._other_runs.close()

    async def _plan(self, trackers: Sequence[OperationTracker]) -> None:
        """Journal all of a batch, then start it."""
        if self._other_runs is not None:
            permits = self._other_runs.permits
            for tracker in trackers:
                tracker.set_permit(permits.grant(tracker.operation.id))
        written = await asyncio.gather(
            *(c.record_planned() for c in trackers), return_exceptions=True
        )
        for each in written:
            if isinstance(each, NotSent):
                await fail_operations(trackers, each)
                return
            if isinstance(each, BaseException):
                raise each
        stopped = [tracker for tracker in trackers if tracker.no_send_reason]
        for tracker in stopped:
            await fail_operations([tracker], NotSent(tracker.no_send_reason))
        self._start([tracker for tracker in trackers if tracker not in stopped])

    def _start(self, trackers: Sequence[OperationTracker]) -> None:
        """Start operations that are in the journal; those on nodes of one kind run together."""
        nodes: dict[tuple[OperationKind, str, str, bool], list[OperationTracker]] = {}
        for tracker in trackers:
            request = tracker.request
            if request.kind in NODE_KINDS:
                tenant = self._contexts[tracker.operation.id].tenant
                key = (request.kind, tenant, request.region, bool(tracker.no_send_reason))
                nodes.setdefault(key, []).append(tracker)
            else:
                self._queue.append(tracker)
        for together in nodes.values():
            for start in range(0, len(together), BATCH_SIZE):
                self._spawn(self._run_nodes(together[start : start + BATCH_SIZE]))
        self._fill_slots()

    def _fill_slots(self) -> None:
        """Start waiting operations while there are free slots."""
        while self._free_slots and self._queue:
            self._free_slots -= 1
            self._spawn(self._run_public_ip(self._queue.popleft()))

    def _create(self, request: Request, batch: str, note: str) -> OperationTracker:
        now = self._clock.now()
        operation = Operation(
            id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            request=request,
            state=OperationState.PLANNED,
            asked=now,
            changed=now,
            batch=batch,
            note=note,
            os_user=self._os_user,
            host=self._host,
        )
        tracker = self._track(operation)
        self._on_event(OperationChanged(operation))
        return tracker

    def _track(self, operation: Operation) -> OperationTracker:
        tracker = OperationTracker(
            operation, self._context.journal, self._clock, self._on_event, self._suspension
        )
        if not self._trackers:
            self._spawn(self._suspension.measure(lambda: bool(self._trackers)))
        self._trackers[operation.id] = tracker
        self._contexts[operation.id] = self._context
        return tracker

    def _active_by_subject(self) -> dict[tuple[str, ...], Operation]:
        """Return the operations that have not ended by what they change, the earliest of each."""
        found: dict[tuple[str, ...], Operation] = {}
        for operation in self.active():
            if not self._is_stuck(operation):
                for subject in _subjects(operation.request):
                    found.setdefault(subject, operation)
        return found

    def _is_stuck(self, operation: Operation) -> bool:
        """Return whether a transition is stuck; it must not block a new request."""
        waited = (self._clock.now() - operation.changed).total_seconds()
        return operation.state is OperationState.ACCEPTED and waited >= OPERATION_LIMIT

    def _on_event(self, event: SyncEvent) -> None:
        if isinstance(event, OperationChanged):
            self.all[event.operation.id] = event.operation
            account = self._contexts.get(event.operation.id, self._context)
            self.drained.record(event.operation, account.tenant, account.regions)
            if event.operation.is_ended:
                self._trackers.pop(event.operation.id, None)
                self._contexts.pop(event.operation.id, None)
        self._publish(event)

    async def _run_public_ip(self, tracker: OperationTracker) -> None:
        left = False
        tracker.others_wait = lambda: bool(self._queue)

        def leave() -> None:
            """Free the slot; a second time does nothing."""
            nonlocal left
            if not left:
                left = True
                self._free_slots += 1
                self._fill_slots()

        async def leave_later() -> None:
            await self._clock.sleep(USUAL_SECONDS)
            leave()

        # What the service has accepted is only polled, a stuck record for months; others must not
        # wait for it longer than usual. Until then they do, so that a stop reaches most of a batch.
        # After a cancellation nothing starts: the program ends.
        tracker.on_accepted = lambda: None if left else self._spawn(leave_later())
        await self._run([tracker], self._public_ip_steps, leave)
        leave()

    async def _public_ip_steps(self, trackers: Sequence[OperationTracker]) -> None:
        (tracker,) = trackers
        await PublicIPOperations(self._region_of(tracker), self._clock).carry_out(tracker)

    async def _run_nodes(self, trackers: Sequence[OperationTracker]) -> None:
        await self._run(trackers, self._node_steps)

    async def _node_steps(self, trackers: Sequence[OperationTracker]) -> None:
        await PoolNodeOperations(self._region_of(trackers[0]), self._clock).carry_out(trackers)

    def _region_of(self, tracker: OperationTracker) -> RegionSyncer:
        account, name = self._contexts[tracker.operation.id], tracker.request.region
        if name not in account.regions:
            try:
                account.regions[name] = account.open_region(name)
            except ApiError as error:
                raise Rejected(f"region {name} is not open") from error
        return account.regions[name]

    async def _run(
        self,
        trackers: Sequence[OperationTracker],
        steps: Callable[[Sequence[OperationTracker]], Coroutine[None, None, None]],
        late: Callable[[], None] = lambda: None,
    ) -> None:
        held = _Holding()
        # This task is the operations' own.
        waits_for_sign_in.set(True)

        def when_late() -> None:
            late()
            held.release()

        for tracker in trackers:
            tracker.on_overdue = when_late
            tracker.on_build_wait = late
        try:
            await self._lock(trackers, held)
            waiting = [tracker for tracker in trackers if not tracker.operation.is_ended]
            if waiting:
                await steps(waiting)
        except Exception as error:
            await fail_operations(trackers, error)
        finally:
            held.release()

    async def _lock(self, trackers: Sequence[OperationTracker], held: _Holding) -> None:
        """Lock what operations change against other copies of the program.

        What another copy has done meanwhile gets its outcome from there.
        """
        if self._other_runs is None:
            return
        targets = self._targets_of(trackers)
        held.lock = self._other_runs.locks.acquire(targets)
        if held.lock is not None:
            return
        for tracker in trackers:
            tracker.note_waiting(
                "another copy of this program is changing it; waiting for its outcome"
            )
        while held.lock is None:
            async with until_stopped([tracker for tracker in trackers if not tracker.is_stopped]):
                await self._clock.sleep(_LOCK_PAUSE)
            if all(c.is_stopped and c.operation.state is OperationState.PLANNED for c in trackers):
                raise NotSent(trackers[0].no_send_reason)
            held.lock = self._other_runs.locks.acquire(targets)
        for tracker in trackers:
            account = self._contexts[tracker.operation.id]
            done = await asyncio.to_thread(account.outcome_elsewhere, tracker.operation)
            if done is not None and done.state is OperationState.SETTLED:
                await tracker.finish(
                    OperationState.SETTLED,
                    f"{done.detail}; done by another copy of this program",
                    resource_id=done.resource_id,
                )

    def _targets_of(self, trackers: Sequence[OperationTracker]) -> set[Target]:
        return {
            (self._contexts[tracker.operation.id].tenant, *subject)
            for tracker in trackers
            for subject in _subjects(tracker.request)
        }


class _Holding:
    """The lock of operations that run together, once they hold it."""

    def __init__(self) -> None:
        self.lock: Held | None = None

    def release(self) -> None:
        """Unlock; a second time does nothing."""
        if self.lock is not None:
            self.lock.release()


def _subjects(request: Request) -> set[tuple[str, ...]]:
    """Return what a request changes: two changes of the same subject must not run at once."""
    if request.kind in NODE_KINDS:
        server = request.server.key if request.server else ""
        return {("node", request.region, server, request.pool.key if request.pool else "")}
    if request.kind is OperationKind.ADD_PUBLIC_IP and request.server is None:
        # Two at once could not be distinguished after a lost response.
        return {("public IP", request.region, "without a server")}
    named = (("public IP", request.public_ip), ("server", request.server))
    return {(what, request.region, target.key) for what, target in named if target is not None}
