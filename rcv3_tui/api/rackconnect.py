"""The RackConnect v3.0 client: one method per operation.

The numbers are those of the table in the RackConnect API reference, section 4.0. With the items of
the previous read as `previous`, a `list_` method returns the same objects for unchanged items. A
change is never sent twice from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from rcv3_tui.api import converters, decoding
from rcv3_tui.api.decoding import Decoder, ListResult, OnPartial
from rcv3_tui.api.errors import BadRequest, MalformedResponse
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.api.service_client import ServiceClient
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Resource,
    ServerLink,
)

T = TypeVar("T", bound=Resource)

_POOLS = "load_balancer_pools"
_IPS = "public_ips"
_NETWORKS = "cloud_networks"


class RackConnectClient:
    """One account's RackConnect v3.0 in one region.

    Args:
        client: The authenticated client for that region's endpoint.
    """

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    @property
    def client(self) -> ServiceClient:
        """The service client that sends the requests."""
        return self._client

    # Cloud networks

    async def list_networks(
        self,
        *,
        previous: Sequence[CloudNetwork] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> ListResult[CloudNetwork]:
        """List the cloud networks of the configuration (1)."""
        return await self._list(
            (_NETWORKS,), converters.to_network, "list networks", "", previous, priority
        )

    async def show_network(
        self, network_id: str, *, priority: Priority = Priority.FOCUSED
    ) -> CloudNetwork:
        """Show one cloud network (2)."""
        return await self._show(
            (_NETWORKS, network_id), converters.to_network, "show network", network_id, priority
        )

    # Public IPs

    async def list_public_ips(
        self,
        *,
        previous: Sequence[PublicIP] = (),
        priority: Priority = Priority.BACKGROUND,
        on_partial: OnPartial[PublicIP] | None = None,
    ) -> ListResult[PublicIP]:
        """List every public IP record, failed and stuck ones included (3).

        Args:
            previous: Records of the previous read; those with unchanged bytes are reused.
            priority: The order of waiting requests.
            on_partial: Receives batches of a long list before the rest is decoded.
        """
        return await self._list(
            (_IPS,),
            converters.to_public_ip,
            "list public IPs",
            "",
            previous,
            priority,
            on_partial=on_partial,
        )

    async def list_public_ips_of_server(
        self,
        server_id: str,
        *,
        previous: Sequence[PublicIP] = (),
        priority: Priority = Priority.OPERATION,
    ) -> ListResult[PublicIP]:
        """List one server's public IP records (4); an unknown server has none."""
        _require_id(server_id, "list public IPs of server", "server id")
        listing = await self._list(
            (_IPS,),
            converters.to_public_ip,
            "list public IPs of server",
            server_id,
            previous,
            priority,
            {"cloud_server_id": server_id},
        )
        key = server_id.lower()
        # The service may ignore the filter, so it is applied here as well (section 4.3).
        own = tuple(ip for ip in listing.items if ip.server is not None and ip.server.key == key)
        return ListResult(own, listing.skipped, listing.has_no_body)

    async def list_public_ips_by_retain(
        self,
        retain: bool,
        *,
        previous: Sequence[PublicIP] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> ListResult[PublicIP]:
        """List the public IPs that are, or are not, retained (5)."""
        listing = await self._list(
            (_IPS,),
            converters.to_public_ip,
            "list public IPs by retain",
            "",
            previous,
            priority,
            {"retain": "true" if retain else "false"},
        )
        matching = tuple(ip for ip in listing.items if ip.retain is retain)
        return ListResult(matching, listing.skipped)

    async def show_public_ip(
        self, ip_id: str, *, priority: Priority = Priority.OPERATION
    ) -> PublicIP:
        """Show one public IP record (7)."""
        return await self._show(
            (_IPS, ip_id), converters.to_public_ip, "show public IP", ip_id, priority
        )

    async def add_public_ip(
        self, server_id: str | None = None, retain: bool | None = None
    ) -> PublicIP | None:
        """Add a public IP (6). Not idempotent: after a lost response, probe before a resend.

        Args:
            server_id: The server to add it to; None allocates one without a server, which the
                service accepts only together with `retain`.
            retain: Whether the record outlives its server; None: the service's default.

        Returns:
            The record, ADDING; None when the response contains none.
        """
        body: dict[str, object] = {}
        if server_id is not None:
            _require_id(server_id, "add public IP", "server id")
            body["cloud_server"] = {"id": server_id}
        if retain is not None:
            body["retain"] = retain
        if not body:
            raise BadRequest(
                "a public IP without a server has to be retained", operation="add public IP"
            )
        return await self._change(
            "POST", (_IPS,), body, converters.to_public_ip, "add public IP", server_id or ""
        )

    async def retain_public_ip(self, ip_id: str, retain: bool) -> PublicIP | None:
        """Set or lift the retain flag (8).

        Args:
            ip_id: The record.
            retain: Whether it outlives its server. False on an address without a server may
                release the address for good (section 4.5).

        Returns:
            The record, possibly UPDATING; None when the response contains none.
        """
        operation = "retain public IP" if retain else "stop retaining public IP"
        return await self._patch(ip_id, {"retain": retain}, operation)

    async def assign_public_ip(self, ip_id: str, server_id: str) -> PublicIP | None:
        """Assign a retained address without a server to a server without an address (8)."""
        _require_id(server_id, "assign public IP", "server id")
        return await self._patch(ip_id, {"cloud_server": {"id": server_id}}, "assign public IP")

    async def reassign_public_ip(self, ip_id: str, server_id: str) -> PublicIP | None:
        """Reassign an address to another server; the old one loses it at once (8)."""
        _require_id(server_id, "move public IP", "server id")
        return await self._patch(ip_id, {"cloud_server": {"id": server_id}}, "move public IP")

    async def unassign_public_ip(self, ip_id: str) -> PublicIP | None:
        """Unassign a retained address from its server without losing it (8).

        The body is not documented (section 4.5): verify by reading the record again.
        """
        return await self._patch(ip_id, {"cloud_server": None}, "unassign public IP")

    async def remove_public_ip(self, ip_id: str) -> None:
        """Remove a public IP record (9). `NotFound` means that it is already gone."""
        await self._remove((_IPS, ip_id), None, "remove public IP", ip_id)

    # Pools

    async def list_pools(
        self,
        *,
        previous: Sequence[LoadBalancerPool] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> ListResult[LoadBalancerPool]:
        """List the load balancer pools (10)."""
        return await self._list((_POOLS,), converters.to_pool, "list pools", "", previous, priority)

    async def show_pool(
        self, pool_id: str, *, priority: Priority = Priority.FOCUSED
    ) -> LoadBalancerPool:
        """Show one pool (11)."""
        return await self._show(
            (_POOLS, pool_id), converters.to_pool, "show pool", pool_id, priority
        )

    # Pool nodes

    async def list_nodes(
        self,
        pool_id: str,
        *,
        previous: Sequence[PoolNode] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> ListResult[PoolNode]:
        """List a pool's nodes in the short form: servers by id alone (12)."""
        path = (_POOLS, pool_id, "nodes")
        decoder = converters.pool_node_decoder(pool_id=pool_id)
        return await self._list(path, decoder, "list nodes of pool", pool_id, previous, priority)

    async def list_nodes_with_details(
        self,
        pool_id: str,
        *,
        previous: Sequence[PoolNode] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> ListResult[PoolNode]:
        """List a pool's nodes with their servers' names and addresses (13)."""
        path = (_POOLS, pool_id, "nodes", "details")
        decoder = converters.pool_node_decoder(pool_id=pool_id)
        return await self._list(path, decoder, "list nodes of pool", pool_id, previous, priority)

    async def list_nodes_of_server(
        self,
        server: ServerLink | str,
        *,
        previous: Sequence[PoolNode] = (),
        priority: Priority = Priority.FOCUSED,
    ) -> ListResult[PoolNode]:
        """List one server's nodes in all pools (14).

        Args:
            server: The server or its id. The response does not name it, so each node gets this
                one.
            previous: Nodes of the previous read of the same server.
            priority: The order of waiting requests.

        Returns:
            The nodes.
        """
        link = ServerLink(server) if isinstance(server, str) else server
        _require_id(link.id, "list nodes of server", "server id")
        listing = await self._list(
            (_POOLS, "nodes", "details"),
            converters.pool_node_decoder(server=link),
            "list nodes of server",
            link.id,
            previous,
            priority,
            {"cloud_server_id": link.id},
        )
        own = tuple(node for node in listing.items if node.server_key == link.key)
        return ListResult(own, listing.skipped)

    async def show_node(
        self, pool_id: str, node_id: str, *, priority: Priority = Priority.OPERATION
    ) -> PoolNode:
        """Show one node in the short form (16). A node's id is not its server's id."""
        path = (_POOLS, pool_id, "nodes", node_id)
        return await self._show(
            path, converters.pool_node_decoder(pool_id=pool_id), "show node", node_id, priority
        )

    async def show_node_with_details(
        self, pool_id: str, node_id: str, *, priority: Priority = Priority.OPERATION
    ) -> PoolNode:
        """Show one node with its server and pool (17)."""
        path = (_POOLS, pool_id, "nodes", node_id, "details")
        return await self._show(
            path, converters.pool_node_decoder(pool_id=pool_id), "show node", node_id, priority
        )

    async def add_node(self, pool_id: str, server_id: str) -> PoolNode | None:
        """Add a server to a pool (15).

        Args:
            pool_id: The pool.
            server_id: The server.

        Returns:
            The node, ADDING; None when the response contains none.
        """
        _require_id(server_id, "add node", "server id")
        return await self._change(
            "POST",
            (_POOLS, pool_id, "nodes"),
            {"cloud_server": {"id": server_id}},
            converters.pool_node_decoder(pool_id=pool_id, server=ServerLink(server_id)),
            "add node",
            server_id,
        )

    async def remove_node(self, pool_id: str, node_id: str) -> None:
        """Remove a node from its pool (18); `NotFound` also for a server's id."""
        await self._remove((_POOLS, pool_id, "nodes", node_id), None, "remove node", node_id)

    async def add_nodes(self, pairs: Sequence[tuple[str, str]]) -> tuple[PoolNode, ...]:
        """Add servers to pools with one request (19). All or nothing.

        Args:
            pairs: (pool id, server id), any mixture; some dozens at most.

        Returns:
            The nodes in the response, possibly not all.

        Raises:
            Conflict: Some pairs are rejected, and none was applied.
        """
        operation = "add nodes"
        body = _pairs(pairs, operation)
        reply = await self._client.request(
            "POST",
            (_POOLS, "nodes"),
            json=body,
            operation=operation,
            target=_count(pairs),
            priority=Priority.OPERATION,
        )
        try:
            return decoding.decode_list(reply.body, converters.pool_node_decoder()).items
        except MalformedResponse as error:
            error.status = reply.status
            raise error.with_context(operation, _count(pairs)) from None

    async def remove_nodes(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Remove servers from pools with one request (20). All or nothing.

        Args:
            pairs: (pool id, server id), any mixture; some dozens at most.

        Raises:
            Conflict: Some pairs are rejected, and none was applied.
        """
        operation = "remove nodes"
        body = _pairs(pairs, operation)
        await self._remove((_POOLS, "nodes"), body, operation, _count(pairs))

    # Shared by the operations

    async def _list(
        self,
        path: tuple[str, ...],
        decoder: Decoder[T],
        operation: str,
        target: str,
        previous: Sequence[T],
        priority: Priority,
        query: Mapping[str, str] | None = None,
        on_partial: OnPartial[T] | None = None,
    ) -> ListResult[T]:
        reply = await self._client.request(
            "GET", path, query=query, operation=operation, target=target, priority=priority
        )
        try:
            return await decoding.decode_list_in_slices(reply.body, decoder, previous, on_partial)
        except MalformedResponse as error:
            error.status = reply.status
            raise error.with_context(operation, target) from None

    async def _show(
        self,
        path: tuple[str, ...],
        decoder: Decoder[T],
        operation: str,
        target: str,
        priority: Priority,
    ) -> T:
        reply = await self._client.request(
            "GET", path, operation=operation, target=target, priority=priority
        )
        try:
            return decoding.decode_one(reply.body, decoder)
        except MalformedResponse as error:
            error.status = reply.status
            raise error.with_context(operation, target) from None

    async def _patch(
        self, ip_id: str, body: Mapping[str, object], operation: str
    ) -> PublicIP | None:
        return await self._change(
            "PATCH", (_IPS, ip_id), body, converters.to_public_ip, operation, ip_id
        )

    async def _change(
        self,
        method: str,
        path: tuple[str, ...],
        body: object,
        decoder: Decoder[T],
        operation: str,
        target: str,
    ) -> T | None:
        reply = await self._client.request(
            method,
            path,
            json=body,
            operation=operation,
            target=target,
            priority=Priority.OPERATION,
        )
        try:
            return decoding.decode_optional(reply.body, decoder)
        except MalformedResponse as error:
            error.status = reply.status
            raise error.with_context(operation, target) from None

    async def _remove(
        self, path: tuple[str, ...], body: object, operation: str, target: str
    ) -> None:
        reply = await self._client.request(
            "DELETE",
            path,
            json=body,
            operation=operation,
            target=target,
            priority=Priority.OPERATION,
        )
        try:
            # The content does not matter, but an outage page is not a success.
            decoding.require_json(reply.body)
        except MalformedResponse as error:
            error.status = reply.status
            raise error.with_context(operation, target) from None


def _require_id(value: str, operation: str, what: str) -> None:
    """Reject an empty id before it is sent: the service responds oddly (section 2)."""
    if not value.strip():
        raise BadRequest(f"the {what} is empty", operation=operation)


def _pairs(pairs: Sequence[tuple[str, str]], operation: str) -> list[dict[str, dict[str, str]]]:
    """Build the body of a bulk request; an empty array is not documented (section 4.7)."""
    if not pairs:
        raise BadRequest("nothing to do: no pool and server given", operation=operation)
    for pool_id, server_id in pairs:
        _require_id(pool_id, operation, "pool id")
        _require_id(server_id, operation, "server id")
    return [
        {"cloud_server": {"id": server_id}, "load_balancer_pool": {"id": pool_id}}
        for pool_id, server_id in pairs
    ]


def _count(pairs: Sequence[tuple[str, str]]) -> str:
    return f"{len(pairs)} pairs of server and pool" if len(pairs) != 1 else pairs[0][1]
