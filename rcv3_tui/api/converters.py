"""Converts the JSON of each resource to the model: the `Decoder`s of `rcv3_tui.api.decoding`.

The `Wire` classes have the structure of the JSON, as lenient as live responses need: unnamed
fields are ignored, and optional ones have a default. Sources: RackConnect API reference, sections
4 and 8.3. Every string is sanitized here, once; only `raw` stays as it was sent. Equal parts of
many resources - statuses, networks, the server of an address and of its pool nodes - are one shared
object.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct, field

from rcv3_tui.api.decoding import Decoder
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
from rcv3_tui.model.text_safety import escape_controls

_UNKNOWN = "UNKNOWN"
"""The status where the service sends none."""

_MAX_LINKS = 1 << 15
"""Server links cached for sharing; the cache is cleared above."""

_MAX_NUMBER = 1 << 31
"""Larger numbers are not known: they would fit neither into a file nor on a screen."""

_links: dict[str, ServerLink] = {}

LenientText = str | None
LenientTime = str | int | float | None
LenientNumber = int | str | float | None


class WireNetwork(Struct, gc=False):
    """A network, in the list (4.1) or within a server (4.2)."""

    id: LenientText = None
    name: LenientText = None
    cidr: LenientText = None
    private_ip_v4: LenientText = None
    created: LenientTime = None
    updated: LenientTime = None


class WireCloudServer(Struct, gc=False):
    """A server within a record (4.2)."""

    id: LenientText = None
    name: LenientText = None
    cloud_network: WireNetwork | None = None


class WirePublicIP(Struct, gc=False):
    """A public IP record (4.2)."""

    id: str
    status: LenientText = None
    public_ip_v4: LenientText = None
    status_detail: LenientText = None
    retain: bool | int | str | None = None
    cloud_server: WireCloudServer | None = None
    created: LenientTime = None
    updated: LenientTime = None
    failure_core_ticket_uuid: LenientText = None
    added_by_match_rule: msgspec.Raw = msgspec.Raw(b"null")
    """A boolean in all known responses; any other type leaves the record readable."""


class WireCounts(Struct, gc=False):
    """`node_counts` of a pool (4.7)."""

    cloud_servers: LenientNumber = None
    external: LenientNumber = None
    total: LenientNumber = None


class WirePool(Struct, gc=False):
    """A pool (4.7)."""

    id: str
    name: LenientText = None
    status: LenientText = None
    status_detail: LenientText = None
    virtual_ip: LenientText = None
    port: LenientNumber = None
    node_counts: WireCounts | None = None


class WirePoolRef(Struct, gc=False):
    """The pool of a node; the long form contains the whole pool, the id is enough."""

    id: LenientText = None


class WireNode(Struct, gc=False):
    """A pool node in its short, long or server form (4.7)."""

    id: str
    status: LenientText = None
    status_detail: LenientText = None
    cloud_server: WireCloudServer | None = None
    load_balancer_pool: WirePoolRef | None = None
    created: LenientTime = None
    updated: LenientTime = None


class WireNetworkDetail(WireNetwork, gc=False):
    """A network in the list, where the id is required."""

    id: str = ""


class WireAddress(Struct, gc=False):
    """One address of a server (8.3)."""

    addr: LenientText = None
    version: LenientNumber = None


class WireRef(Struct, gc=False):
    """Flavor or image: an object with an id (8.3)."""

    id: LenientText = None


class WireFault(Struct, gc=False):
    """`fault` of a server in ERROR (8.3)."""

    message: LenientText = None
    details: LenientText = None


class WireServer(Struct):
    """A cloud server as Nova lists it (8.3)."""

    id: str
    name: LenientText = None
    status: LenientText = None
    task_state: LenientText = field(default=None, name="OS-EXT-STS:task_state")
    access_ip: LenientText = field(default=None, name="accessIPv4")
    addresses: dict[str, list[WireAddress] | None] | None = None
    progress: LenientNumber = None
    flavor: WireRef | str | None = None
    image: WireRef | str | None = None
    """`""` where the server boots from a volume."""
    created: LenientTime = None
    updated: LenientTime = None
    fault: WireFault | None = None
    metadata: dict[str, Any] | None = None


_public_ip = msgspec.json.Decoder(WirePublicIP)
_pool = msgspec.json.Decoder(WirePool)
_node = msgspec.json.Decoder(WireNode)
_network = msgspec.json.Decoder(WireNetworkDetail)
_server = msgspec.json.Decoder(WireServer)


def to_public_ip(data: bytes, raw: bytes | None = None) -> PublicIP:
    """Convert a public IP (reference, section 4.2)."""
    found = _public_ip.decode(data)
    ticket = _text(found.failure_core_ticket_uuid)
    return PublicIP(
        id=_id(found.id),
        status=_intern(found.status or _UNKNOWN),
        address=_text(found.public_ip_v4),
        status_detail=_text(found.status_detail),
        retain=_flag(found.retain),
        server=_link(found.cloud_server),
        created=parse_timestamp(found.created),
        updated=parse_timestamp(found.updated),
        ticket=None if ticket == NO_ID else ticket,
        added_by_match_rule=_flag_or_unknown(bytes(found.added_by_match_rule)),
        raw=data if raw is None else raw,
    )


def _counts(sent: WireCounts) -> NodeCounts:
    """Convert the node counts of a pool; a missing one follows from the two others."""
    own, external, total = (
        None if number is None or number < 0 else number
        for number in map(_number, (sent.cloud_servers, sent.external, sent.total))
    )
    if own is not None and external is not None:
        return NodeCounts(own, external, own + external if total is None else total)
    if own is None and external is not None and total is not None and total >= external:
        own = total - external
    elif external is None and own is not None and total is not None and total >= own:
        external = total - own
    return NodeCounts(own, external, total)


def to_pool(data: bytes, raw: bytes | None = None) -> LoadBalancerPool:
    """Convert a pool (reference, section 4.7)."""
    found = _pool.decode(data)
    identifier = _id(found.id)
    return LoadBalancerPool(
        id=identifier,
        name=_text(found.name) or identifier,
        status=_intern(found.status or _UNKNOWN),
        status_detail=_text(found.status_detail),
        virtual_ip=_text(found.virtual_ip),
        port=_number(found.port) or None,
        counts=_counts(found.node_counts or WireCounts()),
        raw=data if raw is None else raw,
    )


def pool_node_decoder(pool_id: str = "", server: ServerLink | None = None) -> Decoder[PoolNode]:
    """Return a decoder for pool nodes (reference, section 4.7).

    Args:
        pool_id: The requested pool, used where the response names none.
        server: The requested server, used where the response names none.

    Returns:
        A decoder of one pool node.
    """

    def decode(data: bytes, raw: bytes | None = None) -> PoolNode:
        found = _node.decode(data)
        named = found.load_balancer_pool
        return PoolNode(
            id=_id(found.id),
            pool_id=_same(_text(named.id) if named is not None else None, pool_id) or pool_id,
            status=_intern(found.status or _UNKNOWN),
            server=_link(found.cloud_server) or server,
            status_detail=_text(found.status_detail),
            created=parse_timestamp(found.created),
            updated=parse_timestamp(found.updated),
            raw=data if raw is None else raw,
        )

    return decode


def to_network(data: bytes, raw: bytes | None = None) -> CloudNetwork:
    """Convert a network (reference, section 4.1)."""
    found = _network.decode(data)
    identifier = _id(found.id)
    return CloudNetwork(
        id=identifier,
        name=_text(found.name) or identifier,
        cidr=_text(found.cidr),
        created=parse_timestamp(found.created),
        updated=parse_timestamp(found.updated),
        raw=data if raw is None else raw,
    )


def to_server(data: bytes, raw: bytes | None = None) -> Server:
    """Convert a cloud server (reference, section 8.3)."""
    found = _server.decode(data)
    identifier = _id(found.id)
    fault = found.fault
    return Server(
        id=identifier,
        name=_text(found.name) or identifier,
        status=_intern(found.status or _UNKNOWN),
        task_state=_text(found.task_state),
        access_ip=_text(found.access_ip),
        addresses=tuple(
            Address(_intern(label), escape_controls(address.addr), _number(address.version) or 4)
            for label, addresses in (found.addresses or {}).items()
            for address in addresses or ()
            if address.addr
        ),
        progress=_number(found.progress),
        flavor=_reference(found.flavor),
        image=_reference(found.image),
        created=parse_timestamp(found.created),
        updated=parse_timestamp(found.updated),
        fault=None if fault is None else _text(fault.message) or _text(fault.details),
        metadata=tuple(
            (
                escape_controls(name),
                escape_controls(value if isinstance(value, str) else str(value)),
            )
            for name, value in (found.metadata or {}).items()
        ),
        raw=data if raw is None else raw,
    )


@lru_cache(maxsize=256)
def parse_timestamp(value: str | float | None) -> datetime | None:
    """Parse any of the services' timestamp formats (reference, section 6).

    Args:
        value: With `Z`, an offset or neither (then it is UTC), with or without a fraction.

    Returns:
        A time in UTC; None for null, for year 1 (which means "unset"), and for a text that
        cannot be parsed.
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
    return escape_controls(value)


