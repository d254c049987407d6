"""What a noun lists: rows, columns, filter, and nothing read that is not needed."""

from __future__ import annotations

from typing import Any

import pytest

from rcv3_tui.oneshot.asked import NotPossible
from rcv3_tui.simulator import Account
from tests.oneshot.desk import Desk, columns, names


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


async def test_servers_are_listed_by_name_with_their_addresses(desk: Desk) -> None:
    said = await desk.ask("servers")
    assert said.lines[0].split() == ["NAME", "STATUS", "PRIVATE", "IP", "PUBLIC", "IP", "AGE"]
    assert columns(said, 0, 1, 3) == [
        ("db-1", "ACTIVE", "ADD_FAILED"),
        ("web-2", "ACTIVE", "203.0.113.21"),
        ("web-10", "ACTIVE", "-"),
    ]


async def test_public_ips_are_listed_with_server_retain_and_detail(desk: Desk) -> None:
    said = await desk.ask("ips")
    assert said.lines[1].startswith("203.0.113.21  ACTIVE")
    assert "web-2" in said.lines[1]
    assert "yes" in said.lines[1]
    assert said.lines[2].endswith("no free address")


async def test_pools_are_listed_with_their_counts(desk: Desk) -> None:
    said = await desk.ask("pools")
    assert columns(said, 0, 1, 2, 3, 4, 5, 6) == [
        ("api", "-", "-", "ACTIVE", "2", "0", "2"),
        ("web", "198.51.100.5", "80", "ACTIVE", "2", "1", "1"),
    ]


async def test_nodes_are_listed_pool_by_pool(desk: Desk) -> None:
    said = await desk.ask("nodes")
    assert columns(said, 0, 1, 2) == [("web", "web-2", "ACTIVE"), ("web", "web-10", "ADD_FAILED")]


async def test_networks_are_listed(desk: Desk) -> None:
    said = await desk.ask("networks")
    assert columns(said, 0, 1) == [("RC-CLOUD", "192.0.2.0/24")]
    assert said.code == 0


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
async def test_only_what_the_answer_needs_is_read(
    desk: Desk, noun: str, asked: dict[str, Any], paths: set[str]
) -> None:
    await desk.ask(noun, **asked)
    lists = {path.split("/v3/")[1].split("/")[1] for path in desk.requests()}
    if "filter" in asked:
        assert paths <= lists
    else:
        assert lists == paths
    assert bool(desk.requests("/servers/detail")) == (noun == "servers")


async def test_nodes_cost_one_request_a_pool_and_only_of_the_pools_named(desk: Desk) -> None:
    said = await desk.ask("nodes", pools=("WEB",))
    assert len([path for path in desk.requests() if "/nodes/" in path]) == 1
    assert len(said.lines) == 3


async def test_a_pool_in_the_filter_narrows_what_is_read(desk: Desk) -> None:
    said = await desk.ask("nodes", filter="pool:api")
    assert len([path for path in desk.requests() if "/nodes/" in path]) == 1
    assert said.err == "rcv3-tui: there are no pool nodes that pass the filter\n"


async def test_where_the_detailed_list_is_not_known_the_short_one_does(desk: Desk) -> None:
    from rcv3_tui.simulator import Fault

    desk.account.faults.add(Fault.status(404, path="/nodes/details"))
    said = await desk.ask("nodes", "json", columns=("server_id", "status"))
    assert [row["status"] for row in said.json] == ["ACTIVE", "ADD_FAILED"]


# Columns and filter --------------------------------------------------------------------------


async def test_columns_come_in_the_order_asked_for(desk: Desk) -> None:
    said = await desk.ask("servers", columns=("public", "name,pools"))
    assert said.lines[0].split() == ["PUBLIC", "IP", "NAME", "POOLS"]
    assert said.lines[2].split() == ["203.0.113.21", "web-2", "web"]


async def test_the_apis_names_are_taken_for_columns(desk: Desk) -> None:
    said = await desk.ask("ips", columns=("public_ip_v4", "Cloud_Server.Name"))
    assert said.lines[1].split() == ["203.0.113.21", "web-2"]


