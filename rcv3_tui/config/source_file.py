"""Reading the files of other tools, and files that are out of reach."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import cache
from pathlib import Path

from msgspec import Struct

from rcv3_tui.config import secrets
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.paths import display_path

_log = logging.getLogger("rcv3_tui")

_MOST_BYTES = 4 * 1024 * 1024


class SourceFile(Struct, frozen=True):
    """The content of a file, and whether secrets in it may be used."""

    path: Path
    text: str
    shared: str
    """Why a secret in it must not be used: others can read it; empty if they cannot."""

    @property
    def shown(self) -> str:
        """Its path as an operator writes it."""
        return display_path(self.path)


def read_source_file(path: Path) -> SourceFile | None:
    """Return the content of a file; None if it does not exist or is out of reach.

    Raises:
        ConfigError: It cannot be read, or is not text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
            shared = secrets.shared_file_reason(path, file.fileno())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if is_out_of_reach(path):
            return None
        reason = error.strerror or type(error).__name__
        raise ConfigError(display_path(path), None, f"cannot be read: {reason}") from None
    try:
        return SourceFile(path, content.decode("utf-8-sig"), shared)
    except UnicodeDecodeError:
        raise ConfigError(display_path(path), None, "this is not UTF-8 text") from None


def is_out_of_reach(path: Path) -> bool:
    """Return whether a directory above a file cannot be searched; logged once per directory.

    It is then unknown whether the file exists. Such a home, as on a jump host where it belongs to
    another user or is not mounted, must not stop a user with settings elsewhere.
    """
    try:
        path.lstat()
    except PermissionError as error:
        _warn_of_closed(_closed_directory(path), error.strerror)
        return True
    except OSError:
        return False
    return False


def _closed_directory(path: Path) -> Path:
    """Return the directory that cannot be searched: the deepest one that is visible."""
    for each in path.parents:
        with suppress(OSError):
            each.lstat()
            return each
    return path.parent


@cache
def _warn_of_closed(directory: Path, reason: str) -> None:
    _log.warning("%s cannot be searched (%s); no settings are read from it", directory, reason)
