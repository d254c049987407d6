"""What adding nodes and removing them have in common: one batch, its sender and its patience."""

from __future__ import annotations

from rcv3_tui.clock import Clock
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.sync.course import Course
from rcv3_tui.sync.node_reading import NodeReader
from rcv3_tui.sync.node_waiting import Waiting
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.sending import Sender


class NodeBatch:
    """One batch of servers on their way into pools, or out of them.

    Args:
        region: Whose picture gets what is read.
        clock: What measures the pauses.
        reader: Reads the pools.
    """

    def __init__(self, region: RegionSync, clock: Clock, reader: NodeReader) -> None:
        self._region = region
        self._api = region.rackconnect
        self._clock = clock
        self._reader = reader
        self._sender = Sender(clock)
        self._waiting = Waiting(clock)
        self._left: list[Course] = []
        """Operations that have still to be sent."""
        self._accepted: dict[str, Course] = {}
        """Operations that the service has taken, by their node's id."""

    async def _adopt(self, course: Course, node: PoolNode) -> None:
        """Follow a node that is on its way already, whoever set it off."""
        self._accepted[node.key] = course
        await course.accepted(
            resource_id=node.id, status=node.status, words="was on its way already"
        )
