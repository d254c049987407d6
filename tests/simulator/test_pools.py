"""Pools and nodes: the three forms, single and bulk changes, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rcv3_tui.simulator import Account, ManualTime, Pool, Server

UNKNOWN = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"
MIXED = "D6d3aA7c-dfa5-4e61-96ee-1D54AC1075d2"


def pair(server_id: str, pool_id: str) -> dict[str, dict[str, str]]:
    return {"cloud_server": {"id": server_id}, "load_balancer_pool": {"id": pool_id}}


async def bulk(client: httpx.AsyncClient, method: str, *pairs: object) -> httpx.Response:
    return await client.request(method, "load_balancer_pools/nodes", json=list(pairs))


@pytest.fixture
def server(account: Account) -> Server:
    return account.add_server("web-01")


@pytest.fixture
def pool(account: Account) -> Pool:
    return account.add_pool("RCv3-web", pool_id=MIXED)


async def listed(client: httpx.AsyncClient, path: str, **params: str) -> Any:
    return (await client.get(f"load_balancer_pools{path}", params=params)).json()


async def test_a_pool_counts_its_members(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    account.add_node(pool, server)
    expected = {
        "id": MIXED,
        "name": "RCv3-web",
        "node_counts": {"cloud_servers": 1, "external": 1, "total": 2},
        "port": 0,
        "virtual_ip": None,
        "status": "ACTIVE",
        "status_detail": None,
    }
    assert await listed(rackconnect, "") == [expected]
    assert await listed(rackconnect, f"/{MIXED.lower()}") == expected


async def test_a_node_has_a_short_a_long_and_a_server_form(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    node = account.add_node(pool, server)
    short = await listed(rackconnect, f"/{MIXED}/nodes")
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
    assert await listed(rackconnect, f"/{MIXED}/nodes/{node.id}") == short[0]
    long = await listed(rackconnect, f"/{MIXED}/nodes/details")
    assert long == [await listed(rackconnect, f"/{MIXED}/nodes/{node.id}/details")]
    assert long[0]["cloud_server"]["cloud_network"]["private_ip_v4"] == "192.0.2.10"
    assert long[0]["load_balancer_pool"]["node_counts"]["total"] == 2
    of_server = await listed(rackconnect, "/nodes/details", cloud_server_id=server.id)
    assert "cloud_server" not in of_server[0]
    assert of_server[0]["load_balancer_pool"]["name"] == "RCv3-web"
    assert await listed(rackconnect, "/nodes/details", cloud_server_id=UNKNOWN) == []


async def test_a_node_is_added_and_removed_in_the_background(
    rackconnect: httpx.AsyncClient, server: Server, pool: Pool, now: ManualTime
) -> None:
    path = f"load_balancer_pools/{MIXED}/nodes"
    answer = await rackconnect.post(path, json={"cloud_server": {"id": server.id}})
    begun = answer.json()
    assert answer.status_code == 201
    assert (begun["status"], begun["updated"]) == ("ADDING", None)
    assert (await listed(rackconnect, f"/{MIXED}"))["node_counts"]["cloud_servers"] == 0
    now.advance(7.5)
    assert (await listed(rackconnect, f"/{MIXED}/nodes"))[0]["status"] == "ACTIVE"
    assert (await listed(rackconnect, f"/{MIXED}"))["node_counts"]["cloud_servers"] == 1

    assert (await rackconnect.delete(f"{path}/{begun['id']}")).status_code == 204
    again = await rackconnect.delete(f"{path}/{begun['id']}")
    assert again.status_code == 409
    assert again.text == f"Load Balancer Pool Node {begun['id']} is not in an ACTIVE state"
    now.advance(4)
    assert (await rackconnect.delete(f"{path}/{begun['id']}")).status_code == 404
    assert (await listed(rackconnect, f"/{MIXED}"))["node_counts"]["cloud_servers"] == 0


async def test_adds_are_refused_with_the_documented_words(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    lone = account.add_server("no-network", attached=False)
    account.add_node(pool, server, status="ADD_FAILED")
    busy = account.add_pool("busy", status="UPDATING")
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
        answer = await rackconnect.post(
            f"load_balancer_pools/{pool_id}/nodes", json={"cloud_server": {"id": server_id}}
        )
        assert (answer.status_code, answer.text) == (409, text)


async def test_an_empty_object_is_a_server_error_with_a_request_id(
    rackconnect: httpx.AsyncClient, pool: Pool
) -> None:
    answer = await rackconnect.post(f"load_balancer_pools/{MIXED}/nodes", json={})
    assert answer.status_code == 500
    assert "for assistance.  Request Id: " in answer.text
    assert answer.headers["connection"] == "close"


async def test_a_server_s_id_in_the_place_of_a_node_s_is_not_found(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    account.add_node(pool, server)
    answer = await rackconnect.delete(f"load_balancer_pools/{MIXED}/nodes/{server.id}")
    assert answer.status_code == 404


async def test_a_node_of_another_pool_is_not_a_member(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    node = account.add_node(account.add_pool("other"), server)
    answer = await rackconnect.delete(f"load_balancer_pools/{MIXED}/nodes/{node.id}")
    assert answer.status_code == 409
    assert answer.text == f"Node {node.id} is not a member of Load Balancer Pool {MIXED}"


async def test_bulk_adds_go_to_the_pools_they_name(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    other, second = account.add_pool("other"), account.add_server("web-02")
    answer = await bulk(
        rackconnect, "POST", pair(server.id, MIXED.lower()), pair(second.id.upper(), other.id)
    )
    assert answer.status_code == 201
    assert [item["load_balancer_pool"]["id"] for item in answer.json()] == [MIXED, other.id]
    assert [item["cloud_server"]["id"] for item in answer.json()] == [server.id, second.id]


async def test_one_bad_pair_and_nothing_of_a_bulk_add_happens(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    account.add_node(pool, server)
    good = account.add_pool("good")
    answer = await bulk(
        rackconnect,
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
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool, now: ManualTime
) -> None:
    node = account.add_node(pool, server)
    other = account.add_pool("other")
    refused = await bulk(rackconnect, "DELETE", pair(server.id, MIXED), pair(server.id, other.id))
    assert refused.json()["errors"] == [
        f"Cloud Server {server.id} is not a member of Load Balancer Pool {other.id.upper()}"
    ]
    assert node.status == "ACTIVE"
    done = await bulk(rackconnect, "DELETE", pair(server.id.upper(), MIXED.upper()))
    assert (done.status_code, done.content) == (204, b"")
    now.advance(4)
    assert await listed(rackconnect, f"/{MIXED}/nodes") == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_bulk_body_of_the_wrong_form_is_refused(
    rackconnect: httpx.AsyncClient, pool: Pool, method: str
) -> None:
    path = "load_balancer_pools/nodes"
    an_object = await rackconnect.request(method, path, json=pair(UNKNOWN, MIXED))
    assert an_object.status_code == 500
    no_uuid = await bulk(rackconnect, method, pair(UNKNOWN, "pool-1"))
    assert no_uuid.status_code == 400


async def test_a_ghost_node_cannot_be_removed(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool
) -> None:
    ghost = account.add_node(pool, server, status="ADDING", age=8 * 30 * 86400)
    account.delete_server(server.id, leave_ghosts=True)
    single = await rackconnect.delete(f"load_balancer_pools/{MIXED}/nodes/{ghost.id}")
    assert single.status_code == 409
    many = await bulk(rackconnect, "DELETE", pair(server.id, MIXED))
    assert (many.status_code, many.text) == (500, "Unexpected Error")


async def test_a_young_node_still_being_added_can_be_removed(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool, now: ManualTime
) -> None:
    node = account.add_node(pool, server, status="ADDING", age=3, moves_after=2)
    answer = await rackconnect.delete(f"load_balancer_pools/{MIXED}/nodes/{node.id}")
    assert answer.status_code == 204
    now.advance(4)
    assert await listed(rackconnect, f"/{MIXED}/nodes") == []


async def test_a_pool_being_changed_takes_changes_again_later(
    account: Account, rackconnect: httpx.AsyncClient, server: Server, pool: Pool, now: ManualTime
) -> None:
    pool.busy_until = now() + 10
    body = pair(server.id, MIXED)
    refused = await bulk(rackconnect, "POST", body)
    assert refused.json()["errors"] == [
        f"Load Balancer Pool {MIXED.upper()} is not in an ACTIVE state"
    ]
    now.advance(10)
    assert (await bulk(rackconnect, "POST", body)).status_code == 201
