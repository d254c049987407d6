"""Ages are judged by the service's clock, whatever the local one says."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account
from tests.support.status_harness import StatusHarness


@pytest.mark.parametrize("ahead", [360.0, -360.0, 40_000.0])
async def test_new_address_is_not_stuck_with_a_wrong_local_clock(
    clock: ManualClock, ahead: float
) -> None:
    account = Account(now=lambda: clock.timestamp() - ahead)
    server = account.add_server("web-01")
    account.add_public_ip(server, status="ADDING", age=5.0)
    harness = StatusHarness(account, clock)

    result = await harness.run()

    assert result.code is ExitCode.OK
    assert "longer than usual" not in result.out
    assert "ADDING 5s" in result.out or "ADDING 6s" in result.out
    assert "2026-01-15T" in result.out


@pytest.mark.parametrize("ahead", [360.0, -360.0])
async def test_old_transition_is_stuck_with_any_local_clock(
    clock: ManualClock, ahead: float
) -> None:
    account = Account(now=lambda: clock.timestamp() - ahead)
    account.add_public_ip(account.add_server("web-01"), status="ADDING", age=400.0)

    result = await StatusHarness(account, clock).run()

    assert result.code is ExitCode.ATTENTION
    assert "longer than usual" in result.out
