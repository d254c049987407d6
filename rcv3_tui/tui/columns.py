"""The columns of every pane: what a cell says, what it sorts by, and what goes first for room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from rcv3_tui.model.operation import Kind, Operation, State
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.tui.formats import (
    TONES,
    Glyphs,
    address_sort,
    age,
    age_sort,
    duration,
    elapsed,
    moment,
    server_status_text,
    status_text,
)
from rcv3_tui.tui.items import (
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)
from rcv3_tui.tui.widgets.table import Cell, Column, SortKey, natural

Now = Callable[[], datetime]

ItemT = TypeVar("ItemT")
RegionalT = TypeVar("RegionalT", ServerItem, PublicIPItem, PoolItem, NetworkItem)

_STATE_TONES = {
    State.SETTLED: "ok",
    State.FAILED: "failed",
    State.REJECTED: "failed",
    State.UNKNOWN: "warn",
}


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
            words = f"{signs.of(Phase.MOVING)} ADDING {age(work.asked, now())}"
            return Cell(words, "moving")
        if record is None:
            return Cell(signs.dash, "muted")
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

    region: tuple[Column[ServerItem], ...] = _region_column(regions)
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
        _wide(
            "in-pools",
            "IN POOLS",
            30,
            lambda item: Cell(", ".join(item.pools)),
            lambda item: ", ".join(item.pools),
        ),
        _wide("id", "ID", 36, lambda i: Cell(i.server.id, "muted"), lambda i: i.server.key),
        _wide(
            "flavor",
            "FLAVOR",
            14,
            lambda i: Cell(i.server.flavor or "-"),
            lambda i: i.server.flavor,
        ),
        _wide(
            "image", "IMAGE", 36, lambda i: Cell(i.server.image or "-"), lambda i: i.server.image
        ),
        _wide(
            "updated",
            "UPDATED",
            23,
            lambda i: Cell(moment(i.server.updated), "muted"),
            lambda i: age_sort(i.server.updated),
        ),
    )


def public_ip_columns(
    signs: Glyphs, now: Now, *, regions: bool
) -> tuple[Column[PublicIPItem], ...]:
    """Give the columns of the Public IPs pane; the arguments are those of `server_columns`."""

    def status(item: PublicIPItem) -> Cell:
        record = item.record
        if _is_leaving(item.work) and phase(record.status) is Phase.SETTLED and item.work:
            words = f"{signs.of(Phase.MOVING)} {_doing(item.work)} {age(item.work.asked, now())}"
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

    region: tuple[Column[PublicIPItem], ...] = _region_column(regions)
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
        _wide("id", "ID", 36, lambda i: Cell(i.record.id, "muted"), lambda i: i.record.key),
        _wide(
            "network",
            "NETWORK",
            18,
            lambda i: Cell(_network(i)),
            _network,
        ),
        _wide(
            "private",
            "PRIVATE",
            15,
            lambda i: Cell((i.record.server.private_ip if i.record.server else None) or "-"),
            lambda i: address_sort(i.record.server.private_ip if i.record.server else None),
        ),
        _wide(
            "detail",
            "DETAIL",
            40,
            lambda i: Cell(i.record.status_detail or ""),
            lambda i: i.record.status_detail,
        ),
    )


def pool_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[PoolItem], ...]:
    """Give the columns of the Pools pane; the arguments are those of `server_columns`."""

    def not_active(item: PoolItem) -> Cell:
        if item.not_active is None:
            return Cell(signs.ellipsis, "muted")
        return Cell(f"{item.not_active}", "warn" if item.not_active else "muted")

    def counts(item: PoolItem) -> Cell:
        known = item.pool.counts
        return Cell(f"{known.cloud_servers}+{known.external}={known.total}")

    region: tuple[Column[PoolItem], ...] = _region_column(regions)
    return (
        Column(
            key="name",
            label="POOL",
            min_width=10,
            max_width=50,
            weight=3,
            priority=0,
            cell=lambda item: Cell(item.pool.name),
            sort_key=lambda item: natural(item.pool.name),
        ),
        Column(
            key="endpoint",
            label="VIRTUAL IP:PORT",
            min_width=15,
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
            min_width=10,
            max_width=24,
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
            label="NOT ACT",
            min_width=7,
            max_width=7,
            align="right",
            priority=4,
            cell=not_active,
            sort_key=lambda item: item.not_active,
        ),
        _wide("id", "ID", 36, lambda i: Cell(i.pool.id, "muted"), lambda i: i.pool.key),
        _wide(
            "detail",
            "DETAIL",
            40,
            lambda i: Cell(i.pool.status_detail or ""),
            lambda i: i.pool.status_detail,
        ),
    )


def node_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[NodeItem], ...]:
    """Give the columns of a pool's nodes; all are of one region, whatever `regions` says."""
    del regions

    def status(item: NodeItem) -> Cell:
        node = item.node
        if _is_leaving(item.work) and phase(node.status) is Phase.SETTLED and item.work:
            return Cell(
                f"{signs.of(Phase.MOVING)} {_doing(item.work)} {age(item.work.asked, now())}",
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
        _wide("id", "ID", 36, lambda i: Cell(i.node.id, "muted"), lambda i: i.node.key),
    )


