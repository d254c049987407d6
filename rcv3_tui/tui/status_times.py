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
        if before is None:
            return
        # A new record was just created, unless it is only read for the first time: lists arrive in
        # any order, long ones in parts, and a pool's nodes when they are first read.
        ips_read = before.fetch_state(ResourceKind.PUBLIC_IPS).is_read
        for key in diff.public_ips.changed:
            record = after.public_ips.get(key)
            if record is None:
                continue
            was = before.public_ips.get(key)
            if ips_read if was is None else was.status != record.status:
                self._since[region, key] = (record.status, now)
        if not diff.nodes:
            return
        knows_some = bool(before.public_ips or before.nodes)
        for pool in diff.pools.changed:
            known = before.nodes_in(pool)
            for key, node in after.nodes_in(pool).items():
                if key not in diff.nodes.changed:
                    continue
                old = known.get(key)
                if (
                    knows_some and _is_just_created(node, now)
                    if old is None
                    else old.status != node.status
                ):
                    self._since[region, key] = (node.status, now)

    def seen(self, region: str, key: str, status: str) -> datetime | None:
        """Return when a record was seen to change to its status; None if it was not seen."""
        known = self._since.get((region, key))
        return known[1] if known is not None and known[0] == status else None

    def since(self, region: str, record: PublicIP | PoolNode) -> datetime | None:
        """Return when a record changed to its status; if not seen, by the service's times."""
        seen = self.seen(region, record.key, record.status) if self._since else None
        return seen or record.updated or record.created


def _is_just_created(node: PoolNode, now: datetime) -> bool:
    created = node.created
    return created is not None and abs((now - created).total_seconds()) < _JUST_CREATED
