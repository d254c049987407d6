"""Values as text on the screen: statuses, ages, times and glyphs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from rcv3_tui.display_time import in_zone, is_utc, zone_name
from rcv3_tui.model.diagnostics import Severity
from rcv3_tui.model.operation import Operation, OperationKind, OperationState
from rcv3_tui.model.status import (
    ASCII_SIGNS,
    FULL_NO_REASON,
    NO_REASON,
    SIGNS,
    Phase,
    phase,
    server_phase,
)
from rcv3_tui.model.times import elapsed, rfc3339

TONES = {
    Phase.STABLE: "ok",
    Phase.TRANSITIONING: "moving",
    Phase.FAILED: "failed",
    Phase.GONE: "muted",
    Phase.OFF: "muted",
}
"""Phase to the tone that it is painted in."""

SEVERITY_TONES = {
    Severity.FAILED: "failed",
    Severity.UNKNOWN: "warn",
    Severity.WARNING: "warn",
    Severity.NOTE: "accent",
}
"""Severity of a finding to the tone that it is painted in."""

SEVERITY_SIGNS = {
    Severity.FAILED: "✗",
    Severity.UNKNOWN: "?",
    Severity.WARNING: "▲",
    Severity.NOTE: "·",
}
"""Severity of a finding to its sign; `rcv3_tui.model.text_safety` has ASCII equivalents."""


class Glyphs(Struct, frozen=True):
    """The glyphs that accompany words; each has an ASCII equivalent of the same width."""

    phases: Mapping[Phase, str]
    mark: str
    retain: str
    dash: str
    ellipsis: str
    dot: str
    arrow: str
    up: str
    down: str
    done: str
    left: str

    def of(self, stage: Phase) -> str:
        """Return the glyph of a phase."""
        return self.phases[stage]


UNICODE = Glyphs(
    phases=SIGNS,
    mark="●",
    retain="✓",
    dash="-",
    ellipsis="…",
    dot="·",
    arrow="→",
    up="↑",
    down="↓",
    done="█",
    left="░",
)

ASCII = Glyphs(
    phases=ASCII_SIGNS,
    mark="*",
    retain="x",
    dash="-",
    ellipsis="~",
    dot="|",
    arrow="->",
    up="^",
    down="v",
    done="#",
    left=".",
)


def glyphs(ascii_only: bool) -> Glyphs:
    """Return the glyphs for this terminal.

    Args:
        ascii_only: Only ASCII may be written.
    """
    return ASCII if ascii_only else UNICODE


def format_duration(seconds: float) -> str:
    """Return a duration: `7 s`, `2 min 5 s`."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def format_age(format_time: datetime | None, now: datetime) -> str:
    """Return how long ago a time was; a time in the future, by a service's clock, counts as now."""
    return "-" if format_time is None else elapsed((now - format_time).total_seconds())


def age_key(format_time: datetime | None) -> float | None:
    """Return the sort key of an age: the youngest first; None if unknown."""
    return None if format_time is None else -format_time.timestamp()


