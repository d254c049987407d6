"""`--watch` shows the account again and again, in place on a terminal."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from rcv3_tui.oneshot.out import Closed, Looks, Out, Unwritable
from rcv3_tui.simulator import Account, Fault
from tests.oneshot.desk import Desk


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


async def test_a_pipe_gets_one_table_after_the_other(desk: Desk) -> None:
    task = desk.start("servers", watch=10.0)
    await desk.pass_time(25)
    await stopped(task)
    tables = desk.written.split("\n\n")
    assert len(tables) == 3
    assert all(table.startswith("NAME") for table in tables)


async def test_ndjson_is_one_object_a_line_all_the_way(desk: Desk) -> None:
    task = desk.start("servers", "ndjson", watch=10.0)
    await desk.pass_time(15)
    await stopped(task)
    found = [json.loads(line)["name"] for line in desk.written.splitlines()]
    assert found == ["web-1", "api-1"] * 2


async def test_a_terminal_is_drawn_over_and_never_scrolls(desk: Desk) -> None:
    desk.looks = Looks(is_terminal=True, columns=80, rows=24)
    task = desk.start("servers", watch=10.0)
    await desk.pass_time(15)
    await stopped(task)
    pictures = desk.written.split("\x1b[H")[1:]
    assert len(pictures) == 2
    assert "every 10 s" in pictures[0]
    assert all(picture.count("\n") < 24 for picture in pictures)
    assert all(picture.endswith("\x1b[J") for picture in pictures)


async def test_more_rows_than_the_terminal_has_are_counted(desk: Desk) -> None:
    for number in range(50):
        desk.account.add_server(f"more-{number}")
    desk.looks = Looks(is_terminal=True, columns=80, rows=24)
    task = desk.start("servers", watch=10.0)
    await desk.pass_time(1)
    await stopped(task)
    assert desk.written.count("\n") == 23
    assert "more lines" in desk.written


async def test_trouble_is_shown_beside_the_last_picture_and_goes_by_itself(desk: Desk) -> None:
    desk.looks = Looks(is_terminal=True, columns=120, rows=24)
    task = desk.start("pools", watch=10.0)
    await desk.pass_time(1)
    desk.account.faults.add(Fault.status(500, path="/load_balancer_pools", times=1))
    await desk.pass_time(24)
    await stopped(task)
    first, second, third = desk.written.split("\x1b[H")[1:]
    assert "! list pools" not in first
    assert "! list pools" in second
    assert "web" in second
    assert "! list pools" not in third


async def test_nodes_of_many_pools_are_read_in_turn_within_the_budget(desk: Desk) -> None:
    for number in range(60):
        desk.account.add_pool(f"pool-{number}", external=2)
    task = desk.start("nodes", watch=15.0)
    await desk.pass_time(600)
    await stopped(task)
    assert {r.status for r in desk.account.requests} == {200}
    read = [path for path in desk.requests() if "/nodes/" in path]
    assert len(set(read)) == 62
    # Every pool again and again, the oldest first.
    assert min(read.count(path) for path in set(read)) >= 2


async def test_a_pool_whose_counts_changed_is_read_at_once(desk: Desk) -> None:
    task = desk.start("nodes", watch=15.0)
    await desk.pass_time(1)
    pool = next(iter(desk.account.region("IAD").pools.values()))
    desk.account.add_node(pool, desk.account.add_server("newcomer"))
    await desk.pass_time(15)
    await stopped(task)
    assert "newcomer" in desk.written


async def test_watching_and_waiting_ends_when_all_has_settled(desk: Desk) -> None:
    server = desk.account.add_server("new")
    desk.account.add_public_ip(server, status="ADDING", age=0.0, moves_after=12.0)
    said = await desk.ask("ips", watch=5.0, wait=0)
    assert said.code == 0
    assert [table.count("ADDING") for table in said.out.split("\n\n")] == [1, 1, 1, 0]


async def test_credentials_that_are_not_taken_any_more_end_it(desk: Desk) -> None:
    task = desk.start("servers", watch=5.0)
    await desk.pass_time(1)
    desk.account.faults.add(Fault.status(401))
    said = await desk.finish(task)
    assert said.code == 3
    assert said.err
    assert desk.signs_in() == 2


async def test_a_reader_that_has_enough_ends_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = desk.start("servers", watch=5.0)
    await desk.pass_time(1)

    def gone(data: object) -> int:
        raise BrokenPipeError

    desk.out.write = gone  # type: ignore[method-assign]
    with pytest.raises(Closed):
        await desk.finish(task, 20)


def test_a_full_disk_is_told() -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(Unwritable, match="the output cannot be written: no space left on device"):
        Out(Full(), Looks()).write("x")
