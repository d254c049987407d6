"""Puts servers into pools: one, or many by one bulk call.

The service takes a bulk call whole or not at all (RackConnect API reference 4.7): after a refusal
the pairs that are right already are dropped, those at fault are told, and the rest is sent again,
never the same set twice without a pause that has an end.
"""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.api.conflicts import ConflictKind, ConflictText
from rcv3_tui.api.errors import ApiError, Conflict
from rcv3_tui.model.operation import State
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.address_reading import is_young
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.node_batch import NodeBatch
from rcv3_tui.sync.node_reading import Members, failure, is_about, member
from rcv3_tui.sync.node_waiting import BUSY, RACE
from rcv3_tui.sync.outcome import end_with
from rcv3_tui.sync.sending import MOST_SENDS, Fate, Look, Partly, Unproven


class NodeAdding(NodeBatch):
    """One batch of servers on their way into pools. See `NodeBatch`."""

    async def send(self, courses: Sequence[Course]) -> dict[str, Course]:
        """Send what is not so already.

        Every operation has ended or been accepted when this returns.

        Returns:
            The accepted ones by their node's id.

        Raises:
            ApiError: The pools could not be read; nothing was sent.
        """
        members = await self._choose(courses)
        parts = 0
        while self._left:
            try:
                try:
                    await self._send_left(members)
                except Partly:
                    parts += 1
                    if parts >= MOST_SENDS:
                        raise
                    members = await self._choose(tuple(self._left))
            except (ApiError, Refused, Unproven) as error:
                await end_with(self._left, error)
                break
        return self._accepted

    async def _choose(self, courses: Sequence[Course]) -> Members:
        """Leave those that have to be sent; bring the others to what is so already."""
        members = await self._reader.members(courses)
        self._left = []
        for course in courses:
            node = member(members, course)
            if members[course.pool.key] is None:
                words = f"pool {course.pool.name} is gone"
                if course.operation.state is State.PLANNED:
                    await course.ended(State.REJECTED, f"{words}; nothing was sent")
                else:
                    await course.ended(State.FAILED, words, status="gone")
            elif node is None or phase(node.status) is Phase.FAILED:
                self._left.append(course)
            else:
                await self._was_member(course, node)
        return members

    async def _send_left(self, before: Members) -> None:
        present = tuple(self._left)

        async def call() -> Sequence[PoolNode]:
            for course in present:
                await course.sent(tuple(sorted(before[course.pool.key] or ())))
            return await self._post(present)

        async def look() -> Look[Sequence[PoolNode]]:
            now = await self._reader.members(present)
            # A node that was there before proves nothing.
            new = [
                node
                for course in present
                if (node := member(now, course)) is not None
                and node.key not in (before[course.pool.key] or ())
            ]
            if len(new) == len(present):
                return Look(Fate.APPLIED, new)
            # All or nothing: a part of them alone is somebody else's work.
            return Look(Fate.PARTLY if new else Fate.NOT_APPLIED)

        def waits(why: str) -> None:
            for course in present:
                course.waits(why)

        try:
            sent = await self._sender.send(call, look, waits=waits)
        except Conflict as conflict:
            await self._settle_conflict(present, conflict)
            return
        for course in present:
            course.answer_lost = sent.answer_lost
            await course.accepted()
        self._left = []
        await self._take_answer(present, sent.result or ())

    async def _post(self, courses: Sequence[Course]) -> Sequence[PoolNode]:
        if len(courses) == 1:
            node = await self._api.add_node(courses[0].pool.id, courses[0].server.id)
            return () if node is None else (node,)
        return await self._api.add_nodes([(c.pool.id, c.server.id) for c in courses])

    async def _take_answer(self, courses: Sequence[Course], nodes: Sequence[PoolNode]) -> None:
        answered = {(node.pool_key, node.server_key): node for node in nodes}
        missing = [c for c in courses if (c.pool.key, c.server.key) not in answered]
        try:
            members = await self._reader.members(missing)
        except ApiError as error:
            await end_with(missing, error)
            members = {}
        for course in courses:
            if course.operation.is_ended:
                continue
            node = answered.get((course.pool.key, course.server.key)) or member(members, course)
            if node is None:
                await course.ended(
                    State.UNKNOWN, "the service took the request but shows no such node; look again"
                )
                continue
            self._region.put_node(node)
            self._accepted[node.key] = course
            await course.accepted(resource_id=node.id, status=node.status)

    async def _was_member(self, course: Course, node: PoolNode) -> None:
        match phase(node.status):
            case Phase.MOVING:
                await self._adopt(course, node)
            case Phase.FAILED:
                await course.ended(
                    State.FAILED,
                    f"{course.server.name} is in {course.pool.name} as {failure(node)}; "
                    "remove that node first",
                    resource_id=node.id,
                    status=node.status,
                )
            case _:
                await course.ended(
                    State.SETTLED,
                    f"{course.server.name} was already a member of {course.pool.name}",
                    resource_id=node.id,
                    status=node.status,
                )

    # -- refusals -----------------------------------------------------------------------------

    async def _settle_conflict(self, present: Sequence[Course], conflict: Conflict) -> None:
        """Drop what is right or at fault, and wait where waiting may help.

        Raises:
            Conflict: A wording is not known; it must never pass for success.
        """
        waiting: list[Course] = []
        why = ""
        for text in conflict.conflicts:
            about = [course for course in present if is_about(text, course)]
            if text.kind is ConflictKind.OTHER or not about:
                raise conflict
            hit = [course for course in about if course in self._left]
            if text.kind is ConflictKind.ALREADY_MEMBER:
                await self._drop_members(hit)
            elif text.kind is ConflictKind.POOL_NOT_ACTIVE:
                waiting += hit
                why = BUSY
            elif text.kind in (ConflictKind.NO_SUCH_SERVER, ConflictKind.UNPROCESSABLE):
                young = [c for c in hit if is_young(self._region, c.server, self._clock)]
                waiting += young
                why = RACE if young else why
                await self._reject([c for c in hit if c not in young], text)
            else:
                await self._reject(hit, text)
        still = [course for course in waiting if course in self._left]
        if still and not await self._waiting.pause(still, self._left, why):
            await end_with(still, conflict)
            self._left = [course for course in self._left if course not in still]

    async def _drop_members(self, courses: Sequence[Course]) -> None:
        members = await self._reader.members(courses)
        for course in courses:
            node = member(members, course)
            if node is None:
                await course.ended(State.SETTLED, "was already a member")
            else:
                await self._was_member(course, node)
            self._left.remove(course)

    async def _reject(self, courses: Sequence[Course], text: ConflictText) -> None:
        for course in courses:
            await course.ended(State.REJECTED, text.text)
            self._left.remove(course)
