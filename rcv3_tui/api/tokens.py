"""Asking Identity v2.0 for a token, once (RackConnect API reference, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from rcv3_tui.api.access import Access
from rcv3_tui.api.catalogue import Catalogue, Endpoint
from rcv3_tui.api.decode import check_json
from rcv3_tui.api.errors import ApiError, BadBody, CredentialsRefused, SecondFactorNeeded
from rcv3_tui.api.faults import error_for, request_id_of, texts_of, without
from rcv3_tui.api.http import JSON, Call, Http, Reply, check_url
from rcv3_tui.api.records import moment
from rcv3_tui.api.request_log import log_request
from rcv3_tui.clock import SystemClock
from rcv3_tui.model.text import clean
from rcv3_tui.settings import Credentials, Secret

_SIGN_IN = "sign in"
_SESSION_ID = re.compile(r"sessionId\s*=\s*['\"]?([^'\",\s]+)", re.IGNORECASE)


class _Tenant(Struct):
    id: str | None = None


class _Token(Struct):
    id: str
    expires: str | None = None
    tenant: _Tenant | None = None


class _User(Struct):
    name: str | None = None
    default_region: str | None = field(default=None, name="RAX-AUTH:defaultRegion")
    domain_id: str | None = field(default=None, name="RAX-AUTH:domainId")


class _Access(Struct):
    token: _Token
    user: _User | None = None
    catalogue: Any = field(default=None, name="serviceCatalog")


class _Answer(Struct):
    access: _Access


_answer = msgspec.json.Decoder(_Answer)


async def authenticate(
    http: Http,
    identity_url: str,
    credentials: Credentials,
    *,
    passcode: Secret | str | None = None,
    session_id: str | None = None,
) -> Access:
    """Ask Identity for a token, once. Nothing here is ever tried again: accounts lock.

    Args:
        http: The shared client.
        identity_url: Identity's address up to and with `/v2.0`.
        credentials: Who asks.
        passcode: The second factor, in answer to `SecondFactorNeeded`.
        session_id: What that error carried.

    Returns:
        The open account.

    Raises:
        InsecureEndpoint: The address is plain http beyond loopback.
        SecondFactorNeeded: The password is right and a passcode is needed too.
        CredentialsRefused: Wrong user name, key or password, or a disabled user.
        ApiError: Identity could not be reached, or answered something else.
    """
    base = check_url(identity_url, operation=_SIGN_IN)
    target = f"as {clean(credentials.username)}"
    if passcode is None:
        call = _call(base, credentials)
    else:
        code = passcode if isinstance(passcode, Secret) else Secret(passcode)
        call = _passcode_call(base, code, session_id or "")
    began = perf_counter()
    try:
        reply = await http.exchange(call, operation=_SIGN_IN, target=target)
    except ApiError as error:
        log_request(call, error.message, began)
        raise
    log_request(call, str(reply.status), began, request_id_of(reply.headers, ()))
    if not reply.is_success:
        body = without(reply.body, credentials.api_key, credentials.password)
        raise _refusal(replace(reply, body=body), target)
    try:
        return _read(reply)
    except BadBody as error:
        error.status = reply.status
        raise error.about(_SIGN_IN, target) from None


def _call(base: str, credentials: Credentials) -> Call:
    """Build the request; the secret is in no variable, since tracebacks may show those."""
    if credentials.api_key is not None:
        return Call(
            "POST",
            f"{base}/tokens",
            JSON,
            msgspec.json.encode(
                {
                    "auth": {
                        "RAX-KSKEY:apiKeyCredentials": {
                            "username": credentials.username,
                            "apiKey": credentials.api_key.reveal(),
                        }
                    }
                }
            ),
        )
    if credentials.password is None:
        raise CredentialsRefused(
            "neither an API key nor a password is there to sign in with", operation=_SIGN_IN
        )
    return Call(
        "POST",
        f"{base}/tokens",
        JSON,
        msgspec.json.encode(
            {
                "auth": {
                    "passwordCredentials": {
                        "username": credentials.username,
                        "password": credentials.password.reveal(),
                    }
                }
            }
        ),
    )


def _passcode_call(base: str, passcode: Secret, session_id: str) -> Call:
    return Call(
        "POST",
        f"{base}/tokens",
        {**JSON, "X-SessionId": session_id},
        msgspec.json.encode(
            {"auth": {"RAX-AUTH:passcodeCredentials": {"passcode": passcode.reveal()}}}
        ),
    )


def _refusal(reply: Reply, target: str) -> ApiError:
    """Find the error that Identity's answer stands for (reference, section 3.5)."""
    texts = texts_of(reply.body)
    failure = error_for(
        reply.status,
        reply.headers,
        reply.body,
        operation=_SIGN_IN,
        target=target,
        now=reply.date or SystemClock().now(),
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
    # Identity has no request limit that it words as 403; a proxy's web page is no refusal.
    refused = reply.status == 401 or (reply.status == 403 and _is_fault(reply.body))
    if refused:
        return CredentialsRefused(
            failure.message,
            operation=_SIGN_IN,
            target=target,
            status=reply.status,
            request_id=failure.request_id,
        )
    return failure


def _is_fault(body: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(body), dict)
    except (msgspec.DecodeError, RecursionError):
        return False


def _read(reply: Reply) -> Access:
    # Nothing of a decoding error is passed on: it may quote what it could not read.
    check_json(reply.body)
    try:
        access = _answer.decode(reply.body).access
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadBody("the answer holds no token") from None
    if not access.token.id.strip():
        raise BadBody("the answer holds no token")
    user = access.user or _User()
    catalogue = Catalogue(tuple(_endpoints(access.catalogue)))
    tenant = access.token.tenant.id if access.token.tenant is not None else None
    return Access(
        token=Secret(access.token.id),
        expires=moment(access.token.expires),
        tenant_id=clean(tenant or catalogue.tenant_id() or user.domain_id or ""),
        user_name=clean(user.name or ""),
        default_region=clean(user.default_region) if user.default_region else None,
        catalogue=catalogue,
        issued=reply.date,
    )


def _endpoints(services: object) -> Iterator[Endpoint]:
    """Read the catalogue; an entry of another shape is not one of those needed here."""
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
    value = values.get(name)
    return clean(value.strip()) if isinstance(value, str) else ""
