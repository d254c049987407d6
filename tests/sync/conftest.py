"""A simulated account, a clock that tests move, and a worker between the two."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import stamina

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from tests.sync.bench import Bench


@pytest.fixture(autouse=True)
def no_back_off_inside_a_call() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def account(clock: ManualClock) -> Account:
    """An account with a network and nothing else; every change takes exactly its time."""
    account = Account(now=clock.timestamp)
    account.jitter = 0.0
    account.faults.sleep = clock.sleep
    account.add_network()
    return account


@pytest_asyncio.fixture
async def bench(account: Account, clock: ManualClock) -> AsyncIterator[Bench]:
    made = Bench(account, clock)
    yield made
    await made.stop()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state" / "rcv3-tui"
