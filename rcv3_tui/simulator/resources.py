"""The records of a simulated region, with their last encoding.

A record is mutable: the simulator acts as a database. Code that changes one calls `touch`, so that
its bytes are encoded again on the next request. Times are seconds since 1970 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Network:
    """A cloud network linked to the configuration."""

    id: str
    name: str
    prefix: str
    """The first three parts of its addresses, as in `192.0.2`; networks are /24."""
    created: float
    updated: float | None = None
    next_host: int = 10

    @property
    def cidr(self) -> str:
        """The network's range."""
        return f"{self.prefix}.0/24"

    def take_address(self) -> str:
        """Allocate the next host address."""
        host = self.next_host
        self.next_host += 1
        return f"{self.prefix}.{host % 255}"


@dataclass(slots=True, eq=False)
class Server:
    """A cloud server, as Cloud Servers and RackConnect show it."""

    id: str
    name: str
    status: str
    created: float
    updated: float
    network: Network | None = None
    private_ip: str | None = None
    service_ip: str | None = None
    access_ip: str = ""
    flavor: str = "general1-2"
    image: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    fault: str | None = None
    task_state: str | None = None
    known_name: str | None = None
    """The name that RackConnect shows, where it lags behind the server's own."""
    known_from: float = 0.0
    """Before this time RackConnect responds that the server does not exist."""
    build_at: float | None = None
    """When a server in BUILD will be ready."""
    deleted: bool = False
    nova_wire: bytes | None = None
    nova_base: str = ""
    inside_wire: bytes | None = None

    def touch(self) -> None:
        """Invalidate the cached bytes."""
        self.nova_wire = None
        self.inside_wire = None


@dataclass(slots=True, eq=False)
class PublicIP:
    """A public IP record."""

    id: str
    status: str
    created: float
    server: Server | None = None
    address: str | None = None
    updated: float | None = None
    status_detail: str | None = None
    retain: bool = False
    ticket: str | None = None
    """The support ticket opened for a failure."""
    by_rule: bool = False
    """Created by a match rule."""
    turn: int = 0
    """Counts the changes begun, so that one overtaken by another does nothing."""
    wire: bytes | None = None

    def touch(self) -> None:
        """Invalidate the cached bytes."""
        self.wire = None


@dataclass(slots=True, eq=False)
class Pool:
    """A load balancer pool."""

    id: str
    name: str
    port: int = 0
    virtual_ip: str | None = None
    external: int = 1
    status: str = "ACTIVE"
    status_detail: str | None = None
    busy_until: float = 0.0
    """Until this time changes are refused as "not in an ACTIVE state"."""
    nodes: dict[str, Node] = field(default_factory=dict)
    wire: bytes | None = None

    def touch(self) -> None:
        """Invalidate the cached bytes."""
        self.wire = None


@dataclass(slots=True, eq=False)
class Node:
    """The membership of a server in a pool."""

    id: str
    pool: Pool
    server: Server
    status: str
    created: float
    updated: float | None = None
    status_detail: str | None = None
    turn: int = 0
    short_wire: bytes | None = None

    def touch(self) -> None:
        """Invalidate the cached bytes, also of the pool, which counts its nodes."""
        self.short_wire = None
        self.pool.wire = None


TRANSITIONAL = frozenset({"PENDING_BUILD", "ADDING", "UPDATING", "REMOVING"})
"""Transitional statuses."""
