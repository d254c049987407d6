"""Rows of panes and tables: frozen values, equal if the rows are shown in the same way.

They are msgspec structs without garbage collection, like the resources: ten thousand are made at a
time, and none can be part of a cycle. `RowBuilder` makes those of resources.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.changes import ResourceChange
from rcv3_tui.model.diagnostics import Finding
from rcv3_tui.model.drain import Drain
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Server,
)
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase


def row_id(region: str, key: str) -> str:
    """Return the id of a resource's row."""
    return f"{region}/{key}"


def split_row(row: str) -> tuple[str, str]:
    """Return the region and the lower-case id of the resource that a row shows."""
    region, _, key = row.partition("/")
    return region, key


class ServerRow(Struct, frozen=True, gc=False):
    """A row of the Servers pane."""

    row: str
    region: str
    server: Server
    private_ip: str | None
    record: PublicIP | None
    """The effective public IP record, if there is one."""
    addresses_known: bool
    """The public IPs have been read, so that no record means no address."""
    record_since: datetime | None
    pools: tuple[str, ...]
    """Names of the pools it is in, as far as they have been read."""
    pools_known: bool
    """Every pool's nodes have been read, so the count is not a lower bound."""
    drained_since: datetime | None = None
    """When it was drained from pools that it is still missing from; None: it was not."""
    is_drained: bool | None = False
    """Whether it certainly is missing from one of these pools; None: their nodes are unread."""
    private_known: bool = True
    """The networks have been read, so that no private address means none."""
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class PublicIPRow(Struct, frozen=True, gc=False):
    """A row of the Public IPs pane."""

    row: str
    region: str
    record: PublicIP
    server_name: str | None
    is_ghost: bool
    since: datetime | None
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class PoolRow(Struct, frozen=True, gc=False):
    """A row of the Pools pane."""

    row: str
    region: str
    pool: LoadBalancerPool
    not_active: int | None
    """Nodes that are not ACTIVE; None when they have not been read."""
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class NodeRow(Struct, frozen=True, gc=False):
    """A row of a pool's nodes."""

    row: str
    region: str
    node: PoolNode
    server_name: str
    private_ip: str | None
    is_ghost: bool
    since: datetime | None
    pool_name: str | None = None
    """None: the pool is not listed."""
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class NetworkRow(Struct, frozen=True, gc=False):
    """A row of the Networks pane."""

    row: str
    region: str
    network: CloudNetwork


class OperationRow(Struct, frozen=True, gc=False):
    """A row of the Operations pane."""

    row: str
    operation: Operation

    @property
    def region(self) -> str:
        """The region in which it takes place."""
        return self.operation.request.region


class FindingRow(Struct, frozen=True, gc=False):
    """A row of what needs attention."""

    row: str
    finding: Finding

    @property
    def region(self) -> str:
        """The region of the resource that it is about."""
        return self.finding.region


class ChangeRow(Struct, frozen=True, gc=False):
    """A row of the Changes pane."""

    row: str
    change: ResourceChange
    is_own: bool = False
    """An operation of this console made it."""

    @property
    def region(self) -> str:
        """The region of the resource that changed."""
        return self.change.region


AnyRow = (
    FindingRow | ServerRow | PublicIPRow | PoolRow | NodeRow | NetworkRow | OperationRow | ChangeRow
)


def needs_attention(row: AnyRow) -> bool:
    """Return whether a row needs an operator's attention.

    Args:
        row: A row of any pane.

    Returns:
        True if a finding is about the row or affects it; for an operation, if it did not end as
        requested; for a change, if the resource has failed.
    """
    match row:
        case NetworkRow():
            return False
        case FindingRow():
            return True
        case ChangeRow():
            return row.change.phase is Phase.FAILED
        case OperationRow():
            return row.operation.is_trouble
        case _:
            return row.attention


class RowContext(Struct, frozen=True):
    """What rows show in addition to the snapshot; nothing by default."""

    status_since: Callable[[str, PublicIP | PoolNode], datetime | None] = lambda region, record: (
        None
    )
    """Returns the time from which a region's record has its status; None: unknown."""
    operation_on: Callable[[str, ResourceKind, str], Operation | None] = lambda region, kind, key: (
        None
    )
    """Returns the operation that is running on a region's resource."""
    has_finding: Callable[[str, ResourceKind, str], bool] = lambda region, kind, key: False
    """Returns whether a finding is about a region's resource, or about a related one."""


_SNAPSHOT_ONLY = RowContext()


