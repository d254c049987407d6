"""A file of another tool, read whole."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from rcv3_tui import credentials
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.user_files import short

_MOST_BYTES = 4 * 1024 * 1024


class TextFile(Struct, frozen=True):
    """What stands in a file, and whether it may hold a secret."""

    path: Path
    text: str
    shared: str
    """Why a secret in it must not be used: others can read it; empty where they cannot."""

    @property
    def shown(self) -> str:
        """Its path as an operator would write it."""
        return short(self.path)


def read_text(path: Path) -> TextFile | None:
    """Read a file; None if there is none.

    Raises:
        ConfigError: It cannot be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
            shared = credentials.why_shared(path, file.fileno())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(short(path), None, f"cannot be read: {reason}") from None
    try:
        return TextFile(path, content.decode("utf-8-sig"), shared)
    except UnicodeDecodeError:
        raise ConfigError(short(path), None, "this is not UTF-8 text") from None
