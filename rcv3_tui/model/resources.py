"""The resources of an account, as frozen values.

Field facts are those of the RackConnect v3.0 API reference, sections 4 and 8. The decoder has
escaped control characters in every text. Only `raw` is the JSON exactly as the service sent it.
Resources cannot form reference cycles, so they are excluded from garbage collection.
A key is the id itself if it is in lower case, as nearly all are.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

NO_ID = "00000000-0000-0000-0000-000000000000"
"""The service's placeholder for "no network" and "no ticket" (reference 4.2)."""

RETAINED_LIMIT = 5
"""Retained addresses that an account may have unless Support allows more (reference 4.5)."""


class CloudNetwork(Struct, frozen=True, gc=False):
    """A cloud network that is linked to the RackConnect configuration."""

    id: str
    name: str
    cidr: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    raw: bytes = b""
    """See the module; empty if the record comes from the cache."""

    @property
    def key(self) -> str:
        """The id in lower case: letter case of ids is neither significant nor stable."""
        return self.id if self.id.islower() else self.id.lower()


class ServerLink(Struct, frozen=True, gc=False):
    """A cloud server as a RackConnect record names it; the name may be older than Nova's."""

    id: str
    name: str | None = None
    private_ip: str | None = None
    network: CloudNetwork | None = None

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id if self.id.islower() else self.id.lower()


class PublicIP(Struct, frozen=True, gc=False):
    """A public IP record: it assigns an address of the dedicated block to a cloud server."""

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
    """Null until the first change was applied."""
    ticket: str | None = None
    """`failure_core_ticket_uuid`, None when it is all zeros."""
    added_by_match_rule: bool | None = None
    """A match rule added the record and may add it again (reference 14); None: not known."""
    raw: bytes = b""
    """See the module; empty if the record comes from the cache."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id if self.id.islower() else self.id.lower()


class NodeCounts(Struct, frozen=True, gc=False):
    """How many members a pool has; `external` ones are not this account's cloud servers.

    None: the service did not say.
    """

    cloud_servers: int | None = None
    external: int | None = None
    total: int | None = None


class LoadBalancerPool(Struct, frozen=True, gc=False):
    """A pool on the dedicated load balancer."""

    id: str
    name: str
    status: str
    status_detail: str | None = None
    virtual_ip: str | None = None
    port: int | None = None
    """None if the service sends 0: not known."""
    counts: NodeCounts = NodeCounts()
    raw: bytes = b""
    """See the module; empty if the record comes from the cache."""

    @property
    def key(self) -> str:
        """The id in lower case; error messages contain pool ids in upper case."""
        return self.id if self.id.islower() else self.id.lower()

    @property
    def endpoint(self) -> str:
        """Virtual IP and port as one text, with `-` for unknown ones."""
        if self.virtual_ip is None and self.port is None:
            return "-"
        return f"{self.virtual_ip or '-'}:{'-' if self.port is None else self.port}"


class PoolNode(Struct, frozen=True, gc=False):
    """Membership of one cloud server in one pool. Its id is not the server's id."""

    id: str
    pool_id: str
    status: str
    server: ServerLink | None = None
    status_detail: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    raw: bytes = b""
    """See the module; empty if the record comes from the cache."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id if self.id.islower() else self.id.lower()

    @property
    def pool_key(self) -> str:
        """The pool's id in lower case."""
        return self.pool_id if self.pool_id.islower() else self.pool_id.lower()

    @property
    def server_key(self) -> str | None:
        """The server's id in lower case, None when the node names no server."""
        return None if self.server is None else self.server.key


class Address(Struct, frozen=True, gc=False):
    """One address of a cloud server; the label is the network's name."""

    label: str
    address: str
    version: int = 4


class Server(Struct, frozen=True, gc=False):
    """A cloud server as Nova lists it."""

    id: str
    name: str
    status: str
    task_state: str | None = None
    """The running task: `deleting`, `rebooting`, `spawning`."""
    access_ip: str | None = None
    """`accessIPv4`; RackConnect writes the public address there."""
    addresses: tuple[Address, ...] = ()
    progress: int | None = None
    flavor: str | None = None
    image: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    fault: str | None = None
    """Nova's message for a server in ERROR."""
    metadata: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    """See the module; empty if the record comes from the cache."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id if self.id.islower() else self.id.lower()


Resource = CloudNetwork | PublicIP | LoadBalancerPool | PoolNode | Server
