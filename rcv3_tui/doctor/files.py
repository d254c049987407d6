"""Checks that the program's files and directories are writable and private."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rcv3_tui.config.paths import display_path
from rcv3_tui.config.source_file import is_out_of_reach
from rcv3_tui.doctor.check_result import CheckResult, ok, warn


def check(
    config_file: Path, state_dir: Path | None, cache_dir: Path | None
) -> Iterator[CheckResult]:
    """Check the program's files.

    Args:
        config_file: The path of the profiles; it need not exist.
        state_dir: The directory of the journal and the log.
        cache_dir: The directory of tokens and snapshots.

    Yields:
        The results.
    """
    if is_out_of_reach(config_file):
        yield warn(
            "config file",
            f"{display_path(config_file)} cannot be read (permission denied); it is not used",
            "make its directories searchable, or set XDG_CONFIG_HOME",
        )
    elif config_file.exists():
        yield _private(config_file, "config file", 0o600, harmful=0o022)
        yield _private(config_file.parent, "config dir", 0o700, harmful=0o022)
    if state_dir is not None:
        yield from _directory(state_dir, "state dir", "no journal: nothing can be changed")
    if cache_dir is not None:
        yield from _directory(cache_dir, "cache dir", "each start reads everything again")


def _directory(directory: Path, check: str, without: str) -> Iterator[CheckResult]:
    error = _why_not_writable(directory)
    if error is not None:
        reason = (error.strerror or type(error).__name__).lower()
        yield warn(
            check,
            f"{display_path(directory)} cannot be written ({reason}); {without}",
            f"make it writable, or set XDG_{check.partition(' ')[0].upper()}_HOME",
        )
        return
    if not directory.exists():
        yield ok(check, f"{display_path(directory)} will be created on demand")
        return
    yield _private(directory, check, 0o700, harmful=0o077)
    for file in sorted(directory.iterdir()):
        if file.is_file() and file.stat().st_mode & 0o077:
            yield _private(file, check, 0o600, harmful=0o077)


def _private(path: Path, check: str, wanted: int, *, harmful: int) -> CheckResult:
    """Compare the mode and owner of a file with the expected ones."""
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & harmful:
        can = "change" if harmful == 0o022 else "read"
        return warn(
            check,
            f"{display_path(path)}: others can {can} it (mode {mode:04o})",
            f"chmod {wanted:o} {shlex.quote(str(path))}",
        )
    if status.st_uid != os.geteuid():
        return warn(
            check,
            f"{display_path(path)} belongs to another user (uid {status.st_uid})",
            f"chown it to uid {os.geteuid()}",
        )
    return ok(check, f"{display_path(path)} (mode {mode:04o})")


def _why_not_writable(directory: Path) -> OSError | None:
    """Return the error of writing to a directory, created temporarily if it is missing."""
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
            with suppress(OSError):  # another copy has created a file there in the meantime
                each.rmdir()
