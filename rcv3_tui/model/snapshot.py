"""Snapshots: one immutable view of a region's resources and their relations.

A snapshot never changes. Each `Snapshot.with_...` method returns the next snapshot and a
`SnapshotDelta` with the ids of the resources whose rows change, including related resources.
Consumers do not have to compare ten thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.model.delta import (
    KeyDelta,
    SnapshotDelta,
    add_items,
    best_first,
    by_pool,
    compare_items,
    existing_records,
    regroup,
)
from rcv3_tui.model.drain import Drain
from rcv3_tui.model.fetch_state import (
    PRIMARY_KINDS,
    FetchState,
    ResourceKind,
    describe_unreadable,
)
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.status import Phase, phase

_NO_NODES: Mapping[str, PoolNode] = {}
_UNREAD = FetchState()


class Snapshot(Struct, frozen=True):
    """One immutable view of a region. All mappings are keyed by lower-case id."""

    region: str
    tenant: str = ""
    servers: Mapping[str, Server] = {}
    public_ips: Mapping[str, PublicIP] = {}
    pools: Mapping[str, LoadBalancerPool] = {}
    networks: Mapping[str, CloudNetwork] = {}
    network_names: frozenset[str] = frozenset()
    nodes: Mapping[str, Mapping[str, PoolNode]] = {}
    """Pool id to its nodes; without pools whose nodes were never read."""
    nodes_from_cache: frozenset[str] = frozenset()
    """The ids of pools whose nodes come from the cache."""
    unreadable_nodes: Mapping[str, int] = {}
    """Pool id to the number of nodes in its last response that could not be decoded."""
    fetch_states: Mapping[ResourceKind, FetchState] = {}
    ips_of: Mapping[str, tuple[PublicIP, ...]] = {}
    """Server id to its public IP records, the effective one first (reference 4.3)."""
    nodes_of: Mapping[str, tuple[PoolNode, ...]] = {}
    """Server id to its pool nodes, as far as pools have been read."""
    drains: Mapping[str, Drain] = {}
    """Server id to the pools that it was drained from; see `drain_of`."""

    @classmethod
    def of(
        cls,
        *,
        region: str,
        tenant: str,
        servers: Iterable[Server],
        public_ips: Iterable[PublicIP],
        pools: Iterable[LoadBalancerPool],
        networks: Iterable[CloudNetwork],
        nodes: Mapping[str, Iterable[PoolNode]],
        fetch_states: Mapping[ResourceKind, FetchState],
    ) -> Snapshot:
        """Create a snapshot from all resources at once.

        Args:
            region: Its region.
            tenant: The account.
            servers: The cloud servers.
            public_ips: Every public IP record.
            pools: The load balancer pools.
            networks: The cloud networks.
            nodes: Lower-case pool id to its nodes, for pools whose nodes have been read.
            fetch_states: How current the data of each kind is.
        """
        ips_of: dict[str, list[PublicIP]] = {}
        nodes_of: dict[str, list[PoolNode]] = {}
        records = {record.key: record for record in public_ips}
        for record in records.values():
            if record.server is not None:
                ips_of.setdefault(record.server.key, []).append(record)
        members = {pool: {node.key: node for node in some} for pool, some in nodes.items()}
        for some in members.values():
            for node in some.values():
                if node.server_key is not None:
                    nodes_of.setdefault(node.server_key, []).append(node)
        known = {network.key: network for network in networks}
        return cls(
            region=region,
            tenant=tenant,
            servers={server.key: server for server in servers},
            public_ips=records,
            pools={pool.key: pool for pool in pools},
            networks=known,
            network_names=frozenset(network.name for network in known.values()),
            nodes=members,
            nodes_from_cache=frozenset(
                members if any(s.from_cache for s in fetch_states.values()) else ()
            ),
            fetch_states=fetch_states,
            ips_of={server: best_first(some) for server, some in ips_of.items()},
            nodes_of={server: by_pool(some) for server, some in nodes_of.items()},
        )

    def cached_since(self, *kinds: ResourceKind) -> datetime | None:
        """Return when the oldest cached kind of resource was read.

        Args:
            kinds: The kinds to check; by default servers, public IPs and pools.

        Returns:
            None if this run has read all of them, or nothing has.
        """
        states = [self.fetch_state(kind) for kind in kinds or PRIMARY_KINDS]
        return min(
            (s.fetched for s in states if s.from_cache and s.fetched is not None), default=None
        )

    def as_delta(self) -> SnapshotDelta:
        """Return the delta from an empty snapshot."""
        return SnapshotDelta(
            servers=KeyDelta(frozenset(self.servers)),
            public_ips=KeyDelta(frozenset(self.public_ips)),
            pools=KeyDelta(frozenset(self.pools)),
            nodes=KeyDelta(frozenset(n for some in self.nodes.values() for n in some)),
            networks=KeyDelta(frozenset(self.networks)),
            fetch_states=frozenset(self.fetch_states),
        )

    def cleared(self) -> tuple[Snapshot, SnapshotDelta]:
        """Return an empty snapshot, for a region that is no longer shown."""
        gone = SnapshotDelta(
            servers=KeyDelta(removed=frozenset(self.servers)),
            public_ips=KeyDelta(removed=frozenset(self.public_ips)),
            pools=KeyDelta(removed=frozenset(self.pools)),
            nodes=KeyDelta(removed=frozenset(n for some in self.nodes.values() for n in some)),
            networks=KeyDelta(removed=frozenset(self.networks)),
            fetch_states=frozenset(self.fetch_states),
        )
        return Snapshot(region=self.region, tenant=self.tenant), gone

    def fetch_state(self, kind: ResourceKind) -> FetchState:
        """Return the fetch state of a kind of resource, also if it was never read."""
        return self.fetch_states.get(kind, _UNREAD)

    def has(self, kind: ResourceKind, key: str, pool_key: str = "") -> bool:
        """Return whether a resource is in the snapshot.

        Args:
            kind: Its kind.
            key: Its lower-case id.
            pool_key: The pool of a node.
        """
        match kind:
            case ResourceKind.SERVERS:
                return key in self.servers
            case ResourceKind.PUBLIC_IPS:
                return key in self.public_ips
            case ResourceKind.POOLS:
                return key in self.pools
            case ResourceKind.NODES:
                return pool_key in self.pools and key in self.nodes_in(pool_key)
            case ResourceKind.NETWORKS:
                return key in self.networks

    def public_ip_of(self, server_key: str) -> PublicIP | None:
        """Return the effective public IP record of a server: ACTIVE before transitional, failed."""
        records = self.ips_of.get(server_key, ())
        return records[0] if records else None

    def nodes_in(self, pool_key: str) -> Mapping[str, PoolNode]:
        """Return the nodes of a pool; empty if they have not been read."""
        return self.nodes.get(pool_key, _NO_NODES)

    def is_orphan(self, server_key: str) -> bool:
        """Return whether a record names a cloud server that no longer exists.

        Users have seen such records although the documentation excludes them (reference, section
        10). Only a complete list of servers can prove it.
        """
        return server_key not in self.servers and self.fetch_state(ResourceKind.SERVERS).is_whole

    def is_member(self, server_key: str, pool_key: str) -> bool:
        """Return whether a server is a member of a pool; a failed membership is none."""
        return any(
            node.pool_key == pool_key and phase(node.status) is not Phase.FAILED
            for node in self.nodes_of.get(server_key, ())
        )

    def drain_of(self, server_key: str) -> Drain | None:
        """Return the drain of a server, with the existing pools that it is missing from.

        Returns:
            None: the server is not drained, it is a member of all these pools again, or none of
            them exists any more.
        """
        drain = self.drains.get(server_key)
        if drain is None:
            return None
        listed = self.fetch_state(ResourceKind.POOLS).fetched is not None
        missing = tuple(
            pool
            for pool in drain.pools
            if (pool.key in self.pools or not listed) and not self.is_member(server_key, pool.key)
        )
        return replace(drain, pools=missing) if missing else None

    @property
    def unread_pool_count(self) -> int:
        """The number of pools whose nodes this run has not read."""
        return len(self.pools.keys() - (self.nodes.keys() - self.nodes_from_cache))

    @property
    def unread_member_pools(self) -> tuple[LoadBalancerPool, ...]:
        """The pools whose nodes this run has not read, and which may have some."""
        known = self.nodes.keys() - self.nodes_from_cache
        return tuple(
            pool
            for key, pool in self.pools.items()
            if key not in known and pool.counts.cloud_servers != 0
        )

    @property
    def knows_all_nodes(self) -> bool:
        """Whether the nodes of every pool are known."""
        return (
            self.fetch_state(ResourceKind.POOLS).fetched is not None
            and not self.fetch_state(ResourceKind.POOLS).skipped
            and self.nodes.keys() >= self.pools.keys()
        )

    def unreadable(self, kind: ResourceKind, pool_key: str = "") -> str:
        """Describe how many items of a list could not be read; empty: all of them could.

        Args:
            kind: The kind of the list.
            pool_key: The pool of a list of nodes.
        """
        if kind is ResourceKind.NODES:
            pool = self.pools.get(pool_key)
            name = pool_key if pool is None else pool.name or pool.id
            return describe_unreadable(kind, self.unreadable_nodes.get(pool_key, 0), name)
        return describe_unreadable(kind, len(self.fetch_state(kind).skipped))

    def server_name(self, server_key: str, fallback: str | None = None) -> str:
        """Return the name of a server: Nova's, else the fallback, else its id."""
        server = self.servers.get(server_key)
        if server is not None and server.name:
            return server.name
        return fallback or server_key

    def private_ip_of(self, server: Server) -> str | None:
        """Return the address of a server on its RackConnect network.

        Nova lists addresses under the name of the network (reference 8.3). Before the networks
        have been read, a label with the prefix `RC-` decides, then the public IP record.
        """
        for address in server.addresses:
            if address.label in self.network_names:
                return address.address
        for address in server.addresses:
            if address.label.upper().startswith("RC-"):
                return address.address
        record = self.public_ip_of(server.key)
        if record is not None and record.server is not None and record.server.private_ip:
            return record.server.private_ip
        return next(
            (a.address for a in server.addresses if a.label == "private" and a.version == 4), None
        )

    def active_nodes(self, pool_key: str) -> int:
        """Return the number of ACTIVE nodes of a pool among those that have been read."""
        return sum(1 for node in self.nodes_in(pool_key).values() if node.status == "ACTIVE")

    # -- the next snapshot --------------------------------------------------------------------

    def with_fetch_state(
        self, kind: ResourceKind, state: FetchState
    ) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the fetch state of one kind of resource."""
        if self.fetch_states.get(kind) == state:
            return self, SnapshotDelta()
        return replace(self, fetch_states={**self.fetch_states, kind: state}), SnapshotDelta(
            fetch_states=frozenset({kind})
        )

    def with_servers(self, servers: Iterable[Server]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the complete list of cloud servers."""
        new, delta = compare_items(self.servers, servers)
        if not delta:
            return self if new is self.servers else replace(self, servers=new), SnapshotDelta()
        return self._servers_replaced(new, delta)

    def _servers_replaced(
        self, new: Mapping[str, Server], delta: KeyDelta
    ) -> tuple[Snapshot, SnapshotDelta]:
        keys = delta.changed | delta.removed
        addresses = frozenset(record.key for key in keys for record in self.ips_of.get(key, ()))
        nodes = frozenset(node.key for key in keys for node in self.nodes_of.get(key, ()))
        pools = frozenset(node.pool_key for key in keys for node in self.nodes_of.get(key, ()))
        return replace(self, servers=new), SnapshotDelta(
            servers=delta,
            public_ips=KeyDelta(addresses),
            nodes=KeyDelta(nodes),
            pools=KeyDelta(pools & self.pools.keys()),
        )

    def with_more_servers(self, servers: Iterable[Server]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with additional servers."""
        more = {server.key: server for server in servers}
        new, delta = add_items(self.servers, more)
        return self._servers_replaced(new, delta) if delta else (self, SnapshotDelta())

    def with_drains(self, drains: Mapping[str, Drain]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the drained servers according to the journal."""
        if drains == self.drains:
            return self, SnapshotDelta()
        keys = {
            key
            for key in drains.keys() | self.drains.keys()
            if drains.get(key) != self.drains.get(key)
        }
        return replace(self, drains=drains), SnapshotDelta(
            servers=KeyDelta(frozenset(keys) & self.servers.keys())
        )

    def with_networks(self, networks: Iterable[CloudNetwork]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the complete list of cloud networks."""
        new, delta = compare_items(self.networks, networks)
        if not delta:
            return self if new is self.networks else replace(self, networks=new), SnapshotDelta()
        # The name of a network decides which address of a server is the RackConnect one.
        names = frozenset(network.name for network in new.values())
        return replace(self, networks=new, network_names=names), SnapshotDelta(
            networks=delta, servers=KeyDelta(frozenset(self.servers))
        )

    def with_public_ips(self, records: Iterable[PublicIP]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the complete list of public IP records."""
        new, delta = compare_items(self.public_ips, existing_records(records))
        return self._public_ips_replaced(new, delta)

    def with_more_public_ips(self, records: Iterable[PublicIP]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with additional public IP records."""
        more = {record.key: record for record in existing_records(records)}
        new, delta = add_items(self.public_ips, more)
        return self._public_ips_replaced(new, delta) if delta else (self, SnapshotDelta())

    def with_public_ip(self, record: PublicIP) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with one public IP record, or without it if its status is gone."""
        if phase(record.status) is Phase.GONE:
            return self.without_public_ip(record.key)
        if self.public_ips.get(record.key) == record:
            return self, SnapshotDelta()
        return self._public_ips_replaced(
            {**self.public_ips, record.key: record}, KeyDelta(frozenset({record.key}))
        )

    def without_public_ip(self, key: str) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot without a public IP record."""
        if key not in self.public_ips:
            return self, SnapshotDelta()
        new = {k: v for k, v in self.public_ips.items() if k != key}
        return self._public_ips_replaced(new, KeyDelta(removed=frozenset({key})))

    def _public_ips_replaced(
        self, new: Mapping[str, PublicIP], delta: KeyDelta
    ) -> tuple[Snapshot, SnapshotDelta]:
        if not delta:
            same = new is self.public_ips
            return self if same else replace(self, public_ips=new), SnapshotDelta()
        ips_of, servers = regroup(
            self.ips_of,
            self.public_ips,
            new,
            delta,
            lambda record: None if record.server is None else record.server.key,
            best_first,
        )
        return replace(self, public_ips=new, ips_of=ips_of), SnapshotDelta(
            public_ips=delta, servers=KeyDelta(servers & self.servers.keys())
        )

    def with_pools(self, pools: Iterable[LoadBalancerPool]) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the complete list of pools; drops nodes of missing ones."""
        new, delta = compare_items(self.pools, pools)
        if not delta:
            return self if new is self.pools else replace(self, pools=new), SnapshotDelta()
        snapshot = replace(self, pools=new)
        nodes = KeyDelta()
        servers = frozenset(
            server
            for pool in delta.changed
            for node in self.nodes_in(pool).values()
            if (server := node.server_key) is not None
        )
        servers |= {
            key
            for key, drain in self.drains.items()
            if any(pool.key in delta.changed or pool.key in delta.removed for pool in drain.pools)
        }
        for key in delta.removed & self.nodes.keys():
            snapshot, diff = snapshot.with_nodes(key, ())
            nodes = KeyDelta(nodes.changed | diff.nodes.changed, nodes.removed | diff.nodes.removed)
            servers |= diff.servers.changed
            snapshot = replace(
                snapshot, nodes={k: v for k, v in snapshot.nodes.items() if k != key}
            )
        return snapshot, SnapshotDelta(
            pools=delta, nodes=nodes, servers=KeyDelta(servers & self.servers.keys())
        )

    def with_pool(self, pool: LoadBalancerPool) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with one pool."""
        if self.pools.get(pool.key) == pool:
            return self, SnapshotDelta()
        return replace(self, pools={**self.pools, pool.key: pool}), SnapshotDelta(
            pools=KeyDelta(frozenset({pool.key}))
        )

    def with_nodes(
        self, pool_key: str, nodes: Iterable[PoolNode], unreadable: int | None = None
    ) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with the complete list of nodes of a pool.

        Args:
            pool_key: The pool.
            nodes: Its nodes.
            unreadable: How many more could not be decoded; None: as many as before.
        """
        if unreadable is not None and unreadable != self.unreadable_nodes.get(pool_key, 0):
            counts = {**self.unreadable_nodes, pool_key: unreadable}
            return replace(self, unreadable_nodes=counts).with_nodes(pool_key, nodes)
        old = self.nodes.get(pool_key)
        new, delta = compare_items(old or {}, existing_records(nodes))
        if not delta and old is not None and pool_key not in self.nodes_from_cache:
            return self, SnapshotDelta()
        nodes_of, servers = regroup(
            self.nodes_of, old or {}, new, delta, lambda node: node.server_key, by_pool
        )
        snapshot = replace(
            self,
            nodes={**self.nodes, pool_key: new},
            nodes_of=nodes_of,
            nodes_from_cache=self.nodes_from_cache - {pool_key},
        )
        return snapshot, SnapshotDelta(
            nodes=delta,
            servers=KeyDelta(servers & self.servers.keys()),
            pools=KeyDelta(frozenset({pool_key}) & self.pools.keys()),
        )

    def with_node(self, node: PoolNode) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot with one node, or without it if its status is gone."""
        nodes = {k: v for k, v in self.nodes_in(node.pool_key).items() if k != node.key}
        return self.with_nodes(node.pool_key, [*nodes.values(), node])

    def without_node(self, pool_key: str, key: str) -> tuple[Snapshot, SnapshotDelta]:
        """Return the snapshot without a node."""
        nodes = self.nodes_in(pool_key)
        if key not in nodes:
            return self, SnapshotDelta()
        return self.with_nodes(pool_key, [n for k, n in nodes.items() if k != key])
