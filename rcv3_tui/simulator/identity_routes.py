"""Identity v2.0: tokens, the catalog, tenants.

Source: RackConnect API reference, section on Identity v2.0.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rcv3_tui.simulator import messages
from rcv3_tui.simulator.account import Account, Token
from rcv3_tui.simulator.clock import format_identity_timestamp
from rcv3_tui.simulator.responses import fault_response, json_response, public_base_url
from rcv3_tui.simulator.schema import encode


def servers_url(base: str, region: str, tenant: str) -> str:
    """Return the URL of a region's Cloud Servers."""
    return f"{base}/{region.lower()}/servers/v2/{tenant}"


def rackconnect_url(base: str, region: str, tenant: str) -> str:
    """Return the URL of a region's RackConnect."""
    return f"{base}/{region.lower()}/rackconnect/v3/{tenant}"


def catalog(account: Account, base: str) -> list[dict[str, object]]:
    """Build the service catalog, including entries that mislead careless clients.

    It lists the endpoints of all tenants that the user has roles on, in no order.
    """
    tenant = account.tenant_id
    tenants = (*account.other_tenants, tenant)
    files_tenant = f"MossoCloudFS_{tenant}"
    slash = "/" if account.catalog_slash else ""
    services: list[dict[str, object]] = [
        {
            "name": "cloudServers",
            "type": "compute",
            "endpoints": [
                {
                    "tenantId": tenant,
                    "publicURL": f"{base}/legacy-servers/v1.0/{tenant}{slash}",
                    "versionId": "1.0",
                    "versionInfo": f"{base}/legacy-servers/v1.0",
                    "versionList": f"{base}/legacy-servers/",
                }
            ],
        },
        {
            "name": "cloudFiles",
            "type": "object-store",
            "endpoints": [
                {
                    "region": region,
                    "tenantId": files_tenant,
                    "publicURL": f"{base}/{region.lower()}/files/v1/{files_tenant}{slash}",
                    "internalURL": f"{base}/{region.lower()}/snet-files/v1/{files_tenant}{slash}",
                }
                for region in account.regions
            ],
        },
        {
            "name": "cloudDNS",
            "type": "rax:dns",
            "endpoints": [{"tenantId": tenant, "publicURL": f"{base}/dns/v1.0/{tenant}{slash}"}],
        },
        {
            "name": "cloudIdentity",
            "type": "identity",
            "endpoints": [{"region": "", "publicURL": f"{base}/v2.0{slash}", "versionId": "2.0"}],
        },
    ]
    if account.has_cloud_servers:
        services.append(
            {
                "name": "cloudServersOpenStack",
                "type": "compute",
                "endpoints": [
                    {
                        "region": region,
                        "tenantId": each,
                        "publicURL": servers_url(base, region, each) + slash,
                        "versionId": "2",
                        "versionInfo": f"{base}/{region.lower()}/servers/v2",
                        "versionList": f"{base}/{region.lower()}/servers/",
                    }
                    for each in tenants
                    for region in account.regions
                ],
            }
        )
    if account.has_rackconnect:
        services.append(
            {
                "name": "rackconnect",
                "type": "rax:rackconnect",
                "endpoints": [
                    {
                        "region": region,
                        "tenantId": each,
                        "publicURL": rackconnect_url(base, region, each) + slash,
                    }
                    for each in tenants
                    for region in account.regions
                ],
            }
        )
    return services


def routes(account: Account, base_url: str | None) -> list[Route]:
    """Return the routes of Identity."""

    async def sign_in(request: Request) -> Response:
        try:
            body = msgspec.json.decode(await request.body(), type=dict[str, dict[str, object]])
        except msgspec.DecodeError:
            return fault_response(account, 400, "badRequest", messages.UNPARSABLE_AUTH)
        auth = body.get("auth")
        if not auth or ("tenantId" in auth and "tenantName" in auth):
            return fault_response(account, 400, "badRequest", messages.UNPARSABLE_AUTH)
        token = _authenticate(account, auth, request.headers.get("x-sessionid"))
        if isinstance(token, Response):
            return token
        wanted = auth.get("tenantId") or auth.get("tenantName")
        if wanted and wanted != account.tenant_id:
            if "token" in auth:
                message = messages.token_of_other_tenant(f"{wanted}")
                return fault_response(account, 401, "unauthorized", message)
            account.failed_logins += 1
            message = messages.wrong_tenant(f"{wanted}", account.username, account.user_id)
            return fault_response(account, 401, "unauthorized", message)
        return json_response(
            account, encode({"access": _access(account, token, public_base_url(request, base_url))})
        )

    async def show(request: Request) -> Response:
        refused = _own_token_refusal(account, request)
        token = account.valid_token(request.path_params["token"])
        if refused is not None:
            return refused
        if token is None:
            return fault_response(account, 404, "itemNotFound", "Token not found.")
        access = _access(account, token, public_base_url(request, base_url))
        del access["serviceCatalog"]
        return json_response(account, encode({"access": access}))

    async def endpoints(request: Request) -> Response:
        refused = _own_token_refusal(account, request)
        if refused is not None:
            return refused
        if account.valid_token(request.path_params["token"]) is None:
            return fault_response(account, 404, "itemNotFound", "Token not found.")
        flat: list[dict[str, object]] = []
        for service in catalog(account, public_base_url(request, base_url)):
            for number, endpoint in enumerate(_endpoints(service)):
                head = {"id": len(flat) * 7 + number, "name": service["name"]}
                flat.append({**head, "type": service["type"], **endpoint})
        return json_response(account, encode({"endpoints": flat, "endpoints_links": []}))

    async def sign_out(request: Request) -> Response:
        refused = _own_token_refusal(account, request)
        if refused is not None:
            return refused
        del account.tokens[request.headers["x-auth-token"]]
        return json_response(account, b"", 204)

    async def tenants(request: Request) -> Response:
        refused = _own_token_refusal(account, request)
        if refused is not None:
            return refused
        own = account.tenant_id
        names = [own, f"MossoCloudFS_{own}", *account.other_tenants]
        listed = [{"id": name, "name": name, "enabled": True} for name in names]
        return json_response(account, encode({"tenants": listed, "tenants_links": []}))

    return [
        Route("/v2.0/tokens", sign_in, methods=["POST"]),
        Route("/v2.0/tokens", sign_out, methods=["DELETE"]),
        Route("/v2.0/tokens/{token}", show, methods=["GET"]),
        Route("/v2.0/tokens/{token}/endpoints", endpoints, methods=["GET"]),
        Route("/v2.0/tenants", tenants, methods=["GET"]),
    ]


