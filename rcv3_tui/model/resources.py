"""The resources of an account, as frozen values.

Field facts are those of the RackConnect v3.0 API reference, sections 4 and 8. Every text in here
has been cleaned of control characters by the decoder; `raw` alone is as the service sent it.
None of them can be part of a cycle, so that the collector of garbage need not look at them.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.sent import Sent

NO_ID = "00000000-0000-0000-0000-000000000000"
"""The service's placeholder for "no network" and "no ticket" (reference 4.2)."""

RETAINED_LIMIT = 5
"""Retained addresses that an account may have unless Support allows more (reference 4.5)."""


def _lower(text: str) -> str:
    """Put an id in lower case; one that is so already, as nearly all are, stays the same object."""
    return text if text.islower() else text.lower()


class _WithJson(Struct, frozen=True, gc=False):
    """What all resources have in common."""

    @property
    def raw(self) -> bytes:
        """Its JSON, byte for byte as the service sent it; empty where an earlier run read it."""
        sent: Sent | None = getattr(self, "sent", None)
        return b"" if sent is None else sent.data


class CloudNetwork(_WithJson, frozen=True, gc=False):
    """A cloud network that is linked to the RackConnect configuration."""

    id: str
    name: str
    cidr: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    sent: Sent | None = None
    """Its JSON; None: an earlier run kept it, and this has not read it yet."""

    @property
    def key(self) -> str:
        """The id in lower case: letter case of ids is neither significant nor stable."""
        return _lower(self.id)


class ServerLink(Struct, frozen=True, gc=False):
    """A cloud server as a RackConnect record names it; the name may lag behind Nova's."""

    id: str
    name: str | None = None
    private_ip: str | None = None
    network: CloudNetwork | None = None

    @property
    def key(self) -> str:
        """The id in lower case."""
        return _lower(self.id)


class PublicIP(_WithJson, frozen=True, gc=False):
    """A public IP record: it ties an address of the dedicated block to a cloud server."""

    id: str
    status: str
    address: str | None = None
    """Null while ADDING and on most failed records."""
    status_detail: str | None = None
    retain: bool = False
    server: ServerLink | None = None
    """None: a retained address without a server."""
    created: datetime | None = None
    updated: datetime | None = None
    """Null until the first change has been carried out."""
    ticket: str | None = None
    """`failure_core_ticket_uuid`, None when it is all zeros."""
    sent: Sent | None = None
    """Its JSON; None: an earlier run kept it, and this has not read it yet."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return _lower(self.id)


class NodeCounts(Struct, frozen=True, gc=False):
    """How many members a pool has; `external` ones are not this account's cloud servers."""

    cloud_servers: int = 0
    external: int = 0
    total: int = 0


class LoadBalancerPool(_WithJson, frozen=True, gc=False):
    """A pool on the dedicated load balancer."""

    id: str
    name: str
    status: str
    status_detail: str | None = None
    virtual_ip: str | None = None
    port: int | None = None
    """None where the service answers 0: not known."""
    counts: NodeCounts = NodeCounts()
    sent: Sent | None = None
    """Its JSON; None: an earlier run kept it, and this has not read it yet."""

    @property
    def key(self) -> str:
        """The id in lower case; error texts bring pool ids back in upper case."""
        return _lower(self.id)

    @property
    def endpoint(self) -> str:
        """Virtual IP and port as one text, `-` for what is not known."""
        if self.virtual_ip is None and self.port is None:
            return "-"
        return f"{self.virtual_ip or '-'}:{'-' if self.port is None else self.port}"


class PoolNode(_WithJson, frozen=True, gc=False):
    """Membership of one cloud server in one pool. Its id is not the server's id."""

    id: str
    pool_id: str
    status: str
    server: ServerLink | None = None
    status_detail: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    sent: Sent | None = None
    """Its JSON; None: an earlier run kept it, and this has not read it yet."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return _lower(self.id)

    @property
    def pool_key(self) -> str:
        """The pool's id in lower case."""
        return _lower(self.pool_id)

    @property
    def server_key(self) -> str | None:
        """The server's id in lower case, None when the node names no server."""
        return None if self.server is None else self.server.key


class Address(Struct, frozen=True, gc=False):
    """One address of a cloud server; the label is the network's name."""

    label: str
    address: str
    version: int = 4


class Server(_WithJson, frozen=True, gc=False):
    """A cloud server as Nova lists it."""

    id: str
    name: str
    status: str
    task_state: str | None = None
    """What goes on inside: `deleting`, `rebooting`, `spawning`."""
    access_ip: str | None = None
    """`accessIPv4`; RackConnect writes the public address there."""
    addresses: tuple[Address, ...] = ()
    progress: int | None = None
    flavor: str | None = None
    image: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    fault: str | None = None
    """What Nova says of a server in ERROR."""
    metadata: tuple[tuple[str, str], ...] = ()
    sent: Sent | None = None
    """Its JSON; None: an earlier run kept it, and this has not read it yet."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return _lower(self.id)


Resource = CloudNetwork | PublicIP | LoadBalancerPool | PoolNode | Server
