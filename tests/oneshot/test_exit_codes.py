"""What the exit code says, and what stands on stderr beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.oneshot.asked import FailOn
from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account, Fault
from tests.oneshot.desk import Desk, columns


@pytest.fixture(autouse=True)
def fine(account: Account) -> None:
    """An account in which nothing is wrong."""
    servers = [account.add_server(f"web-{number}") for number in (1, 2)]
    pool = account.add_pool("web", external=1)
    for server in servers:
        account.add_public_ip(server)
        account.add_node(pool, server)


@pytest.mark.parametrize("noun", ["", "servers", "ips", "pools", "nodes", "networks"])
async def test_with_nothing_wrong_it_is_0_and_stderr_is_silent(desk: Desk, noun: str) -> None:
    said = await desk.ask(noun)
    assert (said.code, said.err) == (0, "")


async def test_a_failed_address_makes_it_1_where_it_is_listed(desk: Desk) -> None:
    server = desk.account.add_server("unlucky")
    desk.account.add_public_ip(server, status="ADD_FAILED")
    assert (await desk.ask()).code == 1
    assert (await desk.ask("ips")).code == 1
    assert (await desk.ask("ips", filter="status:active")).code == 0
    assert (await desk.ask("nodes")).code == 0


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [(FailOn.FAILED, 0), (FailOn.WARNING, 1), (FailOn.NOTE, 1), (FailOn.NEVER, 0)],
)
async def test_how_bad_it_has_to_be_can_be_told(desk: Desk, fail_on: FailOn, code: int) -> None:
    thin = desk.account.add_pool("thin", external=0)
    desk.account.add_node(thin, desk.account.add_server("alone"))
    assert (await desk.ask("pools", fail_on=fail_on)).code == code


async def test_a_retained_address_without_a_server_is_worth_a_note_only(desk: Desk) -> None:
    desk.account.add_public_ip(None, retain=True)
    assert (await desk.ask("ips")).code == 0
    assert (await desk.ask("ips", fail_on=FailOn.NOTE)).code == 1


async def test_something_that_moves_is_nothing_to_worry_about(desk: Desk) -> None:
    server = desk.account.add_server("new")
    desk.account.add_public_ip(server, status="ADDING", age=5.0, moves_after=60.0)
    assert (await desk.ask("ips")).code == 0


async def test_something_that_has_been_moving_for_months_is(desk: Desk) -> None:
    server = desk.account.add_server("stuck")
    desk.account.add_public_ip(server, status="ADDING", age=86400.0)
    assert (await desk.ask("ips")).code == 1


# Credentials ---------------------------------------------------------------------------------


async def test_wrong_credentials_make_it_3_and_are_tried_once(desk: Desk) -> None:
    desk.set(credentials=Credentials(desk.account.username, api_key=Secret("no-such-key")))
    said = await desk.ask("ips")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("rcv3-tui: Identity refused user demo and API key")
    assert "no-such-key" not in said.err
    assert desk.signs_in() == 1


async def test_a_token_that_every_service_refuses_makes_it_3(desk: Desk) -> None:
    desk.account.faults.add(Fault.status(401, path="/rackconnect"))
    assert (await desk.ask("ips")).code == 3


async def test_an_unknown_region_makes_it_2_and_tells_those_there_are(desk: Desk) -> None:
    desk.set(regions=("XYZ",))
    said = await desk.ask("ips")
    assert (said.code, said.out) == (2, "")
    assert "no RackConnect v3.0 in XYZ; regions that have it: IAD" in said.err


# Trouble with the service --------------------------------------------------------------------


async def test_a_broken_connection_makes_it_4(desk: Desk) -> None:
    desk.account.faults.add(Fault.drop(path="/public_ips"))
    said = await desk.ask("ips", "json")
    assert (said.code, said.out) == (4, "")
    assert "connection broken; check the network" in said.err


async def test_an_answer_that_is_an_error_makes_it_5_with_the_services_words(desk: Desk) -> None:
    desk.account.faults.add(Fault.status(500, path="/public_ips", body="out of order"))
    said = await desk.ask("ips")
    assert (said.code, said.out) == (5, "")
    assert "list public IPs: out of order (HTTP 500); try again" in said.err
    assert said.err.count("\n") == 1


async def test_what_could_be_read_is_printed_and_what_not_is_told(desk: Desk) -> None:
    desk.account.faults.add(Fault.status(500, path="/public_ips"))
    said = await desk.ask("servers")
    assert said.code == 5
    # What is not known does not look like what is not there.
    assert columns(said, 0, 3) == [("web-1", "?"), ("web-2", "?")]
    assert "list public IPs" in said.err
    assert (await desk.ask("servers", "json", columns=("public",))).json[0] == {"public": None}


async def test_a_summary_puts_a_dash_where_it_could_not_read(desk: Desk) -> None:
    desk.account.faults.add(Fault.status(500, path="/servers/detail"))
    said = await desk.ask()
    assert said.code == 5
    assert next(line.split() for line in said.lines if line.startswith("Servers"))[1:] == ["-"] * 5
    assert "Pools" in said.out


async def test_one_bad_item_costs_that_item_and_is_told(desk: Desk) -> None:
    desk.account.faults.add(Fault.wrong_shape("bad_item", path="/public_ips"))
    said = await desk.ask("ips")
    assert said.code == 5
    assert len(said.lines) == 2
    assert "1 of the public IPs could not be read and is left out: $[0]" in said.err


async def test_one_pool_that_fails_leaves_the_nodes_of_the_others(desk: Desk) -> None:
    broken = desk.account.add_pool("broken", external=2)
    desk.account.faults.add(Fault.status(500, path=f"/{broken.id}/nodes"))
    said = await desk.ask("nodes")
    assert said.code == 5
    assert columns(said, 0, 1) == [("web", "web-1"), ("web", "web-2")]
    assert "list nodes of pool broken" in said.err


# The limit of 30 requests a minute -----------------------------------------------------------


async def test_more_pools_than_requests_a_minute_wait_and_are_never_refused(desk: Desk) -> None:
    server = desk.account.add_server("busy")
    for number in range(40):
        desk.account.add_node(desk.account.add_pool(f"pool-{number}", external=1), server)
    began = desk.clock.monotonic()
    said = await desk.ask("nodes")
    assert said.code == 0
    assert len(said.lines) == 1 + 2 + 40
    assert desk.clock.monotonic() - began > 60
    assert {r.status for r in desk.account.requests} == {200}
    assert "the nodes of 41 pools take about 1 min" in said.err
    assert "--pool" in said.err


async def test_the_summary_of_many_pools_waits_for_nothing_and_says_what_it_left(
    desk: Desk,
) -> None:
    for number in range(40):
        desk.account.add_pool(f"pool-{number}", external=2)
    began = desk.clock.monotonic()
    said = await desk.ask()
    assert desk.clock.monotonic() - began < 1
    assert "nodes of 12 of 41 pools were read" in said.out


async def test_too_fast_is_waited_out_and_told(desk: Desk) -> None:
    desk.account.faults.add(Fault.throttle(7, path="/public_ips", times=1))
    began = desk.clock.monotonic()
    said = await desk.ask("ips")
    assert said.code == 0
    assert len(said.lines) == 3
    assert 7 <= desk.clock.monotonic() - began < 15
    assert "too many requests; waiting 7 s" in said.err


@pytest.mark.parametrize("noun", ["ips", ""])
async def test_a_wait_of_an_hour_is_told_instead_of_waited(desk: Desk, noun: str) -> None:
    desk.account.faults.add(Fault.throttle(3600, path="/public_ips"))
    began = desk.clock.monotonic()
    said = await desk.ask(noun)
    assert said.code == 5
    assert desk.clock.monotonic() - began < 1
    assert "list public IPs" in said.err


async def test_other_copies_requests_count_and_the_waiting_for_them_is_told(
    desk: Desk, tmp_path: Path
) -> None:
    desk.set(cache_dir=tmp_path)
    for _ in range(27):
        await desk.ask("ips")
    began = desk.clock.monotonic()
    said = await desk.ask("ips")
    assert said.code == 0
    assert desk.clock.monotonic() - began > 30
    assert "waiting, since the 30 requests a minute that the service allows are used up" in said.err
    assert desk.signs_in() == 1
