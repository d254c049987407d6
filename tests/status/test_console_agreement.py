"""The same question gets the same answer within a minute, and unread parts are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, Fault, build_scenario
from rcv3_tui.status.options import FailOn
from tests.support.status_harness import StatusHarness


@pytest.fixture
def status_harness(status_harness: StatusHarness, tmp_path: Path) -> StatusHarness:
    status_harness.set(cache_dir=tmp_path / "cache")
    return status_harness


def troubled(harness: StatusHarness) -> StatusHarness:
    harness.account = build_scenario("trouble", now=harness.clock.timestamp)
    return harness


def crowded(harness: StatusHarness, pools: int) -> StatusHarness:
    account = harness.account
    servers = [account.add_server(f"web-{number}") for number in (1, 2)]
    for number in range(pools):
        pool = account.add_pool(f"pool-{number:02d}", external=0)
        for server in servers:
            account.add_node(pool, server)
    return harness


def findings(answer: Any) -> list[tuple[str, ...]]:
    return [
        (found["severity"], found["subject"], found["wrong"], found["next_step"])
        for found in answer["attention"]
    ]


@pytest.mark.parametrize("pools", [None, 12, 20])
async def test_five_calls_in_a_minute_find_the_same_and_the_sixth_waits(
    status_harness: StatusHarness, pools: int | None
) -> None:
    status_harness = troubled(status_harness) if pools is None else crowded(status_harness, pools)
    began = status_harness.clock.monotonic()
    answers = []
    for _ in range(5):
        result = await status_harness.run(form="json")
        assert result.err == ""
        answers.append(findings(result.json))
        await status_harness.pass_time(1)
    assert status_harness.clock.monotonic() - began < 60
    assert all(answer == answers[0] for answer in answers)

    while len(status_harness.requests()) + 3 <= 27:
        assert findings((await status_harness.run(form="json")).json) == answers[0]
    last = await status_harness.run(form="json")
    assert findings(last.json) == answers[0]
    assert "since the 30 requests a minute that the service allows are used up" in last.err
    assert last.err.startswith("rcv3-tui: IAD: waiting 5")
    assert {request.status for request in status_harness.account.requests} == {200}


async def test_nodes_of_another_run_are_dated_and_read_again_after_a_minute(
    status_harness: StatusHarness,
) -> None:
    status_harness = crowded(status_harness, 2)
    first = (await status_harness.run(form="json")).json["regions"][0]["nodes"]
    await status_harness.pass_time(30)
    result = await status_harness.run()
    assert "pool nodes as read 30s ago" in result.out
    second = (await status_harness.run(form="json")).json["regions"][0]["nodes"]
    assert second["as_of"] == first["as_of"]
    assert len(status_harness.requests("/nodes")) == 2

    await status_harness.pass_time(35)
    third = (await status_harness.run(form="json")).json["regions"][0]["nodes"]
    assert third["as_of"] > first["as_of"]
    assert len(status_harness.requests("/nodes")) == 4


async def test_pool_whose_counts_differ_is_read_again(status_harness: StatusHarness) -> None:
    status_harness = crowded(status_harness, 2)
    await status_harness.run()
    region = status_harness.account.region("IAD")
    pool = next(iter(region.pools.values()))
    status_harness.account.add_node(pool, status_harness.account.add_server("web-3"))

    result = await status_harness.run(form="json")

    assert result.json["regions"][0]["nodes"]["total"] == 5
    assert len(status_harness.requests("/nodes")) == 3


@pytest.mark.parametrize("asked", [{"noun": "nodes"}, {"wait": 0}])
async def test_listing_and_waiting_read_the_nodes_themselves(
    status_harness: StatusHarness, asked: dict[str, Any]
) -> None:
    status_harness = crowded(status_harness, 2)
    await status_harness.run()
    await status_harness.run(**asked)
    assert len(status_harness.requests("/nodes")) == 4


async def test_damaged_cache_costs_requests_and_nothing_else(
    status_harness: StatusHarness, tmp_path: Path
) -> None:
    status_harness = crowded(status_harness, 2)
    await status_harness.run()
    (file,) = (tmp_path / "cache").glob("nodes-*.bin")
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"\x93rubbish")

    result = await status_harness.run()

    assert (result.code, result.err) == (ExitCode.OK, "")
    assert len(status_harness.requests("/nodes")) == 4


async def test_directory_in_place_of_cache_costs_requests_and_nothing_else(
    status_harness: StatusHarness, tmp_path: Path
) -> None:
    status_harness = crowded(status_harness, 2)
    await status_harness.run()
    (file,) = (tmp_path / "cache").glob("nodes-*.bin")
    file.unlink()
    file.mkdir()

    result = await status_harness.run()

    assert result.code is ExitCode.OK
    assert len(status_harness.requests("/nodes")) == 4


# -- what is not read ---------------------------------------------------------------------------


async def test_complete_reads_every_pool_before_it_reports(status_harness: StatusHarness) -> None:
    status_harness = crowded(status_harness, 40)
    partial = await status_harness.run(form="json")
    assert partial.code is ExitCode.ATTENTION
    assert partial.json["complete"] is False
    nodes = partial.json["regions"][0]["nodes"]
    assert (nodes["total"], nodes["at_least"], nodes["pools_not_read"]) == (None, 24, 28)
    assert partial.json["attention"][0]["severity"] == "unknown"

    await status_harness.pass_time(120)
    whole = await status_harness.run(form="json", complete=True)
    assert whole.code is ExitCode.OK
    assert whole.json["complete"] is True
    assert whole.json["attention"] == []
    assert whole.json["regions"][0]["nodes"]["total"] == 80
    assert "the nodes of 40 pools take about 1 min" in whole.err


async def test_complete_waits_as_long_as_the_service_requires(
    status_harness: StatusHarness,
) -> None:
    status_harness = crowded(status_harness, 2)
    wait = Fault.status(429, path="/public_ips", headers={"Retry-After": "300"}, times=1)
    status_harness.account.faults.add(wait)
    impatient = await status_harness.run()
    assert impatient.code is ExitCode.SERVICE_ERROR

    result = await status_harness.run(form="json", complete=True)

    assert (result.code, result.json["complete"]) == (0, True)
    assert "the service says that there were too many requests; waiting" in result.err


async def test_complete_reads_lists_again_that_are_older_than_the_nodes(
    status_harness: StatusHarness,
) -> None:
    status_harness = crowded(status_harness, 60)
    account = status_harness.account
    task = status_harness.start(form="json", complete=True)
    await status_harness.pass_time(30)
    # In the list that was read, this server is not there, and would be taken for a ghost.
    new = account.add_server("web-9")
    last = list(account.region("IAD").pools.values())[-1]
    account.add_node(last, new)
    added = account.add_pool("added", external=0)
    for server in list(account.region("IAD").servers.values())[:2]:
        account.add_node(added, server)

    result = await status_harness.finish(task)

    assert (result.code, result.json["attention"], result.json["complete"]) == (0, [], True)
    assert result.json["regions"][0]["load_balancer_pools"]["total"] == 61
    assert result.json["regions"][0]["nodes"]["total"] == 123


async def test_log_of_a_long_complete_read_has_a_line_a_minute(
    status_harness: StatusHarness,
) -> None:
    result = await crowded(status_harness, 90).run(complete=True)
    lines = [line for line in result.err.splitlines() if "nodes of pool" in line]
    assert 2 <= len(lines) <= 4
    assert lines[0].startswith("rcv3-tui: IAD: nodes of pool ")
    assert lines[0].endswith(" of 90")


async def test_advice_is_the_same_whether_or_not_every_pool_was_read(
    status_harness: StatusHarness,
) -> None:
    status_harness = crowded(status_harness, 30)
    account = status_harness.account
    broken = account.add_server("broken", status="ERROR")
    for number, pool in enumerate(account.region("IAD").pools.values()):
        if number % 10 == 9:
            account.add_node(pool, broken)

    def advice(answer: Any) -> list[str]:
        return [f["next_step"] for f in answer["attention"] if f["subject"] == "broken"]

    partial = advice((await status_harness.run(form="json")).json)
    whole = advice((await status_harness.run(form="json", complete=True)).json)
    assert partial == whole
    assert len(whole) == 1


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [(FailOn.FAILED, 1), (FailOn.WARNING, 1), (FailOn.NOTE, 1), (FailOn.NEVER, 0)],
)
async def test_unread_pools_are_never_code_0_unless_nothing_counts(
    status_harness: StatusHarness, fail_on: FailOn, code: int
) -> None:
    assert (await crowded(status_harness, 13).run(fail_on=fail_on)).code == code


@pytest.mark.parametrize("status", [404, 403, 500])
async def test_pool_whose_nodes_cannot_be_read_is_unknown_and_not_empty(
    status_harness: StatusHarness, status: int
) -> None:
    status_harness = crowded(status_harness, 2)
    pool = next(iter(status_harness.account.region("IAD").pools.values()))
    status_harness.account.faults.add(Fault.status(status, path=f"/{pool.id}/nodes"))

    result = await status_harness.run()

    assert result.code is ExitCode.SERVICE_ERROR
    assert "nodes of 1 of 2 pools not read: list nodes of pool pool-00" in result.out
    assert "Add " not in result.out
    (row,) = [line.split() for line in result.lines if line.startswith("Pool nodes")]
    assert row[2:] == ["2+", "2+", "?", "?", "?"]


async def test_pool_removed_between_list_and_nodes_is_no_error(
    status_harness: StatusHarness,
) -> None:
    status_harness = crowded(status_harness, 2)
    account: Account = status_harness.account
    region = account.region("IAD")
    gone = next(iter(region.pools.values()))
    task = status_harness.start()
    while not any("load_balancer_pools" in request.path for request in account.requests):
        await status_harness.clock.settle(1)
    region.pools.pop(gone.id.lower(), None) or region.pools.pop(gone.id)

    result = await status_harness.finish(task)

    assert (result.code, result.err) == (ExitCode.OK, "")
    assert "Nothing needs attention" in result.out
