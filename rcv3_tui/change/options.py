"""The options of a change command, as plain values."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from rcv3_tui.exit_codes import ExitCode

DEFAULT_WAIT = 300.0
"""Seconds that an operation gets to settle once its request has been sent."""


class ChangeVerb(StrEnum):
    """What a command does, as it is written."""

    IP_ADD = "ip add"
    IP_REMOVE = "ip remove"
    IP_RETAIN = "ip retain"
    IP_ASSIGN = "ip assign"
    IP_UNASSIGN = "ip unassign"
    POOL_ADD = "pool add"
    POOL_REMOVE = "pool remove"
    SERVER_DRAIN = "server drain"
    SERVER_RESTORE = "server restore"


class ChangeFormat(StrEnum):
    """How the outcome is printed."""

    TABLE = "table"
    JSON = "json"


class WaitFor(StrEnum):
    """What a command waits for before it exits."""

    ACCEPTED = "accepted"
    SETTLED = "settled"


class ChangeOptions(Struct, frozen=True):
    """One change command."""

    verb: ChangeVerb
    names: tuple[str, ...]
    """What it names, in the order of the command line or of stdin."""
    retain: bool = False
    """`ip add`: retain the address from the start."""
    unassigned: bool = False
    """`ip add`: add an address without a server."""
    wait_for_build: bool = False
    """`ip add`: send the request when the server is ACTIVE."""
    off: bool = False
    """`ip retain`: stop retaining."""
    skip_unread: bool = False
    """`server drain`: go on although some pools could not be read."""
    note: str = ""
    dry_run: bool = False
    yes: bool = False
    format: ChangeFormat = ChangeFormat.TABLE
    wait_for: WaitFor = WaitFor.SETTLED
    wait: float = DEFAULT_WAIT
    names_from_stdin: bool = False
    """Stdin holds the names, so it cannot hold an answer."""


class CommandError(Exception):
    """The command cannot go on.

    Args:
        message: What happened, to what, and what to do next.
        code: The exit code that this means.
    """

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code
