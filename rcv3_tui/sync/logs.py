"""The log file: one rotating file in the per-user state directory, readable by its owner only."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from typing import IO

from rcv3_tui.private import make_private
from rcv3_tui.settings import Settings

MOST_BYTES = 1_000_000
KEPT = 3


class _PrivateFile(RotatingFileHandler):
    """Opens its files so that nobody else can read them."""

    def _open(self) -> IO[str]:  # type: ignore[override]  # typeshed knows one kind of text file
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


def to_file(settings: Settings) -> None:
    """Send the program's own log lines to `rcv3-tui.log`, or nowhere without a state directory.

    Args:
        settings: Where, and from which level on.

    Raises:
        OSError: The file or its directory cannot be written.
    """
    logger = logging.getLogger("rcv3_tui")
    logger.propagate = False
    logger.setLevel(settings.log_level.upper())
    # Where no file can be had, nothing may be written on the screen in its place.
    logger.addHandler(logging.NullHandler())
    if settings.state_dir is None:
        return
    make_private(settings.state_dir)
    handler = _PrivateFile(
        settings.state_dir / "rcv3-tui.log", maxBytes=MOST_BYTES, backupCount=KEPT, delay=False
    )
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logger.addHandler(handler)
