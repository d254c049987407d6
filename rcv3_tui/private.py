"""The program's own files and their directories: for their owner alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
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


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Put content into a file of mode 0600, whole or not at all, also beside another copy.

    It outlives the program's end at any moment; whoever needs it to outlive the machine's uses
    `stage` with `synced`.

    Args:
        path: The file, in a directory that is there; a link is replaced, not followed.
        pieces: Its content.

    Raises:
        OSError: It cannot be written; what was there is still there.
    """
    beside = stage(path, pieces)
    try:
        beside.replace(path)
    except BaseException:
        unstage(beside)
        raise


def stage(path: Path, pieces: Iterable[bytes], *, synced: bool = False) -> Path:
    """Write what is to take a file's place into a new one of mode 0600 beside it.

    Args:
        path: The file whose place it is to take.
        pieces: Its content.
        synced: Have it on the disk before this returns.

    Returns:
        The new file.

    Raises:
        OSError: It cannot be written; there is no new file then.
    """
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            if synced:
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        unstage(beside)
        raise
    return beside


def unstage(beside: Path) -> None:
    """Have no new file beside another any more."""
    with suppress(OSError):  # most likely it was never made
        beside.unlink()
