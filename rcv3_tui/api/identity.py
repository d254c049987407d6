"""Signs in to Identity v2.0 with one request (RackConnect API reference, section 3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct, field

from rcv3_tui.api.converters import parse_timestamp
from rcv3_tui.api.decoding import decode_lenient, require_json
from rcv3_tui.api.error_responses import error_from_response, extract_messages, find_request_id
from rcv3_tui.api.errors import (
    ApiError,
    CredentialsRefused,
    Forbidden,
    MalformedResponse,
    NotFound,
    SecondFactorNeeded,
    WrongTenant,
)
from rcv3_tui.api.http_client import (
    JSON_HEADERS,
    HttpClient,
    HttpRequest,
    HttpResponse,
    log_request,
)
from rcv3_tui.api.service_catalog import (
    Endpoint,
    ServiceCatalog,
    is_account,
    resolve_tenant,
    same_tenant,
)
from rcv3_tui.api.urls import require_secure_url
from rcv3_tui.clock import SystemClock
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import Credentials, Secret

_SIGN_IN = "sign in"
_SESSION_ID = re.compile(r"sessionId\s*=\s*['\"]?([^'\",\s]+)", re.IGNORECASE)


_ROLE = "rackconnect:v3-"
"""Prefix of the role for RackConnect v3.0; a region follows (section 14)."""


class TokenGrant(Struct, frozen=True):
    """The result of a sign-in: a token, its tenant, and the tenant's endpoints."""

    token: Secret
    expires: datetime | None
    """By Identity's clock."""
    tenant_id: str
    """The account that the token and the endpoints in `catalog` belong to."""
    user_name: str
    default_region: str | None
    """Not necessarily a region with RackConnect v3.0."""
    catalog: ServiceCatalog
    """The endpoints of this tenant only; Identity lists those of all tenants of a user
    (RackConnect API reference, section 14)."""
    issued: datetime | None = None
    """Identity's time of day when it responded, to be compared with `expires`."""
    rackconnect_roles: tuple[str, ...] = ()
    """Regions, in upper case, for which the user has a role `rackconnect:v3-REGION`."""
    rackconnect_elsewhere: tuple[str, ...] = ()
    """Other tenants of the same user that have RackConnect v3.0."""


class _Token(Struct):
    id: str
    expires: str | None = None
    tenant: Any = None


class _User(Struct):
    name: Any = None
    default_region: Any = field(default=None, name="RAX-AUTH:defaultRegion")
    domain_id: Any = field(default=None, name="RAX-AUTH:domainId")
    roles: Any = None


class _Access(Struct):
    token: _Token
    user: _User | None = None
    catalog: Any = field(default=None, name="serviceCatalog")


class _Answer(Struct):
    access: _Access


_answer = msgspec.json.Decoder(_Answer)


async def authenticate(
    http: HttpClient,
    identity_url: str,
    credentials: Credentials,
    *,
    tenant: str | None = None,
    passcode: Secret | str | None = None,
    session_id: str | None = None,
) -> TokenGrant:
    """Sign in with one request. It is never retried: accounts lock.

    Args:
        http: The shared HTTP client.
        identity_url: Identity's address, including `/v2.0`.
        credentials: The user and the secret, or a token.
        tenant: The account to sign in to; None: the user's default one. A token requires one.
        passcode: The second factor, after `SecondFactorNeeded`.
        session_id: The session id of that error.

    Returns:
        The token grant.

    Raises:
        InsecureEndpoint: The address is plain http beyond loopback.
        SecondFactorNeeded: The password is correct, and a passcode is needed too.
        CredentialsRefused: Wrong user name, key or password, a disabled user, or a token that has
            expired or is not for this tenant.
        WrongTenant: Identity's response is not for that tenant, or names none.
        ApiError: Identity could not be reached, or failed.
    """
    base = require_secure_url(identity_url, operation=_SIGN_IN)
    target = _target(credentials, tenant)
    if passcode is None:
        call = _call(base, credentials, tenant)
    else:
        code = passcode if isinstance(passcode, Secret) else Secret(passcode)
        call = _passcode_call(base, code, session_id or "", tenant)
    began = perf_counter()
    try:
        reply = await http.send(call, operation=_SIGN_IN, target=target)
    except ApiError as error:
        log_request(call, error.message, began)
        raise
    log_request(call, str(reply.status), began, find_request_id(reply.headers, ()))
    if not reply.is_success:
        sent = Secret(passcode) if isinstance(passcode, str) else passcode
        raise _error(reply, target, (credentials.secret, sent), credentials)
    try:
        return _read(reply, tenant)
    except MalformedResponse as error:
        error.status = reply.status
        raise error.with_context(_SIGN_IN, target) from None
    except WrongTenant as error:
        raise error.with_context(_SIGN_IN, target) from None


