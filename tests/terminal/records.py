"""What the stranger's account holds, and how each of it is written down on the wire."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, cast

Json = Any

NETWORK = {
    "id": "0b51c3a2-6c8e-4f58-9a70-111111111111",
    "name": "RC-STRANGER",
    "cidr": "192.0.2.0/24",
    "created": "2014-05-25T01:23:42Z",
    "updated": None,
}


def identifier(number: int) -> str:
    """Make a UUID that can be told by its end."""
    return f"c0ffee00-0000-4000-8000-{number:012d}"


@dataclass
class Server:
    """A cloud server."""

    id: str
    name: str
    private: str


@dataclass
class Moving:
    """What changes by itself as time goes by."""

    id: str
    server: Server | None
    life: float
    address: str | None = None
    pool: str = ""
    status: str = "ACTIVE"
    retain: bool = False
    since: float = field(default_factory=time.monotonic)
    created: str = "2026-01-05T10:00:00.5Z"

    @property
    def is_through(self) -> bool:
        """The change under way has taken its time."""
        return time.monotonic() - self.since >= self.life


@dataclass
class Pool:
    """A load balancer pool."""

    id: str
    name: str
    external: int
    virtual_ip: str | None = None
    port: int = 0


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    body: Json = None
    at: float = field(default_factory=time.monotonic, compare=False)


def written_server(server: Server, address: str) -> Json:
    """Write a server down as Cloud Servers does."""
    return {
        "id": server.id,
        "name": server.name,
        "status": "ACTIVE",
        "created": "2026-01-04T09:00:00Z",
        "updated": "2026-01-04T09:05:00Z",
        "accessIPv4": address,
        "accessIPv6": "",
        "addresses": {NETWORK["name"]: [{"version": 4, "addr": server.private}]},
        "flavor": {"id": "general1-2"},
        "image": "",
        "metadata": {},
    }


def written_link(server: Server) -> Json:
    """Write a server down as RackConnect does in whatever belongs to it."""
    return {
        "id": server.id.upper(),
        "name": server.name,
        "created": "2026-01-04T09:00:00Z",
        "updated": None,
        "cloud_network": {**NETWORK, "private_ip_v4": server.private},
    }


def written_public_ip(record: Moving) -> Json:
    """Write a public IP down."""
    return {
        "id": record.id,
        "public_ip_v4": record.address,
        "status": record.status,
        "status_detail": None,
        "retain": record.retain,
        "created": record.created,
        "updated": None,
        "cloud_server": None if record.server is None else written_link(record.server),
    }


def written_pool(pool: Pool, count: int) -> Json:
    """Write a pool down that has so many cloud servers in it."""
    return {
        "id": pool.id,
        "name": pool.name,
        "node_counts": {
            "cloud_servers": count,
            "external": pool.external,
            "total": count + pool.external,
        },
        "port": pool.port,
        "virtual_ip": pool.virtual_ip,
        "status": "ACTIVE",
        "status_detail": None,
    }


def written_node(node: Moving, pool: Json, form: str) -> Json:
    """Write a node down: `short` or `long` as one of its pool, `server` as one of its server."""
    server = cast(Server, node.server)
    answer = {
        "id": node.id,
        "cloud_server": written_link(server) if form == "long" else {"id": server.id},
        "load_balancer_pool": {"id": node.pool} if form == "short" else pool,
        "status": node.status,
        "status_detail": None,
        "created": node.created,
        "updated": None,
    }
    if form == "server":
        del answer["cloud_server"]
    return answer
