from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import UTC, datetime

import httpx
import pytest
from pytest_httpx import HTTPXMock

from rcv3_tui.api.errors import (
    BadRequest,
    Conflict,
    ConnectionFailed,
    InsecureEndpoint,
    ServerError,
    Throttled,
    TokenRefused,
)
from rcv3_tui.api.http_client import HttpClient, HttpResponse
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.clock import ManualClock, ServiceClock
from tests.api.conftest import BASE, TOKEN, Tokens
from tests.support.event_loop import idle


class CountingBudget:
    def __init__(self) -> None:
        self.taken: list[Priority] = []
        self.refunds = 0
        self.waits: list[float | None] = []
        self.told_too_fast: list[bool] = []

    async def acquire(self, priority: Priority) -> None:
        self.taken.append(priority)

    def refund(self) -> None:
        self.refunds += 1

    def on_throttled(self, retry_after: float | None, *, too_fast: bool = True) -> None:
        self.waits.append(retry_after)
        self.told_too_fast.append(too_fast)


@pytest.fixture
def budget() -> CountingBudget:
    return CountingBudget()


@pytest.fixture
def counted(http: HttpClient, tokens: Tokens, budget: CountingBudget) -> ServiceClient:
    return ServiceClient(http, tokens, BASE, rate_limiter=budget)


async def get(transport: ServiceClient, *path: str) -> HttpResponse:
    return await transport.request("GET", path or ("public_ips",), operation="list public IPs")


async def post(transport: ServiceClient) -> HttpResponse:
    return await transport.request(
        "POST", ("public_ips",), json={"a": 1}, operation="add public IP"
    )


async def test_token_and_headers_go_with_it(
    transport: ServiceClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=201, json={})

    await post(transport)

    request = httpx_mock.get_requests()[0]
    assert request.headers["X-Auth-Token"] == TOKEN
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"
    assert request.content == b'{"a":1}'


async def test_read_has_no_content_type(transport: ServiceClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=[])

    await get(transport)

    assert "Content-Type" not in httpx_mock.get_requests()[0].headers


async def test_plain_http_is_refused_before_anything_is_sent(
    http: HttpClient, tokens: Tokens
) -> None:
    transport = ServiceClient(http, tokens, "http://iad.rackconnect.api.example.com/v3/123456")

    with pytest.raises(InsecureEndpoint, match="plain http"):
        await get(transport)


