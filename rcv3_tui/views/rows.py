"""Rows of panes and tables: frozen values, equal if the rows are shown in the same way.

They are msgspec structs without garbage collection, like the resources: ten thousand are made at a
time, and none can be part of a cycle.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.changes import ResourceChange
from rcv3_tui.model.diagnostics import Finding
from rcv3_tui.model.operation import Operation
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Server,
)
from rcv3_tui.model.status import Phase


def row_id(region: str, key: str) -> str:
    """Return the id of a resource's row."""
    return f"{region}/{key}"


def split_row(row: str) -> tuple[str, str]:
    """Return the region and the lower-case id of the resource that a row shows."""
    region, _, key = row.partition("/")
    return region, key


class ServerRow(Struct, frozen=True, gc=False):
    """A row of the Servers pane."""

    row: str
    region: str
    server: Server
    private_ip: str | None
    record: PublicIP | None
    """The effective public IP record, if there is one."""
    addresses_known: bool
    """The public IPs have been read, so that no record means no address."""
    record_since: datetime | None
    pools: tuple[str, ...]
    """Names of the pools it is in, as far as they have been read."""
    pools_known: bool
    """Every pool's nodes have been read, so the count is not a lower bound."""
    drained_since: datetime | None = None
    """When it was drained from pools that it is still missing from; None: it was not."""
    is_drained: bool | None = False
    """Whether it certainly is missing from one of these pools; None: their nodes are unread."""
    private_known: bool = True
    """The networks have been read, so that no private address means none."""
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class PublicIPRow(Struct, frozen=True, gc=False):
    """A row of the Public IPs pane."""

    row: str
    region: str
    record: PublicIP
    server_name: str | None
    is_ghost: bool
    since: datetime | None
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class PoolRow(Struct, frozen=True, gc=False):
    """A row of the Pools pane."""

    row: str
    region: str
    pool: LoadBalancerPool
    not_active: int | None
    """Nodes that are not ACTIVE; None when they have not been read."""
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class NodeRow(Struct, frozen=True, gc=False):
    """A row of a pool's nodes."""

    row: str
    region: str
    node: PoolNode
    server_name: str
    private_ip: str | None
    is_ghost: bool
    since: datetime | None
    pool_name: str | None = None
    """None: the pool is not listed."""
    work: Operation | None = None
    attention: bool = False
    """A finding is about it, or about a related resource."""


class NetworkRow(Struct, frozen=True, gc=False):
    """A row of the Networks pane."""

    row: str
    region: str
    network: CloudNetwork


class OperationRow(Struct, frozen=True, gc=False):
    """A row of the Operations pane."""

    row: str
    operation: Operation

    @property
    def region(self) -> str:
        """The region in which it takes place."""
        return self.operation.request.region


class FindingRow(Struct, frozen=True, gc=False):
    """A row of what needs attention."""

    row: str
    finding: Finding

    @property
    def region(self) -> str:
        """The region of the resource that it is about."""
        return self.finding.region


class ChangeRow(Struct, frozen=True, gc=False):
    """A row of the Changes pane."""

    row: str
    change: ResourceChange
    is_own: bool = False
    """An operation of this console made it."""

    @property
    def region(self) -> str:
        """The region of the resource that changed."""
        return self.change.region


AnyRow = (
    FindingRow | ServerRow | PublicIPRow | PoolRow | NodeRow | NetworkRow | OperationRow | ChangeRow
)


def needs_attention(row: AnyRow) -> bool:
    """Return whether a row needs an operator's attention.

    Args:
        row: A row of any pane.

    Returns:
        True if a finding is about the row or affects it; for an operation, if it did not end as
        requested; for a change, if the resource has failed.
    """
    match row:
        case NetworkRow():
            return False
        case FindingRow():
            return True
        case ChangeRow():
            return row.change.phase is Phase.FAILED
        case OperationRow():
            return row.operation.is_trouble
        case _:
            return row.attention
