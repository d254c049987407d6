"""Saves the sort order and wide mode of the panes, and the inspector's width, between runs.

A file that cannot be read or written is reported in the log only.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

from rcv3_tui.private_files import atomic_write, ensure_private_dir, load_or_quarantine

FILE = "panes.json"
"""The file in the state directory."""

_LARGEST = 64 * 1024
"""Bytes; a larger file was not written by this program."""

_log = logging.getLogger("rcv3_tui.tui")


class PanePreference(msgspec.Struct, frozen=True, omit_defaults=True):
    """The preferences for one pane."""

    sort: str = ""
    """The key of the sort column; empty: the default."""
    reverse: bool = False
    wide: bool = False
    width: int = 0
    """Of the inspector, in cells; 0: the default."""
    hidden: bool = False
    """The inspector is hidden where there is room for it."""


INSPECTOR = "inspector"
"""The name under which the preferences for the inspector are saved."""


class PanePreferences:
    """The preferences for all panes.

    Args:
        state_dir: The per-user state directory; None: preferences last for this run only.
    """

    def __init__(self, state_dir: Path | None) -> None:
        self._path = None if state_dir is None else state_dir / FILE
        self._lock = threading.Lock()
        self._own: dict[str, PanePreference] = {}
        self._preferences = self._read()

    def of(self, pane: str) -> PanePreference:
        """Return the preference for a pane, by its kind, or for the inspector."""
        return self._preferences.get(str(pane), _DEFAULT)

    def note(self, pane: str, preference: PanePreference) -> bool:
        """Set the preference for a pane or the inspector; `write` saves it.

        Returns:
            Whether there is something to write.
        """
        if self.of(pane) == preference:
            return False
        self._preferences[str(pane)] = self._own[str(pane)] = preference
        return self._path is not None

    def write(self) -> None:
        """Save the changes of this run, merged with those of other copies; blocks."""
        path = self._path
        if path is None:
            return
        with self._lock:
            try:
                ensure_private_dir(path.parent)
                atomic_write(path, [msgspec.json.encode(self._read() | self._own)])
            except OSError as error:
                _log.warning("pane preferences were not saved to %s: %s", path, error)

    def _read(self) -> dict[str, PanePreference]:
        if self._path is None:
            return {}
        return load_or_quarantine(self._path, _decode, max_bytes=_LARGEST) or {}


def _decode(data: bytes) -> dict[str, PanePreference]:
    return msgspec.json.decode(data, type=dict[str, PanePreference])


_DEFAULT = PanePreference()
