"""The directories that hold the program's own files: for their owner alone."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_FOR_OTHERS = 0o077


def make_private(directory: Path) -> None:
    """Have a directory of mode 0700, whatever the umask.

    Directories above it that are not there yet are made in the same mode: whoever may write in one
    of them could put another directory in this one's place. One that is there already is closed
    to others where it is the user's own.

    Args:
        directory: The directory itself, one of this program's own.

    Raises:
        OSError: It cannot be made.
    """
    missing = [d for d in (directory, *directory.parents) if not d.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
    if missing:
        return
    seen = directory.stat()
    if stat.S_IMODE(seen.st_mode) & _FOR_OTHERS and seen.st_uid == os.getuid():
        with suppress(PermissionError):  # a file system without modes, as on some mounts
            directory.chmod(stat.S_IMODE(seen.st_mode) & ~_FOR_OTHERS)
