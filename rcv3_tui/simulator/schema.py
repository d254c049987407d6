"""The records as JSON, built from the RackConnect API reference and nothing else.

Each record's bytes are cached until the record changes, so a list of ten thousand is a join.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from rcv3_tui.simulator.clock import (
    format_nova_timestamp,
    format_timestamp,
    format_timestamp_or_none,
)
from rcv3_tui.simulator.messages import NIL_UUID
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Network, Node, Pool, PublicIP, Server

_ENCODER = msgspec.json.Encoder()
_VM_STATES = {
    "ACTIVE": ("active", 1),
    "BUILD": ("building", 0),
    "ERROR": ("error", 0),
    "SHUTOFF": ("stopped", 4),
    "SUSPENDED": ("suspended", 7),
    "PAUSED": ("paused", 3),
    "RESCUE": ("rescued", 1),
    "DELETED": ("deleted", 0),
    "VERIFY_RESIZE": ("resized", 1),
}
_PLACEHOLDER = {
    "id": NIL_UUID,
    "name": None,
    "cidr": None,
    "created": "0001-01-01T00:00:00Z",
    "updated": None,
}
"""The network of a server that is gone or detached: year 1, no `private_ip_v4` member."""

_COUNTED = frozenset({"ACTIVE", "REMOVING", "REMOVE_FAILED"})
"""Statuses of nodes that are counted; one still ADDING is listed but not counted."""


def join(items: Iterable[bytes]) -> bytes:
    """Join encoded items to a JSON array."""
    parts = list(items)
    if not parts:
        return b"[]"
    # Brackets around the whole would copy its megabytes twice.
    parts[0] = b"[" + parts[0]
    parts[-1] += b"]"
    return b",".join(parts)


def encode(value: object) -> bytes:
    """Encode a plain value."""
    return _ENCODER.encode(value)


def network(item: Network) -> bytes:
    """Encode a cloud network."""
    return encode(_network(item))


def _network(item: Network) -> dict[str, object]:
    return {
        "id": item.id,
        "name": item.name,
        "cidr": item.cidr,
        "created": format_timestamp(item.created),
        "updated": format_timestamp_or_none(item.updated),
    }


@lru_cache(maxsize=64)
def _times(created: float, updated: float | None) -> tuple[str, str | None]:
    """Format a network's times, which ten thousand servers share."""
    return format_timestamp(created), format_timestamp_or_none(updated)


def server_inside(server: Server) -> bytes:
    """Encode a server as it appears inside public IPs and the long form of nodes."""
    if server.inside_wire is None:
        inner: dict[str, object] = dict(_PLACEHOLDER)
        if server.network is not None and not server.deleted:
            shown = server.network
            created, updated = _times(shown.created, shown.updated)
            inner = {
                "id": shown.id,
                "name": shown.name,
                "cidr": shown.cidr,
                "private_ip_v4": server.private_ip,
                "created": created,
                "updated": updated,
            }
        created = format_timestamp(server.created)
        server.inside_wire = encode(
            {
                "id": server.id,
                "name": server.known_name if server.known_name is not None else server.name,
                "created": created,
                "updated": created
                if server.updated == server.created
                else format_timestamp(server.updated),
                "cloud_network": inner,
            }
        )
    return server.inside_wire


def public_ip(region: Region, record: PublicIP) -> bytes:
    """Encode a public IP record, in the full live form."""
    if record.wire is None:
        server = record.server
        record.wire = encode(
            {
                "id": record.id,
                "public_ip_v4": record.address,
                "status": record.status,
                "status_detail": record.status_detail,
                "retain": record.retain,
                "added_by_match_rule": record.by_rule,
                "created": format_timestamp(record.created),
                "updated": format_timestamp_or_none(record.updated),
                "configuration_to_cloud_account_uuid": region.link_id,
                "failure_core_ticket_uuid": record.ticket or NIL_UUID,
                "cloud_server": None if server is None else msgspec.Raw(server_inside(server)),
            }
        )
    return record.wire


