"""Pool nodes of an operation: how they are read, and each changing request with its end state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from rcv3_tui.api.conflicts import ConflictMessage
from rcv3_tui.api.decoding import ListResult
from rcv3_tui.api.errors import (
    ApiError,
    BadRequest,
    MalformedResponse,
    NotFound,
    OperationNotSupported,
    ServerError,
)
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationState
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.status import Phase, failure_text, phase
from rcv3_tui.sync.operations.delays import PROBE_DELAYS
from rcv3_tui.sync.operations.idempotent import (
    ProbeResult,
    RequestOutcome,
    RetryPlan,
    Step,
)
from rcv3_tui.sync.operations.tracker import OperationTracker
from rcv3_tui.sync.operations.transition import (
    LAGGING_POLLS,
    TransitionPolls,
    overdue_text,
)
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

BULK_FAILED = (BadRequest, NotFound, OperationNotSupported, ServerError)
"""Some gateways drop the body of a DELETE, and a ghost node breaks the call (reference 4.7)."""

PoolMembers = Mapping[str, Mapping[str, PoolNode] | None]
"""Pool id to its nodes by id; None for a pool that is gone."""

_SECONDS_PER_POOL = 4.0
"""Each poll costs one request per pool; many pools are polled less often."""

_APPEARS = 60.0
"""Seconds within which an accepted node is listed, whatever the response called it."""


class PoolNodeProbe:
    """Reads pools' nodes and updates the region's snapshot.

    Args:
        region: The region whose snapshot is updated.
        clock: Measures the delays.
    """

    def __init__(self, region: RegionSyncer, clock: Clock) -> None:
        self.region = region
        self.clock = clock
        self._unreadable: dict[str, int] = {}
        """By pool, nodes that could not be decoded before anything was sent."""

    async def members(
        self, trackers: Iterable[OperationTracker], priority: Priority = Priority.OPERATION
    ) -> PoolMembers:
        """Return the nodes of every pool that some operations name."""
        by_pool: dict[str, list[OperationTracker]] = {}
        for tracker in trackers:
            by_pool.setdefault(tracker.pool.key, []).append(tracker)
        return {pool: await self._nodes_of(of_it, priority) for pool, of_it in by_pool.items()}

    async def _nodes_of(
        self, trackers: Sequence[OperationTracker], priority: Priority
    ) -> Mapping[str, PoolNode] | None:
        pool = trackers[0].pool
        try:
            listing = (await self.region.fetch_nodes(pool.id, priority)).listing
        except NotFound:
            # A gateway may respond with 404 for a pool that exists: then its nodes are unknown.
            pools = await self.region.rackconnect.list_pools(priority=priority)
            if any(each.key == pool.key for each in pools.items):
                raise
            self.region.refresh(ResourceKind.POOLS)
            return None
        self.region.upsert_nodes(pool.key, listing.items)
        self._must_be_readable(trackers, listing)
        return {node.key: node for node in listing.items if phase(node.status) is not Phase.GONE}

    def _must_be_readable(
        self, trackers: Sequence[OperationTracker], listing: ListResult[PoolNode]
    ) -> None:
        """Require that no node counts as absent that may exist and cannot be decoded.

        Raises:
            MalformedResponse: More of them cannot be decoded than before the pool was changed.
        """
        pool = trackers[0].pool
        # The last node may have been removed, and then the list has no body.
        is_first = pool.key not in self._unreadable
        unread = listing.unread if is_first else listing.skipped
        unreadable = len(unread)
        listed = {node.key for node in listing.items}
        is_before = all(
            not tracker.resumed if tracker.request.node is None else tracker.node.key in listed
            for tracker in trackers
        )
        if unreadable > self._unreadable.setdefault(pool.key, unreadable if is_before else 0):
            raise MalformedResponse(
                f"{unreadable} of the nodes of {pool.name} cannot be read: {unread[-1]}"
            )

    async def follow(self, trackers: Sequence[OperationTracker], *, adding: bool) -> None:
        """Poll pools until nodes are stable, and finish each operation.

        Args:
            trackers: The operations, all accepted.
            adding: Whether the nodes are being added or removed.

        Raises:
            CredentialsRefused: Identity no longer accepts the credentials.
        """
        left = [_Followed(tracker) for tracker in trackers]
        polls = TransitionPolls(self.clock)
        while left:
            pools = {each.tracker.pool.key: each.tracker for each in left}
            await polls.next(
                [each.tracker for each in left], least=_SECONDS_PER_POOL * (len(pools) - 1)
            )
            for pool, tracker in pools.items():
                group = [each for each in left if each.tracker.pool.key == pool]
                read = partial(self._nodes_of, (tracker,), Priority.FOCUSED)
                found = await polls.read([each.tracker for each in group], read)
                if found is None:
                    continue
                nodes = found.value
                for each in group:
                    node = each.node_in(nodes, adding=adding)
                    if await self._has_ended(each, nodes, node, polls, adding):
                        left.remove(each)
                    elif polls.is_overdue and node is not None:
                        each.tracker.note_status(node.status, overdue_text(node))

    async def _has_ended(
        self,
        each: _Followed,
        nodes: Mapping[str, PoolNode] | None,
        node: PoolNode | None,
        polls: TransitionPolls,
        adding: bool,
    ) -> bool:
        tracker = each.tracker
        if node is None:
            if adding and nodes is not None and not each.was_seen:
                is_late = polls.waited >= _APPEARS
                if is_late:
                    await tracker.finish(
                        OperationState.UNKNOWN,
                        "the service accepted the request, but lists no such node; check again",
                    )
                return is_late
            await self._end_without(tracker, pool_gone=nodes is None, adding=adding)
            return True
        each.was_seen = True
        if node.id != tracker.operation.resource_id:
            await tracker.record_accepted(resource_id=node.id, status=node.status)
        tracker.note_status(node.status)
        stage = phase(node.status)
        if stage is Phase.TRANSITIONING:
            return False
        if adding and stage is Phase.STABLE:
            await tracker.finish(
                OperationState.SETTLED,
                f"{tracker.server.name} is {node.status} in {tracker.pool.name}",
                status=node.status,
            )
            return True
        # An earlier failure may still be listed shortly after a removal was accepted.
        enough = 1 if adding else 2 if node.status == "REMOVE_FAILED" else LAGGING_POLLS
        if stage is Phase.FAILED and polls.count >= enough:
            await tracker.finish(OperationState.FAILED, failure_text(node), status=node.status)
            return True
        if polls.count >= LAGGING_POLLS:
            await tracker.finish(
                OperationState.FAILED,
                f"the service accepted the removal, but the node is still {node.status}",
                status=node.status,
            )
            return True
        return False

    @staticmethod
    async def _end_without(tracker: OperationTracker, *, pool_gone: bool, adding: bool) -> None:
        server, pool = tracker.server.name, tracker.pool.name
        if adding:
            words = f"pool {pool} is gone" if pool_gone else "the new node is gone again"
            await tracker.finish(OperationState.FAILED, words, status="gone")
            return
        why = f": pool {pool} is gone" if pool_gone else ""
        await tracker.finish(
            OperationState.SETTLED, f"{server} is out of {pool}{why}", status="gone"
        )


class _Followed:
    """One operation whose node is polled."""

    def __init__(self, tracker: OperationTracker) -> None:
        self.tracker = tracker
        self.was_seen = False

    def node_in(self, nodes: Mapping[str, PoolNode] | None, *, adding: bool) -> PoolNode | None:
        """Return the operation's node, whatever the response to its request called it."""
        if nodes is None:
            return None
        tracker = self.tracker
        if not adding:
            return nodes.get(tracker.node.key)
        named = nodes.get((tracker.operation.resource_id or "").lower())
        if named is not None and named.server_key in (None, tracker.server.key):
            return named
        return next(
            (
                node
                for key, node in nodes.items()
                if node.server_key == tracker.server.key and key not in tracker.operation.known
            ),
            None,
        )


