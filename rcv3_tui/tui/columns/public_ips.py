"""The columns of the Public IPs pane."""

from __future__ import annotations

from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.columns.shared import Now, doing, is_leaving, region_column, wide
from rcv3_tui.tui.formats import Glyphs, address_sort, age, age_sort, status_text
from rcv3_tui.tui.items import PublicIPItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural


def public_ip_columns(
    signs: Glyphs, now: Now, *, regions: bool
) -> tuple[Column[PublicIPItem], ...]:
    """Give the columns of the Public IPs pane; the arguments are those of `server_columns`."""

    def status(item: PublicIPItem) -> Cell:
        record = item.record
        if is_leaving(item.work) and phase(record.status) is Phase.SETTLED and item.work:
            words = f"{signs.of(Phase.MOVING)} {doing(item.work)} {age(item.work.asked, now())}"
            return Cell(words, "moving")
        return Cell(
            *status_text(
                record.status, signs, since=item.since, now=now(), detail=record.status_detail
            )
        )

    def server(item: PublicIPItem) -> Cell:
        if item.server_name is None:
            return Cell("unassigned", "warn" if item.record.retain else "muted")
        if item.is_ghost:
            return Cell(f"{item.server_name} (gone)", "warn")
        return Cell(item.server_name)

    region: tuple[Column[PublicIPItem], ...] = region_column(regions)
    return (
        Column(
            key="address",
            label="ADDRESS",
            min_width=15,
            max_width=15,
            priority=0,
            cell=lambda item: Cell(
                item.record.address or signs.dash, "" if item.record.address else "muted"
            ),
            sort_key=lambda item: address_sort(item.record.address),
        ),
        Column(
            key="status",
            label="STATUS",
            min_width=12,
            max_width=50,
            weight=2,
            priority=1,
            cell=status,
            sort_key=lambda item: item.record.status,
        ),
        *region,
        Column(
            key="server",
            label="SERVER",
            min_width=12,
            max_width=40,
            weight=2,
            priority=2,
            cell=server,
            sort_key=lambda item: natural(item.server_name) if item.server_name else None,
        ),
        Column(
            key="retain",
            label="RETAIN",
            min_width=6,
            max_width=6,
            priority=3,
            cell=lambda item: Cell(
                f"{signs.retain} yes" if item.record.retain else "no",
                "" if item.record.retain else "muted",
            ),
            sort_key=lambda item: not item.record.retain,
        ),
        Column(
            key="age",
            label="AGE",
            min_width=5,
            max_width=5,
            align="right",
            priority=5,
            cell=lambda item: Cell(age(item.record.created, now()), "muted"),
            sort_key=lambda item: age_sort(item.record.created),
        ),
        wide("id", "ID", 36, lambda i: Cell(i.record.id, "muted"), lambda i: i.record.key),
        wide(
            "network",
            "NETWORK",
            18,
            lambda i: Cell(_network(i)),
            _network,
        ),
        wide(
            "private",
            "PRIVATE",
            15,
            lambda i: Cell((i.record.server.private_ip if i.record.server else None) or "-"),
            lambda i: address_sort(i.record.server.private_ip if i.record.server else None),
        ),
        wide(
            "detail",
            "DETAIL",
            40,
            lambda i: Cell(i.record.status_detail or ""),
            lambda i: i.record.status_detail,
        ),
    )


def _network(item: PublicIPItem) -> str:
    link = item.record.server
    return (link.network.name if link and link.network else None) or "-"
