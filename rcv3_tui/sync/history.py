"""Sees status changes as pictures come in, keeps them, and learns what is usual from them.

What is kept is bounded: so many resources, so many steps each, and a file of so many bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from rcv3_tui.model.attention import Usual
from rcv3_tui.model.history import (
    GONE,
    Seen,
    Timeline,
    is_moving,
    joined,
    moves,
    usual_of,
)
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Delta, Diff, Part, Snapshot
from rcv3_tui.model.status import Phase, phase

RESOURCES_KEPT = 2000
"""Resources whose time lines are kept, those that changed last."""

_MOVES_KEPT = 50
"""Moves of a kind and status that say what is usual, the newest."""

_GAP = timedelta(seconds=120)
"""Between two looks further apart than this, nobody knows when a change happened."""

_YOUNG = timedelta(seconds=60)
"""A resource made this long ago was not there at the look before, rather than not read."""

Row = tuple[Part, str]
Resource = Server | PublicIP | LoadBalancerPool | PoolNode


class Entry(Struct, frozen=True, omit_defaults=True):
    """One thing seen, as a line of the file."""

    at: datetime
    part: Part
    key: str
    status: str
    watched: bool = True

    @property
    def seen(self) -> Seen:
        """What was seen, without of what."""
        return Seen(self.at, self.status, self.watched)


class History:
    """One region's observed status changes.

    Args:
        before: The picture that an earlier run kept, which the first look is compared with.
    """

    def __init__(self, before: Snapshot | None = None) -> None:
        self._lines: dict[Row, Timeline] = {}
        """By when they changed, the longest ago first."""
        self._first: dict[Row, Entry] = {}
        """What was there at the first look: worth a line only when something comes of it."""
        self._moves: dict[tuple[Part, str], deque[float]] = {}
        self._usual = Usual()
        self._before = before

    @property
    def usual(self) -> Usual:
        """What is usual for this account, as far as has been seen."""
        return self._usual

    def of(self, part: Part, key: str) -> Timeline:
        """Give what was seen of a resource, oldest first; empty for one that never changed."""
        return self._lines.get((part, key), ())

    def adopt(self, entries: Iterable[Entry]) -> None:
        """Take in what earlier runs, and other copies, have seen."""
        read: dict[Row, list[Seen]] = {}
        for entry in entries:
            read.setdefault((entry.part, entry.key), []).append(entry.seen)
        fresh = self._lines
        self._lines = {row: joined(line) for row, line in read.items() if row not in fresh}
        for row, line in fresh.items():
            self._lines[row] = joined(read.get(row, ()), line)
        self._bound()
        self._moves.clear()
        for (part, _), line in self._lines.items():
            self._learn(part, line)
        self._settle_usual()

    def take(self, snapshot: Snapshot, diff: Diff, now: datetime) -> tuple[Entry, ...]:
        """Take the next picture in.

        Args:
            snapshot: The picture.
            diff: What differs from the one before.
            now: The time of day, in UTC.

        Returns:
            What has been seen to change, to be written down.
        """
        before, self._before = self._before, snapshot
        if before is None:
            before = Snapshot(snapshot.region)
        entries = [
            entry
            for part, delta, old, new in _changes(before, snapshot, diff)
            for entry in self._compare(part, delta, old, new, _gap(before, part, now), now)
        ]
        told: list[Entry] = []
        for entry in entries:
            row = (entry.part, entry.key)
            if row not in self._lines and not entry.watched:
                self._first[row] = entry
            else:
                if row in self._first:
                    told.append(self._first.pop(row))
                told.append(entry)
            self._add(entry)
        if entries:
            self._bound()
            self._settle_usual()
        return tuple(told)

    def _compare(
        self,
        part: Part,
        delta: Delta,
        old: Mapping[str, Resource] | None,
        new: Mapping[str, Resource],
        gap: timedelta | None,
        now: datetime,
    ) -> Iterator[Entry]:
        """Give what differs between two looks at the resources of a kind.

        Args:
            part: The kind.
            delta: The ids to look at.
            old: What was there before; None: it had not been read.
            new: What is there now.
            gap: How long ago the look before was; None: there was none.
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
                if (part, key) not in self._lines:
                    yield Entry(_own_time(was) or now, part, key, was.status, watched=False)
                # A resource that moves is looked at often, whatever its list is.
                seen = close or is_moving(part, was.status)
                yield Entry(now, part, key, resource.status, watched=seen)
            elif old is not None and close and _is_young(resource, now):
                yield Entry(now, part, key, resource.status)
            elif _is_restless(part, resource) and not self._ends_with(part, key, resource.status):
                own = _own_time(resource)
                if own is not None:
                    yield Entry(min(own, now), part, key, resource.status, watched=False)
        for key in delta.removed:
            was = None if old is None else old.get(key)
            if was is not None and ((part, key) in self._lines or is_moving(part, was.status)):
                seen = close or is_moving(part, was.status)
                yield Entry(now, part, key, GONE, watched=seen)

    def _ends_with(self, part: Part, key: str, status: str) -> bool:
        line = self.of(part, key)
        return bool(line) and line[-1].status == status

    def _add(self, entry: Entry) -> None:
        row = (entry.part, entry.key)
        line = self._lines.pop(row, ())
        self._lines[row] = longer = joined(line, (entry.seen,))
        if len(longer) > 1 and longer[-1].at == entry.at:
            self._learn(entry.part, longer[-2:])

    def _bound(self) -> None:
        while len(self._lines) > RESOURCES_KEPT:
            oldest = next(iter(self._lines))
            del self._lines[oldest]
            self._first.pop(oldest, None)

    def _learn(self, part: Part, timeline: Timeline) -> None:
        for status, seconds in moves(part, timeline):
            self._moves.setdefault((part, status), deque(maxlen=_MOVES_KEPT)).append(seconds)

    def _settle_usual(self) -> None:
        medians = {kind: usual for kind, seen in self._moves.items() if (usual := usual_of(seen))}
        if medians != self._usual.medians:
            self._usual = Usual(medians)


