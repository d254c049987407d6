"""Relations: which public IP records and pool nodes belong to a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from rcv3_tui.model.delta import KeyDelta
from rcv3_tui.model.resources import PoolNode, PublicIP
from rcv3_tui.model.status import Phase, phase

_RANK = {Phase.STABLE: 0, Phase.OFF: 0, Phase.TRANSITIONING: 1, Phase.FAILED: 2, Phase.GONE: 3}

RecordT = TypeVar("RecordT", PublicIP, PoolNode)


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
