"""Finds what needs attention in a snapshot, and updates it from snapshot to snapshot."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from rcv3_tui.model.delta import KeyDelta, SnapshotDelta, merge_deltas
from rcv3_tui.model.diagnostics.context import RuleContext, RuleResult, SinceLookup
from rcv3_tui.model.diagnostics.findings import Finding, ResourceRef, Rule, sort_findings
from rcv3_tui.model.diagnostics.pool_rules import check_node, check_pool
from rcv3_tui.model.diagnostics.public_ip_rules import (
    check_public_ip,
    is_public_ip_healthy,
    is_retained_unassigned,
    retained_count,
)
from rcv3_tui.model.diagnostics.server_rules import check_server, is_server_healthy
from rcv3_tui.model.diagnostics.thresholds import TransitionThresholds
from rcv3_tui.model.diagnostics.unread_rules import GRACE_PERIOD, WHOLE_KIND, check_unread
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Snapshot


def diagnose(
    snapshot: Snapshot,
    now: datetime,
    *,
    thresholds: TransitionThresholds | None = None,
    since: SinceLookup | None = None,
) -> tuple[Finding, ...]:
    """Return everything in a snapshot that needs attention.

    Args:
        snapshot: The snapshot.
        now: The current time, in UTC.
        thresholds: How long transitions may take; None: the defaults.
        since: Returns when a resource (kind, lower-case id) was observed to take a status; None:
            use the times of the records.

    Returns:
        The findings, the worst first.
    """
    watch = DiagnosticsIndex(thresholds, since, grace_period=timedelta())
    watch.apply(snapshot, snapshot.as_delta(), now)
    return watch.findings


class DiagnosticsIndex:
    """The findings of one region; checks only resources that a delta or the time affects.

    Args:
        thresholds: How long transitions may take; None: the defaults.
        since: See `diagnose`.
        grace_period: How long data may be unread before that is a finding.
    """

    def __init__(
        self,
        thresholds: TransitionThresholds | None = None,
        since: SinceLookup | None = None,
        *,
        grace_period: timedelta = GRACE_PERIOD,
    ) -> None:
        self._thresholds = thresholds or TransitionThresholds()
        self._since = since
        self._grace_period = grace_period
        self._unread_since: datetime | None = None
        """Since when the nodes of some pools are unread; None: all are read."""
        self._snapshot: Snapshot | None = None
        self._found: dict[ResourceRef, tuple[Finding, ...]] = {}
        self._concerned: Counter[ResourceRef] = Counter()
        """The number of findings that concern a resource."""
        self._touched: set[ResourceRef] = set()
        self._recheck_all = False
        self._due: list[tuple[datetime, ResourceKind, str]] = []
        self._retained = 0
        self._retained_keys: frozenset[str] = frozenset()
        self._pool_of: dict[str, str] = {}
        """The pool of each node that has a finding or is due."""
        self._ordered: tuple[Finding, ...] | None = ()

    # -- results ------------------------------------------------------------------------------

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the worst first."""
        if self._ordered is None:
            self._ordered = sort_findings(f for found in self._found.values() for f in found)
        return self._ordered

    def concerns(self, kind: ResourceKind, key: str) -> bool:
        """Return whether any finding concerns a resource."""
        return (kind, key) in self._concerned

    def about(self, kind: ResourceKind, key: str) -> tuple[Finding, ...]:
        """Return the findings that concern one resource."""
        row = (kind, key)
        if row not in self._concerned:
            return ()
        return tuple(f for f in self.findings if row in f.rows)

    # -- updates ------------------------------------------------------------------------------

    def apply(
        self, snapshot: Snapshot, diff: SnapshotDelta, now: datetime
    ) -> frozenset[ResourceRef]:
        """Check the next snapshot.

        Args:
            snapshot: The snapshot.
            diff: What differs from the previous one; ignored for the first snapshot.
            now: The current time, in UTC.

        Returns:
            The resources whose findings differ from before.
        """
        before, self._snapshot = self._snapshot, snapshot
        if before is None or _was_cached(before, snapshot):
            diff = snapshot.as_delta()
        else:
            if (
                before.fetch_state(ResourceKind.SERVERS).is_whole
                != snapshot.fetch_state(ResourceKind.SERVERS).is_whole
            ):
                diff = merge_deltas(diff, self._affected_by_servers(snapshot))
            if _coverage(before) != _coverage(snapshot):
                diff = merge_deltas(diff, self._affected_by_unread(snapshot))
        context = self._context(snapshot, now)
        self._check_unread(context)
        self._check_servers(context, diff.servers)
        self._check_public_ips(context, diff.public_ips)
        self._check_nodes(context, diff)
        self._check_pools(context, diff.pools)
        return self._take_touched()

    def _affected_by_servers(self, snapshot: Snapshot) -> SnapshotDelta:
        """Return the resources whose findings depend on a complete list of servers."""
        found = {key for kind, key in self._found if kind is ResourceKind.PUBLIC_IPS}
        unhealthy = frozenset(
            key
            for key, record in snapshot.public_ips.items()
            if not is_public_ip_healthy(snapshot, record, servers_read=True)
        )
        return replace(
            snapshot.as_delta(), servers=KeyDelta(), public_ips=KeyDelta(unhealthy | found)
        )

    def _affected_by_unread(self, snapshot: Snapshot) -> SnapshotDelta:
        """Return the servers whose findings depend on other lists."""
        unhealthy = frozenset(
            key
            for key, server in snapshot.servers.items()
            if not is_server_healthy(snapshot, server)
        )
        return SnapshotDelta(servers=KeyDelta(unhealthy))

    def set_thresholds(self, thresholds: TransitionThresholds) -> None:
        """Set how long transitions may take; the next `tick` applies it to current ones too."""
        if thresholds != self._thresholds:
            self._thresholds = thresholds
            self._recheck_all = True

    def tick(self, now: datetime) -> frozenset[ResourceRef]:
        """Check the resources whose findings depend on the time: transitions that take too long.

        Args:
            now: The current time, in UTC.

        Returns:
            See `apply`.
        """
        snapshot = self._snapshot
        if snapshot is None:
            return frozenset()
        context = self._context(snapshot, now)
        if self._recheck_all:
            self._recheck_all = False
            pending = [(kind, key) for _, kind, key in self._due]
            pending += [f.row for f in self.findings if f.rule is Rule.STUCK]
            self._due.clear()
            for kind, key in pending:
                self._recheck(context, kind, key)
        while self._due and self._due[0][0] <= now:
            _, kind, key = heapq.heappop(self._due)
            self._recheck(context, kind, key)
        return self._take_touched()

    def _context(self, snapshot: Snapshot, now: datetime) -> RuleContext:
        return RuleContext(snapshot, now, self._thresholds, self._since)

    def _recheck(self, context: RuleContext, kind: ResourceKind, key: str) -> None:
        snapshot = context.snapshot
        if key == WHOLE_KIND:
            self._record(kind, key, self._unread(context, kind))
        elif kind is ResourceKind.SERVERS and (server := snapshot.servers.get(key)) is not None:
            self._record(kind, key, check_server(context, server))
        elif (
            kind is ResourceKind.PUBLIC_IPS and (record := snapshot.public_ips.get(key)) is not None
        ):
            self._record(kind, key, check_public_ip(context, record, self._retained))
        elif kind is ResourceKind.POOLS and (pool := snapshot.pools.get(key)) is not None:
            self._record(kind, key, check_pool(context, pool))
        elif kind is ResourceKind.NODES:
            node = snapshot.nodes_in(self._pool_of.get(key, "")).get(key)
            if node is not None:
                self._check_node(context, node)

    def _check_unread(self, context: RuleContext) -> None:
        snapshot = context.snapshot
        is_open = (
            snapshot.fetch_state(ResourceKind.POOLS).fetched is not None
            and snapshot.unread_pool_count > 0
        )
        self._unread_since = (self._unread_since or context.now) if is_open else None
        for kind in ResourceKind:
            self._record(kind, WHOLE_KIND, self._unread(context, kind))

    def _unread(self, context: RuleContext, kind: ResourceKind) -> RuleResult:
        return check_unread(context, kind, self._grace_period, self._unread_since)

    # -- kind by kind -------------------------------------------------------------------------

    def _check_servers(self, context: RuleContext, delta: KeyDelta) -> None:
        self._forget(ResourceKind.SERVERS, delta.removed)
        snapshot = context.snapshot
        for key in delta.changed & snapshot.servers.keys():
            server = snapshot.servers[key]
            if (ResourceKind.SERVERS, key) in self._found or not is_server_healthy(
                snapshot, server
            ):
                self._record(ResourceKind.SERVERS, key, check_server(context, server))

    def _check_public_ips(self, context: RuleContext, delta: KeyDelta) -> None:
        snapshot = context.snapshot
        self._forget(ResourceKind.PUBLIC_IPS, delta.removed)
        keys = set(delta.changed & snapshot.public_ips.keys())
        if delta:
            # The effective record of a server depends on all of its records.
            for key in tuple(keys):
                link = snapshot.public_ips[key].server
                records = () if link is None else snapshot.ips_of.get(link.key, ())
                if len(records) > 1:
                    keys.update(record.key for record in records)
            retained = retained_count(snapshot)
            if retained != self._retained:
                self._retained = retained
                keys.update(self._retained_keys & snapshot.public_ips.keys())
        read = snapshot.fetch_state(ResourceKind.SERVERS).is_read
        for key in keys:
            record = snapshot.public_ips[key]
            healthy = is_public_ip_healthy(snapshot, record, servers_read=read)
            if (ResourceKind.PUBLIC_IPS, key) in self._found or not healthy:
                self._record(
                    ResourceKind.PUBLIC_IPS, key, check_public_ip(context, record, self._retained)
                )
        if delta:
            gone = frozenset(k for k in self._retained_keys if k not in snapshot.public_ips)
            self._retained_keys = (self._retained_keys - gone - keys) | {
                key for key in keys if is_retained_unassigned(snapshot.public_ips[key])
            }

    def _check_nodes(self, context: RuleContext, diff: SnapshotDelta) -> None:
        snapshot = context.snapshot
        self._forget(ResourceKind.NODES, diff.nodes.removed)
        for key in diff.nodes.removed:
            self._pool_of.pop(key, None)
        changed = diff.nodes.changed
        for pool_key in diff.pools.changed:
            for key, node in snapshot.nodes_in(pool_key).items():
                # A finding contains the name of the pool, which may have changed.
                if key in changed or key in self._pool_of:
                    self._check_node(context, node)

    def _check_node(self, context: RuleContext, node: PoolNode) -> None:
        result = check_node(context, node)
        if result.findings or result.recheck_at is not None:
            self._pool_of[node.key] = node.pool_key
        else:
            self._pool_of.pop(node.key, None)
        self._record(ResourceKind.NODES, node.key, result)

    def _check_pools(self, context: RuleContext, delta: KeyDelta) -> None:
        self._forget(ResourceKind.POOLS, delta.removed)
        for key in delta.changed & context.snapshot.pools.keys():
            self._record(ResourceKind.POOLS, key, check_pool(context, context.snapshot.pools[key]))

    # -- storage ------------------------------------------------------------------------------

    def _record(self, kind: ResourceKind, key: str, result: RuleResult) -> None:
        if result.recheck_at is not None:
            heapq.heappush(self._due, (result.recheck_at, kind, key))
        self._replace((kind, key), tuple(result.findings))

    def _forget(self, kind: ResourceKind, keys: Iterable[str]) -> None:
        for key in keys:
            self._replace((kind, key), ())

    def _replace(self, row: ResourceRef, found: tuple[Finding, ...]) -> None:
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

    def _take_touched(self) -> frozenset[ResourceRef]:
        touched, self._touched = frozenset(self._touched), set()
        return touched


def _coverage(snapshot: Snapshot) -> tuple[bool, bool]:
    """Return which of the lists that findings about servers depend on are complete."""
    return snapshot.fetch_state(
        ResourceKind.PUBLIC_IPS
    ).fetched is not None, snapshot.knows_all_nodes


def _was_cached(before: Snapshot, after: Snapshot) -> bool:
    """Return whether live data replaced cached data, for which some rules do not apply."""
    return any(
        before.fetch_state(kind).from_cache
        and before.fetch_state(kind).is_read != after.fetch_state(kind).is_read
        for kind in ResourceKind
    )
