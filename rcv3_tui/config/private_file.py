"""Writes files that their owner alone can read, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from rcv3_tui.private import stage, unstage


def write_private(files: Mapping[Path, str]) -> None:
    """Put texts into files of mode 0600, in directories of mode 0700 where they have to be made.

    All are on the disk before the first takes its place, so whatever interrupts the writing, each
    file is afterwards the old one or the new one.

    Args:
        files: All of the content of each file; where one is a link, of what it points to.

    Raises:
        OSError: They cannot be written; what was there is still there.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for name, text in files.items():
            path = name.resolve()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged.append((stage(path, [text.encode()], synced=True), path))
        for beside, path in staged:
            beside.replace(path)
    except BaseException:
        for beside, _ in staged:
            unstage(beside)
        raise
    for directory in {path.parent for _, path in staged}:
        _sync(directory)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
