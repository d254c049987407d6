"""Timelines of the observed statuses of a resource, and how long its transitions took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import median

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.status import Phase, phase, server_phase

GONE = ""
"""The status of a resource that no longer exists."""

MAX_SPANS = 12
"""Status changes stored for one resource, the newest ones."""

MIN_SAMPLES = 5
"""Observed transitions that are needed for a typical duration."""

_BEHIND = timedelta(seconds=5)
"""By how much two copies of the program may differ in observing the same change."""


class StatusChange(Struct, frozen=True, omit_defaults=True):
    """An observed status, and since when."""

    at: datetime
    status: str
    """As the service spells it; `GONE` for a removed resource."""
    watched: bool = True
    """The change was observed as it happened; otherwise `at` is the resource's own time."""


class StatusSpan(Struct, frozen=True):
    """A status on a timeline, with its duration."""

    status: str
    began: datetime
    seconds: float | None
    """None: it is the current status."""
    watched: bool
    """Start and end were observed as they happened, so that the duration is exact."""


Timeline = tuple[StatusChange, ...]
"""The observed status changes of one resource, oldest first."""


def merge_timelines(*timelines: Iterable[StatusChange]) -> Timeline:
    """Merge timelines that several copies of the program may have written.

    Returns:
        The newest status changes. Of equal statuses in a row, the first one.
    """
    line: list[StatusChange] = []
    for seen in sorted((s for each in timelines for s in each), key=lambda seen: seen.at):
        if line and line[-1].status == seen.status:
            continue
        if len(line) > 1 and line[-2].status == seen.status and _are_close(line[-2], seen):
            # The other copy observed it a moment later.
            continue
        line.append(seen)
    return tuple(line[-MAX_SPANS:])


def _are_close(first: StatusChange, second: StatusChange) -> bool:
    return first.watched and second.watched and second.at - first.at < _BEHIND


def spans(timeline: Timeline) -> Iterator[StatusSpan]:
    """Yield the statuses of a timeline with their durations, oldest first."""
    for index, seen in enumerate(timeline):
        if index + 1 < len(timeline):
            end = timeline[index + 1]
            seconds = max(0.0, (end.at - seen.at).total_seconds())
            yield StatusSpan(seen.status, seen.at, seconds, seen.watched and end.watched)
        else:
            yield StatusSpan(seen.status, seen.at, None, seen.watched)


def is_transitional(kind: ResourceKind, status: str) -> bool:
    """Return whether a status is transitional."""
    if status == GONE:
        return False
    stage = server_phase(status) if kind is ResourceKind.SERVERS else phase(status)
    return stage is Phase.TRANSITIONING


def transitions(kind: ResourceKind, timeline: Timeline) -> Iterator[tuple[str, float]]:
    """Yield the transitional statuses whose start and end were observed, and their seconds."""
    for step in spans(timeline):
        if step.watched and step.seconds is not None and is_transitional(kind, step.status):
            yield step.status, step.seconds


def typical_duration(durations: Iterable[float]) -> float | None:
    """Return the median of the durations, in seconds; None if there are too few."""
    seen = list(durations)
    if len(seen) < MIN_SAMPLES:
        return None
    return median(seen)
