"""The rows of the Changes pane, and how many changes the operator has not seen yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from rcv3_tui.model.changes import NAMED_BY_SERVER, ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.sync.events import ChangesRecorded
from rcv3_tui.views.rows import AnyRow, ChangeRow

MAX_ROWS = 2000
"""Rows that are shown, the newest."""


class ChangeRows:
    """The changes of the shown regions."""

    def __init__(self) -> None:
        self._rows: dict[str, ChangeRow] = {}
        self._missed: set[str] = set()
        self.left: datetime | None = None
        """When the operator last left a console on the account; None: not known."""
        self._is_seen = False

    @property
    def missed(self) -> int:
        """How many changes there were since then; 0 once the list was opened."""
        return len(self._missed)

    def note_seen(self) -> None:
        """Count no missed changes any more, because the list was opened."""
        self._is_seen = True
        self._missed.clear()

    def get(self, row: str) -> ChangeRow | None:
        """Return a row by its id."""
        return self._rows.get(row)

    def names(self) -> Mapping[str, Collection[str]]:
        """Return names by what they name, for the privacy mask.

        What is gone is named nowhere else.
        """
        names: dict[str, set[str]] = {"server": set(), "pool": set(), "network": set()}
        for row in self._rows.values():
            change = row.change
            names["pool"].add(change.pool)
            match change.resource_kind:
                case ResourceKind.SERVERS | ResourceKind.NODES:
                    names["server"].add(change.name)
                case ResourceKind.PUBLIC_IPS:
                    names["server"].add(change.name.partition(NAMED_BY_SERVER)[2])
                    if change.kind is ChangeKind.SERVER:
                        names["server"] |= {change.before, change.after}
                case ResourceKind.POOLS:
                    names["pool"].add(change.name)
                case ResourceKind.NETWORKS:
                    names["network"].add(change.name)
        return names

    def apply(
        self, event: ChangesRecorded, regions: Collection[str], own: Collection[str]
    ) -> tuple[dict[str, AnyRow], set[str]]:
        """Add changes.

        Args:
            event: The changes.
            regions: The shown regions; others are left out.
            own: Ids of the operations of this console.

        Returns:
            The new rows, and the ids of those that are no longer shown.
        """
        self.left = event.left
        new: dict[str, ChangeRow] = {}
        for change in event.changes:
            row = f"{change.region}/{change.id}"
            if change.region in regions and row not in self._rows:
                new[row] = ChangeRow(row, change, change.operation in own)
                if not self._is_seen and self._is_missed(change, event):
                    self._missed.add(row)
        self._rows |= new
        dropped = set(list(self._rows)[:-MAX_ROWS])
        self._drop(dropped)
        shown: dict[str, AnyRow] = {row: item for row, item in new.items() if row not in dropped}
        return shown, dropped - new.keys()

    def forget(self, region: str) -> set[str]:
        """Show the changes of a region no more; return the ids of their rows."""
        gone = {row for row, item in self._rows.items() if item.region == region}
        self._drop(gone)
        return gone

    def _drop(self, rows: Collection[str]) -> None:
        for row in rows:
            del self._rows[row]
        self._missed.difference_update(rows)

    def _is_missed(self, change: ResourceChange, event: ChangesRecorded) -> bool:
        """Return whether a change happened after the operator left, and before this run."""
        left = event.left
        return left is not None and change.at > left and (change.since or change.at) < event.opened
