"""Reads the kinds of resources that a report needs, within the rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    NotFound,
    Throttled,
    TokenRefused,
)
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.diagnostics import Finding, TransitionThresholds
from rcv3_tui.model.diagnostics.index import diagnose
from rcv3_tui.model.fetch_state import PRIMARY_KINDS, FetchState, ResourceKind
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Resource,
    Server,
)
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.status.progress import ProgressReporter
from rcv3_tui.sync.connect import RegionClients
from rcv3_tui.sync.rate_limit import LIMIT
from rcv3_tui.sync.refresh.region_fetcher import (
    NETWORKS,
    POOLS,
    PUBLIC_IPS,
    SERVERS,
    Fetched,
    ItemT,
    ListedKind,
    RegionFetcher,
    with_failure,
    with_state,
)
from rcv3_tui.sync.storage.node_cache import CachedNodes, NodeCache

PoolSelector = Callable[["RegionReader", Sequence[LoadBalancerPool]], Sequence[LoadBalancerPool]]
"""Selects the pools whose nodes are read: each costs one request."""

MAX_WAIT = 90.0
"""The longest wait in seconds; a longer one is reported as an error."""

COMPLETE_MAX_WAIT = 3600.0
"""The same where everything has to be read, however long that takes."""

_TRIES, _COMPLETE_TRIES = 3, 30
"""How often a read is sent at most while the service says that there are too many requests."""

PROGRESS_INTERVAL = 60.0
"""Seconds between two lines of progress in a log."""

_AT_ONCE = 6
_PRIORITY = Priority.FOCUSED

ResultT = TypeVar("ResultT")


class RegionReader:
    """The data of one region; each read updates it.

    Args:
        region: The region's clients.
        tenant: The account.
        clock: What measures the time.
        progress: Shows what is waited for.
        node_cache: Pools' nodes that another run has just read; None: there is none.
        is_complete_wanted: Wait for the rate limit for as long as it takes.
    =======
        clock: The clock.
        progress: Receives the reasons of waits.
        node_cache: Nodes that another run has just read; None: no cache.
    >>>>>>> f2c4f7a (status: describe reports in plain English)
    """

    def __init__(
        self,
        region: RegionClients,
        tenant: str,
        clock: Clock,
        progress: ProgressReporter,
        node_cache: NodeCache | None = None,
        *,
        is_complete_wanted: bool = False,
    ) -> None:
        self.snapshot = Snapshot(region=region.name, tenant=tenant)
        self.servers: tuple[Server, ...] = ()
        self.public_ips: tuple[PublicIP, ...] = ()
        self.pools: tuple[LoadBalancerPool, ...] = ()
        self.networks: tuple[CloudNetwork, ...] = ()
        # The results of each list request in the service's order, including gone records.
        self.errors: dict[ResourceKind, ApiError] = {}
        """Why a kind could not be read the last time."""
        self.thresholds: TransitionThresholds | None = None
        """How long transitions usually take, as observed by the console; None: unknown."""
        self._max_wait = COMPLETE_MAX_WAIT if is_complete_wanted else MAX_WAIT
        self._tries = _COMPLETE_TRIES if is_complete_wanted else _TRIES
        self._region = region
        self._clock = clock
        self._progress = progress
        self._fetcher = RegionFetcher(region, clock, self._with_retry)
        self._nodes: dict[str, tuple[PoolNode, ...]] = {}
        self._nodes_read_at: dict[str, datetime] = {}
        self._node_cache = node_cache
        self._partly_read: set[str] = set()
        """Pools with unreadable nodes, which are not stored in the cache."""
        self._has_told_limit = False
        region.rate_limiter.on_wait = self._tell_limit
        self._diagnosed: tuple[Snapshot, tuple[Finding, ...]] | None = None

    @property
    def name(self) -> str:
        """The region's name."""
        return self.snapshot.region

    @property
    def available_requests(self) -> int:
        """The number of RackConnect requests that may be sent now."""
        return self._region.rate_limiter.available(_PRIORITY)

    @property
    def is_up(self) -> bool:
        """Whether servers, public IPs and pools could be read the last time."""
        return not any(kind in self.errors for kind in PRIMARY_KINDS)

    @property
    def requests_used(self) -> int:
        """RackConnect requests of the last minute, of all copies of the program."""
        return self._region.rate_limiter.used

    @property
    def requests_limit(self) -> int:
        """RackConnect requests that the service allows in a minute."""
        return self._region.rate_limiter.limit

    def ages(self, now: datetime) -> dict[ResourceKind, float]:
        """Return how many seconds ago each kind of resource was read, if it was.

        Args:
            now: The time of day.
        """
        read_at = {kind: self.snapshot.fetch_state(kind).fetched for kind in ResourceKind}
        # The oldest of them; without pools, the list of pools says that there are none.
        read_at[ResourceKind.NODES] = self.nodes_as_of or read_at[ResourceKind.NODES]
        return {
            kind: max(0.0, (now - at).total_seconds())
            for kind, at in read_at.items()
            if at is not None
        }

    @property
    def unread_pools(self) -> tuple[LoadBalancerPool, ...]:
        """The number of pools whose nodes are unread, to save requests or because of errors."""
        known = self.snapshot.nodes
        return tuple(pool for pool in self.snapshot.pools.values() if pool.key not in known)

    @property
    def is_complete(self) -> bool:
        """Whether everything that a summary depends on was read."""
        return (
            not self.errors
            and not self.unread_pools
            and all(self.snapshot.fetch_state(kind).is_whole for kind in ResourceKind)
        )

    def nodes(self) -> tuple[PoolNode, ...]:
        """Return the nodes of all read pools, pool by pool."""
        return tuple(node for pool in self.pools for node in self._nodes.get(pool.key, ()))

    def findings(self, now: datetime) -> tuple[Finding, ...]:
        """Return what needs attention, as far as it has been read.

        Args:
            now: The current time, in UTC.
        """
        if self._diagnosed is None or self._diagnosed[0] is not self.snapshot:
            self._diagnosed = (
                self.snapshot,
                diagnose(self.snapshot, now, thresholds=self.thresholds),
            )
        return self._diagnosed[1]

    @property
    def nodes_as_of(self) -> datetime | None:
        """The oldest time at which the nodes of a pool were read; None: never."""
        return min(
            (at for key, at in self._nodes_read_at.items() if key in self.snapshot.pools),
            default=None,
        )

    async def read(
        self, kinds: Iterable[ResourceKind], pools: PoolSelector, *, reuse_nodes: bool = False
    ) -> None:
        """Read some kinds of resources, concurrently where they are independent.

        Errors are recorded in `errors`, and earlier data of the kind remains. After a cancellation,
        everything read so far remains.

        Args:
            kinds: The kinds.
            pools: Selects the pools whose nodes are read.
            reuse_nodes: Use nodes that another run has read within the last minute.
        """
        wanted = frozenset(kinds)
        async with asyncio.TaskGroup() as tasks:
            if ResourceKind.SERVERS in wanted:
                tasks.create_task(self._note(ResourceKind.SERVERS, self._read_servers))
            if ResourceKind.PUBLIC_IPS in wanted:
                tasks.create_task(self._note(ResourceKind.PUBLIC_IPS, self._read_public_ips))
            if ResourceKind.NETWORKS in wanted:
                tasks.create_task(self._note(ResourceKind.NETWORKS, self._read_networks))
            if ResourceKind.POOLS in wanted or ResourceKind.NODES in wanted:
                with_nodes = ResourceKind.NODES in wanted
                tasks.create_task(self._read_pools_and_nodes(with_nodes, pools, reuse_nodes))

    async def reread(self, item: Resource) -> None:
        """Read one resource in transition again by its id; a node together with its pool.

        Raises:
            ApiError: It could not be read.
        """
        match item:
            case PublicIP():
                await self._show_public_ip(item)
            case PoolNode():
                pool = self.snapshot.pools.get(item.pool_key)
                if pool is not None:
                    self._put_nodes(pool, await self._fetch_nodes(pool))
            case Server():
                await self._show_server(item)
            case _:
                await self._read_pools()

    async def _show_public_ip(self, record: PublicIP) -> None:
        try:
            found = await self._with_retry(
                lambda: self._region.rackconnect.show_public_ip(record.id, priority=_PRIORITY)
            )
        except NotFound:
            self.public_ips = tuple(r for r in self.public_ips if r.key != record.key)
        else:
            self.public_ips = tuple(found if r.key == found.key else r for r in self.public_ips)
        self.snapshot, _ = self.snapshot.with_public_ips(self.public_ips)

    async def _show_server(self, server: Server) -> None:
        client = self._region.cloud_servers
        if client is None:
            return
        try:
            found = await self._with_retry(
                lambda: client.show(server.id, priority=_PRIORITY), is_rate_limited=False
            )
        except NotFound:
            self.servers = tuple(s for s in self.servers if s.key != server.key)
        else:
            self.servers = tuple(found if s.key == found.key else s for s in self.servers)
        self.snapshot, _ = self.snapshot.with_servers(self.servers)

    # -- kinds of resources -------------------------------------------------------------------

    async def _note(self, kind: ResourceKind, read: Callable[[], Awaitable[None]]) -> bool:
        """Read a kind and record the result."""
        try:
            await read()
        except ApiError as error:
            self.errors[kind] = error
            self.snapshot, _ = with_failure(self.snapshot, kind, error, self._clock.now())
            return False
        self.errors.pop(kind, None)
        return True

    async def _read_list(self, listed: ListedKind[ItemT]) -> tuple[ItemT, ...]:
        """Read one kind of resource into the snapshot; return it in the service's order."""
        fetched = await self._fetcher.fetch(listed, self.snapshot, priority=_PRIORITY)
        change = listed.replace_in(self.snapshot, fetched.items)
        self.snapshot, _ = with_state(listed.kind, fetched.state, change)
        return fetched.items

    async def _read_servers(self) -> None:
        self.servers = await self._read_list(SERVERS)

    async def _read_public_ips(self) -> None:
        self.public_ips = await self._read_list(PUBLIC_IPS)

    async def _read_networks(self) -> None:
        self.networks = await self._read_list(NETWORKS)

    async def _read_pools(self) -> None:
        self.pools = await self._read_list(POOLS)

    async def _read_pools_and_nodes(
        self, with_nodes: bool, choose: PoolSelector, reuse: bool
    ) -> None:
        if not await self._note(ResourceKind.POOLS, self._read_pools):
            if with_nodes:
                self.errors[ResourceKind.NODES] = self.errors[ResourceKind.POOLS]
            return
        if not with_nodes:
            return
        pools = tuple(self.snapshot.pools.values())
        cached = self._from_cache(pools) if reuse else frozenset()
        chosen = [pool for pool in choose(self, pools) if pool.key not in cached]
        await self._note(ResourceKind.NODES, lambda: self._read_nodes(chosen))

    # -- nodes: one request per pool ----------------------------------------------------------

    def _from_cache(self, pools: Sequence[LoadBalancerPool]) -> frozenset[str]:
        """Load the nodes that another run has just read; return their pools."""
        if self._node_cache is None:
            return frozenset()
        found = self._node_cache.load(pools)
        for key, (read_at, nodes) in found.items():
            self._nodes[key] = nodes
            self._nodes_read_at[key] = read_at
            self.snapshot, _ = self.snapshot.with_nodes(key, nodes)
        return frozenset(found)

    async def _read_nodes(self, pools: Sequence[LoadBalancerPool]) -> None:
        try:
            await self._read_chosen_nodes(pools)
        finally:
            self._save_nodes(pools)

    def _save_nodes(self, pools: Sequence[LoadBalancerPool]) -> None:
        if self._node_cache is None:
            return
        self._node_cache.save(
            {
                pool.key: CachedNodes(
                    self._nodes_read_at[pool.key],
                    pool.counts,
                    tuple(node.raw for node in self._nodes[pool.key]),
                )
                for pool in pools
                if pool.key in self._nodes_read_at and pool.key not in self._partly_read
            }
        )

    async def _read_chosen_nodes(self, pools: Sequence[LoadBalancerPool]) -> None:
        if (beyond := len(pools) - self.available_requests) > 0 and len(pools) > LIMIT:
            minutes = -(-beyond // LIMIT)
            self._progress.report_once(
                f"{self.name}: the nodes of {len(pools)} pools take about {minutes} min, since the "
                f"service allows {LIMIT} requests a minute; --pool NAME reads fewer"
            )
        queue = list(reversed(pools))
        skipped: list[str] = []
        next_line = self._clock.monotonic() + PROGRESS_INTERVAL
        failed: list[tuple[LoadBalancerPool, ApiError]] = []

        async def work() -> None:
            nonlocal next_line
            while queue and not any(_is_final(error) for _, error in failed):
                pool = queue.pop()
                done = f"{self.name}: nodes of pool {len(pools) - len(queue)} of {len(pools)}"
                waiting = ", waiting for the next minute's requests"
                self._progress.progress(done + ("" if self.available_requests else waiting))
                if not self._progress.is_terminal and self._clock.monotonic() >= next_line:
                    next_line += PROGRESS_INTERVAL
                    self._progress.report(done)
                try:
                    fetched = await self._fetch_nodes(pool)
                except ApiError as error:
                    failed.append((pool, error))
                else:
                    skipped.extend(fetched.state.skipped)
                    self._put_nodes(pool, fetched)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(_AT_ONCE, len(pools))):
                tasks.create_task(work())
        if any(isinstance(error, NotFound) for _, error in failed):
            # The pool may have been removed since the list was read; otherwise it is unread.
            await self._note(ResourceKind.POOLS, self._read_pools)
            failed = [entry for entry in failed if entry[0].key in self.snapshot.pools]
        if failed:
            first, error = failed[0]
            more = len(failed) + len(queue) - 1
            target = first.name + (f" and {more} more" if more else "")
            error.operation, error.target = "list nodes of pool", target
            raise error
        state = FetchState(fetched=self.nodes_as_of or self._clock.now(), skipped=tuple(skipped))
        self.snapshot, _ = self.snapshot.with_fetch_state(ResourceKind.NODES, state)

    def _put_nodes(self, pool: LoadBalancerPool, fetched: Fetched[PoolNode]) -> None:
        self._nodes[pool.key] = fetched.items
        self._nodes_read_at[pool.key] = self._clock.now()
        if fetched.state.skipped:
            self._partly_read.add(pool.key)
        else:
            self._partly_read.discard(pool.key)
        self.snapshot, _ = self.snapshot.with_nodes(pool.key, fetched.items)

    async def _fetch_nodes(self, pool: LoadBalancerPool) -> Fetched[PoolNode]:
        return await self._fetcher.fetch_nodes(pool.id, self.snapshot, priority=_PRIORITY)

    async def _with_retry(
        self, call: Callable[[], Awaitable[ResultT]], /, *, is_rate_limited: bool = True
    ) -> ResultT:
        """Send a read request; if the service throttles it, wait and repeat it.

        Args:
            call: Sends the request.
            is_rate_limited: The request counts against the rate limit.
        """
        for _ in range(self._tries - 1):
            if is_rate_limited:
                self._report_delay()
            try:
                return await call()
            except Throttled as error:
                wait = max(self._region.rate_limiter.blocked_for, error.retry_after or 0.0)
                if wait > self._max_wait:
                    raise
                self._tell_pause(wait, error)
                await self._clock.sleep(max(1.0, wait))
        return await call()

    def _report_delay(self) -> None:
        """Report why the next request has to wait; raise instead of a very long wait."""
        blocked = self._region.rate_limiter.blocked_for
        if blocked > self._max_wait:
            raise Throttled(
                f"the service wants no requests for another {blocked / 60:.0f} min",
                retry_after=blocked,
                operation="read the account",
            )
        if blocked > 1.0:
            self._tell_pause(blocked)

    def _tell_limit(self, seconds: float) -> None:
        """Report once that requests wait for the rate limit, and for how long."""
        if self._has_told_limit or self._region.rate_limiter.blocked_for > 1.0:
            return
        self._has_told_limit = True
        self._progress.report(
            f"{self.name}: waiting {max(1.0, seconds):.0f} s, since the {LIMIT} requests a minute "
            "that the service allows are used up"
        )

    def _tell_pause(self, seconds: float, error: Throttled | None = None) -> None:
        if error is not None and not error.is_certain:
            self._progress.report_once(
                f"{self.name}: {error.one_line()}: the rate limit or a missing role; "
                f"retrying in {seconds:.0f} s"
            )
            return
        self._progress.report_once(
            f"{self.name}: the service says that there were too many requests; "
            f"waiting {max(1.0, seconds):.0f} s"
        )


def _is_final(error: ApiError) -> bool:
    """Return whether every other pool would fail in the same way."""
    return isinstance(error, ConnectionFailed | TokenRefused | CredentialsRefused | Throttled)
