"""What differs between two snapshots of a region, as an operator would describe it.

Only what was read in both snapshots is compared. A kind of resource that is loading, failed or
cached yields no change, and an item that could not be decoded is not reported as gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation, OperationKind, OperationState
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Resource,
    Server,
)
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase, server_phase

NAMED_BY_SERVER = "public IP of "
"""Begins the name of a public IP without an address; its server's name follows."""


class ChangeKind(StrEnum):
    """What differs."""

    APPEARED = "appeared"
    GONE = "gone"
    STATUS = "status"
    ADDRESS = "address"
    RETAIN = "retain"
    SERVER = "server"
    """The server of a public IP."""


class ResourceChange(Struct, frozen=True, omit_defaults=True, gc=False):
    """One difference of one resource."""

    at: datetime
    """When it was read, in UTC."""
    region: str
    resource_kind: ResourceKind
    key: str
    """The resource's lower-case id."""
    kind: ChangeKind
    before: str = ""
    """The earlier value; empty: none. Of a resource that is gone, its last status."""
    after: str = ""
    """The later value; empty: none. Of a resource that appeared, its status."""
    name: str = ""
    """Its name or address; of a node, the server's name. Empty: it has none."""
    since: datetime | None = None
    """When the earlier value was last read: it changed after that. None: not known."""
    server_key: str = ""
    """The server of a public IP or node; empty: none."""
    pool_key: str = ""
    """The pool of a node."""
    pool: str = ""
    """The name of that pool."""
    operation: str = ""
    """The id of the operation that made it; empty: it was made elsewhere."""
    id: str = ""
    """Its id in the recorded changes; empty: not recorded."""

    @property
    def phase(self) -> Phase:
        """The life cycle of the status that the resource has after the change."""
        if self.kind is ChangeKind.GONE:
            return Phase.GONE
        if self.kind not in (ChangeKind.STATUS, ChangeKind.APPEARED) or not self.after:
            return Phase.STABLE
        return (
            server_phase(self.after)
            if self.resource_kind is ResourceKind.SERVERS
            else phase(self.after)
        )

    @property
    def subject(self) -> str:
        """What changed, in a few words: `web-01`, `web-01 in RCv3-api`, `203.0.113.10`."""
        name = self.name or self.key[:8]
        return f"{name} in {self.pool or self.pool_key[:8]}" if self.pool_key else name


_LISTS: Mapping[ResourceKind, str] = {
    ResourceKind.SERVERS: "servers",
    ResourceKind.PUBLIC_IPS: "public_ips",
    ResourceKind.POOLS: "pools",
    ResourceKind.NETWORKS: "networks",
}
"""Kinds that are read as one list, and their attribute of a snapshot."""


def _listed(snapshot: Snapshot, kind: ResourceKind) -> Mapping[str, Resource]:
    return cast("Mapping[str, Resource]", getattr(snapshot, _LISTS[kind]))


# -- comparing --------------------------------------------------------------------------------


def compare(before: Snapshot, after: Snapshot, now: datetime) -> tuple[ResourceChange, ...]:
    """Return what differs between two snapshots of a region.

    Args:
        before: The earlier snapshot; what an earlier run has cached counts as read.
        after: The later one; only what this run has read counts as read.
        now: When the later one was read, in UTC.

    Returns:
        A change for each difference; empty for what was not read in both.
    """
    found: list[ResourceChange] = []
    for kind in _LISTS:
        earlier, state = before.fetch_state(kind), after.fetch_state(kind)
        if earlier.fetched is None or not state.is_read:
            continue
        describe = _Describer(kind, before, after, now, earlier.fetched)
        found += describe.differences(
            _listed(before, kind), _listed(after, kind), is_whole=not state.skipped
        )
    is_whole = not after.fetch_state(ResourceKind.NODES).skipped
    describe = _Describer(ResourceKind.NODES, before, after, now, None)
    cached = _Describer(
        ResourceKind.NODES, before, after, now, before.fetch_state(ResourceKind.NODES).fetched
    )
    for pool, nodes in after.nodes.items():
        was = before.nodes.get(pool)
        if was is None or was is nodes or pool in after.nodes_from_cache:
            continue
        # Of a pool whose nodes this run has read, the time of its own last read is not known.
        of_pool = cached if pool in before.nodes_from_cache else describe
        found += of_pool.differences(was, nodes, is_whole=is_whole)
    return tuple(found)


