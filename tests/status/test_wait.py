"""`--wait` ends when nothing moves any more, and asks the service no more than it may."""

from __future__ import annotations

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account, Fault, Server
from tests.support.status_harness import StatusHarness, columns


@pytest.fixture
def server(account: Account) -> Server:
    return account.add_server("web-1")


def in_transition(account: Account, server: Server, seconds: float) -> None:
    account.add_public_ip(server, status="ADDING", age=0.0, moves_after=seconds)


async def test_wait_ends_at_once_without_transitions(
    status_harness: StatusHarness, server: Server
) -> None:
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips", wait=0)
    assert result.code == 0
    assert status_harness.clock.monotonic() - began < 1
    assert len(status_harness.requests()) == 1


async def test_address_is_polled_until_stable(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 8.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips", wait=0)
    assert result.code == 0
    assert columns(result, 1, 2) == [("ACTIVE", "web-1")]
    assert 8 <= status_harness.clock.monotonic() - began <= 14
    # Looked at by its own id; the lists are read at the beginning and once more at the end.
    assert len([p for p in status_harness.requests() if p.endswith("/public_ips")]) == 2


async def test_node_and_server_are_polled_too(
    status_harness: StatusHarness, server: Server
) -> None:
    pool = status_harness.account.add_pool("web", external=2)
    status_harness.account.add_node(pool, server, status="ADDING", age=0.0, moves_after=20.0)
    status_harness.account.add_server("new", build_seconds=30.0, status="BUILD", age=0.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run(wait=0)
    assert result.code == 0
    assert status_harness.clock.monotonic() - began >= 30
    assert "moving" not in result.out.partition("TOTAL")[0]


async def test_transition_starting_meanwhile_is_waited_for(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 5.0)
    task = status_harness.start("ips", wait=0)
    await status_harness.pass_time(3)
    in_transition(status_harness.account, status_harness.account.add_server("later"), 30.0)
    result = await status_harness.finish(task)
    assert sorted(columns(result, 1, 2)) == [("ACTIVE", "later"), ("ACTIVE", "web-1")]


async def test_many_transitions_stay_within_the_rate_limit(status_harness: StatusHarness) -> None:
    for number in range(30):
        in_transition(
            status_harness.account,
            status_harness.account.add_server(f"web-{number}"),
            100.0 + number,
        )
    result = await status_harness.run("ips", wait=0)
    assert result.code == 0
    assert {r.status for r in status_harness.account.requests} == {200}
    assert len(status_harness.requests()) < 30


async def test_waiting_for_a_node_reads_its_pool_and_not_all_of_them(
    status_harness: StatusHarness, server: Server
) -> None:
    for number in range(15):
        status_harness.account.add_node(
            status_harness.account.add_pool(f"pool-{number}", external=2), server
        )
    pool = status_harness.account.add_pool("web", external=2)
    status_harness.account.add_node(pool, server, status="ADDING", age=0.0, moves_after=40.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run("nodes", wait=0)
    assert result.code == 0
    assert 40 <= status_harness.clock.monotonic() - began < 60
    assert {r.status for r in status_harness.account.requests} == {200}
    reads = [path for path in status_harness.requests() if "/nodes/" in path]
    assert max(reads.count(path) for path in reads if pool.id not in path) <= 2


async def test_unread_pools_are_reported_as_not_waited_for(
    status_harness: StatusHarness,
) -> None:
    for number in range(20):
        status_harness.account.add_pool(f"pool-{number}", external=2)
    result = await status_harness.run(wait=0)
    # Nothing is wrong with what was read, and 8 pools are not known.
    assert result.code == 1
    assert "the nodes of 8 pools are not read for a summary" in result.err
    assert (await status_harness.run("nodes", wait=0, pools=("pool-1",))).err.count("\n") <= 1
    assert "not read for a summary" not in status_harness.err.getvalue()


async def test_only_matching_resources_are_waited_for(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 200.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips", wait=0, filter="!web-1")
    assert result.code == 0
    assert status_harness.clock.monotonic() - began < 1


async def test_wrong_local_clock_makes_nothing_stuck(clock: ManualClock) -> None:
    account = Account(now=lambda: clock.timestamp() - 3600.0)
    account.add_network()
    in_transition(account, account.add_server("web-1"), 8.0)
    harness = StatusHarness(account, clock)
    began = clock.monotonic()
    result = await harness.run("ips", wait=0)
    assert result.code == 0
    assert clock.monotonic() - began >= 8
    assert columns(result, 1) == [("ACTIVE",)]


async def test_stuck_resource_is_reported_and_not_waited_for(
    status_harness: StatusHarness, server: Server
) -> None:
    status_harness.account.add_public_ip(server, status="REMOVING", age=86400.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips", wait=0)
    assert result.code == 1
    assert status_harness.clock.monotonic() - began < 1
    assert columns(result, 1) == [("REMOVING",)]


async def test_resource_that_gets_stuck_ends_the_wait(
    status_harness: StatusHarness, server: Server
) -> None:
    status_harness.account.add_public_ip(server, status="ADDING", age=0.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips", wait=0)
    assert result.code == 1
    assert 300 <= status_harness.clock.monotonic() - began <= 330


async def test_time_limit_exits_1_and_lists_transitions(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 100.0)
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips", wait=7.0)
    assert result.code == 1
    assert 7 <= status_harness.clock.monotonic() - began < 8
    assert "still moving after 7 s: the address of web-1 is ADDING" in result.err
    assert columns(result, 1) == [("ADDING",)]


async def test_transition_ending_as_failed_exits_1(
    status_harness: StatusHarness, server: Server
) -> None:
    record = status_harness.account.add_public_ip(server, status="ADDING", age=0.0)
    task = status_harness.start("ips", wait=0)
    await status_harness.pass_time(4)
    record.status, record.wire = "ADD_FAILED", None
    result = await status_harness.finish(task)
    assert result.code == 1
    assert columns(result, 1) == [("ADD_FAILED",)]


async def test_temporary_outage_does_not_end_the_wait(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 20.0)
    task = status_harness.start("ips", wait=0)
    await status_harness.pass_time(1)
    status_harness.account.faults.add(Fault.status(500, path="/public_ips", times=6))
    result = await status_harness.finish(task)
    assert result.code == 0
    assert columns(result, 1) == [("ACTIVE",)]


async def test_lasting_outage_ends_the_wait(status_harness: StatusHarness, server: Server) -> None:
    in_transition(status_harness.account, server, 20.0)
    task = status_harness.start("ips", "json", wait=0)
    await status_harness.pass_time(1)
    status_harness.account.faults.add(Fault.drop(path="/public_ips"))
    result = await status_harness.finish(task)
    assert result.code == 4
    assert result.json[0]["status"] == "ADDING"


async def test_deleted_record_counts_as_stable(
    status_harness: StatusHarness, server: Server
) -> None:
    record = status_harness.account.add_public_ip(server, status="REMOVING", age=0.0)
    task = status_harness.start("ips", "json", wait=0)
    await status_harness.pass_time(4)
    del status_harness.account.region("IAD").public_ips[record.id.lower()]
    result = await status_harness.finish(task)
    assert result.code == 0
    assert result.json == []


async def test_progress_is_shown_on_a_terminal_and_erased(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 6.0)
    status_harness.err_is_terminal = True
    result = await status_harness.run("ips", wait=0)
    assert "waiting for 2s: the address of web-1 is ADDING" in result.err
    assert result.err.endswith("\r\x1b[K")
    assert "\x1b" not in result.out


async def test_without_a_terminal_stderr_is_silent(
    status_harness: StatusHarness, server: Server
) -> None:
    in_transition(status_harness.account, server, 6.0)
    result = await status_harness.run("ips", wait=0)
    assert result.err == ""
