"""Reads public IP records for an operation: before it is sent, and until they have settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.errors import (
    ApiError,
    Conflict,
    CredentialsRefused,
    NotFound,
    TokenRefused,
)
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, Request, State, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.schedule import PATIENCE, follow_pause

BUSY_PAUSES = (2.0, 3.0, 5.0, 8.0, 10.0)
"""A record that is still moving refuses changes (RackConnect API reference 4.6)."""

RACE_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""A server that was just built is refused for a while (RackConnect API reference 4.4)."""

_YOUNG = 300.0
"""Seconds after its creation for which a refusal of a server may be that race."""

_FIRST_LOOK = 0.5
"""Seconds before the first look where the answer to the change did not show the record."""

_LAGGING_LOOKS = 5
"""Looks at a record that stays as it was: a busy service may lag behind its own answer."""


class AddressReader:
    """Reads public IP records and puts what it reads into the picture.

    Args:
        region: Whose picture.
        clock: What measures the pauses.
    """

    def __init__(self, region: RegionSync, clock: Clock) -> None:
        self._region = region
        self._clock = clock

    async def records_of(self, server: Target) -> tuple[PublicIP, ...]:
        """Give the records that name a server."""
        listing = await self._region.rackconnect.list_public_ips_of_server(
            server.id, priority=Priority.OPERATION
        )
        for record in listing.items:
            self._region.put_public_ip(record)
        return tuple(record for record in listing.items if phase(record.status) is not Phase.GONE)

    async def must_be_free(self, server: Target, records: tuple[PublicIP, ...]) -> None:
        """See to it that a server has no public IP yet; a failed record is none.

        Raises:
            Refused: It has one, or one is on its way.
        """
        holder = next((r for r in records if phase(r.status) is not Phase.FAILED), None)
        if holder is not None:
            raise Refused(
                f"{server.name} has {holder.address or 'a public IP'} ({holder.status}) already, "
                "and a cloud server has at most one; nothing was sent"
            )

    async def show(
        self, record_id: str, priority: Priority = Priority.OPERATION
    ) -> PublicIP | None:
        """Read one record; None when it is gone."""
        try:
            record = await self._region.rackconnect.show_public_ip(record_id, priority=priority)
        except NotFound:
            self._region.drop_public_ip(record_id.lower())
            return None
        self._region.put_public_ip(record)
        return None if phase(record.status) is Phase.GONE else record

    async def confirmed(self, request: Request, target: Target) -> PublicIP | None:
        """Read a record again and hold it against what the operator confirmed.

        Returns:
            The record; None when it is gone.

        Raises:
            Refused: Its server or address is another one now.
        """
        record = await self.show(target.id)
        if record is None:
            return None
        server = None if record.server is None else record.server.key
        held_by = None if request.held_by is None else request.held_by.key
        if server != held_by:
            now = self._region.snapshot.server_name(server) if server else "no server"
            raise Refused(
                f"{target.name} changed since it was confirmed: it is with {now} now; "
                "nothing was sent"
            )
        if record.address and target.name not in (record.address, record.id, target.id):
            raise Refused(
                f"the record changed since it was confirmed: it was {target.name} and is "
                f"{record.address} now; nothing was sent"
            )
        return record

    async def past_motion(
        self, course: Course, target: Target, call: Callable[[], Awaitable[PublicIP | None]]
    ) -> PublicIP | None:
        """Send, and send again while the record is moving; what was confirmed must hold each time.

        Raises:
            ApiError: It was refused for another reason, or for too long.
            Refused: The record is another one's now.
        """
        removes = course.request.kind is Kind.REMOVE_PUBLIC_IP
        for pause in (*BUSY_PAUSES, None):
            if course.operation.state is not State.PLANNED:
                now = await self.confirmed(course.request, target)
                if removes and (now is None or now.status == "REMOVING"):
                    return None
            try:
                return await call()
            except Conflict as conflict:
                if pause is None or not any(
                    t.kind is ConflictKind.IP_NOT_ACTIVE for t in conflict.conflicts
                ):
                    raise
                now = await self.confirmed(course.request, target)
                if removes and (now is None or now.status == "REMOVING"):
                    return None
                if now is None or phase(now.status) is Phase.FAILED:
                    raise
                if phase(now.status) is Phase.MOVING and now.status != "REMOVING":
                    course.waits(f"{target.name} is {now.status}; again in {pause:.0f} s")
                    await self._clock.sleep(pause)
        raise AssertionError("the loop above returns or raises")

    async def past_race(
        self, course: Course, server: Target, call: Callable[[], Awaitable[PublicIP | None]]
    ) -> PublicIP | None:
        """Send, and send again while RackConnect does not know a server that was just built.

        Raises:
            ApiError: It was refused for another reason, or for too long.
        """
        for pause in RACE_PAUSES:
            try:
                return await call()
            except Conflict as conflict:
                kinds = {text.kind for text in conflict.conflicts}
                race = kinds & {ConflictKind.NO_SUCH_SERVER, ConflictKind.UNPROCESSABLE}
                if not race or not is_young(self._region, server, self._clock):
                    raise
                course.waits(f"RackConnect does not know {server.name} yet; again in {pause:.0f} s")
                await self._clock.sleep(pause)
        return await call()

    async def follow(
        self,
        course: Course,
        *,
        before: PublicIP,
        answer: PublicIP | None,
        done: Callable[[PublicIP], bool],
    ) -> PublicIP | None:
        """Look at a record until it has settled.

        Args:
            course: Is told how it looks.
            before: The record as it was before the change.
            answer: The record as the change's answer showed it; None: it showed none.
            done: Whether a settled record is as was asked for. One that is not gets some more
                looks before it counts.

        Returns:
            The record, settled or failed; None when it is gone.

        Raises:
            ApiError: The credentials are not taken any more.
        """
        began = self._clock.monotonic()
        looks = lagging = 0
        last = answer
        self._region.followed.add(before.key)
        try:
            while last is None or not self._is_over(last, before, done, lagging):
                waited = self._clock.monotonic() - began
                late = waited >= PATIENCE
                if late:
                    course.when_late()
                first = last is None and looks == 0
                await self._clock.sleep(_FIRST_LOOK if first else follow_pause(looks, waited))
                looks += 1
                try:
                    now = await self.show(before.id, Priority.LOOKED_AT)
                except (TokenRefused, CredentialsRefused):
                    raise
                except ApiError as error:
                    course.seen(None, f"cannot see how it goes: {error.one_line()}")
                    continue
                if now is None:
                    return None
                if phase(now.status) is not Phase.MOVING:
                    lagging += 1
                last = now
                course.seen(now.status, _stuck(now) if late else "")
        finally:
            self._region.followed.discard(before.key)
        return last

    @staticmethod
    def _is_over(
        now: PublicIP, before: PublicIP, done: Callable[[PublicIP], bool], lagging: int
    ) -> bool:
        stage = phase(now.status)
        if stage is Phase.MOVING:
            return False
        if lagging >= _LAGGING_LOOKS:
            return True
        if stage is Phase.FAILED:
            return (now.status, now.updated) != (before.status, before.updated)
        return done(now)


def is_young(region: RegionSync, server: Target, clock: Clock) -> bool:
    """Tell whether a server was built so lately that RackConnect may not know it yet."""
    known = region.snapshot.servers.get(server.key)
    if known is None or known.created is None:
        return False
    return (clock.now() - known.created).total_seconds() < _YOUNG


def failure(record: PublicIP) -> str:
    """Say why a record has failed, as far as the service tells."""
    reason = record.status_detail or "no reason given by RackConnect"
    ticket = f"; ticket {record.ticket}" if record.ticket else ""
    return f"{record.status}: {reason}{ticket}"


def _stuck(record: PublicIP) -> str:
    return (
        f"still {record.status} after {PATIENCE / 60:.0f} min; RackConnect may have stuck: "
        f"ask Support, naming record {record.id}"
    )
