"""When requests were sent: what the rate limiter counts, for this run or for all copies.

Two consoles, or a console and a script that runs `status`, share the same 30 requests a minute,
which the service counts by account and region (RackConnect API reference, section 7).
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from rcv3_tui.clock import Clock
from rcv3_tui.private_files import ensure_private_dir, open_private

WINDOW = 61.0
"""Seconds for which a request counts: one more than the service's minute, for network jitter."""

_MOST_BYTES = 64_000
_LONGEST_BLOCK = 3600.0
"""The longest wait in seconds that a file may contain; more comes from a wrong clock."""

_MOST_ALLOWED = 1000.0
"""The highest limit that a file may contain; the service allows 30 requests a minute."""

_LOCK_TRIES = 50
_LOCK_PAUSE = 0.001
"""Seconds between two tries of the lock. A copy that was suspended while it held the lock must not
block the others: they count separately until it resumes."""

_log = logging.getLogger("rcv3_tui.sync")


class RateWindow(msgspec.Struct):
    """The requests of the last minute; times in seconds on the ledger's own clock."""

    sent: list[float] = msgspec.field(default_factory=list)
    """When requests were sent, oldest first."""
    blocked_until: float = 0.0
    """Nothing may be sent before that."""
    limit: float = 0.0
    """The learned limit in requests a minute; 0: none was learned."""
    learned_at: float = 0.0


class Ledger(Protocol):
    """Counts the requests of the last minute."""

    def now(self) -> float:
        """Return the seconds on the clock of the record's times."""
        ...

    @contextmanager
    def open(self) -> Iterator[RateWindow]:
        """Return the record, which the block may change; nothing else changes it meanwhile."""
        ...

    def read(self) -> RateWindow:
        """Return the record, which the caller must not change."""
        ...


class LocalLedger:
    """Counts for this run only.

    Args:
        clock: What decides "now".
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._record = RateWindow()

    def now(self) -> float:
        """See `Ledger.now`."""
        return self._clock.monotonic()

    @contextmanager
    def open(self) -> Iterator[RateWindow]:
        """See `Ledger.open`."""
        yield self._record

    def read(self) -> RateWindow:
        """See `Ledger.read`."""
        return self._record


class SharedLedger:
    """Counts for all copies of the program, in a file of mode 0600.

    A file that cannot be locked or read never stops anything: this run then counts separately.

    Args:
        path: The file; created with its directory when first needed.
        clock: The current time of day, which is all that the copies share.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._seen = RateWindow()
        self._unsaved: list[float] = []
        self._stamp: tuple[int, int] | None = None
        self._has_warned = False

    def now(self) -> float:
        """See `Ledger.now`."""
        return self._clock.now().timestamp()

    @contextmanager
    def open(self) -> Iterator[RateWindow]:
        """See `Ledger.open`."""
        descriptor = self._locked_file()
        if descriptor is None:
            before = Counter(self._seen.sent)
            yield self._seen
            horizon = self.now() - WINDOW
            self._unsaved += (Counter(self._seen.sent) - before).elements()
            self._unsaved = [at for at in self._unsaved if at > horizon]
            return
        try:
            self._seen = self._load(descriptor)
            yield self._seen
            self._save(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> RateWindow:
        """See `Ledger.read`; the file is read only where it has changed."""
        try:
            found = self._path.stat()
        except OSError:
            return self._seen
        if (found.st_mtime_ns, found.st_size) == self._stamp:
            return self._seen
        descriptor = self._locked_file()
        if descriptor is not None:
            try:
                self._seen = self._load(descriptor)
                self._note(descriptor)
            finally:
                os.close(descriptor)
        return self._seen

    def _locked_file(self) -> int | None:
        try:
            ensure_private_dir(self._path.parent)
            descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            self._warn(error)
            return None
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                # It is held for some microseconds at a time.
                time.sleep(_LOCK_PAUSE)
            else:
                return descriptor
        os.close(descriptor)
        return None

    def _load(self, descriptor: int) -> RateWindow:
        data = os.pread(descriptor, _MOST_BYTES, 0)
        if not data:
            # Never written, or cut off by a full disk: what this run knows is still valid.
            return self._seen
        try:
            record = msgspec.json.decode(data, type=RateWindow)
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
            return self._seen
        now = self.now()
        # Times in the future are from before the clock was set back.
        record.sent = sorted(at for at in (*record.sent, *self._unsaved) if at <= now + 1.0)
        if record.blocked_until > now + _LONGEST_BLOCK:
            record.blocked_until = 0.0
        if record.learned_at > now + 1.0 or not 0.0 <= record.limit <= _MOST_ALLOWED:
            record.limit = 0.0
        return record

    def _save(self, descriptor: int) -> None:
        # Padded, which JSON ignores: some file systems take milliseconds to truncate a file.
        data = msgspec.json.encode(self._seen).ljust(os.fstat(descriptor).st_size)
        try:
            os.pwrite(descriptor, data, 0)
        except OSError as error:
            self._warn(error)
        else:
            self._unsaved.clear()
            self._note(descriptor)

    def _note(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        self._stamp = (found.st_mtime_ns, found.st_size)

    def _warn(self, error: OSError) -> None:
        if not self._has_warned:
            self._has_warned = True
            _log.warning("requests of other copies are not counted: %s", error)
