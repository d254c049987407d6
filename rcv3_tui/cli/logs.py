"""The log of commands that draw nothing: on stderr when it was asked for, else nowhere."""

from __future__ import annotations

import logging


def log_to_stderr(level: str | None) -> None:
    """Send the program's own log lines to stderr.

    Args:
        level: From which level on; None: `--log-level` was not given, and nothing is logged.
    """
    logger = logging.getLogger("rcv3_tui")
    logger.propagate = False
    if level is None:
        logger.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level.upper())
