"""The rules for data that could not be read, so that unread data does not look healthy."""

from __future__ import annotations

from datetime import datetime, timedelta

from rcv3_tui.display_time import in_zone, zone_name
from rcv3_tui.model.diagnostics.context import RuleContext, RuleResult, Subject
from rcv3_tui.model.diagnostics.findings import Finding, Rule, Severity
from rcv3_tui.model.fetch_state import FetchState, ResourceKind

WHOLE_KIND = ""
"""The key of a finding about a kind of resource; no resource has an empty id."""

GRACE_PERIOD = timedelta(seconds=60)
"""How long data may be unread before that is a finding."""

_SUBJECTS = {ResourceKind.POOLS: "pools and their nodes"}

_NEXT_STEP = "Until they are read, it is not known whether they need attention."
_AFTER_ERROR = f"{_NEXT_STEP} If it persists, give Rackspace Support the message."


def check_unread(
    context: RuleContext, kind: ResourceKind, grace_period: timedelta, unread_since: datetime | None
) -> RuleResult:
    """Check how current the data of a kind of resource is.

    Args:
        context: The input of the rules.
        kind: The kind.
        grace_period: How long reading may take, or fail after it has succeeded once.
        unread_since: Since when the nodes of some pools are unread; None: all are read.
    """
    result = RuleResult()
    snapshot = context.snapshot
    state = snapshot.fetch_state(kind)
    name = _SUBJECTS.get(kind, kind.value)
    subject = Subject(snapshot.region, kind, WHOLE_KIND, WHOLE_KIND, name)
    if kind is ResourceKind.NODES:
        if unread_since is not None:
            _check_nodes(context, result, subject, state, unread_since + grace_period)
        return result
    since = state.failing_since
    if state.error is not None and state.is_read and since is not None:
        due = since + grace_period
        if context.now < due:
            result.recheck_at = due
        else:
            read = state.fetched
            when = "then" if read is None else f"{in_zone(read):%H:%M} {zone_name(read)}"
            result.findings.append(
                _unknown(subject, f"not read since {when}: {state.error}", since)
            )
    elif state.error is not None:
        result.findings.append(_unknown(subject, f"not read: {state.error}", None))
    elif state.skipped:
        count = len(state.skipped)
        wrong = f"{count} not readable: {state.skipped[0]}"
        result.findings.append(_unknown(subject, wrong, None))
    return result


def _check_nodes(
    context: RuleContext, result: RuleResult, subject: Subject, state: FetchState, due: datetime
) -> None:
    snapshot = context.snapshot
    if state.error is None and context.now < due:
        result.recheck_at = due
        return
    wrong = f"nodes of {snapshot.unread_pool_count} of {len(snapshot.pools)} pools not read"
    if state.error is not None:
        wrong += f": {state.error}"
        result.findings.append(_unknown(subject, wrong, state.failing_since))
        return
    result.findings.append(
        subject.finding(Severity.UNKNOWN, Rule.UNREAD, wrong, _NEXT_STEP, "not known yet")
    )


def _unknown(subject: Subject, wrong: str, since: datetime | None) -> Finding:
    return subject.finding(
        Severity.UNKNOWN, Rule.UNREAD, wrong, _AFTER_ERROR, "not known", since=since
    )
