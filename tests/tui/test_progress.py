"""Work on several things at once: how far it has come, and what an earlier run did."""

from __future__ import annotations

from datetime import timedelta

from rcv3_tui.model.operation import Kind, Operation, Request, State, Target
from rcv3_tui.simulator import Account, Fault
from rcv3_tui.sync.changes import OperationsRecalled
from rcv3_tui.tui.messages import WorkerSpoke
from tests.tui.builders import NARROW, OPS, SERVERS, Opening


async def test_a_bar_tells_how_far_the_work_has_come(opened: Opening, account: Account) -> None:
    account.adding_seconds = 5.0
    async with opened() as console:
        account.faults.sleep = console.clock.sleep
        account.faults.add(Fault.silence(30.0, method="POST", path="/public_ips$", skip=1, times=1))
        await console.mark(SERVERS, "db-01", "api-02")
        await console.press("a")
        assert "0 done, 0 failed, 2 left" in console.message
        await console.advance(12)
        assert "█░ 1 done, 0 failed, 1 left; 5 stops" in console.message
        await console.advance(60)
        assert "██ 2 done, 0 failed, 0 left; 5 lists them" in console.message
        assert sum(" is ACTIVE (" in text for text in console.said) == 2


async def test_the_end_of_the_work_names_what_failed_and_stays(
    opened: Opening, account: Account
) -> None:
    async with opened() as console:
        account.faults.add(Fault.status(409, body="No address is left", method="POST", skip=1))
        await console.mark(SERVERS, "db-01", "api-02")
        await console.press("a")
        await console.advance(30)
        assert "1 done, 1 failed, 0 left" in console.message
        assert "No address is left" in console.message
        await console.press("p")
        assert "1 failed" in console.message


async def test_the_bar_fits_eighty_columns(opened: Opening) -> None:
    async with opened(size=NARROW) as console:
        await console.mark(SERVERS, "db-01", "api-02")
        await console.press("a")
        await console.advance(30)
        assert "2 done, 0 failed, 0 left; 5 lists them" in console.message


async def test_what_an_earlier_run_did_is_listed_by_its_day_without_a_word_about_it(
    opened: Opening,
) -> None:
    async with opened() as console:
        day = console.app.worker.clock.now() - timedelta(days=3)
        request = Request(
            kind=Kind.ADD_PUBLIC_IP, region="IAD", server=Target("server-9", "web-09")
        )
        past = Operation("op-9", request, State.FAILED, asked=day, changed=day, detail="ADD_FAILED")
        said = len(console.said)
        console.app.post_message(WorkerSpoke(console.app.worker, OperationsRecalled((past,))))
        await console.settle()
        assert len(console.said) == said
        assert "operation" not in console.header
        await console.press("5")
        (row,) = [line for line in console.lines(OPS) if "web-09" in line]
        assert "12 Jan" in row
        assert "ADD_FAILED" in row
