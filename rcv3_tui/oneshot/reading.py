"""Reads the parts of a region that an answer needs, and no others, within the request budget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.decode import Listing
from rcv3_tui.api.errors import (
    ApiError,
    CredentialsRefused,
    NotFound,
    NotReached,
    NotSupported,
    Throttled,
    TokenRefused,
)
from rcv3_tui.model.resources import (
    CloudNetwork,
    LoadBalancerPool,
    PoolNode,
    PublicIP,
    Resource,
    Server,
)
from rcv3_tui.model.snapshot import Part, PartState, Snapshot
from rcv3_tui.sync.budget import LIMIT

if TYPE_CHECKING:
    from rcv3_tui.clock import Clock
    from rcv3_tui.model.attention import Finding, Usual
    from rcv3_tui.oneshot.narration import Narrator
    from rcv3_tui.sync.opening import OpenRegion

PoolChoice = Callable[["RegionReader", Sequence[LoadBalancerPool]], Sequence[LoadBalancerPool]]
"""Chooses the pools whose nodes are to be read: each costs one request."""

LONGEST_WAIT = 90.0
"""Seconds that a service may ask to be left alone; more is told instead of waited for."""

_WRONG_BY = 30.0
"""Seconds from which on two clocks differ by more than the line and whole seconds make."""

_TRIES = 3
_AT_ONCE = 6
_PRIORITY = Priority.LOOKED_AT

T = TypeVar("T", bound=Resource)
ResultT = TypeVar("ResultT")


class RegionReader:
    """One region as far as it has been read; reading again brings it up to date.

    Args:
        region: The region's clients.
        tenant: The account.
        clock: What measures the time.
        narrator: Is told what is waited for.
    """

    def __init__(self, region: OpenRegion, tenant: str, clock: Clock, narrator: Narrator) -> None:
        self.snapshot = Snapshot(region=region.name, tenant=tenant)
        self.servers: tuple[Server, ...] = ()
        self.public_ips: tuple[PublicIP, ...] = ()
        self.pools: tuple[LoadBalancerPool, ...] = ()
        self.networks: tuple[CloudNetwork, ...] = ()
        # What each list call gave, in the service's order; the snapshot leaves out what is gone.
        self.errors: dict[Part, ApiError] = {}
        """Why a part could not be read the last time."""
        self.usual: Usual | None = None
        """How long moves take here as a rule, where the console has seen some; None: unknown."""
        self.unread_pools: tuple[LoadBalancerPool, ...] = ()
        """Pools whose nodes were left out, so as not to spend the minute's requests on them."""
        self._region = region
        self._clock = clock
        self._narrator = narrator
        self._detailed_nodes = True
        self._nodes: dict[str, tuple[PoolNode, ...]] = {}
        self._judged: tuple[Snapshot, tuple[Finding, ...]] | None = None

    @property
    def name(self) -> str:
        """The region's name."""
        return self.snapshot.region

    @property
    def now(self) -> datetime:
        """The time of day as the service sees it, where this machine's clock is far from it."""
        offset = self._region.rackconnect.transport.clock_offset
        if abs(offset) < _WRONG_BY:
            return self._clock.now()
        return self._clock.now() + timedelta(seconds=offset)

    @property
    def room(self) -> int:
        """How many requests of RackConnect may leave at once now."""
        return self._region.budget.room(_PRIORITY)

    def nodes(self) -> tuple[PoolNode, ...]:
        """Give the nodes of all pools that have been read, pool by pool."""
        return tuple(node for pool in self.pools for node in self._nodes.get(pool.key, ()))

    def findings(self, now: datetime) -> tuple[Finding, ...]:
        """Give what needs attention, as far as it has been read.

        Args:
            now: The time of day.
        """
        if self._judged is None or self._judged[0] is not self.snapshot:
            from rcv3_tui.model.attention.watch import find

            self._judged = self.snapshot, find(self.snapshot, now, usual=self.usual)
        return self._judged[1]

    async def read(self, parts: Iterable[Part], pools: PoolChoice) -> None:
        """Read some parts, all at once as far as they do not build on each other.

        What cannot be read is noted in `errors`; what was known of it stays. A cancellation
        leaves what had been read by then.

        Args:
            parts: Which.
            pools: Whose nodes, where nodes are among the parts.
        """
        wanted = frozenset(parts)
        async with asyncio.TaskGroup() as tasks:
            if Part.SERVERS in wanted:
                tasks.create_task(self._note(Part.SERVERS, self._read_servers))
            if Part.PUBLIC_IPS in wanted:
                tasks.create_task(self._note(Part.PUBLIC_IPS, self._read_public_ips))
            if Part.NETWORKS in wanted:
                tasks.create_task(self._note(Part.NETWORKS, self._read_networks))
            if Part.POOLS in wanted or Part.NODES in wanted:
                tasks.create_task(self._read_pools_and_nodes(Part.NODES in wanted, pools))

    async def look_again(self, item: Resource) -> None:
        """Read one thing that moves again, by its own id; a node together with its pool.

        Raises:
            ApiError: It could not be read.
        """
        match item:
            case PublicIP():
                await self._show_public_ip(item)
            case PoolNode():
                pool = self.snapshot.pools.get(item.pool_key)
                if pool is not None:
                    self._put_nodes(pool, await self._nodes_of(pool))
            case Server():
                await self._show_server(item)
            case _:
                await self._read_pools()

    async def _show_public_ip(self, record: PublicIP) -> None:
        try:
            found = await self._patiently(
                lambda: self._region.rackconnect.show_public_ip(record.id, priority=_PRIORITY)
            )
        except NotFound:
            self.public_ips = tuple(r for r in self.public_ips if r.key != record.key)
        else:
            self.public_ips = tuple(found if r.key == found.key else r for r in self.public_ips)
        self.snapshot, _ = self.snapshot.with_public_ips(self.public_ips)

    async def _show_server(self, server: Server) -> None:
        client = self._region.servers
        if client is None:
            return
        try:
            found = await self._patiently(
                lambda: client.show(server.id, priority=_PRIORITY), counted=False
            )
        except NotFound:
            self.servers = tuple(s for s in self.servers if s.key != server.key)
        else:
            self.servers = tuple(found if s.key == found.key else s for s in self.servers)
        self.snapshot, _ = self.snapshot.with_servers(self.servers)

    # -- the parts ----------------------------------------------------------------------------

    async def _note(self, part: Part, read: Callable[[], Awaitable[None]]) -> bool:
        """Read a part and note how that went."""
        try:
            await read()
        except ApiError as error:
            self.errors[part] = error
            before = self.snapshot.part(part)
            state = PartState(
                fetched=before.fetched,
                error=error.one_line(),
                unreachable=isinstance(error, NotReached),
                failing_since=before.failing_since or self._clock.now(),
                skipped=before.skipped,
            )
            self.snapshot, _ = self.snapshot.with_part(part, state)
            return False
        self.errors.pop(part, None)
        return True

    def _take(self, part: Part, listing: Listing[T], snapshot: Snapshot) -> None:
        state = PartState(fetched=self._clock.now(), skipped=listing.skipped)
        self.snapshot, _ = snapshot.with_part(part, state)

    async def _read_servers(self) -> None:
        client = self._region.servers
        if client is None:
            raise NotFound(
                f"the account's catalogue has no Cloud Servers in {self.name}",
                operation="list servers",
            )
        before = tuple(self.snapshot.servers.values())
        listing = await self._patiently(
            lambda: client.list(previous=before, priority=_PRIORITY), counted=False
        )
        self.servers = listing.items
        self._take(Part.SERVERS, listing, self.snapshot.with_servers(listing.items)[0])

    async def _read_public_ips(self) -> None:
        before = tuple(self.snapshot.public_ips.values())
        listing = await self._patiently(
            lambda: self._region.rackconnect.list_public_ips(previous=before, priority=_PRIORITY)
        )
        self.public_ips = listing.items
        self._take(Part.PUBLIC_IPS, listing, self.snapshot.with_public_ips(listing.items)[0])

    async def _read_networks(self) -> None:
        before = tuple(self.snapshot.networks.values())
        listing = await self._patiently(
            lambda: self._region.rackconnect.list_networks(previous=before, priority=_PRIORITY)
        )
        self.networks = listing.items
        self._take(Part.NETWORKS, listing, self.snapshot.with_networks(listing.items)[0])

    async def _read_pools(self) -> None:
        before = tuple(self.snapshot.pools.values())
        listing = await self._patiently(
            lambda: self._region.rackconnect.list_pools(previous=before, priority=_PRIORITY)
        )
        self.pools = listing.items
        self._take(Part.POOLS, listing, self.snapshot.with_pools(listing.items)[0])

    async def _read_pools_and_nodes(self, with_nodes: bool, choose: PoolChoice) -> None:
        if not await self._note(Part.POOLS, self._read_pools):
            if with_nodes:
                self.errors[Part.NODES] = self.errors[Part.POOLS]
            return
        if not with_nodes:
            return
        pools = tuple(self.snapshot.pools.values())
        chosen = choose(self, pools)
        keys = {pool.key for pool in chosen}
        self.unread_pools = tuple(
            p for p in pools if p.key not in keys and p.key not in self.snapshot.nodes
        )
        await self._note(Part.NODES, lambda: self._read_nodes(chosen))

    # -- nodes: one request a pool ------------------------------------------------------------

    async def _read_nodes(self, pools: Sequence[LoadBalancerPool]) -> None:
        if (beyond := len(pools) - self.room) > 0:
            minutes = -(-beyond // LIMIT)
            self._narrator.say_once(
                f"{self.name}: the nodes of {len(pools)} pools take about {minutes} min, since the "
                f"service allows {LIMIT} requests a minute; --pool NAME reads fewer"
            )
        queue = list(reversed(pools))
        skipped: list[str] = []
        failed: list[tuple[LoadBalancerPool, ApiError]] = []

        async def work() -> None:
            while queue and not any(_is_final(error) for _, error in failed):
                pool = queue.pop()
                self._narrator.progress(
                    f"{self.name}: nodes of pool {len(pools) - len(queue)} of {len(pools)}"
                    + ("" if self.room else ", waiting for the next minute's requests")
                )
                try:
                    listing = await self._nodes_of(pool)
                except ApiError as error:
                    failed.append((pool, error))
                else:
                    skipped.extend(listing.skipped)
                    self._put_nodes(pool, listing)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(_AT_ONCE, len(pools))):
                tasks.create_task(work())
        if failed:
            first, error = failed[0]
            more = len(failed) + len(queue) - 1
            target = first.name + (f" and {more} more" if more else "")
            error.operation, error.target = "list nodes of pool", target
            raise error
        state = PartState(fetched=self._clock.now(), skipped=tuple(skipped))
        self.snapshot, _ = self.snapshot.with_part(Part.NODES, state)

    def _put_nodes(self, pool: LoadBalancerPool, listing: Listing[PoolNode]) -> None:
        self._nodes[pool.key] = listing.items
        self.snapshot, _ = self.snapshot.with_nodes(pool.key, listing.items)

    async def _nodes_of(self, pool: LoadBalancerPool) -> Listing[PoolNode]:
        """Read one pool's nodes: with details, or without where those are not to be had."""
        client = self._region.rackconnect
        before = tuple(self.snapshot.nodes_in(pool.key).values())
        if self._detailed_nodes:
            try:
                return await self._patiently(
                    lambda: client.list_nodes_with_details(
                        pool.id, previous=before, priority=_PRIORITY
                    )
                )
            except (NotFound, NotSupported):
                # The pool has gone, or this revision has no such list (reference 4.0).
                pass
        try:
            listing = await self._patiently(
                lambda: client.list_nodes(pool.id, previous=before, priority=_PRIORITY)
            )
        except NotFound:
            return Listing()
        self._detailed_nodes = False
        return listing

    async def _patiently(
        self, call: Callable[[], Awaitable[ResultT]], *, counted: bool = True
    ) -> ResultT:
        """Make a read; where the service says "too fast", wait as told and make it again.

        Args:
            call: Makes it.
            counted: It is one of the minute's requests.
        """
        for _ in range(_TRIES - 1):
            if counted:
                self._look_ahead()
            try:
                return await call()
            except Throttled as error:
                wait = max(self._region.budget.blocked_for, error.retry_after or 0.0)
                if wait > LONGEST_WAIT:
                    raise
                self._tell_pause(wait)
                await self._clock.sleep(max(1.0, wait))
        return await call()

    def _look_ahead(self) -> None:
        """Say what the next request will have to wait for; refuse to wait for very long."""
        blocked = self._region.budget.blocked_for
        if blocked > LONGEST_WAIT:
            raise Throttled(
                f"the service wants no requests for another {blocked / 60:.0f} min",
                retry_after=blocked,
                operation="read the account",
            )
        if blocked > 1.0:
            self._tell_pause(blocked)
        elif not self.room:
            self._narrator.say_once(
                f"{self.name}: waiting, since the {LIMIT} requests a minute that the service "
                "allows are used up"
            )

    def _tell_pause(self, seconds: float) -> None:
        self._narrator.say_once(
            f"{self.name}: the service says that there were too many requests; "
            f"waiting {max(1.0, seconds):.0f} s"
        )


def _is_final(error: ApiError) -> bool:
    """Tell whether what failed so will fail for every other pool too."""
    return isinstance(error, NotReached | TokenRefused | CredentialsRefused | Throttled)
