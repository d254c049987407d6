"""The columns of the Networks pane."""

from __future__ import annotations

from rcv3_tui.tui.columns.shared import Now, region_column
from rcv3_tui.tui.formats import Glyphs, address_sort, age_sort, moment
from rcv3_tui.tui.items import NetworkItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural


def network_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[NetworkItem], ...]:
    """Give the columns of the Networks pane; the arguments are those of `server_columns`."""
    del signs, now
    region: tuple[Column[NetworkItem], ...] = region_column(regions)
    return (
        Column(
            key="name",
            label="NAME",
            min_width=12,
            max_width=40,
            weight=2,
            priority=0,
            cell=lambda item: Cell(item.network.name),
            sort_key=lambda item: natural(item.network.name),
        ),
        Column(
            key="cidr",
            label="CIDR",
            min_width=14,
            max_width=18,
            priority=1,
            cell=lambda item: Cell(item.network.cidr or "-"),
            sort_key=lambda item: address_sort((item.network.cidr or "").partition("/")[0]),
        ),
        *region,
        Column(
            key="id",
            label="ID",
            min_width=36,
            max_width=36,
            priority=3,
            cell=lambda item: Cell(item.network.id, "muted"),
            sort_key=lambda item: item.network.key,
        ),
        Column(
            key="created",
            label="CREATED",
            min_width=23,
            max_width=23,
            priority=4,
            cell=lambda item: Cell(moment(item.network.created), "muted"),
            sort_key=lambda item: age_sort(item.network.created),
        ),
        Column(
            key="updated",
            label="UPDATED",
            min_width=23,
            max_width=23,
            priority=5,
            cell=lambda item: Cell(moment(item.network.updated), "muted"),
            sort_key=lambda item: age_sort(item.network.updated),
        ),
    )
