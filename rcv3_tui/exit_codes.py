"""The exit codes, which scripts rely on, and the error of wrong usage."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    """Success."""
    ATTENTION = 1
    """The report was printed, and something in it needs attention."""
    USAGE = 2
    """Wrong usage or configuration; nothing was sent."""
    CREDENTIALS_REFUSED = 3
    """Identity rejects the credentials."""
    UNREACHABLE = 4
    """The service cannot be reached."""
    SERVICE_ERROR = 5
    """The service returned an error."""
    NOTHING_SENT = 6
    """A change was not confirmed, not allowed, or no longer applicable; nothing was sent."""
    NOT_SETTLED = 7
    """The outcome of a change is unknown, or it did not settle in time; it is in the journal."""
    INTERNAL = 70
    """An error in this program (`EX_SOFTWARE` of sysexits.h)."""
    INTERRUPTED = 130
    """Stopped by Ctrl+C (128 + SIGINT)."""


class UsageError(Exception):
    """The command line or the configuration is wrong; the text is one line without secrets."""
