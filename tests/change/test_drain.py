"""`server drain` and `server restore`: all memberships out, and exactly what is missing back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, Fault, Server
from tests.support.change_harness import ChangeHarness

DRAINED = ["settled", "settled"]


@pytest.fixture
def drains(change_harness: ChangeHarness, tmp_path: Path) -> ChangeHarness:
    """Commands that journal into files, as on a machine."""
    change_harness.set(state_dir=tmp_path)
    return change_harness


@pytest.fixture
def web(account: Account) -> list[Server]:
    """Three servers in two pools, so that one can be drained without a gap."""
    pools = [account.add_pool("web-80"), account.add_pool("web-443")]
    servers = [account.add_server(f"web-0{number}") for number in (1, 2, 3)]
    for server in servers:
        for pool in pools:
            account.add_node(pool, server)
    account.add_pool("unused")
    return servers


def pools_of(account: Account, server: Server) -> list[str]:
    return sorted(node.pool.name for node in account.region().nodes_of(server.id))


async def test_drain_takes_a_server_out_of_every_pool_with_one_question(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    operator = drains.answer("yes")

    result = await drains.run("server drain", "web-01")

    assert result.code is ExitCode.OK
    assert result.states == DRAINED
    assert "drain web-01 from web-80: web-01 is out of web-80" in result.out
    assert "pool web-80: 3 active -> 2" in operator.text
    assert "not read" not in operator.text
    assert pools_of(account, web[0]) == []
    assert pools_of(account, web[1]) == ["web-443", "web-80"]


async def test_drain_of_the_last_active_nodes_requires_their_number(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    operator = drains.answer("yes")

    result = await drains.run("server drain", "web-01", "web-02", "web-03")

    assert result.code is ExitCode.NOTHING_SENT
    assert "last 3 active nodes of pool web-80" in operator.text
    assert "Type 3 servers to drain" in operator.text
    assert drains.changes == {}


async def test_drain_without_a_terminal_needs_yes(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    result = await drains.run("server drain", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert drains.changes == {}


async def test_drain_dry_run_prints_the_consequences_and_sends_nothing(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    result = await drains.run("server drain", "web-01", "web-02", "web-03", dry_run=True)

    assert result.code is ExitCode.OK
    assert "last 3 active nodes of pool web-443" in result.out
    assert drains.changes == {}


async def test_drain_flags_a_server_of_auto_scale_before_the_question(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    web[0].metadata["rax:auto_scaling_group_id"] = "6791761b"

    result = await drains.run("server drain", "web-01", dry_run=True)

    assert "web-01 belongs to an Auto Scale group: it may undo this" in result.out


async def test_drain_of_a_server_without_pools_sends_nothing(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    account.add_server("db-01")

    result = await drains.run("server drain", "db-01", yes=True)

    assert result.code is ExitCode.OK
    assert result.lines == ["unchanged  IAD  drain db-01 from every pool: db-01 is in no pool"]


async def test_restore_in_a_later_run_puts_everything_back(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    await drains.run("server drain", "web-01", yes=True)

    result = await drains.run("server restore", "web-01")

    assert result.code is ExitCode.OK
    assert result.states == DRAINED
    assert pools_of(account, web[0]) == ["web-443", "web-80"]
    again = await drains.run("server restore", "web-01")
    assert again.lines == ["unchanged  IAD  restore web-01 to every pool: web-01 is not drained"]


async def test_restore_puts_back_what_is_missing_and_names_what_cannot_be(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    await drains.run("server drain", "web-01", "web-02", "web-03", yes=True)
    gone = next(pool for pool in account.region().pools.values() if pool.name == "web-443")
    del account.region().pools[gone.id]
    kept = next(pool for pool in account.region().pools.values() if pool.name == "web-80")
    account.add_node(kept, web[1])

    result = await drains.run("server restore", "web-01", "web-02", "web-03")

    assert result.code is ExitCode.ATTENTION
    assert [line.split("  ", 2)[2] for line in result.lines if line.startswith("skipped")] == [
        f"IAD  restore {name} to web-443: the pool no longer exists"
        for name in ("web-01", "web-02", "web-03")
    ]
    assert "unchanged  IAD  restore web-02 to web-80: it is a member already" in result.lines
    assert result.states.count("settled") == 2
    assert all(pools_of(account, server) == ["web-80"] for server in web)


async def test_restore_of_a_deleted_server_names_it(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    await drains.run("server drain", "web-01", yes=True)
    account.delete_server(web[0].id)

    result = await drains.run("server restore", "web-01")

    assert result.code is ExitCode.ATTENTION
    assert result.states == ["skipped", "skipped"]
    assert "the server no longer exists" in result.out


async def test_partly_failed_drain_reports_each_operation_and_exits_with_one(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    account.plan_failure("node", "REMOVE_FAILED", detail="the load balancer refused")

    result = await drains.run("server drain", "web-01", yes=True)

    assert result.code is ExitCode.ATTENTION
    assert sorted(result.states) == ["failed", "settled"]


async def test_drain_with_a_dropped_connection_sends_each_removal_once(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    account.faults.add(Fault.drop(after=True, method="DELETE", path="nodes", times=1))

    result = await drains.run("server drain", "web-01", yes=True)

    assert result.code is ExitCode.OK
    assert drains.changes == {"DELETE": 1}


async def test_note_of_a_drain_is_in_the_journal_of_each_membership(
    drains: ChangeHarness, account: Account, web: list[Server], tmp_path: Path
) -> None:
    await drains.run("server drain", "web-01", yes=True, note="CHG-1234")

    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    planned = [line for line in lines if line["state"] == "planned"]
    assert [line["note"] for line in planned] == ["CHG-1234"] * 2
    assert [line["request"]["purpose"] for line in planned] == ["drain"] * 2
    assert len({line["batch"] for line in planned}) == 1


async def test_json_of_a_restore_lists_what_cannot_be_put_back(
    drains: ChangeHarness, account: Account, web: list[Server]
) -> None:
    await drains.run("server drain", "web-01", yes=True)
    account.region().pools.clear()

    result = await drains.json("server restore", "web-01")

    assert [each["reason"] for each in result["impossible"]] == ["the pool no longer exists"] * 2
    assert {each["purpose"] for each in result["impossible"]} == {"restore"}
    assert result["exit_code"] == 1


async def test_drain_works_across_regions_with_one_question(
    change_harness: ChangeHarness, tmp_path: Path
) -> None:
    account = Account(regions=("IAD", "DFW"), now=change_harness.clock.timestamp)
    for region in ("IAD", "DFW"):
        server = account.add_server(f"web-{region}", region=region)
        account.add_node(account.add_pool(f"pool-{region}", region=region), server, region=region)
    drains = ChangeHarness(account, change_harness.clock)
    drains.set(regions=("ALL",), state_dir=tmp_path)
    operator = drains.answer("2 servers")

    result = await drains.run("server drain", "web-IAD", "web-DFW")

    assert result.code is ExitCode.OK
    assert "DFW: last active node of pool pool-DFW" in operator.text
    assert result.states == DRAINED
    back = await drains.run("server restore", "web-IAD", "web-DFW")
    assert back.states == DRAINED
