"""Change commands on an account with unreadable items: what is not known is never "nothing"."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.simulator import Account, Fault, Node, schema
from rcv3_tui.simulator.resources import Server
from tests.support.change_harness import ChangeHarness


def spoil(account: Account, path: str) -> None:
    """Make the first item of a list unreadable."""
    account.faults.add(Fault.wrong_shape("bad_item", method="GET", path=path))


@pytest.fixture
def member(account: Account) -> Node:
    """Return the node of web-01, which has a public IP, in the pool web-80."""
    server = account.add_server("web-01")
    account.add_public_ip(server)
    return account.add_node(account.add_pool("web-80"), server)


@pytest.mark.parametrize("verb", ["ip add", "ip remove", "server drain"])
async def test_server_name_that_an_unreadable_server_may_share_is_refused(
    change_harness: ChangeHarness, account: Account, verb: str
) -> None:
    servers = [account.add_server("dup-01"), account.add_server("dup-01")]
    for server in servers:
        account.add_public_ip(server)
    spoil(account, "/servers/detail")

    result = await change_harness.run(verb, "dup-01", yes=True)

    assert result.code is ExitCode.USAGE
    assert '"dup-01" may be ambiguous' in result.err
    assert "1 of the servers could not be read" in result.err
    assert "use the id" in result.err
    assert change_harness.changes == {}


async def test_server_address_that_an_unreadable_server_may_share_is_refused(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("web-01")
    account.add_server("web-02")
    spoil(account, "/servers/detail")
    addresses = [each.private_ip for each in account.region().servers.values()]

    results = [await change_harness.run("ip add", word or "") for word in addresses]

    assert [result.code for result in results] == [ExitCode.USAGE] * 2
    assert any("may be ambiguous" in result.err for result in results)
    assert change_harness.changes == {}


async def test_server_id_is_accepted_although_another_server_is_unreadable(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_server("dup-01")
    account.add_server("dup-01")
    spoil(account, "/servers/detail")
    ids = list(account.region().servers)

    codes = [(await change_harness.run("ip add", each)).code for each in ids]

    assert sorted(codes) == [ExitCode.OK, ExitCode.USAGE]
    assert change_harness.changes == {"POST": 1}


async def test_pool_name_that_an_unreadable_pool_may_share_is_refused(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_pool("web-80")
    account.add_pool("web-80")
    account.add_server("web-01")
    spoil(account, "/load_balancer_pools$")

    result = await change_harness.run("pool add", "web-80", "web-01")

    assert result.code is ExitCode.USAGE
    assert "1 of the pools could not be read" in result.err
    assert change_harness.changes == {}


async def test_ip_unassign_with_an_unreadable_public_ip_does_not_deny_it(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"), retain=True)
    spoil(account, "/public_ips")

    result = await change_harness.run("ip unassign", "web-01", yes=True)

    assert result.code is ExitCode.USAGE
    assert "has no public IP" not in result.err
    assert "1 of the public IPs could not be read" in result.err


async def test_ip_add_warns_of_an_unreadable_public_ip(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    account.add_server("web-02")
    spoil(account, "/public_ips$")

    plan = await change_harness.run("ip add", "web-02", dry_run=True)

    assert "web-02 may have one already" in plan.out


async def test_ip_assign_warns_of_an_unreadable_public_ip(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    record = account.add_public_ip(retain=True)
    account.add_server("web-02")
    spoil(account, "/public_ips$")
    words = list(account.region().public_ips)

    plans = [await change_harness.run("ip assign", word, "web-02", dry_run=True) for word in words]

    assert record.id in words
    assert any("web-02 may have one already" in plan.out for plan in plans)


async def test_last_public_address_says_that_another_one_was_not_read(
    change_harness: ChangeHarness, account: Account
) -> None:
    account.add_public_ip(account.add_server("web-01"))
    account.add_public_ip(account.add_server("web-02"))
    spoil(account, "/public_ips$")

    plans = [
        await change_harness.run("ip remove", name, dry_run=True) for name in ("web-01", "web-02")
    ]

    assert sorted(plan.code for plan in plans) == [ExitCode.OK, ExitCode.SERVICE_ERROR]
    (plan,) = [plan for plan in plans if plan.code is ExitCode.OK]
    assert "last public address of" in plan.out
    assert "1 of the public IPs could not be read" in plan.out


async def test_drain_with_a_readable_pool_read_last_names_the_other(
    change_harness: ChangeHarness, account: Account
) -> None:
    first, second = account.add_pool("web-80"), account.add_pool("web-443")
    server = account.add_server("web-01")
    for pool in (first, second):
        account.add_node(pool, server)
    spoil(account, f"/{first.id}/nodes")

    result = await change_harness.run("server drain", "web-01", yes=True)

    assert result.code is ExitCode.SERVICE_ERROR
    assert "1 of the pool nodes of web-80 could not be read" in result.err
    assert "web-443" not in result.err
    assert change_harness.changes == {}


async def test_pool_remove_counts_the_nodes_that_were_not_read(
    change_harness: ChangeHarness, account: Account
) -> None:
    pool = account.add_pool("web-80")
    for name in ("web-01", "web-02"):
        account.add_node(pool, account.add_server(name))
    spoil(account, "/nodes")

    plans = [
        await change_harness.run("pool remove", "web-80", name, dry_run=True)
        for name in ("web-01", "web-02")
    ]

    (plan,) = [plan for plan in plans if plan.code is ExitCode.OK]
    assert "last active node of pool web-80" in plan.out
    assert "1 of the pool nodes of web-80 could not be read" in plan.out


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    ("path", "words", "unread"),
    [
        ("/public_ips", ["ip remove", "web-01"], "public IPs"),
        ("/load_balancer_pools$", ["server drain", "web-01"], "pools"),
        ("/nodes", ["server drain", "web-01"], "pool nodes of web-80"),
        ("/nodes", ["pool remove", "web-80", "web-01"], "pool nodes of web-80"),
    ],
)
async def test_removal_from_an_unreadable_list_is_not_nothing_to_do(
    change_harness: ChangeHarness, account: Account, path: str, words: list[str], unread: str
) -> None:
    spoil(account, path)

    result = await change_harness.run(*words, yes=True)

    assert result.code is ExitCode.SERVICE_ERROR
    assert f"1 of the {unread} could not be read" in result.err
    assert "nothing was sent" in result.err
    assert result.out == ""
    assert change_harness.changes == {}


async def test_drain_with_unreadable_nodes_of_one_of_two_servers_names_the_pool(
    change_harness: ChangeHarness, account: Account, member: Node
) -> None:
    account.add_node(member.pool, account.add_server("web-02"))
    spoil(account, "/nodes")

    result = await change_harness.run("server drain", "web-01", yes=True)

    assert result.code is ExitCode.SERVICE_ERROR
    assert "1 of the pool nodes of web-80 could not be read" in result.err
    assert change_harness.changes == {}


@pytest.mark.usefixtures("member")
async def test_pool_add_warns_of_an_unreadable_node(
    change_harness: ChangeHarness, account: Account
) -> None:
    spoil(account, "/nodes")

    plan = await change_harness.run("pool add", "web-80", "web-01", dry_run=True)

    assert "web-01 may be a member already" in plan.out


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    ("path", "code", "unread"),
    [
        ("/load_balancer_pools$", ExitCode.ATTENTION, "pools"),
        ("/servers/detail", ExitCode.USAGE, "servers"),
    ],
)
async def test_restore_does_not_claim_that_an_unreadable_item_is_gone(
    change_harness: ChangeHarness,
    account: Account,
    tmp_path: Path,
    path: str,
    code: ExitCode,
    unread: str,
) -> None:
    change_harness.set(state_dir=tmp_path)
    await change_harness.run("server drain", "web-01", yes=True)
    spoil(account, path)

    result = await change_harness.run("server restore", "web-01")

    assert result.code is code
    assert f"1 of the {unread} could not be read" in result.out + result.err
    assert "no longer exists" not in result.out + result.err


@pytest.fixture
def three_pools(account: Account) -> Server:
    """A server in three pools, of which the first one cannot be read."""
    server = account.add_server("web-01")
    for name in ("broken", "web-80", "web-443"):
        pool = account.add_pool(name)
        account.add_node(pool, server)
        account.add_node(pool, account.add_server(f"other-{name}"))
        if name == "broken":
            account.faults.add(Fault.status(500, method="GET", path=f"/{pool.id}/nodes"))
    return server


async def test_drain_with_an_unreadable_pool_names_it_and_the_way_on(
    change_harness: ChangeHarness, account: Account, three_pools: Server
) -> None:
    result = await change_harness.run("server drain", "web-01", yes=True)

    assert result.code is ExitCode.SERVICE_ERROR
    assert "which pools web-01 is in is not known: pool broken:" in result.err
    assert "web-80" not in result.err
    assert "--skip-unread" in result.err
    assert change_harness.changes == {}


async def test_drain_that_skips_an_unreadable_pool_says_what_is_left(
    change_harness: ChangeHarness, account: Account, three_pools: Server, tmp_path: Path
) -> None:
    change_harness.set(state_dir=tmp_path)

    result = await change_harness.run("server drain", "web-01", yes=True, skip_unread=True)

    assert result.code is ExitCode.SERVICE_ERROR
    assert sorted(result.states) == ["settled", "settled", "unread"]
    assert "unread     IAD  drain web-01 from broken: " in result.out
    pools = account.region().nodes_of(three_pools.id)
    assert [node.pool.name for node in pools] == ["broken"]
    account.faults.clear()
    back = await change_harness.run("server restore", "web-01")
    assert (back.code, back.states) == (ExitCode.OK, ["settled", "settled"])


async def test_json_of_a_drain_lists_what_was_not_read(
    change_harness: ChangeHarness, account: Account, three_pools: Server
) -> None:
    found = await change_harness.json("server drain", "web-01", yes=True, skip_unread=True)

    (unread,) = found["unread"]
    assert unread["load_balancer_pool"]["name"] == "broken"
    assert unread["cloud_server"]["name"] == "web-01"
    assert found["exit_code"] == 5


async def test_drain_reads_pools_whose_counts_say_that_they_are_empty(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    pool = account.add_pool("web-80")
    counted_before = schema.pool(pool)
    account.add_node(pool, server)
    pool.wire = counted_before

    result = await change_harness.run("server drain", "web-01", yes=True)

    assert (result.code, result.states) == (ExitCode.OK, ["settled"])


async def test_drain_warns_of_empty_pools_beyond_the_rate_limit(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.add_node(account.add_pool("web-80"), server)
    for number in range(40):
        account.add_pool(f"empty-{number}")

    result = await change_harness.run("server drain", "web-01", yes=True)

    assert (result.code, result.states) == (ExitCode.OK, ["settled"])
    assert "pools without servers, according to their counts" in result.err
    assert change_harness.changes == {"DELETE": 1}


async def test_drain_does_not_blame_the_rate_limit_for_an_error(
    change_harness: ChangeHarness, account: Account
) -> None:
    server = account.add_server("web-01")
    account.add_node(account.add_pool("web-80"), server)
    empty = account.add_pool("empty")
    account.faults.add(Fault.status(500, method="GET", path=f"/{empty.id}/nodes"))

    result = await change_harness.run("server drain", "web-01", yes=True)

    assert (result.code, result.states) == (ExitCode.OK, ["settled"])
    assert "because of the rate limit or an error: the nodes of 1 pool without" in result.err
