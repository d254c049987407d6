from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_httpx import HTTPXMock

from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    Forbidden,
    InsecureEndpoint,
    MalformedResponse,
    NotFound,
    SecondFactorNeeded,
    ServerError,
    Throttled,
    TokenRefused,
)
from rcv3_tui.api.http_client import HttpClient
from rcv3_tui.api.http_factory import create_http_client
from rcv3_tui.api.identity import TokenGrant, authenticate
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.api.session import Session
from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret, Settings

IDENTITY = "https://identity.api.example.com/v2.0"
KEY = "0fedcba9876543210fedcba987654321"
PASSWORD = "correct-horse-battery"
BY_KEY = Credentials("example-user", api_key=Secret(KEY))
BY_PASSWORD = Credentials("example-user", password=Secret(PASSWORD))
CATALOGUE = [
    {
        "name": "rackconnect",
        "type": "rax:rackconnect",
        "endpoints": [
            {
                "region": "IAD",
                "tenantId": "123456",
                "publicURL": "https://iad.rackconnect.api.example.com/v3/123456/",
            }
        ],
    }
]


def answer(identifier: str = "token-1", **changes: object) -> dict[str, object]:
    access: dict[str, object] = {
        "token": {
            "id": identifier,
            "expires": "2026-01-16T12:00:00.678Z",
            "tenant": {"id": "123456", "name": "123456"},
        },
        "user": {"id": "1", "name": "example-user", "RAX-AUTH:defaultRegion": "IAD", "roles": []},
        "serviceCatalog": CATALOGUE,
        **changes,
    }
    return {"access": access}


def fault(status: int, message: str, name: str = "unauthorized") -> dict[str, object]:
    return {name: {"code": status, "message": message}}


async def test_api_key_is_sent_in_its_own_form(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(method="POST", url=f"{IDENTITY}/tokens", json=answer())

    access = await authenticate(http, f"{IDENTITY}/", BY_KEY)

    request = httpx_mock.get_requests()[0]
    assert json.loads(request.content) == {
        "auth": {"RAX-KSKEY:apiKeyCredentials": {"username": "example-user", "apiKey": KEY}}
    }
    assert request.headers["Content-Type"] == "application/json"
    assert "X-Auth-Token" not in request.headers
    assert access.token == Secret("token-1")
    assert access.expires == datetime(2026, 1, 16, 12, 0, 0, 678000, UTC)
    assert (access.tenant_id, access.user_name, access.default_region) == (
        "123456", "example-user", "IAD"
    )  # fmt: skip
    assert access.catalog.rackconnect("iad") == "https://iad.rackconnect.api.example.com/v3/123456"


async def test_password_is_sent_in_its_own_form(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=203, json=answer())

    await authenticate(http, IDENTITY, BY_PASSWORD)

    assert json.loads(httpx_mock.get_requests()[0].content) == {
        "auth": {"passwordCredentials": {"username": "example-user", "password": PASSWORD}}
    }


async def test_second_factor(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        status_code=401,
        headers={"WWW-Authenticate": "OS-MF sessionId='session-1', factor='PASSCODE'"},
        json=fault(401, "Additional authentication credentials required."),
    )
    httpx_mock.add_response(json=answer())
    session = Session(http, IDENTITY, BY_PASSWORD)

    with pytest.raises(SecondFactorNeeded, match="Additional") as needed:
        await session.access()
    with pytest.raises(SecondFactorNeeded):
        await session.token()
    access = await session.access(passcode="123456", session_id=needed.value.session_id)

    request = httpx_mock.get_requests()[1]
    assert request.headers["X-SessionId"] == "session-1"
    assert json.loads(request.content) == {
        "auth": {"RAX-AUTH:passcodeCredentials": {"passcode": "123456"}}
    }
    assert await session.token() == access.token


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            401,
            fault(401, "Unable to authenticate user with credentials provided."),
            CredentialsRefused,
        ),
        (401, {}, CredentialsRefused),
        (403, fault(403, "User is disabled", "userDisabled"), CredentialsRefused),
        (404, fault(404, "no", "itemNotFound"), NotFound),
        (413, fault(413, "too fast", "overLimit"), Throttled),
        (500, fault(500, "oops", "identityFault"), ServerError),
        (503, fault(503, "down", "serviceUnavailable"), ServerError),
    ],
)
async def test_each_refusal_is_its_error(
    http: HttpClient,
    httpx_mock: HTTPXMock,
    status: int,
    body: object,
    kind: type[ApiError],
) -> None:
    httpx_mock.add_response(status_code=status, json=body)

    with pytest.raises(kind) as refused:
        await authenticate(http, IDENTITY, BY_KEY)

    assert type(refused.value) is kind
    assert refused.value.status == status
    assert refused.value.one_line().startswith("sign in as example-user: ")


