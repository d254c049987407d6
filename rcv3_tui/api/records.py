"""Each resource, made of its own JSON: `Decoder`s for `rcv3_tui.api.decode`.

Facts are those of the RackConnect API reference, sections 4 and 8.3. Every text is cleaned
here, once; only `raw` stays as it came. What many resources say alike - statuses, networks, the
server of an address and of its memberships in pools - is one object for all of them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from rcv3_tui.api import wire
from rcv3_tui.api.decode import Decoder
from rcv3_tui.model.resources import (
    NO_ID,
    Address,
    CloudNetwork,
    LoadBalancerPool,
    NodeCounts,
    PoolNode,
    PublicIP,
    Server,
    ServerLink,
)
from rcv3_tui.model.sent import Sent
from rcv3_tui.model.text import clean

_UNKNOWN = "UNKNOWN"
"""Stands where the service gives no status."""

_MOST_LINKS = 1 << 15
"""Servers whose links are remembered, to be shared; beyond, it begins anew."""

_links: dict[str, ServerLink] = {}

_public_ip = msgspec.json.Decoder(wire.WirePublicIP)
_pool = msgspec.json.Decoder(wire.WirePool)
_node = msgspec.json.Decoder(wire.WireNode)
_network = msgspec.json.Decoder(wire.WireNetworkItself)
_server = msgspec.json.Decoder(wire.WireServer)


def public_ip(data: bytes, sent: Sent | None = None) -> PublicIP:
    """Make a public IP of its JSON (reference, section 4.2)."""
    found = _public_ip.decode(data)
    ticket = _text(found.failure_core_ticket_uuid)
    return PublicIP(
        id=_id(found.id),
        status=_word(found.status or _UNKNOWN),
        address=_text(found.public_ip_v4),
        status_detail=_text(found.status_detail),
        retain=_flag(found.retain),
        server=_link(found.cloud_server),
        created=moment(found.created),
        updated=moment(found.updated),
        ticket=None if ticket == NO_ID else ticket,
        sent=sent or Sent.of(data),
    )


def pool(data: bytes, sent: Sent | None = None) -> LoadBalancerPool:
    """Make a pool of its JSON (reference, section 4.7)."""
    found = _pool.decode(data)
    counts = found.node_counts or wire.WireCounts()
    cloud, external = _number(counts.cloud_servers), _number(counts.external)
    total = _number(counts.total)
    identifier = _id(found.id)
    return LoadBalancerPool(
        id=identifier,
        name=_text(found.name) or identifier,
        status=_word(found.status or _UNKNOWN),
        status_detail=_text(found.status_detail),
        virtual_ip=_text(found.virtual_ip),
        port=_number(found.port) or None,
        counts=NodeCounts(
            cloud_servers=cloud or 0,
            external=external or 0,
            total=(cloud or 0) + (external or 0) if total is None else total,
        ),
        sent=sent or Sent.of(data),
    )


def node(pool_id: str = "", server: ServerLink | None = None) -> Decoder[PoolNode]:
    """Give a decoder for pool nodes (reference, section 4.7).

    Args:
        pool_id: The pool that was asked for, where the answer names none.
        server: The server that was asked for, where the answer names none.

    Returns:
        What makes a node of its JSON.
    """

    def decode(data: bytes, sent: Sent | None = None) -> PoolNode:
        found = _node.decode(data)
        named = found.load_balancer_pool
        return PoolNode(
            id=_id(found.id),
            pool_id=_same(_text(named.id) if named is not None else None, pool_id) or pool_id,
            status=_word(found.status or _UNKNOWN),
            server=_link(found.cloud_server) or server,
            status_detail=_text(found.status_detail),
            created=moment(found.created),
            updated=moment(found.updated),
            sent=sent or Sent.of(data),
        )

    return decode


def network(data: bytes, sent: Sent | None = None) -> CloudNetwork:
    """Make a network of its JSON (reference, section 4.1)."""
    found = _network.decode(data)
    identifier = _id(found.id)
    return CloudNetwork(
        id=identifier,
        name=_text(found.name) or identifier,
        cidr=_text(found.cidr),
        created=moment(found.created),
        updated=moment(found.updated),
        sent=sent or Sent.of(data),
    )


def server(data: bytes, sent: Sent | None = None) -> Server:
    """Make a cloud server of its JSON (reference, section 8.3)."""
    found = _server.decode(data)
    identifier = _id(found.id)
    fault = found.fault
    return Server(
        id=identifier,
        name=_text(found.name) or identifier,
        status=_word(found.status or _UNKNOWN),
        task_state=_text(found.task_state),
        access_ip=_text(found.access_ip),
        addresses=tuple(
            Address(_word(label), clean(address.addr), _number(address.version) or 4)
            for label, addresses in (found.addresses or {}).items()
            for address in addresses or ()
            if address.addr
        ),
        progress=_number(found.progress),
        flavor=_reference(found.flavor),
        image=_reference(found.image),
        created=moment(found.created),
        updated=moment(found.updated),
        fault=None if fault is None else _text(fault.message) or _text(fault.details),
        metadata=tuple(
            (clean(name), clean(value if isinstance(value, str) else str(value)))
            for name, value in (found.metadata or {}).items()
        ),
        sent=sent or Sent.of(data),
    )


@lru_cache(maxsize=256)
def moment(value: str | float | None) -> datetime | None:
    """Read any of the services' forms of time (reference, section 6).

    Args:
        value: With `Z`, an offset or neither (then it is UTC), with or without a fraction.

    Returns:
        A time in UTC; None for null, for year 1 (which stands for "unset"), and for what
        cannot be read.
    """
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        if time.year <= 1:
            return None
        if time.tzinfo is None:
            return time.replace(tzinfo=UTC)
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _id(value: str) -> str:
    if not value.strip():
        raise msgspec.ValidationError("Expected an id, got an empty text - at `$.id`")
    return clean(value)


def _text(value: str | None) -> str | None:
    return clean(value) if value else None


def _flag(value: bool | int | str | None) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "1")
    return bool(value)


def _number(value: float | str | None) -> int | None:
    try:
        return None if value is None else int(value)
    except (ValueError, OverflowError):
        return None


def _link(found: wire.WireCloudServer | None) -> ServerLink | None:
    if found is None or not found.id or found.id == NO_ID:
        return None
    net = found.cloud_network
    # An unknown or detached network comes as a placeholder, all zeros (section 4.2).
    known = net is not None and bool(net.id) and net.id != NO_ID
    return _shared(
        ServerLink(
            id=clean(found.id),
            name=_text(found.name),
            private_ip=None if net is None else _text(net.private_ip_v4),
            network=None
            if net is None or not net.id or not known
            else _network_within(net.id, net.name, net.cidr, net.created, net.updated),
        )
    )


def _shared(link: ServerLink) -> ServerLink:
    """Give the link that was made before, where it says the same of the same server."""
    known = _links.get(link.id)
    if known == link:
        return known
    if len(_links) >= _MOST_LINKS:
        _links.clear()
    _links[link.id] = link
    return link


def _same(text: str | None, known: str) -> str | None:
    """Give a text that is known already as the object that is."""
    return known if text == known else text


@lru_cache(maxsize=1024)
def _network_within(
    identifier: str,
    name: str | None,
    cidr: str | None,
    created: str | float | None,
    updated: str | float | None,
) -> CloudNetwork:
    """Give a server's network: one and the same for all servers that are in it."""
    return CloudNetwork(
        id=clean(identifier),
        name=_text(name) or clean(identifier),
        cidr=_text(cidr),
        created=moment(created),
        updated=moment(updated),
    )


@lru_cache(maxsize=1024)
def _word(value: str) -> str:
    """Clean a text of which an account has few: statuses, flavors, images, networks' names."""
    return clean(value)


def _reference(found: wire.WireRef | str | None) -> str | None:
    text = found if found is None or isinstance(found, str) else found.id
    return _word(text) if text else None
