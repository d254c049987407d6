"""The program's name on the command line, and what is raised where the line makes no sense."""

from __future__ import annotations

PROGRAM = "rcv3-tui"


class UsageError(Exception):
    """The command line or the configuration is wrong; the text says what was meant."""
