"""The details of a row: its fields as lines of a label and a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.status import FULL_NO_REASON, Phase, phase
from rcv3_tui.views.field import Detail, Field, RowT, Value, View
from rcv3_tui.views.formatting import TONES, format_age, format_time

NOT_NAMED = "not named by the service"


class DetailLine(Struct, frozen=True):
    """One line: a label and its text; without a text, a heading."""

    label: str
    text: str = ""
    tone: str = ""


def detail_lines(view: View[RowT], row: RowT, now: datetime) -> Iterator[DetailLine]:
    """Yield the lines of a row's own fields.

    Args:
        view: The row's view.
        row: The row.
        now: The current time, for ages.
    """
    for detail in view.details:
        field = view.field(detail.field)
        text = _text(detail, field, row, now) or detail.empty
        if text:
            yield DetailLine(detail.label or field.name, text, _tone(detail, field, row))


def reason_detail(
    status: Callable[[RowT], str], reason: Callable[[RowT], str | None]
) -> Detail[RowT]:
    """Return the line of the service's reason for a status; a failed one always has a line.

    Args:
        status: Returns a row's status.
        reason: Returns the service's reason, if it names one.
    """

    def text(row: RowT, now: datetime) -> str:
        del now
        is_failed = phase(status(row)) is Phase.FAILED
        return reason(row) or (FULL_NO_REASON if is_failed else "")

    def tone(row: RowT) -> str:
        return TONES[Phase.FAILED] if phase(status(row)) is Phase.FAILED else ""

    return Detail("detail", text=text, tone=tone)


def transition_detail(
    status: Callable[[RowT], str], since: Callable[[RowT], datetime | None]
) -> Detail[RowT]:
    """Return the line that says how long a resource has been in transition.

    Args:
        status: Returns a row's status.
        since: Returns the time from which it has it; None: unknown.
    """

    def text(row: RowT, now: datetime) -> str:
        at = since(row)
        is_known = phase(status(row)) is Phase.TRANSITIONING and at is not None
        return format_age(at, now) if is_known else ""

    return Detail("since", "in this status for", text=text, tone="moving")


def _text(detail: Detail[RowT], field: Field[RowT], row: RowT, now: datetime) -> str:
    return detail.text(row, now) if detail.text is not None else _words(field.value(row), now)


def _words(value: Value, now: datetime) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{format_time(value)}  ({format_age(value, now)} ago)"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def _tone(detail: Detail[RowT], field: Field[RowT], row: RowT) -> str:
    tone = detail.tone if isinstance(detail.tone, str) else detail.tone(row)
    return tone or ("" if field.phase is None else TONES[field.phase(row)])
