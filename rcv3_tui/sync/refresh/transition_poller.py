"""Polls public IPs in transition that no operation follows, frequently at first."""

from __future__ import annotations

import asyncio
from typing import Protocol

from rcv3_tui.api.errors import ApiError, NotFound
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.delta import KeyDelta
from rcv3_tui.model.diagnostics.thresholds import OPERATION_LIMIT
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.rate_limit import RequestRateLimiter
from rcv3_tui.sync.refresh.intervals import poll_delay
from rcv3_tui.sync.refresh.refresh_timer import wait_for

_AT_ONCE = 3


class SnapshotStore(Protocol):
    """The parts of a region that the poller uses."""

    snapshot: Snapshot
    rackconnect: RackConnectClient

    def upsert_public_ip(self, record: PublicIP) -> None:
        """Insert or replace a record in the snapshot."""
        ...

    def remove_public_ip(self, key: str) -> None:
        """Remove a record from the snapshot."""
        ...


class TransitionPoller:
    """Polls public IPs in transition while requests are available.

    Args:
        store: The region.
        rate_limiter: The region's rate limiter.
        clock: Measures the time.
        running: Set while the region is not paused.
    """

    def __init__(
        self,
        store: SnapshotStore,
        rate_limiter: RequestRateLimiter,
        clock: Clock,
        running: asyncio.Event,
    ) -> None:
        self._store = store
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._running = running
        self._transitional: frozenset[str] = frozenset()
        self._wanted = asyncio.Event()
        self.followed: set[str] = set()
        """Ids of records that an operation follows already."""

    def note_changes(self, delta: KeyDelta) -> None:
        """Record which public IPs differ from the previous snapshot."""
        records = self._store.snapshot.public_ips
        transitional = frozenset(
            key
            for key in delta.changed
            if key in records and phase(records[key].status) is Phase.TRANSITIONING
        )
        self._transitional = (self._transitional - delta.changed - delta.removed) | transitional
        if transitional:
            self._wanted.set()

    async def poll(self) -> None:
        """Poll until cancelled."""
        polls: dict[str, tuple[int, float]] = {}
        while True:
            await self._running.wait()
            self._wanted.clear()
            now = self._clock.monotonic()
            keys = self._keys()
            polls = {key: polls.get(key, (0, now + poll_delay(0))) for key in keys}
            if not polls:
                await wait_for(self._wanted, self._clock, 3600.0)
                continue
            soonest = min(due for _, due in polls.values())
            if soonest > now:
                await wait_for(self._wanted, self._clock, soonest - now)
                continue
            for key, (step, due) in list(polls.items()):
                if due > now:
                    continue
                if (
                    self._rate_limiter.available(Priority.BACKGROUND)
                    > self._rate_limiter.limit // 3
                ):
                    await self._poll_one(key)
                polls[key] = (step + 1, self._clock.monotonic() + poll_delay(step + 1))

    def _keys(self) -> list[str]:
        now = self._clock.now()

        def is_recent(record: PublicIP) -> bool:
            since = record.updated or record.created
            return since is not None and abs((now - since).total_seconds()) < OPERATION_LIMIT

        recent = (
            key
            for key in self._transitional
            if key not in self.followed
            and (record := self._store.snapshot.public_ips.get(key)) is not None
            and phase(record.status) is Phase.TRANSITIONING
            and is_recent(record)
        )
        return sorted(recent)[:_AT_ONCE]

    async def _poll_one(self, key: str) -> None:
        record = self._store.snapshot.public_ips.get(key)
        if record is None or key in self.followed:
            return
        try:
            self._store.upsert_public_ip(
                await self._store.rackconnect.show_public_ip(
                    record.id, priority=Priority.BACKGROUND
                )
            )
        except NotFound:
            self._store.remove_public_ip(key)
        except ApiError:
            # The next refresh of the list fails in the same way, and shows it.
            return
