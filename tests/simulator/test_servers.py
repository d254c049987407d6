"""Cloud Servers: pages, filters, what has changed, and what a server looks like."""

from __future__ import annotations

import httpx
import pytest

from rcv3_tui.simulator import Account, ManualClock


def furnish(account: Account, count: int) -> list[str]:
    return [account.add_server(f"web-{n:02d}", age=1000.0 - n).id for n in range(count)]


async def test_servers_come_newest_first_in_pages_linked_by_markers(
    bare_account: Account, servers: httpx.AsyncClient
) -> None:
    ids = furnish(bare_account, 5)
    first = (await servers.get("servers/detail", params={"limit": 2})).json()
    assert [item["id"] for item in first["servers"]] == [ids[4], ids[3]]
    link = first["servers_links"][0]
    assert link["rel"] == "next"
    assert link["href"].endswith(f"/servers/v2/123456/servers/detail?limit=2&marker={ids[3]}")
    second = (await servers.get(link["href"])).json()
    assert [item["id"] for item in second["servers"]] == [ids[2], ids[1]]
    last = (await servers.get(second["servers_links"][0]["href"])).json()
    assert [item["id"] for item in last["servers"]] == [ids[0]]
    assert "servers_links" not in last


async def test_last_page_that_is_full_links_to_empty_one(
    bare_account: Account, servers: httpx.AsyncClient
) -> None:
    furnish(bare_account, 2)
    full = (await servers.get("servers", params={"limit": 2})).json()
    empty = (await servers.get(full["servers_links"][0]["href"])).json()
    assert empty == {"servers": []}


async def test_without_limit_or_beyond_maximum_page_is_cut(
    bare_account: Account, servers: httpx.AsyncClient
) -> None:
    bare_account.page_size = 3
    furnish(bare_account, 4)
    for params in ({}, {"limit": 5000}):
        page = (await servers.get("servers/detail", params=params)).json()
        assert len(page["servers"]) == 3
        assert "servers_links" in page


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"limit": "x"}, "limit param must be an integer"),
        ({"limit": "-1"}, "limit param must be positive"),
        ({"marker": "gone"}, "marker [gone] not found"),
    ],
)
async def test_bad_parameter_is_refused(
    servers: httpx.AsyncClient, params: dict[str, str], message: str
) -> None:
    answer = await servers.get("servers/detail", params=params)
    assert answer.status_code == 400
    assert answer.json()["badRequest"]["message"] == message


async def test_limit_of_nothing_gives_nothing(
    bare_account: Account, servers: httpx.AsyncClient
) -> None:
    furnish(bare_account, 1)
    assert (await servers.get("servers", params={"limit": 0})).json() == {"servers": []}


async def test_filters_combine(bare_account: Account, servers: httpx.AsyncClient) -> None:
    furnish(bare_account, 2)
    bare_account.add_server("web-99", status="SHUTOFF")
    bare_account.add_server("db-01", status="SHUTOFF")
    found = await servers.get("servers", params={"name": "web", "status": "shutoff"})
    assert [item["name"] for item in found.json()["servers"]] == ["web-99"]


async def test_changes_since_shows_deleted_and_plain_list_does_not(
    bare_account: Account, servers: httpx.AsyncClient, now: ManualClock
) -> None:
    kept, gone = furnish(bare_account, 2)
    now.advance(60)
    bare_account.delete_server(gone)
    changed = await servers.get(
        "servers/detail", params={"changes-since": "2026-01-15T12:00:30+00:00"}
    )
    assert [(item["id"], item["status"]) for item in changed.json()["servers"]] == [
        (gone, "DELETED")
    ]
    plain = await servers.get("servers")
    assert [item["id"] for item in plain.json()["servers"]] == [kept]
    missing = await servers.get(f"servers/{gone}")
    assert missing.status_code == 404
    assert missing.json()["itemNotFound"]["message"] == "Instance could not be found"


async def test_server_matches_cloud_servers_format(
    bare_account: Account, servers: httpx.AsyncClient
) -> None:
    server = bare_account.add_server(
        "web-01", metadata={"rax_service_level_automation": "Complete"}
    )
    bare_account.add_public_ip(server, address="203.0.113.110")
    shown = (await servers.get(f"servers/{server.id}")).json()["server"]
    assert shown["accessIPv4"] == "203.0.113.110"
    assert shown["addresses"]["RC-CLOUD"] == [{"version": 4, "addr": "192.0.2.10"}]
    assert shown["created"] == "2026-01-14T12:00:00Z"
    assert shown["metadata"] == {"rax_service_level_automation": "Complete"}
    assert shown["OS-EXT-STS:vm_state"] == "active"


async def test_failed_server_includes_fault(
    bare_account: Account, servers: httpx.AsyncClient
) -> None:
    broken = bare_account.add_server("web-01", status="ERROR", fault="No valid host was found.")
    shown = (await servers.get(f"servers/{broken.id}")).json()["server"]
    assert shown["fault"]["message"] == "No valid host was found."


async def test_server_is_built_in_time(
    bare_account: Account, servers: httpx.AsyncClient, now: ManualClock
) -> None:
    server = bare_account.add_server("web-01", status="BUILD", build_seconds=30)
    building = (await servers.get(f"servers/{server.id}")).json()["server"]
    assert (building["status"], building["addresses"]) == ("BUILD", {})
    now.advance(30)
    ready = (await servers.get(f"servers/{server.id}")).json()["server"]
    assert (ready["status"], list(ready["addresses"])) == ("ACTIVE", ["RC-CLOUD", "private"])


async def test_limits_and_request_ids_are_there(servers: httpx.AsyncClient) -> None:
    answer = await servers.get("limits")
    assert answer.json()["limits"]["rate"][0]["limit"][0]["verb"] == "GET"
    assert answer.headers["x-compute-request-id"].startswith("req-")


async def test_regions_are_separate(now: ManualClock) -> None:
    account = Account(now=now, regions=("IAD", "ORD"))
    server = account.add_server("web-01", region="ORD")
    assert not account.region("IAD").servers
    assert account.region("ord").servers == {server.id: server}
