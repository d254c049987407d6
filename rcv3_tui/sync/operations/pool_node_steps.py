"""The changing requests of pool nodes: what each reads first, what it sends, and its end state."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.api.errors import ApiError, BadRequest, NotFound, OperationNotSupported, ServerError
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.operations.delays import PROBE_DELAYS
from rcv3_tui.sync.operations.idempotent import (
    ProbeResult,
    RequestOutcome,
    RetryPlan,
    Step,
)
from rcv3_tui.sync.operations.pool_node_probe import PoolMembers, PoolNodeProbe, member, node_of
from rcv3_tui.sync.operations.tracker import OperationTracker

BULK_FAILED = (BadRequest, NotFound, OperationNotSupported, ServerError)
"""Some gateways drop the body of a DELETE, and a ghost node breaks the call (reference 4.7)."""


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
