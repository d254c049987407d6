"""The columns of the view of what needs attention."""

from __future__ import annotations

from rcv3_tui.model.attention import Rule, Severity
from rcv3_tui.tui.columns.shared import Now, region_column, wide
from rcv3_tui.tui.formats import SEVERITY_SIGNS, SEVERITY_TONES, Glyphs, age, age_sort
from rcv3_tui.tui.items import FindingItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural

_SEVERITIES = tuple(Severity)
_RULES = tuple(Rule)


def finding_columns(signs: Glyphs, now: Now, *, regions: bool) -> tuple[Column[FindingItem], ...]:
    """Give the columns of what needs attention; the arguments are those of `server_columns`."""
    del signs

    def tone(item: FindingItem) -> str:
        return SEVERITY_TONES[item.finding.severity]

    def worst_first(item: FindingItem) -> tuple[int, int, str]:
        found = item.finding
        # Among equals by name: which list came first says nothing.
        return _SEVERITIES.index(found.severity), _RULES.index(found.rule), found.subject

    region: tuple[Column[FindingItem], ...] = region_column(regions)
    return (
        Column(
            key="severity",
            label="!",
            min_width=2,
            max_width=2,
            priority=0,
            cell=lambda item: Cell(SEVERITY_SIGNS[item.finding.severity], tone(item)),
            sort_key=worst_first,
        ),
        Column(
            key="subject",
            label="WHAT",
            min_width=31,
            max_width=44,
            weight=2,
            priority=0,
            cell=lambda item: Cell(item.finding.subject, tone(item)),
            sort_key=lambda item: natural(item.finding.subject),
        ),
        *region,
        Column(
            key="wrong",
            label="WHAT IS WRONG",
            min_width=20,
            max_width=120,
            weight=4,
            priority=0,
            cell=lambda item: Cell(item.finding.wrong),
            sort_key=lambda item: item.finding.wrong,
        ),
        Column(
            key="todo",
            label="WHAT TO DO",
            min_width=18,
            max_width=18,
            priority=0,
            cell=lambda item: Cell(item.finding.todo, "accent"),
            sort_key=lambda item: item.finding.todo,
        ),
        Column(
            key="since",
            label="SINCE",
            min_width=5,
            max_width=5,
            align="right",
            priority=4,
            cell=lambda item: Cell(age(item.finding.since, now()), "muted"),
            sort_key=lambda item: age_sort(item.finding.since),
        ),
        wide(
            "next",
            "NEXT STEP",
            120,
            lambda item: Cell(item.finding.next_step),
            lambda item: item.finding.next_step,
        ),
        wide("id", "ID", 36, lambda item: Cell(item.finding.id, "muted"), lambda i: i.finding.key),
    )
