"""Every kind of operation meets everything that can happen to its changing request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Operation, State
from rcv3_tui.simulator import Fault
from rcv3_tui.sync.journal import FileJournal
from tests.faults.conftest import Tally
from tests.faults.fast_clock import FastClock
from tests.faults.judging import judge
from tests.faults.kinds import CASES, Case
from tests.faults.mishaps import TIMEOUT, Mishap, mishaps_of
from tests.faults.running import journal_path, read_journal, seated
from tests.faults.service import Door, Service
from tests.faults.world import Holdings, World

_SHUT_FOR = 5.0

COMBINATIONS = [
    pytest.param(case, mishap, id=f"{case}:{mishap}")
    for case in CASES
    for mishap in mishaps_of(case)
]


@pytest.mark.parametrize(("case", "mishap"), COMBINATIONS)
async def test_what_was_asked_for_happens_once_and_is_told_truly(
    case: Case, mishap: Mishap, served: Service, tally: Tally, tmp_path: Path
) -> None:
    clock = FastClock(mishap.rate)
    world = World(clock)
    requests, goals = case.requests(world), case.goals(world)
    if mishap.at_first is not None:
        mishap.at_first(case, world)
    before: list[Holdings] = []

    def at_the_first_change() -> None:
        if mishap.before is not None:
            mishap.before(case, world)
        if mishap.nothing_readable:
            world.account.faults.add(Fault.status(500, method="GET", path="/rackconnect/"))
        before.append(world.holdings(to_be=True))

    async with _door(served, mishap) as door:
        with served.serving(world.account, door.url if door else None) as account:
            account.journal = journal_path(tmp_path)
            account.before_first(case.method, case.path(world), at_the_first_change)
            settings = replace(
                world.settings(account.url, timeout=TIMEOUT),
                state_dir=tmp_path,
                ca_bundle=tmp_path,
            )
            journal = None
            if door is not None:
                journal = _ShutsTheDoor(journal_path(tmp_path), door, clock)
            async with seated(settings, clock, journal) as seat:
                await seat.live()
                if mishap.fault is not None:
                    world.account.faults.add(mishap.fault(case, world))
                await seat.carry_out(requests, tmp_path)
            await account.quiet()
        assert door is None or door.refusals == 1
    assert before, "the changing request never arrived"
    assert not account.unannounced, "a change left before it was written down"
    world.settle()
    tally.add(
        judge(
            world,
            requests,
            goals,
            before[0],
            read_journal(tmp_path),
            allowed=lambda number: (mishap.end_of(number),),
            spoilt_was_applied=mishap.applied,
            proven_by=mishap.proof,
        )
    )


class _ShutsTheDoor(FileJournal):
    """A journal that refuses all connections from the moment that a first change is to leave.

    Args:
        path: The file.
        door: What is shut.
        clock: Measures how long.
    """

    def __init__(self, path: Path, door: Door, clock: Clock) -> None:
        super().__init__(path, profile="acme", tenant="123456", user="demo")
        self._door = door
        self._clock = clock
        self._opening: asyncio.Task[None] | None = None

    async def write(self, operation: Operation, known: tuple[str, ...] = ()) -> None:
        await super().write(operation, known)
        if operation.state is State.SENT and self._opening is None:
            await self._door.shut()
            self._opening = asyncio.get_running_loop().create_task(self._open_again())

    async def _open_again(self) -> None:
        await self._clock.sleep(_SHUT_FOR)
        await self._door.open()


@asynccontextmanager
async def _door(served: Service, mishap: Mishap) -> AsyncIterator[Door | None]:
    if not mishap.refused_connection:
        yield None
        return
    door = Door(served.url)
    await door.open()
    try:
        yield door
    finally:
        await door.shut()