def _target(credentials: Credentials, tenant: str | None) -> str:
    if credentials.token is None:
        return f"as {escape_controls(credentials.username)}"
    return f"with a token for tenant {escape_controls(tenant or '?')}"


def _scope(tenant: str | None) -> dict[str, str]:
    return {} if tenant is None else {"tenantId": tenant}


def _call(base: str, credentials: Credentials, tenant: str | None) -> HttpRequest:
    """Build the request; no variable holds the secret, since tracebacks may show variables."""
    if credentials.api_key is not None:
        return HttpRequest(
            "POST",
            f"{base}/tokens",
            JSON_HEADERS,
            _json(
                {
                    "auth": {
                        "RAX-KSKEY:apiKeyCredentials": {
                            "username": credentials.username,
                            "apiKey": credentials.api_key.reveal(),
                        },
                        **_scope(tenant),
                    }
                }
            ),
        )
    if credentials.token is not None:
        if tenant is None:
            raise CredentialsRefused(
                "a token needs the account's number; set it with --tenant", operation=_SIGN_IN
            )
        # "Re-scope a token" of the reference, section 3.1: the one request by token that returns
        # the service catalog.
        return HttpRequest(
            "POST",
            f"{base}/tokens",
            JSON_HEADERS,
            _json(
                {"auth": {**_scope(tenant), "token": {"id": credentials.token.reveal().strip()}}}
            ),
        )
    if credentials.password is None:
        raise CredentialsRefused(
            "there is no API key, password or token to sign in with", operation=_SIGN_IN
        )
    return HttpRequest(
        "POST",
        f"{base}/tokens",
        JSON_HEADERS,
        _json(
            {
                "auth": {
                    "passwordCredentials": {
                        "username": credentials.username,
                        "password": credentials.password.reveal(),
                    },
                    **_scope(tenant),
                }
            }
        ),
    )


def _passcode_call(base: str, passcode: Secret, session_id: str, tenant: str | None) -> HttpRequest:
    return HttpRequest(
        "POST",
        f"{base}/tokens",
        {**JSON_HEADERS, "X-SessionId": session_id},
        _json(
            {
                "auth": {
                    "RAX-AUTH:passcodeCredentials": {"passcode": passcode.reveal()},
                    **_scope(tenant),
                }
            }
        ),
    )


def _error(
    reply: HttpResponse, target: str, secrets: tuple[Secret | None, ...], credentials: Credentials
) -> ApiError:
    """Return the error for Identity's response (reference, section 3.5)."""
    texts = extract_messages(reply.body, *secrets)
    failure = error_from_response(
        reply.status,
        reply.headers,
        reply.body,
        operation=_SIGN_IN,
        target=target,
        now=reply.date or SystemClock().now(),
        secrets=secrets,
        limits_by_403=False,
    )
    if reply.status == 401:
        challenge = reply.headers.get("www-authenticate") or ""
        if "OS-MF" in challenge and (found := _SESSION_ID.search(challenge)):
            return SecondFactorNeeded(
                found.group(1),
                "; ".join(texts) or "a passcode is needed",
                operation=_SIGN_IN,
                target=target,
            )
    # Neither a proxy's web page nor a rate limit is a rejection of the credentials.
    is_refusal = isinstance(failure, Forbidden) or (
        # An expired token is "not found" (reference, section 3.1).
        isinstance(failure, NotFound) and credentials.token is not None
    )
    refused = reply.status == 401 or (is_refusal and _is_fault(reply.body))
    if refused:
        message = failure.message
        if isinstance(failure, NotFound):
            message = f"it has expired or was revoked ({message.removesuffix('.')})"
        return CredentialsRefused(
            message,
            operation=_SIGN_IN,
            target=target,
            status=reply.status,
            request_id=failure.request_id,
        )
    return failure


