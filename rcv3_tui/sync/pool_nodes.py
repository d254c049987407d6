"""Keeps the nodes of a region's pools fresh, as far as the request budget goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.decode import Listing
from rcv3_tui.api.errors import ApiError, CredentialsRefused, NotFound, TokenRefused
from rcv3_tui.clock import Clock
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.sync.ledger import WINDOW
from rcv3_tui.sync.schedule import NodeQueue, list_interval, look_interval, turn_pause, wait_for

_READS_AT_ONCE = 4


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
        room: Counts the background requests that could leave now beside the lists, which keep
            their beat, and beside looks at some later moments (seconds from now).
        share: Gives the requests a minute for all that is read by itself.
        refused: Called when the credentials are not taken any more.
    """

    def __init__(
        self,
        picture: Picture,
        clock: Clock,
        interval: float,
        room: Callable[[Iterable[float]], int],
        share: Callable[[], float],
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
        return list_interval(self._interval, *self._load())

    @property
    def look_interval(self) -> float:
        """Seconds between looks at the pool in view that the budget can bear."""
        return look_interval(self._interval, *self._load())

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
            room = min(_READS_AT_ONCE, self._room(self._looks()))
            snapshot = self._picture.snapshot
            # While the list of pools cannot be read, their nodes cannot be either.
            if self._paused or snapshot.part(Part.POOLS).error is not None:
                room = 0
            pools = (
                self._queue.next(snapshot, self.list_interval, room, self._pause())
                if room > 0
                else []
            )
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
                self._looked_at_due = self._clock.monotonic() + self.look_interval
                if self._is_known(pool):
                    await self._read(pool, Priority.LOOKED_AT)

    def _load(self) -> tuple[int, bool, float]:
        """Give the pools that are read in turn, whether one is in view, and the share of all."""
        pools = self._picture.snapshot.pools
        in_view = self._looked_at in pools
        return len(pools) - in_view, in_view, self._share()

    def _pause(self) -> float:
        """Give the seconds between two pools that are read in turn."""
        return turn_pause(self._interval, *self._load())

    def _looks(self) -> Iterator[float]:
        """Give the seconds until each look at a pool in view within the next minute."""
        left = 0.0
        if self._looked_at in self._picture.snapshot.pools:
            left = max(0.0, self._looked_at_due - self._clock.monotonic())
        elif not self._queue.is_first_minute(self._pause()):
            # The first look at the pool that is opened next; for more there is time to make room.
            yield left
            return
        while left < WINDOW:
            yield left
            left += self.look_interval

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
