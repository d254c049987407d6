"""Finds what needs attention in a picture, and keeps it found from picture to picture."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from rcv3_tui.model.attention import public_ips, servers
from rcv3_tui.model.attention.case import Case, Judgement, Since
from rcv3_tui.model.attention.findings import Finding, Row, Rule, in_order
from rcv3_tui.model.attention.pools import judge_node, judge_pool
from rcv3_tui.model.attention.public_ips import is_kept, judge_public_ip, retained_count
from rcv3_tui.model.attention.servers import judge_server
from rcv3_tui.model.attention.usual import Usual
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Delta, Diff, Part, Snapshot, merge


def find(
    snapshot: Snapshot, now: datetime, *, usual: Usual | None = None, since: Since | None = None
) -> tuple[Finding, ...]:
    """Find everything in a picture that needs attention.

    Args:
        snapshot: The picture.
        now: The time of day, in UTC.
        usual: How long moves take as a rule; None: the defaults.
        since: What has been seen of status changes: kind, lower-case id and status to the time;
            None: the records' own times have to do.

    Returns:
        The findings, the worst first.
    """
    watch = Watch(usual, since)
    watch.take(snapshot, snapshot.everything(), now)
    return watch.findings


class Watch:
    """Keeps one region's findings true; looks at rows again only where a diff or time says so.

    Args:
        usual: How long moves take as a rule; None: the defaults.
        since: What has been seen of status changes, as in `find`.
    """

    def __init__(self, usual: Usual | None = None, since: Since | None = None) -> None:
        self._usual = usual or Usual()
        self._since = since
        self._snapshot: Snapshot | None = None
        self._found: dict[Row, tuple[Finding, ...]] = {}
        self._concerned: Counter[Row] = Counter()
        """How many findings concern a row."""
        self._touched: set[Row] = set()
        self._relook = False
        self._due: list[tuple[datetime, Part, str]] = []
        self._retained = 0
        self._kept_rows: frozenset[str] = frozenset()
        self._pool_of: dict[str, str] = {}
        """Of nodes that are found or will be due, the pool."""
        self._ordered: tuple[Finding, ...] | None = ()

    # -- what was found -----------------------------------------------------------------------

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, the worst first."""
        if self._ordered is None:
            self._ordered = in_order(f for found in self._found.values() for f in found)
        return self._ordered

    def concerns(self, part: Part, key: str) -> bool:
        """Tell whether a row needs attention: a finding is about it or concerns it."""
        return (part, key) in self._concerned

    def about(self, part: Part, key: str) -> tuple[Finding, ...]:
        """Give what is wrong with one resource, and what else concerns its row."""
        row = (part, key)
        if row not in self._concerned:
            return ()
        return tuple(f for f in self.findings if row in f.rows)

    # -- looking ------------------------------------------------------------------------------

    def take(self, snapshot: Snapshot, diff: Diff, now: datetime) -> frozenset[Row]:
        """Take the next picture in.

        Args:
            snapshot: The picture.
            diff: What differs from the one before; for the first one, it does not matter.
            now: The time of day, in UTC.

        Returns:
            The rows that need attention now and did not before, or the other way round, or for
            another reason than before.
        """
        before, self._snapshot = self._snapshot, snapshot
        if before is None or _was_kept(before, snapshot):
            diff = snapshot.everything()
        elif before.part(Part.SERVERS).is_read != snapshot.part(Part.SERVERS).is_read:
            diff = merge(diff, self._about_servers(snapshot))
        case = self._case(snapshot, now)
        self._judge_servers(case, diff.servers)
        self._judge_public_ips(case, diff.public_ips)
        self._judge_nodes(case, diff)
        self._judge_pools(case, diff.pools)
        return self._take_touched()

    def _about_servers(self, snapshot: Snapshot) -> Diff:
        """Give the rows that may be judged otherwise since it is known which servers there are."""
        found = {key for part, key in self._found if part is Part.PUBLIC_IPS}
        ill = frozenset(
            key
            for key, record in snapshot.public_ips.items()
            if not public_ips.is_plainly_well(snapshot, record, servers_read=True)
        )
        return replace(snapshot.everything(), servers=Delta(), public_ips=Delta(ill | found))

    def learn(self, usual: Usual) -> None:
        """Go by other usual durations from the next look on, for what moves already too."""
        if usual != self._usual:
            self._usual = usual
            self._relook = True

    def tick(self, now: datetime) -> frozenset[Row]:
        """Look again at what time alone makes wrong: moves that have taken too long by now.

        Args:
            now: The time of day, in UTC.

        Returns:
            As `take`.
        """
        snapshot = self._snapshot
        if snapshot is None:
            return frozenset()
        case = self._case(snapshot, now)
        if self._relook:
            self._relook = False
            moving = [(part, key) for _, part, key in self._due]
            moving += [f.row for f in self.findings if f.rule is Rule.STUCK]
            self._due.clear()
            for part, key in moving:
                self._judge_again(case, part, key)
        while self._due and self._due[0][0] <= now:
            _, part, key = heapq.heappop(self._due)
            self._judge_again(case, part, key)
        return self._take_touched()

    def _case(self, snapshot: Snapshot, now: datetime) -> Case:
        return Case(snapshot, now, self._usual, self._since)

    def _judge_again(self, case: Case, part: Part, key: str) -> None:
        snapshot = case.snapshot
        if part is Part.SERVERS and (server := snapshot.servers.get(key)) is not None:
            self._keep(part, key, judge_server(case, server))
        elif part is Part.PUBLIC_IPS and (record := snapshot.public_ips.get(key)) is not None:
            self._keep(part, key, judge_public_ip(case, record, self._retained))
        elif part is Part.POOLS and (pool := snapshot.pools.get(key)) is not None:
            self._keep(part, key, judge_pool(case, pool))
        elif part is Part.NODES:
            node = snapshot.nodes_in(self._pool_of.get(key, "")).get(key)
            if node is not None:
                self._keep_node(case, node)

    # -- kind by kind -------------------------------------------------------------------------

    def _judge_servers(self, case: Case, delta: Delta) -> None:
        self._forget(Part.SERVERS, delta.removed)
        snapshot = case.snapshot
        for key in delta.changed & snapshot.servers.keys():
            server = snapshot.servers[key]
            if (Part.SERVERS, key) in self._found or not servers.is_plainly_well(snapshot, server):
                self._keep(Part.SERVERS, key, judge_server(case, server))

    def _judge_public_ips(self, case: Case, delta: Delta) -> None:
        snapshot = case.snapshot
        self._forget(Part.PUBLIC_IPS, delta.removed)
        keys = set(delta.changed & snapshot.public_ips.keys())
        if delta:
            # Which of a server's records counts depends on all of them.
            for key in tuple(keys):
                link = snapshot.public_ips[key].server
                records = () if link is None else snapshot.ips_of.get(link.key, ())
                if len(records) > 1:
                    keys.update(record.key for record in records)
            retained = retained_count(snapshot)
            if retained != self._retained:
                self._retained = retained
                keys.update(self._kept_rows & snapshot.public_ips.keys())
        read = snapshot.part(Part.SERVERS).is_read
        for key in keys:
            record = snapshot.public_ips[key]
            well = public_ips.is_plainly_well(snapshot, record, servers_read=read)
            if (Part.PUBLIC_IPS, key) in self._found or not well:
                self._keep(Part.PUBLIC_IPS, key, judge_public_ip(case, record, self._retained))
        if delta:
            gone = frozenset(k for k in self._kept_rows if k not in snapshot.public_ips)
            self._kept_rows = (self._kept_rows - gone - keys) | {
                key for key in keys if is_kept(snapshot.public_ips[key])
            }

    def _judge_nodes(self, case: Case, diff: Diff) -> None:
        snapshot = case.snapshot
        self._forget(Part.NODES, diff.nodes.removed)
        for key in diff.nodes.removed:
            self._pool_of.pop(key, None)
        changed = diff.nodes.changed
        for pool_key in diff.pools.changed:
            for key, node in snapshot.nodes_in(pool_key).items():
                # What was found names the pool, whose name may be another one.
                if key in changed or key in self._pool_of:
                    self._keep_node(case, node)

    def _keep_node(self, case: Case, node: PoolNode) -> None:
        said = judge_node(case, node)
        if said.findings or said.look_again is not None:
            self._pool_of[node.key] = node.pool_key
        else:
            self._pool_of.pop(node.key, None)
        self._keep(Part.NODES, node.key, said)

    def _judge_pools(self, case: Case, delta: Delta) -> None:
        self._forget(Part.POOLS, delta.removed)
        for key in delta.changed & case.snapshot.pools.keys():
            self._keep(Part.POOLS, key, judge_pool(case, case.snapshot.pools[key]))

    # -- keeping ------------------------------------------------------------------------------

    def _keep(self, part: Part, key: str, said: Judgement) -> None:
        if said.look_again is not None:
            heapq.heappush(self._due, (said.look_again, part, key))
        self._replace((part, key), tuple(said.findings))

    def _forget(self, part: Part, keys: Iterable[str]) -> None:
        for key in keys:
            self._replace((part, key), ())

    def _replace(self, row: Row, found: tuple[Finding, ...]) -> None:
        before = self._found.get(row, ())
        if before == found:
            return
        for finding in before:
            for concerned in finding.rows:
                self._concerned[concerned] -= 1
                if not self._concerned[concerned]:
                    del self._concerned[concerned]
                self._touched.add(concerned)
        for finding in found:
            for concerned in finding.rows:
                self._concerned[concerned] += 1
                self._touched.add(concerned)
        if found:
            self._found[row] = found
        else:
            del self._found[row]
        self._ordered = None

    def _take_touched(self) -> frozenset[Row]:
        touched, self._touched = frozenset(self._touched), set()
        return touched


def _was_kept(before: Snapshot, after: Snapshot) -> bool:
    """Tell whether a part is read that an earlier run kept, which was judged with care."""
    return any(
        before.part(part).kept and before.part(part).is_read != after.part(part).is_read
        for part in Part
    )
