"""What a noun lists: rows, columns, filter, and nothing read that is not needed."""

from __future__ import annotations

from typing import Any

import pytest

from rcv3_tui.simulator import Account, Fault
from rcv3_tui.status.options import InvalidOption
from tests.support.status_harness import StatusHarness, columns, names


@pytest.fixture(autouse=True)
def furnished(account: Account) -> None:
    """Three servers, two addresses, two pools, and one node that has failed."""
    web1, web2, db = (account.add_server(name) for name in ("web-2", "web-10", "db-1"))
    account.add_public_ip(web1, address="203.0.113.21", retain=True)
    account.add_public_ip(db, status="ADD_FAILED", detail="no free address")
    web = account.add_pool("web", external=1, port=80, virtual_ip="198.51.100.5")
    account.add_pool("api", external=2)
    account.add_node(web, web1)
    account.add_node(web, web2, status="ADD_FAILED", detail="no answer from the device")


async def test_servers_are_listed_by_name_with_their_addresses(
    status_harness: StatusHarness,
) -> None:
    result = await status_harness.run("servers")
    assert result.lines[0].split() == ["NAME", "STATUS", "PRIVATE", "IP", "PUBLIC", "IP", "AGE"]
    assert columns(result, 0, 1, 3) == [
        ("db-1", "ACTIVE", "ADD_FAILED"),
        ("web-2", "ACTIVE", "203.0.113.21"),
        ("web-10", "ACTIVE", "-"),
    ]


async def test_public_ips_are_listed_with_server_retain_and_detail(
    status_harness: StatusHarness,
) -> None:
    result = await status_harness.run("ips")
    assert result.lines[1].startswith("203.0.113.21  ACTIVE")
    assert "web-2" in result.lines[1]
    assert "yes" in result.lines[1]
    assert result.lines[2].endswith("no free address")


async def test_pools_are_listed_with_their_counts(status_harness: StatusHarness) -> None:
    result = await status_harness.run("pools")
    assert columns(result, 0, 1, 2, 3, 4, 5, 6) == [
        ("api", "-", "-", "ACTIVE", "2", "0", "2"),
        ("web", "198.51.100.5", "80", "ACTIVE", "2", "1", "1"),
    ]


async def test_nodes_are_listed_pool_by_pool(status_harness: StatusHarness) -> None:
    result = await status_harness.run("nodes")
    assert columns(result, 0, 1, 2) == [("web", "web-2", "ACTIVE"), ("web", "web-10", "ADD_FAILED")]


async def test_networks_are_listed(status_harness: StatusHarness) -> None:
    result = await status_harness.run("networks")
    assert columns(result, 0, 1) == [("RC-CLOUD", "192.0.2.0/24")]
    assert result.code == 0


# What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "asked", "paths"),
    [
        ("ips", {}, {"public_ips"}),
        ("pools", {}, {"load_balancer_pools"}),
        ("networks", {}, {"cloud_networks"}),
        ("servers", {"columns": ("name", "id")}, set()),
        ("servers", {}, {"public_ips", "cloud_networks"}),
        ("servers", {"form": "json"}, set()),
        ("servers", {"columns": ("name",), "filter": "pool:web"}, {"load_balancer_pools"}),
        ("pools", {"columns": ("not_active",)}, {"load_balancer_pools"}),
    ],
)
async def test_only_needed_resources_are_read(
    status_harness: StatusHarness, noun: str, asked: dict[str, Any], paths: set[str]
) -> None:
    await status_harness.run(noun, **asked)
    lists = {path.split("/v3/")[1].split("/")[1] for path in status_harness.requests()}
    if "filter" in asked:
        assert paths <= lists
    else:
        assert lists == paths
    assert bool(status_harness.requests("/servers/detail")) == (noun == "servers")


async def test_nodes_cost_one_request_a_pool_and_only_of_the_pools_named(
    status_harness: StatusHarness,
) -> None:
    result = await status_harness.run("nodes", pools=("WEB",))
    assert len([path for path in status_harness.requests() if "/nodes/" in path]) == 1
    assert len(result.lines) == 3