def carry_over(before: Snapshot, after: Snapshot) -> Snapshot:
    """Return what the next snapshot has to be compared with.

    Args:
        before: What `after` was compared with.
        after: The latest snapshot.

    Returns:
        The latest snapshot, with what it does not prove taken from the earlier one: kinds that
        this run has not read yet, and items that could not be decoded.
    """
    carried: dict[str, object] = {}
    states = dict(after.fetch_states)
    for kind, attribute in _LISTS.items():
        state, earlier = after.fetch_state(kind), before.fetch_state(kind)
        if earlier.fetched is None or (state.is_read and not state.skipped):
            continue
        old, new = _listed(before, kind), _listed(after, kind)
        carried[attribute] = {**old, **new} if state.is_read else old
        if not state.is_read:
            states[kind] = earlier
    earlier = before.fetch_state(ResourceKind.NODES)
    if earlier.from_cache and after.nodes_from_cache and earlier != states[ResourceKind.NODES]:
        # The time of the latest read is not that of the pools that are still cached.
        states[ResourceKind.NODES] = earlier
        carried["nodes"] = after.nodes
    pools = cast("Mapping[str, LoadBalancerPool]", carried.get("pools", after.pools))
    partly = bool(after.fetch_state(ResourceKind.NODES).skipped)
    nodes: dict[str, Mapping[str, PoolNode]] = {}
    for pool, old_nodes in before.nodes.items():
        new_nodes = after.nodes.get(pool)
        if new_nodes is None or pool in after.nodes_from_cache:
            if pool in pools and new_nodes is not old_nodes:
                nodes[pool] = old_nodes
        elif partly and old_nodes.keys() - new_nodes.keys():
            nodes[pool] = {**old_nodes, **new_nodes}
    if nodes:
        carried["nodes"] = {**after.nodes, **nodes}
        unproven = {pool for pool in nodes if pool in before.nodes_from_cache}
        carried["nodes_from_cache"] = after.nodes_from_cache | unproven
    return replace(after, fetch_states=states, **carried) if carried else after


def replay(before: Snapshot, recorded: Iterable[ResourceChange]) -> Snapshot:
    """Bring a cached snapshot up to date with changes that were recorded after it was read.

    A snapshot is cached every few minutes, a change is recorded at once. Without this, a status
    that changed back after a crash would not be reported. A resource that appeared is not added:
    its record is not in the changes, and the next comparison reports it again.

    Args:
        before: The cached snapshot.
        recorded: The region's changes, oldest first.
    """
    items = {
        kind: dict(_listed(before, kind))
        for kind in _LISTS
        if before.fetch_state(kind).fetched is not None
    }
    nodes: dict[str, dict[str, PoolNode]] = {pool: dict(n) for pool, n in before.nodes.items()}
    is_changed = False
    for change in recorded:
        fetched = before.fetch_state(change.resource_kind).fetched
        if fetched is None or change.at <= fetched:
            continue
        there = cast(
            "dict[str, Resource] | None",
            nodes.get(change.pool_key) if change.pool_key else items.get(change.resource_kind),
        )
        item = None if there is None else there.get(change.key)
        if there is None or item is None:
            continue
        is_changed = True
        if change.kind is ChangeKind.GONE:
            del there[change.key]
        else:
            there[change.key] = _changed(item, change)
    if not is_changed:
        return before
    lists = {_LISTS[kind]: there for kind, there in items.items()}
    return replace(before, nodes=nodes, **lists)


