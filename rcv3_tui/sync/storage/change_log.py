"""Records changes of resources on disk: one JSON object per line, shared by all running copies.

Two copies that watch one account see the same change, one a few seconds after the other. The first
one records it. A change is the same if another copy has recorded the same new value of the same
field of the same resource since this copy last read the old value. The comparison and the append
happen under one lock.

The file is bounded: when it is full, the older half is dropped, and a line says up to when.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.model.changes import ChangeKind, ResourceChange, read_before
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.private_files import atomic_write, ensure_private_dir, open_private
from rcv3_tui.sync.operations.journal import append_locked, file_lock

CHANGES = "changes.jsonl"
"""In the state directory."""

LOCK = "changes.lock"

MAX_BYTES = 2 * 1024 * 1024
"""Size in bytes from which on the older half of the file is dropped: about 6,000 changes."""

_HEAD_BYTES = 512
"""Bytes at the beginning of the file that distinguish it from the one before a drop."""

_FIRST_YEAR, _LAST_YEAR = 2000, 9000
"""Times beyond these were not written by this program."""

_PRESENCE = frozenset({ChangeKind.APPEARED, ChangeKind.GONE})

_TEXTS = ("name", "before", "after", "pool", "operation", "region", "key", "pool_key")
"""The fields that are shown of a change; an edited file may hold anything."""

_log = logging.getLogger("rcv3_tui.sync")


class ChangeRecord(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="change"):
    """A change of an account's resource."""

    tenant: str
    profile: str
    run: str
    """The copy of the program that recorded it."""
    change: ResourceChange


class LeftRecord(Struct, frozen=True, tag_field="type", tag="left"):
    """An operator left the console."""

    at: datetime
    tenant: str
    profile: str


class DroppedRecord(Struct, frozen=True, tag_field="type", tag="dropped"):
    """Older changes were dropped from the full file."""

    at: datetime
    """The time of the newest one."""


_Record = ChangeRecord | LeftRecord | DroppedRecord
_decoder = msgspec.json.Decoder(_Record)

_Subject = tuple[str, str, str, ChangeKind]


class LogContents(Struct, frozen=True):
    """What is recorded of one account."""

    changes: tuple[ResourceChange, ...] = ()
    """Oldest first."""
    left: datetime | None = None
    """When an operator last left the console; None: not known."""
    dropped: datetime | None = None
    """Changes up to this time are no longer recorded; None: nothing was dropped."""


