"""Takes operations, carries them out and follows each until it has settled."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, Operation, Request, State
from rcv3_tui.sync.address_work import AddressWork
from rcv3_tui.sync.changes import Change, OperationChanged, OperationsRecalled
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.journal import Journal
from rcv3_tui.sync.node_work import CHUNK, NodeWork
from rcv3_tui.sync.outcome import end_with
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.schedule import PATIENCE

_ADDRESSES_AT_ONCE = 3
"""Public IP operations that are under way at the same time; the rest waits its turn."""

RESUMED_WITHIN = 900.0
"""Seconds after the asking for which an operation of an earlier run may still be sent."""

_NODE_KINDS = (Kind.ADD_NODE, Kind.REMOVE_NODE)


class _Place:
    """One of a semaphore's places, given back once however often that is asked."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = False

    async def take(self) -> None:
        """Wait for a place; a cancellation takes none."""
        await self._places.acquire()
        self._taken = True

    def leave(self) -> None:
        """Give it back."""
        if self._taken:
            self._taken = False
            self._places.release()


class Operations:
    """All operations of this run.

    Args:
        regions: Region name to what keeps it fresh; looked up when an operation starts.
        journal: Where operations are written down.
        clock: What decides "now".
        publish: Takes every step.
        spawn: Starts a task that somebody owns.
        known: Operations of an earlier sign-in of this run, which may be under way still.
    """

    def __init__(
        self,
        regions: Mapping[str, RegionSync],
        journal: Journal,
        clock: Clock,
        publish: Callable[[Change], None],
        spawn: Callable[[Coroutine[None, None, None]], None],
        known: dict[str, Operation] | None = None,
    ) -> None:
        self._regions = regions
        self._journal = journal
        self._clock = clock
        self._publish = publish
        self._spawn = spawn
        self._places = asyncio.Semaphore(_ADDRESSES_AT_ONCE)
        self.all: dict[str, Operation] = {} if known is None else known
        """Every operation by id, in the order they were asked for."""
        self._waiting: dict[str, Course] = {}

    def under_way(self) -> tuple[Operation, ...]:
        """Give the operations that have not ended."""
        return tuple(operation for operation in self.all.values() if not operation.is_ended)

    def submit(self, requests: Sequence[Request]) -> tuple[Operation, ...]:
        """Take changes that were asked for at once.

        Args:
            requests: One each; one that is under way already is not begun a second time, and
                one that another change of the same thing stands in the way of is rejected.

        Returns:
            The operation of each request, a new one or the one that is under way.
        """
        batch = secrets.token_hex(4)
        taken: list[Operation] = []
        nodes: dict[tuple[Kind, str], list[Course]] = {}
        for request in requests:
            running = self._of_same_subject(request)
            if running is not None and _intent(running.request) == _intent(request):
                taken.append(running)
                continue
            course = self._begin(request, batch)
            taken.append(course.operation)
            if running is not None:
                why = Refused(f"{running.request.sentence} is under way; nothing was sent")
                self._spawn(end_with([course], why))
            elif request.kind in _NODE_KINDS:
                nodes.setdefault((request.kind, request.region), []).append(course)
            else:
                self._spawn(self._carry_out_address(course))
        for courses in nodes.values():
            for start in range(0, len(courses), CHUNK):
                self._spawn(self._carry_out_nodes(courses[start : start + CHUNK]))
        return tuple(taken)

    def recall(self, operations: Sequence[Operation]) -> None:
        """Know of earlier runs' operations again, so that they can be listed and looked at.

        Args:
            operations: Those that have ended, oldest first.
        """
        new = tuple(operation for operation in operations if operation.id not in self.all)
        if not new:
            return
        known = dict(self.all)
        self.all.clear()
        self.all.update({operation.id: operation for operation in new} | known)
        self._publish(OperationsRecalled(new))

    def resume(self, operations: Sequence[Operation], *, read_only: bool = False) -> None:
        """Go on with operations that an earlier run left without an outcome.

        Each begins with a look. What was applied is adopted; what provably was not is sent, unless
        it was asked for so long ago that nobody may want it any more.

        Args:
            operations: As the journal has them.
            read_only: Look alone, and send nothing.
        """
        courses: list[Course] = []
        for operation in operations:
            self._told(OperationChanged(operation))
            course = Course(operation, self._journal, self._clock, self._told)
            asked = (self._clock.now() - operation.asked).total_seconds()
            if asked > RESUMED_WITHIN:
                course.look_only = (
                    f"not applied; it was asked for {operation.asked:%Y-%m-%d %H:%M} UTC and the "
                    "program ended before, so nothing was sent now: ask again if it is wanted"
                )
            elif read_only:
                course.look_only = (
                    "not applied; read-only mode is on, so nothing was sent now: ask again if it "
                    "is wanted"
                )
            courses.append(course)
        self._go_on(courses)

    def check_again(self, operation_id: str) -> None:
        """Look once more what became of an operation whose outcome is unknown; send nothing.

        Args:
            operation_id: One that ended as UNKNOWN; any other is left alone.
        """
        operation = self.all.get(operation_id)
        if operation is None or operation.state is not State.UNKNOWN:
            return
        sent = operation.step(State.SENT, self._clock.now(), detail="looking again")
        self._told(OperationChanged(sent))
        course = Course(sent, self._journal, self._clock, self._told)
        course.look_only = "looked again: it was not applied; nothing was sent"
        self._go_on([course])

    def stop(self, batch: str) -> int:
        """Keep what has not been sent of a batch from being sent.

        Args:
            batch: The batch's id.

        Returns:
            How many operations that stopped.
        """
        waiting = [
            course
            for course in self._waiting.values()
            if course.operation.batch == batch and course.operation.state is State.PLANNED
        ]
        for course in waiting:
            course.look_only = "stopped before it was sent; nothing was sent"
        return len(waiting)

    def _go_on(self, courses: Sequence[Course]) -> None:
        """Carry on with operations that are known already; nodes of a kind go together."""
        nodes: dict[tuple[Kind, str, bool], list[Course]] = {}
        for course in courses:
            request = course.request
            if request.kind in _NODE_KINDS:
                key = (request.kind, request.region, bool(course.look_only))
                nodes.setdefault(key, []).append(course)
            else:
                self._spawn(self._carry_out_address(course))
        for together in nodes.values():
            self._spawn(self._carry_out_nodes(together))

    def _begin(self, request: Request, batch: str) -> Course:
        now = self._clock.now()
        operation = Operation(
            id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            request=request,
            state=State.PLANNED,
            asked=now,
            changed=now,
            batch=batch,
        )
        self._told(OperationChanged(operation))
        course = Course(operation, self._journal, self._clock, self._told)
        self._waiting[operation.id] = course
        return course

    def _of_same_subject(self, request: Request) -> Operation | None:
        subjects = _subjects(request)
        return next(
            (
                operation
                for operation in self.under_way()
                if _subjects(operation.request) & subjects and not self._is_stuck(operation)
            ),
            None,
        )

    def _is_stuck(self, operation: Operation) -> bool:
        """Tell whether it is followed in vain; it must not keep the operator from trying more."""
        waited = (self._clock.now() - operation.changed).total_seconds()
        return operation.state is State.ACCEPTED and waited >= PATIENCE

    def _told(self, change: Change) -> None:
        if isinstance(change, OperationChanged):
            self.all[change.operation.id] = change.operation
            if change.operation.state is not State.PLANNED:
                self._waiting.pop(change.operation.id, None)
        self._publish(change)

    async def _carry_out_address(self, course: Course) -> None:
        place = _Place(self._places)
        # A record that has stuck is followed for months; others must get their turn.
        course.when_late = place.leave
        await place.take()
        try:
            await self._carry_out([course], self._address_steps(course))
        finally:
            place.leave()

    async def _address_steps(self, course: Course) -> None:
        await course.plan()
        await AddressWork(self._region_of(course), self._clock).carry_out(course)

    async def _carry_out_nodes(self, courses: list[Course]) -> None:
        await self._carry_out(courses, self._node_steps(courses))

    async def _node_steps(self, courses: list[Course]) -> None:
        for course in courses:
            await course.plan()
        await NodeWork(self._region_of(courses[0]), self._clock).carry_out(courses)

    def _region_of(self, course: Course) -> RegionSync:
        try:
            return self._regions[course.request.region]
        except KeyError:
            raise Refused(f"region {course.request.region} is not open") from None

    async def _carry_out(self, courses: list[Course], steps: Coroutine[None, None, None]) -> None:
        try:
            await steps
        except Exception as error:
            await end_with(courses, error)


def _subjects(request: Request) -> set[tuple[str, ...]]:
    """Give what a request changes: two changes of the same subject must not run at once."""
    if request.kind in _NODE_KINDS:
        server = request.server.key if request.server else ""
        return {("node", request.region, server, request.pool.key if request.pool else "")}
    named = (("public IP", request.public_ip), ("server", request.server))
    return {(what, request.region, target.key) for what, target in named if target is not None}


def _intent(request: Request) -> tuple[str, ...]:
    """Give what a request is for; two with the same intent are one."""
    targets = (request.server, request.public_ip, request.pool, request.node)
    return (request.kind, request.region, *("" if t is None else t.key for t in targets))
