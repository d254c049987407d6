"""The exit codes, and the messages on stderr."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import US_IDENTITY, Credentials, Secret, Settings
from rcv3_tui.simulator import Account, Fault, identity_routes
from rcv3_tui.status.options import FailOn, StatusOptions
from rcv3_tui.status.run import run_status
from tests.support.status_harness import StatusHarness, columns


@pytest.fixture(autouse=True)
def fine(account: Account) -> None:
    """An account in which nothing is wrong."""
    servers = [account.add_server(f"web-{number}") for number in (1, 2)]
    pool = account.add_pool("web", external=1)
    for server in servers:
        account.add_public_ip(server)
        account.add_node(pool, server)


@pytest.mark.parametrize("noun", ["", "servers", "ips", "pools", "nodes", "networks"])
async def test_healthy_account_exits_0_with_silent_stderr(
    status_harness: StatusHarness, noun: str
) -> None:
    result = await status_harness.run(noun)
    assert (result.code, result.err) == (0, "")


async def test_listed_failed_address_exits_1(
    status_harness: StatusHarness,
) -> None:
    server = status_harness.account.add_server("unlucky")
    status_harness.account.add_public_ip(server, status="ADD_FAILED")
    assert (await status_harness.run()).code == 1
    assert (await status_harness.run("ips")).code == 1
    assert (await status_harness.run("ips", filter="status:active")).code == 0
    assert (await status_harness.run("nodes")).code == 0


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [(FailOn.FAILED, 0), (FailOn.WARNING, 1), (FailOn.NOTE, 1), (FailOn.NEVER, 0)],
)
async def test_fail_on_sets_the_severity_that_exits_1(
    status_harness: StatusHarness, fail_on: FailOn, code: int
) -> None:
    thin = status_harness.account.add_pool("thin", external=0)
    status_harness.account.add_node(thin, status_harness.account.add_server("alone"))
    assert (await status_harness.run("pools", fail_on=fail_on)).code == code


async def test_retained_address_without_server_is_a_note(
    status_harness: StatusHarness,
) -> None:
    status_harness.account.add_public_ip(None, retain=True)
    assert (await status_harness.run("ips")).code == 0
    assert (await status_harness.run("ips", fail_on=FailOn.NOTE)).code == 1


async def test_recent_transition_exits_0(
    status_harness: StatusHarness,
) -> None:
    server = status_harness.account.add_server("new")
    status_harness.account.add_public_ip(server, status="ADDING", age=5.0, moves_after=60.0)
    assert (await status_harness.run("ips")).code == 0


async def test_transition_of_months_exits_1(status_harness: StatusHarness) -> None:
    server = status_harness.account.add_server("stuck")
    status_harness.account.add_public_ip(server, status="ADDING", age=86400.0)
    assert (await status_harness.run("ips")).code == 1


# Credentials ---------------------------------------------------------------------------------


async def test_wrong_credentials_exit_3_after_one_try(
    status_harness: StatusHarness,
) -> None:
    status_harness.set(
        credentials=Credentials(status_harness.account.username, api_key=Secret("no-such-key"))
    )
    result = await status_harness.run("ips")
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("rcv3-tui: Identity rejected user demo and API key")
    assert "no-such-key" not in result.err
    assert status_harness.signs_in() == 1


@pytest.mark.parametrize("words", ["Unable to authenticate", "Unable to authenticate."])
async def test_message_of_identity_is_separated_from_advice(
    status_harness: StatusHarness, words: str
) -> None:
    body = f'{{"unauthorized": {{"code": 401, "message": "{words}"}}}}'
    status_harness.account.faults.add(Fault.status(401, body=body, path="/tokens"))
    result = await status_harness.run("ips")
    assert "Unable to authenticate. It was tried once; check both and try again." in result.err


async def test_unusable_endpoint_is_named_once(
    status_harness: StatusHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain_http(base: str, region: str, tenant: str) -> str:
        return f"http://rackconnect.api.example.com/v3/{tenant}"

    monkeypatch.setattr(identity_routes, "rackconnect_url", plain_http)
    result = await status_harness.run()
    assert result.code == 5
    assert result.err.count("plain http is refused") == 1


async def test_token_refused_by_every_service_exits_3(status_harness: StatusHarness) -> None:
    status_harness.account.faults.add(
        Fault.status(401, body="No valid token.", path="/rackconnect")
    )
    result = await status_harness.run("ips")
    assert result.code == 3
    assert "No valid token: the service refuses a newly issued token (HTTP 401)" in result.err


async def test_unknown_region_exits_2_and_lists_the_regions(
    status_harness: StatusHarness,
) -> None:
    status_harness.set(regions=("XYZ",))
    result = await status_harness.run("ips")
    assert (result.code, result.out) == (2, "")
    assert "no RackConnect v3.0 in XYZ; regions that have it: IAD" in result.err


# Trouble with the service --------------------------------------------------------------------


async def test_broken_connection_exits_4(status_harness: StatusHarness) -> None:
    status_harness.account.faults.add(Fault.drop(path="/public_ips"))
    result = await status_harness.run("ips", "json")
    assert (result.code, result.out) == (4, "")
    assert "connection broken; check the network" in result.err


async def test_error_response_exits_5_with_the_services_message(
    status_harness: StatusHarness,
) -> None:
    status_harness.account.faults.add(Fault.status(500, path="/public_ips", body="out of order"))
    result = await status_harness.run("ips")
    assert (result.code, result.out) == (5, "")
    assert "list public IPs: out of order (HTTP 500); try again" in result.err
    assert result.err.count("\n") == 1


async def test_partial_data_is_printed_and_errors_reported(
    status_harness: StatusHarness,
) -> None:
    status_harness.account.faults.add(Fault.status(500, path="/public_ips"))
    result = await status_harness.run("servers")
    assert result.code == 5
    # What is not known does not look like what is not there.
    assert columns(result, 0, 3) == [("web-1", "?"), ("web-2", "?")]
    assert "list public IPs" in result.err
    assert (await status_harness.run("servers", "json", columns=("public",))).json[0] == {
        "public": None
    }


async def test_summary_marks_unread_counts_with_a_question_mark(
    status_harness: StatusHarness,
) -> None:
    status_harness.account.faults.add(Fault.status(500, path="/servers/detail"))
    result = await status_harness.run()
    assert result.code == 5
    assert (
        next(line.split() for line in result.lines if line.startswith("Servers"))[1:] == ["?"] * 5
    )
    assert "Nothing needs attention" not in result.out
    assert "unknown  servers: not read: list servers" in result.out
    assert "Pools" in result.out


async def test_node_list_contradicting_the_counts_needs_attention(
    status_harness: StatusHarness,
) -> None:
    status_harness.account.faults.add(Fault.wrong_shape("null", path="/nodes"))
    result = await status_harness.run()
    assert result.code == 1
    assert "Not known whether anything needs attention\n" in result.out
    assert "unknown  pool web: the service counts 2 cloud servers in it, and lists 0" in result.out
    assert "Add servers" not in result.out


async def test_unreadable_items_alone_are_no_empty_list(status_harness: StatusHarness) -> None:
    status_harness.account.faults.add(Fault.wrong_shape("bad_item", path="/load_balancer_pools"))
    result = await status_harness.run("pools")
    assert (result.code, result.lines[1:]) == (5, [])
    assert "there are no pools" not in result.err


async def test_unreadable_item_is_skipped_and_reported(status_harness: StatusHarness) -> None:
    status_harness.account.faults.add(Fault.wrong_shape("bad_item", path="/public_ips"))
    result = await status_harness.run("ips")
    assert result.code == 5
    assert len(result.lines) == 2
    assert "1 of the public IPs could not be read and is left out: $[0]" in result.err


async def test_failing_pool_does_not_affect_other_nodes(
    status_harness: StatusHarness,
) -> None:
    broken = status_harness.account.add_pool("broken", external=2)
    status_harness.account.faults.add(Fault.status(500, path=f"/{broken.id}/nodes"))
    result = await status_harness.run("nodes")
    assert result.code == 5
    assert columns(result, 0, 1) == [("web", "web-1"), ("web", "web-2")]
    assert "list nodes of pool broken" in result.err


# The limit of 30 requests a minute -----------------------------------------------------------


async def test_many_pools_wait_for_the_rate_limit_and_are_never_rejected(
    status_harness: StatusHarness,
) -> None:
    server = status_harness.account.add_server("busy")
    for number in range(40):
        status_harness.account.add_node(
            status_harness.account.add_pool(f"pool-{number}", external=1), server
        )
    began = status_harness.clock.monotonic()
    result = await status_harness.run("nodes")
    assert result.code == 0
    assert len(result.lines) == 1 + 2 + 40
    assert status_harness.clock.monotonic() - began > 60
    assert {r.status for r in status_harness.account.requests} == {200}
    assert "the nodes of 41 pools take about 1 min" in result.err
    assert "--pool" in result.err


async def test_summary_of_many_pools_does_not_wait_and_counts_unread_ones(
    status_harness: StatusHarness,
) -> None:
    for number in range(40):
        status_harness.account.add_pool(f"pool-{number}", external=2)
    began = status_harness.clock.monotonic()
    result = await status_harness.run()
    assert status_harness.clock.monotonic() - began < 1
    assert "nodes of 12 of 41 pools were read" in result.out
    assert result.code == 1
    assert result.lines[2].startswith("Not known whether anything needs attention")
    assert "unknown  pool nodes: nodes of 29 of 41 pools not read" in result.out


async def test_throttling_is_waited_for_and_reported(status_harness: StatusHarness) -> None:
    status_harness.account.faults.add(Fault.throttle(7, path="/public_ips", times=1))
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips")
    assert result.code == 0
    assert len(result.lines) == 3
    assert 7 <= status_harness.clock.monotonic() - began < 15
    assert "too many requests; waiting 7 s" in result.err


@pytest.mark.parametrize("noun", ["ips", ""])
async def test_pause_of_an_hour_is_reported_instead_of_waited_for(
    status_harness: StatusHarness, noun: str
) -> None:
    status_harness.account.faults.add(Fault.throttle(3600, path="/public_ips"))
    began = status_harness.clock.monotonic()
    result = await status_harness.run(noun)
    assert result.code == 5
    assert status_harness.clock.monotonic() - began < 1
    assert "list public IPs" in result.err


async def test_requests_of_other_processes_count_and_the_wait_is_reported(
    status_harness: StatusHarness, tmp_path: Path
) -> None:
    status_harness.set(cache_dir=tmp_path)
    for _ in range(27):
        await status_harness.run("ips")
    began = status_harness.clock.monotonic()
    result = await status_harness.run("ips")
    assert result.code == 0
    assert status_harness.clock.monotonic() - began > 30
    assert (
        "waiting 61 s, since the 30 requests a minute that the service allows are used up"
        in result.err
    )
    assert status_harness.signs_in() == 1


async def test_guessed_address_is_named_on_stderr(
    status_harness: StatusHarness, account: Account
) -> None:
    account.has_rackconnect = False
    status_harness.set(identity_url=US_IDENTITY, regions=("IAD",))

    result = await status_harness.run()

    assert "iad.rackconnect.api.rackspacecloud.com is a guess" in result.err


async def test_without_credentials_the_places_that_were_searched_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(sources_searched="RCV3_USERNAME, ~/.rack/config")

    assert run_status(settings, StatusOptions()) == ExitCode.CREDENTIALS_REFUSED

    assert "searched: RCV3_USERNAME, ~/.rack/config" in capsys.readouterr().err
