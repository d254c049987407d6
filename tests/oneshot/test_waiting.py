"""`--wait` ends when nothing moves any more, and asks the service no more than it may."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault, Server
from tests.oneshot.desk import Desk, columns


@pytest.fixture
def server(account: Account) -> Server:
    return account.add_server("web-1")


def moving(account: Account, server: Server, seconds: float) -> None:
    account.add_public_ip(server, status="ADDING", age=0.0, moves_after=seconds)


async def test_with_nothing_moving_it_ends_at_once(desk: Desk, server: Server) -> None:
    began = desk.clock.monotonic()
    said = await desk.ask("ips", wait=0)
    assert said.code == 0
    assert desk.clock.monotonic() - began < 1
    assert len(desk.requests()) == 1


async def test_an_address_is_followed_until_it_has_settled(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 8.0)
    began = desk.clock.monotonic()
    said = await desk.ask("ips", wait=0)
    assert said.code == 0
    assert columns(said, 1, 2) == [("ACTIVE", "web-1")]
    assert 8 <= desk.clock.monotonic() - began <= 14
    # Looked at by its own id; the lists are read at the beginning and once more at the end.
    assert len([p for p in desk.requests() if p.endswith("/public_ips")]) == 2


async def test_a_node_and_a_server_are_followed_too(desk: Desk, server: Server) -> None:
    pool = desk.account.add_pool("web", external=2)
    desk.account.add_node(pool, server, status="ADDING", age=0.0, moves_after=20.0)
    desk.account.add_server("new", build_seconds=30.0, status="BUILD", age=0.0)
    began = desk.clock.monotonic()
    said = await desk.ask(wait=0)
    assert said.code == 0
    assert desk.clock.monotonic() - began >= 30
    assert "moving" not in said.out.partition("TOTAL")[0]


async def test_something_that_begins_to_move_meanwhile_is_waited_for_too(
    desk: Desk, server: Server
) -> None:
    moving(desk.account, server, 5.0)
    task = desk.start("ips", wait=0)
    await desk.pass_time(3)
    moving(desk.account, desk.account.add_server("later"), 30.0)
    said = await desk.finish(task)
    assert sorted(columns(said, 1, 2)) == [("ACTIVE", "later"), ("ACTIVE", "web-1")]


async def test_many_at_once_stay_within_the_requests_allowed(desk: Desk) -> None:
    for number in range(30):
        moving(desk.account, desk.account.add_server(f"web-{number}"), 100.0 + number)
    said = await desk.ask("ips", wait=0)
    assert said.code == 0
    assert {r.status for r in desk.account.requests} == {200}
    assert len(desk.requests()) < 30


async def test_waiting_for_a_node_reads_its_pool_and_not_all_of_them(
    desk: Desk, server: Server
) -> None:
    for number in range(15):
        desk.account.add_node(desk.account.add_pool(f"pool-{number}", external=2), server)
    pool = desk.account.add_pool("web", external=2)
    desk.account.add_node(pool, server, status="ADDING", age=0.0, moves_after=40.0)
    began = desk.clock.monotonic()
    said = await desk.ask("nodes", wait=0)
    assert said.code == 0
    assert 40 <= desk.clock.monotonic() - began < 60
    assert {r.status for r in desk.account.requests} == {200}
    reads = [path for path in desk.requests() if "/nodes/" in path]
    assert max(reads.count(path) for path in reads if pool.id not in path) <= 2


async def test_what_a_summary_does_not_read_is_said_not_to_be_waited_for(desk: Desk) -> None:
    for number in range(20):
        desk.account.add_pool(f"pool-{number}", external=2)
    said = await desk.ask(wait=0)
    assert said.code == 0
    assert "the nodes of 8 pools are not read for a summary" in said.err
    assert (await desk.ask("nodes", wait=0, pools=("pool-1",))).err.count("\n") <= 1
    assert "not read for a summary" not in desk.err.getvalue()


async def test_only_what_passes_the_filter_is_waited_for(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 200.0)
    began = desk.clock.monotonic()
    said = await desk.ask("ips", wait=0, filter="!web-1")
    assert said.code == 0
    assert desk.clock.monotonic() - began < 1


async def test_a_clock_that_is_an_hour_wrong_makes_nothing_stuck(clock: ManualClock) -> None:
    account = Account(now=lambda: clock.timestamp() - 3600.0)
    account.add_network()
    moving(account, account.add_server("web-1"), 8.0)
    desk = Desk(account, clock)
    began = clock.monotonic()
    said = await desk.ask("ips", wait=0)
    assert said.code == 0
    assert clock.monotonic() - began >= 8
    assert columns(said, 1) == [("ACTIVE",)]


async def test_what_got_stuck_is_told_and_not_waited_for(desk: Desk, server: Server) -> None:
    desk.account.add_public_ip(server, status="REMOVING", age=86400.0)
    began = desk.clock.monotonic()
    said = await desk.ask("ips", wait=0)
    assert said.code == 1
    assert desk.clock.monotonic() - began < 1
    assert columns(said, 1) == [("REMOVING",)]


async def test_what_gets_stuck_while_it_is_waited_for_ends_the_waiting(
    desk: Desk, server: Server
) -> None:
    desk.account.add_public_ip(server, status="ADDING", age=0.0)
    began = desk.clock.monotonic()
    said = await desk.ask("ips", wait=0)
    assert said.code == 1
    assert 300 <= desk.clock.monotonic() - began <= 330


async def test_the_limit_ends_it_with_1_and_says_what_moves(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 100.0)
    began = desk.clock.monotonic()
    said = await desk.ask("ips", wait=7.0)
    assert said.code == 1
    assert 7 <= desk.clock.monotonic() - began < 8
    assert "still moving after 7 s: the address of web-1 is ADDING" in said.err
    assert columns(said, 1) == [("ADDING",)]


async def test_what_ends_as_failed_makes_it_1(desk: Desk, server: Server) -> None:
    record = desk.account.add_public_ip(server, status="ADDING", age=0.0)
    task = desk.start("ips", wait=0)
    await desk.pass_time(4)
    record.status, record.wire = "ADD_FAILED", None
    said = await desk.finish(task)
    assert said.code == 1
    assert columns(said, 1) == [("ADD_FAILED",)]


async def test_a_service_that_fails_for_a_while_is_waited_out(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 20.0)
    task = desk.start("ips", wait=0)
    await desk.pass_time(1)
    desk.account.faults.add(Fault.status(500, path="/public_ips", times=6))
    said = await desk.finish(task)
    assert said.code == 0
    assert columns(said, 1) == [("ACTIVE",)]


async def test_a_service_that_stays_away_ends_it(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 20.0)
    task = desk.start("ips", "json", wait=0)
    await desk.pass_time(1)
    desk.account.faults.add(Fault.drop(path="/public_ips"))
    said = await desk.finish(task)
    assert said.code == 4
    assert said.json[0]["status"] == "ADDING"


async def test_a_record_that_goes_away_is_settled(desk: Desk, server: Server) -> None:
    record = desk.account.add_public_ip(server, status="REMOVING", age=0.0)
    task = desk.start("ips", "json", wait=0)
    await desk.pass_time(4)
    del desk.account.region("IAD").public_ips[record.id.lower()]
    said = await desk.finish(task)
    assert said.code == 0
    assert said.json == []


async def test_progress_is_shown_on_a_terminal_and_wiped_out(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 6.0)
    desk.err_is_terminal = True
    said = await desk.ask("ips", wait=0)
    assert "waiting for 2s: the address of web-1 is ADDING" in said.err
    assert said.err.endswith("\r\x1b[K")
    assert "\x1b" not in said.out


async def test_without_a_terminal_stderr_is_silent(desk: Desk, server: Server) -> None:
    moving(desk.account, server, 6.0)
    said = await desk.ask("ips", wait=0)
    assert said.err == ""
