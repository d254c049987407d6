"""Reads pool nodes for operations: before they are sent, and until they have settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.conflicts import ConflictText
from rcv3_tui.api.errors import ApiError, CredentialsRefused, NotFound, TokenRefused
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import State, Target
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.course import Course
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.schedule import PATIENCE, follow_pause

Members = Mapping[str, Mapping[str, PoolNode] | None]
"""Pool id to its nodes by id; None for a pool that is gone."""

_SECONDS_A_POOL = 4.0
"""Each look costs one request a pool; many pools are looked at less often."""

_LAGGING_LOOKS = 5
"""Looks at a node that stays as it was: a busy service may lag behind its own answer."""


class NodeReader:
    """Reads pools' nodes and puts what it reads into the picture.

    Args:
        region: Whose picture.
        clock: What measures the pauses.
    """

    def __init__(self, region: RegionSync, clock: Clock) -> None:
        self._region = region
        self._clock = clock

    async def members(
        self, courses: Iterable[Course], priority: Priority = Priority.OPERATION
    ) -> Members:
        """Read the nodes of every pool that some operations name."""
        pools = {course.pool.key: course.pool for course in courses}
        return {key: await self._nodes_of(pool, priority) for key, pool in pools.items()}

    async def _nodes_of(self, pool: Target, priority: Priority) -> Mapping[str, PoolNode] | None:
        try:
            listing = await self._region.list_nodes(pool.id, priority)
        except NotFound:
            self._region.refresh(Part.POOLS)
            return None
        self._region.put_nodes(pool.key, listing.items)
        return {node.key: node for node in listing.items if phase(node.status) is not Phase.GONE}

    async def follow(self, courses: Mapping[str, Course], *, adding: bool) -> None:
        """Look at pools until nodes have settled, and bring each operation to its end.

        Args:
            courses: Node id to its operation.
            adding: Whether the nodes are to come or to go.

        Raises:
            ApiError: The credentials are not taken any more.
        """
        left = dict(courses)
        began = self._clock.monotonic()
        looks = 0
        while left:
            waited = self._clock.monotonic() - began
            pools = {course.pool.key: course for course in left.values()}
            pause = max(follow_pause(looks, waited), _SECONDS_A_POOL * (len(pools) - 1))
            await self._clock.sleep(pause)
            looks += 1
            for pool, course in pools.items():
                group = {key: c for key, c in left.items() if c.pool.key == pool}
                try:
                    nodes = (await self.members((course,), Priority.LOOKED_AT))[pool]
                except (TokenRefused, CredentialsRefused):
                    raise
                except ApiError as error:
                    for each in group.values():
                        each.seen(None, f"cannot see how it goes: {error.one_line()}")
                    continue
                for key, each in group.items():
                    if await self._has_ended(each, nodes, key, looks, adding=adding):
                        del left[key]
                    elif waited >= PATIENCE and nodes is not None:
                        each.seen(nodes[key].status, _stuck(nodes[key]))

    async def _has_ended(
        self,
        course: Course,
        nodes: Mapping[str, PoolNode] | None,
        key: str,
        looks: int,
        *,
        adding: bool,
    ) -> bool:
        node = None if nodes is None else nodes.get(key)
        if node is None:
            await self._end_without(course, pool_gone=nodes is None, adding=adding)
            return True
        course.seen(node.status)
        stage = phase(node.status)
        if stage is Phase.MOVING:
            return False
        if adding and stage is Phase.SETTLED:
            await course.ended(
                State.SETTLED,
                f"{course.server.name} is {node.status} in {course.pool.name}",
                status=node.status,
            )
            return True
        # A failure from before may be shown for a moment after a removal was taken.
        enough = 1 if adding else 2 if node.status == "REMOVE_FAILED" else _LAGGING_LOOKS
        if stage is Phase.FAILED and looks >= enough:
            await course.ended(State.FAILED, failure(node), status=node.status)
            return True
        if looks >= _LAGGING_LOOKS:
            await course.ended(
                State.FAILED,
                f"the service took the removal, but the node is still {node.status}",
                status=node.status,
            )
            return True
        return False

    @staticmethod
    async def _end_without(course: Course, *, pool_gone: bool, adding: bool) -> None:
        server, pool = course.server.name, course.pool.name
        if adding:
            words = f"pool {pool} is gone" if pool_gone else "the new node is gone again"
            await course.ended(State.FAILED, words, status="gone")
            return
        why = f": pool {pool} is gone" if pool_gone else ""
        await course.ended(State.SETTLED, f"{server} is out of {pool}{why}", status="gone")


def failure(node: PoolNode) -> str:
    """Say why a node has failed, as far as the service tells."""
    return f"{node.status}: {node.status_detail or 'no reason given by RackConnect'}"


def member(members: Members, course: Course) -> PoolNode | None:
    """Give the server's node in the pool; one that failed only where there is no other."""
    nodes = [
        node
        for node in (members.get(course.pool.key) or {}).values()
        if node.server_key == course.server.key
    ]
    nodes.sort(key=lambda node: phase(node.status) is Phase.FAILED)
    return nodes[0] if nodes else None


def is_about(text: ConflictText, course: Course) -> bool:
    """Tell whether a text of a refusal speaks of an operation: every id that it names fits."""
    request = course.request
    named = (
        (text.pool, request.pool),
        (text.server, request.server),
        (text.node, request.node),
    )
    given = [(found, target) for found, target in named if found is not None]
    return bool(given) and all(target and found == target.key for found, target in given)


def _stuck(node: PoolNode) -> str:
    return (
        f"still {node.status} after {PATIENCE / 60:.0f} min; RackConnect may have stuck: "
        f"ask Support, naming node {node.id}"
    )
