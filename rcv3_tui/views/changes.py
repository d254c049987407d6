"""Changes of resources, newest first."""

from __future__ import annotations

from datetime import datetime, timedelta

from rcv3_tui.display_time import in_zone
from rcv3_tui.model.changes import NAMED_BY_SERVER, ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.filters import change_fields
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.field import (
    OPTIONAL,
    WHEN,
    Context,
    Detail,
    Field,
    PaneColumn,
    TableColumn,
    View,
    wide_column,
)
from rcv3_tui.views.formatting import TONES, format_moment, format_time, format_time_of_day
from rcv3_tui.views.rows import ChangeRow

RESOURCE_NAMES = {
    ResourceKind.SERVERS: "server",
    ResourceKind.PUBLIC_IPS: "public IP",
    ResourceKind.POOLS: "pool",
    ResourceKind.NODES: "pool node",
    ResourceKind.NETWORKS: "network",
}
"""One resource of each kind."""

_CLOSE = timedelta(minutes=2)
"""A change between two readings that are further apart is shown with both times."""

_NONE = "none"


_OF_PUBLIC_IP = f"{RESOURCE_NAMES[ResourceKind.PUBLIC_IPS]} "


def name_after_resource(change: ResourceChange) -> str:
    """Return what changed, where its kind precedes it: `of web-01` for `public IP of web-01`.

    Args:
        change: The change.
    """
    if change.name.startswith(NAMED_BY_SERVER):
        return change.subject.removeprefix(_OF_PUBLIC_IP)
    return change.subject


def named_with_resource(change: ResourceChange) -> str:
    """Return what changed, with its kind: `server web-01`, `public IP of web-02`.

    Args:
        change: The change.
    """
    return f"{RESOURCE_NAMES[change.resource_kind]} {name_after_resource(change)}"


def operation_label(operation: str) -> str:
    """Return the short name of an operation, by its id: `op 3f2a`."""
    return f"op {operation.rpartition('-')[2][:4]}"


def made_by(row: ChangeRow) -> str:
    """Return who made a change."""
    if not row.change.operation:
        return "elsewhere"
    label = operation_label(row.change.operation)
    return f"this console, {label}" if row.is_own else label


def _short_made_by(row: ChangeRow) -> str:
    """Return who made a change, where there is little room."""
    operation = row.change.operation
    return operation_label(operation) if operation else "elsewhere"


def _by_cell(row: ChangeRow, text: str) -> Cell:
    return Cell(text, "accent" if row.change.operation else "muted")


def when_text(change: ResourceChange, now: datetime) -> str:
    """Return when a resource changed: a time, or two between which it did.

    Args:
        change: The change.
        now: The current time; a time of another day is shown with its date.
    """
    if change.since is not None and change.at - change.since > _CLOSE:
        return f"{format_moment(change.since, now)}-{format_moment(change.at, now)}"
    if in_zone(change.at).date() == in_zone(now).date():
        return format_time_of_day(change.at)
    return format_moment(change.at, now)


def _change_cell(row: ChangeRow, context: Context) -> Cell:
    change, is_node = row.change, row.change.resource_kind is ResourceKind.NODES
    before, after = change.before or _NONE, change.after or _NONE
    tone = TONES[change.phase]
    match change.kind:
        case ChangeKind.APPEARED:
            word = "added" if is_node else "appeared"
            return Cell(f"{word}, {change.after}" if change.after else word, tone)
        case ChangeKind.GONE:
            word = "removed" if is_node else "gone"
            return Cell(f"{word}, was {change.before}" if change.before else word, tone)
        case ChangeKind.STATUS:
            return Cell(f"{before} {context.signs.arrow} {after}", tone)
        case _:
            return Cell(f"{change.kind} {before} {context.signs.arrow} {after}")


