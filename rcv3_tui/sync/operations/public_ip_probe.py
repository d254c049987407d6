"""Reads public IPs for an operation: before it is sent, and until they are stable."""

from __future__ import annotations

from collections.abc import Callable

from rcv3_tui.api.decoding import ListResult
from rcv3_tui.api.errors import NotFound
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Request, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.operations.tracker import OperationTracker, Rejected
from rcv3_tui.sync.operations.transition import LAGGING_POLLS, TransitionPolls, overdue_text
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

_FIRST_POLL = 0.5
"""Seconds before the first poll if the response to the change did not contain the record."""


class PublicIPProbe:
    """Reads public IP records and updates the region's snapshot.

    Args:
        region: The region whose snapshot is updated.
        clock: Measures the delays.
    """

    def __init__(self, region: RegionSyncer, clock: Clock) -> None:
        self.region = region
        self.clock = clock

    async def records_of(self, server: Target) -> ListResult[PublicIP]:
        """Return a server's records, and why others cannot be decoded."""
        listing = await self.region.rackconnect.list_public_ips_of_server(
            server.id, priority=Priority.OPERATION
        )
        for record in listing.items:
            self.region.upsert_public_ip(record)
        there = tuple(ip for ip in listing.items if phase(ip.status) is not Phase.GONE)
        return ListResult(there, listing.skipped, listing.has_no_body)

    async def unassigned(self) -> ListResult[PublicIP]:
        """Return the records without a server, and why others cannot be read."""
        listing = await self.region.rackconnect.list_public_ips(priority=Priority.OPERATION)
        there = tuple(
            ip for ip in listing.items if ip.server is None and phase(ip.status) is not Phase.GONE
        )
        return ListResult(there, listing.skipped, listing.has_no_body)

    async def added_for(self, request: Request) -> ListResult[PublicIP]:
        """Return the records among which the one that a request adds will be."""
        if request.server is None:
            return await self.unassigned()
        return await self.records_of(request.server)

    async def show(
        self, record_id: str, priority: Priority = Priority.OPERATION
    ) -> PublicIP | None:
        """Return one record; None if it is gone."""
        try:
            record = await self.region.rackconnect.show_public_ip(record_id, priority=priority)
        except NotFound:
            self.region.remove_public_ip(record_id.lower())
            return None
        self.region.upsert_public_ip(record)
        return None if phase(record.status) is Phase.GONE else record

    async def present(self, target: Target) -> PublicIP | None:
        """Return one record; None only if the list confirms that it is gone.

        A gateway may respond with 404 for a record that exists.
        """
        record = await self.show(target.id)
        if record is not None:
            return record
        listing = await self.region.rackconnect.list_public_ips(priority=Priority.OPERATION)
        record = next((each for each in listing.items if each.key == target.key), None)
        if record is None or phase(record.status) is Phase.GONE:
            return None
        self.region.upsert_public_ip(record)
        return record

    def require_confirmed(
        self, request: Request, target: Target, record: PublicIP, *, proves: bool = True
    ) -> None:
        """Compare a record with what the operator confirmed.

        Args:
            request: What was confirmed.
            target: The record as it was shown.
            record: The record as it is.
            proves: Whether a record with another server proves that the change was not applied.

        Raises:
            Rejected: It has another server or address now.
        """
        server = None if record.server is None else record.server.key
        held_by = None if request.held_by is None else request.held_by.key
        if server != held_by:
            now = self.region.snapshot.server_name(server) if server else "no server"
            raise Rejected(
                f"{target.name} changed since it was confirmed: it is with {now} now",
                proves=proves,
            )
        if record.address and target.name not in (record.address, record.id, target.id):
            raise Rejected(
                f"the record changed since it was confirmed: it was {target.name} and is "
                f"{record.address} now",
                proves=proves,
            )

    async def follow(
        self,
        tracker: OperationTracker,
        target: Target,
        *,
        before: PublicIP | None,
        answer: PublicIP | None,
        done: Callable[[PublicIP], bool],
    ) -> PublicIP | None:
        """Poll a record until it is stable.

        Args:
            tracker: Shows its status.
            target: The record.
            before: The record before the change, if known.
            answer: The record in the response to the change; None: it had none.
            done: Returns whether a stable record is as requested. One that is not is polled some
                more times before it counts.

        Returns:
            The record, stable or failed; None if it is gone.

        Raises:
            CredentialsRefused: Identity no longer accepts the credentials.
        """
        polls = TransitionPolls(self.clock)
        lagging = 0
        last = answer

        async def read() -> PublicIP | None:
            if (listed := await self.region.public_ip_polls.listed(target.key)) is not None:
                return listed.record
            now = await self.show(target.id, Priority.FOCUSED)
            if now is None and (last is None or last.status != "REMOVING"):
                now = await self.present(target)
            return now

        self.region.followed.add(target.key)
        try:
            with self.region.public_ip_polls.following(target.key):
                while last is None or not self._is_over(last, before, done, lagging):
                    await polls.next([tracker], first=_FIRST_POLL if last is None else None)
                    found = await polls.read([tracker], read)
                    if found is None:
                        continue
                    if found.value is None:
                        return None
                    last = found.value
                    if phase(last.status) is not Phase.TRANSITIONING:
                        lagging += 1
                    tracker.note_status(last.status, overdue_text(last) if polls.is_overdue else "")
        finally:
            self.region.followed.discard(target.key)
        return last

    @staticmethod
    def _is_over(
        now: PublicIP, before: PublicIP | None, done: Callable[[PublicIP], bool], lagging: int
    ) -> bool:
        stage = phase(now.status)
        if stage is Phase.TRANSITIONING:
            return False
        if lagging >= LAGGING_POLLS:
            return True
        if stage is Phase.FAILED:
            return before is None or (now.status, now.updated) != (before.status, before.updated)
        return done(now)
