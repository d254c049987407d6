"""Carries out what concerns pool nodes: add and remove, one or many at once.

Several pairs go by one bulk call, which the service takes whole or not at all (RackConnect API
reference 4.7): after a refusal the pairs that are right already are dropped, those at fault are
told, and the rest is sent again, never the same set twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.conflicts import ConflictKind, ConflictText
from rcv3_tui.api.errors import (
    ApiError,
    BadRequest,
    Conflict,
    CredentialsRefused,
    NotFound,
    ServerFault,
    TokenRefused,
)
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, State, Target
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.course import Course
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.schedule import PATIENCE, poll_pause
from rcv3_tui.sync.sending import Fate, Look, Sender

CHUNK = 50
"""Pairs in one bulk call; the service's own limit is not known (reference 4.7)."""

_POOL_BUSY_PAUSES = (3.0, 5.0, 8.0, 13.0)
"""A pool that is being changed refuses nodes for a while (reference 9.1)."""

_RACE_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_YOUNG = 300.0


class NodeWork:
    """Carries operations on pool nodes out in one region.

    Args:
        region: Whose picture gets what is read.
        clock: What measures the pauses.
    """

    def __init__(self, region: RegionSync, clock: Clock) -> None:
        self._region = region
        self._api = region.rackconnect
        self._clock = clock
        self._sender = Sender(clock)

    async def carry_out(self, courses: Sequence[Course]) -> None:
        """Carry operations of one kind out together and follow each until it has settled.

        Every course is brought to an end of its own; an error that is raised concerns those
        that have not ended.

        Raises:
            ApiError: The service refused them or could not be read; nothing was applied.
            Refused: A check before the sending failed.
            Unproven: The answer was lost for good.
        """
        adding = courses[0].request.kind is Kind.ADD_NODE
        for start in range(0, len(courses), CHUNK):
            chunk = courses[start : start + CHUNK]
            sent = await (self._add(chunk) if adding else self._remove(chunk))
            self._region.refresh(Part.POOLS)
            await self._follow(sent, adding=adding)
            self._region.refresh(Part.POOLS)

    # -- add ----------------------------------------------------------------------------------

    async def _add(self, courses: Sequence[Course]) -> dict[str, Course]:
        members = await self._members(_pools(courses))
        left: list[Course] = []
        followed: dict[str, Course] = {}
        for course in courses:
            node = _member(members, course)
            if node is None or phase(node.status) is Phase.FAILED:
                left.append(course)
            else:
                await self._was_member(course, node, followed)

        def known(course: Course) -> tuple[str, ...]:
            return tuple(sorted(members.get(_pool(course).key, {})))

        pauses = iter(_RACE_PAUSES)
        busy = iter(_POOL_BUSY_PAUSES)
        while left:
            present = tuple(left)

            async def call(present: tuple[Course, ...] = present) -> Sequence[PoolNode]:
                for course in present:
                    await course.sent(known(course))
                return await self._post(present)

            async def look(present: tuple[Course, ...] = present) -> Look[Sequence[PoolNode]]:
                now = await self._members(_pools(present))
                nodes = [_member(now, course) for course in present]
                found = [node for node in nodes if node is not None]
                if len(found) == len(present):
                    return Look(Fate.APPLIED, found)
                # All or nothing: a part of them alone is somebody else's work.
                return Look(Fate.UNPROVABLE if found else Fate.NOT_APPLIED)

            try:
                sent = await self._sender.send(call, look)
            except Conflict as conflict:
                left, wait = await self._drop_settled_adds(left, conflict, followed)
                if wait is not None:
                    await self._pause(left, wait, busy if wait is _BUSY else pauses, conflict)
                continue
            answered = {(node.pool_key, node.server_key): node for node in sent.result or ()}
            missing = [c for c in left if (_pool(c).key, _server(c).key) not in answered]
            if missing:
                now = await self._members(_pools(missing))
                for course in missing:
                    if (node := _member(now, course)) is not None:
                        answered[_pool(course).key, _server(course).key] = node
            note = "applied, answer was lost" if sent.answer_lost else ""
            for course in left:
                node = answered.get((_pool(course).key, _server(course).key))
                if node is None:
                    await course.ended(
                        State.FAILED, "the service took the request but shows no such node"
                    )
                    continue
                self._region.put_node(node)
                followed[node.key] = course
                await course.accepted(resource_id=node.id, status=node.status, detail=note)
            left = []
        return followed

    async def _post(self, courses: Sequence[Course]) -> Sequence[PoolNode]:
        if len(courses) == 1:
            node = await self._api.add_node(_pool(courses[0]).id, _server(courses[0]).id)
            return () if node is None else (node,)
        return await self._api.add_nodes([(_pool(c).id, _server(c).id) for c in courses])

    async def _was_member(
        self, course: Course, node: PoolNode, followed: dict[str, Course]
    ) -> None:
        if phase(node.status) is Phase.MOVING:
            followed[node.key] = course
            await course.accepted(
                resource_id=node.id, status=node.status, detail="was on its way already"
            )
        else:
            await course.ended(
                State.SETTLED,
                f"{_server(course).name} was already a member of {_pool(course).name}",
                resource_id=node.id,
                status=node.status,
            )

    async def _drop_settled_adds(
        self, courses: list[Course], conflict: Conflict, followed: dict[str, Course]
    ) -> tuple[list[Course], str | None]:
        """Give the courses to send again and why to wait; end those that are right or at fault."""
        left = list(courses)
        wait: str | None = None
        progress = False
        for text in conflict.conflicts:
            hit = [course for course in left if _is_about(text, course)]
            if text.kind is ConflictKind.ALREADY_MEMBER and hit:
                members = await self._members(_pools(hit))
                for course in hit:
                    node = _member(members, course)
                    if node is None:
                        await course.ended(State.SETTLED, "was already a member")
                    else:
                        await self._was_member(course, node, followed)
                    left.remove(course)
                progress = True
            elif text.kind is ConflictKind.POOL_NOT_ACTIVE and hit:
                wait = _BUSY
            elif (
                text.kind in (ConflictKind.NO_SUCH_SERVER, ConflictKind.UNPROCESSABLE)
                and hit
                and all(self._is_young(_server(course)) for course in hit)
            ):
                wait = _RACE
            elif text.kind is not ConflictKind.OTHER and hit:
                for course in hit:
                    await course.ended(State.REJECTED, text.text)
                    left.remove(course)
                progress = True
            else:
                # A wording that is not known must never pass for success: all are shown as refused.
                raise conflict
        if not progress and wait is None:
            raise conflict
        return left, wait

    async def _pause(
        self,
        courses: Iterable[Course],
        why: str,
        pauses: Iterator[float],
        conflict: Conflict,
    ) -> None:
        pause = next(pauses, None)
        if pause is None:
            raise conflict
        for course in courses:
            course.seen(detail=f"{why}; again in {pause:.0f} s")
        await self._clock.sleep(pause)

    def _is_young(self, server: Target) -> bool:
        known = self._region.snapshot.servers.get(server.key)
        if known is None or known.created is None:
            return False
        return (self._clock.now() - known.created).total_seconds() < _YOUNG

    # -- remove -------------------------------------------------------------------------------

    async def _remove(self, courses: Sequence[Course]) -> dict[str, Course]:
        members = await self._members(_pools(courses))
        left: list[Course] = []
        followed: dict[str, Course] = {}
        for course in courses:
            target = _node(course)
            node = members.get(_pool(course).key, {}).get(target.key)
            if node is None:
                await self._was_gone(course)
            elif node.server_key not in (None, _server(course).key):
                await course.ended(
                    State.REJECTED,
                    "the node changed since it was confirmed: it is another server's now; "
                    "nothing was sent",
                )
            elif node.status == "REMOVING":
                followed[node.key] = course
                await course.accepted(
                    resource_id=node.id, status=node.status, detail="was on its way already"
                )
            else:
                left.append(course)
        busy = iter(_POOL_BUSY_PAUSES)
        one_by_one = len(left) == 1
        while left:
            group = tuple(left[:1]) if one_by_one else tuple(left)
            try:
                note = await self._send_removal(group)
            except NotFound:
                if not one_by_one:
                    raise
                await self._was_gone(group[0])
                left.remove(group[0])
                continue
            except Conflict as conflict:
                left, wait = await self._drop_settled_removals(left, group, conflict)
                if wait is not None:
                    await self._pause(left, wait, busy, conflict)
                continue
            except (BadRequest, ServerFault):
                # Some gateways drop the body of a DELETE (reference 4.7); looked at: not applied.
                if one_by_one:
                    raise
                one_by_one = True
                continue
            for course in group:
                followed[_node(course).key] = course
                await course.accepted(resource_id=_node(course).id, status="REMOVING", detail=note)
                left.remove(course)
        return followed

    async def _send_removal(self, courses: Sequence[Course]) -> str:
        async def call() -> None:
            for course in courses:
                await course.sent((_node(course).key,))
            if len(courses) == 1:
                await self._api.remove_node(_pool(courses[0]).id, _node(courses[0]).id)
            else:
                await self._api.remove_nodes([(_pool(c).id, _server(c).id) for c in courses])

        async def look() -> Look[None]:
            now = await self._members(_pools(courses))
            gone = [
                (node := now.get(_pool(c).key, {}).get(_node(c).key)) is None
                or node.status == "REMOVING"
                for c in courses
            ]
            if all(gone):
                return Look(Fate.APPLIED)
            return Look(Fate.UNPROVABLE if any(gone) else Fate.NOT_APPLIED)

        sent = await self._sender.send(call, look)
        return "applied, answer was lost" if sent.answer_lost else ""

    async def _was_gone(self, course: Course) -> None:
        self._region.drop_node(_pool(course).key, _node(course).key)
        await course.ended(
            State.SETTLED,
            f"{_server(course).name} was not a member of {_pool(course).name} any more",
            status="gone",
        )

    async def _drop_settled_removals(
        self, courses: list[Course], group: Sequence[Course], conflict: Conflict
    ) -> tuple[list[Course], str | None]:
        left = list(courses)
        wait: str | None = None
        progress = False
        for text in conflict.conflicts:
            hit = [course for course in group if course in left and _is_about(text, course)]
            if text.kind is ConflictKind.POOL_NOT_ACTIVE and hit:
                wait = _BUSY
            elif text.kind is ConflictKind.NODE_NOT_ACTIVE and hit:
                for course in hit:
                    if not await self._is_moving(course):
                        raise conflict
                wait = _NODE_BUSY
            elif hit and text.kind in (
                ConflictKind.NOT_A_MEMBER,
                ConflictKind.NO_SUCH_POOL,
                ConflictKind.NO_SUCH_SERVER,
            ):
                for course in hit:
                    await self._was_gone(course)
                    left.remove(course)
                progress = True
            else:
                raise conflict
        if not progress and wait is None:
            raise conflict
        return left, wait

    async def _is_moving(self, course: Course) -> bool:
        members = await self._members(_pools([course]))
        node = members.get(_pool(course).key, {}).get(_node(course).key)
        return node is None or phase(node.status) is Phase.MOVING

    # -- reading and following ----------------------------------------------------------------

    async def _members(
        self, pools: Mapping[str, Target], priority: Priority = Priority.OPERATION
    ) -> dict[str, Mapping[str, PoolNode]]:
        found: dict[str, Mapping[str, PoolNode]] = {}
        for key, pool in pools.items():
            listing = await self._region.list_nodes(pool.id, priority)
            self._region.put_nodes(key, listing.items)
            found[key] = {
                node.key: node for node in listing.items if phase(node.status) is not Phase.GONE
            }
        return found

    async def _follow(self, courses: Mapping[str, Course], *, adding: bool) -> None:
        """Look at the pools until every node has settled: one call a pool, not one a node."""
        left = dict(courses)
        began = self._clock.monotonic()
        step = 0
        while left:
            late = self._clock.monotonic() - began >= PATIENCE
            await self._clock.sleep(30.0 if late else poll_pause(step))
            step += 1
            try:
                members = await self._members(_pools(left.values()), Priority.LOOKED_AT)
            except (TokenRefused, CredentialsRefused):
                raise
            except NotFound as error:
                for course in left.values():
                    await course.ended(State.FAILED, error.one_line())
                return
            except ApiError as error:
                for course in left.values():
                    course.seen(detail=f"cannot see how it goes: {error.one_line()}")
                continue
            for key, course in list(left.items()):
                node = members.get(_pool(course).key, {}).get(key)
                if await self._has_ended(course, node, step, adding=adding):
                    del left[key]
                elif late and node is not None:
                    course.seen(
                        node.status,
                        f"still {node.status} after {PATIENCE / 60:.0f} min; RackConnect may "
                        f"have stuck: ask Support, naming node {node.id}",
                    )

    async def _has_ended(
        self, course: Course, node: PoolNode | None, looks: int, *, adding: bool
    ) -> bool:
        server, pool = _server(course).name, _pool(course).name
        note = f"; {course.operation.detail}" if "lost" in course.operation.detail else ""
        if node is None:
            if adding:
                await course.ended(State.FAILED, "the new node is gone again", status="gone")
            else:
                await course.ended(State.SETTLED, f"{server} is out of {pool}{note}", status="gone")
            return True
        course.seen(node.status)
        stage = phase(node.status)
        if stage is Phase.FAILED:
            reason = node.status_detail or "no reason given by RackConnect"
            await course.ended(State.FAILED, f"{node.status}: {reason}", status=node.status)
            return True
        if stage is Phase.SETTLED and adding:
            await course.ended(
                State.SETTLED, f"{server} is {node.status} in {pool}{note}", status=node.status
            )
            return True
        if stage is Phase.SETTLED and looks >= _SETTLED_LOOKS:
            await course.ended(
                State.FAILED,
                f"the service took the removal, but the node is still {node.status}",
                status=node.status,
            )
            return True
        return False