async def test_pool_in_the_filter_limits_the_requests(status_harness: StatusHarness) -> None:
    result = await status_harness.run("nodes", filter="pool:api")
    assert len([path for path in status_harness.requests() if "/nodes/" in path]) == 1
    assert result.err == "rcv3-tui: there are no pool nodes that pass the filter\n"


async def test_short_node_list_replaces_an_unknown_detailed_one(
    status_harness: StatusHarness,
) -> None:
    from rcv3_tui.simulator import Fault

    status_harness.account.faults.add(Fault.status(404, path="/nodes/details"))
    result = await status_harness.run("nodes", "json", columns=("server_id", "status"))
    assert [row["status"] for row in result.json] == ["ACTIVE", "ADD_FAILED"]


# Columns and filter --------------------------------------------------------------------------


async def test_columns_come_in_the_requested_order(status_harness: StatusHarness) -> None:
    result = await status_harness.run("servers", columns=("public", "name,pools"))
    assert result.lines[0].split() == ["PUBLIC", "IP", "NAME", "POOLS"]
    assert result.lines[2].split() == ["203.0.113.21", "web-2", "web"]


async def test_api_names_select_columns(status_harness: StatusHarness) -> None:
    result = await status_harness.run("ips", columns=("public_ip_v4", "Cloud_Server.Name"))
    assert result.lines[1].split() == ["203.0.113.21", "web-2"]


@pytest.mark.parametrize(
    ("noun", "name", "near"),
    [
        ("servers", "nmae", "name"),
        ("ips", "public_ip_v6", "public_ip_v4"),
        ("pools", "prot", "port"),
    ],
)
async def test_unknown_column_suggests_the_closest(
    status_harness: StatusHarness, noun: str, name: str, near: str
) -> None:
    with pytest.raises(InvalidOption, match=f'no column "{name}"; did you mean "{near}"'):
        await status_harness.run(noun, columns=(name,))
    assert status_harness.account.requests == []


async def test_unknown_column_without_close_match_lists_all(
    status_harness: StatusHarness,
) -> None:
    with pytest.raises(InvalidOption, match="there are name, cidr, age, id, created, updated"):
        await status_harness.run("networks", columns=("xyzzy",))


@pytest.mark.parametrize(
    ("noun", "text", "left"),
    [
        ("servers", "web", ["web-2", "web-10"]),
        ("servers", "!web", ["db-1"]),
        ("servers", "203.0.113.21", ["web-2"]),
        ("servers", "pool:web name:10", ["web-10"]),
        ("servers", "/-1$/", ["db-1"]),
        ("ips", "retain:yes", ["203.0.113.21"]),
        ("pools", "nodes:>=2 name:~wb", ["web"]),
    ],
)
async def test_filter_selects_matching_rows(
    status_harness: StatusHarness, noun: str, text: str, left: list[str]
) -> None:
    result = await status_harness.run(noun, filter=text)
    assert [row[0] for row in columns(result, 0)] == left


@pytest.mark.parametrize("text", ["statu:x", "age:<2parsecs", "/(/", "name:"])
async def test_invalid_filter_is_rejected_before_any_request(
    status_harness: StatusHarness, text: str
) -> None:
    with pytest.raises(InvalidOption, match="--filter: "):
        await status_harness.run("servers", filter=text)
    assert status_harness.account.requests == []


@pytest.mark.parametrize("asked", [{"columns": ("name",)}, {"filter": "web"}, {"pools": ("web",)}])
async def test_options_of_nouns_are_rejected_without_a_noun(
    status_harness: StatusHarness, asked: dict[str, Any]
) -> None:
    with pytest.raises(InvalidOption, match=r"goes with a noun: servers.* changes"):
        await status_harness.run(**asked)


async def test_unknown_pool_suggests_the_closest(
    status_harness: StatusHarness,
) -> None:
    with pytest.raises(InvalidOption, match='no pool "wbe"; did you mean "web"'):
        await status_harness.run("nodes", pools=("wbe",))


async def test_without_a_header_the_first_line_is_a_row(status_harness: StatusHarness) -> None:
    result = await status_harness.run("networks", header=False)
    assert result.cells[0][0] == "RC-CLOUD"


