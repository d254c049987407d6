"""Public IPs: what they look like, how they move on, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rcv3_tui.simulator import Account, ManualClock

NIL = "00000000-0000-0000-0000-000000000000"
UNKNOWN = "d95ae0c4-6ab8-4873-b82f-f8433840cff2"


def wanted(server_id: str, **more: object) -> dict[str, object]:
    return {"cloud_server": {"id": server_id}, **more}


async def shown(client: httpx.AsyncClient, record_id: str) -> Any:
    return (await client.get(f"public_ips/{record_id}")).json()


async def test_record_has_full_live_form(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    server = bare_account.add_server("web-01")
    record = bare_account.add_public_ip(server, address="203.0.113.110")
    network = next(iter(bare_account.region().networks.values()))
    assert await shown(rackconnect_http, record.id) == {
        "id": record.id,
        "public_ip_v4": "203.0.113.110",
        "status": "ACTIVE",
        "status_detail": None,
        "retain": False,
        "added_by_match_rule": False,
        "created": "2026-01-15T00:00:00Z",
        "updated": "2026-01-15T00:00:07.373Z",
        "configuration_to_cloud_account_uuid": bare_account.region().link_id,
        "failure_core_ticket_uuid": NIL,
        "cloud_server": {
            "id": server.id,
            "name": "web-01",
            "created": "2026-01-14T12:00:00Z",
            "updated": "2026-01-14T12:00:36Z",
            "cloud_network": {
                "id": network.id,
                "name": "RC-CLOUD",
                "cidr": "192.0.2.0/24",
                "private_ip_v4": "192.0.2.10",
                "created": "2025-03-21T12:00:00Z",
                # Written with its trailing zero cut.
                "updated": "2025-03-21T13:05:02.94Z",
            },
        },
    }


async def test_address_is_added_in_background_and_server_follows(
    bare_account: Account,
    rackconnect_http: httpx.AsyncClient,
    servers: httpx.AsyncClient,
    now: ManualClock,
) -> None:
    server = bare_account.add_server("web-01")
    answer = await rackconnect_http.post("public_ips", json=wanted(server.id))
    begun = answer.json()
    assert answer.status_code == 201
    assert (begun["status"], begun["public_ip_v4"], begun["updated"]) == ("ADDING", None, None)
    now.advance(7.5)
    done = await shown(rackconnect_http, begun["id"])
    assert (done["status"], done["updated"]) == ("ACTIVE", "2026-01-15T12:00:07.5Z")
    assert done["public_ip_v4"] == "203.0.113.10"
    now.advance(1)
    nova = (await servers.get(f"servers/{server.id}")).json()["server"]
    assert nova["accessIPv4"] == "203.0.113.10"


async def test_address_for_server_still_building_waits_for_it(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    server = bare_account.add_server("web-01", status="BUILD", build_seconds=30)
    begun = (await rackconnect_http.post("public_ips", json=wanted(server.id))).json()
    assert begun["status"] == "PENDING_BUILD"
    now.advance(30)
    assert (await shown(rackconnect_http, begun["id"]))["status"] == "ADDING"
    now.advance(7.5)
    assert (await shown(rackconnect_http, begun["id"]))["status"] == "ACTIVE"


async def test_planned_failure_ends_in_add_failed_without_address(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    server = bare_account.add_server("web-01")
    bare_account.plan_failure("public_ip", "ADD_FAILED", detail="no reason", ticket=UNKNOWN)
    begun = (await rackconnect_http.post("public_ips", json=wanted(server.id))).json()
    now.advance(8)
    failed = await shown(rackconnect_http, begun["id"])
    assert (failed["status"], failed["public_ip_v4"]) == ("ADD_FAILED", None)
    assert (failed["status_detail"], failed["failure_core_ticket_uuid"]) == ("no reason", UNKNOWN)
    # A failed record does not stand in the way of another try.
    again = await rackconnect_http.post("public_ips", json=wanted(server.id))
    assert again.status_code == 201


async def test_adds_are_refused_with_documented_words(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    lone = bare_account.add_server("no-network", attached=False)
    young = bare_account.add_server("young", known_after=10)
    for server_id, text in (
        (UNKNOWN, f"Cloud Server {UNKNOWN} does not exist"),
        (young.id, f"Cloud Server {young.id} does not exist"),
        (lone.id, f"Cloud Server {lone.id} is unprocessable"),
    ):
        answer = await rackconnect_http.post("public_ips", json=wanted(server_id))
        assert (answer.status_code, answer.text) == (409, text)
        assert answer.headers["content-type"] == "text/plain;charset=utf-8"
    now.advance(10)
    assert (await rackconnect_http.post("public_ips", json=wanted(young.id))).status_code == 201


async def test_server_has_one_address_at_most(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    server = bare_account.add_server("web-01")
    await rackconnect_http.post("public_ips", json=wanted(server.id))
    second = await rackconnect_http.post("public_ips", json=wanted(server.id))
    assert second.status_code == 409
    assert len(bare_account.region().public_ips) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b'{"cloud_server": {"id": "x"}}'])
async def test_malformed_body_is_bad_request(
    rackconnect_http: httpx.AsyncClient, content: bytes
) -> None:
    answer = await rackconnect_http.post("public_ips", content=content)
    assert answer.status_code == 400
    assert answer.text.startswith("The input was not in the correct format.")
    assert answer.headers["connection"] == "close"


async def test_retained_address_needs_no_server(
    rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    begun = (await rackconnect_http.post("public_ips", json={"retain": True})).json()
    now.advance(8)
    done = await shown(rackconnect_http, begun["id"])
    assert (done["status"], done["retain"], done["cloud_server"]) == ("ACTIVE", True, None)


async def test_lists_are_filtered_by_server_and_retain_flag(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    server = bare_account.add_server("web-01")
    mine = bare_account.add_public_ip(server)
    kept = bare_account.add_public_ip(None, retain=True)

    async def listed(**params: str) -> list[str]:
        answer = await rackconnect_http.get("public_ips", params=params)
        return [item["id"] for item in answer.json()]

    assert await listed() == [mine.id, kept.id]
    assert await listed(cloud_server_id=server.id.upper()) == [mine.id]
    assert await listed(retain="true") == [kept.id]
    assert await listed(retain="false") == [mine.id]
    assert await listed(cloud_server_id=UNKNOWN) == []
    bare_account.empty_list_without_body = True
    answer = await rackconnect_http.get("public_ips", params={"cloud_server_id": UNKNOWN})
    assert (answer.status_code, answer.content) == (200, b"")


async def test_no_more_than_five_addresses_are_retained(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    for _ in range(5):
        bare_account.add_public_ip(None, retain=True)
    record = bare_account.add_public_ip(bare_account.add_server("web-01"))
    refused = await rackconnect_http.patch(f"public_ips/{record.id}", json={"retain": True})
    assert refused.status_code == 409
    assert not record.retain
    bare_account.retained_limit = None
    allowed = await rackconnect_http.patch(f"public_ips/{record.id}", json={"retain": "true"})
    assert allowed.json()["retain"] is True
    assert allowed.json()["status"] == "UPDATING"


async def test_retained_address_is_assigned_moved_and_unassigned(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    one, two = bare_account.add_server("web-01"), bare_account.add_server("web-02")
    record = bare_account.add_public_ip(None, retain=True)

    async def change(body: dict[str, object]) -> None:
        answer = await rackconnect_http.patch(f"public_ips/{record.id}", json=body)
        assert (answer.status_code, answer.json()["status"]) == (200, "UPDATING")
        now.advance(4)
        assert (await shown(rackconnect_http, record.id))["status"] == "ACTIVE"

    await change(wanted(one.id))
    assert (one.access_ip, two.access_ip) == (record.address, "")
    await change(wanted(two.id))
    assert (one.access_ip, two.access_ip) == ("", record.address)
    await change({"cloud_server": None})
    assert (one.access_ip, two.access_ip) == ("", "")
    assert (await shown(rackconnect_http, record.id))["cloud_server"] is None


async def test_move_to_server_with_address_changes_nothing(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    one, two = bare_account.add_server("web-01"), bare_account.add_server("web-02")
    record = bare_account.add_public_ip(one, retain=True)
    bare_account.add_public_ip(two)
    answer = await rackconnect_http.patch(f"public_ips/{record.id}", json=wanted(two.id))
    assert answer.status_code == 409
    assert (record.server, record.status) == (one, "ACTIVE")


async def test_unassigning_what_is_not_retained_destroys_it(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    record = bare_account.add_public_ip(bare_account.add_server("web-01"))
    answer = await rackconnect_http.patch(f"public_ips/{record.id}", json={"cloud_server": None})
    assert answer.json()["status"] == "REMOVING"
    now.advance(4)
    assert (await rackconnect_http.get(f"public_ips/{record.id}")).status_code == 404


async def test_older_revision_knows_no_patch(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    bare_account.supports_patch = False
    record = bare_account.add_public_ip(bare_account.add_server("web-01"))
    answer = await rackconnect_http.patch(f"public_ips/{record.id}", json={"retain": True})
    assert answer.status_code == 405


async def test_address_is_removed_and_then_gone(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    server = bare_account.add_server("web-01")
    record = bare_account.add_public_ip(server)
    answer = await rackconnect_http.delete(f"public_ips/{record.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    moving = await shown(rackconnect_http, record.id)
    assert (moving["status"], moving["public_ip_v4"]) == ("REMOVING", record.address)
    again = await rackconnect_http.delete(f"public_ips/{record.id}")
    assert again.status_code == 409
    assert again.text == f"Public IP Address {record.id} is not in an ACTIVE state"
    now.advance(4)
    assert (await rackconnect_http.delete(f"public_ips/{record.id}")).status_code == 404
    assert server.access_ip == ""


async def test_removing_retained_and_assigned_address_only_unassigns_it(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    record = bare_account.add_public_ip(bare_account.add_server("web-01"), retain=True)
    await rackconnect_http.delete(f"public_ips/{record.id}")
    now.advance(4)
    left = await shown(rackconnect_http, record.id)
    assert (left["status"], left["cloud_server"]) == ("ACTIVE", None)
    await rackconnect_http.delete(f"public_ips/{record.id}")
    now.advance(4)
    assert (await rackconnect_http.get(f"public_ips/{record.id}")).status_code == 404


async def test_removal_can_fail(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, now: ManualClock
) -> None:
    record = bare_account.add_public_ip(bare_account.add_server("web-01"))
    bare_account.plan_failure("public_ip", "REMOVE_FAILED")
    await rackconnect_http.delete(f"public_ips/{record.id}")
    now.advance(4)
    assert (await shown(rackconnect_http, record.id))["status"] == "REMOVE_FAILED"
    bare_account.failed_removable = False
    assert (await rackconnect_http.delete(f"public_ips/{record.id}")).status_code == 409
    bare_account.failed_removable = True
    assert (await rackconnect_http.delete(f"public_ips/{record.id}")).status_code == 204


async def test_deleted_server_leaves_only_what_is_retained(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    one, two = bare_account.add_server("web-01"), bare_account.add_server("web-02")
    plain, kept = bare_account.add_public_ip(one), bare_account.add_public_ip(two, retain=True)
    bare_account.delete_server(one.id)
    bare_account.delete_server(two.id)
    assert (await rackconnect_http.get(f"public_ips/{plain.id}")).status_code == 404
    assert (await shown(rackconnect_http, kept.id))["cloud_server"] is None


async def test_ghost_shows_placeholder_network(
    bare_account: Account, rackconnect_http: httpx.AsyncClient
) -> None:
    server = bare_account.add_server("web-01")
    record = bare_account.add_public_ip(server)
    await rackconnect_http.get("public_ips")
    bare_account.delete_server(server.id, leave_ghosts=True)
    ghost = await shown(rackconnect_http, record.id)
    assert ghost["cloud_server"]["cloud_network"] == {
        "id": NIL,
        "name": None,
        "cidr": None,
        "created": "0001-01-01T00:00:00Z",
        "updated": None,
    }


async def test_rackconnect_may_know_older_name(
    bare_account: Account, rackconnect_http: httpx.AsyncClient, servers: httpx.AsyncClient
) -> None:
    server = bare_account.add_server("before")
    record = bare_account.add_public_ip(server)
    bare_account.rename_server(server.id, "after")
    assert (await shown(rackconnect_http, record.id))["cloud_server"]["name"] == "before"
    assert (await servers.get(f"servers/{server.id}")).json()["server"]["name"] == "after"


async def test_addresses_run_out(
    rackconnect_http: httpx.AsyncClient, bare_account: Account
) -> None:
    while bare_account.region().take_address():
        pass
    begun = (await rackconnect_http.post("public_ips", json={"retain": True})).json()
    assert isinstance(bare_account.now, ManualClock)
    bare_account.now.advance(8)
    assert (await shown(rackconnect_http, begun["id"]))["status"] == "ADD_FAILED"
