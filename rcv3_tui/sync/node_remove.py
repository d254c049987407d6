"""Takes servers out of pools: one, or many by one bulk call, or one by one where that fails."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.api.conflicts import ConflictKind, ConflictText
from rcv3_tui.api.errors import (
    ApiError,
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotSupported,
    ServerFault,
)
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import State
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.node_batch import NodeBatch
from rcv3_tui.sync.node_reading import Members, NodeReader, is_about
from rcv3_tui.sync.node_waiting import BUSY, NODE_BUSY
from rcv3_tui.sync.outcome import end_with
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.schedule import PATIENCE
from rcv3_tui.sync.sending import Fate, Look, Partly, Unproven

_BULK_FAILED = (BadRequest, NotFound, NotSupported, ServerFault)
"""Some gateways drop the body of a DELETE, and a ghost node breaks the call (reference 4.7)."""

_OF_ONE = (*_BULK_FAILED, Conflict, Forbidden)
"""Errors of a single removal that say nothing of the next one."""


class _Changed(Exception):  # noqa: N818 - a state of things, not an error
    """Of the nodes that were to go some are gone by now."""


class NodeRemoving(NodeBatch):
    """One batch of servers on their way out of pools. See `NodeBatch`."""

    def __init__(self, region: RegionSync, clock: Clock, reader: NodeReader) -> None:
        super().__init__(region, clock, reader)
        self._singly = False

    async def send(self, courses: Sequence[Course]) -> dict[str, Course]:
        """Send what is not so already, after holding each node against what was confirmed.

        Every operation has ended or been accepted when this returns.

        Returns:
            The accepted ones by their node's id.

        Raises:
            ApiError: The pools could not be read; nothing was sent.
        """
        await self._choose(courses)
        self._singly = len(self._left) == 1
        while self._left:
            group = tuple(self._left[:1] if self._singly else self._left)
            try:
                await self._send_group(group)
            except (Partly, _Changed):
                # Whoever did it: those that are out are out, and the rest is asked for anew.
                await self._choose_again()
            except (ApiError, Refused, Unproven) as error:
                if not self._singly and isinstance(error, _BULK_FAILED):
                    self._singly = True
                    continue
                stopped = group if isinstance(error, _OF_ONE) else tuple(self._left)
                await end_with(stopped, error)
                self._left = [course for course in self._left if course not in stopped]
        return self._accepted

    async def _choose(self, courses: Sequence[Course]) -> None:
        """Leave those that have to be sent; bring the others to what is so already."""
        members = await self._reader.members(courses)
        self._left = []
        for course in courses:
            await self._check(course, members)

    async def _choose_again(self) -> None:
        left = tuple(self._left)
        try:
            await self._choose(left)
        except (ApiError, Refused) as error:
            await end_with(left, error)
            self._left = []

    async def _check(self, course: Course, members: Members) -> None:
        nodes = members[course.pool.key]
        node = _of(members, course)
        if nodes is None:
            await self._is_out(course, f"pool {course.pool.name} is gone")
        elif node is None:
            await self._was_gone(course)
        elif node.server_key not in (None, course.server.key):
            await course.ended(
                State.REJECTED,
                "the node changed since it was confirmed: it is another server's now; "
                "nothing was sent",
            )
        elif node.status == "REMOVING":
            await self._adopt(course, node)
        else:
            self._left.append(course)

    async def _send_group(self, group: Sequence[Course]) -> None:
        async def call() -> None:
            if not self._singly and group[0].operation.state is not State.PLANNED:
                await self._must_be_unchanged(group)
            for course in group:
                await course.sent((course.node.key,))
            if self._singly:
                await self._api.remove_node(group[0].pool.id, group[0].node.id)
            else:
                await self._api.remove_nodes([(c.pool.id, c.server.id) for c in group])

        async def look() -> Look[None]:
            now = await self._reader.members(group)
            gone = [(n := _of(now, c)) is None or n.status == "REMOVING" for c in group]
            if all(gone):
                return Look(Fate.APPLIED)
            return Look(Fate.PARTLY if any(gone) else Fate.NOT_APPLIED)

        def waits(why: str) -> None:
            for course in group:
                course.waits(why)

        # A bulk call that breaks is not repeated: one by one tells which pair is at fault.
        final = () if self._singly else (ServerFault,)
        try:
            sent = await self._sender.send(call, look, waits=waits, final=final)
        except NotFound:
            if not self._singly:
                raise
            await self._was_gone(group[0])
            self._left.remove(group[0])
            return
        except Conflict as conflict:
            await self._settle_conflict(group, conflict)
            return
        for course in group:
            course.answer_lost = sent.answer_lost
            self._accepted[course.node.key] = course
            await course.accepted(resource_id=course.node.id, status="REMOVING")
            self._left.remove(course)

    async def _must_be_unchanged(self, group: Sequence[Course]) -> None:
        """Read the nodes again before a bulk call is repeated, for it names servers, not nodes.

        A server that somebody has put into its pool again meanwhile is not what was confirmed.

        Raises:
            _Changed: Some of them are not there any more, or are on their way out.
        """
        now = await self._reader.members(group)
        nodes = [_of(now, course) for course in group]
        if any(node is None or node.status == "REMOVING" for node in nodes):
            raise _Changed

    # -- refusals -----------------------------------------------------------------------------

    async def _settle_conflict(self, group: Sequence[Course], conflict: Conflict) -> None:
        """Drop what is gone already or at fault, and wait where waiting may help.

        Raises:
            Conflict: A wording is not known; it must never pass for success.
        """
        waiting: list[Course] = []
        why = ""
        for text in conflict.conflicts:
            about = [course for course in group if is_about(text, course)]
            if text.kind is ConflictKind.OTHER or not about:
                raise conflict
            hit = [course for course in about if course in self._left]
            match text.kind:
                case ConflictKind.NOT_A_MEMBER | ConflictKind.NO_SUCH_POOL:
                    for course in hit:
                        await self._was_gone(course)
                        self._left.remove(course)
                case ConflictKind.NO_SUCH_SERVER:
                    await self._drop_without_server(hit, conflict)
                case ConflictKind.POOL_NOT_ACTIVE:
                    waiting += hit
                    why = BUSY
                case ConflictKind.NODE_NOT_ACTIVE:
                    waiting += await self._moving(hit, text)
                    why = NODE_BUSY
                case _:
                    raise conflict
        still = [course for course in waiting if course in self._left]
        if still and not await self._waiting.pause(still, group, why):
            await end_with(still, conflict)
            self._left = [course for course in self._left if course not in still]

    async def _drop_without_server(self, courses: Sequence[Course], conflict: Conflict) -> None:
        """Settle what names a server that is no more; its node may have stayed as a ghost."""
        now = await self._reader.members(courses)
        for course in courses:
            if _of(now, course) is None:
                await self._was_gone(course)
                self._left.remove(course)
            elif self._singly:
                raise conflict
            else:
                self._singly = True

    async def _moving(self, courses: Sequence[Course], text: ConflictText) -> list[Course]:
        """Look at nodes that are said not to be ACTIVE; give those that are worth a wait."""
        now = await self._reader.members(courses)
        worth: list[Course] = []
        for course in courses:
            node = _of(now, course)
            if node is None:
                await self._was_gone(course)
            elif node.status == "REMOVING":
                await self._adopt(course, node)
            elif phase(node.status) is Phase.MOVING and not self._is_stuck(node):
                worth.append(course)
                continue
            else:
                await course.ended(
                    State.REJECTED,
                    f"{text.text}; it is {node.status} since "
                    f"{node.created:%Y-%m-%d %H:%M} UTC: ask Support, naming this node"
                    if node.created is not None
                    else f"{text.text}; it is {node.status}: ask Support, naming this node",
                )
            self._left.remove(course)
        return worth

    def _is_stuck(self, node: PoolNode) -> bool:
        since = node.updated or node.created
        return since is not None and (self._clock.now() - since).total_seconds() > PATIENCE

    async def _was_gone(self, course: Course) -> None:
        await self._is_out(
            course, f"{course.server.name} was not a member of {course.pool.name} any more"
        )

    async def _is_out(self, course: Course, words: str) -> None:
        self._region.drop_node(course.pool.key, course.node.key)
        await course.ended(State.SETTLED, words, status="gone")


def _of(members: Members, course: Course) -> PoolNode | None:
    return (members.get(course.pool.key) or {}).get(course.node.key)
