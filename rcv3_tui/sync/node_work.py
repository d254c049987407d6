"""Carries out what concerns pool nodes: add and remove, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind
from rcv3_tui.model.snapshot import Part
from rcv3_tui.sync.course import Course
from rcv3_tui.sync.node_add import NodeAdding
from rcv3_tui.sync.node_reading import NodeReader
from rcv3_tui.sync.node_remove import NodeRemoving
from rcv3_tui.sync.region import RegionSync

CHUNK = 50
"""Pairs in one bulk call; the service's own limit is not known (reference 4.7)."""


class NodeWork:
    """Carries operations on pool nodes out in one region.

    Args:
        region: Whose picture gets what is read.
        clock: What measures the pauses.
    """

    def __init__(self, region: RegionSync, clock: Clock) -> None:
        self._region = region
        self._clock = clock
        self._reader = NodeReader(region, clock)

    async def carry_out(self, courses: Sequence[Course]) -> None:
        """Carry operations of one kind out together and follow each until it has settled.

        Every one is brought to an end of its own.

        Args:
            courses: At most `CHUNK` of them.

        Raises:
            ApiError: What was to be read could not be, by any that have not ended.
        """
        adding = courses[0].request.kind is Kind.ADD_NODE
        batch = (NodeAdding if adding else NodeRemoving)(self._region, self._clock, self._reader)
        accepted = await batch.send(courses)
        self._region.refresh(Part.POOLS)
        await self._reader.follow(accepted, adding=adding)
        self._region.refresh(Part.POOLS)
