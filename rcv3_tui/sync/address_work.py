"""Carries out what concerns public IPs: add, remove, retain, assign, move, unassign."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.conflicts import ConflictKind
from rcv3_tui.api.errors import (
    ApiError,
    Conflict,
    CredentialsRefused,
    NotFound,
    NotSupported,
    TokenRefused,
)
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Kind, Request, State, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.course import Course, Refused
from rcv3_tui.sync.region import RegionSync
from rcv3_tui.sync.schedule import PATIENCE, poll_pause
from rcv3_tui.sync.sending import Fate, Look, Sender, Sent

_RACE_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""A server that was just built is refused for a while (RackConnect API reference 4.4)."""

_BUSY_PAUSES = (2.0, 3.0, 5.0, 8.0, 10.0)
"""A record that is still moving refuses changes (reference 4.6)."""

_YOUNG = 300.0
"""Seconds after its creation for which a refusal of a server may be that race."""

_READ = Priority.OPERATION
_FOLLOW = Priority.LOOKED_AT


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
                await self._retain(course, keep=course.request.kind is Kind.RETAIN)
            case Kind.ASSIGN | Kind.MOVE | Kind.UNASSIGN:
                await self._reassign(course)
            case _:
                raise AssertionError(course.request.kind)

    # -- add ----------------------------------------------------------------------------------

    async def _add(self, course: Course) -> None:
        server = _given(course.request.server)
        before = await self._records_of(server)
        holder = next((r for r in before if phase(r.status) is not Phase.FAILED), None)
        if holder is not None:
            raise Refused(
                f"{server.name} has {holder.address or 'a public IP'} ({holder.status}) already, "
                "and a cloud server has at most one; nothing was sent"
            )
        known = frozenset(record.key for record in before)

        async def look() -> Look[PublicIP]:
            new = [r for r in await self._records_of(server) if r.key not in known]
            return Look(Fate.APPLIED, new[0]) if new else Look(Fate.NOT_APPLIED)

        async def call() -> PublicIP | None:
            await course.sent(tuple(sorted(known)))
            return await self._api.add_public_ip(server.id)

        sent = await self._sender.send(lambda: self._past_race(course, server, call), look)
        record = sent.result or (await look()).result
        if record is None:
            raise Refused("the service took the request but shows no new public IP; check again")
        self._region.put_public_ip(record)
        await course.accepted(
            resource_id=record.id, status=record.status, detail=_lost(sent, "applied")
        )
        last = await self._follow(course, record)
        note = _lost(sent, "; applied, answer was lost")
        if last is None:
            await course.ended(State.FAILED, "the new record is gone again" + note)
        elif phase(last.status) is Phase.FAILED:
            await course.ended(State.FAILED, _failure(last) + note, status=last.status)
        else:
            await course.ended(
                State.SETTLED,
                f"{last.address or 'the address'} is {last.status}{note}",
                status=last.status,
            )

    async def _past_race(
        self, course: Course, server: Target, call: Callable[[], Awaitable[PublicIP | None]]
    ) -> PublicIP | None:
        for pause in _RACE_PAUSES:
            try:
                return await call()
            except Conflict as conflict:
                kinds = {text.kind for text in conflict.conflicts}
                race = kinds & {ConflictKind.NO_SUCH_SERVER, ConflictKind.UNPROCESSABLE}
                if not race or not self._is_young(server):
                    raise
                course.seen(
                    detail=f"RackConnect does not know {server.name} yet; again in {pause:.0f} s"
                )
                await self._clock.sleep(pause)
        return await call()

    def _is_young(self, server: Target) -> bool:
        known = self._region.snapshot.servers.get(server.key)
        if known is None or known.created is None:
            return False
        return (self._clock.now() - known.created).total_seconds() < _YOUNG

    # -- remove -------------------------------------------------------------------------------

    async def _remove(self, course: Course) -> None:
        target = _given(course.request.public_ip)
        record = await self._confirmed(course.request)
        if record is None:
            await self._gone(course, "was gone already")
            return
        if record.retain and record.server is not None:
            record = await self._switch_retain_off(course, record)
        sent: Sent[PublicIP] | None = None
        if record.status != "REMOVING":
            try:
                sent = await self._send_removal(course, target)
            except NotFound:
                await self._gone(course, "was gone already")
                return
        await course.accepted(
            resource_id=target.id,
            status="REMOVING",
            detail="" if sent is None else _lost(sent, "applied"),
        )
        last = await self._follow(course, record, until_gone=True)
        note = "" if sent is None else _lost(sent, "; applied, answer was lost")
        if last is None:
            await self._gone(course, "is removed" + note)
        elif phase(last.status) is Phase.FAILED:
            await course.ended(State.FAILED, _failure(last), status=last.status)
        else:
            what = "without a server" if last.server is None else "as before"
            await course.ended(
                State.FAILED,
                f"the service took the removal, but the record is still {last.status}, {what}",
                status=last.status,
            )

    async def _send_removal(self, course: Course, target: Target) -> Sent[PublicIP]:
        async def look() -> Look[PublicIP]:
            record = await self._show(target.id)
            if record is None or record.status == "REMOVING":
                return Look(Fate.APPLIED, record)
            return Look(Fate.NOT_APPLIED)

        async def call() -> PublicIP | None:
            await course.sent((target.key,))
            await self._api.remove_public_ip(target.id)
            return None

        async def patiently() -> PublicIP | None:
            for pause in _BUSY_PAUSES:
                try:
                    return await call()
                except Conflict as conflict:
                    if not any(t.kind is ConflictKind.IP_NOT_ACTIVE for t in conflict.conflicts):
                        raise
                    record = await self._show(target.id)
                    if record is None or record.status == "REMOVING":
                        return None
                    if phase(record.status) is not Phase.MOVING:
                        raise
                    course.seen(detail=f"{target.name} is {record.status}; again in {pause:.0f} s")
                    await self._clock.sleep(pause)
            return await call()

        return await self._sender.send(patiently, look)

    async def _switch_retain_off(self, course: Course, record: PublicIP) -> PublicIP:
        course.seen(detail="switching retain off first")
        try:
            await self._sender.send(
                lambda: self._patch(course, record, keep=False), self._retain_look(record, False)
            )
        except NotSupported:
            return record
        last = await self._follow(course, record)
        if last is None:
            raise Refused(f"{record.address or record.id} went away while retain was switched off")
        if phase(last.status) is Phase.FAILED:
            raise Refused(f"retain could not be switched off: {_failure(last)}")
        return last

    async def _gone(self, course: Course, words: str) -> None:
        target = _given(course.request.public_ip)
        self._region.drop_public_ip(target.key)
        await course.ended(State.SETTLED, f"{target.name} {words}", status="gone")

    # -- retain, assign, move, unassign -------------------------------------------------------

    async def _retain(self, course: Course, *, keep: bool) -> None:
        record = await self._present(course.request)
        if record.retain is keep:
            words = "was retained already" if keep else "was not retained"
            await course.ended(State.SETTLED, f"{_given(course.request.public_ip).name} {words}")
            return
        self._must_be_active(record)
        sent = await self._sender.send(
            lambda: self._patch(course, record, keep=keep), self._retain_look(record, keep)
        )
        await self._follow_change(
            course,
            record,
            sent,
            done=lambda last: last.retain is keep,
            words="is retained" if keep else "is not retained any more",
            gone_is_fine=not keep and record.server is None,
        )

    def _retain_look(self, record: PublicIP, keep: bool) -> Callable[[], Awaitable[Look[PublicIP]]]:
        async def look() -> Look[PublicIP]:
            now = await self._show(record.id)
            if now is None:
                return Look(Fate.APPLIED if not keep else Fate.UNPROVABLE)
            return Look(Fate.APPLIED if now.retain is keep else Fate.NOT_APPLIED, now)

        return look

    async def _patch(self, course: Course, record: PublicIP, *, keep: bool) -> PublicIP | None:
        await course.sent((record.key,))
        return await self._api.retain_public_ip(record.id, keep)

    async def _reassign(self, course: Course) -> None:
        record = await self._present(course.request)
        kind = course.request.kind
        server = None if kind is Kind.UNASSIGN else _given(course.request.server)
        wanted = None if server is None else server.key

        def has_it(now: PublicIP) -> bool:
            return (None if now.server is None else now.server.key) == wanted

        if has_it(record):
            await course.ended(State.SETTLED, "was so already")
            return
        self._must_be_active(record)
        if server is not None:
            holder = next(
                (r for r in await self._records_of(server) if phase(r.status) is not Phase.FAILED),
                None,
            )
            if holder is not None:
                raise Refused(
                    f"{server.name} has {holder.address or 'a public IP'} already, and a cloud "
                    "server has at most one; nothing was sent"
                )

        async def look() -> Look[PublicIP]:
            now = await self._show(record.id)
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

        sent = await self._sender.send(call, look)
        await self._follow_change(
            course,
            record,
            sent,
            done=has_it,
            words="has no server now" if server is None else f"is with {server.name}",
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
        name = _given(course.request.public_ip).name
        note = _lost(sent, "; applied, answer was lost")
        now = sent.result
        if now is not None:
            self._region.put_public_ip(now)
        await course.accepted(
            resource_id=before.id,
            status=before.status if now is None else now.status,
            detail=_lost(sent, "applied"),
        )
        last = await self._follow(course, now or before)
        if last is None:
            state = State.SETTLED if gone_is_fine else State.FAILED
            self._region.drop_public_ip(before.key)
            await course.ended(state, f"{name} is gone{note}", status="gone")
        elif phase(last.status) is Phase.FAILED:
            await course.ended(State.FAILED, _failure(last), status=last.status)
        elif not done(last):
            await course.ended(
                State.FAILED,
                f"the service took the change, but {name} is as before",
                status=last.status,
            )
        else:
            await course.ended(State.SETTLED, f"{name} {words}{note}", status=last.status)

    # -- reading ------------------------------------------------------------------------------

    async def _records_of(self, server: Target) -> tuple[PublicIP, ...]:
        listing = await self._api.list_public_ips_of_server(server.id, priority=_READ)
        for record in listing.items:
            self._region.put_public_ip(record)
        return tuple(record for record in listing.items if phase(record.status) is not Phase.GONE)

    async def _show(self, record_id: str, priority: Priority = _READ) -> PublicIP | None:
        try:
            record = await self._api.show_public_ip(record_id, priority=priority)
        except NotFound:
            self._region.drop_public_ip(record_id.lower())
            return None
        self._region.put_public_ip(record)
        return None if phase(record.status) is Phase.GONE else record

    async def _confirmed(self, request: Request) -> PublicIP | None:
        """Read a record again and hold it against what the operator confirmed."""
        target = _given(request.public_ip)
        record = await self._show(target.id)
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

    async def _present(self, request: Request) -> PublicIP:
        record = await self._confirmed(request)
        if record is None:
            raise Refused(f"{_given(request.public_ip).name} is gone; nothing was sent")
        return record

    def _must_be_active(self, record: PublicIP) -> None:
        if record.status != "ACTIVE":
            raise Refused(
                f"{record.address or record.id} is {record.status}; only an ACTIVE public IP "
                "can be changed; nothing was sent"
            )

    async def _follow(
        self, course: Course, record: PublicIP, *, until_gone: bool = False
    ) -> PublicIP | None:
        """Look at a record until it has settled; None when it is gone."""
        began = self._clock.monotonic()
        step = settled_looks = 0
        last = record
        self._region.followed.add(record.key)
        try:
            while until_gone or phase(last.status) is Phase.MOVING:
                pause = 0.5 if until_gone and step == 0 else poll_pause(step)
                waited = self._clock.monotonic() - began
                await self._clock.sleep(pause if waited < PATIENCE else 30.0)
                step += 1
                try:
                    now = await self._show(record.id, _FOLLOW)
                except (TokenRefused, CredentialsRefused):
                    raise
                except ApiError as error:
                    course.seen(detail=f"cannot see how it goes: {error.one_line()}")
                    continue
                if now is None:
                    return None
                last = now
                late = self._clock.monotonic() - began >= PATIENCE
                course.seen(
                    last.status,
                    f"still {last.status} after {PATIENCE / 60:.0f} min; RackConnect may have "
                    f"stuck: ask Support, naming record {record.id}"
                    if late
                    else None,
                )
                if until_gone and phase(last.status) is not Phase.MOVING:
                    # The list of a busy service may lag a moment behind the answer it gave.
                    settled_looks += 1
                    if phase(last.status) is Phase.FAILED or settled_looks >= len(_BUSY_PAUSES):
                        return last
        finally:
            self._region.followed.discard(record.key)
        return last


def _given(target: Target | None) -> Target:
    if target is None:
        raise ValueError("the request lacks a target that its kind needs")
    return target


def _failure(record: PublicIP) -> str:
    reason = record.status_detail or "no reason given by RackConnect"
    ticket = f"; ticket {record.ticket}" if record.ticket else ""
    return f"{record.status}: {reason}{ticket}"


def _lost(sent: Sent[PublicIP], words: str) -> str:
    if not sent.answer_lost:
        return ""
    return words if words.startswith(";") else f"{words}, answer was lost"
