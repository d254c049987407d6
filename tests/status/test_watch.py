"""`--watch` shows the account again and again, in place on a terminal."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from rcv3_tui.simulator import Account, Fault
from rcv3_tui.status.output import BrokenPipe, OutputError, OutputStream, OutputStyle
from tests.support.status_harness import StatusHarness


@pytest.fixture(autouse=True)
def furnished(account: Account) -> None:
    """Two pools with a node each."""
    for name in ("web", "api"):
        pool = account.add_pool(name, external=1)
        account.add_node(pool, account.add_server(f"{name}-1"))


async def stopped(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_pipe_gets_one_table_after_the_other(status_harness: StatusHarness) -> None:
    task = status_harness.start("servers", watch=10.0)
    await status_harness.pass_time(25)
    await stopped(task)
    tables = status_harness.written.split("\n\n")
    assert len(tables) == 3
    assert all(table.startswith("NAME") for table in tables)


async def test_ndjson_has_one_object_per_line(status_harness: StatusHarness) -> None:
    task = status_harness.start("servers", "ndjson", watch=10.0)
    await status_harness.pass_time(15)
    await stopped(task)
    found = [json.loads(line)["name"] for line in status_harness.written.splitlines()]
    assert found == ["web-1", "api-1"] * 2


async def test_terminal_is_overwritten_and_never_scrolls(status_harness: StatusHarness) -> None:
    status_harness.looks = OutputStyle(is_terminal=True, columns=80, rows=24)
    task = status_harness.start("servers", watch=10.0)
    await status_harness.pass_time(15)
    await stopped(task)
    reports = status_harness.written.split("\x1b[H")[1:]
    assert len(reports) == 2
    assert "every 10 s" in reports[0]
    assert all(report.count("\n") < 24 for report in reports)
    assert all(report.endswith("\x1b[J") for report in reports)


async def test_rows_beyond_the_terminal_are_counted(status_harness: StatusHarness) -> None:
    for number in range(50):
        status_harness.account.add_server(f"more-{number}")
    status_harness.looks = OutputStyle(is_terminal=True, columns=80, rows=24)
    task = status_harness.start("servers", watch=10.0)
    await status_harness.pass_time(1)
    await stopped(task)
    assert status_harness.written.count("\n") == 23
    assert "more lines" in status_harness.written


async def test_errors_are_shown_above_the_last_data_until_resolved(
    status_harness: StatusHarness,
) -> None:
    status_harness.looks = OutputStyle(is_terminal=True, columns=120, rows=24)
    task = status_harness.start("pools", watch=10.0)
    await status_harness.pass_time(1)
    status_harness.account.faults.add(Fault.status(500, path="/load_balancer_pools", times=1))
    await status_harness.pass_time(24)
    await stopped(task)
    first, second, third = status_harness.written.split("\x1b[H")[1:]
    assert "! list pools" not in first
    assert "! list pools" in second
    assert "web" in second
    assert "! list pools" not in third


async def test_nodes_of_many_pools_are_read_in_turn_within_the_rate_limit(
    status_harness: StatusHarness,
) -> None:
    for number in range(60):
        status_harness.account.add_pool(f"pool-{number}", external=2)
    task = status_harness.start("nodes", watch=15.0)
    await status_harness.pass_time(600)
    await stopped(task)
    assert {r.status for r in status_harness.account.requests} == {200}
    read = [path for path in status_harness.requests() if "/nodes/" in path]
    assert len(set(read)) == 62
    # Every pool again and again, the oldest first.
    assert min(read.count(path) for path in set(read)) >= 2


async def test_pool_whose_counts_changed_is_read_at_once(status_harness: StatusHarness) -> None:
    task = status_harness.start("nodes", watch=15.0)
    await status_harness.pass_time(1)
    pool = next(iter(status_harness.account.region("IAD").pools.values()))
    status_harness.account.add_node(pool, status_harness.account.add_server("newcomer"))
    await status_harness.pass_time(15)
    await stopped(task)
    assert "newcomer" in status_harness.written


async def test_watch_with_wait_ends_when_all_is_stable(
    status_harness: StatusHarness,
) -> None:
    server = status_harness.account.add_server("new")
    status_harness.account.add_public_ip(server, status="ADDING", age=0.0, moves_after=12.0)
    result = await status_harness.run("ips", watch=5.0, wait=0)
    assert result.code == 0
    assert [table.count("ADDING") for table in result.out.split("\n\n")] == [1, 1, 1, 0]


async def test_refused_credentials_end_the_watch(
    status_harness: StatusHarness,
) -> None:
    task = status_harness.start("servers", watch=5.0)
    await status_harness.pass_time(1)
    status_harness.account.faults.add(Fault.status(401))
    result = await status_harness.finish(task)
    assert result.code == 3
    assert result.err
    assert status_harness.signs_in() == 2


async def test_closed_pipe_ends_the_watch(
    status_harness: StatusHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = status_harness.start("servers", watch=5.0)
    await status_harness.pass_time(1)

    def gone(data: object) -> int:
        raise BrokenPipeError

    status_harness.out.write = gone  # type: ignore[method-assign]
    with pytest.raises(BrokenPipe):
        await status_harness.finish(task, 20)


def test_full_disk_is_reported() -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="the output cannot be written: no space left on device"):
        OutputStream(Full(), OutputStyle()).write("x")
