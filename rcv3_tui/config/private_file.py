"""Writes files that their owner alone can read, whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


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
            beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
            staged.append((beside, path))
            _stage(beside, text)
        for beside, path in staged:
            beside.replace(path)
    except BaseException:
        for beside, _ in staged:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        raise
    for directory in {path.parent for _, path in staged}:
        _sync(directory)


def _stage(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
