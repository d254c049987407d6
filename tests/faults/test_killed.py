"""The program is killed in the middle of an operation, and its next start resumes it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from rcv3_tui.model.operation import OperationState
from rcv3_tui.simulator import Fault
from tests.faults.cases import (
    ADD_NODES,
    ADD_PUBLIC_IP,
    MOVE,
    REMOVE_NODES,
    REMOVE_PUBLIC_IP,
    REMOVE_RETAINED,
    Case,
)
from tests.faults.child import Orders
from tests.faults.conftest import Tally
from tests.faults.fast_clock import FastClock
from tests.faults.pace import at_its_own_pace
from tests.faults.service import Service
from tests.faults.verdicts import DONE, REFUSED, Verdict, judge
from tests.faults.workers import journal_path, new_state_dir, read_journal
from tests.faults.world import World

# Real time, run fast, against a service behind a socket.
pytestmark = [pytest.mark.slow, pytest.mark.real_time]

_RATE = 150.0
"""Slower than elsewhere: a new process takes half a second to start."""

_DEADLINE = 40.0
_ROOT = Path(__file__).parents[2]

APPLIED = "sent-and-applied"
MOMENTS = ("planned", "sent", APPLIED, "accepted")
"""The last thing that was on the disk, or was done, when the program was killed."""

RESTARTED_AT_ONCE, RESTARTED_LATE = "", "-and-started-late"
_LATE = 24 * 3600.0
"""Seconds after which nobody may want any more what has not been done."""

_LATE_CASES = (ADD_PUBLIC_IP, MOVE, ADD_NODES, REMOVE_NODES)
_CASES = (*_LATE_CASES, REMOVE_PUBLIC_IP, REMOVE_RETAINED)
"""One case for each sequence of requests. The others differ in the request alone, which
`test_circumstances.py` covers at the same moments without processes."""

KILLS = {
    f"killed-at-{moment}{later}:{case}": (case, moment, later)
    for later in (RESTARTED_AT_ONCE, RESTARTED_LATE)
    for moment in MOMENTS
    for case in _CASES
    if not later or (moment in ("sent", APPLIED) and case in _LATE_CASES)
}


@pytest.mark.parametrize("kill", KILLS)
async def test_next_start_reaches_true_outcome(
    kill: str, served: Service, tally: Tally, tmp_path: Path
) -> None:
    case, moment, later = KILLS[kill]
    verdict = await at_its_own_pace(
        lambda slower: _kill_and_restart(
            case, moment, later, served, new_state_dir(tmp_path), slower
        )
    )
    tally.add(verdict, f"a process killed at {moment}{later}", case)


async def _kill_and_restart(
    case: Case, moment: str, later: str, served: Service, state_dir: Path, slower: float
) -> Verdict:
    clock = FastClock(_RATE / slower)
    world = World(clock)
    requests, goals = tuple(case.requests(world)), case.goals(world)
    before = world.holdings()
    with served.serving(world.account) as account:
        account.journal = journal_path(state_dir)
        again = Orders(
            account.url,
            world.account.username,
            world.account.api_key,
            str(state_dir),
            clock.origin,
            clock.rate,
        )
        first = msgspec.structs.replace(again, requests=requests)
        if moment != APPLIED:
            first = msgspec.structs.replace(first, die_at=OperationState(moment))
        child = await _start(first)
        if moment == APPLIED:
            _kill_once_applied(child, case, world)
        assert await _end_of(child) == (-signal.SIGKILL, ""), "it did not come to be killed"
        await account.quiet()
        if later:
            clock.set_forward(_LATE)
            again = msgspec.structs.replace(again, origin=clock.origin)
        assert await _end_of(await _start(again)) == (0, "")
        await account.quiet()
    assert not account.unannounced, "a change left before it was written down"
    world.settle()
    return judge(
        world,
        requests,
        goals,
        before,
        read_journal(state_dir),
        # What had not left, or had not arrived, is not done a day later: somebody may have.
        allowed=lambda number: (REFUSED if later and moment != APPLIED else DONE,),
        spoilt_was_applied=True,
    )


def _kill_once_applied(child: asyncio.subprocess.Process, case: Case, world: World) -> None:
    async def kill(seconds: float) -> None:
        os.kill(child.pid, signal.SIGKILL)

    # The silence between the work and its answer is when the killing is done.
    world.account.faults.sleep = kill
    world.account.faults.add(
        Fault.silence(0.0, after=True, method=case.method, path=case.path(world), times=1)
    )


async def _start(orders: Orders) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.child",
        msgspec.json.encode(orders).decode(),
        cwd=_ROOT,
        stderr=asyncio.subprocess.PIPE,
    )


async def _end_of(child: asyncio.subprocess.Process) -> tuple[int | None, str]:
    try:
        async with asyncio.timeout(_DEADLINE):
            _, errors = await child.communicate()
    finally:
        # Also when the test is cancelled: the loop must not be closed before the child is reaped.
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode, errors.decode()