@pytest.mark.parametrize(
    ("noun", "name", "near"),
    [
        ("servers", "nmae", "name"),
        ("ips", "public_ip_v6", "public_ip_v4"),
        ("pools", "prot", "port"),
    ],
)
async def test_a_wrong_column_is_told_with_the_nearest(
    desk: Desk, noun: str, name: str, near: str
) -> None:
    with pytest.raises(NotPossible, match=f'no column "{name}"; did you mean "{near}"'):
        await desk.ask(noun, columns=(name,))
    assert desk.account.requests == []


async def test_a_column_like_no_other_is_told_with_all_there_are(desk: Desk) -> None:
    with pytest.raises(NotPossible, match="there are name, cidr, age, id, created, updated"):
        await desk.ask("networks", columns=("xyzzy",))


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
async def test_the_consoles_filter_leaves_the_rows_that_pass(
    desk: Desk, noun: str, text: str, left: list[str]
) -> None:
    said = await desk.ask(noun, filter=text)
    assert [row[0] for row in columns(said, 0)] == left


@pytest.mark.parametrize("text", ["statu:x", "age:<2parsecs", "/(/", "name:"])
async def test_a_wrong_filter_is_refused_before_anything_is_sent(desk: Desk, text: str) -> None:
    with pytest.raises(NotPossible, match="--filter: "):
        await desk.ask("servers", filter=text)
    assert desk.account.requests == []


@pytest.mark.parametrize("asked", [{"columns": ("name",)}, {"filter": "web"}, {"pools": ("web",)}])
async def test_what_goes_with_a_noun_is_refused_without_one(
    desk: Desk, asked: dict[str, Any]
) -> None:
    with pytest.raises(NotPossible, match="goes with a noun"):
        await desk.ask(**asked)


async def test_a_pool_that_is_not_there_is_told_with_the_nearest(desk: Desk) -> None:
    with pytest.raises(NotPossible, match='no pool "wbe"; did you mean "web"'):
        await desk.ask("nodes", pools=("wbe",))


async def test_without_a_header_the_first_line_is_a_row(desk: Desk) -> None:
    said = await desk.ask("networks", header=False)
    assert said.cells[0][0] == "RC-CLOUD"


# Several regions -----------------------------------------------------------------------------


@pytest.fixture
def two(desk: Desk) -> Desk:
    account = Account(regions=("IAD", "DFW"), now=desk.clock.timestamp)
    account.add_network(region="DFW", name="RC-DFW", prefix="198.51.100")
    account.add_server("here", region="IAD")
    account.add_server("there", region="DFW")
    account.add_pool("pool", region="DFW", external=2)
    made = Desk(account, desk.clock)
    made.set(regions=("ALL",))
    return made


async def test_rows_of_several_regions_name_theirs(two: Desk) -> None:
    said = await two.ask("servers")
    assert said.cells[0][0] == "REGION"
    assert columns(said, 0, 1) == [("IAD", "here"), ("DFW", "there")]


async def test_json_of_several_regions_names_theirs(two: Desk) -> None:
    said = await two.ask("servers", "json")
    assert [(row["region"], row["name"]) for row in said.json] == [
        ("IAD", "here"),
        ("DFW", "there"),
    ]


async def test_the_region_can_be_asked_for_as_a_column(desk: Desk) -> None:
    said = await desk.ask("servers", "json", columns=("name", "region"))
    assert said.json[0] == {"name": "web-2", "region": "IAD"}
    assert names(said.json) == ["web-2", "web-10", "db-1"]


async def test_a_region_that_fails_costs_the_others_nothing(two: Desk) -> None:
    from rcv3_tui.simulator import Fault

    two.account.faults.add(Fault.status(500, path="/iad/rackconnect"))
    said = await two.ask("pools")
    assert said.code == 5
    assert columns(said, 0, 1) == [("DFW", "pool")]
    assert said.err.startswith("rcv3-tui: IAD: list pools: ")
