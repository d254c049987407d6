"""How an operator likes the panes - their order, and whether they are wide - from start to start.

It is a convenience: a file that cannot be read or written is told to the log, and nothing else
comes of it.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

from rcv3_tui.private import write_whole
from rcv3_tui.tui.picture import PaneKind

FILE = "panes.json"
"""In the state directory."""

_LARGEST = 64 * 1024
"""Bytes beyond which a file is not one of ours."""

_log = logging.getLogger("rcv3_tui.tui")


class Habit(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one pane is liked."""

    sort: str = ""
    """The key of the column that its rows are ordered by; empty: as it comes."""
    reverse: bool = False
    wide: bool = False


class Habits:
    """What is remembered of all panes.

    Args:
        state_dir: The per-user state directory; None: only this run remembers.
    """

    def __init__(self, state_dir: Path | None) -> None:
        self._path = None if state_dir is None else state_dir / FILE
        self._lock = threading.Lock()
        self._own: dict[str, Habit] = {}
        self._habits = self._read()

    def of(self, pane: PaneKind) -> Habit:
        """Give how a pane is liked."""
        return self._habits.get(pane.value, _AS_IT_COMES)

    def note(self, pane: PaneKind, habit: Habit) -> bool:
        """Remember how a pane is liked, until `write` for this run alone.

        Returns:
            Whether there is something to write.
        """
        if self.of(pane) == habit:
            return False
        self._habits[pane.value] = self._own[pane.value] = habit
        return self._path is not None

    def write(self) -> None:
        """Write what has been noted, beside what another copy has written; blocks."""
        path = self._path
        if path is None:
            return
        with self._lock:
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(path, [msgspec.json.encode(self._read() | self._own)])
            except OSError as error:
                _log.warning("the order of the panes is not kept in %s: %s", path, error)

    def _read(self) -> dict[str, Habit]:
        if self._path is None:
            return {}
        try:
            with self._path.open("rb") as file:
                data = file.read(_LARGEST + 1)
            return msgspec.json.decode(data, type=dict[str, Habit])
        except FileNotFoundError:
            return {}
        except OSError as error:
            _log.warning("the order of the panes cannot be read from %s: %s", self._path, error)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("%s is set aside, for it cannot be read: %s", self._path, error)
            self._set_aside(self._path)
        return {}

    @staticmethod
    def _set_aside(path: Path) -> None:
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError as error:
            _log.warning("%s cannot be set aside: %s", path, error)


_AS_IT_COMES = Habit()
