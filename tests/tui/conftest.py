"""The account of most console tests, and what opens a console on it."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, build_scenario
from tests.support.console import Opening, settings_for


@pytest.fixture
def demo_account(clock: ManualClock) -> Account:
    """The small demo account; every change takes exactly its time."""
    demo_account = build_scenario("small", now=clock.timestamp)
    demo_account.jitter = 0.0
    return demo_account


@pytest.fixture
def opened(demo_account: Account, clock: ManualClock) -> Opening:
    """Open a console on the account: `async with opened() as console`."""
    return Opening(demo_account, clock, settings_for(demo_account))
