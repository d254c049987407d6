"""What earlier runs left open: reads the journal and hands each open operation to one run.

Several copies of the program may be at work in one state directory. Each holds a lock on a file
of its own for as long as it lives, so that an operation of a run whose lock can be had belongs to
nobody any more. Who takes it up writes its own run into the journal, under a lock that all share.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rcv3_tui.model.operation import Operation
from rcv3_tui.private import make_private
from rcv3_tui.sync.journal import Entry, append_locked, locked, sync_directory

JOURNAL = "journal.jsonl"
TORN = "journal.torn"
"""Where lines of a journal go that cannot be read."""

MOST_BYTES = 4_000_000
"""Size from which on a journal is put aside at the next start."""

KEPT_JOURNALS = 5
"""Journals that are kept beside the one in use."""

_decoder = msgspec.json.Decoder(Entry)


MOST_RECALLED = 500
"""Operations of earlier runs that are shown, the newest of them."""


@dataclass(frozen=True, slots=True)
class History:
    """What a journal holds."""

    entries: tuple[Entry, ...]
    unreadable: tuple[bytes, ...]
    """Lines that cannot be read: cut off in the middle of a write, or damaged."""


@dataclass(frozen=True, slots=True)
class Left:
    """What earlier runs left."""

    open: tuple[Operation, ...] = ()
    """Operations without an outcome that were taken over, oldest first."""
    ended: tuple[Operation, ...] = ()
    """Operations of the account that have ended, oldest first."""
    unreadable: int = 0
    """Lines of the journal that could not be read and were set aside."""


class RunLock:
    """Tells other copies that this run is alive; the system lets go of it when the process dies.

    Args:
        directory: The per-user state directory.
    """

    def __init__(self, directory: Path) -> None:
        self.run = secrets.token_hex(6)
        self._path = directory / f"run-{self.run}.lock"
        make_private(directory)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Say that this run has ended."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def read_history(path: Path) -> History:
    """Read a journal; a line that cannot be read costs that line alone.

    Args:
        path: The file; one that is not there holds nothing.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        # A device, or a pipe, might never come to an end.
        if not path.is_file() and path.exists():
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return History((), ())
    entries: list[Entry] = []
    unreadable: list[bytes] = []
    for line in lines:
        if not line.strip():
            continue
        try:
            entries.append(_decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            unreadable.append(line)
    return History(tuple(entries), tuple(unreadable))


def operations_of(entries: Iterable[Entry]) -> list[tuple[Entry, Operation]]:
    """Give every operation that a journal tells of, oldest first.

    Args:
        entries: All lines, in the order they were written.

    Returns:
        The last line of each, with the operation as it stood then.
    """
    first: dict[str, Entry] = {}
    last: dict[str, Entry] = {}
    known: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        first.setdefault(entry.operation, entry)
        last[entry.operation] = entry
        if entry.known:
            known[entry.operation] = entry.known
    return [
        (
            entry,
            Operation(
                id=entry.operation,
                request=entry.request,
                state=entry.state,
                asked=first[entry.operation].at,
                changed=entry.at,
                batch=entry.batch,
                resource_id=entry.resource_id,
                detail=entry.detail,
                known=known.get(entry.operation, ()),
                user=entry.user,
            ),
        )
        for entry in last.values()
    ]


def take_up(
    directory: Path, *, profile: str, tenant: str, regions: Collection[str], run: str
) -> Left:
    """Take the open operations of dead runs over, so that no other copy does the same.

    Lines that cannot be read are set aside, and a journal that has grown too large as well.

    Args:
        directory: The per-user state directory.
        profile: Whose operations.
        tenant: On which account; another account's stay where they are.
        regions: In which regions; those of others stay too.
        run: This run.

    Raises:
        OSError: The journal cannot be read or written.
    """
    path = directory / JOURNAL
    if not path.exists():
        return Left()
    with locked(directory):
        history = read_history(path)
        if history.unreadable:
            _set_aside(path, history)
        known = operations_of(history.entries)
        taken: list[Operation] = []
        taken_over: list[Entry] = []
        for entry, operation in known:
            if operation.is_ended:
                continue
            mine = entry.profile == profile and entry.tenant == tenant
            here = operation.request.region in regions
            if mine and here and entry.run != run and not _is_alive(directory, entry.run):
                taken.append(operation)
                taken_over.append(replace(entry, run=run, known=operation.known))
        if taken_over:
            append_locked(path, b"".join(msgspec.json.encode(e) + b"\n" for e in taken_over))
        ended = _ended(known, tenant)
        if len(ended) < MOST_RECALLED:
            older = read_history(_numbered(path, 1)).entries
            ended = [*_ended(operations_of(older), tenant), *ended]
        if path.stat().st_size > MOST_BYTES:
            _rotate(path, (*history.entries, *taken_over))
    unique = {operation.id: operation for operation in ended}
    return Left(tuple(taken), tuple(unique.values())[-MOST_RECALLED:], len(history.unreadable))


def _ended(known: Iterable[tuple[Entry, Operation]], tenant: str) -> list[Operation]:
    return [
        operation for entry, operation in known if operation.is_ended and entry.tenant == tenant
    ]


def _set_aside(path: Path, history: History) -> None:
    """Keep what cannot be read in a file of its own, and the journal without it."""
    append_locked(path.with_name(TORN), b"".join(line + b"\n" for line in history.unreadable))
    unreadable = set(history.unreadable)
    lines = path.read_bytes().split(b"\n")
    _put_in_place(path, (line for line in lines if line.strip() and line not in unreadable))


def _rotate(path: Path, entries: Sequence[Entry]) -> None:
    """Put a full journal aside and begin a new one with whatever has no outcome yet."""
    is_open = {entry.operation for entry, op in operations_of(entries) if not op.is_ended}
    kept = [msgspec.json.encode(entry) for entry in entries if entry.operation in is_open]
    for number in range(KEPT_JOURNALS, 1, -1):
        newer = _numbered(path, number - 1)
        if newer.exists():
            newer.replace(_numbered(path, number))
    # A second name first: at no moment is there no journal.
    _numbered(path, 1).unlink(missing_ok=True)
    os.link(path, _numbered(path, 1))
    _put_in_place(path, kept)


def _put_in_place(path: Path, lines: Iterable[bytes]) -> None:
    """Have a journal hold other lines, whole or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    append_locked(new, b"".join(line + b"\n" for line in lines))
    new.replace(path)
    sync_directory(path.parent)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _is_alive(directory: Path, run: str) -> bool:
    if not run or not run.isalnum():
        return False
    path = directory / f"run-{run}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
