"""The rows of all panes, made from the worker's snapshots and operations.

Several regions share one table; a row's id is its region and its resource's id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.delta import KeyDelta, SnapshotDelta
from rcv3_tui.model.diagnostics import Finding, ResourceRef
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.filters import unread_pool_names
from rcv3_tui.model.operation import Operation, Request
from rcv3_tui.model.resources import PoolNode
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status_timeline import Timeline
from rcv3_tui.sync.events import ChangesRecorded, SignedIn
from rcv3_tui.tui.account_diagnostics import AccountDiagnostics, StatusSource
from rcv3_tui.tui.change_rows import ChangeRows
from rcv3_tui.tui.links import LINKED_KINDS, linked_keys
from rcv3_tui.tui.mask import Mask
from rcv3_tui.tui.pane_kinds import PANE_OF, RESOURCE_OF, PaneKind
from rcv3_tui.tui.running_operations import RunningOperations
from rcv3_tui.tui.status_times import StatusTimes
from rcv3_tui.views.rows import (
    AnyRow,
    OperationRow,
    RowBuilder,
    RowContext,
    row_id,
    split_row,
)

_DEPENDS_ON = {
    PaneKind.SERVERS: (ResourceKind.SERVERS, ResourceKind.PUBLIC_IPS),
    PaneKind.PUBLIC_IPS: (ResourceKind.PUBLIC_IPS,),
    PaneKind.POOLS: (ResourceKind.POOLS,),
    PaneKind.NODES: (ResourceKind.POOLS,),
}
"""The kinds of resources that a change in a pane is based on."""


class RowDelta(Struct):
    """The rows of one pane that changed or are gone."""

    changed: dict[str, AnyRow] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


RowDeltas = dict[PaneKind, RowDelta]


class RowModel:
    """All regions' latest snapshots, the operations on them, and the rows they make.

    Args:
        clock: Returns the current time.
        recorded: The recorded status changes; None: there are none.
    """

    def __init__(self, clock: Clock, recorded: StatusSource | None = None) -> None:
        self._clock = clock
        self.snapshots: dict[str, Snapshot] = {}
        self.operations: dict[str, Operation] = {}
        self.changes = ChangeRows()
        self.stale_regions: frozenset[str] = frozenset()
        """Regions whose rows are not up to date."""
        self.open_pool: tuple[str, str] | None = None
        """Region and id of the pool whose nodes are shown."""
        self._times = StatusTimes(clock)
        self._diagnostics = AccountDiagnostics(clock, self._times, recorded)
        self._running = RunningOperations()
        self._context = RowContext(
            self._times.since, self._running.on, self._diagnostics.has_finding
        )
        self._builders: dict[str, RowBuilder] = {}
        self._unread_pools: dict[str, tuple[Snapshot, tuple[str, ...] | None]] = {}

    def now(self) -> datetime:
        """Return the current time."""
        return self._clock.now()

    # -- changes ------------------------------------------------------------------------------

    def apply_snapshot(self, snapshot: Snapshot, diff: SnapshotDelta) -> RowDeltas:
        """Apply a region's new snapshot.

        Args:
            snapshot: The new snapshot.
            diff: What differs from the one before.

        Returns:
            The rows to redraw, by pane.
        """
        region = snapshot.region
        before = self.snapshots.get(region)
        self.snapshots[region] = snapshot
        if before is None:
            diff = snapshot.as_delta()
        self._times.record(before, snapshot, diff)
        builder_before = self._builders.get(region)
        builder = self._builders[region] = RowBuilder(snapshot, self._context)
        servers = diff.servers
        if before is not None and builder_before is not None:
            affected = _members_of_renamed(before, snapshot, diff.pools)
            affected |= _servers_to_reread(snapshot, builder_before, builder)
            servers = KeyDelta(servers.changed | affected, servers.removed)
        touched = self._diagnostics.apply_snapshot(snapshot, diff)
        diffs: RowDeltas = {}
        self._fill(diffs, PaneKind.SERVERS, region, servers)
        self._fill(diffs, PaneKind.PUBLIC_IPS, region, diff.public_ips)
        self._fill(diffs, PaneKind.POOLS, region, diff.pools)
        self._fill(diffs, PaneKind.NETWORKS, region, diff.networks)
        if self.open_pool is not None and self.open_pool[0] == region:
            self._fill(diffs, PaneKind.NODES, region, diff.nodes)
        self._fill_touched(diffs, region, touched)
        return diffs

    def tick(self) -> RowDeltas:
        """Return the rows whose findings changed because time has passed."""
        diffs: RowDeltas = {}
        for region in self._diagnostics.regions:
            self._fill_touched(diffs, region, self._diagnostics.tick(region))
        return diffs

    def recall(self, operations: Iterable[Operation]) -> RowDeltas:
        """Add operations of earlier runs; they have ended, so no resource's row changes."""
        self.operations |= {operation.id: operation for operation in operations}
        rows = {op.id: OperationRow(op.id, op) for op in operations}
        return {PaneKind.OPERATIONS: RowDelta({**rows})}

    def apply_changes(
        self, event: ChangesRecorded, regions: Collection[str], own: Collection[str]
    ) -> RowDeltas:
        """Apply changes of resources; see `ChangeRows.apply`."""
        return {PaneKind.CHANGES: RowDelta(*self.changes.apply(event, regions, own))}

    def forget(self, region: str) -> RowDeltas:
        """Stop showing a region; return the rows that go with it."""
        snapshot = self.snapshots.pop(region, None)
        if snapshot is None:
            return {}
        self._builders.pop(region, None)
        self._unread_pools.pop(region, None)
        self._diagnostics.forget(region)
        gone = {
            kind: RowDelta(removed={row_id(region, key) for key in there})
            for kind, there in (
                (PaneKind.SERVERS, snapshot.servers),
                (PaneKind.PUBLIC_IPS, snapshot.public_ips),
                (PaneKind.POOLS, snapshot.pools),
                (PaneKind.NETWORKS, snapshot.networks),
            )
        }
        gone[PaneKind.CHANGES] = RowDelta(removed=self.changes.forget(region))
        return gone | self._changed_findings()

    def apply_operation(self, operation: Operation) -> RowDeltas:
        """Apply a step of an operation: to its own row and to those of its targets."""
        self.operations[operation.id] = operation
        self._running.apply(operation)
        row = operation.id
        diffs: RowDeltas = {
            PaneKind.OPERATIONS: RowDelta({row: OperationRow(row, operation)}),
        }
        region = operation.request.region
        for kind, keys in _targets_of(operation.request).items():
            self._fill(diffs, kind, region, KeyDelta(keys))
        return diffs

    def open(self, region: str, pool_key: str) -> dict[str, AnyRow]:
        """Open a pool; return the rows of its known nodes."""
        self.open_pool = (region, pool_key)
        rows: RowDeltas = {}
        self._fill(rows, PaneKind.NODES, region, KeyDelta(frozenset(self._open_nodes(region))))
        return rows[PaneKind.NODES].changed if PaneKind.NODES in rows else {}

    def close(self) -> None:
        """Close the open pool."""
        self.open_pool = None

    # -- findings -----------------------------------------------------------------------------

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all regions, the worst first."""
        return self._diagnostics.findings

    def findings_of(self, kind: PaneKind, row: str) -> tuple[Finding, ...]:
        """Return the findings that name a row's resource."""
        region, key = split_row(row)
        resource = RESOURCE_OF.get(kind)
        return () if resource is None else self._diagnostics.about(region, resource, key)

    def seen(self, region: str, resource: ResourceKind, key: str) -> Timeline:
        """Return the recorded status changes of a resource, oldest first."""
        return self._diagnostics.timeline(region, resource, key)

    def _changed_findings(self) -> RowDeltas:
        changed, gone = self._diagnostics.changed_rows()
        return {PaneKind.ATTENTION: RowDelta({**changed}, gone)}

    def _fill_touched(self, diffs: RowDeltas, region: str, touched: frozenset[ResourceRef]) -> None:
        """Add the rows of resources whose findings changed."""
        if not touched:
            return
        diffs.update(self._changed_findings())
        for resource in LINKED_KINDS:
            kind = PANE_OF[resource]
            done = diffs[kind].changed if kind in diffs else {}
            keys = frozenset(
                key
                for touched_resource, key in touched
                if touched_resource is resource and row_id(region, key) not in done
            )
            self._fill(diffs, kind, region, KeyDelta(keys))

    # -- queries ------------------------------------------------------------------------------

    def item(self, kind: PaneKind, row: str) -> AnyRow | None:
        """Return a row as it is now; None if there is no such resource."""
        if kind is PaneKind.ATTENTION:
            return self._diagnostics.row(row)
        if kind is PaneKind.CHANGES:
            return self.changes.get(row)
        if kind is PaneKind.OPERATIONS:
            operation = self.operations.get(row)
            return None if operation is None else OperationRow(row, operation)
        region, key = split_row(row)
        snapshot = self.snapshots.get(region)
        if snapshot is None:
            return None
        return self._make(kind, snapshot, key)

    def fetch_state(self, resource: ResourceKind) -> FetchState:
        """Return the fetch state of a kind of resource: of several regions, the worst.

        Args:
            resource: The kind.
        """
        states = [
            (name, snapshot.fetch_state(resource)) for name, snapshot in self.snapshots.items()
        ]
        if len(states) < 2:
            return states[0][1] if states else FetchState()
        skipped = tuple(f"{name}: {item}" for name, state in states for item in state.skipped)
        for name, state in states:
            if state.error is not None:
                return replace(state, error=f"{name}: {state.error}", skipped=skipped)
        cached = [state for _, state in states if state.from_cache]
        read = [state for _, state in states if state.fetched is not None]
        return replace((cached or read or [states[0][1]])[0], skipped=skipped)

    def is_stale(self, region: str) -> bool:
        """Return whether a region's rows are not up to date."""
        return region in self.stale_regions

    def unread_pools(self, region: str) -> tuple[str, ...] | None:
        """Return the names of pools whose nodes have not been read; None: not even their list is.

        Args:
            region: The region of the pools.
        """
        snapshot = self.snapshots.get(region)
        if snapshot is None:
            return None
        known = self._unread_pools.get(region)
        if known is None or known[0] is not snapshot:
            names = unread_pool_names(snapshot)
            # While they are equal, all rows that are filtered share one object.
            if known is not None and known[1] == names:
                names = known[1]
            self._unread_pools[region] = known = snapshot, names
        return known[1]

    def cached_since(self, kind: PaneKind, rows: Iterable[str]) -> datetime | None:
        """Return since when the cached data is that a change of some rows would be based on.

        Args:
            kind: The pane of the rows.
            rows: Their ids; with no row, every region counts.

        Returns:
            When the oldest part was read; None: none of it is cached.
        """
        regions = {split_row(row)[0] for row in rows} or set(self.snapshots)
        times: list[datetime] = []
        for region in regions & self.snapshots.keys():
            snapshot = self.snapshots[region]
            at = snapshot.cached_since(*_DEPENDS_ON.get(kind, ()))
            open_pool = self.open_pool
            if kind is PaneKind.NODES and open_pool and open_pool[1] in snapshot.nodes_from_cache:
                at = at or snapshot.fetch_state(ResourceKind.NODES).fetched
            if at is not None:
                times.append(at)
        return min(times, default=None)

    def related_rows(self, kind: PaneKind, row: str | None) -> dict[PaneKind, frozenset[str]]:
        """Return the rows of the other panes that are linked to a row."""
        resource = RESOURCE_OF.get(kind)
        region, key = ("", "") if row is None else split_row(row)
        snapshot = self.snapshots.get(region)
        linked: Mapping[ResourceKind, set[str]] = {}
        if resource is not None and snapshot is not None:
            linked = linked_keys(snapshot, resource, key, self._open_nodes(region))
        return {
            PANE_OF[other]: frozenset(row_id(region, each) for each in linked.get(other, ()))
            for other in LINKED_KINDS
            if other is not resource
        }

    # -- building rows ------------------------------------------------------------------------

    def operations_on(self, kind: PaneKind, row: str) -> tuple[Operation, ...]:
        """Return the operations on a row's resource, the last one first."""
        region, key = split_row(row)
        found = [
            operation
            for operation in self.operations.values()
            if operation.request.region == region
            and (
                key in _targets_of(operation.request).get(kind, ())
                or (operation.resource_id or "").casefold() == key
            )
        ]
        return tuple(sorted(found, key=lambda operation: operation.asked, reverse=True))

    def register_names(self, mask: Mask, signed_in: SignedIn | None) -> None:
        """Register every name of the account with a mask.

        Args:
            mask: The mask.
            signed_in: The account; None: it is not signed in.
        """
        if signed_in is not None:
            mask.register("tenant", (signed_in.tenant,))
            mask.register("user", (signed_in.user,))
        for snapshot in self.snapshots.values():
            mask.register_account(snapshot)
        for kind, names in self.changes.names().items():
            mask.register(kind, names)

    def _open_nodes(self, region: str) -> Mapping[str, PoolNode]:
        if self.open_pool is None or self.open_pool[0] != region:
            return {}
        return self.snapshots[region].nodes_in(self.open_pool[1])

    def _fill(self, deltas: RowDeltas, kind: PaneKind, region: str, keys: KeyDelta) -> None:
        """Add the rows of changed resources, where they exist, and the ids of removed ones."""
        snapshot = self.snapshots.get(region)
        if not keys or snapshot is None:
            return
        rows = [self._make(kind, snapshot, key) for key in keys.changed]
        changed = {row.row: row for row in rows if row is not None}
        removed = {row_id(region, key) for key in keys.removed}
        if changed or removed:
            delta = deltas.setdefault(kind, RowDelta())
            delta.changed |= changed
            delta.removed |= removed

    def _make(self, kind: PaneKind, snapshot: Snapshot, key: str) -> AnyRow | None:
        """Return the row of a resource; None if there is no such resource."""
        build, row = self._builders[snapshot.region], row_id(snapshot.region, key)
        match kind:
            case PaneKind.SERVERS:
                return build.server(snapshot.servers[key], row) if key in snapshot.servers else None
            case PaneKind.PUBLIC_IPS:
                record = snapshot.public_ips.get(key)
                return None if record is None else build.public_ip(record, row)
            case PaneKind.POOLS:
                return build.pool(snapshot.pools[key], row) if key in snapshot.pools else None
            case PaneKind.NODES:
                node = self._open_nodes(snapshot.region).get(key)
                return None if node is None else build.node(node, row)
            case PaneKind.NETWORKS:
                network = snapshot.networks.get(key)
                return None if network is None else build.network(network, row)
            case PaneKind.OPERATIONS | PaneKind.CHANGES | PaneKind.ATTENTION:
                return None


