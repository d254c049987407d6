"""Saves observed status changes, one JSON object per line, in a file of limited size."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

import msgspec

from rcv3_tui.private_files import atomic_write, ensure_private_dir, open_private
from rcv3_tui.sync.operations.journal import append_locked, file_lock
from rcv3_tui.sync.storage.status_history import HistoryEntry

DIRECTORY = "history"
"""The directory's name in the state directory."""

MAX_BYTES = 512 * 1024
"""Size in bytes from which the older half of the file is dropped."""

_MOST_BYTES = 4 * MAX_BYTES
"""The most bytes that are read of a file."""

_FIRST_YEAR, _LAST_YEAR = 2000, 9000
"""Times outside of these years were not written by this program."""

_log = logging.getLogger("rcv3_tui.sync")


def history_path(state_dir: Path, profile: str, tenant: str, region: str) -> Path:
    """Return the file of one account's region.

    Args:
        state_dir: The per-user state directory.
        profile: The profile's name, which may be anything.
        tenant: The account.
        region: The region.
    """
    name = f"{profile}-{tenant}-{region}"
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80].lstrip(".")
    if plain != name:
        plain += "-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return state_dir / DIRECTORY / f"{plain}.jsonl"


class HistoryFile:
    """A file of mode 0600 in a directory of mode 0700; copies of the program share it.

    Args:
        path: The file; created with its directory at the first write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_warned = False

    def read(self) -> tuple[HistoryEntry, ...]:
        """Return the contents of the file; blocks.

        Lines that cannot be read are moved to a second file. A file that cannot be read at all
        counts as empty: the history only helps, and nothing may fail without it.
        """
        try:
            if not self._path.exists():
                return ()
            with file_lock(self._path.parent):
                return self._read_locked()
        except OSError as error:
            self._warn(error)
            return ()

    def add(self, entries: Iterable[HistoryEntry]) -> None:
        """Append observed changes; blocks. The first failure is logged."""
        data = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        if not data:
            return
        directory = self._path.parent
        try:
            ensure_private_dir(directory)
            with file_lock(directory):
                append_locked(self._path, data)
                if self._path.stat().st_size > MAX_BYTES:
                    self._shorten()
        except OSError as error:
            self._warn(error)

    def _read_locked(self) -> tuple[HistoryEntry, ...]:
        with os.fdopen(open_private(self._path, os.O_RDONLY), "rb") as file:
            lines = file.read(_MOST_BYTES).splitlines()
        entries: list[HistoryEntry] = []
        bad: list[bytes] = []
        for line in lines:
            entry = _decoded(line)
            if entry is None:
                bad.append(line)
            else:
                entries.append(entry)
        if bad:
            aside = self._path.with_suffix(".damaged")
            self._write(aside, bad)
            self._write(self._path, [msgspec.json.encode(entry) for entry in entries])
            _log.warning("%d lines of %s cannot be read: see %s", len(bad), self._path, aside)
        return tuple(entries)

    def _shorten(self) -> None:
        data = self._path.read_bytes()
        half = data[-MAX_BYTES // 2 :]
        self._write(self._path, half[half.find(b"\n") + 1 :].splitlines())

    @staticmethod
    def _write(path: Path, lines: Iterable[bytes]) -> None:
        """Replace the lines of a file, all of them or none."""
        atomic_write(path, (line + b"\n" for line in lines))

    def _warn(self, error: OSError) -> None:
        if not self._has_warned:
            self._has_warned = True
            _log.warning("status changes are not saved in %s: %s", self._path, error)


def _decoded(line: bytes) -> HistoryEntry | None:
    """Return the entry of a line; None if it is damaged."""
    try:
        entry = msgspec.json.decode(line, type=HistoryEntry)
        if entry.at.tzinfo is None or not _FIRST_YEAR <= entry.at.year <= _LAST_YEAR:
            return None
        return msgspec.structs.replace(entry, at=entry.at.astimezone(UTC))
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
