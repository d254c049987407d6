"""Observes status changes in snapshots, stores them, and learns typical durations from them.

The number of resources, the changes of each and the size of the file are limited.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from rcv3_tui.model.delta import KeyDelta, SnapshotDelta
from rcv3_tui.model.diagnostics import TransitionThresholds
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.model.status_timeline import (
    GONE,
    StatusChange,
    Timeline,
    is_transitional,
    merge_timelines,
    transitions,
    typical_duration,
)

MAX_RESOURCES = 2000
"""The most resources whose timelines are stored: those that changed last."""

_MAX_DURATIONS = 50
"""The newest transitions of a kind and status that typical durations are computed from."""

_GAP = timedelta(seconds=120)
"""Between two snapshots further apart than this, the time of a change is unknown."""

_RECENT = timedelta(seconds=60)
"""A resource created this recently did not exist in the previous snapshot."""

HistoryKey = tuple[ResourceKind, str]
Resource = Server | PublicIP | LoadBalancerPool | PoolNode


class HistoryEntry(Struct, frozen=True, omit_defaults=True):
    """One observed status, as a line of the file."""

    at: datetime
    kind: ResourceKind
    key: str
    status: str
    watched: bool = True

    @property
    def seen(self) -> StatusChange:
        """The observed status without its resource."""
        return StatusChange(self.at, self.status, self.watched)


class StatusHistory:
    """One region's observed status changes.

    Args:
        before: The snapshot of an earlier run, which the first one is compared with.
    """

    def __init__(self, before: Snapshot | None = None) -> None:
        self._timelines: dict[HistoryKey, Timeline] = {}
        """By the time of their last change, the oldest first."""
        self._first: dict[HistoryKey, HistoryEntry] = {}
        """Statuses in the first snapshot: saved only once they change."""
        self._durations: dict[tuple[ResourceKind, str], deque[float]] = {}
        self._thresholds = TransitionThresholds()
        self._before = before

    @property
    def thresholds(self) -> TransitionThresholds:
        """How long transitions of this account take, as far as observed."""
        return self._thresholds

    def timeline(self, kind: ResourceKind, key: str) -> Timeline:
        """Return the observed statuses of a resource, oldest first; empty if it never changed."""
        return self._timelines.get((kind, key), ())

    def load(self, entries: Iterable[HistoryEntry]) -> None:
        """Add the statuses that earlier runs and other copies have observed."""
        read: dict[HistoryKey, list[StatusChange]] = {}
        for entry in entries:
            read.setdefault((entry.kind, entry.key), []).append(entry.seen)
        fresh = self._timelines
        self._timelines = {
            row: merge_timelines(line) for row, line in read.items() if row not in fresh
        }
        for row, line in fresh.items():
            self._timelines[row] = merge_timelines(read.get(row, ()), line)
        self._bound()
        self._durations.clear()
        for (kind, _), line in self._timelines.items():
            self._learn(kind, line)
        self._update_thresholds()

    def update(
        self, snapshot: Snapshot, diff: SnapshotDelta, now: datetime
    ) -> tuple[HistoryEntry, ...]:
        """Observe the next snapshot.

        Args:
            snapshot: The snapshot.
            diff: What differs from the previous one.
            now: The time of day, in UTC.

        Returns:
            The observed statuses to save.
        """
        before, self._before = self._before, snapshot
        if before is None:
            before = Snapshot(snapshot.region)
        entries = [
            entry
            for kind, delta, old, new in _changes(before, snapshot, diff)
            for entry in self._compare(kind, delta, old, new, _gap(before, kind, now), now)
        ]
        observed: list[HistoryEntry] = []
        for entry in entries:
            row = (entry.kind, entry.key)
            if row not in self._timelines and not entry.watched:
                self._first[row] = entry
            else:
                if row in self._first:
                    observed.append(self._first.pop(row))
                observed.append(entry)
            self._add(entry)
        if entries:
            self._bound()
            self._update_thresholds()
        return tuple(observed)

    def _compare(
        self,
        kind: ResourceKind,
        delta: KeyDelta,
        old: Mapping[str, Resource] | None,
        new: Mapping[str, Resource],
        gap: timedelta | None,
        now: datetime,
    ) -> Iterator[HistoryEntry]:
        """Yield the status changes of one kind between two snapshots.

        Args:
            kind: The kind.
            delta: The ids that differ.
            old: The previous resources; None: they had not been read.
            new: The present resources.
            gap: The age of the previous snapshot; None: there was none.
            now: The time of day.
        """
        close = gap is not None and gap <= _GAP
        for key in delta.changed:
            resource = new.get(key)
            if resource is None:
                continue
            was = None if old is None else old.get(key)
            if was is not None:
                if was.status == resource.status:
                    continue
                if (kind, key) not in self._timelines:
                    yield HistoryEntry(_own_time(was) or now, kind, key, was.status, watched=False)
                # A resource in transition is polled often, however old its list is.
                seen = close or is_transitional(kind, was.status)
                yield HistoryEntry(now, kind, key, resource.status, watched=seen)
            elif old is not None and close and _is_recent(resource, now):
                yield HistoryEntry(now, kind, key, resource.status)
            elif _is_unstable(kind, resource) and not self._ends_with(kind, key, resource.status):
                own = _own_time(resource)
                if own is not None:
                    yield HistoryEntry(min(own, now), kind, key, resource.status, watched=False)
        for key in delta.removed:
            was = None if old is None else old.get(key)
            if was is not None and (
                (kind, key) in self._timelines or is_transitional(kind, was.status)
            ):
                seen = close or is_transitional(kind, was.status)
                yield HistoryEntry(now, kind, key, GONE, watched=seen)

    def _ends_with(self, kind: ResourceKind, key: str, status: str) -> bool:
        line = self.timeline(kind, key)
        return bool(line) and line[-1].status == status

    def _add(self, entry: HistoryEntry) -> None:
        row = (entry.kind, entry.key)
        line = self._timelines.pop(row, ())
        self._timelines[row] = longer = merge_timelines(line, (entry.seen,))
        if len(longer) > 1 and longer[-1].at == entry.at:
            self._learn(entry.kind, longer[-2:])

    def _bound(self) -> None:
        while len(self._timelines) > MAX_RESOURCES:
            oldest = next(iter(self._timelines))
            del self._timelines[oldest]
            self._first.pop(oldest, None)

    def _learn(self, kind: ResourceKind, timeline: Timeline) -> None:
        for status, seconds in transitions(kind, timeline):
            self._durations.setdefault((kind, status), deque(maxlen=_MAX_DURATIONS)).append(seconds)

    def _update_thresholds(self) -> None:
        medians = {
            kind: median
            for kind, seen in self._durations.items()
            if (median := typical_duration(seen))
        }
        if medians != self._thresholds.medians:
            self._thresholds = TransitionThresholds(medians)


def _changes(
    before: Snapshot, after: Snapshot, diff: SnapshotDelta
) -> Iterator[tuple[ResourceKind, KeyDelta, Mapping[str, Resource] | None, Mapping[str, Resource]]]:
    def old(kind: ResourceKind, mapping: Mapping[str, Resource]) -> Mapping[str, Resource] | None:
        return mapping if before.fetch_state(kind).fetched is not None or mapping else None

    yield (
        ResourceKind.SERVERS,
        diff.servers,
        old(ResourceKind.SERVERS, before.servers),
        after.servers,
    )
    addresses = old(ResourceKind.PUBLIC_IPS, before.public_ips)
    yield ResourceKind.PUBLIC_IPS, diff.public_ips, addresses, after.public_ips
    yield ResourceKind.POOLS, diff.pools, old(ResourceKind.POOLS, before.pools), after.pools
    if not diff.nodes:
        return
    for pool in diff.pools.changed | diff.pools.removed:
        known, now = before.nodes.get(pool), after.nodes_in(pool)
        changed = diff.nodes.changed & now.keys()
        removed = diff.nodes.removed & known.keys() if known else frozenset()
        yield ResourceKind.NODES, KeyDelta(changed, removed), known, now


def _gap(before: Snapshot, kind: ResourceKind, now: datetime) -> timedelta | None:
    fetched = before.fetch_state(kind).fetched
    return None if fetched is None else now - fetched


def _own_time(resource: Resource) -> datetime | None:
    if isinstance(resource, LoadBalancerPool):
        return None
    return resource.updated or resource.created


def _is_recent(resource: Resource, now: datetime) -> bool:
    if isinstance(resource, LoadBalancerPool) or resource.created is None:
        return False
    return abs(now - resource.created) < _RECENT


def _is_unstable(kind: ResourceKind, resource: Resource) -> bool:
    return is_transitional(kind, resource.status) or phase(resource.status) is Phase.FAILED
