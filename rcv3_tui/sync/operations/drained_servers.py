"""Shows in the snapshots which servers are drained, according to the operations of an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rcv3_tui.model.drain import DrainLedger
from rcv3_tui.model.operation import Operation
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer


class DrainedServers:
    """The drained servers of the accounts of this run."""

    def __init__(self) -> None:
        self._ledgers: dict[str, DrainLedger] = {}

    def record(
        self, operation: Operation, tenant: str, regions: Mapping[str, RegionSyncer]
    ) -> None:
        """Record a step of an operation.

        Args:
            operation: The operation in its present state.
            tenant: The account.
            regions: The open regions of the account by name.
        """
        name = operation.request.region
        if self._ledger(tenant).record(operation) and name in regions:
            regions[name].set_drains(self._ledger(tenant).drains(name))

    def restore(
        self, operations: Iterable[Operation], tenant: str, regions: Mapping[str, RegionSyncer]
    ) -> None:
        """Add operations of earlier runs, or of other copies of the program."""
        known = {operation.id: operation for operation in self._ledger(tenant).operations}
        more = {operation.id: operation for operation in operations}
        self._ledgers[tenant] = DrainLedger((known | more).values())
        self.show(tenant, regions)

    def show(self, tenant: str, regions: Mapping[str, RegionSyncer]) -> None:
        """Show the drained servers of an account in its open regions."""
        for name, region in regions.items():
            region.set_drains(self._ledger(tenant).drains(name))

    def _ledger(self, tenant: str) -> DrainLedger:
        return self._ledgers.setdefault(tenant, DrainLedger())
