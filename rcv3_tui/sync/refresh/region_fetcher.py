"""Reads one kind of resource of a region: the only way in for the console and for `status`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from rcv3_tui.api.decoding import ListResult, OnPartial
from rcv3_tui.api.errors import ApiError, ConnectionFailed, NotFound, OperationNotSupported
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.delta import SnapshotDelta, merge_deltas
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.resources import CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.connect import RegionClients

ItemT = TypeVar("ItemT", CloudNetwork, LoadBalancerPool, PoolNode, PublicIP, Server)
ResultT = TypeVar("ResultT")

Change = tuple[Snapshot, SnapshotDelta]
"""The next snapshot, and what differs in it."""


class ListedKind(Struct, Generic[ItemT], frozen=True):
    """How one kind of resource is listed, and where its items are in a snapshot."""

    kind: ResourceKind
    request: Callable[
        [RegionClients, Sequence[ItemT], Priority, OnPartial[ItemT] | None],
        Awaitable[ListResult[ItemT]],
    ]
    """Sends the request; takes the items as last read, reused where unchanged."""
    items_in: Callable[[Snapshot], Mapping[str, ItemT]]
    replace_in: Callable[[Snapshot, Iterable[ItemT]], Change]
    extend_in: Callable[[Snapshot, Iterable[ItemT]], Change] | None = None
    """Adds the first items of a long list; None: it is short."""
    is_rate_limited: bool = True
    """Whether the request counts against RackConnect's rate limit."""


class Fetched(Struct, Generic[ItemT], frozen=True):
    """One kind as just listed, and the fetch state that this results in."""

    listing: ListResult[ItemT]
    state: FetchState

    @property
    def items(self) -> tuple[ItemT, ...]:
        """The resources, in the service's order."""
        return self.listing.items


class Send(Protocol):
    """Sends one read, and decides whether it is repeated."""

    async def __call__(
        self, request: Callable[[], Awaitable[ResultT]], /, *, is_rate_limited: bool = True
    ) -> ResultT:
        """Return the request's result."""


async def send_once(
    request: Callable[[], Awaitable[ResultT]], /, *, is_rate_limited: bool = True
) -> ResultT:
    """Send a read without repeating it."""
    return await request()


class RegionFetcher:
    """Reads the resources of one region.

    Args:
        clients: The region's clients.
        clock: Says when something was read.
        send: Sends each request.
    """

    def __init__(self, clients: RegionClients, clock: Clock, send: Send = send_once) -> None:
        self._clients = clients
        self._clock = clock
        self._send = send
        self._has_node_details = True

    async def fetch(
        self,
        listed: ListedKind[ItemT],
        snapshot: Snapshot,
        *,
        priority: Priority,
        on_partial: OnPartial[ItemT] | None = None,
    ) -> Fetched[ItemT]:
        """Return all resources of one kind.

        Args:
            listed: The kind; nodes are read per pool, see `fetch_nodes`.
            snapshot: Holds the items as last read.
            priority: The priority for the rate limit.
            on_partial: Receives the first items of a long list before the rest is decoded.

        Raises:
            ApiError: They could not be read.
        """
        previous = tuple(listed.items_in(snapshot).values())
        listing = await self._send(
            lambda: listed.request(self._clients, previous, priority, on_partial),
            is_rate_limited=listed.is_rate_limited,
        )
        return self._fetched(listing)

    async def fetch_nodes(
        self, pool_id: str, snapshot: Snapshot, *, priority: Priority
    ) -> Fetched[PoolNode]:
        """Return one pool's nodes, with details where the service has them.

        Not every revision knows the detailed list (RackConnect API reference 4.0, operation 13).
        Once it was rejected and the short list was not, only the short one is requested.

        Args:
            pool_id: The pool.
            snapshot: Holds the nodes as last read.
            priority: The priority for the rate limit.

        Raises:
            ApiError: Neither list could be read.
        """
        client = self._clients.rackconnect
        previous = tuple(snapshot.nodes_in(pool_id.lower()).values())
        if self._has_node_details:
            try:
                return self._fetched(
                    await self._send(
                        lambda: client.list_nodes_with_details(
                            pool_id, previous=previous, priority=priority
                        )
                    )
                )
            except (NotFound, OperationNotSupported):
                # The pool is gone, or this revision has no such list.
                pass
        listing = await self._send(
            lambda: client.list_nodes(pool_id, previous=previous, priority=priority)
        )
        self._has_node_details = False
        return self._fetched(listing)

    def _fetched(self, listing: ListResult[ItemT]) -> Fetched[ItemT]:
        state = FetchState(fetched=self._clock.now(), skipped=listing.skipped)
        return Fetched(listing, state)


def with_state(kind: ResourceKind, state: FetchState, change: Change) -> Change:
    """Return a change of a snapshot together with the fetch state that belongs to it."""
    snapshot, delta = change
    snapshot, states = snapshot.with_fetch_state(kind, state)
    return snapshot, merge_deltas(delta, states)


def with_failure(snapshot: Snapshot, kind: ResourceKind, error: ApiError, now: datetime) -> Change:
    """Return a snapshot in which one kind could not be read; its items remain.

    Args:
        snapshot: The snapshot so far.
        kind: What could not be read.
        error: Why.
        now: The current time.
    """
    before = snapshot.fetch_state(kind)
    return snapshot.with_fetch_state(
        kind,
        FetchState(
            fetched=before.fetched,
            error=error.one_line(),
            unreachable=isinstance(error, ConnectionFailed),
            failing_since=before.failing_since or now,
            skipped=before.skipped,
            from_cache=before.from_cache,
        ),
    )


async def _list_servers(
    clients: RegionClients,
    previous: Sequence[Server],
    priority: Priority,
    on_partial: OnPartial[Server] | None,
) -> ListResult[Server]:
    if clients.cloud_servers is None:
        raise NotFound(
            f"the account's catalog has no Cloud Servers in {clients.name}",
            operation="list servers",
        )
    return await clients.cloud_servers.list(
        previous=previous, priority=priority, on_partial=on_partial
    )


SERVERS: ListedKind[Server] = ListedKind(
    ResourceKind.SERVERS,
    _list_servers,
    lambda snapshot: snapshot.servers,
    Snapshot.with_servers,
    Snapshot.with_more_servers,
    is_rate_limited=False,
)
PUBLIC_IPS: ListedKind[PublicIP] = ListedKind(
    ResourceKind.PUBLIC_IPS,
    lambda clients, previous, priority, on_partial: clients.rackconnect.list_public_ips(
        previous=previous, priority=priority, on_partial=on_partial
    ),
    lambda snapshot: snapshot.public_ips,
    Snapshot.with_public_ips,
    Snapshot.with_more_public_ips,
)
POOLS: ListedKind[LoadBalancerPool] = ListedKind(
    ResourceKind.POOLS,
    lambda clients, previous, priority, _: clients.rackconnect.list_pools(
        previous=previous, priority=priority
    ),
    lambda snapshot: snapshot.pools,
    Snapshot.with_pools,
)
NETWORKS: ListedKind[CloudNetwork] = ListedKind(
    ResourceKind.NETWORKS,
    lambda clients, previous, priority, _: clients.rackconnect.list_networks(
        previous=previous, priority=priority
    ),
    lambda snapshot: snapshot.networks,
    Snapshot.with_networks,
)
