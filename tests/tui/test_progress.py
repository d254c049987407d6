"""Work on several things at once: how far it has come, and what an earlier run did."""

from __future__ import annotations

from datetime import timedelta

from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Request, Target
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.events import OperationsRestored
from rcv3_tui.tui.event_handler import WorkerEvent
from tests.support.console import NARROW, OPS, SERVERS, Opening


async def test_bar_shows_the_progress_of_operations(opened: Opening, demo_account: Account) -> None:
    demo_account.adding_seconds = 5.0
    async with opened() as console:
        demo_account.faults.sleep = console.clock.sleep
        demo_account.faults.add(
            Fault.silence(30.0, method="POST", path="/public_ips$", skip=1, times=1)
        )
        await console.mark(SERVERS, "db-01", "api-02")
        await console.add()
        assert "0 done, 0 failed, 2 left" in console.message
        await console.advance(12)
        assert "█░ 1 done, 0 failed, 1 left; press 5 to list or stop" in console.message
        await console.advance(60)
        assert "██ 2 done, 0 failed, 0 left; 5 lists them" in console.message
        assert sum(" is ACTIVE (" in text for text in console.message_texts) == 2


async def test_end_of_a_batch_names_failures_until_dismissed(
    opened: Opening, demo_account: Account
) -> None:
    async with opened() as console:
        demo_account.faults.add(Fault.status(409, body="No address is left", method="POST", skip=1))
        await console.mark(SERVERS, "db-01", "api-02")
        await console.add()
        await console.advance(30)
        assert "1 done, 1 failed, 0 left" in console.message
        assert "No address is left" in console.message
        await console.press("p")
        assert "1 failed" in console.message


async def test_bar_fits_eighty_columns(opened: Opening) -> None:
    async with opened(size=NARROW) as console:
        await console.mark(SERVERS, "db-01", "api-02")
        await console.add()
        await console.advance(30)
        assert "2 done, 0 failed, 0 left; 5 lists them" in console.message


async def test_operations_of_earlier_runs_are_listed_by_day_without_a_message(
    opened: Opening,
) -> None:
    async with opened() as console:
        day = console.app.worker.clock.now() - timedelta(days=3)
        request = Request(
            kind=OperationKind.ADD_PUBLIC_IP, region="IAD", server=Target("server-9", "web-09")
        )
        past = Operation(
            "op-9", request, OperationState.FAILED, asked=day, changed=day, detail="ADD_FAILED"
        )
        shown = len(console.message_texts)
        console.app.post_message(WorkerEvent(console.app.worker, OperationsRestored((past,))))
        await console.settle()
        assert len(console.message_texts) == shown
        assert "operation" not in console.header
        await console.press("5")
        (row,) = [line for line in console.lines(OPS) if "web-09" in line]
        assert "12 Jan" in row
        assert "ADD_FAILED" in row
