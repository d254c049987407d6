"""What an operator asked for, and the states an operation goes through.

`planned -> sent -> accepted -> settled | failed`, or `rejected` where the service said no, or
`unknown` where the connection broke after the request had left and a look could not prove
what became of it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Kind(StrEnum):
    """What is to be done, in the words an operator would use."""

    ADD_PUBLIC_IP = "add public IP"
    REMOVE_PUBLIC_IP = "remove public IP"
    RETAIN = "retain public IP"
    RELEASE = "stop retaining public IP"
    ASSIGN = "assign public IP"
    MOVE = "move public IP"
    UNASSIGN = "unassign public IP"
    ADD_NODE = "add node"
    REMOVE_NODE = "remove node"


class State(StrEnum):
    """How far an operation has come."""

    PLANNED = "planned"
    SENT = "sent"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    FAILED = "failed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


_UNDOABLE = frozenset(
    {
        Kind.RETAIN,
        Kind.RELEASE,
        Kind.ASSIGN,
        Kind.MOVE,
        Kind.UNASSIGN,
        Kind.ADD_NODE,
        Kind.REMOVE_NODE,
    }
)
"""An address that was removed is gone, and one that was added would be lost."""

_ENDED = frozenset({State.SETTLED, State.FAILED, State.REJECTED, State.UNKNOWN})


class Target(Struct, frozen=True):
    """A resource as the operator saw it when the operation was asked for."""

    id: str
    name: str

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id.lower()


class Request(Struct, frozen=True, omit_defaults=True):
    """One change, bound to the ids and values that were on the screen.

    Which targets are set follows from the kind: an address operation names `public_ip` (all but
    the add) and `server` (the one it is to have); a node operation names `server` and `pool`, a
    removal `node` as well. `held_by` is the server that had the address when it was confirmed.
    """

    kind: Kind
    region: str
    server: Target | None = None
    public_ip: Target | None = None
    pool: Target | None = None
    node: Target | None = None
    held_by: Target | None = None

    @property
    def subject(self) -> str:
        """What the change is about, in a few words: `203.0.113.10`, `web-03 to web-80`."""
        if self.kind in (Kind.ADD_NODE, Kind.REMOVE_NODE):
            server = self.server.name if self.server else "?"
            pool = self.pool.name if self.pool else "?"
            return f"{server} {'to' if self.kind is Kind.ADD_NODE else 'from'} {pool}"
        if self.kind is Kind.ADD_PUBLIC_IP:
            return f"to {self.server.name}" if self.server else "without a server"
        address = self.public_ip.name if self.public_ip else "?"
        if self.public_ip is not None and address == self.public_ip.id:
            # A record without an address has no short name; dialog and details have the whole id.
            address = address[:8]
        if self.kind in (Kind.ASSIGN, Kind.MOVE) and self.server:
            return f"{address} to {self.server.name}"
        if self.held_by:
            return f"{address} of {self.held_by.name}"
        return address

    @property
    def sentence(self) -> str:
        """The whole change in a few words, for messages: `add public IP to web-03`."""
        return f"{self.kind.value} {self.subject}"


class Operation(Struct, frozen=True, omit_defaults=True):
    """One change on its way. A step is a new value; see `step`."""

    id: str
    request: Request
    state: State
    asked: datetime
    changed: datetime
    """When the present state was reached."""
    batch: str = ""
    """The same for all operations that were asked for at once."""
    resource_id: str | None = None
    """The public IP's or node's id, once the service has given one."""
    status: str | None = None
    """The followed resource's last seen status, as the service spells it."""
    detail: str = ""
    """Reason or outcome in words."""
    known: tuple[str, ...] = ()
    """The precondition: lower-case ids that were there right before its request left."""
    user: str = ""
    """Who asked for it, where an earlier run wrote that down."""

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more will happen to it by itself."""
        return self.state in _ENDED

    @property
    def is_trouble(self) -> bool:
        """Tell whether it ended otherwise than asked."""
        return self.state in (State.FAILED, State.REJECTED, State.UNKNOWN)

    @property
    def is_undoable(self) -> bool:
        """Tell whether it did something that can be turned back; see `rcv3_tui.model.undo`."""
        return self.state is State.SETTLED and self.request.kind in _UNDOABLE

    @property
    def seconds(self) -> float:
        """Seconds from the asking to the present state."""
        return (self.changed - self.asked).total_seconds()

    def step(
        self,
        state: State,
        at: datetime,
        *,
        detail: str | None = None,
        resource_id: str | None = None,
        status: str | None = None,
        known: tuple[str, ...] | None = None,
    ) -> Operation:
        """Give the operation one step on.

        Args:
            state: The state it is in from now on.
            at: When that was reached, in UTC.
            detail: Words on it; None keeps those that are there.
            resource_id: The resource it made or changes; None keeps the one known.
            status: The resource's status; None keeps the one known.
            known: The precondition; None keeps the one known.

        Returns:
            A new value; this one stays as it was.
        """
        return replace(
            self,
            state=state,
            changed=at if state is not self.state else self.changed,
            detail=self.detail if detail is None else detail,
            resource_id=self.resource_id if resource_id is None else resource_id,
            status=self.status if status is None else status,
            known=self.known if known is None else known,
        )
