"""What the program's exit code says; scripts rely on these numbers."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    """All is well."""
    ATTENTION = 1
    """The answer was got, and something in it needs attention."""
    USAGE = 2
    """Wrong usage or configuration; nothing was asked of the service."""
    CREDENTIALS_REFUSED = 3
    """Identity does not accept the user name with its key or password."""
    UNREACHABLE = 4
    """The service cannot be reached."""
    SERVICE_ERROR = 5
    """The service answered with an error."""
    INTERNAL = 70
    """A fault in this program itself (`EX_SOFTWARE` of sysexits.h)."""
    INTERRUPTED = 130
    """Stopped by Ctrl+C (128 + SIGINT)."""
