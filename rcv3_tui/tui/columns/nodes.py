"""The columns of the Pool nodes pane."""

from __future__ import annotations

from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.columns.shared import Now, doing, is_leaving, wide
from rcv3_tui.tui.formats import Glyphs, address_sort, age, age_sort, status_text
from rcv3_tui.tui.items import NodeItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural


def node_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[NodeItem], ...]:
    """Give the columns of a pool's nodes; all are of one region, whatever `regions` says."""
    del regions

    def status(item: NodeItem) -> Cell:
        node = item.node
        if is_leaving(item.work) and phase(node.status) is Phase.SETTLED and item.work:
            return Cell(
                f"{signs.of(Phase.MOVING)} {doing(item.work)} {age(item.work.asked, now())}",
                "moving",
            )
        text, tone = status_text(node.status, signs, since=item.since, now=now())
        if phase(node.status) is Phase.FAILED:
            text = f"{signs.of(Phase.FAILED)} {node.status}"
        return Cell(text, tone)

    return (
        Column(
            key="server",
            label="SERVER",
            min_width=12,
            max_width=50,
            weight=3,
            priority=0,
            cell=lambda item: Cell(
                f"{item.server_name} (gone)" if item.is_ghost else item.server_name,
                "warn" if item.is_ghost else "",
            ),
            sort_key=lambda item: natural(item.server_name),
        ),
        Column(
            key="status",
            label="STATUS",
            min_width=12,
            max_width=20,
            weight=1,
            priority=1,
            cell=status,
            sort_key=lambda item: item.node.status,
        ),
        Column(
            key="private",
            label="PRIVATE",
            min_width=15,
            max_width=15,
            priority=2,
            cell=lambda item: Cell(
                item.private_ip or signs.dash, "" if item.private_ip else "muted"
            ),
            sort_key=lambda item: address_sort(item.private_ip),
        ),
        Column(
            key="age",
            label="AGE",
            min_width=5,
            max_width=5,
            align="right",
            priority=4,
            cell=lambda item: Cell(age(item.node.created, now()), "muted"),
            sort_key=lambda item: age_sort(item.node.created),
        ),
        Column(
            key="detail",
            label="DETAIL",
            min_width=8,
            max_width=60,
            weight=1,
            priority=5,
            cell=lambda item: Cell(item.node.status_detail or ""),
            sort_key=lambda item: item.node.status_detail,
        ),
        wide("id", "ID", 36, lambda i: Cell(i.node.id, "muted"), lambda i: i.node.key),
    )