def _changes(
    before: Snapshot, after: Snapshot, diff: Diff
) -> Iterator[tuple[Part, Delta, Mapping[str, Resource] | None, Mapping[str, Resource]]]:
    def old(part: Part, mapping: Mapping[str, Resource]) -> Mapping[str, Resource] | None:
        return mapping if before.part(part).fetched is not None or mapping else None

    yield Part.SERVERS, diff.servers, old(Part.SERVERS, before.servers), after.servers
    addresses = old(Part.PUBLIC_IPS, before.public_ips)
    yield Part.PUBLIC_IPS, diff.public_ips, addresses, after.public_ips
    yield Part.POOLS, diff.pools, old(Part.POOLS, before.pools), after.pools
    if not diff.nodes:
        return
    for pool in diff.pools.changed | diff.pools.removed:
        known, now = before.nodes.get(pool), after.nodes_in(pool)
        changed = diff.nodes.changed & now.keys()
        removed = diff.nodes.removed & known.keys() if known else frozenset()
        yield Part.NODES, Delta(changed, removed), known, now


def _gap(before: Snapshot, part: Part, now: datetime) -> timedelta | None:
    fetched = before.part(part).fetched
    return None if fetched is None else now - fetched


def _own_time(resource: Resource) -> datetime | None:
    if isinstance(resource, LoadBalancerPool):
        return None
    return resource.updated or resource.created


def _is_young(resource: Resource, now: datetime) -> bool:
    if isinstance(resource, LoadBalancerPool) or resource.created is None:
        return False
    return abs(now - resource.created) < _YOUNG


def _is_restless(part: Part, resource: Resource) -> bool:
    return is_moving(part, resource.status) or phase(resource.status) is Phase.FAILED
