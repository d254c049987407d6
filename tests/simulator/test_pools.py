"""Pools and nodes: the three forms, single and bulk changes, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rcv3_tui.simulator import Account, ManualClock, Pool, Server

UNKNOWN = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"
MIXED = "D6d3aA7c-dfa5-4e61-96ee-1D54AC1075d2"


def pair(server_id: str, pool_id: str) -> dict[str, dict[str, str]]:
    return {"cloud_server": {"id": server_id}, "load_balancer_pool": {"id": pool_id}}


async def bulk(client: httpx.AsyncClient, method: str, *pairs: object) -> httpx.Response:
    return await client.request(method, "load_balancer_pools/nodes", json=list(pairs))


@pytest.fixture
def server(bare_account: Account) -> Server:
    return bare_account.add_server("web-01")


@pytest.fixture
def pool(bare_account: Account) -> Pool:
    return bare_account.add_pool("RCv3-web", pool_id=MIXED)


async def listed(client: httpx.AsyncClient, path: str, **params: str) -> Any:
    return (await client.get(f"load_balancer_pools{path}", params=params)).json()


async def test_pool_counts_its_members(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    bare_account.add_node(pool, server)
    expected = {
        "id": MIXED,
        "name": "RCv3-web",
        "node_counts": {"cloud_servers": 1, "external": 1, "total": 2},
        "port": 0,
        "virtual_ip": None,
        "status": "ACTIVE",
        "status_detail": None,
    }
    assert await listed(rackconnect_http, "") == [expected]
    assert await listed(rackconnect_http, f"/{MIXED.lower()}") == expected


async def test_node_has_short_long_and_server_form(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    node = bare_account.add_node(pool, server)
    short = await listed(rackconnect_http, f"/{MIXED}/nodes")
    assert short == [
        {
            "id": node.id,
            "cloud_server": {"id": server.id},
            "load_balancer_pool": {"id": MIXED},
            "status": "ACTIVE",
            "status_detail": None,
            "created": "2026-01-15T00:00:00Z",
            "updated": "2026-01-15T00:00:06.51Z",
        }
    ]
    assert await listed(rackconnect_http, f"/{MIXED}/nodes/{node.id}") == short[0]
    long = await listed(rackconnect_http, f"/{MIXED}/nodes/details")
    assert long == [await listed(rackconnect_http, f"/{MIXED}/nodes/{node.id}/details")]
    assert long[0]["cloud_server"]["cloud_network"]["private_ip_v4"] == "192.0.2.10"
    assert long[0]["load_balancer_pool"]["node_counts"]["total"] == 2
    of_server = await listed(rackconnect_http, "/nodes/details", cloud_server_id=server.id)
    assert "cloud_server" not in of_server[0]
    assert of_server[0]["load_balancer_pool"]["name"] == "RCv3-web"
    assert await listed(rackconnect_http, "/nodes/details", cloud_server_id=UNKNOWN) == []


async def test_node_is_added_and_removed_in_background(
    rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool, now: ManualClock
) -> None:
    path = f"load_balancer_pools/{MIXED}/nodes"
    answer = await rackconnect_http.post(path, json={"cloud_server": {"id": server.id}})
    begun = answer.json()
    assert answer.status_code == 201
    assert (begun["status"], begun["updated"]) == ("ADDING", None)
    assert (await listed(rackconnect_http, f"/{MIXED}"))["node_counts"]["cloud_servers"] == 0
    now.advance(7.5)
    assert (await listed(rackconnect_http, f"/{MIXED}/nodes"))[0]["status"] == "ACTIVE"
    assert (await listed(rackconnect_http, f"/{MIXED}"))["node_counts"]["cloud_servers"] == 1

    assert (await rackconnect_http.delete(f"{path}/{begun['id']}")).status_code == 204
    again = await rackconnect_http.delete(f"{path}/{begun['id']}")
    assert again.status_code == 409
    assert again.text == f"Load Balancer Pool Node {begun['id']} is not in an ACTIVE state"
    now.advance(4)
    assert (await rackconnect_http.delete(f"{path}/{begun['id']}")).status_code == 404
    assert (await listed(rackconnect_http, f"/{MIXED}"))["node_counts"]["cloud_servers"] == 0


async def test_adds_are_refused_with_documented_words(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    lone = bare_account.add_server("no-network", attached=False)
    bare_account.add_node(pool, server, status="ADD_FAILED")
    busy = bare_account.add_pool("busy", status="UPDATING")
    for pool_id, server_id, text in (
        (
            MIXED,
            server.id,
            f"Cloud Server {server.id} is already a member of Load Balancer Pool {MIXED}",
        ),
        (MIXED, UNKNOWN, f"Cloud Server {UNKNOWN} does not exist"),
        (MIXED, lone.id, f"Cloud Server {lone.id} is unprocessable"),
        (busy.id, server.id, f"Load Balancer Pool {busy.id} is not in an ACTIVE state"),
        (UNKNOWN, server.id, f"Load Balancer Pool {UNKNOWN} does not exist"),
    ):
        answer = await rackconnect_http.post(
            f"load_balancer_pools/{pool_id}/nodes", json={"cloud_server": {"id": server_id}}
        )
        assert (answer.status_code, answer.text) == (409, text)


async def test_empty_object_is_server_error_with_request_id(
    rackconnect_http: httpx.AsyncClient, pool: Pool
) -> None:
    answer = await rackconnect_http.post(f"load_balancer_pools/{MIXED}/nodes", json={})
    assert answer.status_code == 500
    assert "for assistance.  Request Id: " in answer.text
    assert answer.headers["connection"] == "close"


async def test_server_s_id_in_place_of_node_s_is_not_found(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    bare_account.add_node(pool, server)
    answer = await rackconnect_http.delete(f"load_balancer_pools/{MIXED}/nodes/{server.id}")
    assert answer.status_code == 404


async def test_node_of_another_pool_is_not_member(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    node = bare_account.add_node(bare_account.add_pool("other"), server)
    answer = await rackconnect_http.delete(f"load_balancer_pools/{MIXED}/nodes/{node.id}")
    assert answer.status_code == 409
    assert answer.text == f"Node {node.id} is not a member of Load Balancer Pool {MIXED}"


async def test_bulk_adds_go_to_pools_they_name(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    other, second = bare_account.add_pool("other"), bare_account.add_server("web-02")
    answer = await bulk(
        rackconnect_http, "POST", pair(server.id, MIXED.lower()), pair(second.id.upper(), other.id)
    )
    assert answer.status_code == 201
    assert [item["load_balancer_pool"]["id"] for item in answer.json()] == [MIXED, other.id]
    assert [item["cloud_server"]["id"] for item in answer.json()] == [server.id, second.id]


async def test_one_bad_pair_and_nothing_of_bulk_add_happens(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    bare_account.add_node(pool, server)
    good = bare_account.add_pool("good")
    answer = await bulk(
        rackconnect_http,
        "POST",
        pair(server.id, good.id),
        pair(server.id, MIXED),
        pair(UNKNOWN, good.id),
        pair(server.id, UNKNOWN),
    )
    assert answer.status_code == 409
    assert answer.json() == {
        "errors": [
            f"Cloud Server {server.id} is already a member of Load Balancer Pool {MIXED.upper()}",
            f"Cloud Server {UNKNOWN} does not exist",
            f"Load Balancer Pool {UNKNOWN.upper()} does not exist",
        ]
    }
    assert not good.nodes


async def test_bulk_removes_are_all_or_nothing_too(
    bare_account: Account,
    rackconnect_http: httpx.AsyncClient,
    server: Server,
    pool: Pool,
    now: ManualClock,
) -> None:
    node = bare_account.add_node(pool, server)
    other = bare_account.add_pool("other")
    refused = await bulk(
        rackconnect_http, "DELETE", pair(server.id, MIXED), pair(server.id, other.id)
    )
    assert refused.json()["errors"] == [
        f"Cloud Server {server.id} is not a member of Load Balancer Pool {other.id.upper()}"
    ]
    assert node.status == "ACTIVE"
    done = await bulk(rackconnect_http, "DELETE", pair(server.id.upper(), MIXED.upper()))
    assert (done.status_code, done.content) == (204, b"")
    now.advance(4)
    assert await listed(rackconnect_http, f"/{MIXED}/nodes") == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_bulk_body_of_wrong_form_is_refused(
    rackconnect_http: httpx.AsyncClient, pool: Pool, method: str
) -> None:
    path = "load_balancer_pools/nodes"
    an_object = await rackconnect_http.request(method, path, json=pair(UNKNOWN, MIXED))
    assert an_object.status_code == 500
    no_uuid = await bulk(rackconnect_http, method, pair(UNKNOWN, "pool-1"))
    assert no_uuid.status_code == 400


async def test_ghost_node_cannot_be_removed(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    ghost = bare_account.add_node(pool, server, status="ADDING", age=8 * 30 * 86400)
    bare_account.delete_server(server.id, leave_ghosts=True)
    single = await rackconnect_http.delete(f"load_balancer_pools/{MIXED}/nodes/{ghost.id}")
    assert single.status_code == 409
    many = await bulk(rackconnect_http, "DELETE", pair(server.id, MIXED))
    assert (many.status_code, many.text) == (500, "Unexpected Error")


async def test_young_node_still_being_added_can_be_removed(
    bare_account: Account,
    rackconnect_http: httpx.AsyncClient,
    server: Server,
    pool: Pool,
    now: ManualClock,
) -> None:
    node = bare_account.add_node(pool, server, status="ADDING", age=3, moves_after=2)
    answer = await rackconnect_http.delete(f"load_balancer_pools/{MIXED}/nodes/{node.id}")
    assert answer.status_code == 204
    now.advance(4)
    assert await listed(rackconnect_http, f"/{MIXED}/nodes") == []


async def test_pool_being_changed_takes_changes_again_later(
    bare_account: Account,
    rackconnect_http: httpx.AsyncClient,
    server: Server,
    pool: Pool,
    now: ManualClock,
) -> None:
    pool.busy_until = now() + 10
    body = pair(server.id, MIXED)
    refused = await bulk(rackconnect_http, "POST", body)
    assert refused.json()["errors"] == [
        f"Load Balancer Pool {MIXED.upper()} is not in an ACTIVE state"
    ]
    now.advance(10)
    assert (await bulk(rackconnect_http, "POST", body)).status_code == 201