def pool(item: Pool) -> bytes:
    """Encode a pool with its counts."""
    if item.wire is None:
        own = sum(node.status in _COUNTED for node in item.nodes.values())
        item.wire = encode(
            {
                "id": item.id,
                "name": item.name,
                "node_counts": {
                    "cloud_servers": own,
                    "external": item.external,
                    "total": own + item.external,
                },
                "port": item.port,
                "virtual_ip": item.virtual_ip,
                "status": item.status,
                "status_detail": item.status_detail,
            }
        )
    return item.wire


def node_short(node: Node) -> bytes:
    """Encode a node with the ids of its server and pool only."""
    if node.short_wire is None:
        node.short_wire = encode(
            {
                "id": node.id,
                "cloud_server": {"id": node.server.id},
                "load_balancer_pool": {"id": node.pool.id},
                **_node_state(node),
            }
        )
    return node.short_wire


def node_long(node: Node) -> bytes:
    """Encode a node with its whole server and pool."""
    return encode(
        {
            "id": node.id,
            "cloud_server": msgspec.Raw(server_inside(node.server)),
            "load_balancer_pool": msgspec.Raw(pool(node.pool)),
            **_node_state(node),
        }
    )


def node_of_server(node: Node) -> bytes:
    """Encode a node as in the response to "nodes of this server": without the server."""
    return encode(
        {
            "id": node.id,
            "load_balancer_pool": msgspec.Raw(pool(node.pool)),
            **_node_state(node),
        }
    )


def _node_state(node: Node) -> dict[str, object]:
    return {
        "status": node.status,
        "status_detail": node.status_detail,
        "created": format_timestamp(node.created),
        "updated": format_timestamp_or_none(node.updated),
    }


def _links(server: Server, base: str) -> list[dict[str, str]]:
    bookmark = f"{base.rsplit('/v2/', 1)[0]}/{base.rsplit('/', 1)[1]}/servers/{server.id}"
    return [
        {"rel": "self", "href": f"{base}/servers/{server.id}"},
        {"rel": "bookmark", "href": bookmark},
    ]


def nova_brief(server: Server, base: str) -> bytes:
    """Encode a server as the short list does."""
    return encode({"id": server.id, "name": server.name, "links": _links(server, base)})


def nova_detail(server: Server, base: str, tenant_id: str, user_id: str) -> bytes:
    """Encode a server in full, as Cloud Servers shows it.

    Args:
        server: the record.
        base: the region's publicURL, for the links.
        tenant_id: the account.
        user_id: who made the server.
    """
    if server.nova_wire is not None and server.nova_base == base:
        return server.nova_wire
    building = server.status == "BUILD"
    vm_state, power_state = _VM_STATES.get(server.status, ("active", 1))
    root = base.rsplit("/v2/", 1)[0]
    value: dict[str, object] = {
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "progress": 35 if building else 100,
        "created": format_nova_timestamp(server.created),
        "updated": format_nova_timestamp(server.updated),
        "tenant_id": tenant_id,
        "user_id": user_id,
        "hostId": "" if building else server.id.replace("-", "") * 2,
        "key_name": None,
        "config_drive": "",
        "accessIPv4": server.access_ip,
        "accessIPv6": "",
        "addresses": _addresses(server),
        "flavor": _reference(root, "flavors", server.flavor),
        "image": _reference(root, "images", server.image) if server.image else "",
        "links": _links(server, base),
        "metadata": server.metadata,
        "OS-DCF:diskConfig": "AUTO",
        "OS-EXT-STS:vm_state": vm_state,
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:power_state": power_state,
    }
    if server.fault is not None:
        value["fault"] = {
            "code": 500,
            "created": format_nova_timestamp(server.updated),
            "message": server.fault,
        }
    server.nova_base = base
    server.nova_wire = encode(value)
    return server.nova_wire


def _addresses(server: Server) -> dict[str, list[dict[str, object]]]:
    if server.status in {"BUILD", "DELETED"}:
        return {}
    shown: dict[str, list[dict[str, object]]] = {}
    if server.network is not None and server.private_ip is not None:
        shown[server.network.name] = [{"version": 4, "addr": server.private_ip}]
    if server.service_ip is not None:
        shown["private"] = [{"version": 4, "addr": server.service_ip}]
    return shown


def _reference(root: str, kind: str, key: str) -> dict[str, object]:
    return {"id": key, "links": [{"rel": "bookmark", "href": f"{root}/{kind}/{key}"}]}
