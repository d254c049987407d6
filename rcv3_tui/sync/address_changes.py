"""Carries out what changes a public IP record: retain, release, assign, move, unassign."""

from __future__ import annotations

from collections.abc import Callable

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, State, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.address_reading import AddressReader, failure
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.sending import Fate, Look, Sender, Sent


class AddressChanges:
    """Carries changes of public IP records out in one region.

    Args:
        region: Whose picture gets what is read.
        clock: What measures the pauses.
    """

    def __init__(self, region: RegionSync, clock: Clock) -> None:
        self._region = region
        self._api = region.rackconnect
        self._sender = Sender(clock)
        self._reader = AddressReader(region, clock)

    async def retain(self, course: Course) -> None:
        """Switch a record's retain flag on, or off, and follow it until it has settled."""
        keep = course.request.kind is Kind.RETAIN
        if course.was_sent and not keep and await self._reader.show(course.public_ip.id) is None:
            # A record without a server goes when it is not retained any more.
            await course.ended(State.SETTLED, f"{course.public_ip.name} is gone", status="gone")
            return
        record = await self._present(course)
        if record.retain is keep:
            words = "was retained already" if keep else "was not retained"
            await course.ended(State.SETTLED, f"{course.public_ip.name} {words}")
            return
        _must_be_active(record)
        sent = await self.set_retain(course, record, keep=keep)
        await self._follow_change(
            course,
            record,
            sent,
            done=lambda now: now.retain is keep,
            words="is retained" if keep else "is not retained any more",
            gone_is_fine=not keep and record.server is None,
        )

    async def set_retain(
        self, course: Course, record: PublicIP, *, keep: bool, words: str = ""
    ) -> Sent[PublicIP]:
        """Send the change of the retain flag alone.

        Args:
            course: Is told.
            record: As it was read.
            keep: The flag.
            words: Which step of several it is.

        Raises:
            ApiError: The service refused it; nothing was applied.
            Refused: The journal could not be written.
            Unproven: Its answer was lost for good.
        """

        async def look() -> Look[PublicIP]:
            now = await self._reader.show(record.id)
            if now is None:
                return Look(Fate.UNPROVABLE if keep else Fate.APPLIED)
            return Look(Fate.APPLIED if now.retain is keep else Fate.NOT_APPLIED, now)

        async def call() -> PublicIP | None:
            await course.sent((record.key,), words)
            return await self._api.retain_public_ip(record.id, keep)

        async def patiently() -> PublicIP | None:
            return await self._reader.past_motion(course, course.public_ip, call)

        return await self._sender.send(patiently, look, waits=course.waits)

    async def reassign(self, course: Course) -> None:
        """Give a record another server, or none, and follow it until it has settled."""
        kind = course.request.kind
        server = None if kind is Kind.UNASSIGN else course.server
        wanted = None if server is None else server.key

        def has_it(now: PublicIP) -> bool:
            return (None if now.server is None else now.server.key) == wanted

        if course.was_sent:
            now = await self._reader.show(course.public_ip.id)
            if now is not None and has_it(now):
                sent = Sent(now, answer_lost=course.operation.state is State.SENT)
                await self._follow_change(course, now, sent, done=has_it, words=_with(server))
                return
        record = await self._present(course)
        if has_it(record):
            await course.ended(State.SETTLED, "was so already")
            return
        _must_be_active(record)
        if server is not None:
            await self._reader.must_be_free(server, await self._reader.records_of(server))
        elif not record.retain:
            raise Refused(
                f"{course.public_ip.name} is not retained: without a server it would be lost for "
                "good; nothing was sent"
            )

        async def look() -> Look[PublicIP]:
            now = await self._reader.show(record.id)
            if now is None:
                return Look(Fate.UNPROVABLE)
            return Look(Fate.APPLIED if has_it(now) else Fate.NOT_APPLIED, now)

        async def call() -> PublicIP | None:
            await course.sent((record.key,))
            if server is None:
                return await self._api.unassign_public_ip(record.id)
            if kind is Kind.MOVE:
                return await self._api.move_public_ip(record.id, server.id)
            return await self._api.assign_public_ip(record.id, server.id)

        async def settled() -> PublicIP | None:
            return await self._reader.past_motion(course, course.public_ip, call)

        async def patiently() -> PublicIP | None:
            return await (
                settled() if server is None else self._reader.past_race(course, server, settled)
            )

        sent = await self._sender.send(patiently, look, waits=course.waits)
        await self._follow_change(
            course,
            record,
            sent,
            done=has_it,
            words=_with(server),
        )

    async def _follow_change(
        self,
        course: Course,
        before: PublicIP,
        sent: Sent[PublicIP],
        *,
        done: Callable[[PublicIP], bool],
        words: str,
        gone_is_fine: bool = False,
    ) -> None:
        name = course.public_ip.name
        now = sent.result
        course.answer_lost = sent.answer_lost
        if now is not None:
            self._region.put_public_ip(now)
        await course.accepted(
            resource_id=before.id, status=before.status if now is None else now.status
        )
        last = await self._reader.follow(course, before=before, answer=now, done=done)
        if last is None:
            state = State.SETTLED if gone_is_fine else State.FAILED
            await course.ended(state, f"{name} is gone", status="gone")
        elif phase(last.status) is Phase.FAILED:
            await course.ended(State.FAILED, failure(last), status=last.status)
        elif not done(last):
            await course.ended(
                State.FAILED,
                f"the service took the change, but {name} is as before",
                status=last.status,
            )
        else:
            await course.ended(State.SETTLED, f"{name} {words}", status=last.status)

    async def _present(self, course: Course) -> PublicIP:
        record = await self._reader.confirmed(course.request, course.public_ip)
        if record is None:
            raise Refused(f"{course.public_ip.name} is gone; nothing was sent")
        return record


def _with(server: Target | None) -> str:
    return "has no server now" if server is None else f"is with {server.name}"


def _must_be_active(record: PublicIP) -> None:
    if record.status != "ACTIVE":
        raise Refused(
            f"{record.address or record.id} is {record.status}; only an ACTIVE public IP "
            "can be changed; nothing was sent"
        )
