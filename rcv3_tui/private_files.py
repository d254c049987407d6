"""Reads and writes the program's own files, which only their owner can access."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")

_log = logging.getLogger("rcv3_tui")

_FOR_OTHERS = 0o077


def ensure_private_dir(directory: Path) -> None:
    """Create a directory with mode 0700, regardless of the umask.

    Missing parent directories get the same mode: a user who can write in one of them could replace
    this directory. An existing directory of the user is made inaccessible to others.

    Args:
        directory: One of this program's own directories.

    Raises:
        OSError: It cannot be created, or belongs to another user.
    """
    missing = [d for d in (directory, *directory.parents) if not d.exists()]
    if missing and os.geteuid() == 0:
        # Under sudo with the user's HOME, directories of root would lock the user out later.
        _must_be_own(missing[-1].parent)
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
    seen = _must_be_own(directory)
    if not missing and stat.S_IMODE(seen.st_mode) & _FOR_OTHERS:
        with suppress(PermissionError):  # a file system without modes, as on some mounts
            directory.chmod(stat.S_IMODE(seen.st_mode) & ~_FOR_OTHERS)


def _must_be_own(directory: Path) -> os.stat_result:
    """Return the status of a directory.

    Raises:
        OSError: It belongs to another user, who could read, replace or remove its files.
    """
    seen = directory.stat()
    if seen.st_uid != os.geteuid():
        raise OSError(errno.EPERM, f"{directory} belongs to another user", str(directory))
    return seen


def open_private(path: Path, flags: int) -> int:
    """Open one of this program's own files; a new one gets mode 0600.

    A symbolic link is not followed: it could redirect writes to another file. A file that others
    can access is made inaccessible to them.

    Args:
        path: The file.
        flags: The flags of `os.open`.

    Returns:
        The descriptor, which child processes do not inherit.

    Raises:
        OSError: It cannot be opened, is a symbolic link, is not a regular file, or belongs to
            another user.
    """
    try:
        descriptor = os.open(
            path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(
                errno.ELOOP, f"{path.name} is a symbolic link, not a regular file", str(path)
            ) from None
        raise
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is not a regular file", str(path))
        if seen.st_uid != os.geteuid():
            raise OSError(errno.EPERM, f"{path.name} belongs to another user", str(path))
        if stat.S_IMODE(seen.st_mode) & _FOR_OTHERS:
            with suppress(PermissionError):  # a file system without modes, as on some mounts
                os.fchmod(descriptor, stat.S_IMODE(seen.st_mode) & ~_FOR_OTHERS)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def load_or_quarantine(path: Path, decode: Callable[[bytes], _T], *, max_bytes: int) -> _T | None:
    """Read one of this program's own files; a damaged file never stops the program.

    A file that cannot be decoded is logged and renamed, see `quarantine`. A file that cannot be
    opened is logged.

    Args:
        path: The file.
        decode: Decodes its bytes; may raise anything.
        max_bytes: The maximum size.

    Returns:
        The result of `decode`; None: there is no usable file.
    """
    try:
        with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s is not used: %s", path, error.strerror)
        return None
    try:
        if len(data) > max_bytes:
            raise ValueError(f"it is larger than {max_bytes} bytes")
        return decode(data)
    except Exception as error:
        # Damaged, forged, or of another version: decoders raise more than their own errors.
        _log.warning("%s cannot be read and is set aside: %s", path, error)
        quarantine(path)
        return None


def quarantine(path: Path) -> None:
    """Rename `NAME.json` to `NAME.damaged`, replacing an earlier one."""
    try:
        path.replace(path.with_suffix(".damaged"))
    except OSError as error:
        _log.warning("%s cannot be set aside: %s", path, error.strerror)


def atomic_write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file with mode 0600, completely or not at all; several processes may do so.

    The file survives a crash of this program, but not necessarily one of the machine.

    Args:
        path: The file, in an existing directory; a symbolic link is replaced, not followed.
        pieces: Its content.

    Raises:
        OSError: It cannot be written; an existing file is unchanged.
    """
    temp = _write_temp(path, pieces)
    try:
        temp.replace(path)
    except BaseException:
        _discard(temp)
        raise


def atomic_write_all(files: Mapping[Path, str]) -> None:
    """Write files with mode 0600, creating missing directories with mode 0700.

    All are synced to disk before the first replaces its target, so after an interruption each file
    is either the old one or the new one.

    Args:
        files: The content of each file; a symbolic link is followed.

    Raises:
        OSError: They cannot be written; the old files are unchanged.
    """
    temps: list[tuple[Path, Path]] = []
    try:
        for name, text in files.items():
            path = name.resolve()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temps.append((_write_temp(path, [text.encode()], synced=True), path))
        for temp, path in temps:
            temp.replace(path)
    except BaseException:
        for temp, _ in temps:
            _discard(temp)
        raise
    for directory in {path.parent for _, path in temps}:
        _sync_dir(directory)


def _write_temp(path: Path, pieces: Iterable[bytes], *, synced: bool = False) -> Path:
    """Write a new file with mode 0600 in the directory of the file that it will replace.

    Args:
        path: The file to replace.
        pieces: The content.
        synced: Sync it to disk.

    Returns:
        The new file.

    Raises:
        OSError: It cannot be written; no file is left.
    """
    temp = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            if synced:
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        _discard(temp)
        raise
    return temp


def _discard(temp: Path) -> None:
    with suppress(OSError):  # most likely it was never created
        temp.unlink()


def _sync_dir(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