def member(members: PoolMembers, tracker: OperationTracker) -> PoolNode | None:
    """Return the server's node in the pool; a failed one only if there is no other."""
    nodes = [
        node
        for node in (members.get(tracker.pool.key) or {}).values()
        if node.server_key == tracker.server.key
    ]
    nodes.sort(key=lambda node: phase(node.status) is Phase.FAILED)
    return nodes[0] if nodes else None


def concerns(text: ConflictMessage, tracker: OperationTracker) -> bool:
    """Return whether a conflict message concerns an operation: every id in it matches."""
    request = tracker.request
    # The id of a "node" is the server's in some messages (RackConnect API reference 14).
    members = {target.key for target in (request.server, request.node) if target is not None}
    pools = {request.pool.key} if request.pool is not None else set()
    given = [
        (text.pool, pools),
        (text.server, members),
        (text.node, members),
    ]
    named = [(found, keys) for found, keys in given if found is not None]
    return bool(named) and all(found in keys for found, keys in named)


def node_of(members: PoolMembers, tracker: OperationTracker) -> PoolNode | None:
    """Return the node that an operation names."""
    return (members.get(tracker.pool.key) or {}).get(tracker.node.key)


class PoolNodeStep(Step[Sequence[PoolNode]]):
    """One request for one or several operations on pool nodes.

    Args:
        trackers: The operations.
        probe: Reads the pools.
        bulk: Use the bulk call, also for one.
    """

    def __init__(
        self, trackers: Sequence[OperationTracker], probe: PoolNodeProbe, *, bulk: bool
    ) -> None:
        super().__init__(trackers)
        self.members: PoolMembers = {}
        """The nodes as last read."""
        self._api = probe.region.rackconnect
        self._probe = probe
        self._bulk = bulk

    @property
    def reads(self) -> int:
        """See `Step.reads`."""
        return len({tracker.pool.key for tracker in self.trackers})


