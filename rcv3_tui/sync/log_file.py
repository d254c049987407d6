"""The log file: one rotating file in the per-user state directory, readable by its owner only."""

from __future__ import annotations

import logging
import os
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from rcv3_tui.private_files import ensure_private_dir, open_private
from rcv3_tui.settings import Settings

LOG = "rcv3-tui.log"
MAX_BYTES = 1_000_000
BACKUPS = 3


class _PrivateFile(RotatingFileHandler):
    """Opens its files so that only their owner can read them."""

    def _open(self) -> IO[str]:  # type: ignore[override]  # typeshed knows one kind of text file
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = open_private(Path(self.baseFilename), flags)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Drop a line that cannot be written: a traceback would be drawn over the screen."""


def open_log_file(settings: Settings) -> None:
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
    ensure_private_dir(settings.state_dir)
    handler = _PrivateFile(
        settings.state_dir / LOG, maxBytes=MAX_BYTES, backupCount=BACKUPS, delay=False
    )
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    form.converter = time.gmtime
    handler.setFormatter(form)
    logger.addHandler(handler)
