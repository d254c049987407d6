"""What holds for every RackConnect call: headers, ids, odd paths, the limit, cloud networks."""

from __future__ import annotations

import httpx
import pytest

from rcv3_tui.simulator import Account, ManualClock

UNKNOWN = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"


async def test_answers_carry_live_service_s_headers(
    rackconnect_http: httpx.AsyncClient,
) -> None:
    headers = (await rackconnect_http.get("cloud_networks")).headers
    assert headers["server"] == "Apache-Coyote/1.1"
    assert headers["via"] == "1.1 Repose (Repose/3.0.1)"
    assert headers["cache-control"] == headers["pragma"] == "no-cache"
    assert headers["expires"] == "-1"
    assert headers["date"] == "Thu, 15 Jan 2026 12:00:00 GMT"
    assert headers["content-type"] == "application/json;charset=utf-8"


async def test_networks_are_listed_and_shown(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    network = next(iter(bare_account.region().networks.values()))
    expected = {
        "id": network.id,
        "name": "RC-CLOUD",
        "cidr": "192.0.2.0/24",
        "created": "2025-03-21T12:00:00Z",
        "updated": "2025-03-21T13:05:02.94Z",
    }
    assert (await rackconnect_http.get("cloud_networks")).json() == [expected]
    assert (await rackconnect_http.get(f"cloud_networks/{network.id.upper()}")).json() == expected


@pytest.mark.parametrize("path", ["cloud_networks", "public_ips", "load_balancer_pools"])
async def test_id_must_be_uuid_and_must_be_known(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, path: str
) -> None:
    assert (await rackconnect_http.get(f"{path}/web")).status_code == 400
    missing = await rackconnect_http.get(f"{path}/{UNKNOWN}")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "text/plain;charset=utf-8"
    bare_account.require_uuids = False
    assert (await rackconnect_http.get(f"{path}/web")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "load_balancer_pools//nodes", 400),
        ("POST", "load_balancer_pools//nodes", 500),
        ("GET", "load_balancer_pools//nodes//details", 404),
        ("GET", "public_ips/", 400),
        ("GET", "server_groups", 404),
        ("PUT", "public_ips", 405),
    ],
)
async def test_odd_paths_get_odd_answers(
    rackconnect_http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    assert (await rackconnect_http.request(method, path)).status_code == status


async def test_thirty_first_request_of_minute_is_refused(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    bare_account.limit_per_minute = 30
    for _ in range(30):
        assert (await rackconnect_http.get("public_ips")).status_code == 200
    refused = await rackconnect_http.get("public_ips")
    assert refused.status_code == 403
    assert "rate limit" in refused.text
    bare_account.limit_body = ""
    assert (await rackconnect_http.get("public_ips")).text == ""
    now.advance(60)
    assert (await rackconnect_http.get("public_ips")).status_code == 200


async def test_another_tenant_s_path_is_refused(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    answer = await rackconnect_http.get("http://simulator.test/iad/rackconnect/v3/999/public_ips")
    assert answer.status_code == 401


async def test_requests_can_be_counted(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    server = bare_account.add_server("web-01")
    await rackconnect_http.post("public_ips", json={"cloud_server": {"id": server.id}})
    await rackconnect_http.get("public_ips", params={"retain": "true"})
    assert bare_account.count("POST", r"/public_ips$") == 1
    assert bare_account.count("DELETE") == 0
    assert server.id in bare_account.requests[0].body
    assert bare_account.requests[1].query == "retain=true"
