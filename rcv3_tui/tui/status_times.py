"""The times of the status changes that this console saw."""

from __future__ import annotations

from datetime import datetime

from rcv3_tui.clock import Clock
from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import PoolNode, PublicIP
from rcv3_tui.model.snapshot import Snapshot

_JUST_CREATED = 60.0
"""Seconds after its creation within which a new record counts as just created."""


class StatusTimes:
    """The times at which statuses of public IPs and pool nodes were seen to change.

    Args:
        clock: Returns the current time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[tuple[str, str], tuple[str, datetime]] = {}
        """The status whose start was seen, and its time, by region and id."""

    def record(self, before: Snapshot | None, after: Snapshot, diff: SnapshotDelta) -> None:
        """Record the statuses that changed; those of a region's first snapshot are older.

        Args:
            before: The previous snapshot; None if there was none.
            after: The new snapshot.
            diff: What differs.
        """
        region, now = after.region, self._clock.now()
        for key in diff.public_ips.removed | diff.nodes.removed:
            self._since.pop((region, key), None)
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
                is_seen = before is not None and self._is_just_created(before, record)
            else:
                is_seen = was.status != record.status
            if is_seen:
                self._since[region, record.key] = (record.status, now)

    def seen(self, region: str, key: str, status: str) -> datetime | None:
        """Return when a record was seen to change to its status; None if it was not seen."""
        known = self._since.get((region, key))
        return known[1] if known is not None and known[0] == status else None

    def since(self, region: str, record: PublicIP | PoolNode) -> datetime | None:
        """Return when a record changed to its status; if not seen, by the service's times."""
        seen = self.seen(region, record.key, record.status)
        return seen or record.updated or record.created

    def _is_just_created(self, before: Snapshot, record: PublicIP | PoolNode) -> bool:
        """Return whether a new record was just created, and not only read for the first time.

        Lists arrive in any order, long ones in parts, and a pool's nodes when they are first read.
        """
        if isinstance(record, PublicIP):
            return before.fetch_state(ResourceKind.PUBLIC_IPS).is_read
        return (
            bool(before.public_ips or before.nodes)
            and record.created is not None
            and abs((self._clock.now() - record.created).total_seconds()) < _JUST_CREATED
        )


def _before(before: Snapshot, record: PublicIP | PoolNode) -> PublicIP | PoolNode | None:
    """Return a record as it is in a snapshot."""
    if isinstance(record, PublicIP):
        return before.public_ips.get(record.key)
    return before.nodes_in(record.pool_key).get(record.key)
