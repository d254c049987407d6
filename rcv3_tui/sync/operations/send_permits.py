"""Resume permits: the second witness without which a later run sends nothing.

The journal alone cannot say whether a run was killed before an operation had an outcome, or could
not write the outcome down: a full, read-only or broken disk leaves the same lines. So each planned
operation has an empty file outside the journal's file system where there is one. It is removed
before an outcome is shown, and before a stop is confirmed. A later run probes an operation whose
permit is gone, and does not send it.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rcv3_tui.model.operation import Operation

NO_PERMIT = "none"
"""In place of a path where no permit could be written: a later run sends nothing."""

_PREFIX = "rcv3-tui-"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a directory of its own there

_log = logging.getLogger("rcv3_tui.sync")


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