class ChangeLog:
    """The recorded changes of one account, in a file that all copies share.

    Args:
        state_dir: The per-user state directory; created at the first write.
        tenant: The account; empty: every account of the profile.
        profile: The profile's name.
    """

    def __init__(self, state_dir: Path, *, tenant: str, profile: str) -> None:
        self._path = state_dir / CHANGES
        self._tenant = tenant
        self._profile = profile
        self._run = secrets.token_hex(4)
        self._count = 0
        self._head = b""
        """The first bytes of the file, which identify it: an inode number is used again."""
        self._read_to = 0
        """Bytes of the file that have been read."""
        self._records: list[_Record] = []
        """What was read of the account."""
        self._others: dict[_Subject, list[ResourceChange]] = {}
        """Changes that other copies, or earlier runs, have recorded."""
        self._news: list[ResourceChange] = []
        """Those that no caller has been given yet."""
        self._known: set[str] = set()
        """The ids of the changes in `_others`."""

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def read(self) -> LogContents:
        """Return what is recorded; blocks.

        Raises:
            OSError: The file is there and cannot be read.
        """
        self._catch_up()
        self._news.clear()
        left = [record.at for record in self._records if isinstance(record, LeftRecord)]
        dropped = [record.at for record in self._records if isinstance(record, DroppedRecord)]
        return LogContents(
            tuple(r.change for r in self._records if isinstance(r, ChangeRecord)),
            max(left, default=None),
            max(dropped, default=None),
        )

    def news(self) -> tuple[ResourceChange, ...]:
        """Return what other copies have recorded since the last call; blocks.

        Raises:
            OSError: The file is there and cannot be read.
        """
        self._catch_up()
        news, self._news = self._news, []
        return tuple(news)

    def add(self, changes: Sequence[ResourceChange]) -> tuple[ResourceChange, ...]:
        """Record changes that no other copy has recorded; blocks.

        Args:
            changes: What this copy has seen, oldest first.

        Returns:
            The changes as recorded, by this copy or by another one, and all that other copies
            have recorded since the last call.

        Raises:
            OSError: The file cannot be written; nothing was recorded.
        """
        ensure_private_dir(self._path.parent)
        with file_lock(self._path.parent, LOCK):
            self._catch_up()
            recorded, self._news = self._news, []
            new: list[ChangeRecord] = []
            for change in changes:
                twin = self._twin_of(change)
                if twin is None:
                    self._count += 1
                    change = replace(change, id=f"{self._run}-{self._count}")
                    new.append(ChangeRecord(self._tenant, self._profile, self._run, change))
                    recorded.append(change)
                else:
                    recorded.append(twin)
            if new:
                self._append(new)
        return tuple(sorted(recorded, key=lambda change: change.at))

    def mark_left(self, at: datetime) -> None:
        """Record that the operator left the console; blocks.

        Raises:
            OSError: The file cannot be written.
        """
        ensure_private_dir(self._path.parent)
        with file_lock(self._path.parent, LOCK):
            self._append([LeftRecord(at, self._tenant, self._profile)])

    def _twin_of(self, change: ResourceChange) -> ResourceChange | None:
        """Return the same change as another copy has recorded it."""
        earliest = read_before(change)
        for other in reversed(self._others.get(_subject(change), ())):
            if other.at < earliest:
                continue
            if change.kind in _PRESENCE or other.after == change.after:
                return other if other.operation else replace(other, operation=change.operation)
        return None

    # -- the file -----------------------------------------------------------------------------

    def _append(self, records: Sequence[_Record]) -> None:
        data = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
        append_locked(self._path, data, synced=False)
        if self._path.stat().st_size > MAX_BYTES:
            self._drop_older_half()

    def _drop_older_half(self) -> None:
        lines = _lines(self._path.read_bytes())
        size, first = 0, len(lines)
        while first and size + len(lines[first - 1]) < MAX_BYTES // 2:
            first -= 1
            size += len(lines[first]) + 1
        older = [record for line in lines[:first] if (record := _decoded(line)) is not None]
        times = [_time_of(record) for record in older if not isinstance(record, LeftRecord)]
        # The line that records when an operator left is needed, however old it is.
        left = {(r.tenant, r.profile): r for r in older if isinstance(r, LeftRecord)}
        head: list[_Record] = [DroppedRecord(max(times))] if times else []
        head += left.values()
        remaining = [msgspec.json.encode(record) for record in head] + lines[first:]
        atomic_write(self._path, (line + b"\n" for line in remaining))

    def _catch_up(self) -> None:
        """Read what was added to the file since the last time."""
        try:
            descriptor = open_private(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "rb") as file:
            if file.read(len(self._head)) != self._head:
                # A copy has dropped the older half, so the file begins with another line.
                self._head, self._read_to = b"", 0
                self._forget_older()
            file.seek(self._read_to)
            data = file.read(2 * MAX_BYTES)
        # A line without its end is being written, or was cut off; the next append closes it.
        data = data[: data.rfind(b"\n") + 1]
        self._head = self._head or data[:_HEAD_BYTES]
        self._read_to += len(data)
        self._take(_lines(data))

    def _forget_older(self) -> None:
        """Forget what is no longer in the file, but for the changes that were in it until now.

        What is read again is neither given to a caller a second time nor recorded once more.
        """
        last = {r.change.id for r in self._records if isinstance(r, ChangeRecord)}
        self._known &= last
        self._others = {
            subject: remaining
            for subject, changes in self._others.items()
            if (remaining := [change for change in changes if change.id in last])
        }
        self._records.clear()

    def _take(self, lines: Iterable[bytes]) -> None:
        unreadable = 0
        for line in lines:
            record = _decoded(line)
            if record is None:
                unreadable += 1
            elif isinstance(record, DroppedRecord) or self._is_mine(record):
                self._records.append(record)
                if (
                    isinstance(record, ChangeRecord)
                    and record.run != self._run
                    and record.change.id not in self._known
                ):
                    self._known.add(record.change.id)
                    self._others.setdefault(_subject(record.change), []).append(record.change)
                    self._news.append(record.change)
        if unreadable:
            _log.warning("%d lines of %s cannot be read and are ignored", unreadable, self._path)

    def _is_mine(self, record: ChangeRecord | LeftRecord) -> bool:
        if self._tenant:
            return record.tenant == self._tenant
        return record.profile == self._profile


def _subject(change: ResourceChange) -> _Subject:
    return change.region, change.resource_kind, change.key, change.kind


def _time_of(record: _Record) -> datetime:
    return record.change.at if isinstance(record, ChangeRecord) else record.at


def _lines(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if line.strip()]


def _decoded(line: bytes) -> _Record | None:
    """Return the record of a line; None if it is damaged or forged."""
    try:
        record: _Record = _decoder.decode(line)
        if not isinstance(record, ChangeRecord):
            return replace(record, at=_utc(record.at))
        change = record.change
        since = None if change.since is None else _utc(change.since)
        safe = {name: escape_controls(getattr(change, name)) for name in _TEXTS}
        return replace(record, change=replace(change, at=_utc(change.at), since=since, **safe))
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None


def _utc(time: datetime) -> datetime:
    """Return a time in UTC.

    Raises:
        ValueError: It has no time zone, or lies outside the years that this program writes.
    """
    if time.tzinfo is None or not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise ValueError(f"{time} is no time of a change")
    return time.astimezone(UTC)
