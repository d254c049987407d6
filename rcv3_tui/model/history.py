"""What was seen of a resource's status, as a time line, and how long its moves took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from rcv3_tui.model.snapshot import Part
from rcv3_tui.model.status import Phase, phase, server_phase

GONE = ""
"""The status of a resource that is not there any more."""

STEPS_KEPT = 12
"""Steps kept of one resource, the newest."""

ENOUGH = 5
"""Moves that have to have been seen before half of them says what is usual."""

_BEHIND = timedelta(seconds=5)
"""How far one copy of the program may be behind another in seeing the same change."""


class Seen(Struct, frozen=True, omit_defaults=True):
    """A status that was seen, and since when."""

    at: datetime
    status: str
    """As the service spells it; `GONE` for a resource that went."""
    watched: bool = True
    """The change was seen as it happened; otherwise the resource's own times had to do."""


class Step(Struct, frozen=True):
    """A status on a time line, with how long it lasted."""

    status: str
    began: datetime
    seconds: float | None
    """None: it lasts."""
    watched: bool
    """Begin and end were seen as they happened, so that the duration is one."""


Timeline = tuple[Seen, ...]
"""What was seen of one resource, oldest first."""


def joined(*timelines: Iterable[Seen]) -> Timeline:
    """Make one time line of several, as two copies of the program may have written them.

    Returns:
        The newest steps, each status once in a row, by the first who saw it.
    """
    line: list[Seen] = []
    for seen in sorted((s for each in timelines for s in each), key=lambda seen: seen.at):
        if line and line[-1].status == seen.status:
            continue
        if len(line) > 1 and line[-2].status == seen.status and _are_close(line[-2], seen):
            # The other copy was a moment behind.
            continue
        line.append(seen)
    return tuple(line[-STEPS_KEPT:])


def _are_close(first: Seen, second: Seen) -> bool:
    return first.watched and second.watched and second.at - first.at < _BEHIND


def steps(timeline: Timeline) -> Iterator[Step]:
    """Give a time line's statuses with their durations, oldest first."""
    for index, seen in enumerate(timeline):
        if index + 1 < len(timeline):
            end = timeline[index + 1]
            seconds = max(0.0, (end.at - seen.at).total_seconds())
            yield Step(seen.status, seen.at, seconds, seen.watched and end.watched)
        else:
            yield Step(seen.status, seen.at, None, seen.watched)


def is_moving(part: Part, status: str) -> bool:
    """Tell whether a status is one that a resource passes through."""
    if status == GONE:
        return False
    stage = server_phase(status) if part is Part.SERVERS else phase(status)
    return stage is Phase.MOVING


def moves(part: Part, timeline: Timeline) -> Iterator[tuple[str, float]]:
    """Give the moving statuses on a time line whose begin and end were seen, and their seconds."""
    for step in steps(timeline):
        if step.watched and step.seconds is not None and is_moving(part, step.status):
            yield step.status, step.seconds


def usual_of(durations: Iterable[float]) -> float | None:
    """Give what half of the moves took at most; None when too few have been seen."""
    seen = list(durations)
    if len(seen) < ENOUGH:
        return None
    # Imported here: the first picture is drawn before there is anything to reckon with.
    from statistics import median

    return median(seen)
