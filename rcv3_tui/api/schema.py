"""The structure of the services' JSON, as lenient as live responses need.

Fields are those of the RackConnect API reference, sections 4 and 8.3. Unnamed fields are ignored;
optional ones have a default.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

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


class WireServerPage(Struct):
    """One page of the server list (8.2)."""

    servers: list[msgspec.Raw] | None
    servers_links: Any = None


class WireServerResponse(Struct):
    """The response to "show server" (8.1)."""

    server: msgspec.Raw
