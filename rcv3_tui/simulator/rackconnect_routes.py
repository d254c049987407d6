"""RackConnect v3: networks, public IPs, pools and nodes.

Source: RackConnect API reference, section on RackConnect operations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rcv3_tui.simulator import messages, node_service, public_ip_service, schema
from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.responses import error_response, json_body, json_response, text_response
from rcv3_tui.simulator.validation import RejectedError, bad_format, check_id

_PREFIX = "/{region}/rackconnect/v3/{tenant}"
_ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Handler = Callable[[Request, Region], Awaitable[Response]]


def routes(account: Account) -> list[Route]:
    """Return the routes of RackConnect."""

    def route(path: str, **handlers: Handler) -> Route:
        return Route(_PREFIX + path, _endpoint(account, handlers), methods=_ALL_METHODS)

    ips, nodes, nowhere = _PublicIPs(account), _Nodes(account), _nowhere(account)
    pools = "/load_balancer_pools"
    return [
        route("/cloud_networks", GET=_networks(account)),
        route("/cloud_networks/{network}", GET=_one_network(account)),
        route("/public_ips", GET=ips.list, POST=ips.add),
        route("/public_ips/{ip}", GET=ips.show, PATCH=ips.change, DELETE=ips.remove),
        route(pools, GET=nodes.list_pools),
        route(f"{pools}/nodes", POST=nodes.bulk_add, DELETE=nodes.bulk_remove),
        route(f"{pools}/nodes/details", GET=nodes.list_of_server),
        route(f"{pools}/{{pool}}", GET=nodes.show_pool),
        route(f"{pools}/{{pool}}/nodes", GET=nodes.list_short, POST=nodes.add),
        route(f"{pools}/{{pool}}/nodes/details", GET=nodes.list_long),
        route(f"{pools}/{{pool}}/nodes/{{node}}", GET=nodes.show_short, DELETE=nodes.remove),
        route(f"{pools}/{{pool}}/nodes/{{node}}/details", GET=nodes.show_long),
        route("{rest:path}", GET=nowhere, POST=nowhere, PATCH=nowhere, DELETE=nowhere),
    ]


def _endpoint(
    account: Account, handlers: dict[str, Handler]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        token = account.valid_token(request.headers.get("x-auth-token"))
        if token is None or request.path_params["tenant"] != account.tenant_id:
            return text_response(account, 401, messages.UNAUTHORIZED)
        name = request.path_params["region"]
        if not account.has_region(name) or not account.has_rackconnect:
            return text_response(account, 404, "")
        region = account.region(name)
        limit = account.limit_per_minute
        if limit is not None and region.count_request(account.now()) > limit:
            body = account.limit_body
            text = messages.OVER_LIMIT.format(limit=limit) if body is None else body
            return text_response(account, account.limit_status, text)
        handler = handlers.get(request.method)
        if handler is None or (request.method == "PATCH" and not account.supports_patch):
            return text_response(account, 405, "")
        try:
            return await handler(request, region)
        except RejectedError as refused:
            return error_response(account, refused, request.method)

    return endpoint


def _nowhere(account: Account) -> Handler:
    async def refuse(request: Request, region: Region) -> Response:
        """Respond to an unknown path; one with an empty segment gets an odd response."""
        path = request.url.path
        if ("//" not in path and not path.endswith("/")) or path.endswith("//details"):
            raise RejectedError(404, "")
        if request.method == "POST":
            raise RejectedError(500, messages.unexpected(account.new_id()))
        raise bad_format()

    return refuse


def _networks(account: Account) -> Handler:
    async def listing(request: Request, region: Region) -> Response:
        return json_response(account, schema.join(map(schema.network, region.networks.values())))

    return listing


def _one_network(account: Account) -> Handler:
    async def show(request: Request, region: Region) -> Response:
        network_id = check_id(account, request.path_params["network"])
        network = region.networks.get(network_id.lower())
        if network is None:
            raise RejectedError(404, "")
        return json_response(account, schema.network(network))

    return show


class _PublicIPs:
    """The operations on public IPs."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def list(self, request: Request, region: Region) -> Response:
        """List every record, or those of a server, or those with a retain flag."""
        server_id = request.query_params.get("cloud_server_id")
        retain = request.query_params.get("retain")
        records = region.public_ips.values() if server_id is None else region.ips_of(server_id)
        if retain is not None:
            # Only lower case is documented.
            if retain not in {"true", "false"}:
                raise bad_format()
            records = [record for record in records if record.retain == (retain == "true")]
        if not records and server_id is not None and self._account.empty_list_without_body:
            return json_response(self._account, b"")
        return json_response(
            self._account, schema.join(schema.public_ip(region, record) for record in records)
        )

    async def add(self, request: Request, region: Region) -> Response:
        """Begin to add one."""
        record = public_ip_service.add(self._account, region, await json_body(request))
        return json_response(self._account, schema.public_ip(region, record), 201)

    async def show(self, request: Request, region: Region) -> Response:
        """Show one."""
        record = public_ip_service.find(self._account, region, request.path_params["ip"])
        return json_response(self._account, schema.public_ip(region, record))

    async def change(self, request: Request, region: Region) -> Response:
        """Retain, assign, reassign or unassign one."""
        body = await json_body(request)
        record = public_ip_service.change(self._account, region, request.path_params["ip"], body)
        status = self._account.patch_status
        shown = b"" if status == 204 else schema.public_ip(region, record)
        return json_response(self._account, shown, status)

    async def remove(self, request: Request, region: Region) -> Response:
        """Begin to remove one."""
        public_ip_service.remove(self._account, region, request.path_params["ip"])
        return json_response(self._account, b"", 204)


