"""Watches the pictures of all regions for status changes, and keeps what it sees.

Disk work is done in threads: neither the event loop nor an operation ever waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from rcv3_tui.clock import Clock
from rcv3_tui.model.attention import Usual
from rcv3_tui.model.history import Timeline
from rcv3_tui.model.snapshot import Part, Snapshot
from rcv3_tui.sync.changes import SnapshotChanged
from rcv3_tui.sync.history import Entry, History
from rcv3_tui.sync.history_file import HistoryFile, history_path

_NOTHING = Usual()


class Seeing:
    """Observed status changes of an account, region by region.

    Args:
        clock: What decides "now".
        state_dir: The per-user state directory; None: nothing is kept on the disk.
        profile: Whose account it is.
        spawn: Runs a coroutine as a task that somebody owns.
    """

    def __init__(
        self,
        clock: Clock,
        state_dir: Path | None,
        profile: str,
        spawn: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        self._clock = clock
        self._state_dir = state_dir
        self._profile = profile
        self._spawn = spawn
        self._tenant = ""
        self._histories: dict[str, History] = {}
        self._files: dict[str, HistoryFile] = {}

    def open(self, tenant: str, pictures: Mapping[str, Snapshot]) -> None:
        """Begin with an account; what earlier runs saw comes in as soon as it has been read.

        Args:
            tenant: The account.
            pictures: Region to the picture that it begins with.
        """
        if tenant != self._tenant:
            self._histories.clear()
            self._files.clear()
        self._tenant = tenant
        for region, picture in pictures.items():
            if region in self._histories:
                continue
            self._histories[region] = history = History(picture)
            if self._state_dir is not None:
                path = history_path(self._state_dir, self._profile, tenant, region)
                self._files[region] = file = HistoryFile(path)
                self._spawn(self._read(history, file))

    def take(self, change: SnapshotChanged) -> None:
        """Look at the next picture of a region."""
        region = change.snapshot.region
        history = self._histories.get(region)
        if history is None:
            return
        entries = history.take(change.snapshot, change.diff, self._clock.now())
        file = self._files.get(region)
        if entries and file is not None:
            self._spawn(self._write(file, entries))

    def seen(self, region: str, part: Part, key: str) -> Timeline:
        """Give what was seen of a resource, oldest first.

        Args:
            region: Its region.
            part: Its kind.
            key: Its lower-case id.
        """
        history = self._histories.get(region)
        return () if history is None else history.of(part, key)

    def usual(self, region: str) -> Usual:
        """Give what is usual for the account in a region."""
        history = self._histories.get(region)
        return _NOTHING if history is None else history.usual

    @staticmethod
    async def _read(history: History, file: HistoryFile) -> None:
        history.adopt(await asyncio.to_thread(file.read))

    @staticmethod
    async def _write(file: HistoryFile, entries: tuple[Entry, ...]) -> None:
        await asyncio.to_thread(file.add, entries)
