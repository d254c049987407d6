"""The write-ahead journal of operations: the intent before a request is sent, the outcome after.

One JSON object per line, in the per-user state directory, flushed to the disk before the request
that it announces. It holds no secret. Lines are only appended, by one writer at a time, so that two
running copies of the program do not interleave their lines.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import pwd
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from rcv3_tui.model.operation import Operation, OperationState, Request
from rcv3_tui.private_files import ensure_private_dir, open_private

LOCK_SECONDS = 3.0
"""Seconds for which the journal's lock is waited for. A copy holds it for milliseconds."""

_LOCK_PAUSE = 0.005

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


class JournalError(Exception):
    """The journal could not be written; no changing request may be sent.

    Args:
        message: What this means for an operation that has not been sent.
        reason: What happened, and what to do next; empty: the message.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class JournalRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: an operation at the moment of a step."""

    at: datetime
    operation: str
    state: OperationState
    request: Request
    profile: str = ""
    tenant: str = ""
    user: str = ""
    known: tuple[str, ...] = ()
    """The precondition: ids that existed before the request was sent."""
    resource_id: str | None = None
    detail: str = ""
    batch: str = ""
    run: str = ""
    """The run that owns the operation; see `rcv3_tui.sync.operations.recovery`."""
    permit: str = ""
    """See `rcv3_tui.sync.operations.other_runs`."""
    note: str = ""
    """The operator's note or ticket number."""
    os_user: str = ""
    host: str = ""
    """Who requested it on which machine."""
    cause: str = ""
    """Why it ended otherwise than requested; see `rcv3_tui.model.operation.Cause`."""


class Journal(Protocol):
    """Records operations."""

    async def write(self, operation: Operation) -> None:
        """Record an operation's present state; it is on the disk when this returns.

        Raises:
            JournalError: It could not be written.
        """
        ...


class NullJournal:
    """Writes nothing: for a simulated account, whose operations need no record."""

    async def write(self, operation: Operation) -> None:
        """See `Journal.write`."""


class FileJournal:
    """A journal in a file of mode 0600 in a directory of mode 0700.

    Lines that are written at once share one flush to the disk.

    Args:
        path: The file; created with its directory at the first write.
        profile: The profile that the operations belong to.
        tenant: The account.
        user: The user's name at Identity.
        run: This run of the program.
    """

    def __init__(self, path: Path, *, profile: str, tenant: str, user: str, run: str = "") -> None:
        self._path = path
        self._profile = profile
        self._tenant = tenant
        self._user = user
        self._run = run
        self._pending: list[_Line] = []
        self._writing = threading.Lock()

    async def write(self, operation: Operation) -> None:
        """See `Journal.write`."""
        entry = JournalRecord(
            at=operation.changed,
            operation=operation.id,
            state=operation.state,
            request=operation.request,
            profile=self._profile,
            tenant=self._tenant,
            user=self._user,
            known=operation.known,
            resource_id=operation.resource_id,
            detail=operation.detail,
            batch=operation.batch,
            run=self._run,
            permit=operation.permit,
            note=operation.note,
            os_user=operation.os_user,
            host=operation.host,
            cause=operation.cause or "",
        )
        line = _Line(msgspec.json.encode(entry) + b"\n")
        self._pending.append(line)
        try:
            try:
                # Lines of one turn of the event loop share one append: after a kill, the journal
                # holds a whole batch, such as a drain, or none of it.
                await asyncio.sleep(0)
            finally:
                await asyncio.to_thread(self._flush, line)
        except OSError as error:
            reason = why_unwritable(error, self._path)
            raise JournalError(f"nothing was sent, because {reason}", reason) from error

    def _flush(self, line: _Line) -> None:
        """Write a line and those that wait behind it to the disk.

        Raises:
            OSError: It could not be written.
        """
        with self._writing:
            if not line.is_done:
                lines, self._pending = self._pending, []
                try:
                    append(self._path, b"".join(each.data for each in lines))
                except OSError as error:
                    for each in lines:
                        each.error = error
                for each in lines:
                    each.is_done = True
        if line.error is not None:
            raise line.error


def os_user() -> str:
    """Return the name of the user of the machine; the number where there is no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


class _Line:
    """One line that is being written."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.is_done = False
        self.error: OSError | None = None


def why_unwritable(error: OSError, path: Path) -> str:
    """Return why the journal cannot be written, and what to do next.

    Args:
        error: The error.
        path: The journal.
    """
    why = f"the journal cannot be written ({error.strerror or type(error).__name__})"
    match error.errno:
        case errno.EAGAIN:
            return f"{why}: end the process that holds {path.parent / 'journal.lock'}"
        case errno.EPERM | errno.ELOOP | errno.EINVAL:
            return f"{why}: repair {path}, or set XDG_STATE_HOME to a directory of your own"
        case number if number in _NO_LOCKS:
            return (
                f"{why}: the file system of {path.parent} has no locks; set XDG_STATE_HOME to a "
                "directory on a local disk"
            )
        case _:
            return f"{why}: free the disk or repair the permissions of {path}"


def append(path: Path, data: bytes) -> None:
    """Append whole lines to a journal; they are on the disk when this returns.

    Args:
        path: The file.
        data: One or more lines, each with its line end.

    Raises:
        OSError: Not all of it could be written. The file holds none of it, or the next `append`
            closes the line that was cut off.
    """
    ensure_private_dir(path.parent)
    with file_lock(path.parent):
        append_locked(path, data)


def append_locked(path: Path, data: bytes, *, synced: bool = True) -> None:
    """Append whole lines for a caller that holds the lock.

    A line that an earlier crash cut off is closed first, so that only that line is lost.

    Args:
        path: The file.
        data: One or more lines, each with its end.
        synced: Flush the file to the disk before this returns.
    """
    is_new = not path.exists()
    descriptor = open_private(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        try:
            if os.write(descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, "only a part of the line was written", str(path))
            if synced:
                os.fsync(descriptor)
        except OSError:
            # The next start must not find a line that was reported as not written.
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new and synced:
        # A new file's name is lost in a crash until its directory is on the disk too.
        sync_directory(path.parent)


@contextmanager
def file_lock(directory: Path, name: str = "journal.lock") -> Iterator[None]:
    """Hold the lock of a journal; one holder at a time among all threads and copies.

    Lines are appended under the lock too: a half-written line of another copy would be taken for
    one that was cut off.

    Args:
        directory: The per-user state directory.
        name: The lock's file in it.

    Raises:
        OSError: The lock's file cannot be created, the file system has no locks, or another process
            has held the lock for `LOCK_SECONDS`.
    """
    descriptor = open_private(directory / name, os.O_RDWR | os.O_CREAT)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Acquire a lock that others hold for milliseconds only.

    A thread that waited without a limit would prevent the program from exiting.

    Raises:
        OSError: See `file_lock`.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise OSError(errno.EAGAIN, "another process holds its lock") from None
            time.sleep(_LOCK_PAUSE)
        except OSError as error:
            raise OSError(error.errno, f"it cannot be locked: {error.strerror}") from error
        else:
            return


def sync_directory(directory: Path) -> None:
    """Flush the names in a directory to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
