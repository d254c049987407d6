"""Every operation of RackConnect v3.0, one method each.

The numbers are those of the table in the RackConnect API reference, section 4.0. A `list_`
method given the items of the read before as `previous` returns the very same objects for what
has not changed. No change is ever sent twice from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from rcv3_tui.api import decode, records
from rcv3_tui.api.budget import Priority
from rcv3_tui.api.decode import Decoder, Listing, SoFar
from rcv3_tui.api.errors import BadBody, BadRequest
from rcv3_tui.api.transport import Transport
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


class RackConnect:
    """One account's RackConnect v3.0 in one region.

    Args:
        transport: The authenticated client for that region's endpoint.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def transport(self) -> Transport:
        """The client that the calls go through."""
        return self._transport

    # Cloud networks

    async def list_networks(
        self,
        *,
        previous: Sequence[CloudNetwork] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> Listing[CloudNetwork]:
        """List the cloud networks of the configuration (1)."""
        return await self._list(
            (_NETWORKS,), records.network, "list networks", "", previous, priority
        )

    async def show_network(
        self, network_id: str, *, priority: Priority = Priority.LOOKED_AT
    ) -> CloudNetwork:
        """Show one cloud network (2)."""
        return await self._show(
            (_NETWORKS, network_id), records.network, "show network", network_id, priority
        )

    # Public IPs

    async def list_public_ips(
        self,
        *,
        previous: Sequence[PublicIP] = (),
        priority: Priority = Priority.BACKGROUND,
        so_far: SoFar[PublicIP] | None = None,
    ) -> Listing[PublicIP]:
        """List every public IP record, failed and stuck ones included (3).

        Args:
            previous: Records of the read before; those whose bytes did not change are reused.
            priority: How urgent it is.
            so_far: Told records of many, bit by bit, before the others have been decoded.
        """
        return await self._list(
            (_IPS,),
            records.public_ip,
            "list public IPs",
            "",
            previous,
            priority,
            so_far=so_far,
        )

    async def list_public_ips_of_server(
        self,
        server_id: str,
        *,
        previous: Sequence[PublicIP] = (),
        priority: Priority = Priority.OPERATION,
    ) -> Listing[PublicIP]:
        """List one server's public IP records (4); an unknown server has none."""
        _need(server_id, "list public IPs of server", "server id")
        listing = await self._list(
            (_IPS,),
            records.public_ip,
            "list public IPs of server",
            server_id,
            previous,
            priority,
            {"cloud_server_id": server_id},
        )
        key = server_id.lower()
        # The service may not know the filter, so it is applied here as well (section 4.3).
        kept = tuple(ip for ip in listing.items if ip.server is not None and ip.server.key == key)
        return Listing(kept, listing.skipped)

    async def list_public_ips_by_retain(
        self,
        retain: bool,
        *,
        previous: Sequence[PublicIP] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> Listing[PublicIP]:
        """List the public IPs that are, or are not, retained (5)."""
        listing = await self._list(
            (_IPS,),
            records.public_ip,
            "list public IPs by retain",
            "",
            previous,
            priority,
            {"retain": "true" if retain else "false"},
        )
        kept = tuple(ip for ip in listing.items if ip.retain is retain)
        return Listing(kept, listing.skipped)

    async def show_public_ip(
        self, ip_id: str, *, priority: Priority = Priority.OPERATION
    ) -> PublicIP:
        """Show one public IP record (7)."""
        return await self._show((_IPS, ip_id), records.public_ip, "show public IP", ip_id, priority)

    async def add_public_ip(
        self, server_id: str | None = None, retain: bool | None = None
    ) -> PublicIP | None:
        """Add a public IP (6). Not idempotent: after a lost answer, look before sending again.

        Args:
            server_id: The server that is to have it; None allocates one without a server, which
                the service takes together with `retain` only.
            retain: Whether the record outlives its server; None leaves it to the service.

        Returns:
            The record, ADDING; None when the service answered without one.
        """
        body: dict[str, object] = {}
        if server_id is not None:
            _need(server_id, "add public IP", "server id")
            body["cloud_server"] = {"id": server_id}
        if retain is not None:
            body["retain"] = retain
        if not body:
            raise BadRequest(
                "a public IP without a server has to be retained", operation="add public IP"
            )
        return await self._change(
            "POST", (_IPS,), body, records.public_ip, "add public IP", server_id or ""
        )

    async def retain_public_ip(self, ip_id: str, keep: bool) -> PublicIP | None:
        """Set or lift the retain flag (8).

        Args:
            ip_id: The record.
            keep: Whether it outlives its server. False on an address without a server may
                release the address for good (section 4.5).

        Returns:
            The record, maybe UPDATING; None when the service answered without one.
        """
        operation = "retain public IP" if keep else "stop retaining public IP"
        return await self._patch(ip_id, {"retain": keep}, operation)

    async def assign_public_ip(self, ip_id: str, server_id: str) -> PublicIP | None:
        """Give a retained address that has no server to a server that has no address (8)."""
        _need(server_id, "assign public IP", "server id")
        return await self._patch(ip_id, {"cloud_server": {"id": server_id}}, "assign public IP")

    async def move_public_ip(self, ip_id: str, server_id: str) -> PublicIP | None:
        """Move an address to another server; the old one loses it at once (8)."""
        _need(server_id, "move public IP", "server id")
        return await self._patch(ip_id, {"cloud_server": {"id": server_id}}, "move public IP")

    async def unassign_public_ip(self, ip_id: str) -> PublicIP | None:
        """Take a retained address off its server without losing it (8).

        The body is not attested (section 4.5): verify by reading the record again.
        """
        return await self._patch(ip_id, {"cloud_server": None}, "unassign public IP")

    async def remove_public_ip(self, ip_id: str) -> None:
        """Remove a public IP record (9). `NotFound` means that it is gone already."""
        await self._remove((_IPS, ip_id), None, "remove public IP", ip_id)

    # Pools

    async def list_pools(
        self,
        *,
        previous: Sequence[LoadBalancerPool] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> Listing[LoadBalancerPool]:
        """List the load balancer pools (10)."""
        return await self._list((_POOLS,), records.pool, "list pools", "", previous, priority)

    async def show_pool(
        self, pool_id: str, *, priority: Priority = Priority.LOOKED_AT
    ) -> LoadBalancerPool:
        """Show one pool (11)."""
        return await self._show((_POOLS, pool_id), records.pool, "show pool", pool_id, priority)

    # Pool nodes

    async def list_nodes(
        self,
        pool_id: str,
        *,
        previous: Sequence[PoolNode] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> Listing[PoolNode]:
        """List a pool's nodes in the short form: servers by id alone (12)."""
        path = (_POOLS, pool_id, "nodes")
        decoder = records.node(pool_id=pool_id)
        return await self._list(path, decoder, "list nodes of pool", pool_id, previous, priority)

    async def list_nodes_with_details(
        self,
        pool_id: str,
        *,
        previous: Sequence[PoolNode] = (),
        priority: Priority = Priority.BACKGROUND,
    ) -> Listing[PoolNode]:
        """List a pool's nodes with their servers' names and addresses (13)."""
        path = (_POOLS, pool_id, "nodes", "details")
        decoder = records.node(pool_id=pool_id)
        return await self._list(path, decoder, "list nodes of pool", pool_id, previous, priority)

    async def nodes_of_server(
        self,
        server: ServerLink | str,
        *,
        previous: Sequence[PoolNode] = (),
        priority: Priority = Priority.LOOKED_AT,
    ) -> Listing[PoolNode]:
        """List one server's nodes in all pools (14).

        Args:
            server: The server or its id. The answer does not name it, so each node is given
                this one.
            previous: What the same question was answered with before.
            priority: How urgent it is.

        Returns:
            The nodes.
        """
        link = ServerLink(server) if isinstance(server, str) else server
        _need(link.id, "list nodes of server", "server id")
        listing = await self._list(
            (_POOLS, "nodes", "details"),
            records.node(server=link),
            "list nodes of server",
            link.id,
            previous,
            priority,
            {"cloud_server_id": link.id},
        )
        kept = tuple(node for node in listing.items if node.server_key == link.key)
        return Listing(kept, listing.skipped)

    async def show_node(
        self, pool_id: str, node_id: str, *, priority: Priority = Priority.OPERATION
    ) -> PoolNode:
        """Show one node in the short form (16). A node's id is not its server's id."""
        path = (_POOLS, pool_id, "nodes", node_id)
        return await self._show(path, records.node(pool_id=pool_id), "show node", node_id, priority)

    async def show_node_with_details(
        self, pool_id: str, node_id: str, *, priority: Priority = Priority.OPERATION
    ) -> PoolNode:
        """Show one node with its server and pool (17)."""
        path = (_POOLS, pool_id, "nodes", node_id, "details")
        return await self._show(path, records.node(pool_id=pool_id), "show node", node_id, priority)

    async def add_node(self, pool_id: str, server_id: str) -> PoolNode | None:
        """Put a server into a pool (15).

        Args:
            pool_id: The pool.
            server_id: The server.

        Returns:
            The node, ADDING; None when the service answered without one.
        """
        _need(server_id, "add node", "server id")
        return await self._change(
            "POST",
            (_POOLS, pool_id, "nodes"),
            {"cloud_server": {"id": server_id}},
            records.node(pool_id=pool_id, server=ServerLink(server_id)),
            "add node",
            server_id,
        )

    async def remove_node(self, pool_id: str, node_id: str) -> None:
        """Take a node out of its pool (18); `NotFound` also when given a server's id."""
        await self._remove((_POOLS, pool_id, "nodes", node_id), None, "remove node", node_id)

    async def add_nodes(self, pairs: Sequence[tuple[str, str]]) -> tuple[PoolNode, ...]:
        """Put servers into pools with one request (19). All or nothing.

        Args:
            pairs: (pool id, server id), any mixture; some dozens at most.

        Returns:
            The nodes as far as the service told them.

        Raises:
            Conflict: Some pairs are at fault, and none was applied.
        """
        operation = "add nodes"
        body = _pairs(pairs, operation)
        reply = await self._transport.call(
            "POST",
            (_POOLS, "nodes"),
            json=body,
            operation=operation,
            target=_count(pairs),
            priority=Priority.OPERATION,
        )
        try:
            return decode.decode_list(reply.body, records.node()).items
        except BadBody as error:
            error.status = reply.status
            raise error.about(operation, _count(pairs)) from None

    async def remove_nodes(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Take servers out of pools with one request (20). All or nothing.

        Args:
            pairs: (pool id, server id), any mixture; some dozens at most.

        Raises:
            Conflict: Some pairs are at fault, and none was applied.
        """
        operation = "remove nodes"
        body = _pairs(pairs, operation)
        await self._remove((_POOLS, "nodes"), body, operation, _count(pairs))

    # What the operations have in common

    async def _list(
        self,
        path: tuple[str, ...],
        decoder: Decoder[T],
        operation: str,
        target: str,
        previous: Sequence[T],
        priority: Priority,
        query: Mapping[str, str] | None = None,
        so_far: SoFar[T] | None = None,
    ) -> Listing[T]:
        reply = await self._transport.call(
            "GET", path, query=query, operation=operation, target=target, priority=priority
        )
        try:
            return await decode.decode_list_in_slices(reply.body, decoder, previous, so_far)
        except BadBody as error:
            error.status = reply.status
            raise error.about(operation, target) from None

    async def _show(
        self,
        path: tuple[str, ...],
        decoder: Decoder[T],
        operation: str,
        target: str,
        priority: Priority,
    ) -> T:
        reply = await self._transport.call(
            "GET", path, operation=operation, target=target, priority=priority
        )
        try:
            return decode.decode_one(reply.body, decoder)
        except BadBody as error:
            error.status = reply.status
            raise error.about(operation, target) from None

    async def _patch(
        self, ip_id: str, body: Mapping[str, object], operation: str
    ) -> PublicIP | None:
        return await self._change("PATCH", (_IPS, ip_id), body, records.public_ip, operation, ip_id)

    async def _change(
        self,
        method: str,
        path: tuple[str, ...],
        body: object,
        decoder: Decoder[T],
        operation: str,
        target: str,
    ) -> T | None:
        reply = await self._transport.call(
            method,
            path,
            json=body,
            operation=operation,
            target=target,
            priority=Priority.OPERATION,
        )
        try:
            return decode.decode_maybe(reply.body, decoder)
        except BadBody as error:
            error.status = reply.status
            raise error.about(operation, target) from None

    async def _remove(
        self, path: tuple[str, ...], body: object, operation: str, target: str
    ) -> None:
        reply = await self._transport.call(
            "DELETE",
            path,
            json=body,
            operation=operation,
            target=target,
            priority=Priority.OPERATION,
        )
        try:
            # What it says does not matter; that it is no outage page does.
            decode.check_json(reply.body)
        except BadBody as error:
            error.status = reply.status
            raise error.about(operation, target) from None


def _need(value: str, operation: str, what: str) -> None:
    """Refuse an empty id before it is sent: the service answers oddly (section 2)."""
    if not value.strip():
        raise BadRequest(f"the {what} is empty", operation=operation)


def _pairs(pairs: Sequence[tuple[str, str]], operation: str) -> list[dict[str, dict[str, str]]]:
    """Write pairs as the service wants them; an empty array is not attested (section 4.7)."""
    if not pairs:
        raise BadRequest("nothing to do: no pool and server given", operation=operation)
    for pool_id, server_id in pairs:
        _need(pool_id, operation, "pool id")
        _need(server_id, operation, "server id")
    return [
        {"cloud_server": {"id": server_id}, "load_balancer_pool": {"id": pool_id}}
        for pool_id, server_id in pairs
    ]


def _count(pairs: Sequence[tuple[str, str]]) -> str:
    return f"{len(pairs)} pairs of server and pool" if len(pairs) != 1 else pairs[0][1]