def _json(value: object) -> bytes:
    """Encode a body, including lone surrogates from a shell with another encoding."""
    return json.dumps(value, separators=(",", ":")).encode()


def _is_fault(body: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(body), dict)
    except (msgspec.DecodeError, RecursionError):
        return False


def _read(reply: HttpResponse, chosen: str | None) -> TokenGrant:
    # Decoding errors are not passed on: they may quote the response.
    require_json(reply.body)
    try:
        access = decode_lenient(_answer.decode, reply.body).access
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedResponse("the answer holds no token") from None
    if not access.token.id.strip():
        raise MalformedResponse("the answer holds no token")
    user = access.user or _User()
    catalog = ServiceCatalog(tuple(_endpoints(access.catalog)))
    tenant = escape_controls(
        resolve_tenant(
            catalog,
            chosen=chosen,
            scoped=_scoped(access.token.tenant),
            domain=_plain(user.domain_id),
        )
    )
    own = catalog.of_tenant(tenant)
    return TokenGrant(
        token=Secret(access.token.id),
        expires=parse_timestamp(access.token.expires),
        tenant_id=tenant,
        user_name=_plain(user.name),
        default_region=_plain(user.default_region) or None,
        catalog=own,
        issued=reply.date,
        rackconnect_roles=tuple(_rackconnect_roles(user.roles, tenant)),
        rackconnect_elsewhere=tuple(
            each for each in catalog.rackconnect_tenants() if not same_tenant(each, tenant)
        ),
    )


def _scoped(tenant: object) -> str:
    """Return the id of the token's tenant; empty without one, or for that of Cloud Files."""
    known = tenant if isinstance(tenant, dict) else {"id": tenant}
    id_ = _plain(known.get("id")) or _plain(known.get("name"))
    return id_ if is_account(id_) else ""


def _rackconnect_roles(roles: object, tenant: str) -> Iterator[str]:
    """Yield the regions in which the user has RackConnect's role on this tenant."""
    for role in roles if isinstance(roles, list) else ():
        name = _text(role, "name").lower() if isinstance(role, dict) else ""
        on = _text(role, "tenantId") if isinstance(role, dict) else ""
        if name.startswith(_ROLE) and (not on or same_tenant(on, tenant)):
            yield name.removeprefix(_ROLE).upper()


def _endpoints(services: object) -> Iterator[Endpoint]:
    """Yield the catalog's endpoints; entries with another structure are skipped."""
    for service in services if isinstance(services, list) else ():
        if not isinstance(service, dict):
            continue
        endpoints = service.get("endpoints")
        for endpoint in endpoints if isinstance(endpoints, list) else ():
            if not isinstance(endpoint, dict) or not (url := _text(endpoint, "publicURL")):
                continue
            yield Endpoint(
                name=_text(service, "name").lower(),
                type=_text(service, "type").lower(),
                region=_text(endpoint, "region").upper(),
                url=url.rstrip("/"),
                tenant_id=_text(endpoint, "tenantId"),
            )


def _text(values: dict[str, object], name: str) -> str:
    return _plain(values.get(name))


def _plain(value: object) -> str:
    """Return a string as it is, and a number as its digits: ids come as both."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return escape_controls(str(value).strip())
