"""Builds responses with the headers that the services send, and parses request bodies.

Source: RackConnect API reference, section on limits and headers.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.clock import format_http_date
from rcv3_tui.simulator.validation import RejectedError, bad_format

JSON_TYPE = "application/json;charset=utf-8"
TEXT_TYPE = "text/plain;charset=utf-8"


def make_response(account: Account, status: int, body: bytes, content_type: str) -> Response:
    """Build a response with the headers of every RackConnect response."""
    headers = {
        "Server": "Apache-Coyote/1.1",
        "Via": "1.1 Repose (Repose/3.0.1)",
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "Date": format_http_date(account.now()),
    }
    if status != 204:
        headers["Content-Type"] = content_type
    return Response(body, status, headers)


def json_response(account: Account, body: bytes, status: int = 200) -> Response:
    """Build a JSON response from encoded bytes."""
    return make_response(account, status, body, JSON_TYPE)


def text_response(account: Account, status: int, text: str) -> Response:
    """Build a plain-text response, as RackConnect sends its errors."""
    return make_response(account, status, text.encode(), TEXT_TYPE)


def fault_response(account: Account, status: int, name: str, message: str) -> Response:
    """Build an error of Identity or Cloud Servers: one key with code and message."""
    body = msgspec.json.encode({name: {"code": status, "message": message}})
    return make_response(account, status, body, "application/json")


def error_response(account: Account, rejected: RejectedError, method: str) -> Response:
    """Build RackConnect's response to a request that it rejects."""
    if rejected.bulk:
        body = msgspec.json.encode({"errors": list(rejected.texts)})
        return json_response(account, body, rejected.status)
    response = text_response(account, rejected.status, "".join(rejected.texts))
    if rejected.status == 500 or (rejected.status == 400 and method == "POST"):
        response.headers["Connection"] = "close"
    return response


async def json_body(request: Request) -> object:
    """Read a request's JSON.

    Raises:
        RejectedError: 400, the body is not JSON.
    """
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError as error:
        raise bad_format() from error


def public_base_url(request: Request, base_url: str | None) -> str:
    """Return the address at which the client sees the simulator, without a trailing slash."""
    if base_url:
        return base_url.rstrip("/")
    host = request.headers.get("host") or request.url.netloc
    return f"{request.url.scheme}://{host}"
