"""Keeps the nodes of a region's pools fresh, as far as the request budget goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.decode import Listing
from rcv3_tui.api.errors import ApiError, CredentialsRefused, NotFound, TokenRefused
from rcv3_tui.clock import Clock
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.sync.schedule import LIST_CALLS, NodeQueue, list_interval, node_room, wait_for

_READS_AT_ONCE = 4

_LEFT_TO_LISTS = LIST_CALLS + 1
"""Background requests that stay free, so that a list which falls due need not wait for nodes."""


class Picture(Protocol):
    """What this needs of the region it works for."""

    snapshot: Snapshot

    async def list_nodes(self, pool_id: str, priority: Priority) -> Listing[PoolNode]:
        """Read one pool's nodes."""
        ...

    def nodes_listed(self, pool: str, nodes: Sequence[PoolNode], skipped: tuple[str, ...]) -> None:
        """Take one pool's nodes into the picture."""
        ...

    def failed(self, part: Part, error: ApiError) -> None:
        """Note that a part could not be read."""
        ...

    def refresh(self, part: Part | None = None) -> None:
        """Read a part now."""
        ...


class PoolNodes:
    """Reads pools' nodes: the pool that is looked at on the lists' beat, the others in turn.

    Args:
        picture: The region.
        clock: What measures the time.
        interval: Seconds between refreshes, as asked.
        room: Counts the background requests that could leave now.
        share: Counts the background requests that a minute has for lists and nodes.
        refused: Called when the credentials are not taken any more.
    """

    def __init__(
        self,
        picture: Picture,
        clock: Clock,
        interval: float,
        room: Callable[[], int],
        share: Callable[[], int],
        refused: Callable[[ApiError], None],
    ) -> None:
        self._picture = picture
        self._clock = clock
        self._interval = interval
        self._room = room
        self._share = share
        self._refused = refused
        self._queue = NodeQueue(clock)
        self._wanted = asyncio.Event()
        self._looked_at: str | None = None
        self._looked_at_due = 0.0
        self._look_wanted = asyncio.Event()
        self._paused = False
        self._put: dict[str, float] = {}
        self._missing: set[str] = set()

    # -- what others ask ----------------------------------------------------------------------

    @property
    def list_interval(self) -> float:
        """Seconds between refreshes of the lists that the budget can bear."""
        return list_interval(self._interval, self._queue.recent, self._share())

    def look_at(self, pool: str | None) -> None:
        """Keep one pool's nodes as fresh as the lists."""
        self._looked_at = pool
        self.look_now()

    def look_now(self) -> None:
        """Read the pool that is looked at now."""
        self._looked_at_due = 0.0
        self._look_wanted.set()

    def pause(self, paused: bool) -> None:
        """Stop or go on reading by itself."""
        self._paused = paused
        self._wanted.set()
        self._look_wanted.set()

    def set_interval(self, seconds: float) -> None:
        """Change the seconds between refreshes."""
        self._interval = seconds
        self._looked_at_due = min(self._looked_at_due, self._clock.monotonic() + seconds)
        self._look_wanted.set()

    def counts_changed(self, pools: Sequence[str]) -> None:
        """Hear which pools are new or have other node counts, after the list was read."""
        self._missing &= self._picture.snapshot.pools.keys()
        self._queue.counts_changed(pools)
        self._wanted.set()

    def was_put(self, pool: str, *, whole: bool) -> None:
        """Hear that an operation has put nodes of a pool into the picture.

        Args:
            pool: Its id in lower case.
            whole: It had read all of them.
        """
        self._put[pool] = self._clock.monotonic()
        if whole:
            self._queue.was_read(pool)

    # -- the work -----------------------------------------------------------------------------

    async def keep(self) -> None:
        """Read on and on. Ends only by cancellation."""
        while True:
            self._wanted.clear()
            room = min(
                _READS_AT_ONCE,
                node_room(self._interval, self._queue.recent, self._share()),
                self._room() - _LEFT_TO_LISTS,
            )
            snapshot = self._picture.snapshot
            # While the list of pools cannot be read, their nodes cannot be either.
            if self._paused or snapshot.part(Part.POOLS).error is not None:
                room = 0
            pools = self._queue.next(snapshot, self.list_interval, room) if room > 0 else []
            if pools:
                await asyncio.gather(*(self._read(pool, Priority.BACKGROUND) for pool in pools))
            else:
                await wait_for(self._wanted, self._clock, 1.0)

    async def keep_looked_at(self) -> None:
        """Read the pool that is looked at, whatever else is waited for."""
        while True:
            self._look_wanted.clear()
            pool = self._looked_at
            left = self._looked_at_due - self._clock.monotonic()
            asked = self._looked_at_due == 0.0
            if pool is None or (self._paused and not asked):
                await wait_for(self._look_wanted, self._clock, 3600.0)
            elif left > 0:
                await wait_for(self._look_wanted, self._clock, left)
            else:
                self._looked_at_due = self._clock.monotonic() + self.list_interval
                if self._is_known(pool):
                    await self._read(pool, Priority.LOOKED_AT)

    def _is_known(self, pool: str) -> bool:
        snapshot = self._picture.snapshot
        return pool in snapshot.pools or snapshot.part(Part.POOLS).fetched is None

    async def _read(self, pool: str, priority: Priority) -> None:
        known = self._picture.snapshot.pools.get(pool)
        began = self._clock.monotonic()
        self._queue.was_read(pool)
        try:
            listing = await self._picture.list_nodes(known.id if known else pool, priority)
        except (TokenRefused, CredentialsRefused) as error:
            self._refused(error)
        except NotFound as error:
            # Most likely the pool is gone, which the list will tell; a second time is trouble.
            if pool in self._missing:
                self._picture.failed(Part.NODES, error)
            self._missing.add(pool)
            self._queue.failed(pool)
            self._picture.refresh(Part.POOLS)
        except ApiError as error:
            self._picture.failed(Part.NODES, error)
            self._queue.failed(pool)
        else:
            self._queue.succeeded(pool)
            self._missing.discard(pool)
            is_old = self._put.pop(pool, -1.0) > began
            if not is_old and pool in self._picture.snapshot.pools:
                self._picture.nodes_listed(pool, listing.items, listing.skipped)