@pytest.mark.parametrize(
    ("segment", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("ä€", "%C3%A4%E2%82%AC"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("x\ny", "x%0Ay"),
    ],
)
async def test_any_id_stays_one_segment(
    transport: ServiceClient, httpx_mock: HTTPXMock, segment: str, path: str
) -> None:
    httpx_mock.add_response(json={})

    await get(transport, "public_ips", segment)

    sent = httpx_mock.get_requests()[0].url.raw_path.decode()
    assert sent == f"/v3/123456/public_ips/{path}"


@pytest.mark.parametrize("segment", ["", " ", ".", ".."])
async def test_id_that_would_make_another_path_is_not_sent(
    transport: ServiceClient, segment: str
) -> None:
    with pytest.raises(BadRequest):
        await get(transport, "load_balancer_pools", segment, "nodes")


async def test_slash_at_end_of_endpoint_is_not_doubled(
    http: HttpClient, tokens: Tokens, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(url=f"{BASE}/public_ips", json=[])

    await get(ServiceClient(http, tokens, f"{BASE}/"))


async def test_401_is_answered_with_one_new_token(
    transport: ServiceClient, tokens: Tokens, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_response(json=[])

    await get(transport)

    sent = [request.headers["X-Auth-Token"] for request in httpx_mock.get_requests()]
    assert sent == [TOKEN, f"{TOKEN}-1"]


async def test_change_is_not_sent_again_after_401_but_next_request_has_new_token(
    transport: ServiceClient, tokens: Tokens, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_response(status_code=201)

    with pytest.raises(TokenRefused):
        await post(transport)
    assert len(httpx_mock.get_requests()) == 1

    assert (await post(transport)).status == 201
    sent = [request.headers["X-Auth-Token"] for request in httpx_mock.get_requests()]
    assert sent == [TOKEN, f"{TOKEN}-1"]


async def test_second_401_is_reported(
    transport: ServiceClient, tokens: Tokens, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401, text="no", is_reusable=True)

    with pytest.raises(TokenRefused):
        await get(transport)

    assert len(httpx_mock.get_requests()) == 2
    assert tokens.renewed == 1


async def test_redirect_is_not_followed(transport: ServiceClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=302, headers={"Location": "https://evil.example.com/"})

    with pytest.raises(Exception, match="Found"):
        await get(transport)

    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_read_is_tried_once_more_when_gateway_fails(
    transport: ServiceClient, httpx_mock: HTTPXMock, status: int
) -> None:
    httpx_mock.add_response(status_code=status)
    httpx_mock.add_response(json=[])

    assert (await get(transport)).status == 200


async def test_read_is_tried_once_more_when_connection_broke(
    transport: ServiceClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.RemoteProtocolError("Server disconnected"))
    httpx_mock.add_response(json=[])

    assert (await get(transport)).status == 200


async def test_read_is_not_tried_third_time(
    transport: ServiceClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=503, is_reusable=True)

    with pytest.raises(ServerError):
        await get(transport)

    assert len(httpx_mock.get_requests()) == 2


@pytest.mark.parametrize("status", [400, 404, 409, 500])
async def test_other_answers_to_read_are_answers(
    transport: ServiceClient, httpx_mock: HTTPXMock, status: int
) -> None:
    httpx_mock.add_response(status_code=status)

    with pytest.raises(Exception, match="HTTP"):
        await get(transport)

    assert len(httpx_mock.get_requests()) == 1


async def test_read_that_timed_out_is_not_tried_again(
    transport: ServiceClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))

    with pytest.raises(ConnectionFailed, match="timed out after 20 s") as failed:
        await get(transport)

    assert failed.value.sent


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_change_is_never_repeated(
    transport: ServiceClient, httpx_mock: HTTPXMock, method: str
) -> None:
    for answer in (502, 503, 504, 500, 409):
        httpx_mock.reset()
        httpx_mock.add_response(status_code=answer)
        with pytest.raises((ServerError, Conflict)):
            await transport.request(method, ("public_ips",), operation="change")
        assert len(httpx_mock.get_requests()) == 1
    httpx_mock.reset()
    httpx_mock.add_exception(httpx.ReadError("reset"))
    with pytest.raises(ConnectionFailed) as failed:
        await transport.request(method, ("public_ips",), operation="change")
    assert failed.value.sent
    assert len(httpx_mock.get_requests()) == 1


async def test_every_request_acquires_from_rate_limiter(
    counted: ServiceClient, budget: CountingBudget, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_response(status_code=503)
    httpx_mock.add_response(json=[])

    await counted.request("GET", ("x",), operation="x", priority=Priority.BACKGROUND)

    assert budget.taken == [Priority.BACKGROUND] * 3


async def test_request_that_never_left_is_refunded(
    counted: ServiceClient, budget: CountingBudget, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ConnectError("refused"))
    with pytest.raises(ConnectionFailed):
        await get(counted)
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    with pytest.raises(ConnectionFailed):
        await get(counted)

    assert budget.refunds == 1


async def test_budget_hears_of_throttling(
    counted: ServiceClient, budget: CountingBudget, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=413, headers={"Retry-After": "9"})
    httpx_mock.add_response(status_code=403)
    httpx_mock.add_response(status_code=503, headers={"Retry-After": "7"})
    for _ in range(3):
        with pytest.raises(Throttled):
            await get(counted)

    assert budget.waits == [9, 60, 7]
    assert budget.told_too_fast == [True, True, False]


async def test_every_response_sets_service_clock(
    http: HttpClient, tokens: Tokens, httpx_mock: HTTPXMock
) -> None:
    clock = ServiceClock(ManualClock(datetime(2026, 1, 1, 12, 0, tzinfo=UTC)))
    http.service_clock = clock
    transport = ServiceClient(http, tokens, BASE, clock=clock)
    httpx_mock.add_response(json=[], headers={"Date": "Thu, 01 Jan 2026 12:01:30 GMT"})
    httpx_mock.add_response(json=[], headers={"Date": "rubbish"})

    await get(transport)
    await get(transport)

    assert clock.offset == 90
    assert clock.now() == datetime(2026, 1, 1, 12, 1, 30, tzinfo=UTC)


async def test_log_names_call_and_nothing_that_is_secret(
    transport: ServiceClient, httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    httpx_mock.add_response(status_code=401, text=f"token {TOKEN} is bad")
    httpx_mock.add_response(json=["body"], headers={"X-Compute-Request-Id": "req-1"})

    await transport.request(
        "GET", ("public_ips",), operation="list", query={"cloud_server_id": "hidden-query"}
    )

    assert "GET iad.rackconnect.api.example.com/v3/123456/public_ips: 200 in" in caplog.text
    assert "request id req-1" in caplog.text
    for secret in (TOKEN, "hidden-query", "body"):
        assert secret not in caplog.text


@pytest.mark.parametrize("failing", ["answer", "header", "connection"])
async def test_token_is_in_no_error(
    http: HttpClient, tokens: Tokens, httpx_mock: HTTPXMock, failing: str
) -> None:
    import io

    from rich.console import Console
    from rich.traceback import Traceback

    if failing == "answer":
        httpx_mock.add_response(status_code=400, text=f"bad: {TOKEN}")
    elif failing == "connection":
        httpx_mock.add_exception(httpx.ConnectError(f"with {TOKEN}"))
    else:
        httpx_mock.add_exception(httpx.LocalProtocolError(f"Illegal header value {TOKEN}"))
    transport = ServiceClient(http, tokens, BASE)
    caught: BaseException | None = None
    try:
        await transport.request("PATCH", ("public_ips", "x"), json={}, operation="retain")
    except Exception as error:
        caught = error
    assert caught is not None

    # A crash shows the variables of every frame.
    out = io.StringIO()
    shown = Traceback.from_exception(
        type(caught), caught, caught.__traceback__, show_locals=True, locals_max_string=10_000
    )
    Console(file=out, width=400).print(shown)
    for text in (out.getvalue(), "".join(traceback.format_exception(caught)), repr(caught)):
        assert TOKEN not in text.replace("\n", "")


async def test_cancelled_call_leaves_client_usable(
    transport: ServiceClient, httpx_mock: HTTPXMock
) -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    httpx_mock.add_callback(hang)
    task = asyncio.create_task(get(transport))
    await idle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    httpx_mock.add_response(json=[])

    assert (await get(transport)).status == 200
