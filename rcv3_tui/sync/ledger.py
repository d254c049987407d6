"""When requests left: what the request budget counts, for this run alone or for all copies.

Two consoles in two windows, or a console beside a script's `status`, draw on the same 30 requests
a minute, which the service counts by account and region (RackConnect API reference, section 7).
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
from rcv3_tui.private import make_private

WINDOW = 61.0
"""Seconds that a request counts; one more than the service's minute, for the line's jitter."""

_MOST_BYTES = 64_000
_LONGEST_BLOCK = 3600.0
"""Seconds that a file may say to wait; more is a wrong clock's doing."""

_LOCK_TRIES = 50
_LOCK_PAUSE = 0.001
"""Seconds between two tries of the lock. A copy that was suspended with the lock in its hands must
not hold the others up: they count by themselves until it goes on."""

_log = logging.getLogger("rcv3_tui.sync")


class Record(msgspec.Struct):
    """What is known of the last minute; times in seconds on the ledger's own clock."""

    sent: list[float] = msgspec.field(default_factory=list)
    """When requests left, oldest first."""
    blocked_until: float = 0.0
    """Before that nothing may leave."""
    limit: float = 0.0
    """Requests a minute that were learned to be all there is; 0: nothing was learned."""
    learned_at: float = 0.0


class Ledger(Protocol):
    """Where the requests of the last minute are counted."""

    def now(self) -> float:
        """Seconds on the clock that the record's times are of."""
        ...

    @contextmanager
    def open(self) -> Iterator[Record]:
        """Give the record, to be changed within the block; nobody else changes it meanwhile."""
        ...

    def read(self) -> Record:
        """Give the record, only to be looked at."""
        ...


class OwnLedger:
    """Counts for this run alone.

    Args:
        clock: What decides "now".
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._record = Record()

    def now(self) -> float:
        """See `Ledger.now`."""
        return self._clock.monotonic()

    @contextmanager
    def open(self) -> Iterator[Record]:
        """See `Ledger.open`."""
        yield self._record

    def read(self) -> Record:
        """See `Ledger.read`."""
        return self._record


class SharedLedger:
    """Counts for all copies of the program, in a file of mode 0600.

    A file that cannot be had, or holds nonsense, never stops anything: this run counts by itself
    then.

    Args:
        path: The file; made with its directory when first needed.
        clock: What decides "now"; its time of day, since copies have nothing else in common.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._seen = Record()
        self._unsaved: list[float] = []
        self._stamp: tuple[int, int] | None = None
        self._told = False

    def now(self) -> float:
        """See `Ledger.now`."""
        return self._clock.now().timestamp()

    @contextmanager
    def open(self) -> Iterator[Record]:
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

    def read(self) -> Record:
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
            make_private(self._path.parent)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            self._tell(error)
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

    def _load(self, descriptor: int) -> Record:
        data = os.pread(descriptor, _MOST_BYTES, 0)
        if not data:
            # Never written, or cut off by a full disk: what this run knows still holds.
            return self._seen
        try:
            record = msgspec.json.decode(data, type=Record)
        except msgspec.MsgspecError:
            return self._seen
        now = self.now()
        # Times to come are those of a clock that was set back since.
        record.sent = sorted(at for at in (*record.sent, *self._unsaved) if at <= now + 1.0)
        if record.blocked_until > now + _LONGEST_BLOCK:
            record.blocked_until = 0.0
        if record.learned_at > now + 1.0:
            record.limit = 0.0
        return record

    def _save(self, descriptor: int) -> None:
        data = msgspec.json.encode(self._seen)
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, data, 0)
        except OSError as error:
            self._tell(error)
        else:
            self._unsaved.clear()
            self._note(descriptor)

    def _note(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        self._stamp = (found.st_mtime_ns, found.st_size)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            _log.warning("requests of other copies are not counted: %s", error)
