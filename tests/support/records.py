"""The resources of the independent server's account, and their JSON."""

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
    """Return a UUID that ends with a number."""
    return f"c0ffee00-0000-4000-8000-{number:012d}"


@dataclass
class Server:
    """A cloud server."""

    id: str
    name: str
    private: str
    status: str = "ACTIVE"


@dataclass
class Transitional:
    """A public IP or a pool node, which is in transition for a time after a change."""

    id: str
    server: Server | None
    transition_time: float
    address: str | None = None
    pool: str = ""
    status: str = "ACTIVE"
    retain: bool = False
    since: float = field(default_factory=time.monotonic)
    created: str = "2026-01-05T10:00:00.5Z"

    @property
    def is_over(self) -> bool:
        """Return whether the transition is over."""
        return time.monotonic() - self.since >= self.transition_time


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
    """One request as it arrived."""

    method: str
    path: str
    body: Json = None
    at: float = field(default_factory=time.monotonic, compare=False)


def server_json(server: Server, address: str) -> Json:
    """Return a server as Cloud Servers spells it."""
    return {
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "created": "2026-01-04T09:00:00Z",
        "updated": "2026-01-04T09:05:00Z",
        "accessIPv4": address,
        "accessIPv6": "",
        "addresses": {NETWORK["name"]: [{"version": 4, "addr": server.private}]},
        "flavor": {"id": "general1-2"},
        "image": "",
        "metadata": {},
    }


def link_json(server: Server) -> Json:
    """Return a server as RackConnect spells it in resources that refer to it."""
    return {
        "id": server.id.upper(),
        "name": server.name,
        "created": "2026-01-04T09:00:00Z",
        "updated": None,
        "cloud_network": {**NETWORK, "private_ip_v4": server.private},
    }


def public_ip_json(record: Transitional) -> Json:
    """Return a public IP as RackConnect spells it."""
    return {
        "id": record.id,
        "public_ip_v4": record.address,
        "status": record.status,
        "status_detail": None,
        "retain": record.retain,
        "created": record.created,
        "updated": None,
        "cloud_server": None if record.server is None else link_json(record.server),
    }


def pool_json(pool: Pool, count: int) -> Json:
    """Return a pool with a number of cloud servers in it."""
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


def node_json(node: Transitional, pool: Json, form: str) -> Json:
    """Return a node: `short` or `long` as one of its pool, `server` as one of its server."""
    server = cast(Server, node.server)
    answer = {
        "id": node.id,
        "cloud_server": link_json(server) if form == "long" else {"id": server.id},
        "load_balancer_pool": {"id": node.pool} if form == "short" else pool,
        "status": node.status,
        "status_detail": None,
        "created": node.created,
        "updated": None,
    }
    if form == "server":
        del answer["cloud_server"]
    return answer
