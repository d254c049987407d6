"""The events that the worker publishes: frozen values, one class per kind of event."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.changes import ResourceChange
from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.snapshot import Snapshot


class ConnectionState(StrEnum):
    """How current the snapshot of a region is."""

    CONNECTING = "connecting"
    LIVE = "live"
    PARTLY_LIVE = "partly live"
    """Some parts answer with errors, others are live."""
    STALE = "stale"
    PAUSED = "paused"
    REFUSED = "credentials refused"


class ConnectionStatus(Struct, frozen=True):
    """The state of one region's connection, for the header."""

    region: str
    state: ConnectionState = ConnectionState.CONNECTING
    as_of: datetime | None = None
    """When the oldest part on screen was last read; None before the first snapshot."""
    cause: str = ""
    """Why it is not live, in words."""
    cached_since: datetime | None = None
    """When an earlier run read the data; None: this run has read all of it."""
    next_refresh: datetime | None = None
    used: int = 0
    """RackConnect requests in the last 60 seconds."""
    allowed: int = 30
    interval: float = 0.0
    """The actual seconds between refreshes, within the rate limit."""


class SignedIn(Struct, frozen=True):
    """The account is open: its tenant and the regions that are shown."""

    tenant: str
    user: str
    regions: tuple[str, ...]
    other_regions: tuple[str, ...] = ()
    """Regions that the account has RackConnect v3.0 in besides those shown."""


class SignInProblem(StrEnum):
    """Why the worker could not open an account."""

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
    SignInProblem.NO_CREDENTIALS: ExitCode.CREDENTIALS_REFUSED,
    SignInProblem.CREDENTIALS: ExitCode.CREDENTIALS_REFUSED,
    SignInProblem.SECOND_FACTOR: ExitCode.CREDENTIALS_REFUSED,
    SignInProblem.REGION: ExitCode.USAGE,
    SignInProblem.CONFIGURATION: ExitCode.USAGE,
    SignInProblem.UNREACHABLE: ExitCode.UNREACHABLE,
    SignInProblem.SERVICE: ExitCode.SERVICE_ERROR,
}


class SignInFailed(Struct, frozen=True):
    """The account could not be opened. It is not tried again automatically."""

    problem: SignInProblem
    message: str
    """One line: what happened, to what, and what to do next."""


class SnapshotChanged(Struct, frozen=True):
    """A region has a new snapshot."""

    snapshot: Snapshot
    diff: SnapshotDelta


class OperationChanged(Struct, frozen=True):
    """An operation was taken, or is a step on."""

    operation: Operation


class OperationsRestored(Struct, frozen=True):
    """Operations of earlier runs on this account, from the journal."""

    operations: tuple[Operation, ...]
    """Those that have ended, oldest first."""


class ChangesRecorded(Struct, frozen=True):
    """Resources have changed, or the changes of earlier runs have been read."""

    changes: tuple[ResourceChange, ...]
    """Oldest first."""
    opened: datetime
    """When this run opened the account."""
    left: datetime | None = None
    """When an operator last left a console on the account; None: not known."""


class ConnectionChanged(Struct, frozen=True):
    """The connection state, the rate limit or the next refresh has changed."""

    connection: ConnectionStatus


class WarningRaised(Struct, frozen=True):
    """Something that the operator has to know, and that nothing on the screen shows."""

    message: str
    """One line: what happened, to what, and what to do next."""


SyncEvent = (
    SignedIn
    | SignInFailed
    | SnapshotChanged
    | ChangesRecorded
    | OperationChanged
    | OperationsRestored
    | ConnectionChanged
    | WarningRaised
)