def _endpoints(service: Mapping[str, object]) -> list[dict[str, object]]:
    listed = service["endpoints"]
    return listed if isinstance(listed, list) else []


def _own_token_refusal(account: Account, request: Request) -> Response | None:
    if account.valid_token(request.headers.get("x-auth-token")) is None:
        return fault_response(account, 401, "unauthorized", messages.NO_VALID_TOKEN)
    return None


def _authenticate(
    account: Account, auth: Mapping[str, object], session: str | None
) -> Token | Response:
    key = _strings(auth, "RAX-KSKEY:apiKeyCredentials")
    password = _strings(auth, "passwordCredentials")
    passcode = _strings(auth, "RAX-AUTH:passcodeCredentials")
    token = _strings(auth, "token")
    if token is not None:
        known = account.valid_token(token.get("id"))
        return known or fault_response(account, 404, "itemNotFound", "Token not found.")
    if passcode is not None:
        if session not in account.sessions or passcode.get("passcode") != account.passcode:
            return _wrong(account)
        account.sessions.discard(session or "")
        return account.token_for("PASSWORD,PASSCODE")
    if key is not None:
        right = (key.get("username"), key.get("apiKey")) == (account.username, account.api_key)
        kind = "APIKEY"
    elif password is not None:
        given = (password.get("username"), password.get("password"))
        right = given == (account.username, account.password)
        kind = "PASSWORD"
    else:
        return fault_response(account, 400, "badRequest", messages.UNPARSABLE_AUTH)
    if not right:
        return _wrong(account)
    if not account.user_enabled:
        return fault_response(
            account, 403, "userDisabled", f"User '{account.username}' is disabled."
        )
    if kind == "PASSWORD" and account.mfa:
        number = account.new_id()
        account.sessions.add(number)
        response = fault_response(account, 401, "unauthorized", messages.MORE_CREDENTIALS)
        response.headers["WWW-Authenticate"] = f"OS-MF sessionId='{number}', factor='PASSCODE'"
        return response
    return account.token_for(kind)


def _strings(auth: Mapping[str, object], name: str) -> dict[str, str] | None:
    inner = auth.get(name)
    if not isinstance(inner, dict):
        return None
    return {key: value for key, value in inner.items() if isinstance(value, str)}


def _wrong(account: Account) -> Response:
    account.failed_logins += 1
    return fault_response(account, 401, "unauthorized", messages.WRONG_CREDENTIALS)


def _access(account: Account, token: Token, base: str) -> dict[str, object]:
    methods = token.authenticated_by.split(",")
    shown: dict[str, object] = {
        "id": token.id,
        "expires": format_identity_timestamp(token.expires),
        "RAX-AUTH:authenticatedBy": methods,
    }
    # The documented responses to a sign-in with a passcode have no tenant in the token.
    if account.tenant_in_token and "PASSCODE" not in methods:
        shown["tenant"] = {"id": account.tenant_id, "name": account.tenant_id}
    return {
        "token": shown,
        "user": {
            "id": account.user_id,
            "name": account.username,
            "RAX-AUTH:defaultRegion": account.default_region,
            "RAX-AUTH:domainId": account.tenant_id,
            "RAX-AUTH:multiFactorEnabled": account.mfa,
            "roles": [
                {"id": "3", "name": "identity:user-admin", "description": "User Admin Role."},
                {
                    "id": "6",
                    "name": "compute:default",
                    "description": "A Role that allows a user access to keystone Service methods",
                    "tenantId": account.tenant_id,
                },
            ],
        },
        "serviceCatalog": catalog(account, base),
    }
