"""The worker lives by the service's clock: ages, operations and what it resumes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.diagnostics.index import diagnose
from rcv3_tui.simulator import Account
from tests.support.sync_harness import SyncHarness, add_ip


def account_of(clock: ManualClock, ahead: float) -> Account:
    """An account whose service is behind the local clock."""
    account = Account(now=lambda: clock.timestamp() - ahead)
    account.add_network()
    account.add_server("web-01", age=86400.0)
    account.jitter = 0.0
    return account


@pytest.mark.parametrize("ahead", [360.0, -360.0])
async def test_operation_and_record_have_services_time(clock: ManualClock, ahead: float) -> None:
    account = account_of(clock, ahead)
    harness = SyncHarness(account, clock)
    await harness.start()
    try:
        (server,) = account.region("IAD").servers.values()
        (operation,) = harness.submit(add_ip(server))
        await harness.advance(3)

        service = clock.now() - timedelta(seconds=ahead)
        assert abs(operation.asked - service) < timedelta(seconds=5)
        assert abs(harness.worker.clock.now() - service) < timedelta(seconds=2)
        (record,) = harness.snapshot.public_ips.values()
        assert record.status == "ADDING"
        assert diagnose(harness.snapshot, harness.worker.clock.now()) == ()
    finally:
        await harness.stop()
