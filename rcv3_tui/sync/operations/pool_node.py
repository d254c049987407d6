"""Carries out operations on pool nodes: adds and removes them, one or many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rcv3_tui.api.conflicts import (
    NODE_BUSY,
    NOT_LISTED,
    POOL_BUSY,
    ConflictKind,
    ConflictMessage,
)
from rcv3_tui.api.errors import Conflict, OperationNotSupported
from rcv3_tui.clock import Clock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import OperationKind, OperationState
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.status import Phase, failure_text, phase
from rcv3_tui.sync.operations.build_race import does_not_know
from rcv3_tui.sync.operations.idempotent import Applied
from rcv3_tui.sync.operations.pool_node_batch import OperationBatch
from rcv3_tui.sync.operations.pool_node_steps import (
    BULK_FAILED,
    AddNodesStep,
    PoolNodeProbe,
    PoolNodeStep,
    RemoveNodesStep,
    member,
    node_of,
)
from rcv3_tui.sync.operations.tracker import OperationTracker
from rcv3_tui.sync.operations.transition import ask_support, is_stuck
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer


class PoolNodeOperations:
    """Carries out operations on pool nodes in one region.

    Args:
        region: The region; its snapshot is updated with what is read.
        clock: Measures the delays.
    """

    def __init__(self, region: RegionSyncer, clock: Clock) -> None:
        self._region = region
        self._probe = PoolNodeProbe(region, clock)

    async def carry_out(self, trackers: Sequence[OperationTracker]) -> None:
        """Carry out operations of one kind together and poll each node until it is stable.

        Each operation gets its own outcome.

        Args:
            trackers: At most `BATCH_SIZE` of them.

        Raises:
            ApiError: A read failed that the operations that have not ended need.
        """
        adding = trackers[0].request.kind is OperationKind.ADD_NODE
        batch = (AddNodes if adding else RemoveNodes)(self._probe)
        accepted = await batch.send(trackers)
        self._region.refresh(ResourceKind.POOLS)
        await self._probe.follow(accepted, adding=adding)
        self._region.refresh(ResourceKind.POOLS)


class AddNodes(OperationBatch):
    """Adds one batch of servers to pools: one by one, or with a bulk call."""

    def _step(self, group: Sequence[OperationTracker], *, bulk: bool) -> PoolNodeStep:
        return AddNodesStep(group, self._probe, bulk=bulk)

    def _change_method(self, error: Exception, *, bulk: bool) -> bool:
        if bulk or not isinstance(error, OperationNotSupported):
            return False
        self._bulk_for_one = True
        return True

    async def _finish_decided(self, step: PoolNodeStep) -> None:
        for tracker in step.trackers:
            node = member(step.members, tracker)
            if step.members[tracker.pool.key] is None:
                words = f"pool {tracker.pool.name} is gone"
                if tracker.operation.state is OperationState.PLANNED:
                    await tracker.finish(OperationState.REJECTED, f"{words}; nothing was sent")
                else:
                    await tracker.finish(OperationState.FAILED, words, status="gone")
                self._drop([tracker])
            elif node is not None and phase(node.status) is not Phase.FAILED:
                await self._finish_member(tracker, node)

    async def _finish_member(self, tracker: OperationTracker, node: PoolNode) -> None:
        match phase(node.status):
            case Phase.TRANSITIONING:
                await self._adopt(tracker, node)
                return
            case Phase.FAILED:
                await tracker.finish(
                    OperationState.FAILED,
                    f"{tracker.server.name} is in {tracker.pool.name} as {failure_text(node)}; "
                    "remove that node first",
                    resource_id=node.id,
                    status=node.status,
                )
            case _:
                await tracker.finish(
                    OperationState.SETTLED,
                    f"{tracker.server.name} was already a member of {tracker.pool.name}",
                    resource_id=node.id,
                    status=node.status,
                )
        self._drop([tracker])

    async def _accept(
        self, group: Sequence[OperationTracker], sent: Applied[Sequence[PoolNode]]
    ) -> None:
        answer = sent.result or ()
        # The response may name one job for all: then the pools' lists have the nodes.
        ids = Counter(node.key for node in answer)
        nodes = {(node.pool_key, node.server_key): node for node in answer if ids[node.key] == 1}
        for tracker in group:
            tracker.response_lost = sent.response_lost
            node = nodes.get((tracker.pool.key, tracker.server.key))
            self._accepted.append(tracker)
            if node is None or (node.key in tracker.operation.known and not sent.response_lost):
                await tracker.record_accepted()
                continue
            self._region.upsert_node(node)
            await tracker.record_accepted(resource_id=node.id, status=node.status)

    async def _resolve_message(
        self, text: ConflictMessage, trackers: Sequence[OperationTracker], conflict: Conflict
    ) -> str:
        match text.kind:
            case ConflictKind.ALREADY_MEMBER:
                members = await self._probe.members(trackers)
                for tracker in trackers:
                    node = member(members, tracker)
                    if node is not None:
                        await self._finish_member(tracker, node)
                return NOT_LISTED
            case ConflictKind.POOL_NOT_ACTIVE:
                return POOL_BUSY
            case ConflictKind.NO_SUCH_SERVER | ConflictKind.UNPROCESSABLE:
                if await self._race.may_pass(trackers[0].server):
                    return does_not_know(trackers[0].server)
        for tracker in trackers:
            await tracker.finish(OperationState.REJECTED, text.text)
        self._drop(trackers)
        return ""


class RemoveNodes(OperationBatch):
    """Removes one batch of servers from pools: with a bulk call, or one by one where that fails."""

    def __init__(self, probe: PoolNodeProbe) -> None:
        super().__init__(probe)
        self._bulk_failed = False

    def _step(self, group: Sequence[OperationTracker], *, bulk: bool) -> PoolNodeStep:
        return RemoveNodesStep(group, self._probe, bulk=bulk)

    def _change_method(self, error: Exception, *, bulk: bool) -> bool:
        if bulk and isinstance(error, BULK_FAILED):
            self._bulk_failed = self._singly = True
            was_tried, self._bulk_for_one = self._bulk_for_one, False
            return not was_tried
        if not bulk and isinstance(error, OperationNotSupported) and not self._bulk_failed:
            self._bulk_for_one = True
            return True
        return False

    async def _finish_decided(self, step: PoolNodeStep) -> None:
        for tracker in step.trackers:
            node = node_of(step.members, tracker)
            if step.members[tracker.pool.key] is None:
                await self._finish_removed(tracker, f"pool {tracker.pool.name} is gone")
            elif node is None:
                await self._finish_absent(tracker)
            elif node.server_key not in (None, tracker.server.key):
                words = "the node changed since it was confirmed: it belongs to another server now"
                if tracker.operation.state is OperationState.PLANNED:
                    words += "; nothing was sent"
                await tracker.finish(OperationState.REJECTED, words)
                self._drop([tracker])
            elif node.status == "REMOVING":
                await self._adopt(tracker, node)

    async def _accept(
        self, group: Sequence[OperationTracker], sent: Applied[Sequence[PoolNode]]
    ) -> None:
        for tracker in group:
            tracker.response_lost = sent.response_lost
            self._accepted.append(tracker)
            await tracker.record_accepted(resource_id=tracker.node.id, status="REMOVING")

    async def _resolve_message(
        self, text: ConflictMessage, trackers: Sequence[OperationTracker], conflict: Conflict
    ) -> str:
        match text.kind:
            case ConflictKind.NOT_A_MEMBER if self._is_bulk:
                # The documented message for exactly this pair, checked before any other was
                # removed: the others must not wait for a list that lags behind.
                for tracker in trackers:
                    await self._finish_absent(
                        tracker, ", according to the service, which still lists it"
                    )
                return ""
            case ConflictKind.NOT_A_MEMBER | ConflictKind.NO_SUCH_POOL:
                return NOT_LISTED
            case ConflictKind.NO_SUCH_SERVER if not self._singly:
                # Its node is orphaned, and the bulk call may not accept it.
                self._singly = True
                return ""
            case ConflictKind.POOL_NOT_ACTIVE:
                return POOL_BUSY
            case ConflictKind.NODE_NOT_ACTIVE:
                await self._reject_stuck(trackers, text)
                return NODE_BUSY
            case _:
                raise conflict

    async def _reject_stuck(
        self, trackers: Sequence[OperationTracker], text: ConflictMessage
    ) -> None:
        """Reject operations on nodes that are not ACTIVE and will not become so soon."""
        now = self._clock.now()
        members = await self._probe.members(trackers)
        for tracker in trackers:
            node = node_of(members, tracker)
            if node is None:
                await self._finish_absent(tracker)
            elif node.status == "REMOVING":
                await self._adopt(tracker, node)
            elif phase(node.status) is not Phase.TRANSITIONING or is_stuck(node, now):
                await tracker.finish(OperationState.REJECTED, f"{text.text}; {ask_support(node)}")
                self._drop([tracker])

    async def _finish_absent(self, tracker: OperationTracker, note: str = "") -> None:
        words = f"{tracker.server.name} was no longer a member of {tracker.pool.name}{note}"
        await self._finish_removed(tracker, words)

    async def _finish_removed(self, tracker: OperationTracker, words: str) -> None:
        self._region.remove_node(tracker.pool.key, tracker.node.key)
        await tracker.finish(OperationState.SETTLED, words, status="gone")
        self._drop([tracker])
