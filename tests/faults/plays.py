"""One play: a kind of change on a stage, and the verdict on its result."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rcv3_tui.model.operation import OperationState
from tests.faults.cases import Case
from tests.faults.stage import Player, Stage
from tests.faults.verdicts import Arrival, Verdict, judge, stale
from tests.faults.workers import read_journal


class Play:
    """What is asked for, and what the account held before.

    Args:
        stage: Where.
        case: The kind of change.
    """

    def __init__(self, stage: Stage, case: Case) -> None:
        self.stage = stage
        self.case = case
        self.requests = tuple(case.requests(stage.world))
        self.goals = tuple(case.goals(stage.world))
        self.before = stage.world.holdings(to_be=True) | case.before
        self.finished: list[tuple[float, str]] = []
        """When something was rejected, and what."""

    def note(self, player: Player) -> None:
        """Remember when operations of a worker were rejected."""
        for key, (at, state) in player.ended_at.items():
            if state is OperationState.REJECTED:
                self.finished.append((at, player.worker.operations[key].request.sentence))

    @property
    def sent(self) -> list[Arrival]:
        """The changing requests of this kind, in the order of their arrival."""
        pattern = re.compile(self.case.path(self.stage.world))
        return [
            each
            for each in self.stage.arrivals
            if each.is_change and each.method == self.case.method and pattern.search(each.path)
        ]

    @property
    def changes(self) -> list[Arrival]:
        """All changing requests, in the order of their arrival."""
        return [each for each in self.stage.arrivals if each.is_change]


async def judged(
    played: Play,
    *,
    ends: Sequence[str] | Callable[[int], tuple[str, ...]],
    spoilt_was_applied: bool = False,
    most_sends: int | None = None,
    stale_matters: bool = True,
) -> Verdict:
    """Let the account settle, and judge.

    Args:
        played: What was played.
        ends: How each operation may end.
        spoilt_was_applied: Requests that met a fault had been carried out.
        most_sends: How many changing requests may arrive; a first step counts besides.
        stale_matters: Each change must have been read for right before it.
    """
    stage = played.stage
    await stage.settle()
    verdict = judge(
        stage.world,
        played.requests,
        played.goals,
        played.before,
        read_journal(stage.state_dir),
        allowed=ends if callable(ends) else lambda number: tuple(ends),
        spoilt_was_applied=spoilt_was_applied,
    )
    verdict.unwanted += stage.unannounced
    if stale_matters:
        verdict.unwanted += stale(stage.world, stage.arrivals)
    steps = 1 if played.case.before else 0
    if most_sends is not None and len(played.changes) > most_sends + steps:
        sent = ", ".join(f"{each.method} {_status(each)}" for each in played.changes)
        verdict.unwanted.append(f"sent {len(played.changes)} times: {sent}")
    if played.finished:
        first = min(at for at, _ in played.finished)
        if len(played.requests) == 1:
            verdict.unwanted += [
                f"{each.method} {each.path} left after it was rejected"
                for each in played.changes
                if each.at > first
            ]
    return verdict


def _status(arrived: Arrival) -> int:
    return 0 if arrived.logged is None else arrived.logged.status
