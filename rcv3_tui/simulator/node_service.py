"""The operations on pool nodes, one at a time or in bulk.

Source: RackConnect API reference, sections on adding and removing nodes, single and bulk.
"""

from __future__ import annotations

from collections.abc import Iterable

from rcv3_tui.simulator import messages
from rcv3_tui.simulator.account import Account
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Node, Pool
from rcv3_tui.simulator.validation import (
    RejectedError,
    bad_format,
    check_id,
    is_changeable,
    member_id,
    require_active_server,
    server_rejection,
)


def find_pool(account: Account, region: Region, pool_id: str, missing: int = 404) -> Pool:
    """Find a pool by its id, in any letter case.

    Args:
        account: the account.
        region: the region to search.
        pool_id: as sent.
        missing: the status without such a pool: 404, or 409 on an add.

    Raises:
        RejectedError: 400 for an id that is not a UUID, or `missing`.
    """
    check_id(account, pool_id)
    pool = region.pools.get(pool_id.lower())
    if pool is None:
        raise RejectedError(missing, messages.pool_missing(pool_id))
    return pool


def find_node(account: Account, region: Region, pool_id: str, node_id: str) -> Node:
    """Find a node of a pool.

    Raises:
        RejectedError: 400, or 404; also 404 for a server's id instead of a node's.
    """
    pool = find_pool(account, region, pool_id)
    check_id(account, node_id)
    node = pool.nodes.get(node_id.lower())
    if node is None:
        raise RejectedError(404, "")
    return node


def add(account: Account, region: Region, pool_id: str, body: object) -> Node:
    """Begin to add a server to a pool.

    Raises:
        RejectedError: 400, 409, and 500 for an empty object.
    """
    check_id(account, pool_id)
    if not isinstance(body, dict):
        raise bad_format()
    if not body:
        raise RejectedError(500, messages.unexpected(account.new_id()))
    server_id = member_id(account, body, "cloud_server")
    pool = find_pool(account, region, pool_id, missing=409)
    if not is_changeable(account, pool):
        raise RejectedError(409, messages.pool_inactive(pool.id))
    server = require_active_server(account, region, server_id)
    if _node_in(region, pool, server_id) is not None:
        raise RejectedError(409, messages.already_member(server_id, pool.id))
    return _begin_add(account, region, pool, server.id)


def remove(account: Account, region: Region, pool_id: str, node_id: str) -> None:
    """Begin to remove a node from its pool.

    Raises:
        RejectedError: 400, 404 or 409.
    """
    pool = find_pool(account, region, pool_id)
    check_id(account, node_id)
    node = pool.nodes.get(node_id.lower())
    if node is None:
        if region.find_node(node_id) is not None:
            raise RejectedError(409, messages.node_not_member(node_id, pool.id))
        raise RejectedError(404, "")
    if not is_changeable(account, pool):
        raise RejectedError(409, messages.pool_inactive(pool.id))
    if not _is_removable(account, node):
        raise RejectedError(409, messages.node_inactive(node.id))
    account.lifecycle.begin_node_removal(region, node, account.now())


def bulk_add(account: Account, region: Region, body: object) -> list[Node]:
    """Begin to add many servers to many pools: all of them or none.

    Raises:
        RejectedError: 400; 409 with a message for each bad pair, pool or server; 500 for an object.
    """
    pairs = _pairs(account, body)
    errors: dict[str, None] = {}
    seen: set[tuple[str, str]] = set()
    for server_id, pool_id in pairs:
        key = (server_id.lower(), pool_id.lower())
        pool = region.pools.get(key[1])
        reasons = [
            _pool_rejection(account, pool, pool_id),
            server_rejection(account, region, server_id),
        ]
        if pool is not None and (key in seen or _node_in(region, pool, server_id) is not None):
            reasons.append(messages.already_member(server_id, pool_id.upper()))
        seen.add(key)
        errors.update(dict.fromkeys(reason for reason in reasons if reason is not None))
    _reject(errors)
    return [
        _begin_add(account, region, region.pools[pool_id.lower()], server_id)
        for server_id, pool_id in pairs
    ]


def bulk_remove(account: Account, region: Region, body: object) -> None:
    """Begin to remove many servers from many pools: all of them or none.

    Raises:
        RejectedError: 400; 409 with a message for each bad pair, pool or server; 500 for an object.
            and for a ghost node.
    """
    pairs = _pairs(account, body)
    errors: dict[str, None] = {}
    nodes: dict[str, Node] = {}
    for server_id, pool_id in pairs:
        pool = region.pools.get(pool_id.lower())
        node = _node_in(region, pool, server_id) if pool is not None else None
        if node is not None and node.server.deleted:
            raise RejectedError(500, messages.UNEXPECTED_ERROR)
        reason = _pool_rejection(account, pool, pool_id)
        if reason is None and server_id.lower() not in region.servers:
            reason = messages.server_missing(server_id)
        if reason is None and node is None:
            reason = messages.server_not_member(server_id, pool_id.upper())
        if reason is None and node is not None and not _is_removable(account, node):
            reason = messages.node_inactive(node.id)
        if reason is not None:
            errors[reason] = None
        elif node is not None:
            nodes[node.id] = node
    _reject(errors)
    for node in nodes.values():
        account.lifecycle.begin_node_removal(region, node, account.now())


def _pairs(account: Account, body: object) -> list[tuple[str, str]]:
    if isinstance(body, dict):
        raise RejectedError(500, messages.unexpected(account.new_id()))
    if not isinstance(body, list) or not body:
        raise bad_format()
    pairs = []
    for item in body:
        if not isinstance(item, dict):
            raise bad_format()
        server_id = member_id(account, item, "cloud_server")
        pairs.append((server_id, member_id(account, item, "load_balancer_pool")))
    return pairs


def _pool_rejection(account: Account, pool: Pool | None, pool_id: str) -> str | None:
    # Bulk messages contain the pool's id in upper case, however it was sent.
    if pool is None:
        return messages.pool_missing(pool_id.upper())
    return None if is_changeable(account, pool) else messages.pool_inactive(pool_id.upper())


def _reject(errors: Iterable[str]) -> None:
    reasons = list(errors)
    if reasons:
        raise RejectedError(409, *reasons, bulk=True)


def _node_in(region: Region, pool: Pool, server_id: str) -> Node | None:
    return next((node for node in region.nodes_of(server_id) if node.pool is pool), None)


def _is_removable(account: Account, node: Node) -> bool:
    # Seen live: a recent ADDING node could be removed, one that was ADDING for months could not.
    if node.status == "ADDING":
        young = account.now() - node.created < account.ghost_after_seconds
        return young and not node.server.deleted
    return node.status != "REMOVING"


def _begin_add(account: Account, region: Region, pool: Pool, server_id: str) -> Node:
    now = account.now()
    server = region.servers[server_id.lower()]
    node = Node(account.new_id(), pool, server, "ADDING", now)
    region.put_node(node)
    account.lifecycle.begin_node_add(node, now)
    return node
