"""What the worker tells whoever listens: frozen values, one kind a happening."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.snapshot import Diff, Snapshot


class LinkState(StrEnum):
    """How the picture of a region relates to what is there."""

    CONNECTING = "connecting"
    LIVE = "live"
    PARTLY = "partly live"
    """Some parts answer with errors, others are live."""
    STALE = "stale"
    PAUSED = "paused"
    REFUSED = "credentials refused"


class Link(Struct, frozen=True):
    """The state of one region's connection, for the header."""

    region: str
    state: LinkState = LinkState.CONNECTING
    as_of: datetime | None = None
    """When the oldest part on screen was last read; None before the first picture."""
    cause: str = ""
    """Why it is not live, in words."""
    kept_from: datetime | None = None
    """When an earlier run of the program read what is shown; None: this one has read all."""
    next_refresh: datetime | None = None
    used: int = 0
    """RackConnect requests in the last 60 seconds."""
    allowed: int = 30
    interval: float = 0.0
    """Seconds between refreshes as they really are, within the budget."""


class SignedIn(Struct, frozen=True):
    """The account is open: its tenant and the regions that are shown."""

    tenant: str
    user: str
    regions: tuple[str, ...]
    others: tuple[str, ...] = ()
    """Regions that the account has RackConnect v3.0 in besides those shown."""


class Trouble(StrEnum):
    """What kind of trouble keeps the worker from an account."""

    NO_CREDENTIALS = "no credentials"
    CREDENTIALS = "credentials refused"
    SECOND_FACTOR = "second factor needed"
    REGION = "no such region"
    UNREACHABLE = "unreachable"
    SERVICE = "service error"
    CONFIGURATION = "configuration"

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of a command that cannot go on for this."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Trouble.NO_CREDENTIALS: ExitCode.CREDENTIALS_REFUSED,
    Trouble.CREDENTIALS: ExitCode.CREDENTIALS_REFUSED,
    Trouble.SECOND_FACTOR: ExitCode.CREDENTIALS_REFUSED,
    Trouble.REGION: ExitCode.USAGE,
    Trouble.CONFIGURATION: ExitCode.USAGE,
    Trouble.UNREACHABLE: ExitCode.UNREACHABLE,
    Trouble.SERVICE: ExitCode.SERVICE_ERROR,
}


class SignInFailed(Struct, frozen=True):
    """The account could not be opened. Nothing is tried again by itself."""

    trouble: Trouble
    message: str
    """One line: what happened, to what, and what to do next."""


class SnapshotChanged(Struct, frozen=True):
    """A region has a new picture."""

    snapshot: Snapshot
    diff: Diff


class OperationChanged(Struct, frozen=True):
    """An operation was taken, or is a step on."""

    operation: Operation


class OperationsRecalled(Struct, frozen=True):
    """What the journal tells of earlier runs' operations on this account."""

    operations: tuple[Operation, ...]
    """Those that have ended, oldest first."""


class LinkChanged(Struct, frozen=True):
    """The connection's state, budget or next refresh differs."""

    link: Link


class Warned(Struct, frozen=True):
    """Something that the operator has to know, and that nothing on the screen shows."""

    message: str
    """One line: what happened, to what, and what to do next."""


Change = (
    SignedIn
    | SignInFailed
    | SnapshotChanged
    | OperationChanged
    | OperationsRecalled
    | LinkChanged
    | Warned
)