def _changed(item: Resource, change: ResourceChange) -> Resource:
    """Return a resource with one recorded change, as far as it can be repeated."""
    match item, change.kind:
        case Server() | PublicIP() | LoadBalancerPool() | PoolNode(), ChangeKind.STATUS:
            return replace(item, status=change.after)
        case PublicIP(), ChangeKind.RETAIN:
            return replace(item, retain=change.after == _on_off(True))
        case PublicIP(), ChangeKind.ADDRESS:
            return replace(item, address=change.after or None)
        case _:
            return item


class _Describer:
    """Describes the differences of one kind.

    Args:
        kind: The kind.
        before: The earlier snapshot, for names.
        after: The later one.
        now: When the later one was read.
        since: When the earlier one was read; None: not known.
    """

    def __init__(
        self,
        kind: ResourceKind,
        before: Snapshot,
        after: Snapshot,
        now: datetime,
        since: datetime | None,
    ) -> None:
        self._kind = kind
        self._before = before
        self._after = after
        self._now = now
        self._since = since

    def differences(
        self, old: Mapping[str, Resource], new: Mapping[str, Resource], *, is_whole: bool
    ) -> Iterator[ResourceChange]:
        """Yield the changes between two lists.

        Args:
            old: The earlier one.
            new: The later one.
            is_whole: Every item of the later one was decoded, so that a missing one is gone.
        """
        if old is new:
            return
        for key, item in new.items():
            was = old.get(key)
            if was is item:
                continue
            if was is None:
                yield self._change(item, ChangeKind.APPEARED, after=_status(item))
            else:
                yield from self._compared(was, item)
        if is_whole and old.keys() - new.keys():
            for key, was in old.items():
                if key not in new:
                    yield self._change(was, ChangeKind.GONE, before=_status(was))

    def _compared(self, was: Resource, item: Resource) -> Iterator[ResourceChange]:
        pairs = [
            (ChangeKind.STATUS, _status(was), _status(item)),
            (ChangeKind.ADDRESS, _address(was), _address(item)),
        ]
        if isinstance(was, PublicIP) and isinstance(item, PublicIP):
            pairs.append((ChangeKind.RETAIN, _on_off(was.retain), _on_off(item.retain)))
            holders = tuple(None if r.server is None else r.server.key for r in (was, item))
            if holders[0] != holders[1]:
                names = (self._server_name(was, self._before), self._server_name(item, self._after))
                yield self._change(item, ChangeKind.SERVER, before=names[0], after=names[1])
        for kind, earlier, later in pairs:
            if earlier != later:
                yield self._change(item, kind, before=earlier, after=later)

    def _change(
        self, item: Resource, kind: ChangeKind, *, before: str = "", after: str = ""
    ) -> ResourceChange:
        snapshot = self._before if kind is ChangeKind.GONE else self._after
        pool_key = item.pool_key if isinstance(item, PoolNode) else ""
        pool = self._after.pools.get(pool_key) or self._before.pools.get(pool_key)
        link = item.server if isinstance(item, PublicIP | PoolNode) else None
        return ResourceChange(
            at=self._now,
            region=self._after.region,
            resource_kind=self._kind,
            key=item.key,
            kind=kind,
            before=before,
            after=after,
            name=self._name(item, snapshot),
            since=self._since,
            server_key="" if link is None else link.key,
            pool_key=pool_key,
            pool="" if pool is None else pool.name,
        )

    def _name(self, item: Resource, snapshot: Snapshot) -> str:
        match item:
            case PublicIP():
                server = self._server_name(item, snapshot)
                return item.address or (f"{NAMED_BY_SERVER}{server}" if server else "")
            case PoolNode():
                return self._server_name(item, snapshot)
            case _:
                return item.name

    @staticmethod
    def _server_name(item: PublicIP | PoolNode, snapshot: Snapshot) -> str:
        link = item.server
        return "" if link is None else snapshot.server_name(link.key, link.name)


def _status(item: Resource) -> str:
    return "" if isinstance(item, CloudNetwork) else item.status


