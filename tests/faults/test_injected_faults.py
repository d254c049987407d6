"""Documented refusals, broken lines, and other operators who act between a read and its change."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.simulator import Fault
from tests.faults.cases import ADD_PUBLIC_IP, ASSIGN, CASES, CASES_WITH_TARGET, MOVE, Case
from tests.faults.conftest import Tally
from tests.faults.injected_faults import InjectedFault, faults_of
from tests.faults.plays import Play, judged
from tests.faults.responses import FINAL, TRANSIENT
from tests.faults.stage import Stage
from tests.faults.verdicts import DONE, Verdict
from tests.faults.virtual_time import play
from tests.faults.workers import read_journal

pytestmark = pytest.mark.slow

COMBINATIONS = {
    f"{case}:{injected}": (case, injected) for case in CASES for injected in faults_of(case)
}


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_change_is_applied_once_with_true_outcome(
    combination: str, tally: Tally, tmp_path: Path
) -> None:
    case, injected = COMBINATIONS[combination]
    tally.add(play(lambda: _meet(case, injected, tmp_path)), injected.name, case)


async def _meet(case: Case, injected: InjectedFault, state_dir: Path) -> Verdict:
    stage = Stage(state_dir)
    world = stage.world
    if injected.at_first is not None:
        injected.at_first(case, world)
    played = Play(stage, case)

    def at_the_first_change() -> None:
        if played.sent == [] and case.before:
            # The first of two steps: the second is what meets the fault.
            stage.at_change.append(at_the_first_change)
            return
        if injected.before is not None:
            injected.before(case, world)
            played.before = world.holdings(to_be=True) | case.before
        if injected.nothing_readable:
            world.account.faults.add(Fault.status(500, method="GET", path="/rackconnect/"))

    stage.at_change.append(at_the_first_change)
    async with stage.worker() as player:
        stage.refuses = injected.refused_connections
        if injected.fault is not None:
            world.account.faults.add(injected.fault(case, world))
        await player.carry_out(played.requests)
        played.note(player)
    assert stage.refuses == 0
    return await judged(
        played,
        ends=injected.ends_of,
        spoilt_was_applied=injected.applied,
        most_sends=injected.most_sends,
    )


# -- somebody else does the same ------------------------------------------------------------------

_MEETING = {
    name: {**TRANSIENT, **FINAL}[name]
    for name in ("drop", "429", "500", "503-retry-after", "404-html", "409-unknown", "401")
}


@pytest.mark.parametrize("case", CASES_WITH_TARGET, ids=str)
@pytest.mark.parametrize("answer", ["its own", *_MEETING])
def test_same_change_by_another_client_before_request_is_success(
    case: Case, answer: str, tally: Tally, tmp_path: Path
) -> None:
    async def meet() -> Verdict:
        stage = Stage(tmp_path)
        played = Play(stage, case)

        async def same_first() -> None:
            if not played.sent:
                stage.at_change.append(same_first)
                return
            await stage.same_first(played.sent[0])

        stage.at_change.append(same_first)
        async with stage.worker() as player:
            if answer != "its own":
                path = case.path(stage.world)
                fault = _MEETING[answer](method=case.method, path=path, times=1)
                stage.account.faults.add(fault)
            await player.carry_out(played.requests)
            played.note(player)
        return await judged(played, ends=(DONE,), most_sends=1)

    tally.add(play(meet), f"the same by another operator, {answer}", case)


@pytest.mark.parametrize(
    ("one", "other"),
    [(ADD_PUBLIC_IP, ASSIGN), (ADD_PUBLIC_IP, MOVE), (ASSIGN, MOVE), (MOVE, ADD_PUBLIC_IP)],
    ids=lambda case: case.name,
)
def test_one_server_never_gets_two_addresses_even_where_service_would_let_it(
    one: Case, other: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # What the service answers to a second address is not on record: nothing may rest on it.
    monkeypatch.setattr(
        "rcv3_tui.simulator.public_ip_service._check_free", lambda region, server: None
    )

    async def ask_for_both() -> Stage:
        stage = Stage(tmp_path)
        async with stage.worker() as player:
            requests = [*one.requests(stage.world), *other.requests(stage.world)]
            await player.carry_out(requests)
        await stage.settle()
        return stage

    stage = play(ask_for_both)
    assert len(stage.world.region.ips_of(stage.world.web_01.id)) == 1
    outcomes = sorted(recorded.outcome or "" for recorded in read_journal(tmp_path))
    assert outcomes == ["rejected", "settled"]
