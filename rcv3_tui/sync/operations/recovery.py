"""Recovery of operations that earlier runs left open: each is claimed by one run.

Several copies of the program may share one state directory. Each holds a lock on a file of its own
while it lives, so operations of a run whose lock is free are orphaned. The run that claims one
records itself in the journal, under a lock that all copies share.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rcv3_tui.model.drain import DrainLedger
from rcv3_tui.model.operation import Cause, Operation, OperationKind, Request
from rcv3_tui.private_files import ensure_private_dir, open_private
from rcv3_tui.sync.operations.journal import JournalRecord, append_locked, file_lock, sync_directory

JOURNAL = "journal.jsonl"
CORRUPT_FILE = "journal.torn"
"""Holds lines of the journal that cannot be read."""

MAX_BYTES = 4_000_000
"""Size from which a journal is rotated at the next start."""

MAX_OLD_JOURNALS = 5
"""Older journals that are retained."""

_decoder = msgspec.json.Decoder(JournalRecord)

_RUN = re.compile(r"[0-9a-f]{1,32}")
_FIRST_YEAR, _LAST_YEAR = 2000, 9000
"""Times outside of these years were not written by this program."""

_TARGETS = {
    OperationKind.ASSIGN: ("public_ip", "server"),
    OperationKind.MOVE: ("public_ip", "server"),
    OperationKind.ADD_NODE: ("server", "pool"),
    OperationKind.REMOVE_NODE: ("server", "pool", "node"),
}
"""What a request of a kind names; the other kinds name a public IP, except for an add."""


_CAUSES = {cause.value: cause for cause in Cause}

MAX_RESTORED = 500
"""The most operations of earlier runs that are shown; the newest ones."""


@dataclass(frozen=True, slots=True)
class JournalContents:
    """The contents of a journal."""

    entries: tuple[JournalRecord, ...]
    unreadable: tuple[bytes, ...]
    """Lines that cannot be read: cut off in the middle of a write, or damaged."""


@dataclass(frozen=True, slots=True)
class RecoveredOperations:
    """The operations of earlier runs."""

    open: tuple[Operation, ...] = ()
    """Operations without an outcome that this run has claimed, oldest first."""
    ended: tuple[Operation, ...] = ()
    """Operations of the account that have ended, oldest first: the newest, and those by which
    servers are still drained."""
    unreadable: int = 0
    """Lines of the journal that could not be read and were set aside."""


class RunLock:
    """Shows other copies that this run is alive; the system releases it when the process dies.

    Args:
        directory: The per-user state directory.
    """

    def __init__(self, directory: Path) -> None:
        self.run = secrets.token_hex(6)
        self._path = directory / f"run-{self.run}.lock"
        ensure_private_dir(directory)
        self._descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Show that this run has ended."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def read_journal(path: Path) -> JournalContents:
    """Return the contents of a journal; an unreadable line affects no other line.

    Args:
        path: The file; a missing one is empty.

    Raises:
        OSError: It exists and cannot be read.
    """
    try:
        with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return JournalContents((), ())
    entries: list[JournalRecord] = []
    unreadable: list[bytes] = []
    for line in lines:
        if not line.strip():
            continue
        entry = _decoded(line)
        if entry is None:
            unreadable.append(line)
        else:
            entries.append(entry)
    return JournalContents(tuple(entries), tuple(unreadable))


def _decoded(line: bytes) -> JournalRecord | None:
    """Return what a line says; None where that is nothing to go by."""
    try:
        entry = _decoder.decode(line)
        if entry.at.tzinfo is None or not _FIRST_YEAR <= entry.at.year <= _LAST_YEAR:
            return None
        entry = replace(entry, at=entry.at.astimezone(UTC))
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
    return entry if entry.operation and _is_whole(entry.request) else None


def _is_whole(request: Request) -> bool:
    if (
        request.kind is OperationKind.ADD_PUBLIC_IP
        and request.server is None
        and not request.retain
    ):
        return False
    default = () if request.kind is OperationKind.ADD_PUBLIC_IP else ("public_ip",)
    names = _TARGETS.get(request.kind, default)
    targets = (request.server, request.public_ip, request.pool, request.node, request.held_by)
    return all(getattr(request, name) is not None for name in names) and all(
        target is None or target.id for target in targets
    )


def operations_of(entries: Iterable[JournalRecord]) -> list[tuple[JournalRecord, Operation]]:
    """Return every operation in a journal, oldest first.

    Args:
        entries: All lines, in the order they were written.

    Returns:
        The last line of each, with the operation at that point.
    """
    first: dict[str, JournalRecord] = {}
    last: dict[str, JournalRecord] = {}
    known: dict[str, tuple[str, ...]] = {}
    alive: dict[str, datetime] = {}
    for entry in entries:
        alive[entry.run] = max(entry.at, alive.get(entry.run, entry.at))
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
                permit=entry.permit,
                note=entry.note,
                os_user=entry.os_user,
                host=entry.host,
                alive=alive[entry.run],
                cause=_CAUSES.get(entry.cause),
            ),
        )
        for entry in last.values()
    ]


def claim_orphans(
    directory: Path,
    *,
    profile: str,
    tenant: str,
    regions: Collection[str] | None = None,
    run: str,
) -> RecoveredOperations:
    """Take the open operations of dead runs over, so that no other copy does the same.

    Lines that cannot be read are set aside, and a journal that has grown too large as well.

    Args:
        directory: The per-user state directory.
        profile: The profile of the operations.
        tenant: On which account; another account's stay where they are.
        regions: In which regions; those of others stay too. None: in all.
        run: This run.

    Raises:
        OSError: The journal cannot be read or written.
    """
    path = directory / JOURNAL
    if not path.exists():
        return RecoveredOperations()
    with file_lock(directory):
        history = read_journal(path)
        if history.unreadable:
            _set_aside(path, history)
        known = operations_of(history.entries)
        taken: list[Operation] = []
        taken_over: list[JournalRecord] = []
        for entry, operation in known:
            if operation.is_ended:
                continue
            mine = entry.profile == profile and entry.tenant == tenant
            here = regions is None or operation.request.region in regions
            if mine and here and entry.run != run and not is_run_alive(directory, entry.run):
                taken.append(operation)
                taken_over.append(replace(entry, run=run, known=operation.known))
        if taken_over:
            append_locked(path, b"".join(msgspec.json.encode(e) + b"\n" for e in taken_over))
        ended = _ended(known, tenant)
        if len(ended) < MAX_RESTORED:
            older = read_journal(_numbered(path, 1)).entries
            ended = [*_ended(operations_of(older), tenant), *ended]
        if path.stat().st_size > MAX_BYTES:
            _rotate(path, (*history.entries, *taken_over))
    unique = {operation.id: operation for operation in ended}
    draining = {each.id: each for each in DrainLedger(unique.values()).operations}
    newest = dict(list(unique.items())[-MAX_RESTORED:])
    return RecoveredOperations(
        tuple(taken), tuple((draining | newest).values()), len(history.unreadable)
    )


def journaled_operations(directory: Path, tenant: str) -> tuple[Operation, ...]:
    """Return the operations on an account that the journal lists, oldest first.

    Args:
        directory: The per-user state directory.
        tenant: The account.

    Raises:
        OSError: The journal cannot be read.
    """
    entries = read_journal(directory / JOURNAL).entries
    return tuple(op for entry, op in operations_of(entries) if entry.tenant == tenant)


def whole_journal(directory: Path) -> list[tuple[JournalRecord, Operation]]:
    """Return every operation in the journal and in those set aside, oldest first.

    Args:
        directory: The per-user state directory.

    Returns:
        The last line of each operation, and the operation.

    Raises:
        OSError: A journal cannot be read.
    """
    path = directory / JOURNAL
    older = [_numbered(path, number) for number in range(MAX_OLD_JOURNALS, 0, -1)]
    entries = [entry for each in (*older, path) for entry in read_journal(each).entries]
    return operations_of(entries)


def outcome_elsewhere(
    directory: Path, tenant: str, request: Request, since: datetime
) -> Operation | None:
    """Return the outcome of the same change in another copy of the program.

    Args:
        directory: The per-user state directory.
        tenant: The account.
        request: The change.
        since: Earlier outcomes are ignored.

    Returns:
        The newest outcome; None: there is none, or the journal cannot be read.
    """
    try:
        entries = read_journal(directory / JOURNAL).entries
    except OSError:
        return None
    return next(
        (
            operation
            for entry, operation in reversed(operations_of(entries))
            if operation.is_ended
            and entry.tenant == tenant
            and entry.at >= since
            and intent_of(operation.request) == intent_of(request)
        ),
        None,
    )


def intent_of(request: Request) -> tuple[str, ...]:
    """Return what a request is for; two with the same intent are one."""
    targets = (request.server, request.public_ip, request.pool, request.node)
    retained = "retained" if request.retain else ""
    return (request.kind, request.region, retained, *("" if t is None else t.key for t in targets))


def _ended(known: Iterable[tuple[JournalRecord, Operation]], tenant: str) -> list[Operation]:
    return [
        operation for entry, operation in known if operation.is_ended and entry.tenant == tenant
    ]


def _set_aside(path: Path, history: JournalContents) -> None:
    """Move unreadable lines from the journal to a file of their own."""
    append_locked(
        path.with_name(CORRUPT_FILE), b"".join(line + b"\n" for line in history.unreadable)
    )
    unreadable = set(history.unreadable)
    lines = path.read_bytes().split(b"\n")
    _replace_lines(path, (line for line in lines if line.strip() and line not in unreadable))


def _rotate(path: Path, entries: Sequence[JournalRecord]) -> None:
    """Rotate a full journal.

    The new one starts with the operations without an outcome, and with those by which servers are
    still drained: restoring must not depend on how much was done in between.
    """
    known = operations_of(entries)
    needed = {entry.operation for entry, op in known if not op.is_ended}
    for tenant in {entry.tenant for entry, _ in known}:
        ledger = DrainLedger(op for entry, op in known if entry.tenant == tenant)
        needed.update(operation.id for operation in ledger.operations)
    open_lines = [msgspec.json.encode(entry) for entry in entries if entry.operation in needed]
    for number in range(MAX_OLD_JOURNALS, 1, -1):
        newer = _numbered(path, number - 1)
        if newer.exists():
            newer.replace(_numbered(path, number))
    # A second name first: at no moment is there no journal.
    _numbered(path, 1).unlink(missing_ok=True)
    os.link(path, _numbered(path, 1))
    _replace_lines(path, open_lines)


def _replace_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Replace the lines of a journal, completely or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    append_locked(new, b"".join(line + b"\n" for line in lines))
    new.replace(path)
    sync_directory(path.parent)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def is_run_alive(directory: Path, run: str) -> bool:
    """Return whether the run that answers for an operation still runs."""
    if not _RUN.fullmatch(run):
        return False
    path = directory / f"run-{run}.lock"
    try:
        descriptor = open_private(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it may be alive: nothing must be sent twice
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
