"""Public IPs of an operation: how they are read, and each changing request with its end state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.decoding import ListResult
from rcv3_tui.api.errors import ApiError, Conflict, MalformedResponse, NotFound
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.operations.build_race import BuildRace, does_not_know
from rcv3_tui.sync.operations.delays import PUBLIC_IP_BUSY_DELAYS
from rcv3_tui.sync.operations.idempotent import ProbeResult, RequestOutcome, RetryPlan, Step
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, Rejected
from rcv3_tui.sync.operations.transition import ask_support, is_stuck
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

_CREATED_SLACK = timedelta(seconds=60)
"""How far the service's creation time of a record may lie before the request for it."""


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


class PublicIPStep(Step[PublicIP]):
    """One changing request of an operation on a public IP.

    Args:
        tracker: The operation.
        probe: Reads public IPs.
        words: Which step of several it is.
    """

    def __init__(self, tracker: OperationTracker, probe: PublicIPProbe, *, words: str = "") -> None:
        super().__init__([tracker], words=words)
        self.before: PublicIP | None = None
        """The record as read right before its change."""
        self._tracker = tracker
        self._probe = probe
        self._clock = probe.clock
        self._api = probe.region.rackconnect
        self._race = BuildRace(probe.region, probe.clock)
        self._busy = iter(PUBLIC_IP_BUSY_DELAYS)

    def known_ids(self, tracker: OperationTracker) -> tuple[str, ...]:
        """See `Step.known_ids`."""
        return (tracker.public_ip.key,)

    async def plan(self, error: ApiError) -> RetryPlan | None:
        """See `Step.plan`."""
        if not isinstance(error, Conflict):
            return None
        kinds = {text.kind for text in error.conflicts}
        if ConflictKind.IP_NOT_ACTIVE in kinds:
            return await self._plan_for_busy(error)
        server = self._tracker.request.server
        race = kinds & {ConflictKind.NO_SUCH_SERVER, ConflictKind.UNPROCESSABLE}
        if race and server is not None and await self._race.may_pass(server):
            pause, why = self._race.next_pause(server), does_not_know(server)
            return RetryPlan((pause,), resend=True, reason=why, documented=True)
        return None

    async def _plan_for_busy(self, error: Conflict) -> RetryPlan | None:
        target = self._tracker.public_ip
        record = await self._probe.show(target.id)
        if record is None or phase(record.status) is Phase.FAILED:
            return None
        pause = None if is_stuck(record, self._clock.now()) else next(self._busy, None)
        if pause is None:
            raise Rejected(f"{error.message}; {ask_support(record)}")
        why = f"{target.name} is {record.status}"
        return RetryPlan((pause,), resend=True, reason=why, documented=True)

    def _require_confirmed(self, record: PublicIP, *, proves: bool = True) -> None:
        """Compare the record as it is with what the operator confirmed.

        Args:
            record: The record as just read.
            proves: Whether a record with another server proves that the change was not applied.

        Raises:
            Rejected: It has another server or address now.
        """
        request, target = self._tracker.request, self._tracker.public_ip
        server = None if record.server is None else record.server.key
        held_by = None if request.held_by is None else request.held_by.key
        if server != held_by:
            now = self._probe.region.snapshot.server_name(server) if server else "no server"
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

    def _is_busy(self, record: PublicIP, *, sent: bool) -> bool:
        """Return whether a record has to become stable before it can be changed.

        Raises:
            Rejected: It cannot, or nothing was sent yet.
        """
        if record.status == "ACTIVE":
            return False
        if sent and phase(record.status) is Phase.TRANSITIONING:
            return True
        raise Rejected(
            f"{record.address or record.id} is {record.status}; only an ACTIVE public IP "
            "can be changed"
        )


