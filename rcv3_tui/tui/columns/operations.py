"""The columns of the Operations pane."""

from __future__ import annotations

from rcv3_tui.model.operation import State
from rcv3_tui.model.status import Phase
from rcv3_tui.model.times import elapsed
from rcv3_tui.tui.columns.shared import Now
from rcv3_tui.tui.formats import TONES, Glyphs, duration
from rcv3_tui.tui.items import OperationItem
from rcv3_tui.tui.widgets.table import Cell, Column, natural

_DAYS_OF_A_YEAR = 300
"""From here on a day and a month alone could be taken for this year's."""

_STATE_TONES = {
    State.SETTLED: "ok",
    State.FAILED: "failed",
    State.REJECTED: "failed",
    State.UNKNOWN: "warn",
}


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

    def when(item: OperationItem) -> Cell:
        asked = item.operation.asked
        days = (now().date() - asked.date()).days
        form = "%H:%M:%S" if days == 0 else "%d %b" if days < _DAYS_OF_A_YEAR else "%b %Y"
        return Cell(asked.strftime(form), "muted")

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
            cell=when,
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
            weight=1,
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
            weight=5,
            priority=5,
            cell=lambda item: Cell(item.operation.detail),
            sort_key=lambda item: item.operation.detail,
        ),
    )
