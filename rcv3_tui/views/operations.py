"""Operations."""

from __future__ import annotations

from rcv3_tui.display_time import in_zone
from rcv3_tui.model.filters import operation_fields
from rcv3_tui.model.operation import Operation, OperationState, Target
from rcv3_tui.model.status import Phase
from rcv3_tui.model.times import elapsed
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.field import WHEN, Context, Detail, Field, PaneColumn, View
from rcv3_tui.views.formatting import TONES, format_duration, format_time, format_time_of_day
from rcv3_tui.views.rows import OperationRow

_DAYS_OF_A_YEAR = 300
"""From this age on, a day and a month alone would be ambiguous."""

_OUTCOME_WIDTH = 26
"""Least cells of an outcome, before the time and the duration: `applied, response was lost`."""

_PHASES = {
    OperationState.SETTLED: Phase.STABLE,
    OperationState.FAILED: Phase.FAILED,
    OperationState.REJECTED: Phase.FAILED,
    OperationState.UNKNOWN: Phase.FAILED,
}
_TONES = {
    OperationState.SETTLED: "ok",
    OperationState.FAILED: "failed",
    OperationState.REJECTED: "failed",
    OperationState.UNKNOWN: "warn",
}


def _state_cell(row: OperationRow, context: Context) -> Cell:
    state = row.operation.state
    stage = _PHASES.get(state, Phase.TRANSITIONING)
    tone = _TONES.get(state, TONES[Phase.TRANSITIONING])
    word = "queued" if state is OperationState.PLANNED else state.value
    return Cell(f"{context.signs.of(stage)} {word}", tone)


def _when_cell(row: OperationRow, context: Context) -> Cell:
    asked = in_zone(row.operation.asked)
    days = (in_zone(context.now()).date() - asked.date()).days
    if days == 0:
        return Cell(format_time_of_day(asked), "muted")
    return Cell(asked.strftime("%d %b" if days < _DAYS_OF_A_YEAR else "%b %Y"), "muted")


def _took_cell(row: OperationRow, context: Context) -> Cell:
    operation = row.operation
    if operation.is_ended:
        return Cell(format_duration(operation.seconds))
    return Cell(elapsed((context.now() - operation.asked).total_seconds()), "moving")


def who(operation: Operation) -> str:
    """Return who requested an operation on which machine: `ops@bastion`."""
    return "@".join(part for part in (operation.os_user or operation.user, operation.host) if part)


def _target(target: Target | None) -> str | None:
    return None if target is None else f"{target.name}  {target.id}"


OPERATIONS: View[OperationRow] = View(
    fields=(
        Field(
            "when",
            lambda row: row.operation.asked,
            pane=PaneColumn(WHEN, 8, 8, priority=4, newest_first=True),
            cell=_when_cell,
            sort_key=lambda row: -row.operation.asked.timestamp(),
        ),
        Field(
            "what",
            lambda row: row.operation.request.verb,
            pane=PaneColumn("WHAT", 16, 24, priority=1),
            sort_key=lambda row: row.operation.request.verb,
        ),
        Field(
            "target",
            lambda row: row.operation.request.subject,
            pane=PaneColumn("TARGET", 14, 40, weight=1, priority=0, is_name=True),
            sort_key=lambda row: natural_key(row.operation.request.subject),
        ),
        Field(
            "state",
            lambda row: row.operation.state.value,
            pane=PaneColumn("STATE", 11, 12, priority=2),
            cell=_state_cell,
            sort_key=lambda row: row.operation.state.value,
        ),
        Field(
            "took",
            lambda row: None,
            align="right",
            pane=PaneColumn("TOOK", 6, 12, priority=5),
            cell=_took_cell,
            sort_key=lambda row: row.operation.seconds,
        ),
        Field(
            "who",
            lambda row: who(row.operation),
            pane=PaneColumn("WHO", 8, 24, weight=1, priority=6, if_any=True),
            sort_key=lambda row: who(row.operation),
        ),
        Field(
            "outcome",
            lambda row: row.operation.detail,
            pane=PaneColumn(
                "OUTCOME",
                _OUTCOME_WIDTH,
                120,
                weight=5,
                priority=3,
                wraps_from=40,
            ),
            sort_key=lambda row: row.operation.detail,
        ),
        Field("id", lambda row: row.operation.id),
        Field("kind", lambda row: row.operation.request.kind.value),
        Field("purpose", lambda row: row.operation.request.purpose),
        Field("sentence", lambda row: row.operation.request.sentence),
        Field("changed", lambda row: row.operation.changed),
        Field("region", lambda row: row.region),
        Field("user", lambda row: row.operation.user),
        Field("os_user", lambda row: row.operation.os_user),
        Field("host", lambda row: row.operation.host),
        Field(
            "note",
            lambda row: row.operation.note,
            pane=PaneColumn("NOTE", 8, 24, weight=1, priority=7, if_any=True),
            sort_key=lambda row: row.operation.note,
        ),
        Field("server", lambda row: _target(row.operation.request.server)),
        Field("public_ip", lambda row: _target(row.operation.request.public_ip)),
        Field("pool", lambda row: _target(row.operation.request.pool)),
        Field("node", lambda row: _target(row.operation.request.node)),
        Field("held_by", lambda row: _target(row.operation.request.held_by)),
        Field("resource", lambda row: row.operation.resource_id),
    ),
    title=lambda row: f"Operation {row.operation.id}",
    pane=("when", "what", "target", "state", "took", "who", "note", "outcome"),
    export={
        "id": "id",
        "kind": "kind",
        "purpose": "purpose",
        "subject": "target",
        "state": "state",
        "detail": "outcome",
        "asked": "when",
        "changed": "changed",
        "note": "note",
        "user": "user",
        "os_user": "os_user",
        "host": "host",
    },
    details=(
        Detail("sentence", "what"),
        Detail("id"),
        Detail("region"),
        Detail("state", tone=lambda row: "failed" if row.operation.is_trouble else ""),
        Detail("outcome", empty="-"),
        Detail("when", "asked", text=lambda row, now: format_time(row.operation.asked)),
        Detail("user", "asked by"),
        Detail("os_user", "on the machine as"),
        Detail("host", "machine"),
        Detail("note"),
        Detail("changed", "since", text=lambda row, now: format_time(row.operation.changed)),
        Detail(
            "took",
            text=lambda row, now: (
                format_duration(row.operation.seconds) if row.operation.is_ended else ""
            ),
        ),
        Detail("server"),
        Detail("public_ip", "public IP"),
        Detail("pool"),
        Detail("node"),
        Detail("held_by", "held by"),
        Detail("resource"),
    ),
    copy={"name": "sentence", "id": "id", "outcome": "outcome"},
    filter_values=lambda row, unread_pools: operation_fields(row.operation),
    region_column=1,
    marks_stale=False,
)
