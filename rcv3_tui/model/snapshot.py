"""One immutable picture of a region: its resources, their joins, and what differs between two.

A picture is never changed. `Snapshot.with_...` gives the next one together with a `Diff` that
names the rows whose picture differs, those of joined resources too, so that nobody above has to
compare ten thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Server,
)
from rcv3_tui.model.status import Phase, phase


class Part(StrEnum):
    """The parts of a picture that are read, and can fail, apart from each other."""

    SERVERS = "servers"
    PUBLIC_IPS = "public IPs"
    POOLS = "pools"
    NODES = "pool nodes"
    NETWORKS = "networks"


MAIN = (Part.SERVERS, Part.PUBLIC_IPS, Part.POOLS)
"""The parts that decide whether a picture counts as live."""


class PartState(Struct, frozen=True):
    """How well a part is known."""

    fetched: datetime | None = None
    """When it was last read whole, in UTC; None: never."""
    error: str | None = None
    """What is wrong with it now, in one line; None: nothing."""
    unreachable: bool = False
    """The error is one of the line, not an answer of the service."""
    failing_since: datetime | None = None
    skipped: tuple[str, ...] = ()
    """Items of the last answer that could not be read, a reason each."""
    kept: bool = False
    """An earlier run of the program read it; this one has not yet."""

    @property
    def is_read(self) -> bool:
        """Whether this run of the program has read it."""
        return self.fetched is not None and not self.kept


class Delta(Struct, frozen=True):
    """The rows of one pane that differ: new or changed ones, and those that went."""

    changed: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


class Diff(Struct, frozen=True):
    """What differs between two pictures, by lower-case id."""

    servers: Delta = Delta()
    public_ips: Delta = Delta()
    pools: Delta = Delta()
    nodes: Delta = Delta()
    networks: Delta = Delta()
    parts: frozenset[Part] = frozenset()
    """Parts whose state (age, error) differs."""

    def __bool__(self) -> bool:
        return bool(
            self.servers
            or self.public_ips
            or self.pools
            or self.nodes
            or self.networks
            or self.parts
        )


_EMPTY: Mapping[str, tuple[PublicIP, ...]] = {}
_NO_NODES: Mapping[str, PoolNode] = {}
_RANK = {Phase.SETTLED: 0, Phase.OFF: 0, Phase.MOVING: 1, Phase.FAILED: 2, Phase.GONE: 3}

ItemT = TypeVar("ItemT", CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server)


class Snapshot(Struct, frozen=True):
    """One immutable picture of a region. All mappings go by lower-case id."""

    region: str
    tenant: str = ""
    servers: Mapping[str, Server] = {}
    public_ips: Mapping[str, PublicIP] = {}
    pools: Mapping[str, LoadBalancerPool] = {}
    networks: Mapping[str, CloudNetwork] = {}
    network_names: frozenset[str] = frozenset()
    nodes: Mapping[str, Mapping[str, PoolNode]] = {}
    """Pool id to its nodes; a pool whose nodes were never read is not in it."""
    nodes_kept: frozenset[str] = frozenset()
    """Those of these pools whose nodes an earlier run read, and this one has not yet."""
    parts: Mapping[Part, PartState] = {}
    ips_of: Mapping[str, tuple[PublicIP, ...]] = {}
    """Server id to its public IP records, the one that counts first (reference 4.3)."""
    nodes_of: Mapping[str, tuple[PoolNode, ...]] = {}
    """Server id to its pool memberships, as far as pools have been read."""

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
        parts: Mapping[Part, PartState],
    ) -> Snapshot:
        """Make a picture of all there is at once.

        Args:
            region: Its region.
            tenant: The account.
            servers: The cloud servers.
            public_ips: Every public IP record.
            pools: The load balancer pools.
            networks: The cloud networks.
            nodes: Lower-case pool id to the nodes, of those pools whose nodes have been read.
            parts: How well each part is known.
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
            nodes_kept=frozenset(members if any(s.kept for s in parts.values()) else ()),
            parts=parts,
            ips_of={server: _best_first(some) for server, some in ips_of.items()},
            nodes_of={server: _by_pool(some) for server, some in nodes_of.items()},
        )

    def kept_from(self, *parts: Part) -> datetime | None:
        """Tell when the oldest of some parts was read that is still an earlier run's.

        Args:
            parts: Which; servers, public IPs and pools where none is named.

        Returns:
            None: this run has read all of them, or nobody has.
        """
        states = [self.part(part) for part in parts or MAIN]
        return min((s.fetched for s in states if s.kept and s.fetched is not None), default=None)

    def everything(self) -> Diff:
        """Give the difference to a picture of nothing."""
        return Diff(
            servers=Delta(frozenset(self.servers)),
            public_ips=Delta(frozenset(self.public_ips)),
            pools=Delta(frozenset(self.pools)),
            nodes=Delta(frozenset(n for some in self.nodes.values() for n in some)),
            networks=Delta(frozenset(self.networks)),
            parts=frozenset(self.parts),
        )

    def emptied(self) -> tuple[Snapshot, Diff]:
        """Give a picture of nothing, for a region that is not shown any more."""
        gone = Diff(
            servers=Delta(removed=frozenset(self.servers)),
            public_ips=Delta(removed=frozenset(self.public_ips)),
            pools=Delta(removed=frozenset(self.pools)),
            nodes=Delta(removed=frozenset(n for some in self.nodes.values() for n in some)),
            networks=Delta(removed=frozenset(self.networks)),
            parts=frozenset(self.parts),
        )
        return Snapshot(region=self.region, tenant=self.tenant), gone

    def part(self, part: Part) -> PartState:
        """Give the state of a part, also of one that was never read."""
        return self.parts.get(part, _UNREAD)

    def public_ip_of(self, server_key: str) -> PublicIP | None:
        """Give the public IP record that counts for a server: ACTIVE, then moving, then failed."""
        records = self.ips_of.get(server_key, ())
        return records[0] if records else None

    def nodes_in(self, pool_key: str) -> Mapping[str, PoolNode]:
        """Give a pool's nodes, empty when they have not been read."""
        return self.nodes.get(pool_key, _NO_NODES)

    def is_ghost(self, server_key: str) -> bool:
        """Tell whether a cloud server that a record names does not exist any more.

        Users saw such records though the documentation excludes them (reference, section 10).
        Only a list of servers that was read can prove it.
        """
        return self.part(Part.SERVERS).is_read and server_key not in self.servers

    def server_name(self, server_key: str, fallback: str | None = None) -> str:
        """Give the name a server goes by: Nova's, else the record's, else its id."""
        server = self.servers.get(server_key)
        if server is not None and server.name:
            return server.name
        return fallback or server_key

    def private_ip_of(self, server: Server) -> str | None:
        """Give a server's address on the RackConnect network.

        Nova lists addresses under the network's name (reference 8.3); before the networks have
        been read, a label that begins with `RC-` has to do, then what the public IP record says.
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
        """Count a pool's ACTIVE nodes among those that have been read."""
        return sum(1 for node in self.nodes_in(pool_key).values() if node.status == "ACTIVE")

    # -- the next picture ---------------------------------------------------------------------

    def with_part(self, part: Part, state: PartState) -> tuple[Snapshot, Diff]:
        """Give the picture with another state of one part."""
        if self.parts.get(part) == state:
            return self, Diff()
        return replace(self, parts={**self.parts, part: state}), Diff(parts=frozenset({part}))

    def with_servers(self, servers: Iterable[Server]) -> tuple[Snapshot, Diff]:
        """Give the picture with the account's cloud servers as now listed."""
        new, delta = _compare(self.servers, servers)
        if not delta:
            return replace(self, servers=new) if _came_raw(self.servers, new) else self, Diff()
        return self._servers_replaced(new, delta)

    def _servers_replaced(self, new: Mapping[str, Server], delta: Delta) -> tuple[Snapshot, Diff]:
        moved = delta.changed | delta.removed
        addresses = frozenset(record.key for key in moved for record in self.ips_of.get(key, ()))
        nodes = frozenset(node.key for key in moved for node in self.nodes_of.get(key, ()))
        pools = frozenset(node.pool_key for key in moved for node in self.nodes_of.get(key, ()))
        return replace(self, servers=new), Diff(
            servers=delta,
            public_ips=Delta(addresses),
            nodes=Delta(nodes),
            pools=Delta(pools & self.pools.keys()),
        )

    def with_more_servers(self, servers: Iterable[Server]) -> tuple[Snapshot, Diff]:
        """Give the picture with servers that have come besides those that are there."""
        more = {server.key: server for server in servers}
        new, delta = _added(self.servers, more)
        return self._servers_replaced(new, delta) if delta else (self, Diff())

    def with_networks(self, networks: Iterable[CloudNetwork]) -> tuple[Snapshot, Diff]:
        """Give the picture with the cloud networks as now listed."""
        new, delta = _compare(self.networks, networks)
        if not delta:
            return replace(self, networks=new) if _came_raw(self.networks, new) else self, Diff()
        # A network's name decides which of a server's addresses is the RackConnect one.
        names = frozenset(network.name for network in new.values())
        return replace(self, networks=new, network_names=names), Diff(
            networks=delta, servers=Delta(frozenset(self.servers))
        )

    def with_public_ips(self, records: Iterable[PublicIP]) -> tuple[Snapshot, Diff]:
        """Give the picture with every public IP record as now listed."""
        new, delta = _compare(self.public_ips, _existing(records))
        return self._public_ips_replaced(new, delta)

    def with_more_public_ips(self, records: Iterable[PublicIP]) -> tuple[Snapshot, Diff]:
        """Give the picture with public IP records that have come besides those that are there."""
        more = {record.key: record for record in _existing(records)}
        new, delta = _added(self.public_ips, more)
        return self._public_ips_replaced(new, delta) if delta else (self, Diff())

    def with_public_ip(self, record: PublicIP) -> tuple[Snapshot, Diff]:
        """Give the picture with one public IP record as just read."""
        if not _exists(record):
            return self.without_public_ip(record.key)
        if self.public_ips.get(record.key) == record:
            return self, Diff()
        return self._public_ips_replaced(
            {**self.public_ips, record.key: record}, Delta(frozenset({record.key}))
        )

    def without_public_ip(self, key: str) -> tuple[Snapshot, Diff]:
        """Give the picture after a public IP record has gone."""
        if key not in self.public_ips:
            return self, Diff()
        new = {k: v for k, v in self.public_ips.items() if k != key}
        return self._public_ips_replaced(new, Delta(removed=frozenset({key})))

    def _public_ips_replaced(
        self, new: Mapping[str, PublicIP], delta: Delta
    ) -> tuple[Snapshot, Diff]:
        if not delta:
            came = _came_raw(self.public_ips, new)
            return replace(self, public_ips=new) if came else self, Diff()
        joined, servers = _rejoin(
            self.ips_of,
            self.public_ips,
            new,
            delta,
            lambda record: None if record.server is None else record.server.key,
            _best_first,
        )
        return replace(self, public_ips=new, ips_of=joined), Diff(
            public_ips=delta, servers=Delta(servers & self.servers.keys())
        )

    def with_pools(self, pools: Iterable[LoadBalancerPool]) -> tuple[Snapshot, Diff]:
        """Give the picture with the load balancer pools as now listed; nodes of gone ones go."""
        new, delta = _compare(self.pools, pools)
        if not delta:
            return replace(self, pools=new) if _came_raw(self.pools, new) else self, Diff()
        picture = replace(self, pools=new)
        nodes = Delta()
        servers = frozenset(
            server
            for pool in delta.changed
            for node in self.nodes_in(pool).values()
            if (server := node.server_key) is not None
        )
        for key in delta.removed & self.nodes.keys():
            picture, diff = picture.with_nodes(key, ())
            nodes = Delta(nodes.changed | diff.nodes.changed, nodes.removed | diff.nodes.removed)
            servers |= diff.servers.changed
            kept = {k: v for k, v in picture.nodes.items() if k != key}
            picture = replace(picture, nodes=kept)
        return picture, Diff(pools=delta, nodes=nodes, servers=Delta(servers & self.servers.keys()))

    def with_pool(self, pool: LoadBalancerPool) -> tuple[Snapshot, Diff]:
        """Give the picture with one pool as just read."""
        if self.pools.get(pool.key) == pool:
            return self, Diff()
        return replace(self, pools={**self.pools, pool.key: pool}), Diff(
            pools=Delta(frozenset({pool.key}))
        )

    def with_nodes(self, pool_key: str, nodes: Iterable[PoolNode]) -> tuple[Snapshot, Diff]:
        """Give the picture with one pool's nodes as now listed."""
        old = self.nodes.get(pool_key)
        new, delta = _compare(old or {}, _existing(nodes))
        if not delta and old is not None and pool_key not in self.nodes_kept:
            return self, Diff()
        joined, servers = _rejoin(
            self.nodes_of, old or {}, new, delta, lambda node: node.server_key, _by_pool
        )
        picture = replace(
            self,
            nodes={**self.nodes, pool_key: new},
            nodes_of=joined,
            nodes_kept=self.nodes_kept - {pool_key},
        )
        return picture, Diff(
            nodes=delta,
            servers=Delta(servers & self.servers.keys()),
            pools=Delta(frozenset({pool_key}) & self.pools.keys()),
        )

    def with_node(self, node: PoolNode) -> tuple[Snapshot, Diff]:
        """Give the picture with one node as just read, or without it when its status is gone."""
        nodes = {k: v for k, v in self.nodes_in(node.pool_key).items() if k != node.key}
        return self.with_nodes(node.pool_key, [*nodes.values(), node])

    def without_node(self, pool_key: str, key: str) -> tuple[Snapshot, Diff]:
        """Give the picture after a node has gone."""
        nodes = self.nodes_in(pool_key)
        if key not in nodes:
            return self, Diff()
        return self.with_nodes(pool_key, [n for k, n in nodes.items() if k != key])


