"""One region kept fresh: reads its parts on their beats and holds the latest picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

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
from rcv3_tui.model.resources import PoolNode, PublicIP
from rcv3_tui.model.snapshot import Diff, Part, PartState, Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.budget import LIMIT, RequestBudget
from rcv3_tui.sync.changes import Change, Link, LinkChanged, LinkState, SnapshotChanged
from rcv3_tui.sync.schedule import (
    NETWORKS_INTERVAL,
    PATIENCE,
    Beat,
    NodeQueue,
    list_interval,
    node_room,
    oldest,
    poll_pause,
    wait_for,
)

_MAIN = (Part.SERVERS, Part.PUBLIC_IPS, Part.POOLS)
"""The parts that decide whether a picture counts as live."""

_NODE_READS_AT_ONCE = 4
_MOVERS_AT_ONCE = 3
_WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Refusal:
    """The region's services take no token of this account any more."""

    message: str


class RegionSync:
    """Keeps one region's picture fresh until it is cancelled.

    Args:
        region: Upper-case name.
        tenant: The account's id.
        rackconnect: The region's RackConnect client.
        servers: The region's Cloud Servers client; None where the catalogue has none.
        budget: The region's request budget; the clients draw on it, this only looks.
        clock: What measures the time.
        interval: Seconds between refreshes, as asked.
        publish: Takes every change.
        refused: Called once when the token is refused for good.
    """

    def __init__(
        self,
        *,
        region: str,
        tenant: str,
        rackconnect: RackConnect,
        servers: CloudServers | None,
        budget: RequestBudget,
        clock: Clock,
        interval: float,
        publish: Callable[[Change], None],
        refused: Callable[[Refusal], None],
    ) -> None:
        self.region = region
        self.rackconnect = rackconnect
        self.cloud_servers = servers
        self.snapshot = Snapshot(region=region, tenant=tenant)
        self.link = Link(region=region, allowed=LIMIT)
        self._budget = budget
        self._clock = clock
        self._interval = interval
        self._publish = publish
        self._refused = refused
        self._moving: frozenset[str] = frozenset()
        self._detailed_nodes = True
        self._beats = {
            Part.SERVERS: Beat(clock, lambda: self._interval),
            Part.PUBLIC_IPS: Beat(clock, self._list_interval),
            Part.POOLS: Beat(clock, self._list_interval),
            Part.NETWORKS: Beat(clock, lambda: NETWORKS_INTERVAL),
        }
        self._queue = NodeQueue(clock)
        self._nodes_wanted = asyncio.Event()
        self._movers_wanted = asyncio.Event()
        self._looked_at: str | None = None
        self._looked_at_due = 0.0
        self._node_failures = 0
        self._running = asyncio.Event()
        self._running.set()
        self.followed: set[str] = set()
        """Ids of resources that an operation follows already."""

    # -- what others ask ----------------------------------------------------------------------

    def refresh(self, part: Part | None = None) -> None:
        """Read a part now, or all of them.

        Args:
            part: Which; None: servers, public IPs, pools and the nodes that are looked at.
        """
        if part is Part.NODES or part is None:
            self._looked_at_due = 0.0
            self._nodes_wanted.set()
        for name in (part,) if part is not None else (*_MAIN, Part.NETWORKS):
            if name in self._beats:
                self._beats[name].hurry()

    def look_at(self, pool_key: str | None) -> None:
        """Keep one pool's nodes as fresh as the lists, because they are on the screen."""
        self._looked_at = pool_key
        self._looked_at_due = 0.0
        self._nodes_wanted.set()

    def pause(self, paused: bool) -> None:
        """Stop or go on reading by itself; operations under way are followed all the same."""
        if paused:
            self._running.clear()
        else:
            self._running.set()
        for beat in self._beats.values():
            beat.pause(paused)
        self._update_link()

    def set_interval(self, seconds: float) -> None:
        """Change the seconds between refreshes."""
        self._interval = seconds
        for beat in self._beats.values():
            beat.reschedule()

    # -- what operations bring ----------------------------------------------------------------

    def put_public_ip(self, record: PublicIP) -> None:
        """Put a record that was just read or made into the picture."""
        self._apply(*self.snapshot.with_public_ip(record))

    def drop_public_ip(self, key: str) -> None:
        """Take a record that is gone out of the picture."""
        self._apply(*self.snapshot.without_public_ip(key))

    def put_nodes(self, pool_key: str, nodes: Sequence[PoolNode]) -> None:
        """Put one pool's nodes, just read, into the picture."""
        self._queue.was_read(pool_key)
        self._apply(*self.snapshot.with_nodes(pool_key, nodes))

    def put_node(self, node: PoolNode) -> None:
        """Put one node that was just read or made into the picture."""
        self._apply(*self.snapshot.with_node(node))

    def drop_node(self, pool_key: str, key: str) -> None:
        """Take a node that is gone out of the picture."""
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
            tasks.create_task(self._keep_nodes())
            tasks.create_task(self._follow_movers())
            tasks.create_task(self._watch())

    async def _keep(self, part: Part, read: Callable[[Priority], Awaitable[None]]) -> None:
        beat = self._beats[part]
        while True:
            await beat.wait()
            priority = Priority.LOOKED_AT if beat.begin() else Priority.BACKGROUND
            self._update_link()
            try:
                await read(priority)
            except (TokenRefused, CredentialsRefused) as error:
                beat.failed()
                self._note_failure(part, error)
                self._refused(Refusal(error.one_line()))
                return
            except Throttled as error:
                beat.failed()
                beat.due = max(beat.due, self._clock.monotonic() + self._budget.blocked_for)
                self._note_failure(part, error)
            except ApiError as error:
                beat.failed()
                self._note_failure(part, error)
            else:
                beat.succeeded()
            self._update_link()

    async def _read_servers(self, priority: Priority) -> None:
        if self.cloud_servers is None:
            raise NotFound(
                f"the account's catalogue has no Cloud Servers in {self.region}",
                operation="list cloud servers",
            )
        listing = await self.cloud_servers.list(previous=tuple(self.snapshot.servers.values()))
        self._read(Part.SERVERS, listing.skipped, *self.snapshot.with_servers(listing.items))

    async def _read_public_ips(self, priority: Priority) -> None:
        listing = await self.rackconnect.list_public_ips(
            previous=tuple(self.snapshot.public_ips.values()), priority=priority
        )
        self._read(Part.PUBLIC_IPS, listing.skipped, *self.snapshot.with_public_ips(listing.items))

    async def _read_pools(self, priority: Priority) -> None:
        before = self.snapshot.pools
        listing = await self.rackconnect.list_pools(
            previous=tuple(before.values()), priority=priority
        )
        self._read(Part.POOLS, listing.skipped, *self.snapshot.with_pools(listing.items))
        recounted = [
            key
            for key, pool in self.snapshot.pools.items()
            if (old := before.get(key)) is None or old.counts != pool.counts
        ]
        self._queue.counts_changed(recounted)
        self._nodes_wanted.set()

    async def _read_networks(self, priority: Priority) -> None:
        listing = await self.rackconnect.list_networks(
            previous=tuple(self.snapshot.networks.values()), priority=priority
        )
        self._read(Part.NETWORKS, listing.skipped, *self.snapshot.with_networks(listing.items))

    async def _keep_nodes(self) -> None:
        while True:
            self._nodes_wanted.clear()
            now = self._clock.monotonic()
            asked = self._looked_at_due == 0.0
            due = now >= self._looked_at_due and (asked or self._running.is_set())
            if self._looked_at is not None and due:
                pool = self._looked_at
                self._looked_at_due = now + self._list_interval()
                await self._read_nodes(pool, Priority.LOOKED_AT)
                continue
            room = min(_NODE_READS_AT_ONCE, node_room(self._interval, self._queue.recent))
            if not self._running.is_set():
                room = 0
            pools = self._queue.next(self.snapshot, self._list_interval(), room) if room > 0 else []
            if pools:
                await asyncio.gather(
                    *(self._read_nodes(pool, Priority.BACKGROUND) for pool in pools)
                )
                continue
            await wait_for(self._nodes_wanted, self._clock, 1.0)

    async def _read_nodes(self, pool: str, priority: Priority) -> None:
        known = self.snapshot.pools.get(pool)
        self._queue.was_read(pool)
        try:
            listing = await self.list_nodes(known.id if known else pool, priority)
        except NotFound as error:
            self._note_failure(Part.NODES, error)
            self._beats[Part.POOLS].hurry()
        except (TokenRefused, CredentialsRefused) as error:
            self._note_failure(Part.NODES, error)
            self._refused(Refusal(error.one_line()))
        except ApiError as error:
            self._note_failure(Part.NODES, error)
            self._node_failures += 1
            # The pool stays wanted, but a service that fails is not asked for it in a tight loop.
            await self._clock.sleep(min(self._interval, 2.0 * self._node_failures))
            self._queue.counts_changed((pool,))
        else:
            self._node_failures = 0
            if pool in self.snapshot.pools:
                self._read(
                    Part.NODES, listing.skipped, *self.snapshot.with_nodes(pool, listing.items)
                )

    async def _follow_movers(self) -> None:
        looks: dict[str, tuple[int, float]] = {}
        while True:
            await self._running.wait()
            now = self._clock.monotonic()
            movers = self._movers()
            looks = {key: look for key, look in looks.items() if key in movers}
            for key in movers:
                looks.setdefault(key, (0, now + poll_pause(0)))
            if not looks:
                self._movers_wanted.clear()
                await wait_for(self._movers_wanted, self._clock, 3600.0)
                continue
            soonest = min(due for _, due in looks.values())
            if soonest > now:
                await self._clock.sleep(soonest - now)
                continue
            for key, (step, due) in list(looks.items()):
                if due <= now and self._budget.room(Priority.BACKGROUND) > LIMIT // 3:
                    await self._look_at_mover(key)
                looks[key] = (
                    (step + 1, self._clock.monotonic() + poll_pause(step + 1))
                    if due <= now
                    else (step, due)
                )

    def _movers(self) -> list[str]:
        moment = self._clock.now()

        def is_young(record: PublicIP) -> bool:
            since = record.updated or record.created
            return since is not None and abs((moment - since).total_seconds()) < PATIENCE

        young = (
            key
            for key in self._moving
            if key not in self.followed
            and (record := self.snapshot.public_ips.get(key)) is not None
            and phase(record.status) is Phase.MOVING
            and is_young(record)
        )
        return sorted(young)[:_MOVERS_AT_ONCE]

    async def _look_at_mover(self, key: str) -> None:
        record = self.snapshot.public_ips.get(key)
        if record is None:
            return
        try:
            self.put_public_ip(
                await self.rackconnect.show_public_ip(record.id, priority=Priority.BACKGROUND)
            )
        except NotFound:
            self.drop_public_ip(key)
        except ApiError:
            # The list's next reading meets the same trouble, and shows it.
            return

    async def _watch(self) -> None:
        while True:
            self._update_link()
            await self._clock.sleep(_WATCH_SECONDS)

    # -- the picture and the link -------------------------------------------------------------

    def _read(self, part: Part, skipped: tuple[str, ...], snapshot: Snapshot, diff: Diff) -> None:
        picture, parts = snapshot.with_part(
            part, PartState(fetched=self._clock.now(), skipped=skipped)
        )
        self._apply(picture, replace_parts(diff, parts))

    def _note_failure(self, part: Part, error: ApiError) -> None:
        before = self.snapshot.part(part)
        state = PartState(
            fetched=before.fetched,
            error=error.one_line(),
            unreachable=isinstance(error, NotReached),
            failing_since=before.failing_since or self._clock.now(),
            skipped=before.skipped,
        )
        self._apply(*self.snapshot.with_part(part, state))

    def _apply(self, snapshot: Snapshot, diff: Diff) -> None:
        if not diff:
            return
        self.snapshot = snapshot
        if diff.public_ips:
            records = snapshot.public_ips
            touched = {
                key
                for key in diff.public_ips.changed
                if key in records and phase(records[key].status) is Phase.MOVING
            }
            self._moving = (self._moving - diff.public_ips.changed - diff.public_ips.removed) | (
                touched
            )
            if touched:
                self._movers_wanted.set()
        self._publish(SnapshotChanged(snapshot, diff))

    def _list_interval(self) -> float:
        return list_interval(self._interval, self._queue.recent)

    def _update_link(self) -> None:
        link = self._present_link()
        if link != self.link:
            self.link = link
            self._publish(LinkChanged(link))

    def _present_link(self) -> Link:
        parts = [self.snapshot.part(part) for part in _MAIN]
        as_of = oldest(part.fetched for part in parts if part.fetched is not None)
        state, cause = self._judge(parts)
        return Link(
            region=self.region,
            state=state,
            as_of=as_of,
            cause=cause,
            next_refresh=self._next_refresh(),
            used=self._budget.used,
            allowed=LIMIT,
            interval=self._interval,
        )

    def _judge(self, parts: list[PartState]) -> tuple[LinkState, str]:
        failing = {name: s for name, s in zip(_MAIN, parts, strict=True) if s.error is not None}
        unreachable = next((s.error for s in failing.values() if s.unreachable), None)
        if unreachable is not None:
            return LinkState.STALE, unreachable
        for name in _MAIN:
            beat = self._beats[name]
            patience = max(1.5, 0.75 * beat.interval)
            # A reading that waits for its turn in the budget says nothing of the service.
            if beat.waiting_for > patience and self._budget.room(Priority.BACKGROUND):
                if self.snapshot.part(name).fetched is None:
                    return LinkState.CONNECTING, f"{name}: no answer yet"
                return LinkState.STALE, f"{name}: no answer for {beat.waiting_for:.0f} s"
        if len(failing) == len(_MAIN):
            return LinkState.STALE, next(iter(failing.values())).error or ""
        if failing:
            return LinkState.PARTLY, "; ".join(f"{s.error}" for s in failing.values())
        if not self._running.is_set():
            return LinkState.PAUSED, ""
        if any(part.fetched is None for part in parts):
            return LinkState.CONNECTING, ""
        return LinkState.LIVE, ""

    def _next_refresh(self) -> datetime | None:
        if not self._running.is_set():
            return None
        left = min(self._beats[part].due for part in _MAIN) - self._clock.monotonic()
        if left <= 0 or any(self._beats[part].started is not None for part in _MAIN):
            return self.link.next_refresh
        # Whole seconds: else each computation would differ by a hair from the one before.
        moment = self._clock.now().timestamp() + left
        return datetime.fromtimestamp(round(moment), tz=self._clock.now().tzinfo)


def replace_parts(diff: Diff, other: Diff) -> Diff:
    """Give a diff that also tells of the parts that another one tells of."""
    return Diff(
        servers=diff.servers,
        public_ips=diff.public_ips,
        pools=diff.pools,
        nodes=diff.nodes,
        networks=diff.networks,
        parts=diff.parts | other.parts,
    )