async def test_proxys_403_is_no_refusal(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=403, html="<html><title>Blocked by policy</title></html>")

    with pytest.raises(Forbidden, match="Blocked by policy"):
        await authenticate(http, IDENTITY, BY_KEY)


@pytest.mark.parametrize(
    "body",
    [b"<html>login</html>", b"", b"[]", b'{"access": {}}', b'{"access": {"token": {"id": ""}}}'],
)
async def test_answer_without_token_is_bad_body(
    http: HttpClient, httpx_mock: HTTPXMock, body: bytes
) -> None:
    httpx_mock.add_response(content=body)

    with pytest.raises(MalformedResponse):
        await authenticate(http, IDENTITY, BY_KEY)


async def test_no_secret_is_sent_over_plain_http(http: HttpClient) -> None:
    with pytest.raises(InsecureEndpoint):
        await authenticate(http, "http://identity.api.example.com/v2.0", BY_KEY)


async def test_nothing_is_sent_without_secret(http: HttpClient) -> None:
    with pytest.raises(CredentialsRefused):
        await authenticate(http, IDENTITY, Credentials("example-user"))


async def test_no_secret_is_in_error_or_repr(
    http: HttpClient, httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    httpx_mock.add_response(status_code=401, text=f"bad key {KEY}")
    httpx_mock.add_response(status_code=400, text=f"bad password {PASSWORD}")
    httpx_mock.add_response(json=answer("token-secret"))
    for credentials in (BY_KEY, BY_PASSWORD):
        with pytest.raises(ApiError) as refused:
            await authenticate(http, IDENTITY, credentials)
        assert "[removed]" in refused.value.one_line()
        assert not any(secret in repr(refused.value) for secret in (KEY, PASSWORD))

    access = await authenticate(http, IDENTITY, BY_KEY)

    assert "token-secret" not in repr(access)
    assert not any(secret in caplog.text for secret in (KEY, PASSWORD, "token-secret"))


async def test_tenant_is_found_without_tokens(http: HttpClient, httpx_mock: HTTPXMock) -> None:
    files = {
        "name": "cloudFiles", "type": "object-store",
        "endpoints": [{"region": "IAD", "tenantId": "MossoCloudFS_1-2",
                       "publicURL": "https://files.example.com/v1/MossoCloudFS_1-2"}],
    }  # fmt: skip
    httpx_mock.add_response(json=answer(token={"id": "t"}, serviceCatalog=[files, *CATALOGUE]))

    access = await authenticate(http, IDENTITY, BY_KEY)

    assert access.tenant_id == "123456"
    assert access.expires is None


async def test_catalog_of_another_shape_costs_only_what_is_odd(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    odd = [None, {"endpoints": None}, {"endpoints": [5, {"publicURL": 5}]}, *CATALOGUE]
    httpx_mock.add_response(json=answer(serviceCatalog=odd))

    access = await authenticate(http, IDENTITY, BY_KEY)

    assert access.catalog.rackconnect_regions() == ("IAD",)


# -- the session ----------------------------------------------------------------------------


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 15, 12, 0, tzinfo=UTC))


