"""The view of each kind of row and resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import Resource
from rcv3_tui.views.changes import CHANGES
from rcv3_tui.views.field import View
from rcv3_tui.views.findings import FINDINGS
from rcv3_tui.views.networks import NETWORKS
from rcv3_tui.views.operations import OPERATIONS
from rcv3_tui.views.pool_nodes import POOL_NODES
from rcv3_tui.views.pools import POOLS
from rcv3_tui.views.public_ips import PUBLIC_IPS
from rcv3_tui.views.rows import (
    AnyRow,
    ChangeRow,
    FindingRow,
    NetworkRow,
    NodeRow,
    OperationRow,
    PoolRow,
    PublicIPRow,
    ServerRow,
)
from rcv3_tui.views.servers import SERVERS

_VIEWS: Mapping[type[AnyRow], object] = {
    ServerRow: SERVERS,
    PublicIPRow: PUBLIC_IPS,
    PoolRow: POOLS,
    NodeRow: POOL_NODES,
    NetworkRow: NETWORKS,
    OperationRow: OPERATIONS,
    ChangeRow: CHANGES,
    FindingRow: FINDINGS,
}

_VIEWS_BY_KIND: Mapping[ResourceKind, object] = {
    ResourceKind.SERVERS: SERVERS,
    ResourceKind.PUBLIC_IPS: PUBLIC_IPS,
    ResourceKind.POOLS: POOLS,
    ResourceKind.NODES: POOL_NODES,
    ResourceKind.NETWORKS: NETWORKS,
}


def view_of(row: AnyRow) -> View[AnyRow]:
    """Return the view of a row's kind."""
    return cast("View[AnyRow]", _VIEWS[type(row)])


def view_of_kind(kind: ResourceKind) -> View[AnyRow]:
    """Return the view of a kind of resource."""
    return cast("View[AnyRow]", _VIEWS_BY_KIND[kind])


def resource_of(row: AnyRow) -> Resource | None:
    """Return the resource that a row shows; None for an operation, a change or a finding."""
    return view_of(row).resource(row)


def raw_json_of(row: AnyRow) -> bytes:
    """Return a resource's JSON as the service sent it; empty for a row without a resource."""
    resource = resource_of(row)
    return b"" if resource is None else resource.raw


def title_of(row: AnyRow) -> str:
    """Return a row's name with its kind."""
    return view_of(row).title(row)
