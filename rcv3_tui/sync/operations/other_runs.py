"""What other runs of the program have to know of an operation, apart from the journal.

Locks are for the copies that run now. Two copies that get the same request must not both send it:
the second waits until the first has an outcome, and starts from that. A lock is a byte of one
file, named by a hash of the target, and the system releases it when its holder dies.

Permits are for later runs. The journal alone cannot say whether a run was killed before an
operation had an outcome, or could not write the outcome down: a full, read-only or broken disk
leaves the same lines. So each planned operation has an empty file outside the journal's file
system where there is one. It is removed before an outcome is shown, and before a stop is
confirmed. A later run probes an operation whose permit is gone, and does not send it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import struct
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rcv3_tui.model.operation import Operation
from rcv3_tui.private_files import ensure_private_dir, open_private

Target = tuple[str, ...]
"""What an operation changes, with the account's tenant in front."""

_BUSY = (errno.EAGAIN, errno.EACCES)

NO_PERMIT = "none"
"""In place of a path where no permit could be written: a later run sends nothing."""

_PREFIX = "rcv3-tui-"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a directory of its own there

_log = logging.getLogger("rcv3_tui.sync")


class OtherRuns:
    """The locks and the permits of one worker.

    Args:
        state_dir: The per-user state directory.
    """

    def __init__(self, state_dir: Path) -> None:
        self.permits = SendPermits(state_dir)
        self.locks = TargetLocks(state_dir)

    def close(self) -> None:
        """Release what this run holds."""
        self.permits.close()
        self.locks.close()


# -- locks: the runs at the same time --------------------------------------------------------------


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


# -- permits: the runs after this one --------------------------------------------------------------


class SendPermits:
    """The permits of this run, in a directory of its own of mode 0700.

    Args:
        state_dir: Where the journal is. Permits go to another file system where one can be
            written, so that a failure to write an outcome does not preserve the permit.
    """

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._directory: Path | None = None

    def grant(self, operation_id: str) -> str:
        """Write the permit of an operation.

        Args:
            operation_id: The operation's id.

        Returns:
            What `Operation.permit` holds: the permit's path, or `NO_PERMIT`.
        """
        try:
            return self._create(operation_id)
        except FileNotFoundError:
            # The directory was removed with its last permit.
            self._directory = None
        except OSError as error:
            return self._without(operation_id, error)
        try:
            return self._create(operation_id)
        except OSError as error:
            return self._without(operation_id, error)

    def _create(self, operation_id: str) -> str:
        if self._directory is None:
            self._directory = self._make_directory()
        if self._directory is None:
            return NO_PERMIT
        path = self._directory / operation_id
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        return str(path)

    def _without(self, operation_id: str, error: OSError) -> str:
        _log.warning("no permit to resume %s: %s", operation_id, error.strerror)
        self._directory = None
        return NO_PERMIT

    def close(self) -> None:
        """Remove the directory, where no permit is left in it."""
        if self._directory is not None:
            _remove_if_empty(self._directory)

    def _make_directory(self) -> Path | None:
        for parent in self._parents():
            try:
                return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            except OSError as error:
                _log.debug("no permits in %s: %s", parent, error.strerror)
        return None

    def _parents(self) -> Iterator[Path]:
        candidates = [_SHARED_MEMORY, Path(tempfile.gettempdir())]
        own = _device_of(self._state_dir)
        yield from (path for path in candidates if _device_of(path) not in (None, own))
        # A file can be removed from a full disk, though not from one that is read-only by now.
        yield self._state_dir


def revoke(operation: Operation) -> None:
    """Remove an operation's permit: no later run sends it, whatever the journal says.

    Args:
        operation: One with or without a permit.
    """
    path = _path_of(operation)
    if path is None:
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.error("the permit to resume %s is still there: %s", operation.id, error.strerror)
        return
    _remove_if_empty(path.parent)


def revoke_all(operations: Sequence[Operation]) -> None:
    """See `revoke`."""
    for operation in operations:
        revoke(operation)


def may_resume(operation: Operation) -> bool:
    """Return whether a later run may send an operation of an earlier one.

    Args:
        operation: As the journal has it. One that was journaled without a permit, by an older
            version of the program, may be sent.
    """
    if not operation.permit:
        return True
    path = _path_of(operation)
    if path is None:
        return False
    try:
        return path.lstat().st_uid == os.geteuid()
    except OSError:
        return False


def _path_of(operation: Operation) -> Path | None:
    """Return the permit's path; None for a text that this program did not write."""
    path = Path(operation.permit)
    own = path.is_absolute() and path.parent.name.startswith(_PREFIX)
    return path if own and path.name == operation.id and "\0" not in operation.permit else None


def _remove_if_empty(directory: Path) -> None:
    try:
        directory.rmdir()
    except OSError:
        return  # other operations have their permits in it


def _device_of(path: Path) -> int | None:
    """Return the file system that a path is on, or will be on once it is made."""
    for each in (path, *path.parents):
        try:
            return each.stat().st_dev
        except OSError:
            continue
    return None
