"""Findings: the problems of an account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind

ResourceRef = tuple[ResourceKind, str]
"""A resource: its kind, and its lower-case id."""


class Severity(StrEnum):
    """How severe a finding is."""

    FAILED = "failed"
    """Something does not work."""
    UNKNOWN = "unknown"
    """Something was not read, so that its state is not known."""
    WARNING = "warning"
    """Something is not as it should be, or may fail soon."""
    NOTE = "note"
    """Something is worth knowing, and may be intended."""


class Rule(StrEnum):
    """The rule that found it, the most important ones first."""

    POOL_EMPTY = "pool without an active node"
    UNREAD = "not read"
    FAILED = "failed"
    SERVER_ERROR = "server in ERROR"
    STUCK = "in transition for longer than usual"
    ORPHAN = "ghost of a server that no longer exists"
    POOL_THIN = "pool with one active node"
    ACCESS_DIFFERS = "Access IP differs"
    UNASSIGNED = "address without a server"
    DRAINED = "drained server"
    NO_NETWORK = "not on a RackConnect network"


class Finding(Struct, frozen=True):
    """One problem, and what to do about it."""

    severity: Severity
    rule: Rule
    region: str
    kind: ResourceKind
    """The kind of resource that it is about."""
    key: str
    """The lower-case id of the resource."""
    id: str
    """The id as the service spells it, for a support ticket."""
    subject: str
    """The name of the resource: `public IP of web-01`, `pool web-80`."""
    wrong: str
    """The problem, without its duration, which follows from `since`."""
    next_step: str
    """What to do next, as a sentence."""
    todo: str
    """The same in a few words, for a column: `remove, add again`."""
    since: datetime | None = None
    """Since when the problem exists, as far as known."""
    also: tuple[ResourceRef, ...] = ()
    """Other resources that it concerns: the server of an address, the pool of a node."""

    @property
    def row(self) -> ResourceRef:
        """The resource that it is about."""
        return self.kind, self.key

    @property
    def rows(self) -> tuple[ResourceRef, ...]:
        """Every resource that it concerns, its subject first."""
        return self.row, *self.also


_SEVERITIES = tuple(Severity)
_RULES = tuple(Rule)


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: the worst first, then by rule, region and name."""

    def rank(finding: Finding) -> tuple[int, int, str, str, str]:
        return (
            _SEVERITIES.index(finding.severity),
            _RULES.index(finding.rule),
            finding.region,
            finding.subject.casefold(),
            finding.key,
        )

    return tuple(sorted(findings, key=rank))


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the worst severity among findings; None without findings."""
    return min((f.severity for f in findings), key=_SEVERITIES.index, default=None)