@pytest.fixture
def session(http: HttpClient, clock: ManualClock) -> Session:
    return Session(http, IDENTITY, BY_KEY, clock=clock)


async def test_many_callers_sign_in_once(session: Session, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=answer())

    tokens = await asyncio.gather(*(session.token() for _ in range(20)))

    assert set(tokens) == {Secret("token-1")}
    assert len(httpx_mock.get_requests()) == 1


async def test_twenty_401s_at_once_cause_one_new_sign_in(
    http: HttpClient, session: Session, httpx_mock: HTTPXMock
) -> None:
    current = "token-1"
    sign_ins = 0

    async def serve(request: httpx.Request) -> httpx.Response:
        nonlocal sign_ins
        await asyncio.sleep(0)
        if request.url.path.endswith("/tokens"):
            sign_ins += 1
            return httpx.Response(200, json=answer(current))
        valid = request.headers["X-Auth-Token"] == current
        return httpx.Response(200 if valid else 401, json=[])

    httpx_mock.add_callback(serve, is_reusable=True)
    transport = ServiceClient(http, session, "https://iad.example.com/v3/1")
    await session.token()
    current = "token-2"

    replies = await asyncio.gather(
        *(transport.request("GET", (str(n),), operation="read") for n in range(20))
    )

    assert {reply.status for reply in replies} == {200}
    assert sign_ins == 2


async def test_twenty_401s_with_same_token_again_do_not_loop(
    http: HttpClient, session: Session, httpx_mock: HTTPXMock
) -> None:
    sign_ins = 0

    async def serve(request: httpx.Request) -> httpx.Response:
        nonlocal sign_ins
        await asyncio.sleep(0)
        if request.url.path.endswith("/tokens"):
            sign_ins += 1
            return httpx.Response(200, json=answer())
        return httpx.Response(401)

    httpx_mock.add_callback(serve, is_reusable=True)
    transport = ServiceClient(http, session, "https://iad.example.com/v3/1")

    for _ in range(3):
        results = await asyncio.gather(
            *(transport.request("GET", (str(n),), operation="read") for n in range(20)),
            return_exceptions=True,
        )
        assert {type(result) for result in results} == {TokenRefused}

    assert sign_ins == 2


async def test_refused_credentials_are_final(session: Session, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=401, json=fault(401, "no"))

    first = await asyncio.gather(*(session.token() for _ in range(5)), return_exceptions=True)
    with pytest.raises(CredentialsRefused):
        await session.access()
    with pytest.raises(CredentialsRefused):
        await session.renew(Secret("x"))

    assert {type(result) for result in first} == {CredentialsRefused}
    assert len(httpx_mock.get_requests()) == 1


async def test_unreachable_identity_is_retried_later(
    session: Session, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ConnectError("refused"))
    with pytest.raises(ConnectionFailed):
        await session.token()
    httpx_mock.add_response(json=answer())

    assert await session.token() == Secret("token-1")


async def test_change_that_could_not_sign_in_was_not_applied(
    http: HttpClient, session: Session, httpx_mock: HTTPXMock
) -> None:
    transport = ServiceClient(http, session, "https://iad.example.com/v3/1")
    for answered in (httpx.ReadTimeout("slow"), None):
        if answered is None:
            httpx_mock.add_response(status_code=500)
        else:
            httpx_mock.add_exception(answered)
        with pytest.raises(ApiError) as failed:
            await transport.request("POST", ("x",), operation="add public IP")
        assert failed.value.is_definitely_not_applied
        assert failed.value.operation == "sign in"


