"""Public IPs."""

from __future__ import annotations

from datetime import datetime

from rcv3_tui.model.filters import public_ip_fields
from rcv3_tui.model.status import Phase, phase
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
    address_key,
    age_key,
    format_age,
    pending_text,
    status_text,
    transition_age,
)
from rcv3_tui.views.rows import PublicIPRow


def _phase(row: PublicIPRow) -> Phase:
    return phase(row.record.status)


def _status_cell(row: PublicIPRow, context: Context, *, is_full: bool = False) -> Cell:
    record, signs, now = row.record, context.signs, context.now()
    if row.work and not row.work.is_ended and phase(record.status) is Phase.STABLE:
        return Cell(pending_text(row.work, signs, now), "moving")
    text, tone = status_text(
        record.status, signs, since=row.since, now=now, detail=record.status_detail, is_full=is_full
    )
    return Cell(f"{text} rule" if record.added_by_match_rule else text, tone)


def _server_cell(row: PublicIPRow, context: Context) -> Cell:
    del context
    if row.server_name is None:
        return Cell("unassigned", "warn" if row.record.retain else "muted")
    if row.is_ghost:
        return Cell(f"{row.server_name} (gone)", "warn")
    return Cell(row.server_name)


def _rule(row: PublicIPRow) -> str:
    by_rule = row.record.added_by_match_rule
    return "-" if by_rule is None else "yes" if by_rule else "no"


def _rule_text(row: PublicIPRow, now: datetime) -> str:
    del now
    match row.record.added_by_match_rule:
        case None:
            return ""
        case True:
            return "yes: a match rule added this address, and may add it again after a removal"
        case False:
            return "no: a user added this address"


def _private(row: PublicIPRow) -> str | None:
    return None if row.record.server is None else row.record.server.private_ip


def _network(row: PublicIPRow) -> str | None:
    network = None if row.record.server is None else row.record.server.network
    return None if network is None else network.name


def _address_text(row: PublicIPRow, now: datetime) -> str:
    del now
    is_pending = phase(row.record.status) is Phase.TRANSITIONING
    return row.record.address or ("none yet" if is_pending else "none")


