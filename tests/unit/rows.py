"""Rows of every pane, small and named, for tests of what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rcv3_tui.model.operation import Kind, Operation, Request, State, Target
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.sent import Sent
from rcv3_tui.tui.items import (
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
"""When all of these tests take place."""

SERVER_ID = "AAAAAAAA-0000-4000-A000-00000000WEB1"
LINK = ServerLink(id=SERVER_ID, name="web-01", private_ip="192.0.2.10")


def ago(seconds: float) -> datetime:
    """A moment before now."""
    return NOW - timedelta(seconds=seconds)


def record(status: str = "ACTIVE", **more: object) -> PublicIP:
    """A public IP record."""
    values: dict[str, object] = {
        "id": "IP-1",
        "status": status,
        "address": "203.0.113.10",
        "server": LINK,
        "created": ago(3600),
        "sent": Sent.of(b"{}"),
    }
    return PublicIP(**{**values, **more})  # type: ignore[arg-type]


def operation(kind: Kind = Kind.ADD_PUBLIC_IP, state: State = State.SENT) -> Operation:
    """An operation that was asked for ten seconds ago."""
    request = Request(kind=kind, region="IAD", server=Target(SERVER_ID, "web-01"))
    return Operation(id="op-1", request=request, state=state, asked=ago(10), changed=ago(4))


def server_row(
    status: str = "ACTIVE",
    task: str | None = None,
    record: PublicIP | None = None,
    work: Operation | None = None,
    pools: tuple[str, ...] = ("pool-a",),
    *,
    pools_known: bool = True,
) -> ServerItem:
    """A row of the Servers pane."""
    server = Server(
        id=SERVER_ID, name="web-01", status=status, task_state=task, created=ago(86400 * 3)
    )
    return ServerItem(
        row="IAD/web1",
        region="IAD",
        server=server,
        private_ip="192.0.2.10",
        record=record,
        record_since=ago(12),
        pools=pools,
        addresses_known=True,
        pools_known=pools_known,
        work=work,
    )


def ip_row(record: PublicIP, *, work: Operation | None = None, ghost: bool = False) -> PublicIPItem:
    """A row of the Public IPs pane."""
    return PublicIPItem(
        row="IAD/ip-1",
        region="IAD",
        record=record,
        server_name=record.server.name if record.server else None,
        is_ghost=ghost,
        since=ago(12),
        work=work,
    )


def pool_row(
    active: int = 2, external: int = 0, not_active: int | None = 0, status: str = "ACTIVE"
) -> PoolItem:
    """A row of the Pools pane."""
    pool = LoadBalancerPool(
        id="POOL-1",
        name="web-80",
        status=status,
        counts=NodeCounts(cloud_servers=active, external=external, total=active + external),
    )
    return PoolItem(row="IAD/pool-1", region="IAD", pool=pool, not_active=not_active)


def node_row(status: str = "ACTIVE", *, ghost: bool = False, detail: str | None = None) -> NodeItem:
    """A row of a pool's nodes."""
    node = PoolNode(id="N-1", pool_id="POOL-1", status=status, server=LINK, status_detail=detail)
    return NodeItem(
        row="IAD/n-1",
        region="IAD",
        node=node,
        server_name="web-01",
        private_ip="192.0.2.10",
        is_ghost=ghost,
        since=ago(12),
    )


def network_row() -> NetworkItem:
    """A row of the Networks pane."""
    return NetworkItem("IAD/net-1", "IAD", CloudNetwork("NET-1", "RC-CLOUD", "192.0.2.0/24"))


def operation_row(state: State = State.SENT) -> OperationItem:
    """A row of the Operations pane."""
    return OperationItem("op-1", operation(state=state))
