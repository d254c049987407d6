"""How values are written on the screen: the one place that formats statuses, ages and glyphs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.attention import Severity
from rcv3_tui.model.status import ASCII_SIGNS, SIGNS, Phase, phase, server_phase
from rcv3_tui.model.times import elapsed

TONES = {
    Phase.SETTLED: "ok",
    Phase.MOVING: "moving",
    Phase.FAILED: "failed",
    Phase.GONE: "muted",
    Phase.OFF: "muted",
}
"""Phase to the tone that it is painted in."""

SEVERITY_TONES = {
    Severity.FAILED: "failed",
    Severity.WARNING: "warn",
    Severity.NOTE: "accent",
}
"""Severity of a finding to the tone that it is painted in."""

SEVERITY_SIGNS = {
    Severity.FAILED: "✗",
    Severity.WARNING: "▲",
    Severity.NOTE: "·",
}
"""Severity of a finding to its sign, each with a twin in ASCII (`rcv3_tui.model.text`)."""


class Glyphs(Struct, frozen=True):
    """The signs that go with words; every one has an ASCII twin of the same width."""

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
        """Give the sign of a phase."""
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
    """Give the signs for this terminal.

    Args:
        ascii_only: No byte beyond ASCII may be drawn.
    """
    return ASCII if ascii_only else UNICODE


def duration(seconds: float) -> str:
    """Write how long something took: `7 s`, `2 min 5 s`."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def age(moment: datetime | None, now: datetime) -> str:
    """Write how long ago a moment was; a service's clock that runs ahead counts as now."""
    return "-" if moment is None else elapsed((now - moment).total_seconds())


def age_sort(moment: datetime | None) -> float | None:
    """Give what ages sort by: the youngest first; None when the moment is not known."""
    return None if moment is None else -moment.timestamp()


def progress(done: int, failed: int, left: int, signs: Glyphs, width: int = 20) -> str:
    """Draw how far work on several things has come: a bar and the counts.

    Args:
        done: How many ended as asked.
        failed: How many ended otherwise; each shows in the bar, if only as one sign.
        left: How many have not ended.
        signs: The glyphs of this terminal.
        width: Cells of the bar; fewer things than that take a cell each.
    """
    total = done + failed + left
    width = min(width, total)
    amiss = max(1, failed * width // total) if failed else 0
    to_do = max(1, left * width // total) if left else 0
    so_far = max(0, width - amiss - to_do)
    bar = signs.done * so_far + signs.of(Phase.FAILED) * amiss + signs.left * to_do
    return f"{bar} {done} done, {failed} failed, {left} left"


def moment(time: datetime | None) -> str:
    """Write a moment in full, in UTC."""
    return "-" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"


def old_picture(kept_from: datetime, now: datetime) -> str:
    """Say of what an earlier run of the program read how old it is."""
    at = f"{kept_from:%H:%M}" if kept_from.date() == now.date() else f"{kept_from:%m-%d %H:%M}"
    return f"old picture, from {at} UTC, {age(kept_from, now)} ago"


def status_text(
    status: str, signs: Glyphs, *, since: datetime | None, now: datetime, detail: str | None = None
) -> tuple[str, str]:
    """Write a public IP's, node's or pool's status: a glyph, its word, and what matters of it.

    Args:
        status: As the service spells it.
        signs: The glyphs of this terminal.
        since: When it took this status, as far as known.
        now: The time of day.
        detail: `status_detail`, shown for a failed one.

    Returns:
        The text and its tone.
    """
    stage = phase(status)
    text = f"{signs.of(stage)} {status}"
    if stage is Phase.MOVING and since is not None:
        text += f" {age(since, now)}"
    elif stage is Phase.FAILED:
        text += f" {detail or 'no reason given'}"
    return text, TONES[stage]


def server_status_text(status: str, task: str | None, signs: Glyphs) -> tuple[str, str]:
    """Write a cloud server's status with what goes on inside it.

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


def address_sort(address: str | None) -> tuple[int, ...] | None:
    """Give what addresses sort by: their numbers; None where there is none."""
    if not address:
        return None
    parts = address.split(".")
    if len(parts) == 4 and all(part.isdecimal() and len(part) < 4 for part in parts):
        return tuple(int(part) for part in parts)
    return (256, *(ord(sign) for sign in address[:20]))