class AddNodesStep(PoolNodeStep):
    """Adds servers to pools."""

    async def check(self, *, sent: bool) -> ProbeResult[Sequence[PoolNode]]:
        """See `Step.check`."""
        self.members = await self._probe.members(self.trackers)
        if any(self.members[tracker.pool.key] is None for tracker in self.trackers):
            return ProbeResult(RequestOutcome.PARTIALLY_APPLIED)
        nodes = [
            node
            for tracker in self.trackers
            if (node := member(self.members, tracker)) is not None and _counts(node, tracker, sent)
        ]
        if len(nodes) == len(self.trackers):
            return ProbeResult(RequestOutcome.APPLIED, nodes)
        return ProbeResult(
            RequestOutcome.PARTIALLY_APPLIED if nodes else RequestOutcome.NOT_APPLIED
        )

    async def call(self) -> Sequence[PoolNode]:
        """See `Step.call`."""
        if self._bulk:
            return await self._api.add_nodes([(c.pool.id, c.server.id) for c in self.trackers])
        tracker = self.trackers[0]
        node = await self._api.add_node(tracker.pool.id, tracker.server.id)
        return () if node is None else (node,)

    def known_ids(self, tracker: OperationTracker) -> tuple[str, ...]:
        """See `Step.known_ids`."""
        return tuple(sorted(self.members[tracker.pool.key] or ()))


class RemoveNodesStep(PoolNodeStep):
    """Removes servers from pools."""

    async def check(self, *, sent: bool) -> ProbeResult[Sequence[PoolNode]]:
        """See `Step.check`."""
        self.members = await self._probe.members(self.trackers)
        nodes = [node_of(self.members, tracker) for tracker in self.trackers]
        gone = [node is None or node.status == "REMOVING" for node in nodes]
        if all(gone):
            return ProbeResult(RequestOutcome.APPLIED)
        if any(gone) or any(self.is_another(tracker) for tracker in self.trackers):
            return ProbeResult(RequestOutcome.PARTIALLY_APPLIED)
        return ProbeResult(RequestOutcome.NOT_APPLIED)

    def is_another(self, tracker: OperationTracker) -> bool:
        """Return whether a node belongs to another server than was confirmed."""
        node = node_of(self.members, tracker)
        return node is not None and node.server_key not in (None, tracker.server.key)

    async def plan(self, error: ApiError) -> RetryPlan | None:
        """See `Step.plan`."""
        if self._bulk and isinstance(error, BULK_FAILED):
            # Sent one by one, the pair at fault shows.
            return RetryPlan(PROBE_DELAYS, resend=False)
        if isinstance(error, NotFound):
            return self.plan_for_not_found()
        return await super().plan(error)

    async def call(self) -> None:
        """See `Step.call`."""
        if self._bulk:
            # The call names servers, not nodes: the check before it compared the nodes.
            await self._api.remove_nodes([(c.pool.id, c.server.id) for c in self.trackers])
        else:
            tracker = self.trackers[0]
            await self._api.remove_node(tracker.pool.id, tracker.node.id)

    def known_ids(self, tracker: OperationTracker) -> tuple[str, ...]:
        """See `Step.known_ids`."""
        return (tracker.node.key,)


def _counts(node: PoolNode, tracker: OperationTracker, sent: bool) -> bool:
    """Return whether a node is the requested one; a failed one from before is not."""
    if phase(node.status) is not Phase.FAILED:
        return True
    return sent and node.key not in tracker.operation.known
