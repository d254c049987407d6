"""The write-ahead record of operations: what was meant, before it leaves; what came of it, after.

One JSON object a line, in the per-user state directory, flushed to the disk before the request
that it announces. It holds no secret. Lines are only ever appended, one writer at a time, so that
two running copies of the program do not cut each other's lines.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from rcv3_tui.model.operation import Operation, Request, State
from rcv3_tui.private import make_private


class JournalError(Exception):
    """The journal could not be written; no changing request may leave."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: an operation at the moment of a step."""

    at: datetime
    operation: str
    state: State
    request: Request
    profile: str = ""
    tenant: str = ""
    user: str = ""
    known: tuple[str, ...] = ()
    """The precondition: ids that were there before the request left."""
    resource_id: str | None = None
    detail: str = ""
    batch: str = ""
    run: str = ""
    """The run of the program that answers for the operation; see `rcv3_tui.sync.recovery`."""


class Journal(Protocol):
    """Where operations are written down."""

    async def write(self, operation: Operation) -> None:
        """Write an operation's present state down and have it on the disk when this returns.

        Raises:
            JournalError: It could not be written.
        """
        ...


class NoJournal:
    """Writes nothing: for a simulated account, whose operations nobody has to answer for."""

    async def write(self, operation: Operation) -> None:
        """See `Journal.write`."""


class FileJournal:
    """A journal in a file of mode 0600 in a directory of mode 0700.

    Args:
        path: The file; made with its directory at the first write.
        profile: Whose operations these are.
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

    async def write(self, operation: Operation) -> None:
        """See `Journal.write`."""
        entry = Entry(
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
        )
        line = msgspec.json.encode(entry) + b"\n"
        try:
            await asyncio.to_thread(append, self._path, line)
        except OSError as error:
            raise JournalError(
                f"nothing was sent, as the journal cannot be written ({error.strerror}): "
                f"free the disk or mend the permissions of {self._path}"
            ) from error


def append(path: Path, data: bytes) -> None:
    """Add whole lines to a journal and have them on the disk.

    Args:
        path: The file.
        data: One or more lines, each with its end.

    Raises:
        OSError: Not all of it could be written; the next `append` closes what was cut off.
    """
    make_private(path.parent)
    with locked(path.parent):
        append_locked(path, data)


def append_locked(path: Path, data: bytes) -> None:
    """Do what `append` does, for a caller that holds the lock.

    A line that an earlier death cut off is closed first, so that it costs itself alone.
    """
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "only a part of the line fitted", str(path))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        # A new file's name is lost with the machine until its directory is on the disk too.
        sync_directory(path.parent)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lock of a journal; one holder at a time among all threads and copies.

    Lines are appended under it too: whoever saw another's line half written would take it for
    one that was cut off.

    Args:
        directory: The per-user state directory.

    Raises:
        OSError: The lock's file cannot be made.
    """
    descriptor = os.open(directory / "journal.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Have the names in a directory on the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
