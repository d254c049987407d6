"""The details of a row: its fields as lines of a label and a text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.status import NO_REASON, Phase, phase
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


def failure_reason(status: str, detail: str | None) -> str:
    """Return the service's detail of a status; for a failed one, that there is none."""
    return detail or (f"{NO_REASON} by RackConnect" if phase(status) is Phase.FAILED else "")


def failure_tone(status: str) -> str:
    """Return the tone of a status's detail."""
    return TONES[Phase.FAILED] if phase(status) is Phase.FAILED else ""


def transition_text(status: str, since: datetime | None, now: datetime) -> str:
    """Return how long a resource has been in transition; empty in any other status."""
    is_known = phase(status) is Phase.TRANSITIONING and since is not None
    return format_age(since, now) if is_known else ""


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