class _Nodes:
    """The operations on pools and their nodes."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def list_pools(self, request: Request, region: Region) -> Response:
        """List the pools."""
        return json_response(self._account, schema.join(map(schema.pool, region.pools.values())))

    async def show_pool(self, request: Request, region: Region) -> Response:
        """Show one pool."""
        pool = node_service.find_pool(self._account, region, request.path_params["pool"])
        return json_response(self._account, schema.pool(pool))

    async def list_short(self, request: Request, region: Region) -> Response:
        """List the nodes of a pool, ids only."""
        pool = node_service.find_pool(self._account, region, request.path_params["pool"])
        return json_response(
            self._account, schema.join(map(schema.node_short, pool.nodes.values()))
        )

    async def list_long(self, request: Request, region: Region) -> Response:
        """List the nodes of a pool with their servers."""
        pool = node_service.find_pool(self._account, region, request.path_params["pool"])
        return json_response(self._account, schema.join(map(schema.node_long, pool.nodes.values())))

    async def list_of_server(self, request: Request, region: Region) -> Response:
        """List one server's nodes in all pools."""
        server_id = request.query_params.get("cloud_server_id")
        if not server_id:
            raise bad_format()
        listed = region.nodes_of(server_id)
        return json_response(self._account, schema.join(map(schema.node_of_server, listed)))

    async def show_short(self, request: Request, region: Region) -> Response:
        """Show a node, ids only."""
        params = request.path_params
        node = node_service.find_node(self._account, region, params["pool"], params["node"])
        return json_response(self._account, schema.node_short(node))

    async def show_long(self, request: Request, region: Region) -> Response:
        """Show a node with its server."""
        params = request.path_params
        node = node_service.find_node(self._account, region, params["pool"], params["node"])
        return json_response(self._account, schema.node_long(node))

    async def add(self, request: Request, region: Region) -> Response:
        """Begin to add a server to a pool."""
        body = await json_body(request)
        node = node_service.add(self._account, region, request.path_params["pool"], body)
        return json_response(self._account, schema.node_short(node), 201)

    async def remove(self, request: Request, region: Region) -> Response:
        """Begin to remove a node."""
        params = request.path_params
        node_service.remove(self._account, region, params["pool"], params["node"])
        return json_response(self._account, b"", 204)

    async def bulk_add(self, request: Request, region: Region) -> Response:
        """Begin to add many."""
        nodes = node_service.bulk_add(self._account, region, await json_body(request))
        return json_response(self._account, schema.join(map(schema.node_short, nodes)), 201)

    async def bulk_remove(self, request: Request, region: Region) -> Response:
        """Begin to remove many."""
        node_service.bulk_remove(self._account, region, await json_body(request))
        return json_response(self._account, b"", 204)
