"""The fields of each kind of row that a filter can name, and their values.

Fields have the names of the console's columns. The API's names (`status_detail`, `public_ip_v4`)
are accepted too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rcv3_tui.model.changes import ChangeKind, ResourceChange
from rcv3_tui.model.diagnostics import Finding
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot


class FieldType(StrEnum):
    """How a filter compares a field."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    """Compared by its age."""


class Partial(Struct, frozen=True):
    """A value that has not been read completely."""

    known: tuple[str, ...] = ()
    """The part that has been read."""
    rest: tuple[str, ...] | None = None
    """The texts that the rest may contain; None: any."""


Value = str | tuple[str, ...] | int | datetime | Partial | None
"""The value of a field: one or several texts, a number, a time; None without a value."""

Fields = Mapping[str, Value]
"""Field name to value. A field without a value may be missing."""

NOT_IN_FREE_TEXT = frozenset({"id"})
"""Fields that a short word is not searched in: any two letters are in many ids."""

_TEXT, _NUMBER, _TIME = FieldType.TEXT, FieldType.NUMBER, FieldType.TIME

_COMMON = {"id": _TEXT, "region": _TEXT}

FIELDS_OF: Mapping[ResourceKind, Mapping[str, FieldType]] = {
    ResourceKind.SERVERS: {
        "name": _TEXT,
        "status": _TEXT,
        "ip": _TEXT,
        "private": _TEXT,
        "public": _TEXT,
        "access": _TEXT,
        "pool": _TEXT,
        "pools": _NUMBER,
        "drained": _TEXT,
        "retain": _TEXT,
        "detail": _TEXT,
        "flavor": _TEXT,
        "image": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
    ResourceKind.PUBLIC_IPS: {
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
        "rule": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
    ResourceKind.POOLS: {
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
    ResourceKind.NODES: {
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
    ResourceKind.NETWORKS: {
        "name": _TEXT,
        "ip": _TEXT,
        "cidr": _TEXT,
        "age": _TIME,
        "updated": _TIME,
        **_COMMON,
    },
}
"""The fields of each kind of resource."""

OPERATION_FIELDS: Mapping[str, FieldType] = {
    "name": _TEXT,
    "what": _TEXT,
    "target": _TEXT,
    "status": _TEXT,
    "state": _TEXT,
    "detail": _TEXT,
    "note": _TEXT,
    "age": _TIME,
    **_COMMON,
}
"""The fields of an operation."""

CHANGE_FIELDS: Mapping[str, FieldType] = {
    "name": _TEXT,
    "resource": _TEXT,
    "change": _TEXT,
    "from": _TEXT,
    "to": _TEXT,
    "status": _TEXT,
    "pool": _TEXT,
    "by": _TEXT,
    "operation": _TEXT,
    "age": _TIME,
    **_COMMON,
}
"""The fields that a change of a resource has."""

FINDING_FIELDS: Mapping[str, FieldType] = {
    "name": _TEXT,
    "status": _TEXT,
    "detail": _TEXT,
    "what": _TEXT,
    "age": _TIME,
    **_COMMON,
}
"""The fields of a finding."""

ALL_FIELDS: Mapping[str, FieldType] = {
    name: kind
    for names in (*FIELDS_OF.values(), OPERATION_FIELDS, CHANGE_FIELDS, FINDING_FIELDS)
    for name, kind in names.items()
}
"""All fields."""

OTHER_NAMES: Mapping[str, str] = {
    "accessipv4": "access",
    "added_by_match_rule": "rule",
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
"""The names of the API and its JSON for the same fields."""


def server_fields(
    server: Server,
    region: str,
    *,
    private_ip: str | None,
    record: PublicIP | None,
    pools: Sequence[str],
    unread_pools: tuple[str, ...] | None = (),
    drained: bool | None = False,
    addresses_known: bool = True,
    private_known: bool = True,
) -> Fields:
    """Return the fields of a cloud server.

    Args:
        server: The server.
        region: Its region.
        private_ip: Its address on the RackConnect network.
        record: Its effective public IP record.
        pools: Names of its pools, as far as they have been read.
        unread_pools: Names of the pools whose nodes are unread; None: the pools are unread too.
        drained: Whether it is missing from a pool that it was drained from; None: these pools'
            nodes are unread.
        addresses_known: The public IPs have been read: without a record there is no address.
        private_known: The networks have been read: without a private address there is none.
    """
    public = record.address if record is not None else None
    statuses = [server.status, server.task_state, record.status if record is not None else None]
    has_record = record is not None or addresses_known
    has_private = private_ip is not None or private_known

    def of_record(*texts: str | None) -> Value:
        return _texts(*texts) if has_record else Partial(_texts(*texts))

    return {
        "name": server.name,
        "status": of_record(*statuses),
        "ip": of_record(private_ip, public) if has_private else Partial(_texts(public)),
        "private": private_ip if has_private else Partial(),
        "public": public if has_record else Partial(),
        "access": server.access_ip,
        "pool": tuple(pools) if unread_pools == () else Partial(tuple(pools), unread_pools),
        "pools": len(pools) if unread_pools == () else Partial(),
        "drained": _YES_OR_NO if drained is None else _yes(drained),
        "retain": of_record(_yes(record.retain) if record is not None else None),
        "detail": of_record(record.status_detail if record is not None else None, server.fault),
        "flavor": server.flavor,
        "image": server.image,
        "age": server.created,
        "updated": server.updated,
        "region": region,
        "id": server.key,
    }


def public_ip_fields(record: PublicIP, region: str, *, server_name: str | None) -> Fields:
    """Return the fields of a public IP record.

    Args:
        record: The record.
        region: Its region.
        server_name: The name of its server; None without a server.
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
        "rule": _YES_OR_NO if (by_rule := record.added_by_match_rule) is None else _yes(by_rule),
        "age": record.created,
        "updated": record.updated,
        "region": region,
        "id": _texts(record.key, link.key if link is not None else None),
    }


