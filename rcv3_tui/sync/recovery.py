"""What earlier runs left open: reads the journal and hands each open operation to one run.

Several copies of the program may be at work in one state directory. Each holds a lock on a file
of its own for as long as it lives, so that an operation of a run whose lock can be had belongs to
nobody any more. Who takes it up writes its own run into the journal, under a lock that all share.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rcv3_tui.model.operation import Operation
from rcv3_tui.private import make_private
from rcv3_tui.sync.journal import Entry, append_locked, locked, sync_directory

_log = logging.getLogger("rcv3_tui.sync")

JOURNAL = "journal.jsonl"
MOST_BYTES = 4_000_000
"""Size from which on a journal is put aside at the next start."""

KEPT_JOURNALS = 5
"""Journals that are kept beside the one in use."""

_decoder = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True)
class History:
    """What a journal holds."""

    entries: tuple[Entry, ...]
    torn: int
    """Lines that cannot be read: cut off in the middle of a write, or damaged."""
    cut_off: bool = False
    """The last line has no end: whoever wrote it died."""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What an earlier run left to this one."""

    operations: tuple[Operation, ...] = ()
    """Those without an outcome, oldest first."""
    cut_off: bool = False
    """The journal's last line was cut off; it is closed now, and passed over."""


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
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return History((), 0)
    entries: list[Entry] = []
    torn = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            entries.append(_decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            torn += 1
    return History(tuple(entries), torn, cut_off=bool(lines[-1].strip()))


def open_operations(entries: tuple[Entry, ...]) -> list[tuple[Entry, Operation]]:
    """Give the operations whose last line is no outcome, oldest first.

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
    stood = [
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
            ),
        )
        for entry in last.values()
    ]
    return [(entry, operation) for entry, operation in stood if not operation.is_ended]


def take_up(
    directory: Path, *, profile: str, tenant: str, regions: Collection[str], run: str
) -> TakenUp:
    """Take the open operations of dead runs over, so that no other copy does the same.

    Args:
        directory: The per-user state directory.
        profile: Whose operations.
        tenant: On which account; another account's stay where they are.
        regions: In which regions; those of others stay too.
        run: This run.

    Returns:
        The operations taken over, and whether the journal was whole.

    Raises:
        OSError: The journal cannot be read or written.
    """
    path = directory / JOURNAL
    if not path.exists():
        return TakenUp()
    with locked(directory):
        history = read_history(path)
        if history.torn:
            _log.warning("%s: %d unreadable lines are passed over", path, history.torn)
        taken: list[Operation] = []
        lines: list[bytes] = []
        for entry, operation in open_operations(history.entries):
            mine = entry.profile == profile and entry.tenant == tenant
            here = operation.request.region in regions
            if mine and here and entry.run != run and not _is_alive(directory, entry.run):
                taken.append(operation)
                line = replace(entry, run=run, known=operation.known)
                lines.append(msgspec.json.encode(line) + b"\n")
        if lines or history.cut_off:
            append_locked(path, b"".join(lines))
        if path.stat().st_size > MOST_BYTES:
            _rotate(path)
        return TakenUp(tuple(taken), history.cut_off)


def _rotate(path: Path) -> None:
    """Put a full journal aside and begin a new one with whatever has no outcome yet."""
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    is_open = {entry.operation for entry, _ in open_operations(read_history(path).entries)}
    kept: list[bytes] = []
    for line in lines:
        try:
            entry = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if entry.operation in is_open:
            kept.append(line + b"\n")
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    append_locked(new, b"".join(kept))
    for number in range(KEPT_JOURNALS, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        newer = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
        if newer == path:
            # A second name first: at no moment is there no journal.
            older.unlink(missing_ok=True)
            os.link(path, older)
        elif newer.exists():
            newer.replace(older)
    new.replace(path)
    sync_directory(path.parent)


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