# Several regions -----------------------------------------------------------------------------


@pytest.fixture
def two(status_harness: StatusHarness) -> StatusHarness:
    account = Account(regions=("IAD", "DFW"), now=status_harness.clock.timestamp)
    account.add_network(region="DFW", name="RC-DFW", prefix="198.51.100")
    account.add_server("here", region="IAD")
    account.add_server("there", region="DFW")
    account.add_pool("pool", region="DFW", external=2)
    made = StatusHarness(account, status_harness.clock)
    made.set(regions=("ALL",))
    return made


async def test_rows_of_several_regions_name_theirs(two: StatusHarness) -> None:
    result = await two.run("servers")
    assert result.cells[0][0] == "REGION"
    assert columns(result, 0, 1) == [("IAD", "here"), ("DFW", "there")]


async def test_json_of_several_regions_names_theirs(two: StatusHarness) -> None:
    result = await two.run("servers", "json")
    assert [(row["region"], row["name"]) for row in result.json] == [
        ("IAD", "here"),
        ("DFW", "there"),
    ]


async def test_region_can_be_requested_as_a_column(status_harness: StatusHarness) -> None:
    result = await status_harness.run("servers", "json", columns=("name", "region"))
    assert result.json[0] == {"name": "web-2", "region": "IAD"}
    assert names(result.json) == ["web-2", "web-10", "db-1"]


async def test_failing_region_does_not_affect_others(two: StatusHarness) -> None:
    from rcv3_tui.simulator import Fault

    two.account.faults.add(Fault.status(500, path="/iad/rackconnect"))
    result = await two.run("pools")
    assert result.code == 5
    assert columns(result, 0, 1) == [("DFW", "pool")]
    assert result.err.startswith("rcv3-tui: IAD: list pools: ")


async def test_address_of_a_match_rule_is_shown_and_can_be_filtered(
    status_harness: StatusHarness,
) -> None:
    account = status_harness.account
    account.add_public_ip(account.add_server("web-a"), by_rule=True)
    account.add_public_ip(account.add_server("web-b"))

    result = await status_harness.run("ips", columns=("server,rule",))
    assert {("web-a", "yes"), ("web-b", "no")} <= set(columns(result, 0, 1))

    result = await status_harness.run("ips", columns=("server",), filter="rule:yes")
    assert columns(result, 0) == [("web-a",)]

    result = await status_harness.run("ips", "json", filter="!added_by_match_rule:yes")
    assert "web-a" not in [ip["cloud_server"]["name"] for ip in result.json]


async def test_undecided_rows_of_a_filter_are_counted(status_harness: StatusHarness) -> None:
    status_harness.account.faults.add(Fault.status(500, path="/public_ips"))
    for text in ("public:203", "!public:203"):
        result = await status_harness.run("servers", filter=text)
        assert result.lines[1:] == []
        count = len(status_harness.account.region("IAD").servers)
        assert f"{count} of the servers are left out" in result.err


async def test_negated_filter_of_an_unread_pool_is_undecided(
    status_harness: StatusHarness,
) -> None:
    account = status_harness.account
    server, other = account.add_server("in-both"), account.add_server("in-none")
    first = account.add_pool("first")
    second = account.add_pool("second")
    account.add_node(first, server)
    account.add_node(second, server)

    both = await status_harness.run(
        "servers", filter="pool:first pool:second", columns=("name", "pools")
    )
    assert columns(both, 0) == [("in-both",)]
    assert "first, second" in both.out
    neither = await status_harness.run(
        "servers", filter="!pool:first !pool:second", columns=("name",)
    )
    assert ("in-none",) in columns(neither, 0)
    assert ("in-both",) not in columns(neither, 0)

    account.faults.add(Fault.status(500, path=f"/{second.id}/nodes"))
    unsure = await status_harness.run("servers", filter="!pool:second", columns=("name",))
    assert columns(unsure, 0) == []
    assert "left out: what --filter asks about was not read of them" in unsure.err
    assert (
        "in-both"
        in (await status_harness.run("servers", filter="pool:first", columns=("name",))).out
    )
    assert other.name not in unsure.out
