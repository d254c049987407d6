"""Cloud networks."""

from __future__ import annotations

from rcv3_tui.model.filters import network_fields
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.field import OPTIONAL, Detail, Field, PaneColumn, TableColumn, View
from rcv3_tui.views.formatting import address_key, age_key, format_time
from rcv3_tui.views.rows import NetworkRow

NETWORKS: View[NetworkRow] = View(
    fields=(
        Field(
            "name",
            lambda row: row.network.name,
            "NAME",
            "name",
            table=TableColumn(rank=0, least=10),
            pane=PaneColumn("NAME", 12, 40, weight=2, priority=0),
            sort_key=lambda row: natural_key(row.network.name),
        ),
        Field(
            "cidr",
            lambda row: row.network.cidr,
            "CIDR",
            "cidr",
            table=TableColumn(rank=1, least=10),
            pane=PaneColumn("CIDR", 14, 18, priority=1),
            cell=lambda row, context: Cell(row.network.cidr or "-"),
            sort_key=lambda row: address_key((row.network.cidr or "").partition("/")[0]),
        ),
        Field(
            "age",
            lambda row: row.network.created,
            "AGE",
            align="right",
            is_age=True,
            table=TableColumn(rank=6, least=3),
        ),
        Field(
            "id",
            lambda row: row.network.id,
            "ID",
            "id",
            table=TableColumn(rank=4),
            pane=PaneColumn("ID", 36, 36, priority=3),
            cell=lambda row, context: Cell(row.network.id, "muted"),
            sort_key=lambda row: row.network.key,
        ),
        Field(
            "created",
            lambda row: row.network.created,
            "CREATED",
            "created",
            table=OPTIONAL,
            pane=PaneColumn("CREATED", 23, 23, priority=4, newest_first=True),
            cell=lambda row, context: Cell(format_time(row.network.created), "muted"),
            sort_key=lambda row: age_key(row.network.created),
        ),
        Field(
            "updated",
            lambda row: row.network.updated,
            "UPDATED",
            "updated",
            table=OPTIONAL,
            pane=PaneColumn("UPDATED", 23, 23, priority=5, newest_first=True),
            cell=lambda row, context: Cell(format_time(row.network.updated), "muted"),
            sort_key=lambda row: age_key(row.network.updated),
        ),
        Field("region", lambda row: row.region),
    ),
    title=lambda row: f"Cloud network {row.network.name}",
    pane=("name", "cidr", "id", "created", "updated"),
    export={
        "id": "id",
        "name": "name",
        "cidr": "cidr",
        "created": "created",
        "updated": "updated",
    },
    details=(
        Detail("name"),
        Detail("id"),
        Detail("region"),
        Detail("cidr", "CIDR", "-"),
        Detail("created", text=lambda row, now: format_time(row.network.created)),
        Detail("updated", text=lambda row, now: format_time(row.network.updated)),
    ),
    copy={"address": "cidr", "name": "name", "id": "id"},
    filter_values=lambda row, unread_pools: network_fields(row.network, row.region),
    resource=lambda row: row.network,
    subject=lambda row: f"network {row.network.name}",
    order=lambda row: natural_key(row.network.name),
)
