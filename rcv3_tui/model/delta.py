"""Deltas: what differs between two snapshots, by lower-case id, and in the records of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.status import Phase, phase

ItemT = TypeVar("ItemT", CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server)
RecordT = TypeVar("RecordT", PublicIP, PoolNode)

_RANK = {Phase.STABLE: 0, Phase.OFF: 0, Phase.TRANSITIONING: 1, Phase.FAILED: 2, Phase.GONE: 3}
"""The order of the public IPs of a server; the first one is in effect."""


class KeyDelta(Struct, frozen=True):
    """The resources of one kind that differ: new or changed ones, and removed ones."""

    changed: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


class SnapshotDelta(Struct, frozen=True):
    """What differs between two snapshots, by lower-case id."""

    servers: KeyDelta = KeyDelta()
    public_ips: KeyDelta = KeyDelta()
    pools: KeyDelta = KeyDelta()
    nodes: KeyDelta = KeyDelta()
    networks: KeyDelta = KeyDelta()
    fetch_states: frozenset[ResourceKind] = frozenset()
    """Kinds whose fetch state (age, error) differs."""

    def __bool__(self) -> bool:
        return bool(
            self.servers
            or self.public_ips
            or self.pools
            or self.nodes
            or self.networks
            or self.fetch_states
        )


def merge_deltas(first: SnapshotDelta, second: SnapshotDelta) -> SnapshotDelta:
    """Return the delta that equals two deltas one after the other.

    Args:
        first: The earlier one.
        second: The later one; a resource that it adds again is not removed.
    """

    def both(a: KeyDelta, b: KeyDelta) -> KeyDelta:
        return KeyDelta((a.changed - b.removed) | b.changed, (a.removed - b.changed) | b.removed)

    return SnapshotDelta(
        servers=both(first.servers, second.servers),
        public_ips=both(first.public_ips, second.public_ips),
        pools=both(first.pools, second.pools),
        nodes=both(first.nodes, second.nodes),
        networks=both(first.networks, second.networks),
        fetch_states=first.fetch_states | second.fetch_states,
    )


def compare_items(
    old: Mapping[str, ItemT], items: Iterable[ItemT]
) -> tuple[Mapping[str, ItemT], KeyDelta]:
    """Compare a list with the previous one.

    Unchanged items are the same objects, mostly in the same place. Comparing ten thousand of them
    does not compute a single key.

    Args:
        old: The previous items by key.
        items: The items now.

    Returns:
        The items by key, `old` itself if nothing differs; and the delta. A cached item that
        differs only by its missing JSON is replaced without being part of the delta.
    """
    some = list(items)
    if len(some) == len(old):
        places = zip(old, old.values(), some, strict=True)
        others = {key: item for key, before, item in places if before is not item}
        if all(item.key == key for key, item in others.items()):
            return _compare(old, {**old, **others}, others)
    known = {id(item): key for key, item in old.items()}
    new = {known.get(id(item)) or item.key: item for item in some}
    return _compare(old, new, new)


def _compare(
    old: Mapping[str, ItemT], new: Mapping[str, ItemT], others: Mapping[str, ItemT]
) -> tuple[Mapping[str, ItemT], KeyDelta]:
    """Compare two mappings of items, of which only some can differ."""
    changed = [
        key
        for key, item in others.items()
        if (before := old.get(key)) is not item and before != item
    ]
    removed = frozenset(old.keys() - new.keys())
    if not changed and not removed:
        return old, KeyDelta()
    visibly = frozenset(key for key in changed if _differs(old.get(key), new[key]))
    return new, KeyDelta(visibly, removed)


def add_items(
    old: Mapping[str, ItemT], more: Mapping[str, ItemT]
) -> tuple[Mapping[str, ItemT], KeyDelta]:
    """Return the items together with additional ones, and the delta."""
    delta = KeyDelta(frozenset(key for key, item in more.items() if _differs(old.get(key), item)))
    return {**old, **more}, delta


def _differs(before: ItemT | None, item: ItemT) -> bool:
    if before is None or before == item:
        return before is None
    # The cache stores no JSON.
    return bool(before.raw) or replace(item, raw=b"") != before


def existing_records(records: Iterable[RecordT]) -> Sequence[RecordT]:
    """Return the records without those whose status means that they are gone."""
    some = list(records)
    # Comparing the few different statuses is faster than checking ten thousand records.
    gone = {status for status in {record.status for record in some} if phase(status) is Phase.GONE}
    return [record for record in some if record.status not in gone] if gone else some


def best_first(records: Sequence[PublicIP]) -> tuple[PublicIP, ...]:
    """Sort the public IP records of a server: by phase, then the newest first."""

    def rank(record: PublicIP) -> tuple[int, float, str]:
        created = record.created.timestamp() if record.created else 0.0
        return _RANK[phase(record.status)], -created, record.key

    return tuple(records) if len(records) == 1 else tuple(sorted(records, key=rank))


def by_pool(nodes: Sequence[PoolNode]) -> tuple[PoolNode, ...]:
    """Sort the pool nodes of a server by their pools."""
    if len(nodes) == 1:
        return tuple(nodes)
    return tuple(sorted(nodes, key=lambda node: (node.pool_key, node.key)))


def regroup(
    groups: Mapping[str, tuple[RecordT, ...]],
    old: Mapping[str, RecordT],
    new: Mapping[str, RecordT],
    delta: KeyDelta,
    server_of: Callable[[RecordT], str | None],
    order: Callable[[Sequence[RecordT]], tuple[RecordT, ...]],
) -> tuple[dict[str, tuple[RecordT, ...]], frozenset[str]]:
    """Update the records of each server after a change of some records.

    Args:
        groups: Server id to its records, before the change.
        old: The records before, by key.
        new: The records now, by key.
        delta: What differs.
        server_of: Returns the server id of a record.
        order: Sorts the records of one server.

    Returns:
        Server id to its records now, and the servers whose records differ.
    """
    touched: dict[str, list[RecordT]] = {}

    def group(server: str) -> list[RecordT]:
        if server not in touched:
            touched[server] = [
                record
                for record in groups.get(server, ())
                if not (
                    record.key in old
                    and (record.key in delta.changed or record.key in delta.removed)
                )
            ]
        return touched[server]

    for key in delta.changed | delta.removed:
        before = old.get(key)
        if before is not None and (server := server_of(before)) is not None:
            group(server)
    for key in delta.changed:
        if (server := server_of(new[key])) is not None:
            group(server).append(new[key])
    result = dict(groups)
    for server, records in touched.items():
        if records:
            result[server] = order(records)
        else:
            result.pop(server, None)
    return result, frozenset(touched)
