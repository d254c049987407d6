"""The shapes of the wire, as loosely as live answers need them.

Fields are those of the RackConnect API reference, sections 4 and 8.3. What is not named here is
ignored; what may be missing has a default.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

Text = str | None
Time = str | int | float | None
Number = int | str | float | None


class WireNetwork(Struct, gc=False):
    """A network, on its own (4.1) or within a server (4.2)."""

    id: Text = None
    name: Text = None
    cidr: Text = None
    private_ip_v4: Text = None
    created: Time = None
    updated: Time = None


class WireCloudServer(Struct, gc=False):
    """A server within a record (4.2)."""

    id: Text = None
    name: Text = None
    cloud_network: WireNetwork | None = None


class WirePublicIP(Struct, gc=False):
    """A public IP record (4.2)."""

    id: str
    status: Text = None
    public_ip_v4: Text = None
    status_detail: Text = None
    retain: bool | int | str | None = None
    cloud_server: WireCloudServer | None = None
    created: Time = None
    updated: Time = None
    failure_core_ticket_uuid: Text = None


class WireCounts(Struct, gc=False):
    """`node_counts` of a pool (4.7)."""

    cloud_servers: Number = None
    external: Number = None
    total: Number = None


class WirePool(Struct, gc=False):
    """A pool (4.7)."""

    id: str
    name: Text = None
    status: Text = None
    status_detail: Text = None
    virtual_ip: Text = None
    port: Number = None
    node_counts: WireCounts | None = None


class WirePoolRef(Struct, gc=False):
    """The pool of a node; the long form holds the whole pool, of which the id is enough."""

    id: Text = None


class WireNode(Struct, gc=False):
    """A pool node in its short, long or server form (4.7)."""

    id: str
    status: Text = None
    status_detail: Text = None
    cloud_server: WireCloudServer | None = None
    load_balancer_pool: WirePoolRef | None = None
    created: Time = None
    updated: Time = None


class WireNetworkItself(WireNetwork, gc=False):
    """A network of the list, where the id is what makes it one."""

    id: str = ""


class WireAddress(Struct, gc=False):
    """One address of a server (8.3)."""

    addr: Text = None
    version: Number = None


class WireRef(Struct, gc=False):
    """Flavor or image: an object with an id (8.3)."""

    id: Text = None


class WireFault(Struct, gc=False):
    """`fault` of a server in ERROR (8.3)."""

    message: Text = None
    details: Text = None


class WireServer(Struct):
    """A cloud server as Nova lists it (8.3)."""

    id: str
    name: Text = None
    status: Text = None
    task_state: Text = field(default=None, name="OS-EXT-STS:task_state")
    access_ip: Text = field(default=None, name="accessIPv4")
    addresses: dict[str, list[WireAddress] | None] | None = None
    progress: Number = None
    flavor: WireRef | str | None = None
    image: WireRef | str | None = None
    """`""` where the server boots from a volume."""
    created: Time = None
    updated: Time = None
    fault: WireFault | None = None
    metadata: dict[str, Any] | None = None


class WireServerPage(Struct):
    """One page of the server list (8.2)."""

    servers: list[msgspec.Raw] | None
    servers_links: Any = None


class WireServerAnswer(Struct):
    """The answer to "show server" (8.1)."""

    server: msgspec.Raw
