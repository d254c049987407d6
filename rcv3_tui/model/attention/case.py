"""What every rule looks at, and how it words a finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from rcv3_tui.model.attention.findings import Finding, Row, Rule, Severity
from rcv3_tui.model.attention.usual import Usual
from rcv3_tui.model.resources import PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Part, Snapshot

Since = Callable[[Part, str, str], datetime | None]
"""Gives when a resource (kind, lower-case id) was seen to take a status; None: not seen."""


class Judgement(Struct):
    """What the rules say of one resource."""

    findings: list[Finding] = []
    look_again: datetime | None = None
    """When they will say something else though nothing changes; None: never."""


class Subject(Struct, frozen=True):
    """The resource that findings are about."""

    region: str
    part: Part
    key: str
    id: str
    name: str

    def finding(
        self,
        severity: Severity,
        rule: Rule,
        wrong: str,
        next_step: str,
        todo: str,
        *,
        since: datetime | None = None,
        also: tuple[Row, ...] = (),
    ) -> Finding:
        """Make a finding about it; the arguments are those of `Finding`."""
        return Finding(
            severity=severity,
            rule=rule,
            region=self.region,
            part=self.part,
            key=self.key,
            id=self.id,
            subject=self.name,
            wrong=wrong,
            next_step=next_step,
            todo=todo,
            since=since,
            also=also,
        )


class Case(Struct, frozen=True):
    """A picture and what is known besides.

    Args:
        snapshot: The picture.
        now: The time of day.
        usual: How long moves take as a rule.
        since: What has been seen of status changes; None: nothing.
    """

    snapshot: Snapshot
    now: datetime
    usual: Usual
    since: Since | None = None

    def subject(self, part: Part, resource: Server | PublicIP | PoolNode, name: str) -> Subject:
        """Name the resource that findings are about."""
        return Subject(self.snapshot.region, part, resource.key, resource.id, name)

    def began(self, part: Part, resource: Server | PublicIP | PoolNode) -> datetime | None:
        """Give when a resource took the status it has, as far as known."""
        seen = None
        if self.since is not None:
            seen = self.since(part, resource.key, resource.status)
        return seen or resource.updated or resource.created

    def moving(
        self,
        said: Judgement,
        subject: Subject,
        status: str,
        began: datetime | None,
        next_step: str,
        also: tuple[Row, ...] = (),
    ) -> None:
        """Add a finding if a move has taken longer than usual, or say when it will have.

        Args:
            said: What the rules say of the resource.
            subject: The resource.
            status: Its status.
            began: Since when it has it; None: nobody knows, so nothing is said.
            next_step: What to do about a move that has taken too long.
            also: Other resources that it concerns.
        """
        if began is None or self.snapshot.part(subject.part).kept:
            # What an earlier run saw moving may have settled long ago.
            return
        limit = self.usual.limit(subject.part, status)
        due = began + timedelta(seconds=limit)
        if self.now < due:
            said.look_again = due
            return
        wrong = f"still {status}: longer than usual, which is up to {_length(limit)}"
        said.findings.append(
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


def failure(status: str, detail: str | None, ticket: str | None = None) -> str:
    """Write what is known of a failure: live ones often come without a reason (reference 5.4)."""
    text = f"{status}: {detail or 'no reason given by RackConnect'}"
    return f"{text} (support ticket {ticket})" if ticket else text


def _length(seconds: float) -> str:
    whole = round(seconds)
    if whole <= 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole <= 7200 else f"{whole // 3600} h"
