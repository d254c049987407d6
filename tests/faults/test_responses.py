"""Every answer x every kind of change x before, after and long before the change is applied."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.cases import CASES, Case
from tests.faults.conftest import Tally
from tests.faults.plays import Play, judged
from tests.faults.responses import Answer, answers_of
from tests.faults.stage import Stage
from tests.faults.verdicts import Verdict
from tests.faults.virtual_time import play

pytestmark = pytest.mark.slow

COMBINATIONS = {
    f"{case}:{answer.name}:{answer.when}": (case, answer)
    for case in CASES
    for answer in answers_of(case)
}


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_response_never_decides_outcome(combination: str, tally: Tally, tmp_path: Path) -> None:
    case, answer = COMBINATIONS[combination]
    tally.add(play(lambda: _meet(case, answer, tmp_path)), f"{answer.name}", case)


async def _meet(case: Case, answer: Answer, state_dir: Path) -> Verdict:
    stage = Stage(state_dir)
    made = Play(stage, case)
    async with stage.worker() as player:
        stage.account.faults.add(answer.fault(case.method, case.path(stage.world)))
        await player.carry_out(made.requests)
        made.note(player)
    return await judged(
        made,
        ends=answer.ends,
        spoilt_was_applied=answer.is_applied,
        most_sends=answer.most_sends,
    )