_UNREAD = PartState()


def _exists(record: PublicIP | PoolNode) -> bool:
    return phase(record.status) is not Phase.GONE


def _existing(records: Iterable[_Record]) -> Sequence[_Record]:
    """Leave out records that are gone, of which there hardly ever is one."""
    some = list(records)
    statuses = {record.status for record in some}
    gone = {status for status in statuses if phase(status) is Phase.GONE}
    if gone:
        some = [record for record in some if record.status not in gone]
    return some


def _compare(old: Mapping[str, ItemT], items: Iterable[ItemT]) -> tuple[dict[str, ItemT], Delta]:
    """Give a list as a mapping, and what differs in it.

    What did not change is the very same object, mostly at its old place; so ten thousand of them
    cost a glance each, and not the making of a key.
    """
    some = list(items)
    new: dict[str, ItemT] = {}
    if len(some) == len(old):
        places = zip(old, old.values(), some, strict=True)
        others = {key: item for key, before, item in places if before is not item}
        if all(item.key == key for key, item in others.items()):
            new.update(old)
            new.update(others)
            return new, Delta(frozenset(k for k in others if _differs(old[k], others[k])))
    known = {id(item): key for key, item in old.items()}
    for item in some:
        new[known.get(id(item)) or item.key] = item
    return new, Delta(
        frozenset(key for key in new if _differs(old.get(key), new[key])),
        frozenset(old.keys() - new.keys()),
    )


