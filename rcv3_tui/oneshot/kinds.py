"""The nouns: what each lists, its columns, and what its rows can be filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase, phase, server_phase
from rcv3_tui.model.times import elapsed
from rcv3_tui.oneshot.asked import Noun
from rcv3_tui.oneshot.columns import Column, natural
from rcv3_tui.oneshot.kind import Kind
from rcv3_tui.oneshot.reading import RegionReader

if TYPE_CHECKING:
    from rcv3_tui.model.filters import Fields


def _moving(status: str, since: datetime | None, now: datetime) -> str:
    if phase(status) is not Phase.MOVING or since is None:
        return ""
    return elapsed((now - since).total_seconds())


# Cloud servers -------------------------------------------------------------------------------


def _public(reader: RegionReader, server: Server) -> str | None:
    record = reader.snapshot.public_ip_of(server.key)
    return None if record is None else record.address or record.status


def _pools_of(reader: RegionReader, server: Server) -> tuple[str, ...]:
    snapshot = reader.snapshot
    names = {
        pool.name if (pool := snapshot.pools.get(node.pool_key)) else node.pool_id
        for node in snapshot.nodes_of.get(server.key, ())
    }
    return tuple(sorted(names, key=natural))


def _server_fields(reader: RegionReader, server: Server) -> Fields:
    from rcv3_tui.model.filters import server_fields

    return server_fields(
        server,
        reader.name,
        private_ip=reader.snapshot.private_ip_of(server),
        record=reader.snapshot.public_ip_of(server.key),
        pools=_pools_of(reader, server),
    )


def _server_phase(server: Server) -> Phase:
    return server_phase(server.status, server.task_state)


_RECORDS = frozenset({Part.PUBLIC_IPS})
_MEMBERS = frozenset({Part.POOLS, Part.NODES})

SERVERS: Kind[Server] = Kind(
    noun=Noun.SERVERS,
    part=Part.SERVERS,
    items=lambda reader: reader.servers,
    order=lambda reader, server: (natural(server.name),),
    columns=(
        Column("name", "NAME", lambda r, s: s.name, "name", rank=0, least=10),
        Column(
            "status",
            "STATUS",
            lambda r, s: s.status,
            "status",
            phase=_server_phase,
            note=lambda s, now: s.task_state or "",
            rank=1,
        ),
        Column(
            "private",
            "PRIVATE IP",
            lambda r, s: r.snapshot.private_ip_of(s),
            needs=frozenset({Part.NETWORKS}),
            rank=4,
            least=15,
        ),
        Column("public", "PUBLIC IP", _public, needs=_RECORDS, rank=2, least=15),
        Column("pools", "POOLS", _pools_of, usual=False, needs=_MEMBERS, rank=3),
        Column("age", "AGE", lambda r, s: s.created, is_age=True, right=True, rank=6, least=3),
        Column("id", "ID", lambda r, s: s.id, "id", usual=False),
        Column("task", "TASK", lambda r, s: s.task_state, "OS-EXT-STS:task_state", usual=False),
        Column("fault", "FAULT", lambda r, s: s.fault, "fault", usual=False),
        Column("access_ip", "ACCESS IP", lambda r, s: s.access_ip, "accessIPv4", usual=False),
        Column("flavor", "FLAVOR", lambda r, s: s.flavor, "flavor", usual=False),
        Column("image", "IMAGE", lambda r, s: s.image, "image", usual=False),
        Column("created", "CREATED", lambda r, s: s.created, "created", usual=False),
        Column("updated", "UPDATED", lambda r, s: s.updated, "updated", usual=False),
    ),
    fields=_server_fields,
    phase=_server_phase,
    status=lambda server: server.status,
    since=lambda server: server.updated or server.created,
    title=lambda reader, server: server.name,
    joined={
        "": _RECORDS | {Part.NETWORKS},
        "pool": _MEMBERS,
        "pools": _MEMBERS,
    },
)


# Public IPs ----------------------------------------------------------------------------------


def _server_name(reader: RegionReader, item: PublicIP | PoolNode) -> str | None:
    link = item.server
    return None if link is None else reader.snapshot.server_name(link.key, link.name)


def _public_ip_fields(reader: RegionReader, record: PublicIP) -> Fields:
    from rcv3_tui.model.filters import public_ip_fields

    return public_ip_fields(record, reader.name, server_name=_server_name(reader, record))


def _network_of(reader: RegionReader, record: PublicIP) -> str | None:
    network = None if record.server is None else record.server.network
    return None if network is None else network.name


IPS: Kind[PublicIP] = Kind(
    noun=Noun.IPS,
    part=Part.PUBLIC_IPS,
    items=lambda reader: reader.public_ips,
    order=lambda reader, record: (
        (0 if record.address else 1,),
        natural(record.address or _server_name(reader, record)),
    ),
    columns=(
        Column("address", "ADDRESS", lambda r, ip: ip.address, "public_ip_v4", rank=0, least=15),
        Column(
            "status",
            "STATUS",
            lambda r, ip: ip.status,
            "status",
            phase=lambda ip: phase(ip.status),
            note=lambda ip, now: _moving(ip.status, ip.updated or ip.created, now),
            rank=1,
        ),
        Column("server", "SERVER", _server_name, "cloud_server.name", rank=2),
        Column("retain", "RETAIN", lambda r, ip: ip.retain, "retain", rank=5, least=6),
        Column("age", "AGE", lambda r, ip: ip.created, is_age=True, right=True, rank=6, least=3),
        Column("detail", "DETAIL", lambda r, ip: ip.status_detail, "status_detail", rank=4),
        Column("id", "ID", lambda r, ip: ip.id, "id", usual=False),
        Column(
            "server_id",
            "SERVER ID",
            lambda r, ip: None if ip.server is None else ip.server.id,
            "cloud_server.id",
            usual=False,
        ),
        Column(
            "private",
            "PRIVATE IP",
            lambda r, ip: None if ip.server is None else ip.server.private_ip,
            "cloud_server.cloud_network.private_ip_v4",
            usual=False,
        ),
        Column("network", "NETWORK", _network_of, "cloud_server.cloud_network.name", usual=False),
        Column("ticket", "TICKET", lambda r, ip: ip.ticket, "failure_core_ticket_uuid", False),
        Column("created", "CREATED", lambda r, ip: ip.created, "created", usual=False),
        Column("updated", "UPDATED", lambda r, ip: ip.updated, "updated", usual=False),
    ),
    fields=_public_ip_fields,
    phase=lambda record: phase(record.status),
    status=lambda record: record.status,
    since=lambda record: record.updated or record.created,
    title=lambda reader, record: (
        record.address or f"the address of {_server_name(reader, record) or record.id}"
    ),
)


# Load balancer pools -------------------------------------------------------------------------


def _not_active(reader: RegionReader, pool: LoadBalancerPool) -> int | None:
    nodes = reader.snapshot.nodes.get(pool.key)
    return None if nodes is None else len(nodes) - reader.snapshot.active_nodes(pool.key)


def _pool_fields(reader: RegionReader, pool: LoadBalancerPool) -> Fields:
    from rcv3_tui.model.filters import pool_fields

    return pool_fields(pool, reader.name, not_active=_not_active(reader, pool))


POOLS: Kind[LoadBalancerPool] = Kind(
    noun=Noun.POOLS,
    part=Part.POOLS,
    items=lambda reader: reader.pools,
    order=lambda reader, pool: (natural(pool.name),),
    columns=(
        Column("name", "POOL", lambda r, p: p.name, "name", rank=0, least=10),
        Column("address", "VIRTUAL IP", lambda r, p: p.virtual_ip, "virtual_ip", rank=4),
        Column("port", "PORT", lambda r, p: p.port, "port", right=True, rank=4, least=5),
        Column(
            "status",
            "STATUS",
            lambda r, p: p.status,
            "status",
            phase=lambda p: phase(p.status),
            rank=2,
        ),
        Column(
            "nodes",
            "NODES",
            lambda r, p: p.counts.total,
            "node_counts.total",
            right=True,
            rank=1,
            least=5,
        ),
        Column(
            "cloud_servers",
            "CLOUD",
            lambda r, p: p.counts.cloud_servers,
            "node_counts.cloud_servers",
            right=True,
            rank=3,
            least=5,
        ),
        Column(
            "external",
            "EXTERNAL",
            lambda r, p: p.counts.external,
            "node_counts.external",
            right=True,
            rank=6,
            least=8,
        ),
        Column(
            "not_active",
            "NOT ACTIVE",
            _not_active,
            usual=False,
            needs=_MEMBERS,
            right=True,
            rank=2,
        ),
        Column("detail", "DETAIL", lambda r, p: p.status_detail, "status_detail", rank=5),
        Column("id", "ID", lambda r, p: p.id, "id", usual=False),
    ),
    fields=_pool_fields,
    phase=lambda pool: phase(pool.status),
    status=lambda pool: pool.status,
    since=lambda pool: None,
    title=lambda reader, pool: f"pool {pool.name}",
    joined={"not_active": _MEMBERS, "not-active": _MEMBERS},
)


# Pool nodes ----------------------------------------------------------------------------------


def _pool_name(reader: RegionReader, node: PoolNode) -> str:
    pool = reader.snapshot.pools.get(node.pool_key)
    return node.pool_id if pool is None else pool.name


def _node_private(reader: RegionReader, node: PoolNode) -> str | None:
    return None if node.server is None else node.server.private_ip


def _node_fields(reader: RegionReader, node: PoolNode) -> Fields:
    from rcv3_tui.model.filters import node_fields

    return node_fields(
        node,
        reader.name,
        server_name=_server_name(reader, node) or "?",
        private_ip=_node_private(reader, node),
        pool_name=_pool_name(reader, node),
    )


NODES: Kind[PoolNode] = Kind(
    noun=Noun.NODES,
    part=Part.NODES,
    items=lambda reader: reader.nodes(),
    order=lambda reader, node: (
        natural(_pool_name(reader, node)),
        natural(_server_name(reader, node)),
    ),
    columns=(
        Column("pool", "POOL", _pool_name, "load_balancer_pool.name", rank=1),
        Column("server", "SERVER", _server_name, "cloud_server.name", rank=0, least=10),
        Column(
            "status",
            "STATUS",
            lambda r, n: n.status,
            "status",
            phase=lambda n: phase(n.status),
            note=lambda n, now: _moving(n.status, n.updated or n.created, now),
            rank=2,
        ),
        Column(
            "private",
            "PRIVATE IP",
            _node_private,
            "cloud_server.cloud_network.private_ip_v4",
            rank=4,
            least=15,
        ),
        Column("age", "AGE", lambda r, n: n.created, is_age=True, right=True, rank=6, least=3),
        Column("detail", "DETAIL", lambda r, n: n.status_detail, "status_detail", rank=5),
        Column("id", "ID", lambda r, n: n.id, "id", usual=False),
        Column("pool_id", "POOL ID", lambda r, n: n.pool_id, "load_balancer_pool.id", False),
        Column(
            "server_id",
            "SERVER ID",
            lambda r, n: None if n.server is None else n.server.id,
            "cloud_server.id",
            usual=False,
        ),
        Column("created", "CREATED", lambda r, n: n.created, "created", usual=False),
        Column("updated", "UPDATED", lambda r, n: n.updated, "updated", usual=False),
    ),
    fields=_node_fields,
    phase=lambda node: phase(node.status),
    status=lambda node: node.status,
    since=lambda node: node.updated or node.created,
    title=lambda reader, node: (
        f"{_server_name(reader, node) or node.id} in pool {_pool_name(reader, node)}"
    ),
)


# Cloud networks ------------------------------------------------------------------------------


def _network_fields(reader: RegionReader, network: CloudNetwork) -> Fields:
    from rcv3_tui.model.filters import network_fields

    return network_fields(network, reader.name)


NETWORKS: Kind[CloudNetwork] = Kind(
    noun=Noun.NETWORKS,
    part=Part.NETWORKS,
    items=lambda reader: reader.networks,
    order=lambda reader, network: (natural(network.name),),
    columns=(
        Column("name", "NAME", lambda r, n: n.name, "name", rank=0, least=10),
        Column("cidr", "CIDR", lambda r, n: n.cidr, "cidr", rank=1, least=10),
        Column("age", "AGE", lambda r, n: n.created, is_age=True, right=True, rank=6, least=3),
        Column("id", "ID", lambda r, n: n.id, "id", rank=4),
        Column("created", "CREATED", lambda r, n: n.created, "created", usual=False),
        Column("updated", "UPDATED", lambda r, n: n.updated, "updated", usual=False),
    ),
    fields=_network_fields,
    phase=lambda network: Phase.SETTLED,
    status=lambda network: "",
    since=lambda network: None,
    title=lambda reader, network: f"network {network.name}",
)

AnyKind = (
    Kind[Server] | Kind[PublicIP] | Kind[LoadBalancerPool] | Kind[PoolNode] | Kind[CloudNetwork]
)

KINDS: Mapping[Noun, AnyKind] = {
    Noun.SERVERS: SERVERS,
    Noun.IPS: IPS,
    Noun.POOLS: POOLS,
    Noun.NODES: NODES,
    Noun.NETWORKS: NETWORKS,
}
"""Each noun by its name."""