_YES_OR_NO = Partial(rest=("yes", "no"))
"""A value that was not read, or that the service does not mention."""


def _count(known: int | None) -> Value:
    return Partial() if known is None else known


def pool_fields(pool: LoadBalancerPool, region: str, *, not_active: int | None) -> Fields:
    """Return the fields of a pool.

    Args:
        pool: The pool.
        region: Its region.
        not_active: The number of its nodes that are not ACTIVE; None if they are unread.
    """
    return {
        "name": pool.name,
        "pool": pool.name,
        "ip": pool.endpoint,
        "port": pool.port,
        "status": pool.status,
        "detail": pool.status_detail,
        "nodes": _count(pool.counts.total),
        "cloud_servers": _count(pool.counts.cloud_servers),
        "external": _count(pool.counts.external),
        "not_active": _count(not_active),
        "region": region,
        "id": pool.key,
    }


def node_fields(
    node: PoolNode, region: str, *, server_name: str, private_ip: str | None, pool_name: str | None
) -> Fields:
    """Return the fields of a pool node.

    Args:
        node: The node.
        region: Its region.
        server_name: The name of its server.
        private_ip: The server's address on the RackConnect network.
        pool_name: The name of its pool, if known.
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
    """Return the fields of a cloud network."""
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
    """Return the fields of an operation."""
    return {
        "name": operation.request.sentence,
        "what": operation.request.kind.value,
        "target": operation.request.subject,
        "status": operation.state.value,
        "state": operation.state.value,
        "detail": operation.detail,
        "note": operation.note,
        "age": operation.asked,
        "region": operation.request.region,
        "id": operation.id,
    }


def change_fields(change: ResourceChange, *, resource: str, by: str) -> Fields:
    """Return what a change of a resource can be found by.

    Args:
        change: The change.
        resource: What the kind of resource is called.
        by: Who made it.
    """
    has_status = change.kind in (ChangeKind.APPEARED, ChangeKind.STATUS)
    return {
        "name": change.subject,
        "resource": resource,
        "change": change.kind.value,
        "from": change.before,
        "to": change.after,
        "status": change.after if has_status else None,
        "pool": change.pool or None,
        "by": by,
        "operation": change.operation or None,
        "age": change.at,
        "region": change.region,
        "id": _texts(change.key, change.server_key or None),
    }


def finding_fields(finding: Finding) -> Fields:
    """Return the fields of a finding."""
    return {
        "name": finding.subject,
        "status": finding.severity.value,
        "detail": (finding.wrong, finding.next_step),
        "what": finding.rule.value,
        "age": finding.since,
        "region": finding.region,
        "id": finding.key,
    }


def unread_pool_names(snapshot: Snapshot) -> tuple[str, ...] | None:
    """Return the names of the pools whose nodes are unread; None: the pools are unread too."""
    if snapshot.fetch_state(ResourceKind.POOLS).fetched is None:
        return None
    return tuple(pool.name for key, pool in snapshot.pools.items() if key not in snapshot.nodes)


def _texts(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
