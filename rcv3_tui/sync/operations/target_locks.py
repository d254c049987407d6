"""Locks on what operations change, shared by all copies of the program on one machine.

Two copies that get the same request must not both send it: the second waits until the first has an
outcome, and starts from that. A lock is a byte of one file, named by a hash of the
target, and the system releases it when its holder dies.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from rcv3_tui.private_files import ensure_private_dir, open_private

Target = tuple[str, ...]
"""What an operation changes, with the account's tenant in front."""

_BUSY = (errno.EAGAIN, errno.EACCES)

_log = logging.getLogger("rcv3_tui.sync")


class TargetLocks:
    """The locks of one worker.

    Args:
        directory: The per-user state directory.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "targets.lock"
        self._descriptor: int | None = None
        self._places: set[int] = set()

    def acquire(self, targets: Iterable[Target]) -> Held | None:
        """Lock all of some targets, or none.

        Where the file system has no locks nothing is locked, and the log says so: the journal
        has a lock of its own, without which nothing is sent.

        Returns:
            What unlocks them; None: another copy of the program holds one of them.
        """
        held = Held(self)
        try:
            descriptor = self._open()
            for place in sorted({_place_of(target) for target in targets} - self._places):
                _lock(descriptor, place)
                held.places.add(place)
                self._places.add(place)
        except OSError as error:
            if error.errno in _BUSY:
                held.release()
                return None
            _log.warning("targets cannot be locked: %s", error.strerror)
        return held

    def unlock(self, places: Iterable[int]) -> None:
        """Unlock what `acquire` locked."""
        for place in places:
            self._places.discard(place)
            if self._descriptor is not None:
                _unlock(self._descriptor, place)

    def close(self) -> None:
        """Unlock everything."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            self._places.clear()

    def _open(self) -> int:
        if self._descriptor is None:
            ensure_private_dir(self._path.parent)
            self._descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT)
        return self._descriptor


class Held:
    """Some locked targets.

    Args:
        locks: What locked them.
    """

    def __init__(self, locks: TargetLocks) -> None:
        self.places: set[int] = set()
        self._locks = locks

    def release(self) -> None:
        """Unlock them; a second time does nothing."""
        places, self.places = self.places, set()
        self._locks.unlock(places)


def _place_of(target: Target) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(target).encode()).digest()[:7], "big")


if sys.platform == "linux":
    # Of the open file rather than of the process: two workers of one process exclude each other.

    def _lock(descriptor: int, place: int) -> None:
        _set(descriptor, fcntl.F_WRLCK, place)

    def _unlock(descriptor: int, place: int) -> None:
        _set(descriptor, fcntl.F_UNLCK, place)

    def _set(descriptor: int, kind: int, place: int) -> None:
        flock = struct.pack("hhqqi", kind, os.SEEK_SET, place, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, flock)

else:

    def _lock(descriptor: int, place: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)

    def _unlock(descriptor: int, place: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, place)
