"""Keeps observed status changes on the disk, a JSON object a line, in a file that stays small."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from rcv3_tui.private import write_whole
from rcv3_tui.sync.history import Entry
from rcv3_tui.sync.journal import append_locked, locked

DIRECTORY = "history"
"""In the state directory."""

LARGEST = 512 * 1024
"""Bytes from which on the older half of the file is dropped."""

_log = logging.getLogger("rcv3_tui.sync")


def history_path(state_dir: Path, profile: str, tenant: str, region: str) -> Path:
    """Give the file of one account's region.

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
        path: The file; made with its directory at the first write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._complained = False

    def read(self) -> tuple[Entry, ...]:
        """Give what is in the file; blocks.

        Lines that cannot be read are set aside in a file beside it. A file that cannot be read at
        all is as good as none: the history is a help, and nothing may fail for want of it.
        """
        if not self._path.exists():
            return ()
        try:
            with locked(self._path.parent):
                return self._read_locked()
        except OSError as error:
            self._complain(error)
            return ()

    def add(self, entries: Iterable[Entry]) -> None:
        """Write what has been seen; blocks. What cannot be written is told to the log, once."""
        data = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        if not data:
            return
        directory = self._path.parent
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(directory):
                append_locked(self._path, data)
                if self._path.stat().st_size > LARGEST:
                    self._shorten()
        except OSError as error:
            self._complain(error)

    def _read_locked(self) -> tuple[Entry, ...]:
        lines = self._path.read_bytes().splitlines()
        entries: list[Entry] = []
        bad: list[bytes] = []
        for line in lines:
            try:
                entries.append(msgspec.json.decode(line, type=Entry))
            except (msgspec.DecodeError, UnicodeDecodeError):
                bad.append(line)
        if bad:
            aside = self._path.with_suffix(".damaged")
            self._write(aside, bad)
            self._write(self._path, [msgspec.json.encode(entry) for entry in entries])
            _log.warning("%d lines of %s cannot be read: see %s", len(bad), self._path, aside)
        return tuple(entries)

    def _shorten(self) -> None:
        data = self._path.read_bytes()
        half = data[-LARGEST // 2 :]
        self._write(self._path, half[half.find(b"\n") + 1 :].splitlines())

    @staticmethod
    def _write(path: Path, lines: Iterable[bytes]) -> None:
        """Have just these lines in a file, all of them or none."""
        write_whole(path, (line + b"\n" for line in lines))

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("status changes are not kept in %s: %s", self._path, error)
