"""Operations: what an operator requested, and the states that an operation goes through.

`planned -> sent -> accepted -> settled | failed`, or `rejected` if the service rejected it, or
`unknown` if the connection broke after the request was sent and a probe could not prove its
outcome.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

MAX_NOTE = 200
"""Characters of an operator's note."""


class OperationKind(StrEnum):
    """What an operation does, in the words of an operator."""

    ADD_PUBLIC_IP = "add public IP"
    REMOVE_PUBLIC_IP = "remove public IP"
    RETAIN = "retain public IP"
    RELEASE = "stop retaining public IP"
    ASSIGN = "assign public IP"
    MOVE = "move public IP"
    UNASSIGN = "unassign public IP"
    ADD_NODE = "add node"
    REMOVE_NODE = "remove node"


class Purpose(StrEnum):
    """What a change of a pool node belongs to."""

    DRAIN = "drain"
    """It takes the server out of all its pools, to be restored later."""
    RESTORE = "restore"
    """It puts a drained server back."""


class OperationState(StrEnum):
    """The state of an operation."""

    PLANNED = "planned"
    SENT = "sent"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    FAILED = "failed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


_UNDOABLE = frozenset(
    {
        OperationKind.RETAIN,
        OperationKind.RELEASE,
        OperationKind.ASSIGN,
        OperationKind.MOVE,
        OperationKind.UNASSIGN,
        OperationKind.ADD_NODE,
        OperationKind.ADD_PUBLIC_IP,
        OperationKind.REMOVE_NODE,
    }
)
"""An address that was removed is gone."""

_ENDED = frozenset(
    {OperationState.SETTLED, OperationState.FAILED, OperationState.REJECTED, OperationState.UNKNOWN}
)
_LEFT = frozenset({OperationState.SENT, OperationState.ACCEPTED})


class Cause(StrEnum):
    """Why an operation ended otherwise than requested, for the exit code of a command."""

    CHECK = "check"
    """A check before sending: drift, read-only, stopped, an unwritable journal."""
    CREDENTIALS = "credentials"
    UNREACHABLE = "unreachable"
    SERVICE = "service"
    """The service rejected the request, or failed to carry it out."""


class Target(Struct, frozen=True):
    """A resource as the operator saw it when the operation was requested."""

    id: str
    name: str

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id.lower()


class Request(Struct, frozen=True, omit_defaults=True):
    """One change, bound to the ids and values that were on the screen.

    The kind decides which targets are set. An operation on an address has `public_ip` (except an
    add) and `server`, the one that gets it. An operation on a node has `server` and `pool`, a
    removal also `node`. `held_by` is the server that had the address at confirmation.
    """

    kind: OperationKind
    region: str
    server: Target | None = None
    public_ip: Target | None = None
    pool: Target | None = None
    node: Target | None = None
    held_by: Target | None = None
    retain: bool = False
    """An added address is retained from the start; always so for one without a server."""
    wait_for_build: bool = False
    """An address is added only when Cloud Servers lists the server as ACTIVE."""
    purpose: Purpose | None = None
    """Why a node is removed or added; None: for no more than that."""

    @property
    def subject(self) -> str:
        """The target in a few words: `203.0.113.10`, `web-03 to web-80`."""
        if self.kind in (OperationKind.ADD_NODE, OperationKind.REMOVE_NODE):
            server = self.server.name if self.server else "?"
            every = "?" if self.purpose is None else "every pool"
            pool = self.pool.name if self.pool else every
            return f"{server} {'to' if self.kind is OperationKind.ADD_NODE else 'from'} {pool}"
        if self.kind is OperationKind.ADD_PUBLIC_IP:
            if self.server is None:
                return "without a server"
            return f"to {self.server.name}{', retained' if self.retain else ''}"
        address = self.public_ip.name if self.public_ip else "?"
        if self.public_ip is not None and address == self.public_ip.id:
            # A record without an address has no short name; dialog and details show the whole id.
            address = address[:8]
        if self.kind in (OperationKind.ASSIGN, OperationKind.MOVE) and self.server:
            return f"{address} to {self.server.name}"
        if self.held_by:
            return f"{address} of {self.held_by.name}"
        return address

    @property
    def verb(self) -> str:
        """What it does: `add node`, or `drain` and `restore` where that is its purpose."""
        return self.kind.value if self.purpose is None else self.purpose.value

    @property
    def sentence(self) -> str:
        """The whole change in a few words, for messages: `add public IP to web-03`."""
        return f"{self.verb} {self.subject}"


class Operation(Struct, frozen=True, omit_defaults=True):
    """One change in progress. Each step is a new value; see `step`."""

    id: str
    request: Request
    state: OperationState
    asked: datetime
    changed: datetime
    """When the current state was reached."""
    batch: str = ""
    """The same for all operations that were requested together."""
    resource_id: str | None = None
    """The id of the public IP or node, once the service has assigned one."""
    status: str | None = None
    """The last status of the resource, as the service spells it."""
    detail: str = ""
    """Reason or outcome as text."""
    known: tuple[str, ...] = ()
    """The precondition: lower-case ids that existed right before the request was sent."""
    user: str = ""
    """Who requested it, if an earlier run recorded that."""
    permit: str = ""
    """What allows a later run to send it; see `rcv3_tui.sync.operations.other_runs`."""
    note: str = ""
    """The operator's note or ticket number."""
    os_user: str = ""
    """The user of the machine who requested it, where an earlier run recorded that."""
    host: str = ""
    """That machine's name."""
    alive: datetime | None = None
    """When an earlier run that left it open last recorded anything; None: it is of this run."""
    cause: Cause | None = None
    """Why it ended otherwise than requested; None: it did not, or an earlier run ended it."""

    @property
    def is_ended(self) -> bool:
        """Return whether it has an outcome."""
        return self.state in _ENDED

    @property
    def has_left(self) -> bool:
        """Return whether its request was sent and it has no outcome yet."""
        return self.state in _LEFT

    @property
    def is_trouble(self) -> bool:
        """Return whether it failed, was rejected or has an unknown outcome."""
        return self.state in (
            OperationState.FAILED,
            OperationState.REJECTED,
            OperationState.UNKNOWN,
        )

    @property
    def is_undoable(self) -> bool:
        """Return whether it made a change that can be undone; see `rcv3_tui.model.undo`."""
        return self.state is OperationState.SETTLED and self.request.kind in _UNDOABLE

    @property
    def seconds(self) -> float:
        """Seconds from the request to the current state."""
        return (self.changed - self.asked).total_seconds()

    def step(
        self,
        state: OperationState,
        at: datetime,
        *,
        detail: str | None = None,
        resource_id: str | None = None,
        status: str | None = None,
        known: tuple[str, ...] | None = None,
        cause: Cause | None = None,
    ) -> Operation:
        """Return the operation in its next state.

        Args:
            state: The new state.
            at: When it was reached, in UTC.
            detail: Text about it; None: unchanged.
            resource_id: The resource that it created or changes; None: unchanged.
            status: The status of the resource; None: unchanged.
            known: The precondition; None: unchanged.
            cause: Why it ended otherwise than requested; None: it did not.

        Returns:
            A new value.
        """
        return replace(
            self,
            state=state,
            changed=at if state is not self.state else self.changed,
            detail=self.detail if detail is None else detail,
            resource_id=self.resource_id if resource_id is None else resource_id,
            status=self.status if status is None else status,
            known=self.known if known is None else known,
            cause=cause,
        )


class NoCurl(Exception):  # noqa: N818 - an answer, not an error
    """There is no curl command for it; the text says why."""
