"""Carries out operations on public IPs, and follows each record until it is stable."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from rcv3_tui.api.errors import ApiError, OperationNotSupported
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import OperationKind, OperationState, Target
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.status import Phase, failure_text, phase
from rcv3_tui.sync.operations.build_wait import wait_for_build
from rcv3_tui.sync.operations.idempotent import Applied, IdempotentSender, OutcomeUnknown
from rcv3_tui.sync.operations.public_ip_steps import (
    AddPublicIPStep,
    PublicIPProbe,
    ReassignStep,
    RemovePublicIPStep,
    RetainStep,
    StillRetained,
    best,
    new_ones,
)
from rcv3_tui.sync.operations.tracker import NotSent, OperationTracker, Rejected
from rcv3_tui.sync.operations.transition import (
    LAGGING_POLLS,
    USUAL_SECONDS,
    TransitionPolls,
    overdue_text,
)
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

_APPEARS = (0.0, 2.0, 3.0, 5.0, 8.0, 12.0, 15.0, 15.0)
"""Seconds before each probe for an accepted record that the response did not name correctly."""

_FIRST_POLL = 0.5
"""Seconds before the first poll if the response to the change did not contain the record."""

Outcome = tuple[OperationState, str]
"""The state in which an operation ends, and its description."""


class PublicIPOperations:
    """Carries out operations on public IPs in one region.

    Args:
        region: The region; its snapshot is updated with what is read.
        clock: Measures the delays.
    """

    def __init__(self, region: RegionSyncer, clock: Clock) -> None:
        self._region = region
        self._clock = clock
        self._sender = IdempotentSender(region.rate_limiter, clock)
        self._probe = PublicIPProbe(region, clock)

    async def carry_out(self, tracker: OperationTracker) -> None:
        """Carry out one operation and poll the public IP until it is stable.

        Raises:
            ApiError: The service rejected it or could not be read; nothing was applied.
            Rejected: A check before sending failed.
            OutcomeUnknown: The response was lost, and no probe could replace it.
        """
        match tracker.request.kind:
            case OperationKind.ADD_PUBLIC_IP:
                await self._add(tracker)
            case OperationKind.REMOVE_PUBLIC_IP:
                await self._remove(tracker)
            case OperationKind.RETAIN | OperationKind.RELEASE:
                await self._retain(tracker)
            case OperationKind.ASSIGN | OperationKind.MOVE | OperationKind.UNASSIGN:
                await self._reassign(tracker)
            case _:
                raise AssertionError(tracker.request.kind)

    # -- add ----------------------------------------------------------------------------------

    async def _add(self, tracker: OperationTracker) -> None:
        answer: PublicIP | None = None
        if tracker.operation.state is OperationState.PLANNED and tracker.request.wait_for_build:
            await wait_for_build(tracker, self._region, self._clock)
        if tracker.operation.state is not OperationState.ACCEPTED:
            sent = await self._sender.send(AddPublicIPStep(tracker, self._probe))
            if sent.already and sent.result is not None:
                await self._finish_existing(tracker, sent.result)
                return
            tracker.response_lost = sent.response_lost
            answer = sent.result
            if answer is not None and self._is_plausible(answer, tracker):
                self._region.upsert_public_ip(answer)
                await tracker.record_accepted(resource_id=answer.id, status=answer.status)
            else:
                answer = None
                await tracker.record_accepted()
        with self._following(answer):
            record = await self._find_new(tracker, answer)
        if record is None:
            await tracker.finish(
                OperationState.FAILED, "the new record is gone again", status="gone"
            )
        else:
            await self._follow_new(tracker, record)

    def _following(self, answer: PublicIP | None) -> AbstractContextManager[None]:
        return (
            nullcontext() if answer is None else self._region.public_ip_polls.following(answer.key)
        )

    @staticmethod
    def _is_plausible(answer: PublicIP, tracker: OperationTracker) -> bool:
        """Return whether a response can be the new record: it may name a job instead."""
        wanted = None if tracker.request.server is None else tracker.server.key
        server = None if answer.server is None else answer.server.key
        return answer.key not in tracker.operation.known and server == wanted

    async def _finish_existing(self, tracker: OperationTracker, record: PublicIP) -> None:
        """End with a record that another client has added."""
        server, address = tracker.server.name, record.address or "a public IP"
        if phase(record.status) is Phase.TRANSITIONING:
            words = "one is being added already; nothing was sent"
            await tracker.record_accepted(resource_id=record.id, status=record.status, words=words)
            await self._follow_new(tracker, record)
            return
        if tracker.request.retain and not record.retain:
            raise NotSent(
                f"{server} already has {address}, which is not retained; retain it instead"
            )
        await tracker.finish(
            OperationState.SETTLED,
            f"{server} already has {address}; nothing was sent",
            resource_id=record.id,
            status=record.status,
        )

    async def _find_new(
        self, tracker: OperationTracker, answer: PublicIP | None
    ) -> PublicIP | None:
        """Return the record that the service created, whatever its response called it.

        Returns:
            The record; None if one that existed is gone again.

        Raises:
            OutcomeUnknown: The service lists none.
        """
        named = tracker.operation.resource_id
        trouble = ""
        delays = _APPEARS if answer is None else _APPEARS[1:]
        for number, delay in enumerate(delays):
            if number == 0 and answer is not None and tracker.others_wait():
                # The read that finds the record will mostly find it stable.
                delay = USUAL_SECONDS
            await self._clock.sleep(delay)
            try:
                if answer is not None and number == 0:
                    listed = await self._region.public_ip_polls.listed(answer.key)
                    if listed is not None and listed.record is not None:
                        return listed.record
                records = (await self._probe.added_for(tracker.request)).items
            except ApiError as error:
                trouble = f": {error.one_line()}"
                tracker.note_status(None, f"its status cannot be read{trouble}")
                continue
            trouble = ""
            # The record that the response named is the new one, whatever the clocks say of its age.
            found = next((record for record in records if record.id == named), None)
            found = found or best(new_ones(records, tracker))
            if found is not None:
                if answer is not None and found.key != answer.key:
                    self._region.remove_public_ip(answer.key)
                return found
        if answer is None and named is not None and not trouble:
            return None
        raise OutcomeUnknown(f"the service accepted the request, but lists no new IP{trouble}")

    async def _follow_new(self, tracker: OperationTracker, record: PublicIP) -> None:
        if (record.id, record.status) != (tracker.operation.resource_id, tracker.operation.status):
            await tracker.record_accepted(resource_id=record.id, status=record.status)
        last = await self._follow(
            tracker,
            Target(record.id, record.address or record.id),
            before=None,
            answer=record,
            done=lambda record: True,
        )

        def outcome(last: PublicIP) -> Outcome:
            words = f"{last.address or 'the address'} is {last.status}"
            if tracker.request.retain and not last.retain:
                return OperationState.FAILED, f"{words}, but the service did not retain it"
            return OperationState.SETTLED, words

        await self._finish(
            tracker,
            last,
            if_gone=(OperationState.FAILED, "the new record is gone again"),
            outcome=outcome,
        )

    # -- remove -------------------------------------------------------------------------------

    async def _remove(self, tracker: OperationTracker) -> None:
        target = tracker.public_ip
        step = RemovePublicIPStep(tracker, self._probe)
        if tracker.operation.state is not OperationState.ACCEPTED:
            try:
                sent = await self._sender.send(step)
            except StillRetained as retained:
                step, sent = await self._remove_retained(tracker, retained.record)
            if sent.already and sent.result is None:
                self._region.remove_public_ip(target.key)
                await tracker.finish(
                    OperationState.SETTLED, f"{target.name} was gone already", status="gone"
                )
                return
            tracker.response_lost = tracker.response_lost or sent.response_lost
        await tracker.record_accepted(resource_id=target.id, status="REMOVING")
        last = await self._follow(
            tracker, target, before=step.before, answer=None, done=lambda record: False
        )

        def not_removed(last: PublicIP) -> Outcome:
            what = "without a server" if last.server is None else "unchanged"
            words = f"the service accepted the removal, but the record is still {last.status}"
            return OperationState.FAILED, f"{words}, {what}"

        await self._finish(
            tracker,
            last,
            if_gone=(OperationState.SETTLED, f"{target.name} is removed"),
            outcome=not_removed,
        )

    async def _remove_retained(
        self, tracker: OperationTracker, record: PublicIP
    ) -> tuple[RemovePublicIPStep, Applied[PublicIP]]:
        """Carry out the two steps that a retained public IP takes (reference 4.6)."""
        tracker.note_waiting("retained: switching retain off first")
        try:
            await self._release(tracker, record)
        except OperationNotSupported:
            step = RemovePublicIPStep(tracker, self._probe, retained_too=True)
            return step, await self._sender.send(step)
        step = RemovePublicIPStep(tracker, self._probe, words="step 2 of 2: removing")
        try:
            return step, await self._sender.send(step)
        except (ApiError, Rejected) as error:
            raise NotSent(
                f"retain is switched off, but {tracker.public_ip.name} was not removed: {error}"
            ) from error

    async def _release(self, tracker: OperationTracker, record: PublicIP) -> None:
        words = "step 1 of 2: switching retain off"
        step = RetainStep(tracker, self._probe, retain=False, words=words)
        sent = await self._sender.send(step)
        try:
            last = await self._follow(
                tracker,
                tracker.public_ip,
                before=record,
                answer=_answer_about(record.key, sent),
                done=lambda now: not now.retain,
            )
        except ApiError as error:
            words = f"retain is being switched off, and nothing was removed: {error}"
            raise NotSent(words) from error
        # A record that is gone meanwhile is in its end state, which the second step finds.
        if last is not None and phase(last.status) is Phase.FAILED:
            raise NotSent(f"retain could not be switched off: {failure_text(last)}")
        if last is not None and last.retain:
            raise NotSent("retain could not be switched off; nothing was removed")

    # -- retain, assign -----------------------------------------------------------------------

    async def _retain(self, tracker: OperationTracker) -> None:
        """Switch retain on or off."""
        retain = tracker.request.kind is OperationKind.RETAIN
        name = tracker.public_ip.name
        step = RetainStep(tracker, self._probe, retain=retain)
        sent: Applied[PublicIP] = Applied(None)
        if tracker.operation.state is not OperationState.ACCEPTED:
            sent = await self._sender.send(step)
            if sent.already:
                words = f"{name} {'was retained already' if retain else 'was not retained'}"
                if sent.result is None:
                    words = f"{name} is gone already"
                await tracker.finish(OperationState.SETTLED, words)
                return
        gone_is_fine = not retain and tracker.request.held_by is None
        await self._follow_change(
            tracker,
            step.before,
            sent,
            done=lambda now: now.retain is retain,
            words="is retained" if retain else "is no longer retained",
            if_gone=OperationState.SETTLED if gone_is_fine else OperationState.FAILED,
        )

    async def _reassign(self, tracker: OperationTracker) -> None:
        """Assign a record to another server, or unassign it."""
        server = None if tracker.request.kind is OperationKind.UNASSIGN else tracker.server
        step = ReassignStep(tracker, self._probe, server)
        sent: Applied[PublicIP] = Applied(None)
        if tracker.operation.state is not OperationState.ACCEPTED:
            sent = await self._sender.send(step)
            if sent.already:
                await tracker.finish(OperationState.SETTLED, "was so already")
                return
        words = "has no server now" if server is None else f"is with {server.name}"
        await self._follow_change(tracker, step.before, sent, done=step.has_it, words=words)

    async def _follow_change(
        self,
        tracker: OperationTracker,
        before: PublicIP | None,
        sent: Applied[PublicIP],
        *,
        done: Callable[[PublicIP], bool],
        words: str,
        if_gone: OperationState = OperationState.FAILED,
    ) -> None:
        target, name = tracker.public_ip, tracker.public_ip.name
        now = _answer_about(target.key, sent)
        tracker.response_lost = tracker.response_lost or sent.response_lost
        if now is not None:
            self._region.upsert_public_ip(now)
        await tracker.record_accepted(
            resource_id=target.id, status=None if now is None else now.status
        )
        last = await self._follow(tracker, target, before=before, answer=now, done=done)

        def outcome(last: PublicIP) -> Outcome:
            if done(last):
                return OperationState.SETTLED, f"{name} {words}"
            return (
                OperationState.FAILED,
                f"the service accepted the change, but {name} is unchanged",
            )

        await self._finish(tracker, last, if_gone=(if_gone, f"{name} is gone"), outcome=outcome)

    # -- until it is stable -------------------------------------------------------------------

    async def _follow(
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
        polls = TransitionPolls(self._clock)
        lagging = 0
        last = answer

        async def read() -> PublicIP | None:
            if (listed := await self._region.public_ip_polls.listed(target.key)) is not None:
                return listed.record
            now = await self._probe.show(target.id, Priority.FOCUSED)
            if now is None and (last is None or last.status != "REMOVING"):
                now = await self._probe.present(target)
            return now

        self._region.followed.add(target.key)
        try:
            with self._region.public_ip_polls.following(target.key):
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
            self._region.followed.discard(target.key)
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

    # -- the end ------------------------------------------------------------------------------

    async def _finish(
        self,
        tracker: OperationTracker,
        last: PublicIP | None,
        *,
        if_gone: Outcome,
        outcome: Callable[[PublicIP], Outcome],
    ) -> None:
        """End an operation with the record as last read.

        Args:
            tracker: The operation.
            last: The stable or failed record; None: it is gone.
            if_gone: The outcome if it is gone.
            outcome: Returns the outcome of a stable record.
        """
        if last is None:
            await tracker.finish(*if_gone, status="gone")
        elif phase(last.status) is Phase.FAILED:
            await tracker.finish(OperationState.FAILED, failure_text(last), status=last.status)
        else:
            await tracker.finish(*outcome(last), status=last.status)


def _answer_about(key: str, sent: Applied[PublicIP]) -> PublicIP | None:
    """Return a change's response if it is about a record; it may name a job, or nothing."""
    return sent.result if sent.result is not None and sent.result.key == key else None
