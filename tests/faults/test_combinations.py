"""Every kind of operation meets everything that can happen to its changing request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Operation, State
from rcv3_tui.simulator import Fault
from rcv3_tui.sync.journal import FileJournal
from tests.faults.conftest import Tally
from tests.faults.fast_clock import FastClock
from tests.faults.judging import Verdict, judge
from tests.faults.kinds import CASES, Case
from tests.faults.lanes import lanes, selected
from tests.faults.mishaps import TIMEOUT, Mishap, mishaps_of
from tests.faults.pace import at_its_own_pace
from tests.faults.running import journal_path, new_state_dir, read_journal, seated
from tests.faults.service import Door, Service
from tests.faults.world import Holdings, World

_AT_ONCE = 4
_SHUT_FOR = 5.0

COMBINATIONS = {f"{case}:{mishap}": (case, mishap) for case in CASES for mishap in mishaps_of(case)}


@pytest.fixture(scope="module")
def verdicts(
    request: pytest.FixtureRequest, served: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[Verdict]]]:
    """What becomes of every combination that was asked for, several at a time."""
    states = tmp_path_factory.mktemp("states")
    jobs = {
        name: partial(_meet, *COMBINATIONS[name], served, states) for name, _ in selected(request)
    }
    with lanes(_AT_ONCE, jobs) as futures:
        yield futures


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_what_was_asked_for_happens_once_and_is_told_truly(
    combination: str, verdicts: Mapping[str, Future[Verdict]], tally: Tally
) -> None:
    tally.add(verdicts[combination].result())


async def _meet(case: Case, mishap: Mishap, served: Service, states: Path) -> Verdict:
    """Carry one kind of operation out while one thing goes wrong, and judge what came of it."""
    return await at_its_own_pace(
        lambda slower: _meet_once(case, mishap, served, new_state_dir(states), slower)
    )


async def _meet_once(
    case: Case, mishap: Mishap, served: Service, state_dir: Path, slower: float
) -> Verdict:
    clock = FastClock(mishap.rate / slower)
    world = World(clock, slower)
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
            account.journal = journal_path(state_dir)
            account.before_first(case.method, case.path(world), at_the_first_change)
            settings = replace(
                world.settings(account.url, timeout=TIMEOUT * slower),
                state_dir=state_dir,
                # Nothing here speaks TLS, and reading the machine's own bundle takes long.
                ca_bundle=state_dir,
            )
            journal = None
            if door is not None:
                journal = _ShutsTheDoor(journal_path(state_dir), door, clock)
            async with seated(settings, clock, journal) as seat:
                await seat.live()
                if mishap.fault is not None:
                    world.account.faults.add(mishap.fault(case, world))
                await seat.carry_out(requests, state_dir)
            await account.quiet()
        assert door is None or door.refusals == 1
    assert before, "the changing request never arrived"
    assert not account.unannounced, "a change left before it was written down"
    world.settle()
    return judge(
        world,
        requests,
        goals,
        before[0],
        read_journal(state_dir),
        allowed=mishap.ends_of,
        spoilt_was_applied=mishap.applied,
        proven_by=mishap.proof,
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

    async def write(self, operation: Operation) -> None:
        await super().write(operation)
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
