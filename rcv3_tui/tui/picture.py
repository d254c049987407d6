"""Turns the worker's pictures into rows: which rows differ after a change, and what they hold.

Several regions stand in one table; a row's id is its region and its resource's id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from rcv3_tui.clock import Clock
from rcv3_tui.model.attention import Finding, Row, Usual, in_order
from rcv3_tui.model.operation import Kind, Operation
from rcv3_tui.model.resources import PoolNode, PublicIP
from rcv3_tui.model.snapshot import Delta, Diff, Part, Snapshot
from rcv3_tui.tui.items import (
    FindingItem,
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)

if TYPE_CHECKING:
    from rcv3_tui.model.attention.watch import Watch
    from rcv3_tui.model.history import Timeline


class PaneKind(StrEnum):
    """The panes there are."""

    SERVERS = "servers"
    PUBLIC_IPS = "ips"
    POOLS = "pools"
    NODES = "nodes"
    NETWORKS = "networks"
    OPERATIONS = "ops"
    ATTENTION = "attention"


PANE_OF = {
    Part.SERVERS: PaneKind.SERVERS,
    Part.PUBLIC_IPS: PaneKind.PUBLIC_IPS,
    Part.POOLS: PaneKind.POOLS,
    Part.NODES: PaneKind.NODES,
    Part.NETWORKS: PaneKind.NETWORKS,
}
"""The pane that shows a kind of resource."""

PART_OF = {pane: part for part, pane in PANE_OF.items()}
"""The kind of resource that a pane shows; Operations shows none."""

_RESTS_ON = {
    PaneKind.SERVERS: (Part.SERVERS, Part.PUBLIC_IPS),
    PaneKind.PUBLIC_IPS: (Part.PUBLIC_IPS,),
    PaneKind.POOLS: (Part.POOLS,),
    PaneKind.NODES: (Part.POOLS,),
}
"""What an operator looks at who changes something in a pane."""


class RowDiff(Struct):
    """What one pane's table has to take in."""

    changed: dict[str, Item] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


RowDiffs = dict[PaneKind, RowDiff]


def row_id(region: str, key: str) -> str:
    """Give the id of a resource's row."""
    return f"{region}/{key}"


def _finding_row(finding: Finding) -> str:
    return row_id(finding.region, f"{finding.part}/{finding.key}/{finding.rule}")


def split_row(row: str) -> tuple[str, str]:
    """Give the region and the lower-case id that a row stands for."""
    region, _, key = row.partition("/")
    return region, key


class Observed(Protocol):
    """What is known of status changes besides the pictures; the worker knows it."""

    def seen(self, region: str, part: Part, key: str) -> Timeline:
        """Give the status changes seen of a resource, oldest first."""
        ...

    def usual(self, region: str) -> Usual | None:
        """Give how long moves take in a region as a rule; None where nobody knows."""
        ...