_SETTLED_LOOKS = 5
_BUSY = "the pool is being changed"
_RACE = "RackConnect does not know the server yet"
_NODE_BUSY = "the node is being changed"


def _pool(course: Course) -> Target:
    return _given(course.request.pool)


def _server(course: Course) -> Target:
    return _given(course.request.server)


def _node(course: Course) -> Target:
    return _given(course.request.node)


def _given(target: Target | None) -> Target:
    if target is None:
        raise ValueError("the request lacks a target that its kind needs")
    return target


def _pools(courses: Iterable[Course]) -> dict[str, Target]:
    return {_pool(course).key: _pool(course) for course in courses}


def _member(members: Mapping[str, Mapping[str, PoolNode]], course: Course) -> PoolNode | None:
    """Give the server's node in the pool; one that failed only where there is no other."""
    nodes = [
        node
        for node in members.get(_pool(course).key, {}).values()
        if node.server_key == _server(course).key
    ]
    nodes.sort(key=lambda node: phase(node.status) is Phase.FAILED)
    return nodes[0] if nodes else None


def _is_about(text: ConflictText, course: Course) -> bool:
    request = course.request
    return (
        (text.pool is None or (request.pool is not None and text.pool == request.pool.key))
        and (
            text.server is None
            or (request.server is not None and text.server == request.server.key)
        )
        and (text.node is None or (request.node is not None and text.node == request.node.key))
        and (text.pool, text.server, text.node) != (None, None, None)
    )