async def test_one_who_asks_may_give_up_without_harm_to_others(
    session: Session, httpx_mock: HTTPXMock
) -> None:
    asked = asyncio.Event()
    hold = asyncio.Event()

    async def serve(request: httpx.Request) -> httpx.Response:
        if not asked.is_set():
            asked.set()
            await hold.wait()
        return httpx.Response(200, json=answer())

    httpx_mock.add_callback(serve, is_reusable=True)
    first = asyncio.create_task(session.token())
    await asked.wait()
    second = asyncio.create_task(session.token())
    await asyncio.sleep(0)
    first.cancel()

    assert await second == Secret("token-1")
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_token_is_renewed_few_minutes_early(
    session: Session, clock: ManualClock, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=answer("token-1"))
    httpx_mock.add_response(json=answer("token-2"))
    await session.token()

    await clock.advance(timedelta(hours=23, minutes=54).total_seconds())
    before = await session.token()
    await clock.advance(120)
    after = await session.token()

    assert (before, after) == (Secret("token-1"), Secret("token-2"))


async def test_same_token_is_not_requested_in_loop(
    session: Session, clock: ManualClock, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=answer("token-1"), is_reusable=True)
    await session.token()
    await clock.advance(timedelta(hours=23, minutes=57).total_seconds())

    for _ in range(50):
        assert await session.token() == Secret("token-1")

    # Once at the start; once for the last minutes, of which this clock's Identity knows nothing.
    assert len(httpx_mock.get_requests()) == 2


