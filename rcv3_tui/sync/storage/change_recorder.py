"""Finds the changes between a region's snapshots, records them, and publishes them.

Disk work is done in a thread: neither the event loop nor an operation waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.changes import (
    ResourceChange,
    attribute,
    carry_over,
    compare,
    replay,
)
from rcv3_tui.model.fetch_state import PRIMARY_KINDS
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.events import ChangesRecorded, SnapshotChanged, SyncEvent, WarningRaised
from rcv3_tui.sync.operations.recovery import JOURNAL, journaled_operations
from rcv3_tui.sync.storage.change_log import ChangeLog, LogContents

_log = logging.getLogger("rcv3_tui.sync")

CHECK_SECONDS = 15.0
"""Seconds between two reads of what other copies have recorded."""

MAX_CHANGES = 2000
"""Changes that are held in memory, the newest."""


class ChangeRecorder:
    """The changes of an account's resources, in every region.

    Args:
        clock: The service's time.
        state_dir: The per-user state directory; None: nothing is written to disk.
        profile: The profile's name.
        spawn: Starts a task that the worker owns.
        publish: Takes every event.
        operations: Returns the operations of this run.
        on_journaled: Receives the changes of pool nodes in the journal, when something changed that
            this run did not do.
    """

    def __init__(
        self,
        clock: Clock,
        state_dir: Path | None,
        profile: str,
        spawn: Callable[[Coroutine[None, None, None]], None],
        publish: Callable[[SyncEvent], None],
        operations: Callable[[], Mapping[str, Operation]],
        on_journaled: Callable[[Sequence[Operation]], None] = lambda journaled: None,
    ) -> None:
        self._clock = clock
        self._state_dir = state_dir
        self._profile = profile
        self._spawn = spawn
        self._publish = publish
        self._operations = operations
        self._on_journaled = on_journaled
        self._journaled: Sequence[Operation] = ()
        self._tenant = ""
        self._log: ChangeLog | None = None
        self._baselines: dict[str, Snapshot] = {}
        """Region to the snapshot that the next one is compared with."""
        self._waiting: dict[str, Snapshot] | None = None
        """The latest snapshots, while the recorded changes are being read; None: they are."""
        self._pending: list[ResourceChange] = []
        self._writing = asyncio.Lock()
        self._journal = JournalReader()
        self._changes: dict[str, ResourceChange] = {}
        self._unrecorded = 0
        self._checked = clock.monotonic()
        self._left: datetime | None = None
        self._opened: datetime | None = None
        self._has_warned = False
        self._has_read = False

    @property
    def known(self) -> ChangesRecorded | None:
        """All changes of the account so far; None before the recorded ones have been read."""
        if self._waiting is not None or self._opened is None:
            return None
        return ChangesRecorded(tuple(self._changes.values()), self._opened, self._left)

    def open(self, tenant: str, snapshots: Mapping[str, Snapshot]) -> None:
        """Start with an account, or with more of its regions.

        Args:
            tenant: The account.
            snapshots: Region to its first snapshot; a cached one is compared with the first live
                one.
        """
        if tenant != self._tenant:
            self._baselines.clear()
            self._changes.clear()
            self._tenant, self._left, self._opened = tenant, None, self._clock.now()
            self._has_read = False
            if self._state_dir is not None:
                self._log = ChangeLog(self._state_dir, tenant=tenant, profile=self._profile)
        for region, snapshot in snapshots.items():
            self._baselines.setdefault(region, snapshot)
        if self._waiting is None:
            self._waiting = {}
            self._spawn(self._load())

    def record(self, event: SnapshotChanged) -> None:
        """Compare a region's new snapshot with the one before."""
        snapshot = event.snapshot
        if snapshot.tenant != self._tenant or snapshot.region not in self._baselines:
            return
        if self._waiting is not None:
            self._waiting[snapshot.region] = snapshot
        else:
            self._compare(snapshot)

    async def close(self, *, is_watched: bool) -> None:
        """Finish writing.

        Args:
            is_watched: An operator has seen the changes up to now, as far as they were read.
        """
        if self._log is None:
            return
        await self._write(self._log)
        if not is_watched or not self._has_read:
            return
        try:
            await asyncio.to_thread(self._log.mark_left, self._clock.now())
        except OSError as error:
            self._warn(self._log, error)

    def _compare(self, snapshot: Snapshot) -> None:
        before = self._baselines[snapshot.region]
        self._baselines[snapshot.region] = carry_over(before, snapshot)
        self._has_read = self._has_read or all(
            snapshot.fetch_state(kind).is_read for kind in PRIMARY_KINDS
        )
        changes = compare(before, snapshot, self._clock.now())
        if not changes:
            now = self._clock.monotonic()
            if self._log is not None and now - self._checked >= CHECK_SECONDS:
                self._checked = now
                self._spawn(self._write(self._log))
            return
        changes = attribute(changes, self._operations().values())
        if self._log is None:
            self._take(self._numbered(changes))
        else:
            self._pending += changes
            self._spawn(self._write(self._log))

    def _take(self, changes: Iterable[ResourceChange]) -> None:
        """Add changes and publish them."""
        new = {change.id: change for change in changes if change.id not in self._changes}
        self._changes |= new
        for key in list(self._changes)[:-MAX_CHANGES]:
            del self._changes[key]
        if new and self._opened is not None:
            self._publish(ChangesRecorded(tuple(new.values()), self._opened, self._left))

    def _numbered(self, changes: Iterable[ResourceChange]) -> list[ResourceChange]:
        """Return changes with ids, for those that are not on disk."""
        numbered = []
        for change in changes:
            self._unrecorded += 1
            numbered.append(replace(change, id=f"this-run-{self._unrecorded}"))
        return numbered

    # -- disk ---------------------------------------------------------------------------------

    async def _load(self) -> None:
        contents = LogContents()
        if self._log is not None:
            try:
                contents = await asyncio.to_thread(self._log.read)
            except OSError as error:
                # The operator is warned when a change cannot be recorded, which follows.
                _log.warning("%s cannot be read: %s", self._log.path, error.strerror)
        self._left = contents.left or self._left
        for region, snapshot in self._baselines.items():
            recorded = [change for change in contents.changes if change.region == region]
            self._baselines[region] = replay(snapshot, recorded)
        waiting, self._waiting = self._waiting or {}, None
        self._changes |= {change.id: change for change in contents.changes[-MAX_CHANGES:]}
        if self.known is not None:
            self._publish(self.known)
        for snapshot in waiting.values():
            if snapshot.region in self._baselines:
                self._compare(snapshot)

    async def _write(self, log: ChangeLog) -> None:
        async with self._writing:
            changes, self._pending = tuple(self._pending), []
            try:
                recorded = await asyncio.to_thread(self._store, log, changes)
            except OSError as error:
                if changes:
                    self._warn(log, error)
                recorded = tuple(self._numbered(changes))
            self._take(recorded)
            journaled, self._journaled = self._journaled, ()
            if journaled:
                self._on_journaled(journaled)

    def _store(
        self, log: ChangeLog, changes: tuple[ResourceChange, ...]
    ) -> tuple[ResourceChange, ...]:
        if not changes:
            return log.news()
        if self._state_dir is not None and any(not change.operation for change in changes):
            operations = self._journal.operations(self._state_dir, self._tenant)
            changes = attribute(changes, operations)
            self._journaled = [op for op in operations if op.request.pool is not None]
        return log.add(changes)

    def _warn(self, log: ChangeLog, error: OSError) -> None:
        """Report once that changes are not recorded."""
        if self._has_warned:
            return
        self._has_warned = True
        reason = error.strerror or type(error).__name__
        self._publish(
            WarningRaised(
                f"changes are not recorded: {log.path} cannot be used ({reason}); "
                "repair it, or set XDG_STATE_HOME to another directory"
            )
        )


class JournalReader:
    """The operations in the journal, read again only after it has changed."""

    def __init__(self) -> None:
        self._stamp: tuple[str, int, int] | None = None
        self._operations: tuple[Operation, ...] = ()

    def operations(self, state_dir: Path, tenant: str) -> tuple[Operation, ...]:
        """Return an account's operations, oldest first; none if the journal cannot be read."""
        try:
            state = (state_dir / JOURNAL).stat()
            stamp = (tenant, state.st_mtime_ns, state.st_size)
            if stamp != self._stamp:
                self._operations = journaled_operations(state_dir, tenant)
                self._stamp = stamp
        except OSError:
            # Operations report an unusable journal themselves.
            return ()
        return self._operations