def _targets_of(request: Request) -> dict[PaneKind, frozenset[str]]:
    """Return the lower-case ids of the resources that a request names, by pane."""
    return {
        kind: frozenset(target.key for target in targets if target is not None)
        for kind, targets in (
            (PaneKind.SERVERS, (request.server, request.held_by)),
            (PaneKind.PUBLIC_IPS, (request.public_ip,)),
            (PaneKind.POOLS, (request.pool,)),
            (PaneKind.NODES, (request.node,)),
        )
    }


def _members_of_renamed(before: Snapshot, after: Snapshot, delta: KeyDelta) -> set[str]:
    """Return the servers whose rows name a pool that is new or has another name."""
    is_renamed = any(
        (old := before.pools.get(key)) is None or old.name != after.pools[key].name
        for key in delta.changed
        if key in after.pools
    )
    if not is_renamed:
        return set()
    return after.servers.keys() & {
        node.server_key
        for pool in delta.changed
        for node in after.nodes_in(pool).values()
        if node.server_key is not None
    }


def _servers_to_reread(snapshot: Snapshot, before: RowBuilder, after: RowBuilder) -> set[str]:
    """Return the servers whose rows differ because more is known about the region."""
    if (before.knows_nodes, before.knows_networks) != (after.knows_nodes, after.knows_networks):
        return set(snapshot.servers)
    if before.knows_public_ips != after.knows_public_ips:
        # Few of ten thousand servers have no address, and only their rows differ.
        return snapshot.servers.keys() - snapshot.ips_of.keys()
    return set()
