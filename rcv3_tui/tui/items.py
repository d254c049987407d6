"""What one row of a pane is made of: frozen values, equal when the row looks the same.

They are msgspec structs, as the resources are: ten thousand of them are made at a time,
and none of them can be part of a cycle.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.attention import Finding
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Server,
)


class ServerItem(Struct, frozen=True, gc=False):
    """A row of the Servers pane."""

    row: str
    region: str
    server: Server
    private_ip: str | None
    record: PublicIP | None
    """The public IP record that counts, where there is one."""
    addresses_known: bool
    """The public IPs have been read, so that no record means no address."""
    record_since: datetime | None
    pools: tuple[str, ...]
    """Names of the pools it is in, as far as they have been read."""
    pools_known: bool
    """Every pool's nodes have been read, so the count is not a lower bound."""
    work: Operation | None = None
    attention: bool = False
    """Something is wrong with it, or with what it is tied to."""


class PublicIPItem(Struct, frozen=True, gc=False):
    """A row of the Public IPs pane."""

    row: str
    region: str
    record: PublicIP
    server_name: str | None
    is_ghost: bool
    since: datetime | None
    work: Operation | None = None
    attention: bool = False
    """Something is wrong with it, or with what it is tied to."""


class PoolItem(Struct, frozen=True, gc=False):
    """A row of the Pools pane."""

    row: str
    region: str
    pool: LoadBalancerPool
    not_active: int | None
    """Nodes that are not ACTIVE; None when they have not been read."""
    work: Operation | None = None
    attention: bool = False
    """Something is wrong with it, or with what it is tied to."""


class NodeItem(Struct, frozen=True, gc=False):
    """A row of a pool's nodes."""

    row: str
    region: str
    node: PoolNode
    server_name: str
    private_ip: str | None
    is_ghost: bool
    since: datetime | None
    work: Operation | None = None
    attention: bool = False
    """Something is wrong with it, or with what it is tied to."""


class NetworkItem(Struct, frozen=True, gc=False):
    """A row of the Networks pane."""

    row: str
    region: str
    network: CloudNetwork


class OperationItem(Struct, frozen=True, gc=False):
    """A row of the Operations pane."""

    row: str
    operation: Operation


class FindingItem(Struct, frozen=True, gc=False):
    """A row of what needs attention."""

    row: str
    finding: Finding

    @property
    def region(self) -> str:
        """The region of the resource that it is about."""
        return self.finding.region


Item = FindingItem | ServerItem | PublicIPItem | PoolItem | NodeItem | NetworkItem | OperationItem
