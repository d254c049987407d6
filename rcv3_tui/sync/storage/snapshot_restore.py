"""Restores the snapshots of an earlier run until live data arrives, and caches new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from rcv3_tui.clock import Clock
from rcv3_tui.cooperative import yield_to_loop
from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.fetch_state import PRIMARY_KINDS
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.settings import Settings
from rcv3_tui.sync.events import ConnectionChanged, ConnectionStatus, SnapshotChanged, SyncEvent
from rcv3_tui.sync.storage.snapshot_cache import CachedSnapshot, SnapshotCache

_FIRST_SECONDS = 20.0
"""Seconds until the first live snapshot is cached: by then many pools' nodes are read."""

_AGAIN_SECONDS = 300.0
"""Seconds between two writes; cached data is only a few minutes old then."""


class SnapshotRestorer:
    """Hands the snapshots of an account from one run of the program to the next.

    Args:
        settings: The account and its cache directory; without one nothing is cached.
        clock: Measures the time.
        publish: Receives every event.
    """

    def __init__(
        self, settings: Settings, clock: Clock, publish: Callable[[SyncEvent], None]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._publish = publish
        self._cached: dict[str, CachedSnapshot] = {}
        self._shown: dict[str, Snapshot] = {}
        self._written: dict[str, Snapshot] = {}
        self._is_loaded = False

    def show(self) -> None:
        """Publish the cached snapshots, once, without a request."""
        cache = None if self._is_loaded else snapshot_cache(self._settings, self._clock)
        self._is_loaded = True
        if cache is None:
            return
        for cached in cache.load():
            snapshot = cached.first_screen
            self._cached[snapshot.region] = cached
            self._shown[snapshot.region] = snapshot
            self._publish(
                SnapshotChanged(
                    snapshot, SnapshotDelta(fetch_states=frozenset(snapshot.fetch_states))
                )
            )
            self._publish(
                ConnectionChanged(
                    ConnectionStatus(snapshot.region, cached_since=snapshot.cached_since())
                )
            )

    def complete(self) -> None:
        """Publish the rest of the cached snapshots, of which `show` published the first screen."""
        for region, cached in self._cached.items():
            snapshot = cached.whole()
            if snapshot is None:
                self._publish(SnapshotChanged(*cached.first_screen.cleared()))
                del self._shown[region]
            elif snapshot is not cached.first_screen:
                self._shown[region] = snapshot
                self._publish(SnapshotChanged(snapshot, snapshot.as_delta()))
        self._cached.clear()

    def initial_snapshot(self, region: str, tenant: str, settings: Settings) -> Snapshot:
        """Return the first snapshot of a region, now that the account is known.

        Args:
            region: The region.
            tenant: The account that was opened.
            settings: The settings with the credentials that opened it.
        """
        cached = self._shown.get(region)
        is_same = (
            cached is not None
            and cached.tenant == tenant
            and settings.credentials == self._settings.credentials
            and settings.identity_url == self._settings.identity_url
            and settings.tenant == self._settings.tenant
        )
        if not is_same or cached is None:
            return Snapshot(region=region, tenant=tenant)
        del self._shown[region]
        return cached

    def discard_unused(self) -> None:
        """Clear cached snapshots that do not belong to the account that was opened."""
        cache = snapshot_cache(self._settings, self._clock)
        for region, snapshot in self._shown.items():
            self._publish(SnapshotChanged(*snapshot.cleared()))
            if cache is not None:
                cache.drop(region)
        self._shown.clear()

    async def write_regularly(
        self, snapshots: Callable[[], Mapping[str, Snapshot]], settings: Settings
    ) -> None:
        """Write snapshots regularly until cancelled, and once more then.

        Args:
            snapshots: Returns the latest of each region.
            settings: The account.
        """
        cache = snapshot_cache(settings, self._clock)
        if cache is None:
            return
        pause = _FIRST_SECONDS
        try:
            while True:
                await self._clock.sleep(pause)
                await self._write(cache, snapshots())
                pause = _AGAIN_SECONDS
        finally:
            await self._write(cache, snapshots())

    async def _write(self, cache: SnapshotCache, snapshots: Mapping[str, Snapshot]) -> None:
        for region, snapshot in snapshots.items():
            # A snapshot that is partly from an earlier run is still on disk.
            if snapshot is self._written.get(region) or not all(
                snapshot.fetch_state(kind).is_read for kind in PRIMARY_KINDS
            ):
                continue
            self._written[region] = snapshot
            pieces: list[bytes] = []
            for piece in cache.encode(snapshot):
                pieces.append(piece)
                await yield_to_loop()
            await asyncio.to_thread(cache.write, region, pieces)


def snapshot_cache(settings: Settings, clock: Clock) -> SnapshotCache | None:
    """Return the cache of an account's snapshots; None if they are not cached.

    Args:
        settings: Whose account, and where its cache is.
        clock: Decides whether a snapshot is old.
    """
    if settings.data_cache_dir is None or settings.credentials is None:
        return None
    if not settings.caches_snapshots:
        return None
    return SnapshotCache(
        settings.data_cache_dir,
        profile=settings.profile,
        identity_url=settings.identity_url,
        username=settings.credentials.username,
        tenant=settings.tenant,
        asked=settings.regions,
        clock=clock,
    )
