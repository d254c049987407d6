"""Carries out what makes and unmakes public IPs: add and remove."""

from __future__ import annotations

from rcv3_tui.api.errors import ApiError, NotFound, NotSupported
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, State
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.address_changes import AddressChanges
from rcv3_tui.sync.address_reading import AddressReader, failure
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.sending import LOOK_PAUSES, Fate, Look, Sender


class AddressWork:
    """Carries operations on public IPs out in one region.

    Args:
        region: Whose picture gets what is read.
        clock: What measures the pauses.
    """

    def __init__(self, region: RegionSync, clock: Clock) -> None:
        self._region = region
        self._api = region.rackconnect
        self._clock = clock
        self._sender = Sender(clock)
        self._reader = AddressReader(region, clock)
        self._changes = AddressChanges(region, clock)

    async def carry_out(self, course: Course) -> None:
        """Carry one operation out and follow it until it has settled.

        Raises:
            ApiError: The service refused it or could not be read; nothing was applied.
            Refused: A check before the sending failed.
            Unproven: Its answer was lost for good.
        """
        match course.request.kind:
            case Kind.ADD_PUBLIC_IP:
                await self._add(course)
            case Kind.REMOVE_PUBLIC_IP:
                await self._remove(course)
            case Kind.RETAIN | Kind.RELEASE:
                await self._changes.retain(course)
            case Kind.ASSIGN | Kind.MOVE | Kind.UNASSIGN:
                await self._changes.reassign(course)
            case _:
                raise AssertionError(course.request.kind)

    # -- add ----------------------------------------------------------------------------------

    async def _add(self, course: Course) -> None:
        server = course.server
        if course.was_sent and await self._adopt(course):
            return
        before = await self._reader.records_of(server)
        await self._reader.must_be_free(server, before)
        known = frozenset(record.key for record in before)

        async def look() -> Look[PublicIP]:
            records = await self._reader.records_of(server)
            new = [record for record in records if record.key not in known]
            return Look(Fate.APPLIED, new[0]) if new else Look(Fate.NOT_APPLIED)

        async def call() -> PublicIP | None:
            await course.sent(tuple(sorted(known)))
            return await self._api.add_public_ip(server.id)

        sent = await self._sender.send(
            lambda: self._reader.past_race(course, server, call), look, waits=course.waits
        )
        course.answer_lost = sent.answer_lost
        record = sent.result
        if record is None:
            await course.accepted()
            record = (await look()).result
        if record is None:
            raise Refused("the service took the request but shows no new public IP; look again")
        await self._follow_new(course, record)

    async def _adopt(self, course: Course) -> bool:
        """Look for what an earlier run's request made; tell whether that settles the matter."""
        for pause in LOOK_PAUSES:
            await self._clock.sleep(pause)
            records = await self._reader.records_of(course.server)
            new = [record for record in records if record.key not in course.operation.known]
            if new:
                course.answer_lost = course.operation.state is State.SENT
                await self._follow_new(course, new[0])
                return True
        if course.operation.state is State.ACCEPTED:
            await course.ended(State.FAILED, "the new record is gone again", status="gone")
            return True
        return False

    async def _follow_new(self, course: Course, record: PublicIP) -> None:
        self._region.put_public_ip(record)
        await course.accepted(resource_id=record.id, status=record.status)
        last = await self._reader.follow(
            course, before=record, answer=record, done=lambda record: True
        )
        if last is None:
            await course.ended(State.FAILED, "the new record is gone again", status="gone")
        elif phase(last.status) is Phase.FAILED:
            await course.ended(State.FAILED, failure(last), status=last.status)
        else:
            await course.ended(
                State.SETTLED,
                f"{last.address or 'the address'} is {last.status}",
                status=last.status,
            )

    # -- remove -------------------------------------------------------------------------------

    async def _remove(self, course: Course) -> None:
        target = course.public_ip
        record = await self._reader.confirmed(course.request, target)
        if record is None:
            await self._gone(course, "was gone already")
            return
        step = ""
        if record.retain and record.server is not None:
            record = await self._switch_retain_off(course, record)
            step = "step 2 of 2: removing"
        if record.status != "REMOVING":
            try:
                await self._send_removal(course, step)
            except NotFound:
                await self._gone(course, "was gone already")
                return
            except (ApiError, Refused) as error:
                if not step:
                    raise
                raise Refused(
                    f"retain is switched off, but {target.name} was not removed: {error}"
                ) from error
        await course.accepted(resource_id=target.id, status="REMOVING")
        last = await self._reader.follow(
            course, before=record, answer=None, done=lambda record: False
        )
        if last is None:
            await self._gone(course, "is removed")
        elif phase(last.status) is Phase.FAILED:
            await course.ended(State.FAILED, failure(last), status=last.status)
        else:
            what = "without a server" if last.server is None else "as before"
            await course.ended(
                State.FAILED,
                f"the service took the removal, but the record is still {last.status}, {what}",
                status=last.status,
            )

    async def _send_removal(self, course: Course, step: str) -> None:
        target = course.public_ip

        async def look() -> Look[PublicIP]:
            record = await self._reader.show(target.id)
            if record is None or record.status == "REMOVING":
                return Look(Fate.APPLIED, record)
            return Look(Fate.NOT_APPLIED)

        async def call() -> PublicIP | None:
            await course.sent((target.key,), step)
            await self._api.remove_public_ip(target.id)
            return None

        async def patiently() -> PublicIP | None:
            return await self._reader.past_motion(course, target, call)

        sent = await self._sender.send(patiently, look, waits=course.waits)
        course.answer_lost = sent.answer_lost

    async def _switch_retain_off(self, course: Course, record: PublicIP) -> PublicIP:
        """Carry out the first of the two steps that a retained address takes (reference 4.6)."""
        course.waits("retained: retain is switched off first")
        try:
            sent = await self._changes.set_retain(
                course, record, keep=False, words="step 1 of 2: switching retain off"
            )
        except NotSupported:
            return record
        try:
            last = await self._reader.follow(
                course, before=record, answer=sent.result, done=lambda now: not now.retain
            )
        except ApiError as error:
            raise Refused(
                f"retain is being switched off, and nothing was removed: {error}"
            ) from error
        if last is None:
            raise Refused(f"{course.public_ip.name} went away while retain was switched off")
        if phase(last.status) is Phase.FAILED:
            raise Refused(f"retain could not be switched off: {failure(last)}")
        if last.retain:
            raise Refused("retain could not be switched off; nothing was removed")
        return last

    async def _gone(self, course: Course, words: str) -> None:
        self._region.drop_public_ip(course.public_ip.key)
        await course.ended(State.SETTLED, f"{course.public_ip.name} {words}", status="gone")
