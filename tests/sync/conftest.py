"""A simulated account, a clock that tests move, and a worker between the two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from rcv3_tui.sync.operations import other_runs
from tests.support.sync_harness import SyncHarness


@pytest_asyncio.fixture
async def sync_harness(account: Account, clock: ManualClock) -> AsyncIterator[SyncHarness]:
    made = SyncHarness(account, clock)
    yield made
    await made.stop()


@pytest.fixture(autouse=True)
def own_shared_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep permits of runs that end in the middle out of the machine's shared memory."""
    monkeypatch.setattr(other_runs, "_SHARED_MEMORY", tmp_path / "no-shared-memory")


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do at once what is left to a thread: the clock of the test must not run ahead of a disk."""

    async def at_once(do: Callable[..., object], *args: object, **named: object) -> object:
        return do(*args, **named)

    monkeypatch.setattr(asyncio, "to_thread", at_once)