async def test_wrong_local_clock_does_not_make_token_old(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    wrong = ManualClock(datetime(2031, 1, 1, tzinfo=UTC))
    session = Session(http, IDENTITY, BY_KEY, clock=wrong)
    httpx_mock.add_response(json=answer(), headers={"Date": "Thu, 15 Jan 2026 12:00:00 GMT"})

    for _ in range(3):
        await session.token()
        await wrong.advance(600)

    assert len(httpx_mock.get_requests()) == 1


async def test_early_renewal_that_fails_leaves_old_token(
    session: Session, clock: ManualClock, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=answer())
    await session.token()
    await clock.advance(timedelta(hours=23, minutes=57).total_seconds())
    httpx_mock.add_response(status_code=500)

    assert await session.token() == Secret("token-1")
    assert await session.token() == Secret("token-1")


async def test_late_401s_do_not_count_against_token_of_same_text(
    http: HttpClient, session: Session, httpx_mock: HTTPXMock
) -> None:
    renewed = asyncio.Event()
    sign_ins = 0

    async def serve(request: httpx.Request) -> httpx.Response:
        nonlocal sign_ins
        if request.url.path.endswith("/tokens"):
            sign_ins += 1
            return httpx.Response(200, json=answer("the-same-token"))
        if sign_ins == 1:
            # Refused before the renewal; all but the first are answered after it.
            if not request.url.path.endswith("/0"):
                await renewed.wait()
            return httpx.Response(401)
        renewed.set()
        return httpx.Response(200, json=[])

    httpx_mock.add_callback(serve, is_reusable=True)
    transport = ServiceClient(http, session, "https://iad.example.com/v3/1")
    await session.token()

    replies = await asyncio.gather(
        *(transport.request("GET", (str(n),), operation="read") for n in range(20))
    )

    assert {reply.status for reply in replies} == {200}
    assert sign_ins == 2


async def test_rejected_tokens_are_replaced_once_a_minute(
    http: HttpClient, session: Session, clock: ManualClock, httpx_mock: HTTPXMock
) -> None:
    sign_ins = 0

    async def serve(request: httpx.Request) -> httpx.Response:
        nonlocal sign_ins
        if request.url.path.endswith("/tokens"):
            sign_ins += 1
            return httpx.Response(200, json=answer(f"token-{sign_ins}"))
        return httpx.Response(401)

    httpx_mock.add_callback(serve, is_reusable=True)
    transport = ServiceClient(http, session, "https://iad.example.com/v3/1")
    for _ in range(10):
        with pytest.raises(TokenRefused):
            await transport.request("GET", ("x",), operation="read")
    assert sign_ins == 2

    await clock.advance(61)
    with pytest.raises(TokenRefused):
        await transport.request("GET", ("x",), operation="read")
    assert sign_ins == 3


async def test_identity_that_is_over_its_limit_is_left_alone_for_as_long_as_it_asks(
    session: Session, clock: ManualClock, httpx_mock: HTTPXMock
) -> None:
    over = {"overLimit": {"code": 413, "message": "slow down", "retryAfter": "30"}}
    httpx_mock.add_response(status_code=413, json=over)
    for _ in range(5):
        with pytest.raises(Throttled, match="slow down"):
            await session.token()
    assert len(httpx_mock.get_requests()) == 1

    await clock.advance(31)
    httpx_mock.add_response(json=answer())
    assert await session.token() == Secret("token-1")


async def test_identity_over_its_limit_with_403_is_no_refusal_of_credentials(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=403, json=fault(403, "Rate limit exceeded", "overLimit"))

    with pytest.raises(Throttled):
        await authenticate(http, IDENTITY, BY_KEY)


@pytest.mark.parametrize("encode", [json.dumps, lambda text: json.dumps(text, ensure_ascii=False)])
async def test_password_quoted_by_identity_is_removed_in_every_spelling(
    http: HttpClient, httpx_mock: HTTPXMock, encode: Callable[[str], str]
) -> None:
    password = 'pä"ss\\wörd/😀<b>'
    body = '{"unauthorized": {"message": "no user with password ' + encode(password)[1:-1] + '"}}'
    httpx_mock.add_response(status_code=401, content=body.encode())
    credentials = Credentials("example-user", password=Secret(password))

    with pytest.raises(CredentialsRefused) as refused:
        await authenticate(http, IDENTITY, credentials)

    assert refused.value.message == "no user with password [removed]"


async def test_passcode_quoted_by_identity_is_removed(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401, text="passcode 402817 is wrong")

    with pytest.raises(CredentialsRefused) as refused:
        await authenticate(http, IDENTITY, BY_PASSWORD, passcode="402817", session_id="s")

    assert "402817" not in refused.value.one_line()


async def test_half_character_in_user_name_does_not_stop_sign_in(
    http: HttpClient, httpx_mock: HTTPXMock
) -> None:
    body = json.dumps(answer(user={"id": "1", "name": "caf\udce9"})).encode()
    httpx_mock.add_response(content=body)
    credentials = Credentials("caf\udce9", api_key=Secret(KEY))

    access = await authenticate(http, IDENTITY, credentials)

    assert access.user_name == "caf\\udce9"
    assert b'"caf\\udce9"' in httpx_mock.get_requests()[0].content


class Cache:
    def __init__(self, kept: TokenGrant | None) -> None:
        self.kept = kept
        self.dropped = 0

    def load(self) -> TokenGrant | None:
        return self.kept

    def save(self, access: TokenGrant) -> None:
        self.kept = access

    def drop(self) -> None:
        self.dropped += 1


async def test_cached_token_saves_sign_in(
    http: HttpClient, clock: ManualClock, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=answer("token-1"))
    httpx_mock.add_response(json=answer("token-2"))
    cache = Cache(None)
    await Session(http, IDENTITY, BY_KEY, clock=clock, cache=cache).token()
    session = Session(http, IDENTITY, BY_KEY, clock=clock, cache=cache)

    kept = await session.token()
    assert kept == Secret("token-1")
    assert await session.renew(kept) == Secret("token-2")
    assert cache.dropped == 1
    assert cache.kept is not None
    assert cache.kept.token == Secret("token-2")


async def test_closed_client_is_reported(httpx_mock: HTTPXMock) -> None:
    http = create_http_client(Settings())
    await http.aclose()

    with pytest.raises(RuntimeError):
        await authenticate(http, IDENTITY, BY_KEY)
