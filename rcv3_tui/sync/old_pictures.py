"""Shows the pictures that an earlier run kept, until live ones take their place; keeps new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rcv3_tui.clock import Clock
from rcv3_tui.model.snapshot import MAIN, Diff, Snapshot
from rcv3_tui.settings import Settings
from rcv3_tui.sync.changes import Change, Link, LinkChanged, SnapshotChanged
from rcv3_tui.turns import stand_aside

if TYPE_CHECKING:
    from rcv3_tui.sync.cache import Kept, PictureCache

_FIRST_SECONDS = 20.0
"""After which the first live picture is kept: by then even many pools' nodes have begun to come."""

_AGAIN_SECONDS = 300.0
"""Between two writings; what is older than a few minutes is old, however many they are."""


class OldPictures:
    """The pictures of the account in the settings, between one run of the program and the next.

    Args:
        settings: Whose account, and where its cache is; without one nothing is kept.
        clock: What measures the time.
        publish: Takes every change.
    """

    def __init__(self, settings: Settings, clock: Clock, publish: Callable[[Change], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._publish = publish
        self._kept: dict[str, Kept] = {}
        self._shown: dict[str, Snapshot] = {}
        self._written: dict[str, Snapshot] = {}
        self._is_loaded = False

    def show(self) -> None:
        """Publish what was kept, once, without asking anybody."""
        cache = None if self._is_loaded else self._cache(self._settings)
        self._is_loaded = True
        if cache is None:
            return
        for kept in cache.load():
            picture = kept.beginning
            self._kept[picture.region] = kept
            self._shown[picture.region] = picture
            self._publish(SnapshotChanged(picture, Diff(parts=frozenset(picture.parts))))
            self._publish(LinkChanged(Link(picture.region, kept_from=picture.kept_from())))

    def complete(self) -> None:
        """Publish the rest of what was kept, of which `show` gave the beginning."""
        for region, kept in self._kept.items():
            picture = kept.whole()
            if picture is None:
                self._publish(SnapshotChanged(*kept.beginning.emptied()))
                del self._shown[region]
            elif picture is not kept.beginning:
                self._shown[region] = picture
                self._publish(SnapshotChanged(picture, picture.everything()))
        self._kept.clear()

    def picture_of(self, region: str, tenant: str, settings: Settings) -> Snapshot:
        """Give the picture that a region begins with, now that the account is known.

        Args:
            region: The region.
            tenant: The account that was opened.
            settings: With the credentials that opened it.
        """
        kept = self._shown.get(region)
        same = (
            kept is not None
            and kept.tenant == tenant
            and settings.credentials == self._settings.credentials
            and settings.identity_url == self._settings.identity_url
        )
        if not same or kept is None:
            return Snapshot(region=region, tenant=tenant)
        del self._shown[region]
        return kept

    def leave(self) -> None:
        """Take off the screen what was shown, but is not of the account that was opened."""
        cache = self._cache(self._settings)
        for region, picture in self._shown.items():
            self._publish(SnapshotChanged(*picture.emptied()))
            if cache is not None:
                cache.drop(region)
        self._shown.clear()

    async def keep(
        self, pictures: Callable[[], Mapping[str, Snapshot]], settings: Settings
    ) -> None:
        """Write pictures now and then. Ends only by cancellation, with a last writing.

        Args:
            pictures: Gives the latest of each region.
            settings: Whose account it is now.
        """
        cache = self._cache(settings)
        if cache is None:
            return
        pause = _FIRST_SECONDS
        try:
            while True:
                await self._clock.sleep(pause)
                await self._write(cache, pictures())
                pause = _AGAIN_SECONDS
        finally:
            await self._write(cache, pictures())

    async def _write(self, cache: PictureCache, pictures: Mapping[str, Snapshot]) -> None:
        for region, picture in pictures.items():
            # A picture that is partly an earlier run's is on the disk as it was.
            if picture is self._written.get(region) or not all(
                picture.part(part).is_read for part in MAIN
            ):
                continue
            self._written[region] = picture
            pieces: list[bytes] = []
            for piece in cache.encode(picture):
                pieces.append(piece)
                await stand_aside()
            await asyncio.to_thread(cache.write, region, pieces)

    def _cache(self, settings: Settings) -> PictureCache | None:
        if settings.cache_dir is None or settings.credentials is None:
            return None
        from rcv3_tui.sync.cache import PictureCache

        return PictureCache(
            settings.cache_dir,
            profile=settings.profile,
            identity_url=settings.identity_url,
            username=settings.credentials.username,
            asked=settings.regions,
            clock=self._clock,
        )