def _added(
    old: Mapping[str, ItemT], more: Mapping[str, ItemT]
) -> tuple[Mapping[str, ItemT], Delta]:
    delta = Delta(frozenset(key for key, item in more.items() if _differs(old.get(key), item)))
    return {**old, **more}, delta


def _differs(before: ItemT | None, item: ItemT) -> bool:
    return before is not item and before != item and not _is_kept(before, item)


def _is_kept(before: ItemT | None, item: ItemT) -> bool:
    """Tell whether an item is what an earlier run kept, which keeps all but its JSON."""
    return before is not None and before.sent is None and replace(item, sent=None) == before


def _came_raw(old: Mapping[str, ItemT], new: Mapping[str, ItemT]) -> bool:
    """Tell whether items that say the same came with their JSON only now."""
    return any(item.sent is None and new[key].sent is not None for key, item in old.items())


_Record = TypeVar("_Record", PublicIP, PoolNode)


def _rejoin(
    joined: Mapping[str, tuple[_Record, ...]],
    old: Mapping[str, _Record],
    new: Mapping[str, _Record],
    delta: Delta,
    server_of: Callable[[_Record], str | None],
    order: Callable[[Sequence[_Record]], tuple[_Record, ...]],
) -> tuple[dict[str, tuple[_Record, ...]], frozenset[str]]:
    touched: dict[str, list[_Record]] = {}

    def group(server: str) -> list[_Record]:
        if server not in touched:
            touched[server] = [
                r
                for r in joined.get(server, ())
                if not (r.key in old and (r.key in delta.changed or r.key in delta.removed))
            ]
        return touched[server]

    for key in delta.changed | delta.removed:
        before = old.get(key)
        if before is not None and (server := server_of(before)) is not None:
            group(server)
    for key in delta.changed:
        if (server := server_of(new[key])) is not None:
            group(server).append(new[key])
    result = dict(joined)
    for server, records in touched.items():
        if records:
            result[server] = order(records)
        else:
            result.pop(server, None)
    return result, frozenset(touched)


def _best_first(records: Sequence[PublicIP]) -> tuple[PublicIP, ...]:
    if len(records) == 1:
        return (records[0],)

    def rank(record: PublicIP) -> tuple[int, float, str]:
        created = record.created.timestamp() if record.created else 0.0
        return _RANK[phase(record.status)], -created, record.key

    return tuple(sorted(records, key=rank))


def _by_pool(nodes: Sequence[PoolNode]) -> tuple[PoolNode, ...]:
    if len(nodes) == 1:
        return (nodes[0],)
    return tuple(sorted(nodes, key=lambda node: (node.pool_key, node.key)))


def merge(first: Diff, second: Diff) -> Diff:
    """Give what two diffs, one after the other, come to.

    Args:
        first: The earlier one.
        second: The later one; a row it brings back is not removed any more.
    """

    def both(a: Delta, b: Delta) -> Delta:
        return Delta((a.changed - b.removed) | b.changed, (a.removed - b.changed) | b.removed)

    return Diff(
        servers=both(first.servers, second.servers),
        public_ips=both(first.public_ips, second.public_ips),
        pools=both(first.pools, second.pools),
        nodes=both(first.nodes, second.nodes),
        networks=both(first.networks, second.networks),
        parts=first.parts | second.parts,
    )
