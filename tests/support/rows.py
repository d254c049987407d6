"""Small named rows of every pane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rcv3_tui.model.changes import ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.views.rows import (
    ChangeRow,
    NetworkRow,
    NodeRow,
    OperationRow,
    PoolRow,
    PublicIPRow,
    ServerRow,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
"""The current time in all of these tests."""

SERVER_ID = "AAAAAAAA-0000-4000-A000-00000000WEB1"
LINK = ServerLink(id=SERVER_ID, name="web-01", private_ip="192.0.2.10")


def ago(seconds: float) -> datetime:
    """Return a time before now."""
    return NOW - timedelta(seconds=seconds)


def record(status: str = "ACTIVE", **more: object) -> PublicIP:
    """Return a public IP."""
    values: dict[str, object] = {
        "id": "IP-1",
        "status": status,
        "address": "203.0.113.10",
        "server": LINK,
        "created": ago(3600),
        "raw": b"{}",
    }
    return PublicIP(**{**values, **more})  # type: ignore[arg-type]


def operation(
    kind: OperationKind = OperationKind.ADD_PUBLIC_IP, state: OperationState = OperationState.SENT
) -> Operation:
    """Return an operation that was requested ten seconds ago."""
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
    drained_since: datetime | None = None,
) -> ServerRow:
    """Return a row of the Servers pane."""
    server = Server(
        id=SERVER_ID, name="web-01", status=status, task_state=task, created=ago(86400 * 3)
    )
    return ServerRow(
        row="IAD/web1",
        region="IAD",
        server=server,
        private_ip="192.0.2.10",
        record=record,
        record_since=ago(12),
        pools=pools,
        addresses_known=True,
        pools_known=pools_known,
        drained_since=drained_since,
        work=work,
    )


def ip_row(record: PublicIP, *, work: Operation | None = None, ghost: bool = False) -> PublicIPRow:
    """Return a row of the Public IPs pane."""
    return PublicIPRow(
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
) -> PoolRow:
    """Return a row of the Pools pane."""
    pool = LoadBalancerPool(
        id="POOL-1",
        name="web-80",
        status=status,
        counts=NodeCounts(cloud_servers=active, external=external, total=active + external),
    )
    return PoolRow(row="IAD/pool-1", region="IAD", pool=pool, not_active=not_active)


def node_row(status: str = "ACTIVE", *, ghost: bool = False, detail: str | None = None) -> NodeRow:
    """Return a row of a pool's nodes."""
    node = PoolNode(id="N-1", pool_id="POOL-1", status=status, server=LINK, status_detail=detail)
    return NodeRow(
        row="IAD/n-1",
        region="IAD",
        node=node,
        server_name="web-01",
        private_ip="192.0.2.10",
        is_ghost=ghost,
        since=ago(12),
    )


def network_row() -> NetworkRow:
    """Return a row of the Networks pane."""
    return NetworkRow("IAD/net-1", "IAD", CloudNetwork("NET-1", "RC-CLOUD", "192.0.2.0/24"))


def change_row(operation_id: str = "") -> ChangeRow:
    """Return a row of the Changes pane."""
    change = ResourceChange(
        NOW,
        "IAD",
        ResourceKind.NODES,
        "node-1",
        ChangeKind.STATUS,
        before="ACTIVE",
        after="ADD_FAILED",
        name="web-01",
        pool_key="pool-1",
        pool="RCv3-api",
        operation=operation_id,
        id="1",
    )
    return ChangeRow("IAD/1", change)


def operation_row(state: OperationState = OperationState.SENT) -> OperationRow:
    """Return a row of the Operations pane."""
    return OperationRow("op-1", operation(state=state))
