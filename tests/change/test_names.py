"""Names on the command line: resolved, or refused with the candidates, and nothing sent."""

from __future__ import annotations

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account
from tests.support.change_harness import ChangeHarness


async def test_server_is_found_by_name_id_or_address(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.add_server("web-02")
    for word in ("web-01", server.id, server.id.upper(), server.private_ip or ""):
        plan = await change_harness.json("ip add", word, dry_run=True)
        assert [each["cloud_server"]["id"] for each in plan["operations"]] == [server.id]
    assert change_harness.changes == {}


async def test_public_ip_is_found_by_address_id_or_server(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    record = account.add_public_ip(server)
    for word in (record.address or "", record.id, record.id.upper(), "web-01", server.id):
        plan = await change_harness.json("ip remove", word, dry_run=True)
        (operation,) = plan["operations"]
        assert operation["public_ip"] == {"id": record.id, "public_ip_v4": record.address}


async def test_pool_is_found_by_name_or_id(change_harness: ChangeHarness, account: Account) -> None:
    pool = account.add_pool("web-80")
    account.add_server("web-01")
    for word in ("web-80", pool.id, pool.id.upper()):
        plan = await change_harness.json("pool add", word, "web-01", dry_run=True)
        assert plan["operations"][0]["load_balancer_pool"]["id"] == pool.id


async def test_ambiguous_name_is_refused_with_ids_and_regions(
    change_harness: ChangeHarness, account: Account
) -> None:
    first, second = account.add_server("web-01"), account.add_server("web-01")

    result = await change_harness.run("ip add", "web-01")

    assert result.code is ExitCode.USAGE
    assert '"web-01" is ambiguous' in result.err
    assert f"{first.id} in IAD" in result.err
    assert f"{second.id} in IAD" in result.err
    assert result.out == ""
    assert change_harness.changes == {}


async def test_name_in_two_regions_is_ambiguous(change_harness: ChangeHarness) -> None:
    account = Account(regions=("IAD", "DFW"), now=change_harness.clock.timestamp)
    harness = ChangeHarness(account, change_harness.clock)
    harness.set(regions=("ALL",))
    for region in ("IAD", "DFW"):
        account.add_server("web-01", region=region)

    result = await harness.run("ip add", "web-01")

    assert result.code is ExitCode.USAGE
    assert "in IAD" in result.err
    assert "in DFW" in result.err


@pytest.mark.parametrize(
    ("verb", "names", "words"),
    [
        ("ip add", ["web-1"], 'there is no server "web-1" (did you mean "web-01"?)'),
        ("ip remove", ["203.0.113.99"], 'there is no public IP "203.0.113.99"'),
        ("pool add", ["web-8", "web-01"], 'there is no pool "web-8" (did you mean "web-80"?)'),
        ("ip unassign", ["web-01"], 'server "web-01" has no public IP'),
    ],
)
async def test_unknown_name_is_refused_with_a_suggestion(
    change_harness: ChangeHarness, account: Account, verb: str, names: list[str], words: str
) -> None:
    account.add_server("web-01")
    account.add_pool("web-80")

    result = await change_harness.run(verb, *names, yes=True)

    assert result.code is ExitCode.USAGE
    assert words in result.err
    assert "nothing was sent" in result.err
    assert change_harness.changes == {}


async def test_one_unknown_name_among_many_sends_nothing(
    change_harness: ChangeHarness, account: Account
) -> None:
    for number in range(3):
        account.add_server(f"web-{number:02d}")

    result = await change_harness.run("ip add", "web-00", "nope", "web-01", "neither")

    assert result.code is ExitCode.USAGE
    assert '"nope"' in result.err
    assert '"neither"' in result.err
    assert change_harness.changes == {}


async def test_node_of_a_deleted_server_is_named_by_the_servers_id(
    change_harness: ChangeHarness, account: Account
) -> None:
    server, pool = account.add_server("web-01"), account.add_pool("web-80")
    account.add_node(pool, server)
    account.region().servers.pop(server.id)

    plan = await change_harness.json("pool remove", "web-80", server.id, dry_run=True)

    assert plan["operations"][0]["cloud_server"]["id"] == server.id
