"""Small resources and snapshots of a region."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rcv3_tui.model.resources import (
    Address,
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.snapshot import Snapshot

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def server(name: str, *addresses: Address) -> Server:
    return Server(f"id-{name}", name, "ACTIVE", addresses=addresses)


def ip(
    key: str,
    of: str | None = None,
    status: str = "ACTIVE",
    age: float = 0.0,
    private_ip: str | None = None,
) -> PublicIP:
    link = None if of is None else ServerLink(f"id-{of}", of, private_ip)
    return PublicIP(
        key, status, f"203.0.113.{len(key)}", server=link, created=NOW - timedelta(seconds=age)
    )


def pool(key: str, members: int = 0) -> LoadBalancerPool:
    return LoadBalancerPool(key, f"pool {key}", "ACTIVE", counts=NodeCounts(members, 0, members))


def node(key: str, of: str, in_pool: str = "p1", status: str = "ACTIVE") -> PoolNode:
    return PoolNode(key, in_pool, status, ServerLink(f"id-{of}"))


def two_servers() -> Snapshot:
    """Return two servers; the first has a public IP and is in the first of two pools."""
    snapshot = Snapshot("IAD", "123456")
    snapshot, _ = snapshot.with_servers([server("web"), server("db")])
    snapshot, _ = snapshot.with_public_ips([ip("ip1", "web")])
    snapshot, _ = snapshot.with_pools([pool("p1", 1), pool("p2")])
    snapshot, _ = snapshot.with_nodes("p1", [node("n1", "web")])
    return snapshot


def ids(*keys: str) -> frozenset[str]:
    return frozenset(keys)
