"""Two copies, a clock that is set, a journal that cannot be written, a death, a stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rcv3_tui.model.operation import Operation, OperationState
from rcv3_tui.simulator import Fault
from rcv3_tui.sync.operations.journal import FileJournal, JournalError
from rcv3_tui.sync.operations.recovery import RunLock
from tests.faults.cases import CASES, CASES_WITH_TARGET, Case
from tests.faults.conftest import Tally
from tests.faults.plays import Play, judged
from tests.faults.responses import FINAL, TRANSIENT
from tests.faults.stage import Stage
from tests.faults.verdicts import DONE, REFUSED, UNKNOWN, Verdict
from tests.faults.virtual_time import play
from tests.faults.workers import journal_path, read_journal

pytestmark = pytest.mark.slow

every_case = pytest.mark.parametrize("case", CASES, ids=str)

_ANY = (DONE, REFUSED, UNKNOWN)
_DAY = 86400.0

_FAULTS: dict[str, Callable[..., Fault] | None] = {
    "nothing": None,
    "drop, before": Fault.drop,
    "drop, after": lambda **on: Fault.drop(after=True, **on),
    "drop, late": lambda **on: Fault.drop(**on).applied_late(6.0),
    "429, after": lambda **on: Fault.status(429, after=True, **on),
    "404, late": lambda **on: FINAL["404"](**on).applied_late(6.0),
    "503, before": TRANSIENT["503-retry-after"],
}
_APPLIED = {"drop, after", "drop, late", "429, after", "404, late"}


def _add(fault: str, played: Play) -> None:
    make = _FAULTS[fault]
    if make is not None:
        played.stage.account.faults.add(make(**_once(played)))


def _once(played: Play) -> dict[str, Any]:
    """Say to which request a fault happens."""
    case = played.case
    return {"method": case.method, "path": case.path(played.stage.world), "times": 1}


# -- two copies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "shared"),
    [
        *(pytest.param(case, True, id=f"{case}-one machine") for case in CASES),
        *(pytest.param(case, False, id=f"{case}-two machines") for case in CASES_WITH_TARGET),
    ],
)
@pytest.mark.parametrize("fault", _FAULTS)
def test_two_copies_apply_same_change_once(
    case: Case, fault: str, shared: bool, tally: Tally, tmp_path: Path
) -> None:
    async def meet() -> Verdict:
        stage = Stage(tmp_path / "one")
        played = Play(stage, case)
        other = stage.state_dir if shared else tmp_path / "two"
        async with stage.worker("one") as first, stage.worker("two", state_dir=other) as second:
            _add(fault, played)
            await asyncio.gather(
                first.carry_out(played.requests), second.carry_out(played.requests)
            )
            outcomes = {
                operation.state
                for player in (first, second)
                for operation in player.worker.operations.values()
            }
            recorded = [operation.detail for operation in second.worker.operations.values()]
        if shared:
            # Both copies write one journal: the account has to fit what both say.
            verdict = Verdict()
            await stage.settle()
            held, wanted = stage.world.holdings(), played.before
            for goal in played.goals:
                wanted = wanted | goal
            verdict.wrong += [
                f"{thing}: {how}, not {wanted[thing]}"
                for thing, how in held.items()
                if how != wanted[thing]
            ]
            sends = 1 if fault in _APPLIED or fault == "nothing" else 2
            steps = 1 if case.before else 0
            if len(played.changes) > sends + steps:
                verdict.twice.append(f"sent {len(played.changes)} times")
        else:
            verdict = await judged(
                played, ends=(DONE,), spoilt_was_applied=fault in _APPLIED, stale_matters=False
            )
            # Both may have read before either sent: then the service refuses the second one.
            verdict.twice = [text for text in verdict.twice if "was sent again" not in text]
        if outcomes != {OperationState.SETTLED}:
            verdict.wrong.append(f"ended {sorted(outcomes)}: {recorded}")
        return verdict

    where = "one machine" if shared else "two machines"
    tally.add(play(meet), f"two copies on {where}: {fault}", case)


# -- a clock that is set --------------------------------------------------------------------------


@every_case
@pytest.mark.parametrize("fault", ["nothing", "drop, before", "drop, after", "drop, late"])
@pytest.mark.parametrize("seconds", [-30 * _DAY, -600.0, 600.0, 30 * _DAY])
def test_clock_changes_do_not_affect_outcome(
    case: Case, fault: str, seconds: float, tally: Tally, tmp_path: Path
) -> None:
    async def meet() -> Verdict:
        stage = Stage(tmp_path)
        played = Play(stage, case)
        stage.at_change.append(lambda: stage.clock.jump(seconds))
        async with stage.worker() as player:
            _add(fault, played)
            await player.carry_out(played.requests)
            played.note(player)
        # What looks as if it had been confirmed long ago may be left, never done twice.
        left = fault == "drop, before" and seconds > 0
        return await judged(
            played,
            ends=(DONE, REFUSED) if left or case.before else (DONE,),
            spoilt_was_applied=fault in _APPLIED,
            most_sends=1 if fault in _APPLIED or fault == "nothing" else 2,
        )

    tally.add(play(meet), f"clock set by {seconds:+.0f} s: {fault}", case)


# -- a journal that cannot be written -------------------------------------------------------------


class _FailingJournal(FileJournal):
    """A journal one of whose writes fails, or every one from it on."""

    def __init__(self, stage: Stage, lock: RunLock, fails_at: int, *, for_ever: bool) -> None:
        super().__init__(
            journal_path(stage.state_dir),
            profile="acme",
            tenant=stage.account.tenant_id,
            user=stage.account.username,
            run=lock.run,
        )
        self._fails_at = fails_at
        self._for_ever = for_ever
        self.writes = 0

    async def write(self, operation: Operation) -> None:
        self.writes += 1
        if self.writes == self._fails_at or (self._for_ever and self.writes > self._fails_at):
            raise JournalError(
                "nothing was sent, because the journal cannot be written", "it is full"
            )
        await super().write(operation)


@every_case
@pytest.mark.parametrize("fault", ["nothing", "drop, before", "drop, after"])
@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fails_at", range(1, 6))
def test_line_that_cannot_be_written_lets_nothing_leave_unannounced_or_later(
    case: Case, fault: str, fails_at: int, for_ever: bool, tally: Tally, tmp_path: Path
) -> None:
    async def meet() -> Verdict:
        stage = Stage(tmp_path)
        played = Play(stage, case)
        lock = RunLock(stage.state_dir)
        journal = _FailingJournal(stage, lock, fails_at, for_ever=for_ever)
        async with stage.worker(journal=journal) as player:
            _add(fault, played)
            operations = await player.carry_out(played.requests)
        lock.release()
        sent = len(played.changes)
        verdict = Verdict()
        rejected = [op for op in operations if op.state is OperationState.REJECTED]
        async with stage.worker() as again:
            await stage.clock.sleep(60.0)
            await again.ended()
        await stage.settle()
        if len(rejected) == len(operations) and len(played.changes) > sent:
            verdict.unwanted.append("sent by the next start after it was rejected")
        for operation in rejected:
            if "nothing was sent" in operation.detail and sent and not case.before:
                verdict.wrong.append(f"{operation.detail}, although {sent} requests had left")
        verdict.unwanted += stage.unannounced
        held = stage.world.holdings()
        wanted = dict(played.before)
        for operation, goal in zip(operations, played.goals, strict=True):
            if operation.state is OperationState.SETTLED:
                wanted |= goal
        if all(
            op.state in (OperationState.SETTLED, OperationState.REJECTED) for op in operations
        ) and not (case.before and rejected):
            verdict.wrong += [
                f"{thing}: {how}, not {wanted[thing]}"
                for thing, how in held.items()
                if how != wanted[thing]
            ]
        return verdict

    how = "from a line on" if for_ever else "one line"
    tally.add(play(meet), f"journal fails at {how}: {fault}", case)


# -- a death --------------------------------------------------------------------------------------


class _DyingJournal(_FailingJournal):
    """A journal after whose line the run does nothing any more."""

    def __init__(self, stage: Stage, lock: RunLock, state: OperationState, count: int) -> None:
        super().__init__(stage, lock, 10**9, for_ever=False)
        self._state = state
        self._left = count
        self.died = asyncio.Event()

    async def write(self, operation: Operation) -> None:
        if self.died.is_set():
            await asyncio.get_running_loop().create_future()
        await super().write(operation)
        if operation.state is self._state:
            self._left -= 1
            if self._left == 0:
                self.died.set()
                await asyncio.get_running_loop().create_future()


@every_case
@pytest.mark.parametrize(
    ("answered", "seconds"),
    [
        ("planned", None),
        ("sent", None),
        *(("lost", seconds) for seconds in (None, 0.0, 3.0, 8.0)),
        *(("accepted", seconds) for seconds in (0.0, 3.0, 8.0)),
    ],
)
def test_next_start_probes_as_often_as_crashed_run(
    case: Case, answered: str, seconds: float | None, tally: Tally, tmp_path: Path
) -> None:
    applied = seconds is not None and answered in ("lost", "accepted")

    async def meet() -> Verdict:
        stage = Stage(tmp_path)
        played = Play(stage, case)
        lock = RunLock(stage.state_dir)
        state = OperationState.SENT if answered == "lost" else OperationState(answered)
        count = len(played.requests)
        journal = _DyingJournal(stage, lock, state, count if answered != "lost" else 10**9)
        if answered == "accepted":
            fault = Fault.status(202, body="", **_once(played)).applied_late(seconds or 0.0)
            stage.account.faults.add(fault)
        if answered == "lost":
            silent = Fault.silence(10**6, **_once(played))
            stage.account.faults.add(silent if seconds is None else silent.applied_late(seconds))
        async with stage.worker(journal=journal) as player:
            player.worker.submit(played.requests)
            if answered == "lost":
                await player.until(lambda: bool(played.sent))
                journal.died.set()
            else:
                await journal.died.wait()
        lock.release()
        async with stage.worker() as again:
            await again.until(lambda: len(again.worker.operations) >= count)
            await again.ended()
        return await judged(
            played,
            ends=(DONE,),
            spoilt_was_applied=applied,
            most_sends=1 if applied or answered in ("planned", "sent") else 2,
        )

    when = "not applied" if seconds is None else f"applied {seconds:.0f} s later"
    tally.add(play(meet), f"killed when {answered}, {when}", case)


# -- a stop ---------------------------------------------------------------------------------------


@every_case
@pytest.mark.parametrize("fault", ["drop, before", "503, before", "drop, after", "drop, late"])
@pytest.mark.parametrize("after", [0.0, 1.0, 6.0])
def test_nothing_is_sent_after_stop(
    case: Case, fault: str, after: float, tally: Tally, tmp_path: Path
) -> None:
    async def meet() -> Verdict:
        stage = Stage(tmp_path)
        played = Play(stage, case)
        async with stage.worker() as player:
            _add(fault, played)
            taken = player.worker.submit(played.requests)
            await player.until(lambda: bool(played.sent))
            await stage.clock.sleep(after)
            operations = player.worker._operations
            assert operations is not None
            operations.cancel_batch()
            sent = len(played.changes)
            await player.ended(taken)
        applied = fault in _APPLIED
        verdict = await judged(
            played,
            ends=(DONE,) if applied else (REFUSED,),
            spoilt_was_applied=applied,
        )
        if len(played.changes) > sent:
            verdict.unwanted.append("sent after the stop")
        return verdict

    tally.add(play(meet), f"stopped: {fault}", case)


def test_journal_of_play_is_read_back(tmp_path: Path) -> None:
    async def meet() -> list[str | None]:
        stage = Stage(tmp_path)
        async with stage.worker() as player:
            await player.carry_out(CASES[0].requests(stage.world))
        return [recorded.outcome for recorded in read_journal(tmp_path)]

    assert play(meet) == ["settled"]
