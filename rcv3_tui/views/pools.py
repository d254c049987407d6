"""Load balancer pools."""

from __future__ import annotations

from datetime import datetime

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters import pool_fields
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.details import NOT_NAMED, reason_detail
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
from rcv3_tui.views.formatting import address_key, status_text
from rcv3_tui.views.rows import PoolRow


def _phase(row: PoolRow) -> Phase:
    return phase(row.pool.status)


def _not_active_cell(row: PoolRow, context: Context) -> Cell:
    if row.not_active is None:
        return Cell(context.signs.ellipsis, "muted")
    return Cell(f"{row.not_active}", "warn" if row.not_active else "muted")


def _counts_cell(row: PoolRow, context: Context) -> Cell:
    del context
    counts = row.pool.counts
    own, others, total = (
        "?" if each is None else str(each)
        for each in (counts.cloud_servers, counts.external, counts.total)
    )
    return Cell(f"{own}+{others}={total}")


def _external(row: PoolRow, now: datetime) -> str:
    del now
    count = row.pool.counts.external
    return f"{NOT_NAMED if count is None else count} (not cloud servers of this account)"


POOLS: View[PoolRow] = View(
    fields=(
        Field(
            "name",
            lambda row: row.pool.name,
            "POOL",
            "name",
            table=TableColumn(rank=0, least=10),
            pane=PaneColumn("POOL", 12, 50, weight=3, priority=0, is_name=True),
            sort_key=lambda row: natural_key(row.pool.name),
        ),
        Field(
            "endpoint",
            lambda row: row.pool.endpoint if row.pool.port is not None else None,
            pane=PaneColumn("VIRTUAL IP:PORT", 17, 21, weight=1, priority=3),
            cell=lambda row, context: Cell(
                row.pool.endpoint, "" if row.pool.virtual_ip else "muted"
            ),
            sort_key=lambda row: (address_key(row.pool.virtual_ip) or (), row.pool.port or 0),
        ),
        Field(
            "address",
            lambda row: row.pool.virtual_ip,
            "VIRTUAL IP",
            "virtual_ip",
            table=TableColumn(rank=4),
        ),
        Field(
            "port",
            lambda row: row.pool.port,
            "PORT",
            "port",
            align="right",
            table=TableColumn(rank=4, least=5),
        ),
        Field(
            "status",
            lambda row: row.pool.status,
            "STATUS",
            "status",
            phase=_phase,
            table=TableColumn(rank=2),
            pane=PaneColumn("STATUS", 8, 24, weight=1, priority=2),
            cell=lambda row, context: Cell(
                *status_text(
                    row.pool.status,
                    context.signs,
                    since=None,
                    now=context.now(),
                    detail=row.pool.status_detail,
                )
            ),
            sort_key=lambda row: row.pool.status,
        ),
        Field(
            "nodes",
            lambda row: row.pool.counts.total,
            "NODES",
            "node_counts.total",
            align="right",
            is_count=True,
            table=TableColumn(rank=1, least=5),
            pane=PaneColumn("NODES", 7, 11, priority=1),
            cell=_counts_cell,
            sort_key=lambda row: row.pool.counts.total,
        ),
        Field(
            "cloud_servers",
            lambda row: row.pool.counts.cloud_servers,
            "CLOUD",
            "node_counts.cloud_servers",
            align="right",
            is_count=True,
            table=TableColumn(rank=3, least=5),
        ),
        Field(
            "external",
            lambda row: row.pool.counts.external,
            "EXTERNAL",
            "node_counts.external",
            align="right",
            is_count=True,
            table=TableColumn(rank=6, least=8),
        ),
        Field(
            "not_active",
            lambda row: row.not_active,
            "NOT ACTIVE",
            align="right",
            needs=frozenset({ResourceKind.POOLS, ResourceKind.NODES}),
            table=TableColumn(rank=2, is_default=False),
            pane=PaneColumn("INACTIVE", 8, 8, priority=4, key="not-active"),
            cell=_not_active_cell,
            sort_key=lambda row: row.not_active,
        ),
        Field(
            "detail",
            lambda row: row.pool.status_detail,
            "DETAIL",
            "status_detail",
            table=TableColumn(rank=5),
            pane=wide_column("DETAIL", 40),
            sort_key=lambda row: row.pool.status_detail,
        ),
        Field(
            "id",
            lambda row: row.pool.id,
            "ID",
            "id",
            table=OPTIONAL,
            pane=wide_column("ID", 36),
            cell=lambda row, context: Cell(row.pool.id, "muted"),
            sort_key=lambda row: row.pool.key,
        ),
        Field("region", lambda row: row.region),
    ),
    title=lambda row: f"Load balancer pool {row.pool.name}",
    pane=("name", "endpoint", "status", "nodes", "not_active", "id", "detail"),
    export={
        "id": "id",
        "name": "name",
        "status": "status",
        "status_detail": "detail",
        "virtual_ip": "address",
        "port": "port",
        "node_counts.cloud_servers": "cloud_servers",
        "node_counts.external": "external",
        "node_counts.total": "nodes",
    },
    details=(
        Detail("name"),
        Detail("id"),
        Detail("region"),
        Detail("status"),
        reason_detail(lambda row: row.pool.status, lambda row: row.pool.status_detail),
        Detail("address", "virtual IP", NOT_NAMED),
        Detail("port", empty=NOT_NAMED),
        Detail("cloud_servers", "cloud servers", NOT_NAMED),
        Detail("external", text=_external),
        Detail("nodes", "total", NOT_NAMED),
    ),
    copy={"address": "address", "endpoint": "endpoint", "name": "name", "id": "id"},
    filter_values=lambda row, unread_pools: pool_fields(
        row.pool, row.region, not_active=row.not_active
    ),
    resource=lambda row: row.pool,
    subject=lambda row: f"pool {row.pool.name}",
    order=lambda row: natural_key(row.pool.name),
    status=lambda row: row.pool.status,
)
