"""A simulated account and somebody who asks about it."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from tests.support.status_harness import StatusHarness


@pytest.fixture
def status_harness(account: Account, clock: ManualClock) -> StatusHarness:
    return StatusHarness(account, clock)