def progress_bar(done: int, failed: int, left: int, signs: Glyphs, width: int = 20) -> str:
    """Return the progress of several operations: a bar and the counts.

    Args:
        done: How many ended as requested.
        failed: How many ended otherwise; each shows in the bar, if only as one sign.
        left: How many have not ended.
        signs: The glyphs of this terminal.
        width: Cells of the bar; fewer things than that take a cell each.
    """
    total = done + failed + left
    width = min(width, total)
    bad = max(1, failed * width // total) if failed else 0
    to_do = max(1, left * width // total) if left else 0
    so_far = max(0, width - bad - to_do)
    bar = signs.done * so_far + signs.of(Phase.FAILED) * bad + signs.left * to_do
    return f"{bar} {done} done, {failed} failed, {left} left"


def format_time_of_day(time: datetime) -> str:
    """Return a time of today, `14:02:10`; a title or column label names the zone."""
    return f"{in_zone(time):%H:%M:%S}"


def format_moment(time: datetime, now: datetime) -> str:
    """Return a time to the minute: `14:02`, or with its date `28 Nov 14:02`."""
    time = in_zone(time)
    return f"{time:%H:%M}" if time.date() == in_zone(now).date() else f"{time:%d %b %H:%M}"


def format_time(time: datetime | None) -> str:
    """Return a time in full, with its zone."""
    return "-" if time is None else f"{in_zone(time):%Y-%m-%d %H:%M:%S} {zone_name(time)}"


def time_in_zone(time: datetime) -> str:
    """Return a time as RFC 3339 in the zone of the screen: `...T14:02:10Z`, or with its offset."""
    return rfc3339(time) if is_utc() else in_zone(time).isoformat()


def format_stale(kept_from: datetime, now: datetime) -> str:
    """Return how old data is that an earlier run has cached."""
    at = f"{format_moment(kept_from, now)} {zone_name(kept_from)}"
    return f"cached data from {at} ({format_age(kept_from, now)} ago)"


def status_text(
    status: str,
    signs: Glyphs,
    *,
    since: datetime | None,
    now: datetime,
    detail: str | None = None,
    is_full: bool = False,
) -> tuple[str, str]:
    """Return the status of a public IP, node or pool: a glyph, its word, and its age or detail.

    Args:
        status: The status, as the service spells it.
        signs: The glyphs of this terminal.
        since: When it took this status, as far as known.
        now: The current time.
        detail: `status_detail`, shown for a failed one.
        is_full: There is room for a full sentence where there is no detail.

    Returns:
        The text and its tone.
    """
    stage = phase(status)
    text = f"{signs.of(stage)} {status}"
    if stage is Phase.TRANSITIONING and since is not None:
        text += f" {format_age(since, now)}"
    elif stage is Phase.FAILED:
        text += f" {detail or (FULL_NO_REASON if is_full else NO_REASON)}"
    return text, TONES[stage]


def server_status_text(status: str, task: str | None, signs: Glyphs) -> tuple[str, str]:
    """Return a cloud server's status with its task state.

    Args:
        status: Nova's status.
        task: Nova's task state.
        signs: The glyphs of this terminal.

    Returns:
        The text and its tone.
    """
    stage = server_phase(status, task)
    text = f"{signs.of(stage)} {status}"
    return (f"{text} {task}" if task else text), TONES[stage]


def address_key(address: str | None) -> tuple[int, ...] | None:
    """Return the sort key of an address: its numbers; None if there is none."""
    if not address:
        return None
    try:
        first, second, third, fourth = map(int, address.split("."))
    except ValueError:
        return (256, *(ord(sign) for sign in address[:20]))
    return first, second, third, fourth


def transition_age(status: str, since: datetime | None, now: datetime) -> str:
    """Return how long a resource has been in a transitional status; empty in any other.

    Args:
        status: The status, as the service spells it.
        since: The time from which it may have had it.
        now: The current time.
    """
    if phase(status) is not Phase.TRANSITIONING or since is None:
        return ""
    return elapsed((now - since).total_seconds())


def pending_text(work: Operation, signs: Glyphs, now: datetime) -> str:
    """Return the status that an operation is about to bring, before the service shows it.

    Args:
        work: The operation, not ended.
        signs: The glyphs of this terminal.
        now: The current time.
    """
    if work.state is OperationState.PLANNED:
        text = "queued"
    elif work.request.kind in (OperationKind.REMOVE_PUBLIC_IP, OperationKind.REMOVE_NODE):
        text = "REMOVING"
    elif work.request.kind in (OperationKind.ADD_PUBLIC_IP, OperationKind.ADD_NODE):
        text = "ADDING"
    else:
        text = "UPDATING"
    return f"{signs.of(Phase.TRANSITIONING)} {text} {format_age(work.asked, now)}"
