"""Findings: what needs attention."""

from __future__ import annotations

from rcv3_tui.model.diagnostics import Rule, Severity
from rcv3_tui.model.filters import finding_fields
from rcv3_tui.views.column import Cell, natural_key
from rcv3_tui.views.field import Field, PaneColumn, View, wide_column
from rcv3_tui.views.formatting import SEVERITY_SIGNS, SEVERITY_TONES, age_key, format_age
from rcv3_tui.views.rows import FindingRow

_SEVERITIES = tuple(Severity)
_RULES = tuple(Rule)


def _tone(row: FindingRow) -> str:
    return SEVERITY_TONES[row.finding.severity]


def _worst_first(row: FindingRow) -> tuple[int, int, str]:
    found = row.finding
    # Among equals by name: the order in which the lists arrived means nothing.
    return _SEVERITIES.index(found.severity), _RULES.index(found.rule), found.subject


FINDINGS: View[FindingRow] = View(
    fields=(
        Field(
            "severity",
            lambda row: row.finding.severity.value,
            pane=PaneColumn("!", 2, 2, priority=0),
            cell=lambda row, context: Cell(SEVERITY_SIGNS[row.finding.severity], _tone(row)),
            sort_key=_worst_first,
        ),
        Field(
            "subject",
            lambda row: row.finding.subject,
            pane=PaneColumn("WHAT", 31, 44, weight=2, priority=0, is_name=True),
            cell=lambda row, context: Cell(row.finding.subject, _tone(row)),
            sort_key=lambda row: natural_key(row.finding.subject),
        ),
        Field(
            "wrong",
            lambda row: row.finding.wrong,
            pane=PaneColumn("WHAT IS WRONG", 20, 120, weight=4, priority=0, wraps_from=40),
            sort_key=lambda row: row.finding.wrong,
        ),
        Field(
            "todo",
            lambda row: row.finding.todo,
            pane=PaneColumn("WHAT TO DO", 18, 18, priority=0),
            cell=lambda row, context: Cell(row.finding.todo, "accent"),
            sort_key=lambda row: row.finding.todo,
        ),
        Field(
            "since",
            lambda row: row.finding.since,
            align="right",
            pane=PaneColumn("SINCE", 5, 5, priority=4),
            cell=lambda row, context: Cell(format_age(row.finding.since, context.now()), "muted"),
            sort_key=lambda row: age_key(row.finding.since),
        ),
        Field(
            "next",
            lambda row: row.finding.next_step,
            pane=wide_column("NEXT STEP", 120),
            sort_key=lambda row: row.finding.next_step,
        ),
        Field(
            "id",
            lambda row: row.finding.id,
            pane=wide_column("ID", 36),
            cell=lambda row, context: Cell(row.finding.id, "muted"),
            sort_key=lambda row: row.finding.key,
        ),
    ),
    title=lambda row: row.finding.subject,
    pane=("severity", "subject", "wrong", "todo", "since", "next", "id"),
    export={
        "severity": "severity",
        "subject": "subject",
        "wrong": "wrong",
        "next_step": "next",
        "since": "since",
        "id": "id",
    },
    details=(),
    copy={"name": "subject", "what is wrong": "wrong", "next step": "next", "id": "id"},
    filter_values=lambda row, unread_pools: finding_fields(row.finding),
)
