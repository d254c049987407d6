"""Refreshes the nodes of a region's pools, within the rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from rcv3_tui.api.errors import ApiError, CredentialsRefused, NotFound
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.fetch_state import PRIMARY_KINDS, ResourceKind
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.rate_ledger import WINDOW
from rcv3_tui.sync.refresh.intervals import Intervals
from rcv3_tui.sync.refresh.pool_poll_queue import PoolPollQueue
from rcv3_tui.sync.refresh.refresh_timer import wait_for
from rcv3_tui.sync.refresh.region_fetcher import Fetched

_READS_AT_ONCE = 4

_FIRST_LISTS = 5.0
"""Seconds at most that nodes wait for the first lists; one of them may never arrive."""


class SnapshotStore(Protocol):
    """The parts of a region that the poller uses."""

    snapshot: Snapshot

    async def fetch_nodes(self, pool_id: str, priority: Priority) -> Fetched[PoolNode]:
        """Return one pool's nodes."""
        ...

    def apply_nodes(self, pool: str, fetched: Fetched[PoolNode]) -> None:
        """Apply one pool's nodes to the snapshot."""
        ...

    def note_failure(self, kind: ResourceKind, error: ApiError) -> None:
        """Record that a kind of resource could not be read."""
        ...

    def refresh(self, kind: ResourceKind | None = None) -> None:
        """Read one kind of resource now."""
        ...