class RowBuilder:
    """Makes rows from one snapshot.

    Args:
        snapshot: The region's resources.
        context: Operations, findings and times that the rows show.
    """

    def __init__(self, snapshot: Snapshot, context: RowContext = _SNAPSHOT_ONLY) -> None:
        self._snapshot = snapshot
        self._context = context
        self.knows_public_ips = _is_read(snapshot, ResourceKind.PUBLIC_IPS)
        """The public IPs have been read, so that no record means no address."""
        self.knows_nodes = (
            _is_read(snapshot, ResourceKind.POOLS)
            and snapshot.nodes.keys() >= snapshot.pools.keys()
        )
        """The nodes of every pool have been read."""
        self.knows_networks = _is_read(snapshot, ResourceKind.NETWORKS)
        """The networks have been read, so that no private address means none."""

    def server(self, server: Server, row: str = "") -> ServerRow:
        """Return the row of a cloud server.

        Args:
            server: The server.
            row: The row's id; the same in the other methods.
        """
        snapshot, context, key = self._snapshot, self._context, server.key
        region, record = snapshot.region, snapshot.public_ip_of(key)
        drain = snapshot.drain_of(key) if snapshot.drains else None
        return ServerRow(
            row=row,
            region=region,
            server=server,
            private_ip=snapshot.private_ip_of(server),
            record=record,
            addresses_known=self.knows_public_ips,
            record_since=None if record is None else context.status_since(region, record),
            pools=tuple(
                pool.name if (pool := snapshot.pools.get(node.pool_key)) else node.pool_id
                for node in snapshot.nodes_of.get(key, ())
            ),
            pools_known=self.knows_nodes,
            drained_since=None if drain is None else drain.since,
            is_drained=self._is_drained(drain),
            private_known=self.knows_networks,
            work=context.operation_on(region, ResourceKind.SERVERS, key),
            attention=context.has_finding(region, ResourceKind.SERVERS, key),
        )

    def _is_drained(self, drain: Drain | None) -> bool | None:
        """Return whether a server is certainly drained; None: that is not read."""
        if drain is None:
            return False
        return True if any(pool.key in self._snapshot.nodes for pool in drain.pools) else None

    def public_ip(self, record: PublicIP, row: str = "") -> PublicIPRow:
        """Return the row of a public IP."""
        snapshot, context, link = self._snapshot, self._context, record.server
        region = snapshot.region
        return PublicIPRow(
            row=row,
            region=region,
            record=record,
            server_name=None if link is None else snapshot.server_name(link.key, link.name),
            is_ghost=link is not None and snapshot.is_orphan(link.key),
            since=context.status_since(region, record),
            work=context.operation_on(region, ResourceKind.PUBLIC_IPS, record.key),
            attention=context.has_finding(region, ResourceKind.PUBLIC_IPS, record.key),
        )

    def pool(self, pool: LoadBalancerPool, row: str = "") -> PoolRow:
        """Return the row of a load balancer pool."""
        snapshot, context = self._snapshot, self._context
        region, nodes = snapshot.region, snapshot.nodes.get(pool.key)
        return PoolRow(
            row=row,
            region=region,
            pool=pool,
            not_active=None if nodes is None else len(nodes) - snapshot.active_nodes(pool.key),
            work=context.operation_on(region, ResourceKind.POOLS, pool.key),
            attention=context.has_finding(region, ResourceKind.POOLS, pool.key),
        )

    def node(self, node: PoolNode, row: str = "") -> NodeRow:
        """Return the row of a pool's node."""
        snapshot, context, link = self._snapshot, self._context, node.server
        region, pool = snapshot.region, snapshot.pools.get(node.pool_key)
        server = snapshot.servers.get(node.server_key or "")
        private_ip = None if server is None else snapshot.private_ip_of(server)
        return NodeRow(
            row=row,
            region=region,
            node=node,
            server_name=(
                "?" if link is None else snapshot.server_name(link.key, link.name or link.id)
            ),
            private_ip=private_ip or (link.private_ip if link else None),
            is_ghost=link is not None and snapshot.is_orphan(link.key),
            since=context.status_since(region, node),
            pool_name=None if pool is None else pool.name,
            work=context.operation_on(region, ResourceKind.NODES, node.key),
            attention=context.has_finding(region, ResourceKind.NODES, node.key),
        )

    def network(self, network: CloudNetwork, row: str = "") -> NetworkRow:
        """Return the row of a cloud network."""
        return NetworkRow(row, self._snapshot.region, network)


def _is_read(snapshot: Snapshot, kind: ResourceKind) -> bool:
    return snapshot.fetch_state(kind).fetched is not None
