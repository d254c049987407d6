"""One region kept fresh: reads its parts on their beats and holds the latest picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

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
from rcv3_tui.api.rackconnect import RackConnect
from rcv3_tui.api.servers import CloudServers
from rcv3_tui.clock import Clock
from rcv3_tui.memory import give_back
from rcv3_tui.model.resources import PoolNode, PublicIP, Server
from rcv3_tui.model.snapshot import MAIN, Delta, Diff, Part, PartState, Snapshot, merge
from rcv3_tui.sync.budget import RequestBudget
from rcv3_tui.sync.changes import Change, Link, LinkChanged, LinkState, SnapshotChanged
from rcv3_tui.sync.judging import judge
from rcv3_tui.sync.ledger import WINDOW
from rcv3_tui.sync.movers import Movers
from rcv3_tui.sync.pool_nodes import PoolNodes
from rcv3_tui.sync.schedule import NETWORKS_INTERVAL, Beat, oldest
from rcv3_tui.turns import stand_aside

_WATCH_SECONDS = 0.5

_LONG = 2000
"""Items of a list whose reading takes megabytes."""

_TIDY_AGAIN = 60.0
"""Seconds until memory is given back once more; while it is, nobody else can get any."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The region's services take no token of this account any more."""

    message: str


class RegionSync:
    """Keeps one region's picture fresh until it is cancelled.

    Args:
        rackconnect: The region's RackConnect client.
        servers: The region's Cloud Servers client; None where the catalogue has none.
        budget: The region's request budget; the clients draw on it, this only looks.
        clock: What measures the time.
        interval: Seconds between refreshes, as asked.
        publish: Takes every change.
        refused: Called when the token is refused for good.
        snapshot: The picture to begin with: an empty one, or that of an earlier sign-in.
    """

    def __init__(
        self,
        *,
        rackconnect: RackConnect,
        servers: CloudServers | None,
        budget: RequestBudget,
        clock: Clock,
        interval: float,
        publish: Callable[[Change], None],
        refused: Callable[[Refusal], None],
        snapshot: Snapshot,
    ) -> None:
        self.region = snapshot.region
        self.rackconnect = rackconnect
        self.cloud_servers = servers
        self.snapshot = snapshot
        self.link = Link(region=snapshot.region, allowed=budget.limit, interval=interval)
        self._budget = budget
        self._clock = clock
        self._interval = interval
        self._publish = publish
        self._refused = refused
        self._refusal: Refusal | None = None
        self._detailed_nodes = True
        self._running = asyncio.Event()
        self._running.set()
        self._nodes = PoolNodes(
            self,
            clock,
            interval,
            lambda looks: budget.room(Priority.BACKGROUND, chain(looks, self._lists_to_come())),
            lambda: budget.pace(Priority.BACKGROUND),
            self._stop,
        )
        self._movers = Movers(self, budget, clock, self._running)
        self._movers.changed(Delta(frozenset(snapshot.public_ips)))
        self._beats = {
            Part.SERVERS: Beat(clock, lambda: self._interval),
            Part.PUBLIC_IPS: Beat(clock, lambda: self._nodes.list_interval),
            Part.POOLS: Beat(clock, lambda: self._nodes.list_interval),
            Part.NETWORKS: Beat(clock, lambda: NETWORKS_INTERVAL),
        }
        self._put: dict[str, float] = {}
        self._tidy_at: dict[Part, float] = {}

    @property
    def followed(self) -> set[str]:
        """Ids of resources that an operation follows already."""
        return self._movers.followed

    # -- what others ask ----------------------------------------------------------------------

    def refresh(self, part: Part | None = None) -> None:
        """Read a part now, or all of them.

        Args:
            part: Which; None: servers, public IPs, pools, networks and the nodes that are
                looked at.
        """
        if part is Part.NODES or part is None:
            self._nodes.look_now()
        for name in (part,) if part is not None else (*MAIN, Part.NETWORKS):
            if name in self._beats:
                self._beats[name].hurry()

    def look_at(self, pool_key: str | None) -> None:
        """Keep one pool's nodes as fresh as the lists, because they are on the screen."""
        self._nodes.look_at(pool_key)

    def pause(self, paused: bool) -> None:
        """Stop or go on reading by itself; operations under way are followed all the same."""
        if paused:
            self._running.clear()
        else:
            self._running.set()
        for beat in self._beats.values():
            beat.pause(paused)
        self._nodes.pause(paused)
        self._update_link()

    def set_interval(self, seconds: float) -> None:
        """Change the seconds between refreshes."""
        self._interval = seconds
        self._nodes.set_interval(seconds)
        for beat in self._beats.values():
            beat.reschedule()

    def refuse(self, refusal: Refusal) -> None:
        """Show that nothing can be read any more until somebody signs in again."""
        self._refusal = refusal
        self._update_link()

    def retire(self) -> None:
        """Tell nothing any more: another object keeps this region from now on."""
        self._publish = lambda change: None

    # -- what operations bring ----------------------------------------------------------------

    def put_public_ip(self, record: PublicIP) -> None:
        """Put a record that was just read or made into the picture."""
        self._put[record.key] = self._clock.monotonic()
        self._apply(*self.snapshot.with_public_ip(record))

    def drop_public_ip(self, key: str) -> None:
        """Take a record that is gone out of the picture."""
        self._put[key] = self._clock.monotonic()
        self._apply(*self.snapshot.without_public_ip(key))

    def put_nodes(self, pool_key: str, nodes: Sequence[PoolNode]) -> None:
        """Put one pool's nodes, just read, into the picture."""
        self._nodes.was_put(pool_key, whole=True)
        self._apply(*self.snapshot.with_nodes(pool_key, nodes))

    def put_node(self, node: PoolNode) -> None:
        """Put one node that was just read or made into the picture."""
        self._nodes.was_put(node.pool_key, whole=False)
        self._apply(*self.snapshot.with_node(node))

    def drop_node(self, pool_key: str, key: str) -> None:
        """Take a node that is gone out of the picture."""
        self._nodes.was_put(pool_key, whole=False)
        self._apply(*self.snapshot.without_node(pool_key, key))

    async def list_nodes(self, pool_id: str, priority: Priority) -> Listing[PoolNode]:
        """Read one pool's nodes, with details where the service has them.

        Not every revision knows the detailed list (RackConnect API reference 4.0, operation 13);
        once it was refused, the short one is asked for.

        Raises:
            ApiError: Neither list could be read.
        """
        previous = tuple(self.snapshot.nodes_in(pool_id.lower()).values())
        if self._detailed_nodes:
            try:
                return await self.rackconnect.list_nodes_with_details(
                    pool_id, previous=previous, priority=priority
                )
            except (NotFound, NotSupported):
                listing = await self.rackconnect.list_nodes(
                    pool_id, previous=previous, priority=priority
                )
                self._detailed_nodes = False
                return listing
        return await self.rackconnect.list_nodes(pool_id, previous=previous, priority=priority)

    # -- the work -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Read on and on. Ends only by cancellation, which leaves the last picture standing."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep(Part.SERVERS, self._read_servers))
            tasks.create_task(self._keep(Part.PUBLIC_IPS, self._read_public_ips))
            tasks.create_task(self._keep(Part.POOLS, self._read_pools))
            tasks.create_task(self._keep(Part.NETWORKS, self._read_networks))
            tasks.create_task(self._nodes.keep())
            tasks.create_task(self._nodes.keep_looked_at())
            tasks.create_task(self._movers.follow())
            tasks.create_task(self._watch())

    async def _keep(self, part: Part, read: Callable[[Priority], Awaitable[None]]) -> None:
        beat = self._beats[part]
        # Somebody waits for the first picture, whatever an earlier run has used of the minute.
        is_awaited = part in MAIN
        while True:
            await beat.wait()
            is_awaited = beat.begin() or is_awaited
            priority = Priority.LOOKED_AT if is_awaited else Priority.BACKGROUND
            self._update_link()
            try:
                await read(priority)
            except (TokenRefused, CredentialsRefused) as error:
                beat.failed()
                self.failed(part, error)
                self._stop(error)
                return
            except Throttled as error:
                beat.failed()
                beat.due = max(beat.due, self._clock.monotonic() + self._budget.blocked_for)
                self.failed(part, error)
            except ApiError as error:
                beat.failed()
                self.failed(part, error)
            else:
                beat.succeeded()
                is_awaited = False
            self._update_link()

    def _stop(self, error: ApiError) -> None:
        self._refused(Refusal(error.one_line()))

    async def _read_servers(self, priority: Priority) -> None:
        if self.cloud_servers is None:
            raise NotFound(
                f"the account's catalogue has no Cloud Servers in {self.region}",
                operation="list cloud servers",
            )
        listing = await self.cloud_servers.list(
            previous=tuple(self.snapshot.servers.values()),
            priority=priority,
            so_far=None if self.snapshot.servers else self._servers_so_far,
        )
        await stand_aside()
        self._read(Part.SERVERS, listing.skipped, *self.snapshot.with_servers(listing.items))
        await self._tidy(Part.SERVERS, listing)

    def _servers_so_far(self, servers: Sequence[Server]) -> None:
        """Show some more of a long list, which counts as read when all of it has come.

        To take it in piece by piece also lets keys come in between.
        """
        self._apply(*self.snapshot.with_more_servers(servers))

    async def _read_public_ips(self, priority: Priority) -> None:
        began = self._clock.monotonic()
        is_new = not self.snapshot.public_ips

        def so_far(records: Sequence[PublicIP]) -> None:
            """See `_servers_so_far`."""
            self._apply(*self.snapshot.with_more_public_ips(self._newest(records, began)))

        listing = await self.rackconnect.list_public_ips(
            previous=tuple(self.snapshot.public_ips.values()),
            priority=priority,
            so_far=so_far if is_new else None,
        )
        await stand_aside()
        records = self._newest(listing.items, began)
        self._read(Part.PUBLIC_IPS, listing.skipped, *self.snapshot.with_public_ips(records))
        await self._tidy(Part.PUBLIC_IPS, listing)

    def _newest(self, records: Sequence[PublicIP], began: float) -> Sequence[PublicIP]:
        """Give a list's records; what was read by its own id meanwhile is newer than the list.

        Args:
            records: As listed.
            began: When the list was asked for.
        """
        self._put = {key: at for key, at in self._put.items() if at > began}
        if not self._put:
            return records
        here = self.snapshot.public_ips
        newer = [here[key] for key in self._put if key in here]
        return [*(record for record in records if record.key not in self._put), *newer]

    async def _tidy(self, part: Part, listing: Listing[Server] | Listing[PublicIP]) -> None:
        """Let go of what a long list took while it was read, the first time and now and then."""
        now = self._clock.monotonic()
        if len(listing.items) >= _LONG and now >= self._tidy_at.get(part, now):
            self._tidy_at[part] = now + _TIDY_AGAIN
            await asyncio.to_thread(give_back)

    async def _read_pools(self, priority: Priority) -> None:
        before = self.snapshot.pools
        listing = await self.rackconnect.list_pools(
            previous=tuple(before.values()), priority=priority
        )
        self._read(Part.POOLS, listing.skipped, *self.snapshot.with_pools(listing.items))
        self._nodes.counts_changed(
            [
                key
                for key, pool in self.snapshot.pools.items()
                # All pools of the first list are new, and none of them is more urgent for it.
                if before and ((old := before.get(key)) is None or old.counts != pool.counts)
            ]
        )

    async def _read_networks(self, priority: Priority) -> None:
        listing = await self.rackconnect.list_networks(
            previous=tuple(self.snapshot.networks.values()), priority=priority
        )
        self._read(Part.NETWORKS, listing.skipped, *self.snapshot.with_networks(listing.items))

    def _lists_to_come(self) -> Iterator[float]:
        """Give the seconds until each request for a list within the next minute."""
        for part in (Part.PUBLIC_IPS, Part.POOLS, Part.NETWORKS):
            yield from self._beats[part].upcoming(WINDOW)

    async def _watch(self) -> None:
        while True:
            self._update_link()
            await self._clock.sleep(_WATCH_SECONDS)

    # -- the picture and the link -------------------------------------------------------------

    def nodes_listed(self, pool: str, nodes: Sequence[PoolNode], skipped: tuple[str, ...]) -> None:
        """Take one pool's nodes, as just listed, into the picture."""
        self._read(Part.NODES, skipped, *self.snapshot.with_nodes(pool, nodes))

    def failed(self, part: Part, error: ApiError) -> None:
        """Note that a part could not be read; what is known of it stays."""
        before = self.snapshot.part(part)
        state = PartState(
            fetched=before.fetched,
            error=error.one_line(),
            unreachable=isinstance(error, NotReached),
            failing_since=before.failing_since or self._clock.now(),
            skipped=before.skipped,
            kept=before.kept,
        )
        self._apply(*self.snapshot.with_part(part, state))

    def _read(self, part: Part, skipped: tuple[str, ...], snapshot: Snapshot, diff: Diff) -> None:
        picture, parts = snapshot.with_part(
            part, PartState(fetched=self._clock.now(), skipped=skipped)
        )
        self._apply(picture, merge(diff, parts))

    def _apply(self, snapshot: Snapshot, diff: Diff) -> None:
        if not diff:
            return
        self.snapshot = snapshot
        if diff.public_ips:
            self._movers.changed(diff.public_ips)
        self._publish(SnapshotChanged(snapshot, diff))

    def _update_link(self) -> None:
        link = self._present_link()
        if link != self.link:
            self.link = link
            self._publish(LinkChanged(link))

    def _present_link(self) -> Link:
        parts = [self.snapshot.part(part) for part in MAIN]
        state, cause = self._judge()
        return Link(
            region=self.region,
            state=state,
            as_of=oldest(part.fetched for part in parts if part.fetched is not None),
            cause=cause,
            kept_from=self.snapshot.kept_from(),
            next_refresh=self._next_refresh(),
            used=self._budget.used,
            allowed=self._budget.limit,
            interval=self._interval,
        )

    def _judge(self) -> tuple[LinkState, str]:
        if self._refusal is not None:
            return LinkState.REFUSED, self._refusal.message
        state, cause = judge(self.snapshot, self._beats, self._budget, self._clock)
        if state is LinkState.LIVE and not self._running.is_set():
            return LinkState.PAUSED, ""
        return state, cause

    def _next_refresh(self) -> datetime | None:
        if self._refusal is not None or not self._running.is_set():
            return None
        left = min(self._beats[part].due for part in MAIN) - self._clock.monotonic()
        if left <= 0 or any(self._beats[part].started is not None for part in MAIN):
            return self.link.next_refresh
        # Whole seconds: else each computation would differ by a hair from the one before.
        moment = self._clock.now().timestamp() + left
        return datetime.fromtimestamp(round(moment), tz=self._clock.now().tzinfo)
