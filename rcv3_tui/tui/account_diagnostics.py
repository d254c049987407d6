"""The findings of all regions, and which rows a change of them affects."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rcv3_tui.clock import Clock
from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.diagnostics import (
    Finding,
    ResourceRef,
    TransitionThresholds,
    sort_findings,
)
from rcv3_tui.model.diagnostics.index import DiagnosticsIndex
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status_timeline import Timeline
from rcv3_tui.tui.status_times import StatusTimes
from rcv3_tui.views.rows import FindingRow, row_id


class StatusSource(Protocol):
    """Status changes of this and earlier runs; the account worker records them."""

    def timeline(self, region: str, kind: ResourceKind, key: str) -> Timeline:
        """Return the recorded status changes of a resource, oldest first."""
        ...

    def thresholds(self, region: str) -> TransitionThresholds | None:
        """Return how long transitions usually take in a region; None where that is unknown."""
        ...


class AccountDiagnostics:
    """Evaluates the rules for each region.

    Args:
        clock: Returns the current time.
        times: The status changes that this console saw.
        recorded: The recorded status changes; None: there are none.
    """

    def __init__(self, clock: Clock, times: StatusTimes, recorded: StatusSource | None) -> None:
        self._clock = clock
        self._times = times
        self._recorded = recorded
        self._indexes: dict[str, DiagnosticsIndex] = {}
        self._rows: dict[str, FindingRow] = {}

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions with a snapshot."""
        return tuple(self._indexes)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all regions, the worst first."""
        if len(self._indexes) == 1:
            return next(iter(self._indexes.values())).findings
        return sort_findings(f for index in self._indexes.values() for f in index.findings)

    def about(self, region: str, kind: ResourceKind, key: str) -> tuple[Finding, ...]:
        """Return the findings that name a resource."""
        index = self._indexes.get(region)
        return () if index is None else index.about(kind, key)

    def has_finding(self, region: str, kind: ResourceKind, key: str) -> bool:
        """Return whether a finding is about a resource, or about a related one."""
        index = self._indexes.get(region)
        return index is not None and index.concerns(kind, key)

    def apply_snapshot(self, snapshot: Snapshot, delta: SnapshotDelta) -> frozenset[ResourceRef]:
        """Evaluate the rules for what changed.

        Args:
            snapshot: The region's new snapshot.
            delta: What changed since the previous one.

        Returns:
            The resources whose findings changed.
        """
        return self._index(snapshot.region).apply(snapshot, delta, self._clock.now())

    def tick(self, region: str) -> frozenset[ResourceRef]:
        """Evaluate the rules that depend on the time; return the resources affected."""
        return self._index(region).tick(self._clock.now())

    def forget(self, region: str) -> None:
        """Drop the findings of a region."""
        self._indexes.pop(region, None)

    def row(self, row: str) -> FindingRow | None:
        """Return a finding's row by its id."""
        return self._rows.get(row)

    def changed_rows(self) -> tuple[dict[str, FindingRow], set[str]]:
        """Return the rows that are new or differ since the last call, and the ids of those gone."""
        rows = {(row := _row_of(found)): FindingRow(row, found) for found in self.findings}
        changed = {row: item for row, item in rows.items() if self._rows.get(row) != item}
        gone = self._rows.keys() - rows.keys()
        self._rows = rows
        return changed, gone

    def timeline(self, region: str, kind: ResourceKind, key: str) -> Timeline:
        """Return the recorded status changes of a resource, oldest first."""
        return () if self._recorded is None else self._recorded.timeline(region, kind, key)

    def _index(self, region: str) -> DiagnosticsIndex:
        if region not in self._indexes:

            def since(kind: ResourceKind, key: str, status: str) -> datetime | None:
                if (seen := self._times.seen(region, key, status)) is not None:
                    return seen
                recorded = self.timeline(region, kind, key)
                return recorded[-1].at if recorded and recorded[-1].status == status else None

            self._indexes[region] = DiagnosticsIndex(since=since)
        thresholds = None if self._recorded is None else self._recorded.thresholds(region)
        if thresholds is not None:
            self._indexes[region].set_thresholds(thresholds)
        return self._indexes[region]


def _row_of(finding: Finding) -> str:
    return row_id(finding.region, f"{finding.kind}/{finding.key}/{finding.rule}")
