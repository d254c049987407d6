"""The account of most console tests, and what opens a console on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, scenario
from tests.tui.builders import Opening, settings_for


@pytest.fixture(autouse=True)
def no_waiting_between_attempts() -> Iterator[None]:
    """A read that failed is tried again at once."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


@pytest.fixture
def clock() -> ManualClock:
    """What console, worker and account all take their time from."""
    return ManualClock()


@pytest.fixture
def account(clock: ManualClock) -> Account:
    """The small demo account; every change takes exactly its time."""
    account = scenario("small", now=clock.timestamp)
    account.jitter = 0.0
    return account


@pytest.fixture
def opened(account: Account, clock: ManualClock) -> Opening:
    """Open a console on the account: `async with opened() as console`."""
    return Opening(account, clock, settings_for(account))
