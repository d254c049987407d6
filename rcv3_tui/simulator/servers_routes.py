"""Cloud Servers v2: lists with paging, single servers, limits.

Source: RackConnect API reference, section on Cloud Servers v2.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.clock import format_nova_timestamp
from rcv3_tui.simulator.identity_routes import servers_url
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Server
from rcv3_tui.simulator.responses import fault_response, json_response, public_base_url
from rcv3_tui.simulator.schema import encode, join, nova_brief, nova_detail

_PREFIX = "/{region}/servers/v2/{tenant}"
_DELETED_SHOWN = timedelta(days=30).total_seconds()

Handler = Callable[[Request, Region, str], Response]


class _BadParameterError(Exception):
    """A query parameter that Cloud Servers rejects with 400."""


def routes(account: Account, base_url: str | None) -> list[Route]:
    """Return the routes of Cloud Servers."""

    def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            token = account.valid_token(request.headers.get("x-auth-token"))
            if token is None or request.path_params["tenant"] != account.tenant_id:
                refused = fault_response(account, 401, "unauthorized", "Authentication required")
                return _numbered(account, refused)
            name = request.path_params["region"]
            if not account.has_region(name):
                missing = "The resource could not be found."
                return _numbered(account, fault_response(account, 404, "itemNotFound", missing))
            base = servers_url(public_base_url(request, base_url), name, account.tenant_id)
            try:
                response = handler(request, account.region(name), base)
            except _BadParameterError as error:
                response = fault_response(account, 400, "badRequest", f"{error}")
            return _numbered(account, response)

        return endpoint

    def in_full(request: Request, region: Region, base: str) -> Response:
        def form(server: Server) -> bytes:
            return nova_detail(server, base, account.tenant_id, account.user_id)

        return _listing(account, request, region, f"{base}/servers/detail", form)

    def brief(request: Request, region: Region, base: str) -> Response:
        def form(server: Server) -> bytes:
            return nova_brief(server, base)

        return _listing(account, request, region, f"{base}/servers", form)

    def show(request: Request, region: Region, base: str) -> Response:
        server = region.servers.get(request.path_params["server"].lower())
        if server is None:
            return fault_response(account, 404, "itemNotFound", "Instance could not be found")
        body = nova_detail(server, base, account.tenant_id, account.user_id)
        return json_response(account, b'{"server":' + body + b"}")

    def limits(request: Request, region: Region, base: str) -> Response:
        counted = {"verb": "GET", "value": 1000, "remaining": 999, "unit": "MINUTE"}
        counted["next-available"] = format_nova_timestamp(account.now())
        rate = {"uri": "*", "regex": ".*", "limit": [counted]}
        absolute = {"maxTotalInstances": 2500, "totalInstancesUsed": len(region.servers)}
        return json_response(account, encode({"limits": {"rate": [rate], "absolute": absolute}}))

    return [
        Route(f"{_PREFIX}/servers/detail", guarded(in_full), methods=["GET"]),
        Route(f"{_PREFIX}/servers", guarded(brief), methods=["GET"]),
        Route(f"{_PREFIX}/servers/{{server}}", guarded(show), methods=["GET"]),
        Route(f"{_PREFIX}/limits", guarded(limits), methods=["GET"]),
    ]


def _numbered(account: Account, response: Response) -> Response:
    response.headers["x-compute-request-id"] = f"req-{account.new_id()}"
    return response


def _listing(
    account: Account,
    request: Request,
    region: Region,
    url: str,
    form: Callable[[Server], bytes],
) -> Response:
    query = request.query_params
    size = _page_size(account, query.get("limit"))
    page: list[Server] = []
    if size:
        for server in _matching(account, request, region):
            page.append(server)
            if len(page) == size:
                break
    body = b'{"servers":' + join(map(form, page))
    # A full page has a next link, even when no page follows.
    if page and len(page) == size:
        rest = {key: value for key, value in query.items() if key not in {"limit", "marker"}}
        following = urlencode({**rest, "limit": size, "marker": page[-1].id})
        link = {"rel": "next", "href": f"{url}?{following}"}
        body += b',"servers_links":' + encode([link])
    return json_response(account, body + b"}")


def _page_size(account: Account, limit: str | None) -> int:
    if limit is None:
        return account.page_size
    try:
        size = int(limit)
    except ValueError:
        raise _BadParameterError("limit param must be an integer") from None
    if size < 0:
        raise _BadParameterError("limit param must be positive")
    return size if size <= account.page_size else account.page_size


def _matching(account: Account, request: Request, region: Region) -> Iterator[Server]:
    query = request.query_params
    since = _since(query.get("changes-since"))
    ordered = region.newest_first()
    if since is not None:
        oldest = account.now() - _DELETED_SHOWN
        gone = [server for at, server in region.deleted_servers if at >= oldest]
        ordered = sorted([*ordered, *gone], key=lambda server: -server.created)
    start = 0
    marker = query.get("marker")
    if marker:
        found = (
            region.position(marker)
            if since is None
            else next((i for i, server in enumerate(ordered) if server.id == marker), None)
        )
        if found is None:
            raise _BadParameterError(f"marker [{marker}] not found")
        start = found + 1
    name, status = query.get("name", ""), query.get("status", "").upper()
    image, flavor = query.get("image", ""), query.get("flavor", "")
    for server in ordered[start:]:
        if since is not None and server.updated < since:
            continue
        if status and server.status != status:
            continue
        if image and image.rsplit("/", 1)[-1] != server.image:
            continue
        if flavor and flavor.rsplit("/", 1)[-1] != server.flavor:
            continue
        if name not in server.name:
            continue
        yield server


def _since(text: str | None) -> float | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _BadParameterError("Invalid changes-since value") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
