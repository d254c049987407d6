"""One thing that is wrong with an account, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rcv3_tui.model.snapshot import Part

Row = tuple[Part, str]
"""A resource: its kind, and its lower-case id."""


class Severity(StrEnum):
    """How bad it is."""

    FAILED = "failed"
    """Something does not work."""
    WARNING = "warning"
    """Something is not as it should be, or will not last."""
    NOTE = "note"
    """Something is worth knowing, and may well be meant."""


class Rule(StrEnum):
    """Which rule found it, in the order in which an operator wants to hear of them."""

    POOL_EMPTY = "pool without an active node"
    FAILED = "failed"
    SERVER_ERROR = "server in ERROR"
    STUCK = "moving for longer than usual"
    GHOST = "ghost of a server that no longer exists"
    POOL_THIN = "pool with one active node"
    ACCESS_DIFFERS = "Access IP differs"
    UNASSIGNED = "address without a server"
    NO_NETWORK = "not on a RackConnect network"


class Finding(Struct, frozen=True):
    """One thing that is wrong, and what to do about it."""

    severity: Severity
    rule: Rule
    region: str
    part: Part
    """The kind of resource that it is about."""
    key: str
    """The resource's lower-case id."""
    id: str
    """Its id as the service spells it, for a support ticket."""
    subject: str
    """What the resource goes by: `public IP of web-01`, `pool web-80`."""
    wrong: str
    """What is wrong, in words; how long for is told by `since`."""
    next_step: str
    """What to do next, a sentence in plain words."""
    todo: str
    """The same in a word or three, for a column: `remove, add again`."""
    since: datetime | None = None
    """Since when, as far as known."""
    also: tuple[Row, ...] = ()
    """Other resources whose rows it concerns: the server of an address, the pool of a node."""

    @property
    def row(self) -> Row:
        """The resource that it is about."""
        return self.part, self.key

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every resource that it concerns, the one it is about first."""
        return self.row, *self.also


_SEVERITIES = tuple(Severity)
_RULES = tuple(Rule)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put findings in order: the worst first, like ones together, then by name."""

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
    """Give the worst severity among findings; None where there is none."""
    return min((f.severity for f in findings), key=_SEVERITIES.index, default=None)