def _text(value: str | None) -> str | None:
    return escape_controls(value) if value else None


def _flag(value: bool | int | str | None) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "1")
    return bool(value)


def _flag_or_unknown(raw: bytes) -> bool | None:
    """Parse a flag of any JSON type; None for null, and for neither yes nor no."""
    text = raw.strip().strip(b'"').strip().lower()
    if text in (b"true", b"1", b"yes"):
        return True
    return False if text in (b"false", b"0", b"no") else None


def _number(value: float | str | None) -> int | None:
    """Parse a number; None for what no count, port or percentage can be."""
    try:
        number = None if value is None else int(value)
    except (ValueError, OverflowError):
        return None
    return number if number is not None and abs(number) <= _MAX_NUMBER else None


def _link(found: WireCloudServer | None) -> ServerLink | None:
    if found is None or not found.id or found.id == NO_ID:
        return None
    net = found.cloud_network
    # An unknown or detached network is sent as a placeholder, all zeros (section 4.2).
    known = net is not None and bool(net.id) and net.id != NO_ID
    return _shared(
        ServerLink(
            id=escape_controls(found.id),
            name=_text(found.name),
            private_ip=None if net is None else _text(net.private_ip_v4),
            network=None
            if net is None or not net.id or not known
            else _network_within(net.id, net.name, net.cidr, net.created, net.updated),
        )
    )


def _shared(link: ServerLink) -> ServerLink:
    """Return the cached link of a server where it is equal."""
    known = _links.get(link.id)
    if known == link:
        return known
    if len(_links) >= _MAX_LINKS:
        _links.clear()
    _links[link.id] = link
    return link


def _same(text: str | None, known: str) -> str | None:
    """Return the known object where the text is equal."""
    return known if text == known else text


@lru_cache(maxsize=1024)
def _network_within(
    identifier: str,
    name: str | None,
    cidr: str | None,
    created: str | float | None,
    updated: str | float | None,
) -> CloudNetwork:
    """Return a server's network, shared by all servers in it."""
    return CloudNetwork(
        id=escape_controls(identifier),
        name=_text(name) or escape_controls(identifier),
        cidr=_text(cidr),
        created=parse_timestamp(created),
        updated=parse_timestamp(updated),
    )


@lru_cache(maxsize=1024)
def _intern(value: str) -> str:
    """Sanitize and share a string of few values: statuses, flavors, images, network names."""
    return escape_controls(value)


def _reference(found: WireRef | str | None) -> str | None:
    text = found if found is None or isinstance(found, str) else found.id
    return _intern(text) if text else None
