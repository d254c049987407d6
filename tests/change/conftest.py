"""A simulated account and somebody who changes it from a script."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from tests.support.change_harness import ChangeHarness


@pytest.fixture
def change_harness(account: Account, clock: ManualClock) -> ChangeHarness:
    return ChangeHarness(account, clock)
