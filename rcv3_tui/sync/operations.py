"""Takes operations, carries them out and follows each until it has settled."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence

from rcv3_tui.api.errors import ApiError, Forbidden, NotSupported
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, Operation, Request, State
from rcv3_tui.sync.address_work import AddressWork
from rcv3_tui.sync.changes import Change, OperationChanged
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.journal import Journal
from rcv3_tui.sync.node_work import NodeWork
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.sending import Unproven

_log = logging.getLogger("rcv3_tui.sync")

_ADDRESSES_AT_ONCE = 3
"""Public IP operations that are under way at the same time; the rest waits its turn."""

_NODE_KINDS = (Kind.ADD_NODE, Kind.REMOVE_NODE)


class Operations:
    """All operations of this run.

    Args:
        regions: Region name to what keeps it fresh; looked up when an operation starts.
        journal: Where operations are written down.
        clock: What decides "now".
        publish: Takes every step.
        spawn: Starts a task that somebody owns.
    """

    def __init__(
        self,
        regions: Mapping[str, RegionSync],
        journal: Journal,
        clock: Clock,
        publish: Callable[[Change], None],
        spawn: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        self._regions = regions
        self._journal = journal
        self._clock = clock
        self._publish = publish
        self._spawn = spawn
        self._slots = asyncio.Semaphore(_ADDRESSES_AT_ONCE)
        self.all: dict[str, Operation] = {}
        """Every operation by id, in the order they were asked for."""

    def under_way(self) -> tuple[Operation, ...]:
        """Give the operations that have not ended."""
        return tuple(operation for operation in self.all.values() if not operation.is_ended)

    def submit(self, requests: Sequence[Request]) -> tuple[Operation, ...]:
        """Take changes that were asked for at once.

        Args:
            requests: One each; a change of the same thing that is still under way is not begun
                a second time.

        Returns:
            The operation of each request, a new one or the one that is under way.
        """
        batch = secrets.token_hex(4)
        taken: list[Operation] = []
        new: list[Course] = []
        for request in requests:
            if (running := self._same(request)) is not None:
                taken.append(running)
                continue
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
            taken.append(operation)
            new.append(Course(operation, self._journal, self._clock, self._told))
        for kind in _NODE_KINDS:
            for region in self._regions:
                group = [c for c in new if c.request.kind is kind and c.request.region == region]
                if group:
                    self._spawn(self._carry_out_nodes(group))
        for course in new:
            if course.request.kind not in _NODE_KINDS:
                self._spawn(self._carry_out_address(course))
        return tuple(taken)

    def _same(self, request: Request) -> Operation | None:
        subject = _subject(request)
        return next((op for op in self.under_way() if _subject(op.request) == subject), None)

    def _told(self, change: Change) -> None:
        if isinstance(change, OperationChanged):
            self.all[change.operation.id] = change.operation
        self._publish(change)

    async def _carry_out_address(self, course: Course) -> None:
        async with self._slots:
            await self._carry_out([course], self._address_steps(course))

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
            raise Refused(f"region {course.request.region} is not open any more") from None

    async def _carry_out(self, courses: list[Course], steps: Coroutine[None, None, None]) -> None:
        try:
            await steps
        except Refused as refusal:
            await _end(courses, State.REJECTED, str(refusal))
        except Unproven as lost:
            await _end(
                courses,
                State.UNKNOWN,
                f"the answer was lost ({lost}) and nothing proves what became of it; "
                "refresh and look before asking again",
            )
        except Forbidden as error:
            await _end(courses, State.REJECTED, f"{error.one_line()}; your user lacks the role")
        except NotSupported as error:
            await _end(
                courses,
                State.REJECTED,
                f"{error.one_line()}; this revision of the service does not offer it",
            )
        except ApiError as error:
            await _end(courses, State.REJECTED, error.one_line())
        except Exception as error:
            # One broken operation must not end the console; it is told and logged, not hidden.
            _log.exception("an operation ended unexpectedly")
            await _end(courses, State.UNKNOWN, f"unexpected {type(error).__name__}: {error}")


async def _end(courses: Sequence[Course], state: State, words: str) -> None:
    for course in courses:
        if course.operation.is_ended:
            continue
        followed = course.operation.state is State.ACCEPTED
        await course.ended(State.UNKNOWN if followed else state, words)


def _subject(request: Request) -> tuple[str, ...]:
    """Give what a request changes: two changes of the same subject must not run at once."""
    if request.kind in _NODE_KINDS:
        server = request.server.key if request.server else ""
        return ("node", request.region, server, request.pool.key if request.pool else "")
    if request.kind is Kind.ADD_PUBLIC_IP:
        return ("server", request.region, request.server.key if request.server else "")
    return ("public IP", request.region, request.public_ip.key if request.public_ip else "")
