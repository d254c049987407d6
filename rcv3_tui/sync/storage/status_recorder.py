"""Records status changes seen in any region's snapshots.

Disk work is done in threads: neither the event loop nor an operation ever waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from rcv3_tui.clock import Clock
from rcv3_tui.model.diagnostics import TransitionThresholds
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status_timeline import Timeline
from rcv3_tui.sync.events import SnapshotChanged
from rcv3_tui.sync.storage.status_history import HistoryEntry, StatusHistory
from rcv3_tui.sync.storage.status_history_file import HistoryFile, history_path

_NOTHING = TransitionThresholds()


class StatusRecorder:
    """Observed status changes of an account, region by region.

    Args:
        clock: The current time.
        state_dir: The per-user state directory; None: nothing is saved.
        profile: The account's profile.
        spawn: Runs a coroutine as a task that the worker owns.
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
        self._histories: dict[str, StatusHistory] = {}
        self._files: dict[str, HistoryFile] = {}

    def open(self, tenant: str, snapshots: Mapping[str, Snapshot]) -> None:
        """Start with an account; changes that earlier runs saw are added once they have been read.

        Args:
            tenant: The account.
            snapshots: Region to its first snapshot.
        """
        if tenant != self._tenant:
            self._histories.clear()
            self._files.clear()
        self._tenant = tenant
        for region, snapshot in snapshots.items():
            if region in self._histories:
                continue
            self._histories[region] = history = StatusHistory(snapshot)
            if self._state_dir is not None:
                path = history_path(self._state_dir, self._profile, tenant, region)
                self._files[region] = file = HistoryFile(path)
                self._spawn(self._read(history, file))

    def record(self, change: SnapshotChanged) -> None:
        """Record the status changes in the next snapshot of a region."""
        region = change.snapshot.region
        history = self._histories.get(region)
        if history is None:
            return
        entries = history.update(change.snapshot, change.diff, self._clock.now())
        file = self._files.get(region)
        if entries and file is not None:
            self._spawn(self._write(file, entries))

    def timeline(self, region: str, kind: ResourceKind, key: str) -> Timeline:
        """Return the observed status changes of a resource, oldest first.

        Args:
            region: Its region.
            kind: Its kind.
            key: Its lower-case id.
        """
        history = self._histories.get(region)
        return () if history is None else history.timeline(kind, key)

    def thresholds(self, region: str) -> TransitionThresholds:
        """Return how long transitions of a region usually take."""
        history = self._histories.get(region)
        return _NOTHING if history is None else history.thresholds

    @staticmethod
    async def _read(history: StatusHistory, file: HistoryFile) -> None:
        history.load(await asyncio.to_thread(file.read))

    @staticmethod
    async def _write(file: HistoryFile, entries: tuple[HistoryEntry, ...]) -> None:
        await asyncio.to_thread(file.add, entries)
