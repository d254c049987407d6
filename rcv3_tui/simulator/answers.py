"""Answers with the headers the services send, and the reading of request bodies.

Source: RackConnect API reference, section on limits and headers.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.clock import http_date
from rcv3_tui.simulator.rules import RefusedError, bad_format

JSON_TYPE = "application/json;charset=utf-8"
TEXT_TYPE = "text/plain;charset=utf-8"


def answer(account: Account, status: int, body: bytes, content_type: str) -> Response:
    """Make an answer with the headers that every RackConnect answer has."""
    headers = {
        "Server": "Apache-Coyote/1.1",
        "Via": "1.1 Repose (Repose/3.0.1)",
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "Date": http_date(account.now()),
    }
    if status != 204:
        headers["Content-Type"] = content_type
    return Response(body, status, headers)


def json_answer(account: Account, body: bytes, status: int = 200) -> Response:
    """Make a JSON answer of encoded bytes."""
    return answer(account, status, body, JSON_TYPE)


def text_answer(account: Account, status: int, text: str) -> Response:
    """Make a plain-text answer, as RackConnect words its refusals."""
    return answer(account, status, text.encode(), TEXT_TYPE)


def fault_answer(account: Account, status: int, name: str, message: str) -> Response:
    """Make a fault as Identity and Cloud Servers word theirs: one key, in it code and message."""
    body = msgspec.json.encode({name: {"code": status, "message": message}})
    return answer(account, status, body, "application/json")


def refusal(account: Account, refused: RefusedError, method: str) -> Response:
    """Make RackConnect's answer to a request that it refuses."""
    if refused.bulk:
        body = msgspec.json.encode({"errors": list(refused.texts)})
        return json_answer(account, body, refused.status)
    response = text_answer(account, refused.status, "".join(refused.texts))
    if refused.status == 500 or (refused.status == 400 and method == "POST"):
        response.headers["Connection"] = "close"
    return response


async def json_body(request: Request) -> object:
    """Read a request's JSON.

    Raises:
        RefusedError: 400, the body is no JSON.
    """
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError as error:
        raise bad_format() from error


def base_of(request: Request, base_url: str | None) -> str:
    """Say under which address the client sees the simulator, without a slash at the end."""
    if base_url:
        return base_url.rstrip("/")
    host = request.headers.get("host") or request.url.netloc
    return f"{request.url.scheme}://{host}"