CHANGES: View[ChangeRow] = View(
    fields=(
        Field(
            "when",
            lambda row: row.change.at.replace(microsecond=0),
            "WHEN",
            table=TableColumn(rank=0, least=20),
            pane=PaneColumn(WHEN, 11, 25, weight=1, priority=3, newest_first=True),
            cell=lambda row, context: Cell(when_text(row.change, context.now()), "muted"),
            sort_key=lambda row: (-row.change.at.timestamp(), natural_key(row.change.subject)),
        ),
        Field(
            "resource",
            lambda row: RESOURCE_NAMES[row.change.resource_kind],
            "RESOURCE",
            table=TableColumn(rank=3, least=9),
            pane=PaneColumn("RESOURCE", 9, 9, priority=5),
            sort_key=lambda row: row.change.resource_kind.value,
        ),
        Field(
            "name",
            lambda row: row.change.subject,
            "NAME",
            table=TableColumn(rank=0, least=12),
            pane=PaneColumn("NAME", 16, 48, weight=3, priority=0, is_name=True),
            cell=lambda row, context: Cell(name_after_resource(row.change)),
            sort_key=lambda row: natural_key(row.change.subject),
        ),
        Field(
            "change",
            lambda row: row.change.kind.value,
            "CHANGE",
            table=TableColumn(rank=1, least=8),
            pane=PaneColumn("CHANGE", 22, 60, weight=3, priority=0),
            cell=_change_cell,
            sort_key=lambda row: (row.change.kind.value, row.change.after),
        ),
        Field(
            "from",
            lambda row: row.change.before or None,
            "FROM",
            table=TableColumn(rank=2, least=6),
        ),
        Field(
            "to",
            lambda row: row.change.after or None,
            "TO",
            table=TableColumn(rank=1, least=6),
            phase=lambda row: row.change.phase,
        ),
        Field(
            "by",
            made_by,
            "BY",
            table=TableColumn(rank=4, least=9),
            pane=PaneColumn("BY", 9, 21, priority=4),
            cell=lambda row, context: _by_cell(row, _short_made_by(row)),
            full_cell=lambda row, context: _by_cell(row, made_by(row)),
            sort_key=lambda row: made_by(row),
        ),
        Field(
            "since",
            lambda row: row.change.since and row.change.since.replace(microsecond=0),
            "SINCE",
            table=OPTIONAL,
            pane=wide_column("BEFORE READ", 23, newest_first=True),
            cell=lambda row, context: Cell(format_time(row.change.since), "muted"),
            sort_key=lambda row: (
                None if row.change.since is None else -row.change.since.timestamp()
            ),
        ),
        Field(
            "operation",
            lambda row: row.change.operation or None,
            "OPERATION",
            table=OPTIONAL,
            pane=wide_column("OPERATION", 24),
        ),
        Field(
            "id",
            lambda row: row.change.key,
            "ID",
            table=OPTIONAL,
            pane=wide_column("ID", 36),
            cell=lambda row, context: Cell(row.change.key, "muted"),
        ),
        Field("region", lambda row: row.region),
    ),
    title=lambda row: f"Change of {named_with_resource(row.change)}",
    pane=("when", "resource", "name", "change", "by", "since", "operation", "id"),
    export={
        "at": "when",
        "since": "since",
        "resource": "resource",
        "id": "id",
        "name": "name",
        "change": "change",
        "from": "from",
        "to": "to",
        "by": "by",
        "operation": "operation",
    },
    copy={
        "name": "name",
        "id": "id",
        "from": "from",
        "to": "to",
        "operation": "operation",
    },
    details=(
        Detail("resource"),
        Detail("name", text=lambda row, now: name_after_resource(row.change)),
        Detail("id"),
        Detail("region"),
        Detail("change"),
        Detail("from", empty="-"),
        Detail("to", empty="-"),
        Detail("when", "read", text=lambda row, now: format_time(row.change.at)),
        Detail(
            "since",
            "read before",
            text=lambda row, now: format_time(row.change.since) if row.change.since else "",
            empty="not known when",
        ),
        Detail("by"),
        Detail("operation"),
    ),
    filter_values=lambda row, unread_pools: change_fields(
        row.change, resource=RESOURCE_NAMES[row.change.resource_kind], by=made_by(row)
    ),
    region_column=1,
    marks_stale=False,
    subject=lambda row: row.change.subject,
    order=lambda row: (-row.change.at.timestamp(), natural_key(row.change.subject)),
)
