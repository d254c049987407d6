"""Every change command: exactly the requests that were asked for, once, and what is printed."""

from __future__ import annotations

import socket

import pytest

from rcv3_tui.change.options import WaitFor
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, Fault
from tests.support.change_harness import ChangeHarness


async def test_ip_add_gives_each_server_an_address(
    change_harness: ChangeHarness, account: Account
) -> None:
    servers = [account.add_server(f"web-{number:02d}") for number in range(3)]

    result = await change_harness.run("ip add", *(server.name for server in servers))

    assert result.code is ExitCode.OK
    assert result.states == ["settled"] * 3
    assert "add public IP to web-00: 203.0.113." in result.out
    assert all(len(account.region().ips_of(server.id)) == 1 for server in servers)
    assert change_harness.changes == {"POST": 3}
    assert result.err == ""


async def test_ip_add_for_a_server_that_has_one_sends_nothing(
    change_harness: ChangeHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))

    result = await change_harness.run("ip add", "web-01")

    assert result.code is ExitCode.OK
    assert result.states == ["unchanged"]
    assert f"web-01 already has {record.address}" in result.out
    assert change_harness.changes == {}


async def test_ip_add_retained_is_retained_from_the_start(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")

    result = await change_harness.run("ip add", "web-01", retain=True)

    assert result.code is ExitCode.OK
    (record,) = account.region().ips_of(server.id)
    assert record.retain
    assert change_harness.changes == {"POST": 1}


async def test_ip_add_retained_refuses_an_address_that_is_not(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"))

    result = await change_harness.run("ip add", "web-01", retain=True)

    assert result.code is ExitCode.NOTHING_SENT
    assert "not retained: rcv3-tui ip retain" in result.err


async def test_ip_add_unassigned_adds_a_retained_address_without_a_server(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(retain=True)

    result = await change_harness.run("ip add", unassigned=True)

    assert result.code is ExitCode.OK
    records = list(account.region().public_ips.values())
    assert [(record.server, record.retain) for record in records] == [(None, True)] * 2
    assert change_harness.changes == {"POST": 1}


async def test_ip_add_waits_for_a_build_and_then_sends_once(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("new-01", status="BUILD", known_after=900.0, build_seconds=900.0)

    result = await change_harness.run("ip add", "new-01", wait_for_build=True)

    assert result.code is ExitCode.OK
    assert change_harness.changes == {"POST": 1}


async def test_ip_remove_removes_what_was_named_by_address_and_by_server_once(
    change_harness: ChangeHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))

    result = await change_harness.run("ip remove", record.address or "", "web-01", yes=True)

    assert result.code is ExitCode.OK
    assert account.region().public_ips == {}
    assert change_harness.changes == {"DELETE": 1}


async def test_ip_remove_of_a_server_without_an_address_sends_nothing(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")

    result = await change_harness.run("ip remove", "web-01", yes=True)

    assert result.code is ExitCode.OK
    assert result.states == ["unchanged"]
    assert change_harness.changes == {}


async def test_ip_retain_switches_the_flag_on_and_off(
    change_harness: ChangeHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))

    on = await change_harness.run("ip retain", "web-01")
    flags = [record.retain]
    again = await change_harness.run("ip retain", "web-01")
    off = await change_harness.run("ip retain", "web-01", off=True)
    flags.append(record.retain)

    assert [on.code, again.code, off.code] == [ExitCode.OK] * 3
    assert flags == [True, False]
    assert again.states == ["unchanged"]
    assert change_harness.changes == {"PATCH": 2}


async def test_ip_assign_assigns_and_moves(change_harness: ChangeHarness, account: Account) -> None:
    record = account.add_public_ip(retain=True)
    first, second = account.add_server("web-01"), account.add_server("web-02")

    await change_harness.run("ip assign", record.address or "", "web-01")
    assert record.server is first
    result = await change_harness.run("ip assign", record.address or "", "web-02", yes=True)
    assert record.server is second
    assert "move public IP" in result.out
    assert change_harness.changes == {"PATCH": 2}


async def test_ip_unassign_keeps_the_address(
    change_harness: ChangeHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"), retain=True)

    result = await change_harness.run("ip unassign", record.address or "", yes=True)

    assert result.code is ExitCode.OK
    assert record.server is None
    assert record.id in account.region().public_ips
    assert change_harness.changes == {"PATCH": 1}


@pytest.mark.parametrize("verb", ["ip assign", "ip unassign"])
async def test_address_that_is_not_retained_is_not_given_away(
    change_harness: ChangeHarness, account: Account, verb: str
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    account.add_server("web-02")
    names = ["web-01", "web-02"] if verb == "ip assign" else ["web-01"]

    result = await change_harness.run(verb, *names, yes=True)

    assert result.code is ExitCode.NOTHING_SENT
    assert "not retained" in result.err
    assert change_harness.changes == {}


async def test_pool_add_and_remove_use_one_request_for_several_servers(
    change_harness: ChangeHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    names = [account.add_server(f"web-{number:02d}").name for number in range(3)]

    added = await change_harness.run("pool add", "web-80", *names)
    assert added.states == ["settled"] * 3
    assert len(pool.nodes) == 3
    again = await change_harness.run("pool add", "web-80", *names)
    assert again.states == ["unchanged"] * 3
    removed = await change_harness.run("pool remove", "web-80", *names, yes=True)
    assert removed.states == ["settled"] * 3
    assert pool.nodes == {}
    gone = await change_harness.run("pool remove", "web-80", *names, yes=True)
    assert gone.states == ["unchanged"] * 3
    assert change_harness.changes == {"POST": 1, "DELETE": 1}


async def test_dry_run_prints_the_consequences_and_sends_nothing(
    change_harness: ChangeHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server)

    result = await change_harness.run("pool remove", "web-80", "web-01", dry_run=True)
    plan = await change_harness.json("pool remove", "web-80", "web-01", dry_run=True)

    assert result.code is ExitCode.OK
    assert "last active node of pool web-80" in result.out
    assert "nothing was sent" in result.out
    assert any("last active node" in line for line in plan["consequences"])
    assert plan["confirmation"] == {"level": 2, "phrases": ["web-01"]}
    assert change_harness.changes == {}


async def test_no_wait_returns_once_the_service_has_accepted(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")

    result = await change_harness.run("ip add", "web-01", wait_for=WaitFor.ACCEPTED)

    assert result.code is ExitCode.OK
    assert result.states == ["accepted"]
    assert [record.status for record in account.region().ips_of(server.id)] == ["ADDING"]


async def test_json_is_one_object_with_the_names_of_the_api(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.add_public_ip(account.add_server("web-02"))

    outcome = await change_harness.json("ip add", "web-01", "web-02", note="CHG-1234")

    assert outcome["exit_code"] == 0
    (operation,) = outcome["operations"]
    assert operation["state"] == "settled"
    assert operation["cloud_server"] == {"id": server.id, "name": "web-01"}
    assert operation["resource_id"] in account.region().public_ips
    assert operation["note"] == "CHG-1234"
    assert operation["host"] == socket.gethostname()
    assert operation["created"].endswith("Z")
    (unchanged,) = outcome["unchanged"]
    assert unchanged["cloud_server"]["name"] == "web-02"


async def test_hostile_name_cannot_write_to_the_terminal(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("a\x1b]0;owned\x07b")

    result = await change_harness.run("ip add", server.id)

    assert result.code is ExitCode.OK
    assert all(char == "\n" or char.isprintable() for char in result.out)


async def test_change_that_the_service_rejects_fails_alone(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    refusal = Fault.status(
        409, body="Cloud Server is odd", method="POST", path="/public_ips$", times=1
    )
    account.faults.add(refusal)
    account.add_server("web-02")

    result = await change_harness.run("ip add", "web-01", "web-02")

    assert sorted(result.states) == ["rejected", "settled"]
    assert result.code is ExitCode.SERVICE_ERROR
