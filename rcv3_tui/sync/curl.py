"""The one place that writes curl commands: what a read or a change is, for a shell to do again.

A command is taken from the client's own call of the same thing, stopped before it is sent, so it
cannot differ from what the program does. It holds no secret: the token is the shell's `$TOKEN`.
"""

from __future__ import annotations

import shlex
from collections.abc import Coroutine, Mapping

import msgspec

from rcv3_tui.api.cloud_servers import CloudServersClient
from rcv3_tui.api.errors import ApiError, InsecureEndpoint
from rcv3_tui.api.http_client import HttpResponse
from rcv3_tui.api.rackconnect import RackConnectClient
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.model.operation import NoCurl, OperationKind, Request
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Resource

TOKEN = "$TOKEN"  # noqa: S105 - the name of a variable of the shell's
"""The placeholder for the token."""


class _Captured(Exception):  # noqa: N818 - carries a call out of the client, and never leaves this file
    """A call as it would have been sent."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


class _DryRunTransport(ServiceClient):
    """Writes a call down in place of making it.

    Args:
        transport: The client whose endpoint it would go to.

    Raises:
        NoCurl: No token may be sent there.
    """

    def __init__(self, transport: ServiceClient) -> None:
        try:
            transport.require_usable()
        except InsecureEndpoint as error:
            raise NoCurl(error.one_line()) from None
        self._base = transport.base_url

    async def request(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        operation: str,
        target: str = "",
        query: Mapping[str, str] | str | None = None,
        json: object = None,
        priority: Priority = Priority.OPERATION,
    ) -> HttpResponse:
        """Raise the call as a curl command."""
        del priority
        raise _Captured(curl_line(method, str(self._url(path, query, operation, target)), json))


def curl_line(method: str, url: str, body: object = None) -> str:
    """Write a curl command, every word quoted for a POSIX shell.

    Args:
        method: GET, POST, PATCH or DELETE.
        url: The whole address.
        body: What goes as JSON; None for no body.
    """
    words = ["curl", "-sS"]
    if method != "GET":
        words += ["-X", shlex.quote(method)]
    # In double quotes, so that the shell puts the token in.
    words += ["-H", f'"X-Auth-Token: {TOKEN}"']
    if body is not None:
        words += ["-H", shlex.quote("Content-Type: application/json")]
        words += ["-d", shlex.quote(msgspec.json.encode(body).decode())]
    return " ".join([*words, shlex.quote(url)])


def curl_of_change(rackconnect: RackConnectClient, request: Request) -> str:
    """Write what carries a change out.

    Args:
        rackconnect: The region's client.
        request: The change; of several pairs at once, one.

    Raises:
        NoCurl: The change names too little.
    """
    api = RackConnectClient(_DryRunTransport(rackconnect.client))
    server = request.server.id if request.server else ""
    address = request.public_ip.id if request.public_ip else ""
    pool = request.pool.id if request.pool else ""
    node = request.node.id if request.node else ""
    call: Coroutine[None, None, object]
    match request.kind:
        case OperationKind.ADD_PUBLIC_IP:
            call = api.add_public_ip(server or None, retain=True if request.retain else None)
        case OperationKind.REMOVE_PUBLIC_IP:
            call = api.remove_public_ip(address)
        case OperationKind.RETAIN | OperationKind.RELEASE:
            call = api.retain_public_ip(address, request.kind is OperationKind.RETAIN)
        case OperationKind.ASSIGN:
            call = api.assign_public_ip(address, server)
        case OperationKind.MOVE:
            call = api.reassign_public_ip(address, server)
        case OperationKind.UNASSIGN:
            call = api.unassign_public_ip(address)
        case OperationKind.ADD_NODE:
            call = api.add_node(pool, server)
        case OperationKind.REMOVE_NODE:
            call = api.remove_node(pool, node)
    return _written(call)


def curl_of_read(
    rackconnect: RackConnectClient, servers: CloudServersClient | None, resource: Resource
) -> str:
    """Write what reads a resource by its id.

    Args:
        rackconnect: The region's client.
        servers: The region's Cloud Servers, where the catalog has them.
        resource: What is read.

    Raises:
        NoCurl: The catalog has no endpoint for it, or its id is not valid.
    """
    api = RackConnectClient(_DryRunTransport(rackconnect.client))
    call: Coroutine[None, None, object]
    match resource:
        case PublicIP():
            call = api.show_public_ip(resource.id)
        case LoadBalancerPool():
            call = api.show_pool(resource.id)
        case PoolNode():
            call = api.show_node_with_details(resource.pool_id, resource.id)
        case CloudNetwork():
            call = api.show_network(resource.id)
        case _:
            if servers is None:
                raise NoCurl("the account's catalog has no Cloud Servers here")
            call = CloudServersClient(_DryRunTransport(servers.client)).show(resource.id)
    return _written(call)


def _written(call: Coroutine[None, None, object]) -> str:
    try:
        call.send(None)
    except _Captured as captured:
        return captured.line
    except ApiError as error:
        raise NoCurl(error.one_line()) from None
    finally:
        call.close()
    raise NoCurl("this is not a single request")