def _address(item: Resource) -> str:
    match item:
        case PublicIP():
            return item.address or ""
        case LoadBalancerPool():
            return "" if item.endpoint in ("-", "-:-") else item.endpoint
        case CloudNetwork():
            return item.cidr or ""
        case Server():
            # `access_ip` is the address of its public IP, whose own change is reported.
            return ", ".join(sorted({each.address for each in item.addresses}))
        case PoolNode():
            return ""


def _on_off(value: bool) -> str:
    return "on" if value else "off"


# -- who made it ------------------------------------------------------------------------------

NODE_READ_INTERVAL = timedelta(hours=1)
"""A change of a node is seen within this time after it happened, however many pools there are."""

_DELAY = timedelta(seconds=15)
"""A list may show the state that was there this long before it was applied."""

_CAUSES: Mapping[ChangeKind, frozenset[OperationKind]] = {
    ChangeKind.APPEARED: frozenset({OperationKind.ADD_PUBLIC_IP, OperationKind.ADD_NODE}),
    ChangeKind.GONE: frozenset({OperationKind.REMOVE_PUBLIC_IP, OperationKind.REMOVE_NODE}),
    ChangeKind.STATUS: frozenset(OperationKind),
    ChangeKind.ADDRESS: frozenset({OperationKind.ADD_PUBLIC_IP}),
    ChangeKind.RETAIN: frozenset({OperationKind.RETAIN, OperationKind.RELEASE}),
    ChangeKind.SERVER: frozenset(
        {OperationKind.ASSIGN, OperationKind.MOVE, OperationKind.UNASSIGN}
    ),
}
"""The operations that can make a change."""


def read_before(change: ResourceChange) -> datetime:
    """Return a time at which the earlier value may still have been there."""
    return (change.since or change.at - NODE_READ_INTERVAL) - _DELAY


def operation_behind(change: ResourceChange, operations: Iterable[Operation]) -> Operation | None:
    """Return the operation that made a change.

    Args:
        change: The change.
        operations: The operations on the account, oldest first.

    Returns:
        The newest that was sent for the same resource within the time in which it changed; None:
        it was made elsewhere.
    """
    if change.resource_kind not in (ResourceKind.PUBLIC_IPS, ResourceKind.NODES):
        return None
    causes, earliest = _CAUSES[change.kind], read_before(change)
    found = None
    for operation in operations:
        if (
            operation.request.kind in causes
            and operation.state not in (OperationState.PLANNED, OperationState.REJECTED)
            and operation.request.region == change.region
            and operation.asked <= change.at
            and (not operation.is_ended or operation.changed >= earliest)
            and _is_about(operation, change)
        ):
            found = operation
    return found


def attribute(
    changes: Iterable[ResourceChange], operations: Iterable[Operation]
) -> tuple[ResourceChange, ...]:
    """Return changes with the ids of the operations that made them.

    Args:
        changes: The changes.
        operations: The operations on the account, oldest first.
    """
    changes = tuple(changes)
    earliest = min(map(read_before, changes), default=None)
    known = [
        operation
        for operation in operations
        if earliest is None or not operation.is_ended or operation.changed >= earliest
    ]
    return tuple(
        replace(change, operation=found.id)
        if not change.operation and (found := operation_behind(change, known)) is not None
        else change
        for change in changes
    )


def _is_about(operation: Operation, change: ResourceChange) -> bool:
    request = operation.request
    if (operation.resource_id or "").lower() == change.key:
        return True
    server = "" if request.server is None else request.server.key
    if change.resource_kind is ResourceKind.NODES:
        pool = "" if request.pool is None else request.pool.key
        if request.node is not None and request.node.key == change.key:
            return True
        return bool(pool) and (pool, server) == (change.pool_key, change.server_key)
    if request.public_ip is not None:
        return request.public_ip.key == change.key
    # Until the service has named the new record, it is known by its server.
    return request.pool is None and bool(server) and server == change.server_key