PUBLIC_IPS: View[PublicIPRow] = View(
    fields=(
        Field(
            "address",
            lambda row: row.record.address,
            "ADDRESS",
            "public_ip_v4",
            table=TableColumn(rank=0, least=15),
            pane=PaneColumn("ADDRESS", 15, 15, priority=0),
            cell=lambda row, context: Cell(
                row.record.address or context.signs.dash, "" if row.record.address else "muted"
            ),
            sort_key=lambda row: address_key(row.record.address),
        ),
        Field(
            "status",
            lambda row: row.record.status,
            "STATUS",
            "status",
            phase=_phase,
            note=lambda row, now: transition_age(
                row.record.status, row.record.updated or row.record.created, now
            ),
            table=TableColumn(rank=1),
            pane=PaneColumn("STATUS", 12, 50, weight=2, priority=1, full_if_whole=True),
            cell=_status_cell,
            full_cell=lambda row, context: _status_cell(row, context, is_full=True),
            sort_key=lambda row: row.record.status,
        ),
        Field(
            "server",
            lambda row: row.server_name,
            "SERVER",
            "cloud_server.name",
            table=TableColumn(rank=2),
            pane=PaneColumn("SERVER", 12, 40, weight=2, priority=2, is_name=True),
            cell=_server_cell,
            sort_key=lambda row: natural_key(row.server_name) if row.server_name else None,
        ),
        Field(
            "retain",
            lambda row: row.record.retain,
            "RETAIN",
            "retain",
            table=TableColumn(rank=5, least=6),
            pane=PaneColumn("RETAIN", 6, 6, priority=3),
            cell=lambda row, context: Cell(
                f"{context.signs.retain} yes" if row.record.retain else "no",
                "" if row.record.retain else "muted",
            ),
            sort_key=lambda row: not row.record.retain,
        ),
        Field(
            "rule",
            lambda row: row.record.added_by_match_rule,
            "RULE",
            "added_by_match_rule",
            table=TableColumn(rank=7, least=4),
            pane=wide_column("MATCH RULE", 10),
            cell=lambda row, context: Cell(_rule(row)),
            sort_key=_rule,
        ),
        Field(
            "age",
            lambda row: row.record.created,
            "AGE",
            align="right",
            is_age=True,
            table=TableColumn(rank=6, least=3),
            pane=PaneColumn("AGE", 5, 5, priority=5),
            cell=lambda row, context: Cell(format_age(row.record.created, context.now()), "muted"),
            sort_key=lambda row: age_key(row.record.created),
        ),
        Field(
            "detail",
            lambda row: row.record.status_detail,
            "DETAIL",
            "status_detail",
            table=TableColumn(rank=4),
            pane=wide_column("DETAIL", 40),
            sort_key=lambda row: row.record.status_detail,
        ),
        Field(
            "id",
            lambda row: row.record.id,
            "ID",
            "id",
            table=OPTIONAL,
            pane=wide_column("ID", 36),
            cell=lambda row, context: Cell(row.record.id, "muted"),
            sort_key=lambda row: row.record.key,
        ),
        Field(
            "server_id",
            lambda row: None if row.record.server is None else row.record.server.id,
            "SERVER ID",
            "cloud_server.id",
            table=OPTIONAL,
        ),
        Field(
            "private",
            _private,
            "PRIVATE IP",
            "cloud_server.cloud_network.private_ip_v4",
            table=OPTIONAL,
            pane=wide_column("PRIVATE", 15),
            cell=lambda row, context: Cell(_private(row) or "-"),
            sort_key=lambda row: address_key(_private(row)),
        ),
        Field(
            "network",
            _network,
            "NETWORK",
            "cloud_server.cloud_network.name",
            table=OPTIONAL,
            pane=wide_column("NETWORK", 18),
            cell=lambda row, context: Cell(_network(row) or "-"),
            sort_key=lambda row: _network(row) or "-",
        ),
        Field(
            "ticket",
            lambda row: row.record.ticket,
            "TICKET",
            "failure_core_ticket_uuid",
            table=OPTIONAL,
        ),
        Field("region", lambda row: row.region),
        Field("since", lambda row: row.since),
        Field("created", lambda row: row.record.created, "CREATED", "created", table=OPTIONAL),
        Field("updated", lambda row: row.record.updated, "UPDATED", "updated", table=OPTIONAL),
    ),
    title=lambda row: f"Public IP {row.record.address or row.record.id}",
    pane=(
        "address",
        "status",
        "server",
        "retain",
        "age",
        "id",
        "rule",
        "network",
        "private",
        "detail",
    ),
    export={
        "id": "id",
        "public_ip_v4": "address",
        "status": "status",
        "status_detail": "detail",
        "retain": "retain",
        "added_by_match_rule": "rule",
        "cloud_server.id": "server_id",
        "cloud_server.name": "server",
        "created": "created",
        "updated": "updated",
    },
    details=(
        Detail("address", text=_address_text),
        Detail("id"),
        Detail("region"),
        Detail("status"),
        reason_detail(lambda row: row.record.status, lambda row: row.record.status_detail),
        transition_detail(lambda row: row.record.status, lambda row: row.since),
        Detail("ticket", "support ticket", tone="warn"),
        Detail(
            "retain",
            text=lambda row, now: (
                "yes: it stays when its server goes" if row.record.retain else "no"
            ),
        ),
        Detail("rule", "match rule", text=_rule_text),
        Detail("created", empty="-"),
        Detail("updated", empty="never"),
    ),
    copy={
        "address": "address",
        "name": "server",
        "id": "id",
        "server id": "server_id",
        "private address": "private",
        "detail": "detail",
    },
    filter_values=lambda row, unread_pools: public_ip_fields(
        row.record, row.region, server_name=row.server_name
    ),
    resource=lambda row: row.record,
    subject=lambda row: row.record.address or f"the address of {row.server_name or row.record.id}",
    order=lambda row: (
        0 if row.record.address else 1,
        natural_key(row.record.address or row.server_name or ""),
    ),
    status=lambda row: row.record.status,
    since=lambda row: row.record.updated or row.record.created,
)