class PoolNodePoller:
    """Reads pools' nodes: the focused pool as often as the lists, the others in turn.

    Args:
        store: The region.
        clock: Measures the time.
        interval: Seconds between refreshes, as requested.
        available: Returns how many background requests could be sent now without delaying the
            lists, or further requests that many seconds from now.
        share: Returns the requests a minute for all background work.
        on_refused: Called when Identity no longer accepts the credentials.
    """

    def __init__(
        self,
        store: SnapshotStore,
        clock: Clock,
        interval: float,
        available: Callable[[Iterable[float]], int],
        share: Callable[[], float],
        on_refused: Callable[[ApiError], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._interval = interval
        self._available = available
        self._share = share
        self._on_refused = on_refused
        self._queue = PoolPollQueue(clock)
        self._wanted = asyncio.Event()
        self._focused: str | None = None
        self._focused_due = 0.0
        self._focus_wanted = asyncio.Event()
        self._paused = False
        self._updated_at: dict[str, float] = {}
        self._missing: set[str] = set()
        self._lists_until = clock.monotonic() + _FIRST_LISTS

    # -- control ------------------------------------------------------------------------------

    @property
    def intervals(self) -> Intervals:
        """The refresh intervals within the rate limit."""
        pools = self._store.snapshot.pools
        has_focus = self._focused in pools
        return Intervals(self._interval, len(pools) - has_focus, has_focus, self._share())

    def set_focused_pool(self, pool: str | None) -> None:
        """Refresh one pool's nodes as often as the lists."""
        self._focused = pool
        self.refresh_focused_pool()

    def refresh_focused_pool(self) -> None:
        """Read the focused pool now."""
        self._focused_due = 0.0
        self._focus_wanted.set()

    def pause(self, paused: bool) -> None:
        """Pause or resume background reads."""
        self._paused = paused
        self._wanted.set()
        self._focus_wanted.set()

    def set_interval(self, seconds: float) -> None:
        """Change the seconds between refreshes."""
        self._interval = seconds
        self._focused_due = min(self._focused_due, self._clock.monotonic() + seconds)
        self._focus_wanted.set()

    def counts_changed(self, pools: Sequence[str]) -> None:
        """Record which pools are new or have other node counts, after the list was read."""
        self._missing &= self._store.snapshot.pools.keys()
        self._queue.counts_changed(pools)
        self._wanted.set()

    def lists_read(self) -> None:
        """Read nodes now, if they waited for the first lists."""
        self._wanted.set()

    def read_first(self, pools: Sequence[str]) -> None:
        """Read some pools before the others: a filter waits for their nodes."""
        self._queue.counts_changed(pools)
        self._wanted.set()

    def note_update(self, pool: str, *, whole: bool) -> None:
        """Record that an operation has updated nodes of a pool in the snapshot.

        Args:
            pool: Its id in lower case.
            whole: Whether it had read all of them.
        """
        self._updated_at[pool] = self._clock.monotonic()
        if whole:
            self._queue.was_read(pool)

    # -- polling ------------------------------------------------------------------------------

    async def poll_in_turn(self) -> None:
        """Read pools in turn until cancelled."""
        while True:
            self._wanted.clear()
            room = min(_READS_AT_ONCE, self._available(self._upcoming_focused()))
            snapshot = self._store.snapshot
            # While the list of pools cannot be read, their nodes cannot be either.
            if (
                self._paused
                or snapshot.fetch_state(ResourceKind.POOLS).error is not None
                or self._awaits_lists(snapshot)
            ):
                room = 0
            intervals = self.intervals
            pools = (
                self._queue.next(snapshot, intervals.lists, room, intervals.between_pools)
                if room > 0
                else []
            )
            if pools:
                await asyncio.gather(*(self._read(pool, Priority.BACKGROUND) for pool in pools))
            else:
                await wait_for(self._wanted, self._clock, 1.0)

    def _awaits_lists(self, snapshot: Snapshot) -> bool:
        """Return whether the first lists, which the operator waits for, are still being read."""
        return self._clock.monotonic() < self._lists_until and any(
            snapshot.fetch_state(kind).fetched is None and snapshot.fetch_state(kind).error is None
            for kind in PRIMARY_KINDS
        )

    async def poll_focused(self) -> None:
        """Read the focused pool until cancelled, independently of the others."""
        while True:
            self._focus_wanted.clear()
            pool = self._focused
            left = self._focused_due - self._clock.monotonic()
            is_requested = self._focused_due == 0.0
            if pool is None or (self._paused and not is_requested):
                await wait_for(self._focus_wanted, self._clock, 3600.0)
            elif left > 0:
                await wait_for(self._focus_wanted, self._clock, left)
            else:
                self._focused_due = self._clock.monotonic() + self.intervals.focus
                if self._is_known(pool):
                    await self._read(pool, Priority.FOCUSED)

    def _upcoming_focused(self) -> Iterator[float]:
        """Yield the seconds until each read of the focused pool within the next minute."""
        left = 0.0
        if self._focused in self._store.snapshot.pools:
            left = max(0.0, self._focused_due - self._clock.monotonic())
        elif not self._queue.is_first_minute(self.intervals.between_pools):
            # The first read of the pool that is focused next; later ones can be planned then.
            yield left
            return
        while left < WINDOW:
            yield left
            left += self.intervals.focus

    def _is_known(self, pool: str) -> bool:
        snapshot = self._store.snapshot
        return pool in snapshot.pools or snapshot.fetch_state(ResourceKind.POOLS).fetched is None

    async def _read(self, pool: str, priority: Priority) -> None:
        known = self._store.snapshot.pools.get(pool)
        began = self._clock.monotonic()
        self._queue.was_read(pool)
        try:
            fetched = await self._store.fetch_nodes(known.id if known else pool, priority)
        except CredentialsRefused as error:
            self._on_refused(error)
        except NotFound as error:
            # Most likely the pool is gone, as the list will show; a second time is an error.
            if pool in self._missing:
                self._store.note_failure(ResourceKind.NODES, error)
            self._missing.add(pool)
            self._queue.failed(pool)
            self._store.refresh(ResourceKind.POOLS)
        except ApiError as error:
            self._store.note_failure(ResourceKind.NODES, error)
            self._queue.failed(pool)
        else:
            self._queue.succeeded(pool)
            self._missing.discard(pool)
            is_outdated = self._updated_at.pop(pool, -1.0) > began
            if not is_outdated and pool in self._store.snapshot.pools:
                self._store.apply_nodes(pool, fetched)
