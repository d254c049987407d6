"""Cloud servers."""

from __future__ import annotations

from datetime import datetime

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters import Fields, server_fields
from rcv3_tui.model.status import NO_REASON, Phase, phase, server_phase
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.field import (
    OPTIONAL,
    Context,
    Detail,
    Field,
    PaneColumn,
    TableColumn,
    UnreadPools,
    View,
    wide_column,
)
from rcv3_tui.views.formatting import (
    TONES,
    address_key,
    age_key,
    format_age,
    format_time,
    pending_text,
    server_status_text,
    status_text,
)
from rcv3_tui.views.rows import ServerRow

_POOL_MEMBERS = frozenset({ResourceKind.POOLS, ResourceKind.NODES})


def _phase(row: ServerRow) -> Phase:
    return server_phase(row.server.status, row.server.task_state)


def _public(row: ServerRow) -> str | None:
    return None if row.record is None else row.record.address or row.record.status


def _public_cell(row: ServerRow, context: Context) -> Cell:
    record, work, signs, now = row.record, row.work, context.signs, context.now
    if work is not None and (record is None or phase(record.status) is not Phase.TRANSITIONING):
        return Cell(pending_text(work, signs, now()), "moving")
    if record is None:
        return Cell(signs.dash if row.addresses_known else signs.ellipsis, "muted")
    if phase(record.status) is Phase.STABLE and record.address:
        return Cell(record.address)
    text, tone = status_text(record.status, signs, since=row.record_since, now=now())
    if phase(record.status) is Phase.FAILED:
        text = f"{signs.of(Phase.FAILED)} {record.status}"
    return Cell(text, tone)


def _full_public_cell(row: ServerRow, context: Context) -> Cell:
    """Return the public IP; of a failed one, with the reason."""
    cell, record = _public_cell(row, context), row.record
    if record is None or cell.tone != TONES[Phase.FAILED]:
        return cell
    return Cell(f"{cell.text} {record.status_detail or NO_REASON}", cell.tone)


def _full_status_cell(row: ServerRow, context: Context) -> Cell:
    """Return the status; of a failed server, with Nova's reason."""
    server = row.server
    text, tone = server_status_text(server.status, server.task_state, context.signs)
    has_reason = server.fault is not None and _phase(row) is Phase.FAILED
    return Cell(f"{text} {server.fault}" if has_reason else text, tone)


def _pools_cell(row: ServerRow, context: Context) -> Cell:
    if row.drained_since is not None and not row.pools:
        return Cell(f"drained {format_age(row.drained_since, context.now())}", "warn")
    if not row.pools and not row.pools_known:
        return Cell(context.signs.ellipsis, "muted")
    count = f"{len(row.pools)}" + ("" if row.pools_known else "+")
    # Some memberships were put back by hand, or are on their way out.
    return Cell(count, "" if row.drained_since is None else "warn")


def _pool_names_cell(row: ServerRow, context: Context) -> Cell:
    """Return the count with the names, which may be cut: the count stays."""
    cell = _pools_cell(row, context)
    if not row.pools:
        return cell
    names = sorted(row.pools, key=natural_key)
    return Cell(f"{cell.text}  {', '.join(names)}", cell.tone)


def _progress(row: ServerRow, now: datetime) -> str:
    del now
    is_building = row.server.progress is not None and row.server.status == "BUILD"
    return f"{row.server.progress} %" if is_building else ""


def _filter_values(row: ServerRow, unread_pools: UnreadPools) -> Fields:
    return server_fields(
        row.server,
        row.region,
        private_ip=row.private_ip,
        record=row.record,
        pools=row.pools,
        unread_pools=() if row.pools_known else unread_pools(row.region),
        drained=row.is_drained,
        addresses_known=row.addresses_known,
        private_known=row.private_known,
    )


