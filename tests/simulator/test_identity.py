"""Signing in, the catalog, and tokens that end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rcv3_tui.simulator import Account, ManualClock

WRONG = "Unable to authenticate user with credentials provided."


def by_key(account: Account) -> dict[str, Any]:
    credentials = {"username": account.username, "apiKey": account.api_key}
    return {"auth": {"RAX-KSKEY:apiKeyCredentials": credentials}}


def by_password(account: Account) -> dict[str, Any]:
    credentials = {"username": account.username, "password": account.password}
    return {"auth": {"passwordCredentials": credentials}}


async def test_api_key_and_password_both_sign_in(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    for body in (by_key(bare_account), by_password(bare_account)):
        answer = await anonymous.post("/v2.0/tokens", json=body)
        token = answer.json()["access"]["token"]
        assert answer.status_code == 200
        assert token["tenant"] == {"id": "123456", "name": "123456"}
        assert token["expires"] == "2026-01-16T12:00:00.000Z"


async def test_wrong_credentials_are_refused_in_service_s_words(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    body = by_key(bare_account)
    body["auth"]["RAX-KSKEY:apiKeyCredentials"]["apiKey"] = bare_account.password
    answer = await anonymous.post("/v2.0/tokens", json=body)
    assert answer.status_code == 401
    assert answer.json() == {"unauthorized": {"code": 401, "message": WRONG}}
    assert bare_account.failed_logins == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"auth": {}}', b'{"auth": {"x": 1}}'])
async def test_body_that_is_no_auth_data_is_bad_request(
    anonymous: httpx.AsyncClient, content: bytes
) -> None:
    answer = await anonymous.post("/v2.0/tokens", content=content)
    assert answer.status_code == 400
    assert answer.json()["badRequest"]["message"].startswith("Invalid request body")


async def test_tenant_id_and_name_together_are_refused_and_foreign_tenant_is_unknown(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    body = by_key(bare_account)
    body["auth"] |= {"tenantId": "123456", "tenantName": "123456"}
    assert (await anonymous.post("/v2.0/tokens", json=body)).status_code == 400
    body = by_key(bare_account)
    body["auth"]["tenantId"] = "999"
    answer = await anonymous.post("/v2.0/tokens", json=body)
    assert answer.status_code == 401
    assert "Tenant with Name/Id: '999' is not valid" in answer.text


async def test_same_token_is_handed_out_until_its_last_hour(
    bare_account: Account, anonymous: httpx.AsyncClient, now: ManualClock
) -> None:
    async def token() -> str:
        answer = await anonymous.post("/v2.0/tokens", json=by_key(bare_account))
        return str(answer.json()["access"]["token"]["id"])

    first = await token()
    now.advance(22 * 3600)
    assert await token() == first
    now.advance(3600 + 1)
    assert await token() != first


async def test_second_factor_is_required_after_password_only(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    bare_account.mfa = True
    assert (await anonymous.post("/v2.0/tokens", json=by_key(bare_account))).status_code == 200

    asked = await anonymous.post("/v2.0/tokens", json=by_password(bare_account))
    assert asked.status_code == 401
    assert asked.json()["unauthorized"]["message"].startswith("Additional authentication")
    header = asked.headers["WWW-Authenticate"]
    assert header.startswith("OS-MF sessionId='")
    session = {"X-SessionId": header.split("'")[1]}

    def passcode(value: str) -> dict[str, Any]:
        return {"auth": {"RAX-AUTH:passcodeCredentials": {"passcode": value}}}

    wrong = await anonymous.post("/v2.0/tokens", json=passcode("000000"), headers=session)
    assert wrong.status_code == 401
    right = await anonymous.post("/v2.0/tokens", json=passcode("123456"), headers=session)
    assert right.json()["access"]["token"]["RAX-AUTH:authenticatedBy"] == ["PASSWORD", "PASSCODE"]
    assert "tenant" not in right.json()["access"]["token"]


async def test_disabled_user_is_forbidden(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    bare_account.user_enabled = False
    answer = await anonymous.post("/v2.0/tokens", json=by_key(bare_account))
    assert answer.status_code == 403
    assert "userDisabled" in answer.json()


async def test_catalog_leads_to_this_host_and_holds_decoys(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    answer = await anonymous.post("/v2.0/tokens", json=by_key(bare_account))
    services = {entry["name"]: entry for entry in answer.json()["access"]["serviceCatalog"]}
    assert services["rackconnect"] == {
        "name": "rackconnect",
        "type": "rax:rackconnect",
        "endpoints": [
            {
                "region": "IAD",
                "tenantId": "123456",
                "publicURL": "http://simulator.test/iad/rackconnect/v3/123456",
            }
        ],
    }
    assert services["cloudServers"]["type"] == services["cloudServersOpenStack"]["type"]
    assert "region" not in services["cloudServers"]["endpoints"][0]
    assert services["cloudFiles"]["endpoints"][0]["tenantId"].startswith("MossoCloudFS_")
    assert {"cloudDNS", "cloudIdentity"} <= services.keys()


async def test_ordinary_account_has_no_rackconnect_at_all(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    bare_account.has_rackconnect = False
    answer = await anonymous.post("/v2.0/tokens", json=by_key(bare_account))
    names = [entry["name"] for entry in answer.json()["access"]["serviceCatalog"]]
    assert "rackconnect" not in names


async def test_endpoints_come_as_flat_list(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    token = bare_account.token_for("APIKEY").id
    answer = await anonymous.get(f"/v2.0/tokens/{token}/endpoints", headers={"X-Auth-Token": token})
    found = [item for item in answer.json()["endpoints"] if item["type"] == "rax:rackconnect"]
    assert [item["region"] for item in found] == ["IAD"]
    ids = [item["id"] for item in answer.json()["endpoints"]]
    assert len(set(ids)) == len(ids)


async def test_token_is_shown_rescoped_and_revoked(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    token = bare_account.token_for("APIKEY").id
    headers = {"X-Auth-Token": token}
    shown = await anonymous.get(f"/v2.0/tokens/{token}", headers=headers)
    assert shown.json()["access"].keys() == {"token", "user"}
    rescope = {"auth": {"tenantId": "123456", "token": {"id": token}}}
    again = await anonymous.post("/v2.0/tokens", json=rescope)
    assert again.json()["access"]["token"]["id"] == token
    tenants = await anonymous.get("/v2.0/tenants", headers=headers)
    assert tenants.json()["tenants"][0]["id"] == "123456"
    assert (await anonymous.delete("/v2.0/tokens", headers=headers)).status_code == 204
    assert (await anonymous.get("/v2.0/tenants", headers=headers)).status_code == 401
    assert (await anonymous.post("/v2.0/tokens", json=rescope)).status_code == 404


async def test_catalog_lists_endpoints_of_every_tenant_of_user(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    bare_account.other_tenants = ("222222",)
    token = bare_account.new_token().id
    rescope = {"auth": {"tenantId": "123456", "token": {"id": token}}}
    access = (await anonymous.post("/v2.0/tokens", json=rescope)).json()["access"]
    assert access["token"]["tenant"] == {"id": "123456", "name": "123456"}
    for service in access["serviceCatalog"]:
        if service["name"] in ("rackconnect", "cloudServersOpenStack"):
            endpoints = service["endpoints"]
            assert [each["tenantId"] for each in endpoints] == ["222222", "123456"]
            assert all(each["publicURL"].endswith(each["tenantId"]) for each in endpoints)
    tenants = await anonymous.get("/v2.0/tenants", headers={"X-Auth-Token": token})
    assert "222222" in {each["id"] for each in tenants.json()["tenants"]}


async def test_token_of_another_tenant_is_refused_in_service_s_words(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    token = bare_account.new_token().id
    rescope = {"auth": {"tenantId": "222222", "token": {"id": token}}}
    answer = await anonymous.post("/v2.0/tokens", json=rescope)
    assert answer.status_code == 401
    message = "Token doesn't belong to Tenant with Id/Name: '222222'"
    assert answer.json() == {"unauthorized": {"code": 401, "message": message}}
    assert bare_account.failed_logins == 0


@pytest.mark.parametrize("ending", ["revoked", "expired"])
async def test_token_that_has_ended_is_refused_by_every_service(
    bare_account: Account,
    rackconnect_http: httpx.AsyncClient,
    servers: httpx.AsyncClient,
    now: ManualClock,
    ending: str,
) -> None:
    assert (await rackconnect_http.get("public_ips")).status_code == 200
    if ending == "revoked":
        bare_account.revoke_tokens()
    else:
        now.advance(24 * 3600)
    assert (await rackconnect_http.get("public_ips")).status_code == 401
    assert (await servers.get("servers/detail")).status_code == 401


async def test_log_of_requests_holds_no_secret(
    bare_account: Account, anonymous: httpx.AsyncClient
) -> None:
    token = bare_account.token_for("APIKEY").id
    await anonymous.post("/v2.0/tokens", json=by_key(bare_account))
    await anonymous.get(f"/v2.0/tokens/{token}", headers={"X-Auth-Token": token})
    assert [(entry.method, entry.path, entry.status) for entry in bare_account.requests] == [
        ("POST", "/v2.0/tokens", 200),
        ("GET", "/v2.0/tokens/...", 200),
    ]
    written = repr(bare_account.requests)
    assert bare_account.api_key not in written
    assert token not in written
