"""The program's own files and directories: whether they can be written, and who can read them."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rcv3_tui.config.user_files import short
from rcv3_tui.doctor.finding import Finding, ok, warn


def look(config_file: Path, state_dir: Path | None, cache_dir: Path | None) -> Iterator[Finding]:
    """Look at the program's files.

    Args:
        config_file: Where the profiles are or would be.
        state_dir: For journal and log.
        cache_dir: For tokens and the last snapshots.
    """
    if config_file.exists():
        yield _private(config_file, "config file", 0o600, harmful=0o022)
        yield _private(config_file.parent, "config dir", 0o700, harmful=0o022)
    if state_dir is not None:
        yield from _directory(state_dir, "state dir", "no journal: nothing can be changed")
    if cache_dir is not None:
        yield from _directory(cache_dir, "cache dir", "each start signs in and reads anew")


def _directory(directory: Path, check: str, without: str) -> Iterator[Finding]:
    error = _why_not_writable(directory)
    if error is not None:
        reason = (error.strerror or type(error).__name__).lower()
        yield warn(
            check,
            f"{short(directory)} cannot be written ({reason}); {without}",
            f"make it writable, or set XDG_{check.partition(' ')[0].upper()}_HOME",
        )
        return
    if not directory.exists():
        yield ok(check, f"{short(directory)} will be made when it is needed")
        return
    yield _private(directory, check, 0o700, harmful=0o077)
    for file in sorted(directory.iterdir()):
        if file.is_file() and file.stat().st_mode & 0o077:
            yield _private(file, check, 0o600, harmful=0o077)


def _private(path: Path, check: str, wanted: int, *, harmful: int) -> Finding:
    """Compare who may do what with a file to what is harmless."""
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & harmful:
        can = "change" if harmful == 0o022 else "read"
        return warn(
            check,
            f"{short(path)}: others can {can} it (mode {mode:04o})",
            f"chmod {wanted:o} {shlex.quote(str(path))}",
        )
    if status.st_uid != os.geteuid():
        return warn(
            check,
            f"{short(path)} belongs to another user (uid {status.st_uid})",
            f"chown it to uid {os.geteuid()}",
        )
    return ok(check, f"{short(path)} (mode {mode:04o})")


def _why_not_writable(directory: Path) -> OSError | None:
    """Try to write into a directory, made for the moment if it is not there yet."""
    made: list[Path] = []
    probe = directory / f".doctor-{os.getpid()}"
    try:
        for each in (*reversed(directory.parents), directory):
            if not each.exists():
                each.mkdir(mode=0o700)
                made.append(each)
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        return error
    else:
        os.close(descriptor)
        probe.unlink()
        return None
    finally:
        for each in reversed(made):
            with suppress(OSError):  # another copy has put something there meanwhile
                each.rmdir()
