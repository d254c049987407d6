"""The plug-in convention of Nagios: a state, one line, and performance data after a `|`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from rcv3_tui.model.diagnostics import Severity
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.status.metrics import findings_by_level
from rcv3_tui.status.options import FailOn
from rcv3_tui.status.summary import RegionSummary, Summary

_MOST_FINDINGS = 5
"""Findings that the line names; a notification is a text message."""

_UNKNOWN = "U"
"""A value that could not be determined, in the words of the convention."""


class NagiosState(IntEnum):
    """The states of the convention, which are the exit codes of a plug-in."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_STATES = {
    Severity.FAILED: NagiosState.CRITICAL,
    Severity.WARNING: NagiosState.WARNING,
    Severity.UNKNOWN: NagiosState.UNKNOWN,
    Severity.NOTE: NagiosState.OK,
}

_WORST_FIRST = (NagiosState.CRITICAL, NagiosState.WARNING, NagiosState.UNKNOWN, NagiosState.OK)


def state_of(summary: Summary, fail_on: FailOn) -> NagiosState:
    """Return the state of an account: the worst of what was found, and of what was not read.

    Args:
        summary: The account, as far as it was read.
        fail_on: The least severe finding that counts.
    """
    states = {
        _STATES[finding.severity]
        for finding in summary.findings
        if _counts(finding.severity, fail_on)
    }
    if fail_on is FailOn.NOTE and any(f.severity is Severity.NOTE for f in summary.findings):
        states.add(NagiosState.WARNING)
    has_errors = any(each.reader.errors for each in summary.regions)
    if has_errors or (not summary.is_complete and fail_on is not FailOn.NEVER):
        states.add(NagiosState.UNKNOWN)
    return next((state for state in _WORST_FIRST if state in states), NagiosState.OK)


def _counts(severity: Severity, fail_on: FailOn) -> bool:
    if fail_on is FailOn.NEVER:
        return False
    return severity is not Severity.WARNING or fail_on is not FailOn.FAILED


def render(summary: Summary, fail_on: FailOn) -> str:
    """Return the line of an account that could be opened.

    Args:
        summary: The account, as far as it was read.
        fail_on: The least severe finding that counts.
    """
    state = state_of(summary, fail_on)
    known = [f for f in summary.findings if f.severity is not Severity.UNKNOWN]
    unread = "" if summary.is_complete else "not everything was read"
    if known:
        count = "1 thing needs" if len(known) == 1 else f"{len(known)} things need"
        named = [f"{f.region} {f.subject}: {f.wrong}" for f in known[:_MOST_FINDINGS]]
        more = [f"and {len(known) - len(named)} more"] if len(known) > len(named) else []
        text = f"{count} attention: {'; '.join([*named, *more])}"
        text += f"; {unread}" if unread else ""
    elif unread:
        text = f"not known whether anything needs attention: {unread}"
        text += "".join(
            f"; {each.reader.name}: {error.one_line()}"
            for each in summary.regions
            for error in dict.fromkeys(each.reader.errors.values())
        )
    else:
        text = "nothing needs attention"
    return _line(state, text, " ".join(_performance(summary)))


def render_failure(message: str) -> str:
    """Return the line of an account that could not be opened.

    Args:
        message: Why, and what to do.
    """
    return _line(NagiosState.UNKNOWN, message, "up=0;;;0;1")


def _line(state: NagiosState, text: str, performance: str) -> str:
    # A vertical bar would end the text.
    plain = " ".join(text.split()).replace("|", "/")
    return f"RCV3 {state.name} - {plain} | {performance}\n"


def _performance(summary: Summary) -> Iterator[str]:
    """Yield `label=value[unit];warning;critical;min;max` for each figure."""
    for each in summary.regions:
        region = each.reader.name.lower()
        yield f"{region}_up={int(each.reader.is_up)};;;0;1"
        yield from (f"{region}_{name}={value};;;0" for name, value in _counts_of(each))
        yield from (
            f"{region}_{level}={_UNKNOWN if count is None else count};;;0"
            for level, count in findings_by_level(summary, each.reader).items()
        )
        used, limit = each.reader.requests_used, each.reader.requests_limit
        yield f"{region}_requests={used};;;0;{limit}"
        if ages := each.reader.ages(summary.now):
            yield f"{region}_age={max(ages.values()):.0f}s;;;0"


def _counts_of(each: RegionSummary) -> Iterator[tuple[str, int | str]]:
    for kind, count in each.counts.items():
        name = _NAMES[kind]
        yield name, count.total if count is not None and count.is_whole else _UNKNOWN


_NAMES = {
    ResourceKind.SERVERS: "servers",
    ResourceKind.PUBLIC_IPS: "ips",
    ResourceKind.POOLS: "pools",
    ResourceKind.NODES: "nodes",
    ResourceKind.NETWORKS: "networks",
}