def network_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[NetworkItem], ...]:
    """Give the columns of the Networks pane; the arguments are those of `server_columns`."""
    del signs, now
    region: tuple[Column[NetworkItem], ...] = _region_column(regions)
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


def operation_columns(
    signs: Glyphs, now: Now, *, regions: bool
) -> tuple[Column[OperationItem], ...]:
    """Give the columns of the Operations pane; the arguments are those of `server_columns`."""
    del regions

    def state(item: OperationItem) -> Cell:
        operation = item.operation
        stage = {
            State.SETTLED: Phase.SETTLED,
            State.FAILED: Phase.FAILED,
            State.REJECTED: Phase.FAILED,
            State.UNKNOWN: Phase.FAILED,
        }.get(operation.state, Phase.MOVING)
        tone = _STATE_TONES.get(operation.state, TONES[Phase.MOVING])
        return Cell(f"{signs.of(stage)} {operation.state}", tone)

    def took(item: OperationItem) -> Cell:
        operation = item.operation
        if operation.is_ended:
            return Cell(duration(operation.seconds))
        return Cell(elapsed((now() - operation.asked).total_seconds()), "moving")

    return (
        Column(
            key="when",
            label="WHEN",
            min_width=8,
            max_width=8,
            priority=3,
            cell=lambda item: Cell(f"{item.operation.asked:%H:%M:%S}", "muted"),
            sort_key=lambda item: -item.operation.asked.timestamp(),
        ),
        Column(
            key="what",
            label="WHAT",
            min_width=16,
            max_width=24,
            priority=1,
            cell=lambda item: Cell(item.operation.request.kind.value),
            sort_key=lambda item: item.operation.request.kind.value,
        ),
        Column(
            key="target",
            label="TARGET",
            min_width=14,
            max_width=40,
            weight=2,
            priority=0,
            cell=lambda item: Cell(item.operation.request.subject),
            sort_key=lambda item: natural(item.operation.request.subject),
        ),
        Column(
            key="state",
            label="STATE",
            min_width=11,
            max_width=12,
            priority=2,
            cell=state,
            sort_key=lambda item: item.operation.state.value,
        ),
        Column(
            key="took",
            label="TOOK",
            min_width=6,
            max_width=12,
            align="right",
            priority=4,
            cell=took,
            sort_key=lambda item: item.operation.seconds,
        ),
        Column(
            key="outcome",
            label="OUTCOME",
            min_width=10,
            max_width=120,
            weight=4,
            priority=5,
            cell=lambda item: Cell(item.operation.detail),
            sort_key=lambda item: item.operation.detail,
        ),
    )


def _region_column(shown: bool) -> tuple[Column[RegionalT], ...]:
    if not shown:
        return ()
    return (
        Column(
            key="region",
            label="REGION",
            min_width=6,
            max_width=6,
            priority=1,
            cell=lambda item: Cell(item.region),
            sort_key=lambda item: item.region,
        ),
    )


def _wide(
    key: str,
    label: str,
    width: int,
    cell: Callable[[ItemT], Cell],
    sort_key: Callable[[ItemT], SortKey | None],
) -> Column[ItemT]:
    return Column(
        key=key,
        label=label,
        min_width=min(width, 12),
        max_width=width,
        weight=1,
        priority=8,
        wide_only=True,
        cell=cell,
        sort_key=sort_key,
    )


def _is_leaving(work: Operation | None) -> bool:
    return work is not None and not work.is_ended


def _doing(work: Operation) -> str:
    """Give the status that an operation is about to bring, before the service shows it."""
    if work.request.kind in (Kind.REMOVE_PUBLIC_IP, Kind.REMOVE_NODE):
        return "REMOVING"
    return "ADDING" if work.request.kind in (Kind.ADD_PUBLIC_IP, Kind.ADD_NODE) else "UPDATING"


def _network(item: PublicIPItem) -> str:
    link = item.record.server
    return (link.network.name if link and link.network else None) or "-"
