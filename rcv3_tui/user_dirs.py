"""The per-user directories of this program, without the modules that read settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import platformdirs

APP_NAME = "rcv3-tui"
"""The name of the per-user directories."""

NOWHERE = Path(os.devnull) / "no-home"
"""The home of a user without one: it does not exist, and not even root can create it."""


def placed(find: Callable[[], Path]) -> Path:
    """Return a directory; without a home, one that cannot exist, never a relative one."""
    try:
        directory = find()
    except RuntimeError:
        return NOWHERE / APP_NAME
    return directory if directory.is_absolute() else NOWHERE / directory


def user_cache_dir() -> Path:
    """Return the directory of tokens, snapshots and cached frames."""
    return placed(partial(platformdirs.user_cache_path, APP_NAME, appauthor=False))
