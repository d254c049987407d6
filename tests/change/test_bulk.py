"""Many names: within the rate limit, announced before, finished about when announced."""

from __future__ import annotations

import re

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.simulator import Account
from rcv3_tui.sync.operations.estimate import announcement, estimated_seconds
from tests.support.change_harness import ChangeHarness


def adds(count: int) -> list[Request]:
    return [
        Request(
            kind=OperationKind.ADD_PUBLIC_IP,
            region="IAD",
            server=Target(f"id-{number}", f"web-{number}"),
        )
        for number in range(count)
    ]


def test_duration_of_many_is_announced() -> None:
    assert announcement(adds(250)) == "250 addresses at 30 requests a minute: about 21 minutes"


def test_duration_of_few_is_not_announced() -> None:
    assert announcement(adds(3)) == ""


async def test_many_adds_take_about_as_long_as_announced(
    change_harness: ChangeHarness, account: Account
) -> None:
    names = [account.add_server(f"web-{number:03d}").name for number in range(60)]
    began = change_harness.clock.monotonic()

    result = await change_harness.run("ip add", *names)

    assert result.code is ExitCode.OK
    assert change_harness.changes == {"POST": 60}
    took = change_harness.clock.monotonic() - began
    assert "60 addresses at 30 requests a minute: about 6 minutes" in result.err
    assert took == pytest.approx(estimated_seconds(adds(60)), rel=0.25)
    assert re.search(r"\d+ of 60 done, 0 failed, \d+ not sent yet \(\dm\)", result.err)
    # The simulator rejects what exceeds the limit.
    assert not [request for request in account.requests if request.status == 403]


@pytest.mark.parametrize("adding_seconds", [7.5, 90.0])
async def test_many_addresses_are_polled_with_lists(
    change_harness: ChangeHarness, account: Account, adding_seconds: float
) -> None:
    names = [account.add_server(f"web-{number:03d}").name for number in range(60)]
    account.adding_seconds = adding_seconds
    began = change_harness.clock.monotonic()

    task = change_harness.start("ip add", *names)
    await change_harness.until(lambda: change_harness.changes["POST"] >= 40)
    settled_meanwhile = change_harness.written.count("settled")
    result = await change_harness.finish(task)

    assert settled_meanwhile >= (25 if adding_seconds < 60 else 10)

    assert result.code is ExitCode.OK
    assert change_harness.changes == {"POST": 60}
    # A read before each request, and a list now and then for all that are in transition.
    assert change_harness.reads <= 60 + 45
    took = change_harness.clock.monotonic() - began
    assert took < estimated_seconds(adds(60)) + adding_seconds + 30


async def test_waiting_in_a_long_queue_does_not_count_as_not_settled(
    change_harness: ChangeHarness, account: Account
) -> None:
    names = [account.add_server(f"web-{number:03d}").name for number in range(40)]

    result = await change_harness.run("ip add", *names, wait=90.0)

    assert result.code is ExitCode.OK


async def test_thousands_of_names_are_planned_at_once(
    change_harness: ChangeHarness, account: Account
) -> None:
    names = [account.add_server(f"web-{number:04d}").name for number in range(3000)]

    result = await change_harness.run("ip add", *names, dry_run=True)

    assert re.search(r"3000 addresses at 30 requests a minute: about 4\.\d hours", result.out)
    assert change_harness.changes == {}


async def test_many_pool_members_take_one_request_per_50(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_pool("web-80")
    names = [account.add_server(f"web-{number:03d}").name for number in range(120)]

    result = await change_harness.run("pool add", "web-80", *names)

    assert result.code is ExitCode.OK
    assert change_harness.changes == {"POST": 3}
