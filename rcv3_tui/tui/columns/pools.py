"""The columns of the Pools pane."""

from __future__ import annotations

from rcv3_tui.tui.columns.shared import Now, region_column, wide
from rcv3_tui.tui.formats import Glyphs, address_sort, status_text
from rcv3_tui.tui.items import PoolItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural


def pool_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[PoolItem], ...]:
    """Give the columns of the Pools pane; the arguments are those of `server_columns`."""

    def not_active(item: PoolItem) -> Cell:
        if item.not_active is None:
            return Cell(signs.ellipsis, "muted")
        return Cell(f"{item.not_active}", "warn" if item.not_active else "muted")

    def counts(item: PoolItem) -> Cell:
        known = item.pool.counts
        return Cell(f"{known.cloud_servers}+{known.external}={known.total}")

    region: tuple[Column[PoolItem], ...] = region_column(regions)
    return (
        Column(
            key="name",
            label="POOL",
            min_width=12,
            max_width=50,
            weight=3,
            priority=0,
            cell=lambda item: Cell(item.pool.name),
            sort_key=lambda item: natural(item.pool.name),
        ),
        Column(
            key="endpoint",
            label="VIRTUAL IP:PORT",
            min_width=17,
            max_width=21,
            weight=1,
            priority=3,
            cell=lambda item: Cell(item.pool.endpoint, "" if item.pool.virtual_ip else "muted"),
            sort_key=lambda item: (address_sort(item.pool.virtual_ip) or (), item.pool.port or 0),
        ),
        *region,
        Column(
            key="status",
            label="STATUS",
            min_width=8,
            max_width=24,
            weight=1,
            priority=2,
            cell=lambda item: Cell(
                *status_text(
                    item.pool.status, signs, since=None, now=now(), detail=item.pool.status_detail
                )
            ),
            sort_key=lambda item: item.pool.status,
        ),
        Column(
            key="nodes",
            label="NODES",
            min_width=7,
            max_width=11,
            align="right",
            priority=1,
            cell=counts,
            sort_key=lambda item: item.pool.counts.total,
        ),
        Column(
            key="not-active",
            label="INACT",
            min_width=5,
            max_width=5,
            align="right",
            priority=4,
            cell=not_active,
            sort_key=lambda item: item.not_active,
        ),
        wide("id", "ID", 36, lambda i: Cell(i.pool.id, "muted"), lambda i: i.pool.key),
        wide(
            "detail",
            "DETAIL",
            40,
            lambda i: Cell(i.pool.status_detail or ""),
            lambda i: i.pool.status_detail,
        ),
    )