class Picture:
    """All regions' latest pictures, the operations on them, and the rows they make.

    Args:
        clock: What decides "now".
        observed: What is known of status changes besides; None: nothing.
    """

    def __init__(self, clock: Clock, observed: Observed | None = None) -> None:
        self._clock = clock
        self._observed = observed
        self.snapshots: dict[str, Snapshot] = {}
        self.operations: dict[str, Operation] = {}
        self.open_pool: tuple[str, str] | None = None
        """Region and id of the pool whose nodes are shown."""
        self._since: dict[tuple[str, str], tuple[str, datetime]] = {}
        """Of records whose status was seen to change, that status and when."""
        self._active: dict[str, Operation] = {}
        self._watches: dict[str, Watch] = {}
        self._found: dict[str, Item] = {}
        self._known: dict[str, tuple[bool, bool]] = {}
        """Region to whether its public IPs, and the nodes of all its pools, have been read."""

    def now(self) -> datetime:
        """The time of day."""
        return self._clock.now()

    # -- taking changes in --------------------------------------------------------------------

    def take_snapshot(self, snapshot: Snapshot, diff: Diff) -> RowDiffs:
        """Take a region's new picture in.

        Args:
            snapshot: The new picture.
            diff: What differs from the one before.

        Returns:
            The rows to redraw, by pane.
        """
        region = snapshot.region
        first = region not in self.snapshots
        before = self.snapshots.get(region)
        self.snapshots[region] = snapshot
        if first:
            diff = snapshot.everything()
        self._note_times(before, snapshot, diff)
        servers = diff.servers
        if before is not None and diff.pools and _names_differ(before, snapshot, diff.pools):
            joined = frozenset(
                node.server_key
                for pool in diff.pools.changed
                for node in snapshot.nodes_in(pool).values()
                if node.server_key is not None
            )
            servers = Delta(servers.changed | (joined & snapshot.servers.keys()), servers.removed)
        known = (
            snapshot.part(Part.PUBLIC_IPS).fetched is not None,
            snapshot.part(Part.POOLS).fetched is not None
            and snapshot.nodes.keys() >= snapshot.pools.keys(),
        )
        knew = self._known.get(region, (False, False))
        if before is not None and known != knew:
            # Of ten thousand servers hardly any has no address, which is all that may look other.
            differ = set(snapshot.servers)
            if known[1] == knew[1]:
                differ -= snapshot.ips_of.keys()
            servers = Delta(servers.changed | differ, servers.removed)
        self._known[region] = known
        touched = self._watch(region).take(snapshot, diff, self._clock.now())
        diffs: RowDiffs = {}
        self._fill(diffs, PaneKind.SERVERS, region, servers, snapshot.servers)
        self._fill(diffs, PaneKind.PUBLIC_IPS, region, diff.public_ips, snapshot.public_ips)
        self._fill(diffs, PaneKind.POOLS, region, diff.pools, snapshot.pools)
        self._fill(diffs, PaneKind.NETWORKS, region, diff.networks, snapshot.networks)
        if self.open_pool is not None and self.open_pool[0] == region and diff.nodes:
            self._fill(
                diffs, PaneKind.NODES, region, diff.nodes, snapshot.nodes_in(self.open_pool[1])
            )
        self._fill_touched(diffs, region, touched)
        return diffs

    def tick(self) -> RowDiffs:
        """Give the rows that time alone has made need attention."""
        diffs: RowDiffs = {}
        for region in self._watches:
            touched = self._watch(region).tick(self._clock.now())
            self._fill_touched(diffs, region, touched)
        return diffs

    def recall(self, operations: Iterable[Operation]) -> RowDiffs:
        """Take operations of earlier runs in; they have ended, and are about no row any more."""
        self.operations |= {operation.id: operation for operation in operations}
        rows = {op.id: OperationItem(op.id, op) for op in operations}
        return {PaneKind.OPERATIONS: RowDiff({**rows})}

    def forget(self, region: str) -> RowDiffs:
        """Show a region no more; give the rows that go with it."""
        snapshot = self.snapshots.pop(region, None)
        if snapshot is None:
            return {}
        self._known.pop(region, None)
        self._watches.pop(region, None)
        gone = {
            kind: RowDiff(removed={row_id(region, key) for key in there})
            for kind, there in (
                (PaneKind.SERVERS, snapshot.servers),
                (PaneKind.PUBLIC_IPS, snapshot.public_ips),
                (PaneKind.POOLS, snapshot.pools),
                (PaneKind.NETWORKS, snapshot.networks),
            )
        }
        return gone | self._changed_findings()

    def take_operation(self, operation: Operation) -> RowDiffs:
        """Take an operation's step in: its own row and those it is about."""
        self.operations[operation.id] = operation
        if operation.is_ended:
            self._active.pop(operation.id, None)
        else:
            self._active[operation.id] = operation
        row = operation.id
        diffs: RowDiffs = {
            PaneKind.OPERATIONS: RowDiff({row: OperationItem(row, operation)}),
        }
        request = operation.request
        snapshot = self.snapshots.get(request.region)
        if snapshot is None:
            return diffs
        region = request.region
        servers = {t.key for t in (request.server, request.held_by) if t is not None}
        ips = {request.public_ip.key} if request.public_ip else set()
        pools = {request.pool.key} if request.pool else set()
        nodes = {request.node.key} if request.node else set()
        for kind, keys, there in (
            (PaneKind.SERVERS, servers, snapshot.servers),
            (PaneKind.PUBLIC_IPS, ips, snapshot.public_ips),
            (PaneKind.POOLS, pools, snapshot.pools),
            (PaneKind.NODES, nodes, self._open_nodes(region)),
        ):
            present = frozenset(keys) & there.keys()
            self._fill(diffs, kind, region, Delta(present), there)
        return diffs

    def open(self, region: str, pool_key: str) -> dict[str, Item]:
        """Show a pool's nodes from now on; give the rows of those that are known."""
        self.open_pool = (region, pool_key)
        rows: RowDiffs = {}
        nodes = self._open_nodes(region)
        self._fill(rows, PaneKind.NODES, region, Delta(frozenset(nodes)), nodes)
        return rows[PaneKind.NODES].changed if PaneKind.NODES in rows else {}

    def close(self) -> None:
        """Show no pool's nodes any more."""
        self.open_pool = None

    # -- what needs attention -----------------------------------------------------------------

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that needs attention in all regions, the worst first."""
        if len(self._watches) == 1:
            return next(iter(self._watches.values())).findings
        return in_order(f for watch in self._watches.values() for f in watch.findings)

    def findings_of(self, kind: PaneKind, row: str) -> tuple[Finding, ...]:
        """Give what is wrong with a row's resource, or with what it is tied to."""
        region, key = split_row(row)
        watch = self._watches.get(region)
        part = PART_OF.get(kind)
        return () if watch is None or part is None else watch.about(part, key)

    def _watch(self, region: str) -> Watch:
        if region not in self._watches:
            # Imported here: the frame is painted before there is anything to judge.
            from rcv3_tui.model.attention.watch import Watch

            def since(part: Part, key: str, status: str) -> datetime | None:
                known = self._since.get((region, key))
                if known is not None and known[0] == status:
                    return known[1]
                line = self.seen(region, part, key)
                return line[-1].at if line and line[-1].status == status else None

            self._watches[region] = Watch(since=since)
        usual = None if self._observed is None else self._observed.usual(region)
        if usual is not None:
            self._watches[region].learn(usual)
        return self._watches[region]

    def seen(self, region: str, part: Part, key: str) -> Timeline:
        """Give the status changes seen of a resource, oldest first."""
        return () if self._observed is None else self._observed.seen(region, part, key)

    def _changed_findings(self) -> RowDiffs:
        """Give the rows of what needs attention that differ from those given last."""
        found: dict[str, Item] = {
            (row := _finding_row(f)): FindingItem(row, f) for f in self.findings
        }
        changed = {row: item for row, item in found.items() if self._found.get(row) != item}
        gone = {row for row in self._found if row not in found}
        self._found = found
        return {PaneKind.ATTENTION: RowDiff(changed, gone)}

    def _fill_touched(self, diffs: RowDiffs, region: str, touched: frozenset[Row]) -> None:
        """Add the rows that need attention now and did not before, or the other way round."""
        if not touched:
            return
        diffs.update(self._changed_findings())
        snapshot = self.snapshots[region]
        for part, there in (
            (Part.SERVERS, snapshot.servers),
            (Part.PUBLIC_IPS, snapshot.public_ips),
            (Part.POOLS, snapshot.pools),
            (Part.NODES, self._open_nodes(region)),
        ):
            kind = PANE_OF[part]
            done = diffs[kind].changed if kind in diffs else {}
            keys = frozenset(
                key
                for touched_part, key in touched
                if touched_part is part and key in there and row_id(region, key) not in done
            )
            self._fill(diffs, kind, region, Delta(keys), there)

    # -- looking things up --------------------------------------------------------------------

    def item(self, kind: PaneKind, row: str) -> Item | None:
        """Make the item of a row as it is now; None when there is no such resource."""
        if kind is PaneKind.ATTENTION:
            return self._found.get(row)
        if kind is PaneKind.OPERATIONS:
            operation = self.operations.get(row)
            return None if operation is None else OperationItem(row, operation)
        region, key = split_row(row)
        snapshot = self.snapshots.get(region)
        if snapshot is None:
            return None
        there: Mapping[str, object] = {
            PaneKind.SERVERS: snapshot.servers,
            PaneKind.PUBLIC_IPS: snapshot.public_ips,
            PaneKind.POOLS: snapshot.pools,
            PaneKind.NODES: self._open_nodes(region),
            PaneKind.NETWORKS: snapshot.networks,
        }[kind]
        return self._make(kind, snapshot, key, row) if key in there else None

    def kept_from(self, kind: PaneKind, rows: Iterable[str]) -> datetime | None:
        """Tell whether a change of some rows would rest on what an earlier run read, and when.

        Args:
            kind: Their pane.
            rows: Their ids; of no row, every region counts.

        Returns:
            When the oldest part was read; None: this run has read all that counts.
        """
        regions = {split_row(row)[0] for row in rows} or set(self.snapshots)
        times: list[datetime] = []
        for region in regions & self.snapshots.keys():
            snapshot = self.snapshots[region]
            at = snapshot.kept_from(*_RESTS_ON.get(kind, ()))
            open_pool = self.open_pool
            if kind is PaneKind.NODES and open_pool and open_pool[1] in snapshot.nodes_kept:
                at = at or snapshot.part(Part.NODES).fetched
            if at is not None:
                times.append(at)
        return min(times, default=None)

    def linked(self, kind: PaneKind, row: str | None) -> dict[PaneKind, frozenset[str]]:
        """Give the rows of the other panes that are tied to a row."""
        found: dict[PaneKind, set[str]] = {
            PaneKind.SERVERS: set(),
            PaneKind.PUBLIC_IPS: set(),
            PaneKind.POOLS: set(),
            PaneKind.NODES: set(),
        }
        if row is not None and kind in found:
            region, key = split_row(row)
            snapshot = self.snapshots.get(region)
            if snapshot is not None:
                self._link(found, snapshot, kind, key)
        found.pop(kind, None)
        return {pane: frozenset(rows) for pane, rows in found.items()}

    def _link(
        self, found: dict[PaneKind, set[str]], snapshot: Snapshot, kind: PaneKind, key: str
    ) -> None:
        region = snapshot.region
        servers: Iterable[str] = ()
        if kind is PaneKind.SERVERS:
            servers = (key,)
        elif kind is PaneKind.PUBLIC_IPS:
            record = snapshot.public_ips.get(key)
            servers = (record.server.key,) if record and record.server else ()
        elif kind is PaneKind.POOLS:
            servers = {n.server_key for n in snapshot.nodes_in(key).values() if n.server_key}
        elif kind is PaneKind.NODES:
            node = self._open_nodes(region).get(key)
            servers = (node.server_key,) if node and node.server_key else ()
        for server in servers:
            found[PaneKind.SERVERS].add(row_id(region, server))
            for record in snapshot.ips_of.get(server, ()):
                found[PaneKind.PUBLIC_IPS].add(row_id(region, record.key))
            if kind is PaneKind.POOLS:
                continue
            for node in snapshot.nodes_of.get(server, ()):
                found[PaneKind.POOLS].add(row_id(region, node.pool_key))
                found[PaneKind.NODES].add(row_id(region, node.key))

    # -- making rows --------------------------------------------------------------------------

    def _open_nodes(self, region: str) -> Mapping[str, PoolNode]:
        if self.open_pool is None or self.open_pool[0] != region:
            return {}
        return self.snapshots[region].nodes_in(self.open_pool[1])

    def _fill(
        self,
        diffs: RowDiffs,
        kind: PaneKind,
        region: str,
        delta: Delta,
        there: Mapping[str, object],
    ) -> None:
        if not delta:
            return
        snapshot = self.snapshots[region]
        rows = diffs.setdefault(kind, RowDiff())
        for key in delta.changed:
            if key in there:
                row = row_id(region, key)
                rows.changed[row] = self._make(kind, snapshot, key, row)
        rows.removed.update(row_id(region, key) for key in delta.removed)

    def _make(self, kind: PaneKind, snapshot: Snapshot, key: str, row: str) -> Item:
        region = snapshot.region
        if kind is PaneKind.SERVERS:
            server = snapshot.servers[key]
            record = snapshot.public_ip_of(key)
            return ServerItem(
                row=row,
                region=region,
                server=server,
                private_ip=snapshot.private_ip_of(server),
                record=record,
                addresses_known=self._known[region][0],
                record_since=None if record is None else self._since_of(region, record),
                pools=tuple(
                    pool.name if (pool := snapshot.pools.get(n.pool_key)) else n.pool_key
                    for n in snapshot.nodes_of.get(key, ())
                ),
                pools_known=self._known[region][1],
                work=self._work(region, "server", key),
                attention=self._watches[region].concerns(Part.SERVERS, key),
            )
        if kind is PaneKind.PUBLIC_IPS:
            record = snapshot.public_ips[key]
            link = record.server
            return PublicIPItem(
                row=row,
                region=region,
                record=record,
                server_name=None if link is None else snapshot.server_name(link.key, link.name),
                is_ghost=link is not None and snapshot.is_ghost(link.key),
                since=self._since_of(region, record),
                work=self._work(region, "public_ip", key),
                attention=self._watches[region].concerns(Part.PUBLIC_IPS, key),
            )
        if kind is PaneKind.POOLS:
            pool = snapshot.pools[key]
            read = key in snapshot.nodes
            nodes = snapshot.nodes_in(key)
            return PoolItem(
                row=row,
                region=region,
                pool=pool,
                not_active=len(nodes) - snapshot.active_nodes(key) if read else None,
                work=self._work(region, "pool", key),
                attention=self._watches[region].concerns(Part.POOLS, key),
            )
        if kind is PaneKind.NODES:
            return self._node_item(snapshot, row, self._open_nodes(region)[key])
        return NetworkItem(row, region, snapshot.networks[key])

    def _node_item(self, snapshot: Snapshot, row: str, node: PoolNode) -> NodeItem:
        server = snapshot.servers.get(node.server_key or "")
        private_ip = None if server is None else snapshot.private_ip_of(server)
        link = node.server
        return NodeItem(
            row=row,
            region=snapshot.region,
            node=node,
            server_name=(
                "?" if link is None else snapshot.server_name(link.key, link.name or link.id)
            ),
            private_ip=private_ip or (link.private_ip if link else None),
            is_ghost=link is not None and snapshot.is_ghost(link.key),
            since=self._since_of(snapshot.region, node),
            work=self._work(snapshot.region, "node", node.key),
            attention=self._watches[snapshot.region].concerns(Part.NODES, node.key),
        )

    def _work(self, region: str, target: str, key: str) -> Operation | None:
        """Give the operation under way on a resource."""
        for operation in reversed(self._active.values()):
            request = operation.request
            if request.region != region:
                continue
            if target == "server":
                # A node's coming and going is the pool's and the node's business, not the row's.
                if request.kind in (Kind.REMOVE_PUBLIC_IP, Kind.UNASSIGN):
                    about = request.held_by
                elif request.kind in (Kind.ADD_PUBLIC_IP, Kind.ASSIGN, Kind.MOVE):
                    about = request.server
                else:
                    continue
            elif target == "public_ip":
                about = request.public_ip
            elif target == "pool":
                about = request.pool
            else:
                about = request.node
            if about is not None and about.key == key:
                return operation
        return None

    # -- since when ---------------------------------------------------------------------------

    def _note_times(self, before: Snapshot | None, after: Snapshot, diff: Diff) -> None:
        """Note when statuses were seen to change; what the first picture shows is older."""
        region, now = after.region, self._clock.now()
        records: list[PublicIP | PoolNode] = [
            after.public_ips[key] for key in diff.public_ips.changed if key in after.public_ips
        ]
        if diff.nodes:
            records += [
                node
                for pool in diff.pools.changed
                for node in after.nodes_in(pool).values()
                if node.key in diff.nodes.changed
            ]
        for record in records:
            was = None if before is None else _before(before, record)
            if was is None:
                is_seen = before is not None and self._is_just_made(before, record)
            else:
                is_seen = was.status != record.status
            if is_seen:
                self._since[region, record.key] = (record.status, now)

    def _is_just_made(self, before: Snapshot, record: PublicIP | PoolNode) -> bool:
        """Tell whether a record that was not there before was really just made.

        The lists come in any order, and the beginning of a long one before the rest; a pool's nodes
        are new to us whenever they are read for the first time.
        """
        if isinstance(record, PublicIP):
            return before.part(Part.PUBLIC_IPS).is_read
        return (
            bool(before.public_ips or before.nodes)
            and record.created is not None
            and abs((self._clock.now() - record.created).total_seconds()) < 60
        )

    def _since_of(self, region: str, record: PublicIP | PoolNode) -> datetime | None:
        known = self._since.get((region, record.key))
        if known is not None and known[0] == record.status:
            return known[1]
        return record.updated or record.created


def _before(before: Snapshot, record: PublicIP | PoolNode) -> PublicIP | PoolNode | None:
    """Give what a picture has of a record."""
    if isinstance(record, PublicIP):
        return before.public_ips.get(record.key)
    return before.nodes_in(record.pool_key).get(record.key)


def _names_differ(before: Snapshot, after: Snapshot, delta: Delta) -> bool:
    return any(
        (old := before.pools.get(key)) is None or old.name != after.pools[key].name
        for key in delta.changed
        if key in after.pools
    )
