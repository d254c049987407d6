"""Deltas: what differs between two snapshots, by lower-case id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server

ItemT = TypeVar("ItemT", CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server)


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