class AddPublicIPStep(PublicIPStep):
    """Adds a public IP to a server that has none, or one without a server."""

    def __init__(self, tracker: OperationTracker, probe: PublicIPProbe) -> None:
        super().__init__(tracker, probe)
        self._known: tuple[str, ...] = ()
        self._unreadable = 0
        """Records that could not be decoded before anything was sent."""

    async def check(self, *, sent: bool) -> ProbeResult[PublicIP]:
        """See `Step.check`."""
        request = self._tracker.request
        server = None if request.server is None and request.retain else self._tracker.server
        listing = await self._probe.added_for(request)
        records, unreadable = listing.items, len(listing.unread)
        if sent and (new := best(new_ones(records, self._tracker))):
            return ProbeResult(RequestOutcome.APPLIED, new)
        if sent and unreadable > self._unreadable:
            # The new record may be among them.
            raise MalformedResponse(
                f"{unreadable} of the records cannot be read: {listing.unread[-1]}"
            )
        self._unreadable = unreadable
        self._known = tuple(sorted(record.key for record in records))
        holder = best(record for record in records if phase(record.status) is not Phase.FAILED)
        if holder is None or server is None:
            return ProbeResult(RequestOutcome.NOT_APPLIED)
        if holder.status != "REMOVING" and not is_stuck(holder, self._clock.now()):
            return ProbeResult(RequestOutcome.APPLIED, holder)
        raise Rejected(
            f"{server.name} already has {holder.address or 'a public IP'} ({holder.status}), "
            f"and a server can have only one; {ask_support(holder)}"
            if is_stuck(holder, self._clock.now())
            else f"{server.name} still has {holder.address or 'a public IP'}, which is being "
            "removed; add another one once it is gone"
        )

    def known_ids(self, tracker: OperationTracker) -> tuple[str, ...]:
        """See `Step.known_ids`."""
        return self._known

    async def call(self) -> PublicIP | None:
        """See `Step.call`."""
        request = self._tracker.request
        server = None if request.server is None else request.server.id
        return await self._api.add_public_ip(server, retain=True if request.retain else None)


class StillRetained(NotSent):
    """Retain has to be switched off first, or the service might only unassign the server.

    Args:
        record: The record.
    """

    def __init__(self, record: PublicIP) -> None:
        super().__init__(f"{record.address or record.id} is retained")
        self.record = record


class RemovePublicIPStep(PublicIPStep):
    """Removes a record.

    Args:
        tracker: The operation.
        probe: Reads public IPs.
        words: Which step of several it is.
        retained_too: Also remove a record that is retained and has a server, for services where
            retain cannot be switched off (RackConnect API reference 4.6).
    """

    def __init__(
        self,
        tracker: OperationTracker,
        probe: PublicIPProbe,
        *,
        words: str = "",
        retained_too: bool = False,
    ) -> None:
        super().__init__(tracker, probe, words=words)
        self._retained_too = retained_too

    async def check(self, *, sent: bool) -> ProbeResult[PublicIP]:
        """See `Step.check`."""
        record = await self._probe.present(self._tracker.public_ip)
        if record is None or record.status == "REMOVING":
            return ProbeResult(RequestOutcome.APPLIED, record)
        self._require_confirmed(record)
        if record.retain and record.server is not None and not self._retained_too:
            raise StillRetained(record)
        self.before = record
        return ProbeResult(
            RequestOutcome.NOT_APPLIED, busy=phase(record.status) is Phase.TRANSITIONING
        )

    async def plan(self, error: ApiError) -> RetryPlan | None:
        """See `Step.plan`."""
        if isinstance(error, NotFound):
            return self.plan_for_not_found()
        return await super().plan(error)

    async def call(self) -> None:
        """See `Step.call`."""
        await self._api.remove_public_ip(self._tracker.public_ip.id)


