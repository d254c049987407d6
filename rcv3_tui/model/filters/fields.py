"""What rows can be found by: the fields of each kind of row, and their values.

Names are those of the console's columns; the API's own names (`status_detail`, `public_ip_v4`)
are taken for the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from rcv3_tui.model.attention import Finding
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Part, Snapshot


class FieldType(StrEnum):
    """How a field is asked about."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    """Compared by how long ago it was."""


Value = str | tuple[str, ...] | int | datetime | None
"""A field's value: a text or several, a number, a time; None where there is none."""

Fields = Mapping[str, Value]
"""Field name to value. A field that a row does not have may be left out."""

UNSEARCHED = frozenset({"id"})
"""Fields that a short word is not looked for in: any two letters are in one by chance."""

_TEXT, _NUMBER, _TIME = FieldType.TEXT, FieldType.NUMBER, FieldType.TIME

_COMMON = {"id": _TEXT, "region": _TEXT}

FIELDS_OF: Mapping[Part, Mapping[str, FieldType]] = {
    Part.SERVERS: {
        "name": _TEXT,
        "status": _TEXT,
        "ip": _TEXT,
        "private": _TEXT,
        "public": _TEXT,
        "access": _TEXT,
        "pool": _TEXT,
        "pools": _NUMBER,
        "retain": _TEXT,
        "detail": _TEXT,
        "flavor": _TEXT,
        "image": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
    Part.PUBLIC_IPS: {
        "ip": _TEXT,
        "public": _TEXT,
        "private": _TEXT,
        "status": _TEXT,
        "name": _TEXT,
        "server": _TEXT,
        "retain": _TEXT,
        "detail": _TEXT,
        "network": _TEXT,
        "ticket": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
    Part.POOLS: {
        "name": _TEXT,
        "pool": _TEXT,
        "ip": _TEXT,
        "port": _NUMBER,
        "status": _TEXT,
        "detail": _TEXT,
        "nodes": _NUMBER,
        "cloud_servers": _NUMBER,
        "external": _NUMBER,
        "not_active": _NUMBER,
        **_COMMON,
    },
    Part.NODES: {
        "name": _TEXT,
        "server": _TEXT,
        "pool": _TEXT,
        "status": _TEXT,
        "ip": _TEXT,
        "private": _TEXT,
        "detail": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
    Part.NETWORKS: {
        "name": _TEXT,
        "ip": _TEXT,
        "cidr": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
}
"""The fields that each kind of resource has."""

OPERATION_FIELDS: Mapping[str, FieldType] = {
    "name": _TEXT,
    "what": _TEXT,
    "target": _TEXT,
    "status": _TEXT,
    "state": _TEXT,
    "detail": _TEXT,
    "age": _TIME,
    **_COMMON,
}
"""The fields that an operation has."""

FINDING_FIELDS: Mapping[str, FieldType] = {
    "name": _TEXT,
    "status": _TEXT,
    "detail": _TEXT,
    "what": _TEXT,
    "age": _TIME,
    **_COMMON,
}
"""The fields that something which needs attention has."""

ALL_FIELDS: Mapping[str, FieldType] = {
    name: kind
    for names in (*FIELDS_OF.values(), OPERATION_FIELDS, FINDING_FIELDS)
    for name, kind in names.items()
}
"""Every field there is."""

OTHER_NAMES: Mapping[str, str] = {
    "accessipv4": "access",
    "cloud_server": "server",
    "created": "age",
    "failure_core_ticket_uuid": "ticket",
    "load_balancer_pool": "pool",
    "private_ip_v4": "private",
    "public_ip_v4": "public",
    "status_detail": "detail",
    "total": "nodes",
    "virtual_ip": "ip",
}
"""The API's names, and those of the JSON that it sends, for the same fields."""


def server_fields(
    server: Server,
    region: str,
    *,
    private_ip: str | None,
    record: PublicIP | None,
    pools: Sequence[str],
) -> Fields:
    """Give what a cloud server can be found by.

    Args:
        server: The server.
        region: Its region.
        private_ip: Its address on the RackConnect network.
        record: The public IP record that counts for it.
        pools: Names of the pools it is in, as far as they have been read.
    """
    public = record.address if record is not None else None
    statuses = [server.status, server.task_state, record.status if record is not None else None]
    return {
        "name": server.name,
        "status": _texts(*statuses),
        "ip": _texts(private_ip, public),
        "private": private_ip,
        "public": public,
        "access": server.access_ip,
        "pool": tuple(pools),
        "pools": len(pools),
        "retain": _yes(record.retain) if record is not None else None,
        "detail": _texts(record.status_detail if record is not None else None, server.fault),
        "flavor": server.flavor,
        "image": server.image,
        "age": server.created,
        "updated": server.updated,
        "region": region,
        "id": server.key,
    }


def public_ip_fields(record: PublicIP, region: str, *, server_name: str | None) -> Fields:
    """Give what a public IP record can be found by.

    Args:
        record: The record.
        region: Its region.
        server_name: What its server goes by; None where it has none.
    """
    link = record.server
    private = link.private_ip if link is not None else None
    name = server_name if link is not None else "unassigned"
    return {
        "ip": _texts(record.address, private),
        "public": record.address,
        "private": private,
        "status": record.status,
        "name": name,
        "server": name,
        "retain": _yes(record.retain),
        "detail": record.status_detail,
        "network": link.network.name if link is not None and link.network is not None else None,
        "ticket": record.ticket,
        "age": record.created,
        "updated": record.updated,
        "region": region,
        "id": _texts(record.key, link.key if link is not None else None),
    }


def pool_fields(pool: LoadBalancerPool, region: str, *, not_active: int | None) -> Fields:
    """Give what a pool can be found by.

    Args:
        pool: The pool.
        region: Its region.
        not_active: How many of its nodes are not ACTIVE; None when they have not been read.
    """
    return {
        "name": pool.name,
        "pool": pool.name,
        "ip": pool.endpoint,
        "port": pool.port,
        "status": pool.status,
        "detail": pool.status_detail,
        "nodes": pool.counts.total,
        "cloud_servers": pool.counts.cloud_servers,
        "external": pool.counts.external,
        "not_active": not_active,
        "region": region,
        "id": pool.key,
    }


def node_fields(
    node: PoolNode, region: str, *, server_name: str, private_ip: str | None, pool_name: str | None
) -> Fields:
    """Give what a pool's node can be found by.

    Args:
        node: The node.
        region: Its region.
        server_name: What its server goes by.
        private_ip: The server's address on the RackConnect network.
        pool_name: What its pool is called, where that is known.
    """
    return {
        "name": server_name,
        "server": server_name,
        "pool": pool_name,
        "status": node.status,
        "ip": private_ip,
        "private": private_ip,
        "detail": node.status_detail,
        "age": node.created,
        "updated": node.updated,
        "region": region,
        "id": _texts(node.key, node.server_key),
    }


def network_fields(network: CloudNetwork, region: str) -> Fields:
    """Give what a cloud network can be found by."""
    return {
        "name": network.name,
        "ip": network.cidr,
        "cidr": network.cidr,
        "age": network.created,
        "updated": network.updated,
        "region": region,
        "id": network.key,
    }


def operation_fields(operation: Operation) -> Fields:
    """Give what an operation can be found by."""
    return {
        "name": operation.request.sentence,
        "what": operation.request.kind.value,
        "target": operation.request.subject,
        "status": operation.state.value,
        "state": operation.state.value,
        "detail": operation.detail,
        "age": operation.asked,
        "region": operation.request.region,
        "id": operation.id,
    }


def finding_fields(finding: Finding) -> Fields:
    """Give what something that needs attention can be found by."""
    return {
        "name": finding.subject,
        "status": finding.severity.value,
        "detail": (finding.wrong, finding.next_step),
        "what": finding.rule.value,
        "age": finding.since,
        "region": finding.region,
        "id": finding.key,
    }


def fields_in(snapshot: Snapshot, part: Part, key: str) -> Fields:
    """Give what a resource of a picture can be found by.

    Args:
        snapshot: The picture.
        part: What kind of resource.
        key: Its lower-case id.

    Raises:
        KeyError: There is none in the picture.
    """
    region = snapshot.region
    if part is Part.SERVERS:
        server = snapshot.servers[key]
        names = [
            pool.name if (pool := snapshot.pools.get(node.pool_key)) else node.pool_key
            for node in snapshot.nodes_of.get(key, ())
        ]
        return server_fields(
            server,
            region,
            private_ip=snapshot.private_ip_of(server),
            record=snapshot.public_ip_of(key),
            pools=names,
        )
    if part is Part.PUBLIC_IPS:
        record = snapshot.public_ips[key]
        link = record.server
        name = None if link is None else snapshot.server_name(link.key, link.name)
        return public_ip_fields(record, region, server_name=name)
    if part is Part.POOLS:
        nodes = snapshot.nodes.get(key)
        idle = None if nodes is None else len(nodes) - snapshot.active_nodes(key)
        return pool_fields(snapshot.pools[key], region, not_active=idle)
    if part is Part.NODES:
        return _node_in(snapshot, key)
    return network_fields(snapshot.networks[key], region)


def _node_in(snapshot: Snapshot, key: str) -> Fields:
    for pool_key, nodes in snapshot.nodes.items():
        node = nodes.get(key)
        if node is None:
            continue
        link = node.server
        server = snapshot.servers.get(node.server_key or "")
        private = None if server is None else snapshot.private_ip_of(server)
        pool = snapshot.pools.get(pool_key)
        return node_fields(
            node,
            snapshot.region,
            server_name="?" if link is None else snapshot.server_name(link.key, link.name),
            private_ip=private or (link.private_ip if link is not None else None),
            pool_name=None if pool is None else pool.name,
        )
    raise KeyError(key)


def _texts(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
