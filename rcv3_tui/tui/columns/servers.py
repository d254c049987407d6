"""The columns of the Servers pane."""

from __future__ import annotations

from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.columns.shared import Now, doing, region_column, wide
from rcv3_tui.tui.formats import (
    Glyphs,
    address_sort,
    age,
    age_sort,
    moment,
    server_status_text,
    status_text,
)
from rcv3_tui.tui.items import ServerItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural


def server_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[ServerItem], ...]:
    """Give the columns of the Servers pane.

    Args:
        signs: The glyphs of this terminal.
        now: What decides "now".
        regions: Several regions are shown, so a row has to name its own.
    """

    def status(item: ServerItem) -> Cell:
        return Cell(*server_status_text(item.server.status, item.server.task_state, signs))

    def public(item: ServerItem) -> Cell:
        record, work = item.record, item.work
        if work is not None and (record is None or phase(record.status) is not Phase.MOVING):
            words = f"{signs.of(Phase.MOVING)} {doing(work)} {age(work.asked, now())}"
            return Cell(words, "moving")
        if record is None:
            return Cell(signs.dash if item.addresses_known else signs.ellipsis, "muted")
        if phase(record.status) is Phase.SETTLED and record.address:
            return Cell(record.address)
        text, tone = status_text(record.status, signs, since=item.record_since, now=now())
        if phase(record.status) is Phase.FAILED:
            text = f"{signs.of(Phase.FAILED)} {record.status}"
        return Cell(text, tone)

    def pools(item: ServerItem) -> Cell:
        if not item.pools and not item.pools_known:
            return Cell(signs.ellipsis, "muted")
        return Cell(f"{len(item.pools)}" + ("" if item.pools_known else "+"))

    region: tuple[Column[ServerItem], ...] = region_column(regions)
    return (
        Column(
            key="name",
            label="NAME",
            min_width=12,
            max_width=60,
            weight=3,
            priority=0,
            cell=lambda item: Cell(item.server.name),
            sort_key=lambda item: natural(item.server.name),
        ),
        Column(
            key="status",
            label="STATUS",
            min_width=10,
            max_width=26,
            weight=1,
            priority=1,
            cell=status,
            sort_key=lambda item: item.server.status,
        ),
        *region,
        Column(
            key="private",
            label="PRIVATE",
            min_width=15,
            max_width=15,
            priority=4,
            cell=lambda item: Cell(
                item.private_ip or signs.dash, "" if item.private_ip else "muted"
            ),
            sort_key=lambda item: address_sort(item.private_ip),
        ),
        Column(
            key="public",
            label="PUBLIC IP",
            min_width=15,
            max_width=26,
            weight=1,
            priority=2,
            cell=public,
            sort_key=lambda item: address_sort(item.record.address if item.record else None),
        ),
        Column(
            key="pools",
            label="POOLS",
            min_width=5,
            max_width=5,
            align="right",
            priority=3,
            cell=pools,
            sort_key=lambda item: len(item.pools),
        ),
        Column(
            key="age",
            label="AGE",
            min_width=5,
            max_width=5,
            align="right",
            priority=6,
            cell=lambda item: Cell(age(item.server.created, now()), "muted"),
            sort_key=lambda item: age_sort(item.server.created),
        ),
        wide(
            "in-pools",
            "IN POOLS",
            30,
            lambda item: Cell(", ".join(item.pools)),
            lambda item: ", ".join(item.pools),
        ),
        wide("id", "ID", 36, lambda i: Cell(i.server.id, "muted"), lambda i: i.server.key),
        wide(
            "flavor",
            "FLAVOR",
            14,
            lambda i: Cell(i.server.flavor or "-"),
            lambda i: i.server.flavor,
        ),
        wide("image", "IMAGE", 36, lambda i: Cell(i.server.image or "-"), lambda i: i.server.image),
        wide(
            "updated",
            "UPDATED",
            23,
            lambda i: Cell(moment(i.server.updated), "muted"),
            lambda i: age_sort(i.server.updated),
        ),
    )