SERVERS: View[ServerRow] = View(
    fields=(
        Field(
            "name",
            lambda row: row.server.name,
            "NAME",
            "name",
            table=TableColumn(rank=0, least=10),
            pane=PaneColumn("NAME", 12, 60, weight=3, priority=0, is_name=True),
            sort_key=lambda row: natural_key(row.server.name),
        ),
        Field(
            "status",
            lambda row: row.server.status,
            "STATUS",
            "status",
            phase=_phase,
            note=lambda row, now: row.server.task_state or "",
            table=TableColumn(rank=1),
            pane=PaneColumn("STATUS", 10, 26, weight=1, priority=1),
            cell=lambda row, context: Cell(
                *server_status_text(row.server.status, row.server.task_state, context.signs)
            ),
            full_cell=_full_status_cell,
            sort_key=lambda row: row.server.status,
        ),
        Field(
            "private",
            lambda row: row.private_ip,
            "PRIVATE IP",
            needs=frozenset({ResourceKind.NETWORKS}),
            table=TableColumn(rank=4, least=15),
            pane=PaneColumn("PRIVATE", 15, 15, priority=4),
            cell=lambda row, context: Cell(
                row.private_ip or context.signs.dash, "" if row.private_ip else "muted"
            ),
            sort_key=lambda row: address_key(row.private_ip),
        ),
        Field(
            "public",
            _public,
            "PUBLIC IP",
            needs=frozenset({ResourceKind.PUBLIC_IPS}),
            table=TableColumn(rank=2, least=15),
            pane=PaneColumn("PUBLIC IP", 15, 26, weight=1, priority=2),
            cell=_public_cell,
            full_cell=_full_public_cell,
            sort_key=lambda row: address_key(row.record.address if row.record else None),
        ),
        Field("address", lambda row: row.record.address if row.record else None),
        Field("address_status", lambda row: row.record.status if row.record else None),
        Field(
            "pools",
            lambda row: tuple(sorted(set(row.pools), key=natural_key)),
            "POOLS",
            needs=_POOL_MEMBERS,
            table=TableColumn(rank=3, is_default=False),
            pane=PaneColumn("POOLS", 5, 12, weight=3, priority=3, is_whole=True, align="right"),
            cell=_pools_cell,
            full_cell=_pool_names_cell,
            sort_key=lambda row: len(row.pools),
        ),
        Field(
            "age",
            lambda row: row.server.created,
            "AGE",
            align="right",
            is_age=True,
            table=TableColumn(rank=6, least=3),
            pane=PaneColumn("AGE", 5, 5, priority=6),
            cell=lambda row, context: Cell(format_age(row.server.created, context.now()), "muted"),
            sort_key=lambda row: age_key(row.server.created),
        ),
        Field(
            "in-pools",
            lambda row: row.pools,
            pane=wide_column("IN POOLS", 30),
            cell=lambda row, context: Cell(", ".join(row.pools)),
            sort_key=lambda row: ", ".join(row.pools),
        ),
        Field(
            "id",
            lambda row: row.server.id,
            "ID",
            "id",
            table=OPTIONAL,
            pane=wide_column("ID", 36),
            cell=lambda row, context: Cell(row.server.id, "muted"),
            sort_key=lambda row: row.server.key,
        ),
        Field(
            "task",
            lambda row: row.server.task_state,
            "TASK",
            "OS-EXT-STS:task_state",
            table=OPTIONAL,
        ),
        Field("fault", lambda row: row.server.fault, "FAULT", "fault", table=OPTIONAL),
        Field(
            "access_ip", lambda row: row.server.access_ip, "ACCESS IP", "accessIPv4", table=OPTIONAL
        ),
        Field(
            "flavor",
            lambda row: row.server.flavor,
            "FLAVOR",
            "flavor",
            table=OPTIONAL,
            pane=wide_column("FLAVOR", 14),
            cell=lambda row, context: Cell(row.server.flavor or "-"),
            sort_key=lambda row: row.server.flavor,
        ),
        Field(
            "image",
            lambda row: row.server.image,
            "IMAGE",
            "image",
            table=OPTIONAL,
            pane=wide_column("IMAGE", 36),
            cell=lambda row, context: Cell(row.server.image or "-"),
            sort_key=lambda row: row.server.image,
        ),
        Field("region", lambda row: row.region),
        Field("progress", lambda row: row.server.progress),
        Field("created", lambda row: row.server.created, "CREATED", "created", table=OPTIONAL),
        Field(
            "updated",
            lambda row: row.server.updated,
            "UPDATED",
            "updated",
            table=OPTIONAL,
            pane=wide_column("UPDATED", 23, newest_first=True),
            cell=lambda row, context: Cell(format_time(row.server.updated), "muted"),
            sort_key=lambda row: age_key(row.server.updated),
        ),
    ),
    title=lambda row: f"Cloud server {row.server.name}",
    pane=(
        "name",
        "status",
        "private",
        "public",
        "pools",
        "age",
        "in-pools",
        "id",
        "flavor",
        "image",
        "updated",
    ),
    export={
        "id": "id",
        "name": "name",
        "status": "status",
        "task_state": "task",
        "private_ip_v4": "private",
        "public_ip_v4": "address",
        "public_ip.status": "address_status",
        "load_balancer_pools": "in-pools",
        "created": "created",
        "updated": "updated",
    },
    details=(
        Detail("name"),
        Detail("id"),
        Detail("region"),
        Detail("status"),
        Detail("task", "task state", tone="moving"),
        Detail("progress", text=_progress),
        Detail("fault", tone="failed"),
        Detail("private", "RackConnect address", "none: not on a RackConnect network"),
        Detail("access_ip", "Access IP", "none"),
        Detail("created", empty="-"),
        Detail("updated", empty="never"),
        Detail("flavor", empty="-"),
        Detail("image", empty="none: boots from a volume"),
    ),
    copy={"address": "address", "private address": "private", "name": "name", "id": "id"},
    filter_values=_filter_values,
    resource=lambda row: row.server,
    subject=lambda row: row.server.name,
    order=lambda row: natural_key(row.server.name),
    status=lambda row: row.server.status,
    since=lambda row: row.server.updated or row.server.created,
)
