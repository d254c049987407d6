"""A simulated account and somebody who asks about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from tests.oneshot.desk import Desk


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


@pytest.fixture
def desk(account: Account, clock: ManualClock) -> Desk:
    return Desk(account, clock)
