"""Nodes of load balancer pools."""

from __future__ import annotations

from rcv3_tui.model.filters import node_fields
from rcv3_tui.model.status import FULL_NO_REASON, Phase, phase
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.details import reason_detail, transition_detail
from rcv3_tui.views.field import (
    OPTIONAL,
    Context,
    Detail,
    Field,
    PaneColumn,
    TableColumn,
    View,
    wide_column,
)
from rcv3_tui.views.formatting import (
    TONES,
    address_key,
    age_key,
    format_age,
    pending_text,
    status_text,
    transition_age,
)
from rcv3_tui.views.rows import NodeRow

_GHOST = "Cloud Servers does not list it any more: a ghost node"


def _phase(row: NodeRow) -> Phase:
    return phase(row.node.status)


def _server(row: NodeRow) -> str | None:
    return None if row.node.server is None else row.server_name


def _pool(row: NodeRow) -> str:
    return row.node.pool_id if row.pool_name is None else row.pool_name


def _status_cell(row: NodeRow, context: Context) -> Cell:
    node, signs, now = row.node, context.signs, context.now()
    if row.work and not row.work.is_ended and phase(node.status) is Phase.STABLE:
        return Cell(pending_text(row.work, signs, now), "moving")
    text, tone = status_text(node.status, signs, since=row.since, now=now)
    if phase(node.status) is Phase.FAILED:
        text = f"{signs.of(Phase.FAILED)} {node.status}"
    return Cell(text, tone)


def _full_status_cell(row: NodeRow, context: Context) -> Cell:
    """Return the status; of a failed node, with the reason."""
    cell, node = _status_cell(row, context), row.node
    if cell.tone != TONES[Phase.FAILED]:
        return cell
    return Cell(f"{cell.text} {node.status_detail or FULL_NO_REASON}", cell.tone)


POOL_NODES: View[NodeRow] = View(
    fields=(
        Field("pool", _pool, "POOL", "load_balancer_pool.name", table=TableColumn(rank=1)),
        Field(
            "server",
            _server,
            "SERVER",
            "cloud_server.name",
            table=TableColumn(rank=0, least=10),
            pane=PaneColumn("SERVER", 12, 50, weight=3, priority=0, is_name=True),
            cell=lambda row, context: Cell(
                f"{row.server_name} (gone)" if row.is_ghost else row.server_name,
                "warn" if row.is_ghost else "",
            ),
            sort_key=lambda row: natural_key(row.server_name),
        ),
        Field("name", lambda row: row.server_name),
        Field(
            "status",
            lambda row: row.node.status,
            "STATUS",
            "status",
            phase=_phase,
            note=lambda row, now: transition_age(
                row.node.status, row.node.updated or row.node.created, now
            ),
            table=TableColumn(rank=2),
            pane=PaneColumn("STATUS", 12, 20, weight=1, priority=1),
            cell=_status_cell,
            full_cell=_full_status_cell,
            sort_key=lambda row: row.node.status,
        ),
        Field(
            "private",
            lambda row: None if row.node.server is None else row.node.server.private_ip,
            "PRIVATE IP",
            "cloud_server.cloud_network.private_ip_v4",
            table=TableColumn(rank=4, least=15),
            pane=PaneColumn("PRIVATE", 15, 15, priority=2),
            cell=lambda row, context: Cell(
                row.private_ip or context.signs.dash, "" if row.private_ip else "muted"
            ),
            sort_key=lambda row: address_key(row.private_ip),
        ),
        Field("address", lambda row: row.private_ip),
        Field(
            "age",
            lambda row: row.node.created,
            "AGE",
            align="right",
            is_age=True,
            table=TableColumn(rank=6, least=3),
            pane=PaneColumn("AGE", 5, 5, priority=4),
            cell=lambda row, context: Cell(format_age(row.node.created, context.now()), "muted"),
            sort_key=lambda row: age_key(row.node.created),
        ),
        Field(
            "detail",
            lambda row: row.node.status_detail,
            "DETAIL",
            "status_detail",
            table=TableColumn(rank=5),
            pane=PaneColumn("DETAIL", 8, 60, weight=1, priority=5),
            sort_key=lambda row: row.node.status_detail,
        ),
        Field(
            "id",
            lambda row: row.node.id,
            "ID",
            "id",
            table=OPTIONAL,
            pane=wide_column("ID", 36),
            cell=lambda row, context: Cell(row.node.id, "muted"),
            sort_key=lambda row: row.node.key,
        ),
        Field(
            "pool_id",
            lambda row: row.node.pool_id,
            "POOL ID",
            "load_balancer_pool.id",
            table=OPTIONAL,
        ),
        Field(
            "server_id",
            lambda row: None if row.node.server is None else row.node.server.id,
            "SERVER ID",
            "cloud_server.id",
            table=OPTIONAL,
        ),
        Field("region", lambda row: row.region),
        Field("gone", lambda row: row.is_ghost),
        Field("since", lambda row: row.since),
        Field("created", lambda row: row.node.created, "CREATED", "created", table=OPTIONAL),
        Field("updated", lambda row: row.node.updated, "UPDATED", "updated", table=OPTIONAL),
    ),
    title=lambda row: f"Pool node {row.server_name}",
    pane=("server", "status", "private", "age", "detail", "id"),
    export={
        "id": "id",
        "load_balancer_pool.id": "pool_id",
        "cloud_server.id": "server_id",
        "cloud_server.name": "name",
        "private_ip_v4": "address",
        "status": "status",
        "status_detail": "detail",
        "created": "created",
        "updated": "updated",
    },
    details=(
        Detail("name", "server"),
        Detail(
            "gone",
            text=lambda row, now: _GHOST if row.is_ghost else "",
            tone="warn",
        ),
        Detail("server_id", "server id", "-"),
        Detail("pool"),
        Detail("id", "node id"),
        Detail("region"),
        Detail("status"),
        reason_detail(lambda row: row.node.status, lambda row: row.node.status_detail),
        transition_detail(lambda row: row.node.status, lambda row: row.since),
        Detail("address", "private address", "-"),
        Detail("created", empty="-"),
        Detail("updated", empty="never"),
    ),
    copy={
        "address": "address",
        "name": "name",
        "id": "id",
        "server id": "server_id",
        "detail": "detail",
    },
    filter_values=lambda row, unread_pools: node_fields(
        row.node,
        row.region,
        server_name=row.server_name,
        private_ip=row.private_ip,
        pool_name=_pool(row),
    ),
    resource=lambda row: row.node,
    region_column=None,
    subject=lambda row: f"{_server(row) or row.node.id} in pool {_pool(row)}",
    order=lambda row: (natural_key(_pool(row)), natural_key(_server(row) or "")),
    status=lambda row: row.node.status,
    since=lambda row: row.node.updated or row.node.created,
)
