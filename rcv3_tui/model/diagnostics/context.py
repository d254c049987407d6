"""The input and output of a rule, and the wording that rules share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from rcv3_tui.model.diagnostics.findings import Finding, ResourceRef, Rule, Severity
from rcv3_tui.model.diagnostics.thresholds import TransitionThresholds
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot

SinceLookup = Callable[[ResourceKind, str, str], datetime | None]
"""Returns when a resource (kind, lower-case id) was observed to take a status, or None."""


_CREATION = timedelta(minutes=10)
"""An update this soon after the creation is part of it."""

_MAX_WAIT = 86_400.0
"""Seconds; a rule that is due later is checked once more in between."""


class RuleResult(Struct):
    """What the rules found about one resource."""

    findings: list[Finding] = []
    recheck_at: datetime | None = None
    """When the rules have another result though no resource changes; None: never."""


class Subject(Struct, frozen=True):
    """The subject of findings."""

    region: str
    kind: ResourceKind
    key: str
    id: str
    name: str
    created: datetime | None = None

    def finding(
        self,
        severity: Severity,
        rule: Rule,
        wrong: str,
        next_step: str,
        todo: str,
        *,
        since: datetime | None = None,
        also: tuple[ResourceRef, ...] = (),
    ) -> Finding:
        """Return a finding about it; for the arguments see `Finding`."""
        return Finding(
            severity=severity,
            rule=rule,
            region=self.region,
            kind=self.kind,
            key=self.key,
            id=self.id,
            subject=self.name,
            wrong=wrong,
            next_step=next_step,
            todo=todo,
            since=self._began(since),
            also=also,
        )

    def _began(self, since: datetime | None) -> datetime | None:
        """Return the creation for an update that was part of it: one event has one age."""
        created = self.created
        if since is None or created is None or since - created > _CREATION:
            return since
        return min(since, created)


class RuleContext(Struct, frozen=True):
    """The input of a rule.

    Args:
        snapshot: The snapshot.
        now: The current time, in UTC.
        thresholds: How long transitions may take.
        since: Returns observed status changes; None: none were observed.
    """

    snapshot: Snapshot
    now: datetime
    thresholds: TransitionThresholds
    since: SinceLookup | None = None

    def subject(
        self, kind: ResourceKind, resource: Server | PublicIP | PoolNode, name: str
    ) -> Subject:
        """Return the subject of findings about a resource."""
        region = self.snapshot.region
        return Subject(region, kind, resource.key, resource.id, name, resource.created)

    def began(self, kind: ResourceKind, resource: Server | PublicIP | PoolNode) -> datetime | None:
        """Return when a resource took its current status, as far as known."""
        seen = None
        if self.since is not None:
            seen = self.since(kind, resource.key, resource.status)
        return seen or resource.updated or resource.created

    def in_seconds(self, seconds: float) -> datetime:
        """Return the time after some seconds, at most a day.

        Services send times up to the end of the calendar, which cannot be exceeded.
        """
        return self.now + timedelta(seconds=min(seconds, _MAX_WAIT))

    def check_duration(
        self,
        result: RuleResult,
        subject: Subject,
        status: str,
        began: datetime | None,
        next_step: str,
        also: tuple[ResourceRef, ...] = (),
    ) -> None:
        """Add a finding if a transition takes longer than usual, else set when it will.

        Args:
            result: The result of the rules of this resource.
            subject: The resource.
            status: Its status.
            began: Since when it has the status; None: not known, nothing is added.
            next_step: What to do about a transition that takes too long.
            also: Other resources that it concerns.
        """
        if began is None or self.snapshot.fetch_state(subject.kind).from_cache:
            # A transition that an earlier run observed may have ended long ago.
            return
        limit = self.thresholds.limit(subject.kind, status)
        left = limit - (self.now - began).total_seconds()
        if left > 0:
            result.recheck_at = self.in_seconds(left)
            return
        wrong = f"still {status}: longer than usual, which is up to {_duration_text(limit)}"
        result.findings.append(
            subject.finding(
                Severity.WARNING,
                Rule.STUCK,
                wrong,
                next_step,
                "ask Support",
                since=began,
                also=also,
            )
        )


def _duration_text(seconds: float) -> str:
    whole = round(seconds)
    if whole <= 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole <= 7200 else f"{whole // 3600} h"
