"""Confirmation on a terminal, with the weight of the console's dialog."""

from __future__ import annotations

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, Server
from tests.support.change_harness import ChangeHarness


def two_members(account: Account) -> list[Server]:
    pool = account.add_pool("web-80")
    servers = [account.add_server(f"web-{number:02d}") for number in (1, 2)]
    for server in servers:
        account.add_node(pool, server)
    return servers


async def test_removal_without_a_terminal_needs_yes(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"))

    result = await change_harness.run("ip remove", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert "--yes" in result.err
    assert change_harness.changes == {}


async def test_irreversible_removal_needs_the_name(
    change_harness: ChangeHarness, account: Account
) -> None:
    record = account.add_public_ip(account.add_server("web-01"))
    operator = change_harness.answer("web-01")

    result = await change_harness.run("ip remove", "web-01")

    assert result.code is ExitCode.OK
    assert f"Remove public IP {record.address} of web-01 (acme, IAD, 123456)" in operator.text
    assert "last public address of web-01" in operator.text
    assert f"Type {record.address} or web-01 to remove: " in operator.text
    assert change_harness.changes == {"DELETE": 1}


@pytest.mark.parametrize("answer", ["", "y", "yes", "web-1", "WEB-01"])
async def test_other_answer_sends_nothing(
    change_harness: ChangeHarness, account: Account, answer: str
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    change_harness.answer(answer)

    result = await change_harness.run("ip remove", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert "not confirmed" in result.err
    assert change_harness.changes == {}


async def test_end_of_input_sends_nothing(change_harness: ChangeHarness, account: Account) -> None:
    account.add_public_ip(account.add_server("web-01"))
    change_harness.answer()

    assert (await change_harness.run("ip remove", "web-01")).code is ExitCode.NOTHING_SENT
    assert change_harness.changes == {}


async def test_reversible_removal_needs_yes_in_full(
    change_harness: ChangeHarness, account: Account
) -> None:
    two_members(account)
    operator = change_harness.answer("yes")

    result = await change_harness.run("pool remove", "web-80", "web-01")

    assert result.code is ExitCode.OK
    assert "pool web-80: 2 active -> 1" in operator.text
    assert "Type yes to remove: " in operator.text


async def test_last_active_node_needs_its_name(
    change_harness: ChangeHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    account.add_node(pool, account.add_server("web-01"))
    change_harness.answer("yes")

    result = await change_harness.run("pool remove", "web-80", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert change_harness.changes == {}


async def test_several_need_the_number(change_harness: ChangeHarness, account: Account) -> None:
    two_members(account)
    operator = change_harness.answer("2 nodes")

    result = await change_harness.run("pool remove", "web-80", "web-01", "web-02")

    assert result.code is ExitCode.OK
    assert "Type 2 nodes to remove: " in operator.text


async def test_answer_that_arrives_at_once_is_ignored_as_type_ahead(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    operator = change_harness.answer("web-01", thinks=0.1)

    result = await change_harness.run("ip remove", "web-01")

    assert "type-ahead" in operator.text
    assert result.code is ExitCode.NOTHING_SENT
    assert change_harness.changes == {}


async def test_change_while_the_question_stands_sends_nothing(
    change_harness: ChangeHarness, account: Account
) -> None:
    _, second = two_members(account)
    pool = next(iter(account.region().pools.values()))
    node = next(node for node in pool.nodes.values() if node.server is second)
    change_harness.answer("yes", thinks=30.0, meanwhile=lambda: pool.nodes.pop(node.id))

    result = await change_harness.run("pool remove", "web-80", "web-01")

    assert result.code is ExitCode.NOTHING_SENT
    assert "changed since it was confirmed: last active node of pool web-80" in result.err
    assert change_harness.changes == {}


async def test_adds_ask_nothing(change_harness: ChangeHarness, account: Account) -> None:
    account.add_server("web-01")
    operator = change_harness.answer()

    assert (await change_harness.run("ip add", "web-01")).code is ExitCode.OK
    assert operator.shown == []


# Profiles that do not allow changes -----------------------------------------------------------


async def test_yes_does_not_override_read_only(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    change_harness.set(read_only=True, origins={"read_only": "config.toml:4"})

    result = await change_harness.run("ip add", "web-01", yes=True)

    assert result.code is ExitCode.NOTHING_SENT
    assert "profile acme is read-only (config.toml:4)" in result.err
    assert account.requests == []


async def test_yes_does_not_override_protection(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    change_harness.set(protected=True)
    change_harness.answer("acme")

    result = await change_harness.run("ip add", "web-01", yes=True)

    assert result.code is ExitCode.NOTHING_SENT
    assert "profile acme is protected" in result.err
    assert account.requests == []


async def test_protected_profile_has_to_be_named_before_the_change(
    change_harness: ChangeHarness, account: Account
) -> None:
    two_members(account)
    change_harness.set(protected=True)
    operator = change_harness.answer("acme", "web-01")

    result = await change_harness.run("pool remove", "web-80", "web-01")

    assert result.code is ExitCode.OK
    assert "Type acme to allow changes" in operator.text
    # Level 3: the name has to be typed, although something keeps serving.
    assert "Type web-01 to remove: " in operator.text
    assert change_harness.changes == {"DELETE": 1}


async def test_dry_run_is_allowed_in_a_read_only_profile(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    change_harness.set(read_only=True)

    assert (await change_harness.run("ip add", "web-01", dry_run=True)).code is ExitCode.OK


async def test_removal_in_two_regions_is_confirmed_once(change_harness: ChangeHarness) -> None:
    account = Account(regions=("IAD", "DFW"), now=change_harness.clock.timestamp)
    harness = ChangeHarness(account, change_harness.clock)
    harness.set(regions=("ALL",))
    for region in ("IAD", "DFW"):
        server = account.add_server(f"web-{region.lower()}", region=region)
        account.add_public_ip(server, region=region)
    operator = harness.answer("2 addresses")

    result = await harness.run("ip remove", "web-iad", "web-dfw")

    assert result.code is ExitCode.OK
    assert sum("Type 2 addresses to remove" in line for line in operator.shown) == 1
    assert "(acme, IAD, " in operator.text
    assert "(acme, DFW, " in operator.text
    assert harness.changes == {"DELETE": 2}
