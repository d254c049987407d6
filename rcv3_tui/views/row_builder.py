"""Makes the rows of a region's resources."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rcv3_tui.model.drain import Drain
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.views.rows import NetworkRow, NodeRow, PoolRow, PublicIPRow, ServerRow


class RowContext(Protocol):
    """What rows show in addition to the snapshot."""

    def status_since(self, region: str, record: PublicIP | PoolNode) -> datetime | None:
        """Return the time from which a record has its status; None: unknown."""
        ...

    def operation_on(self, region: str, kind: ResourceKind, key: str) -> Operation | None:
        """Return the operation that is running on a resource."""
        ...

    def has_finding(self, region: str, kind: ResourceKind, key: str) -> bool:
        """Return whether a finding is about a resource, or about a related one."""
        ...


class SnapshotOnly:
    """The context of rows that show a snapshot and nothing else."""

    def status_since(self, region: str, record: PublicIP | PoolNode) -> datetime | None:
        """Return that the time is unknown."""
        del region, record
        return None

    def operation_on(self, region: str, kind: ResourceKind, key: str) -> Operation | None:
        """Return that no operation is running."""
        del region, kind, key
        return None

    def has_finding(self, region: str, kind: ResourceKind, key: str) -> bool:
        """Return that there is no finding."""
        del region, kind, key
        return False


_SNAPSHOT_ONLY = SnapshotOnly()


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
        region, record = snapshot.region, snapshot.public_ip_of(server.key)
        drain = snapshot.drain_of(key)
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