class RetainStep(PublicIPStep):
    """Switches retain on or off.

    Args:
        tracker: The operation.
        probe: Reads public IPs.
        retain: The new value.
        words: Which step of several it is.
    """

    def __init__(
        self,
        tracker: OperationTracker,
        probe: PublicIPProbe,
        *,
        retain: bool,
        words: str = "",
    ) -> None:
        super().__init__(tracker, probe, words=words)
        self._retain = retain

    async def check(self, *, sent: bool) -> ProbeResult[PublicIP]:
        """See `Step.check`."""
        request, name = self._tracker.request, self._tracker.public_ip.name
        record = await self._probe.present(self._tracker.public_ip)
        if record is None:
            # Without a server the service removes it once it is no longer retained.
            if request.kind is OperationKind.REMOVE_PUBLIC_IP or (
                not self._retain and not request.held_by
            ):
                return ProbeResult(RequestOutcome.APPLIED)
            raise Rejected(f"{name} is gone", proves=False)
        if record.retain is self._retain and (sent or record.status != "REMOVING"):
            return ProbeResult(RequestOutcome.APPLIED, record)
        self._require_confirmed(record)
        self.before = record
        return ProbeResult(RequestOutcome.NOT_APPLIED, busy=self._is_busy(record, sent=sent))

    async def call(self) -> PublicIP | None:
        """See `Step.call`."""
        return await self._api.retain_public_ip(self._tracker.public_ip.id, self._retain)


class ReassignStep(PublicIPStep):
    """Assigns a record to another server, or unassigns it.

    Args:
        tracker: The operation.
        probe: Reads public IPs.
        server: The new server; None: unassign.
    """

    def __init__(
        self, tracker: OperationTracker, probe: PublicIPProbe, server: Target | None
    ) -> None:
        super().__init__(tracker, probe)
        self._server = server

    @property
    def reads(self) -> int:
        """See `Step.reads`."""
        return 1 if self._server is None else 2

    def has_it(self, record: PublicIP) -> bool:
        """Return whether a record is with the wanted server."""
        wanted = None if self._server is None else self._server.key
        return (None if record.server is None else record.server.key) == wanted

    async def check(self, *, sent: bool) -> ProbeResult[PublicIP]:
        """See `Step.check`."""
        record = await self._probe.present(self._tracker.public_ip)
        if record is None:
            raise Rejected(f"{self._tracker.public_ip.name} is gone", proves=False)
        if self.has_it(record):
            return ProbeResult(RequestOutcome.APPLIED, record)
        # It may have had the requested server before it was assigned elsewhere.
        self._require_confirmed(record, proves=False)
        busy = self._is_busy(record, sent=sent)
        if self._server is not None:
            self._require_free(self._server, (await self._probe.records_of(self._server)).items)
        elif not record.retain:
            raise Rejected(
                f"{self._tracker.public_ip.name} is not retained: without a server it would be "
                "lost for good"
            )
        self.before = record
        return ProbeResult(RequestOutcome.NOT_APPLIED, busy=busy)

    async def call(self) -> PublicIP | None:
        """See `Step.call`."""
        record = self._tracker.public_ip.id
        if self._server is None:
            return await self._api.unassign_public_ip(record)
        if self._tracker.request.kind is OperationKind.MOVE:
            return await self._api.reassign_public_ip(record, self._server.id)
        return await self._api.assign_public_ip(record, self._server.id)

    @staticmethod
    def _require_free(server: Target, records: Iterable[PublicIP]) -> None:
        """Require that a server has no public IP yet; a failed record does not count.

        Raises:
            Rejected: It has one, or one is being added.
        """
        holder = best(record for record in records if phase(record.status) is not Phase.FAILED)
        if holder is not None:
            raise Rejected(
                f"{server.name} already has {holder.address or 'a public IP'} ({holder.status}), "
                "and a server can have only one"
            )


def new_ones(records: Iterable[PublicIP], tracker: OperationTracker) -> list[PublicIP]:
    """Return the records that did not exist before the operation's request was sent.

    A record without a server may have lost it meanwhile; its creation time shows that it is old.
    """
    operation = tracker.operation
    new = [record for record in records if record.key not in operation.known]
    if operation.request.server is not None:
        return new
    since = operation.asked - _CREATED_SLACK
    return [record for record in new if record.created is None or record.created >= since]


def best(records: Iterable[PublicIP]) -> PublicIP | None:
    """Return the record that counts: an ACTIVE one, else one in transition; the newest first."""
    order = {Phase.STABLE: 2, Phase.TRANSITIONING: 1}

    def rank(record: PublicIP) -> tuple[int, float]:
        created = 0.0 if record.created is None else record.created.timestamp()
        return order.get(phase(record.status), 0), created

    return max(records, key=rank, default=None)
