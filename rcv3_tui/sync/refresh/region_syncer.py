"""Refreshes one region: reads each kind of resource on its timer and holds the snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from rcv3_tui.api.errors import (
    ApiError,
    ConnectionFailed,
    CredentialsRefused,
    Throttled,
)
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.cooperative import yield_to_loop
from rcv3_tui.model.delta import KeyDelta, SnapshotDelta
from rcv3_tui.model.drain import Drain
from rcv3_tui.model.fetch_state import PRIMARY_KINDS, ResourceKind
from rcv3_tui.model.operation import Request
from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP, Resource
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.connect import RegionClients
from rcv3_tui.sync.curl import curl_of_change, curl_of_read
from rcv3_tui.sync.events import (
    ConnectionChanged,
    ConnectionState,
    ConnectionStatus,
    SnapshotChanged,
    SyncEvent,
)
from rcv3_tui.sync.rate_ledger import WINDOW
from rcv3_tui.sync.refresh.connection_state import connection_state
from rcv3_tui.sync.refresh.intervals import NETWORKS_INTERVAL
from rcv3_tui.sync.refresh.pool_poller import PoolNodePoller
from rcv3_tui.sync.refresh.refresh_timer import RefreshTimer, stalest
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
from rcv3_tui.sync.refresh.shared_polls import SharedPolls
from rcv3_tui.sync.refresh.transition_poller import TransitionPoller

_WATCH_SECONDS = 0.5


class RegionSyncer:
    """Refreshes one region's snapshot until it is cancelled.

    Args:
        clients: The region's clients.
        clock: Measures the time.
        interval: Seconds between refreshes, as requested.
        publish: Receives every event.
        on_auth_revoked: Called when Identity rejects the credentials. A token that only this
            region rejects affects only this region, and is tried again with the next refresh.
        snapshot: The first snapshot: an empty one, or that of an earlier sign-in.
    """

    def __init__(
        self,
        *,
        clients: RegionClients,
        clock: Clock,
        interval: float,
        publish: Callable[[SyncEvent], None],
        on_auth_revoked: Callable[[str], None],
        snapshot: Snapshot,
    ) -> None:
        self.region = snapshot.region
        self.rackconnect = clients.rackconnect
        self.cloud_servers = clients.cloud_servers
        self.snapshot = snapshot
        self.connection = ConnectionStatus(
            region=snapshot.region, allowed=clients.rate_limiter.limit, interval=interval
        )
        self.unreadable_pools: set[str] = set()
        """The pools whose nodes the last `read_unread_members` could not read, by lower-case id."""
        self.rate_limiter = rate_limiter = clients.rate_limiter
        self._clock = clock
        self._interval = interval
        self._publish = publish
        self._on_auth_revoked = on_auth_revoked
        self._revoked_reason = ""
        self._fetcher = RegionFetcher(clients, clock)
        self._running = asyncio.Event()
        self._running.set()
        self._pool_poller = PoolNodePoller(
            self,
            clock,
            interval,
            lambda upcoming: rate_limiter.available(
                Priority.BACKGROUND, chain(upcoming, self._upcoming_lists())
            ),
            lambda: rate_limiter.pace(Priority.BACKGROUND),
            self._stop,
        )
        self._transition_poller = TransitionPoller(self, rate_limiter, clock, self._running)
        self._transition_poller.note_changes(KeyDelta(frozenset(snapshot.public_ips)))
        self.public_ip_polls = SharedPolls(self, clock)
        """Polls the public IPs that operations follow."""
        self._timers = {
            ResourceKind.SERVERS: RefreshTimer(clock, lambda: self._interval),
            ResourceKind.PUBLIC_IPS: RefreshTimer(clock, lambda: self._pool_poller.intervals.lists),
            ResourceKind.POOLS: RefreshTimer(clock, lambda: self._pool_poller.intervals.lists),
            ResourceKind.NETWORKS: RefreshTimer(clock, lambda: NETWORKS_INTERVAL),
        }
        self._priorities = dict.fromkeys(self._timers, Priority.FOCUSED)
        """The priority of each kind's last read."""
        self._upserted_at: dict[str, float] = {}

    @property
    def followed(self) -> set[str]:
        """Ids of public IPs that an operation polls."""
        return self._transition_poller.followed

    # -- control ------------------------------------------------------------------------------

    def refresh(self, kind: ResourceKind | None = None) -> None:
        """Read one kind of resource now, or all of them.

        Args:
            kind: Which; None: servers, public IPs, pools, networks and the nodes of the pool on
                the screen.
        """
        if kind is ResourceKind.NODES or kind is None:
            self._pool_poller.refresh_focused_pool()
        for each in (kind,) if kind is not None else (*PRIMARY_KINDS, ResourceKind.NETWORKS):
            if each in self._timers:
                self._timers[each].trigger()

    def watch_pool(self, pool_key: str | None) -> None:
        """Refresh one pool's nodes as often as the lists, because they are on the screen."""
        self._pool_poller.set_focused_pool(pool_key)

    def read_pools_first(self, pool_keys: Sequence[str]) -> None:
        """Read the nodes of some pools before those of others, within the rate limit."""
        self._pool_poller.read_first(pool_keys)

    def pause(self, paused: bool) -> None:
        """Pause or resume refreshing; running operations continue to be followed."""
        if paused:
            self._running.clear()
        else:
            self._running.set()
        for timer in self._timers.values():
            timer.pause(paused)
        self._pool_poller.pause(paused)
        self._update_connection()

    def set_interval(self, seconds: float) -> None:
        """Change the seconds between refreshes."""
        self._interval = seconds
        self._pool_poller.set_interval(seconds)
        for timer in self._timers.values():
            timer.reschedule()

    def revoke_auth(self, reason: str) -> None:
        """Publish that nothing can be read until the next sign-in."""
        self._revoked_reason = reason
        self._update_connection()

    def detach(self) -> None:
        """Stop publishing: another syncer owns this region from now on."""
        self._publish = lambda change: None

    def curl_of_change(self, request: Request) -> str:
        """Return the curl command of an operation; see `rcv3_tui.sync.curl`.

        Raises:
            NoCurl: There is none.
        """
        return curl_of_change(self.rackconnect, request)

    def curl_of_read(self, resource: Resource) -> str:
        """Return the curl command that reads a resource; see `rcv3_tui.sync.curl`.

        Raises:
            NoCurl: There is none.
        """
        return curl_of_read(self.rackconnect, self.cloud_servers, resource)

    # -- updates by operations ----------------------------------------------------------------

    def upsert_public_ip(self, record: PublicIP) -> None:
        """Insert or replace a public IP in the snapshot."""
        self._upserted_at[record.key] = self._clock.monotonic()
        self._apply(*self.snapshot.with_public_ip(record))

    def remove_public_ip(self, key: str) -> None:
        """Remove a public IP from the snapshot."""
        self._upserted_at[key] = self._clock.monotonic()
        self._apply(*self.snapshot.without_public_ip(key))

    def upsert_nodes(self, pool_key: str, nodes: Sequence[PoolNode]) -> None:
        """Replace the nodes of one pool in the snapshot."""
        self._pool_poller.note_update(pool_key, whole=True)
        self._apply(*self.snapshot.with_nodes(pool_key, nodes))

    def upsert_node(self, node: PoolNode) -> None:
        """Insert or replace one node in the snapshot."""
        self._pool_poller.note_update(node.pool_key, whole=False)
        self._apply(*self.snapshot.with_node(node))

    def remove_node(self, pool_key: str, key: str) -> None:
        """Remove one node from the snapshot."""
        self._pool_poller.note_update(pool_key, whole=False)
        self._apply(*self.snapshot.without_node(pool_key, key))

    def set_drains(self, drains: Mapping[str, Drain]) -> None:
        """Set the drained servers in the snapshot, by lower-case id."""
        # Before the servers have been read, no row differs.
        self.snapshot, diff = self.snapshot.with_drains(drains)
        self._apply(self.snapshot, diff)

    async def read(self, kind: ResourceKind, priority: Priority = Priority.FOCUSED) -> None:
        """Read one kind of resource into the snapshot now.

        Args:
            kind: The kind.
            priority: The order of requests that wait for the rate limit.

        Raises:
            ApiError: It could not be read; the snapshot is as before.
        """
        match kind:
            case ResourceKind.SERVERS:
                await self._refresh(SERVERS, priority)
            case ResourceKind.PUBLIC_IPS:
                await self._refresh(PUBLIC_IPS, priority)
            case ResourceKind.POOLS:
                await self._refresh(POOLS, priority)
            case ResourceKind.NETWORKS:
                await self._refresh(NETWORKS, priority)
            case ResourceKind.NODES:
                for pool in tuple(self.snapshot.pools.values()):
                    await self.read_nodes(pool.id)

    async def read_nodes(self, pool_id: str) -> None:
        """Read one pool's nodes into the snapshot now.

        Raises:
            ApiError: They could not be read; the snapshot is as before.
        """
        self.apply_nodes(pool_id.lower(), await self.fetch_nodes(pool_id, Priority.FOCUSED))

    async def read_unread_members(self) -> str:
        """Read the nodes of the pools that this run has not read, for a change that needs them all.

        Returns:
            The first pool that could not be read, and why; empty: all have been.
        """
        self.unreadable_pools.clear()
        problem = ""
        for pool in self.snapshot.unread_member_pools:
            try:
                await self.read_nodes(pool.id)
            except ApiError as error:
                self.note_failure(ResourceKind.NODES, error)
                problem = problem or f"pool {pool.name or pool.id}: {error.one_line()}"
                if isinstance(error, CredentialsRefused | ConnectionFailed):
                    # The others would fail as well.
                    break
                self.unreadable_pools.add(pool.key)
        return problem

    @property
    def available_requests(self) -> int:
        """The number of requests that may be sent now without waiting."""
        return self.rate_limiter.available(Priority.FOCUSED)

    async def fetch_nodes(self, pool_id: str, priority: Priority) -> Fetched[PoolNode]:
        """Return one pool's nodes, with details where the service has them.

        Raises:
            ApiError: They could not be read.
        """
        return await self._fetcher.fetch_nodes(pool_id, self.snapshot, priority=priority)

    # -- refreshing ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Refresh until cancelled; the last snapshot stays available."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._refresh_forever(SERVERS))
            tasks.create_task(self._refresh_forever(PUBLIC_IPS))
            tasks.create_task(self._refresh_forever(POOLS))
            tasks.create_task(self._refresh_forever(NETWORKS))
            tasks.create_task(self._pool_poller.poll_in_turn())
            tasks.create_task(self._pool_poller.poll_focused())
            tasks.create_task(self._transition_poller.poll())
            tasks.create_task(self._watch_connection())

    async def _refresh_forever(self, listed: ListedKind[ItemT]) -> None:
        kind = listed.kind
        timer = self._timers[kind]
        # The first snapshot is urgent, however many requests an earlier run has used.
        is_urgent = kind in PRIMARY_KINDS
        while True:
            await timer.wait()
            is_urgent = timer.begin() or is_urgent
            priority = Priority.FOCUSED if is_urgent else Priority.BACKGROUND
            self._priorities[kind] = priority
            self._update_connection()
            try:
                await self._refresh(listed, priority)
            except CredentialsRefused as error:
                timer.failed()
                self.note_failure(kind, error)
                self._stop(error)
                return
            except Throttled as error:
                timer.failed()
                timer.due = max(timer.due, self._clock.monotonic() + self.rate_limiter.blocked_for)
                self.note_failure(kind, error)
            except ApiError as error:
                timer.failed()
                self.note_failure(kind, error)
            else:
                timer.succeeded()
                if is_urgent:
                    self._pool_poller.lists_read()
                is_urgent = False
            self._update_connection()

    def _stop(self, error: ApiError) -> None:
        self._on_auth_revoked(error.one_line())

    async def _refresh(self, listed: ListedKind[ItemT], priority: Priority) -> None:
        """Read one kind of resource into the snapshot."""
        began = self._clock.monotonic()
        is_first = not listed.items_in(self.snapshot)
        pools_before = self.snapshot.pools

        def on_partial(items: Sequence[ItemT]) -> None:
            """Publish a part of a long list, which counts as read once all of it has arrived."""
            if listed.extend_in is not None:
                newest = self._with_newer_upserts(listed, items, began)
                self._apply(*listed.extend_in(self.snapshot, newest))

        fetched = await self._fetcher.fetch(
            listed,
            self.snapshot,
            priority=priority,
            on_partial=on_partial if is_first and listed.extend_in is not None else None,
        )
        await yield_to_loop()
        items = self._with_newer_upserts(listed, fetched.items, began)
        change = listed.replace_in(self.snapshot, items)
        self._apply(*with_state(listed.kind, fetched.state, change))
        if listed.kind is ResourceKind.PUBLIC_IPS:
            # The next list is newer than these.
            self._upserted_at = {k: at for k, at in self._upserted_at.items() if at > began}
        if listed.kind is ResourceKind.POOLS:
            self._note_node_counts(pools_before)

    def _with_newer_upserts(
        self, listed: ListedKind[ItemT], items: Sequence[ItemT], began: float
    ) -> Sequence[ItemT]:
        """Return a list's items, but the snapshot's where an operation read one since.

        Args:
            listed: The kind.
            items: As listed.
            began: When the list was requested.
        """
        newer = {key for key, at in self._upserted_at.items() if at > began}
        if not newer:
            return items
        here = listed.items_in(self.snapshot)
        unchanged = [item for item in items if item.key not in newer]
        return unchanged + [here[key] for key in newer if key in here]

    def _note_node_counts(self, before: Mapping[str, LoadBalancerPool]) -> None:
        """Schedule reads of the nodes of pools whose counts changed.

        Args:
            before: The pools before the refresh. All pools of the first list are new, and none of
                them is more urgent for it.
        """
        self._pool_poller.counts_changed(
            [
                key
                for key, pool in self.snapshot.pools.items()
                if before and ((old := before.get(key)) is None or old.counts != pool.counts)
            ]
        )

    def _upcoming_lists(self) -> Iterator[float]:
        """Yield the seconds until each request for a list within the next minute."""
        for kind in (ResourceKind.PUBLIC_IPS, ResourceKind.POOLS, ResourceKind.NETWORKS):
            yield from self._timers[kind].upcoming(WINDOW)

    async def _watch_connection(self) -> None:
        while True:
            self._update_connection()
            await self._clock.sleep(_WATCH_SECONDS)

    # -- the snapshot and the connection ------------------------------------------------------

    def apply_nodes(self, pool: str, fetched: Fetched[PoolNode]) -> None:
        """Apply one pool's nodes, as just read, to the snapshot."""
        skipped = len(fetched.state.skipped)
        change = self.snapshot.with_nodes(pool, fetched.items, unreadable=skipped)
        self._apply(*with_state(ResourceKind.NODES, fetched.state, change))

    def note_failure(self, kind: ResourceKind, error: ApiError) -> None:
        """Record that a kind could not be read; its items remain."""
        self._apply(*with_failure(self.snapshot, kind, error, self._clock.now()))

    def _apply(self, snapshot: Snapshot, diff: SnapshotDelta) -> None:
        if not diff:
            return
        self.snapshot = snapshot
        if diff.public_ips:
            self._transition_poller.note_changes(diff.public_ips)
        self._publish(SnapshotChanged(snapshot, diff))

    def _update_connection(self) -> None:
        link = self._current_connection()
        if link != self.connection:
            self.connection = link
            self._publish(ConnectionChanged(link))

    def _current_connection(self) -> ConnectionStatus:
        states = [self.snapshot.fetch_state(kind) for kind in PRIMARY_KINDS]
        state, cause = self._connection_state()
        return ConnectionStatus(
            region=self.region,
            state=state,
            as_of=stalest(state.fetched for state in states if state.fetched is not None),
            cause=cause,
            cached_since=self.snapshot.cached_since(),
            next_refresh=self._next_refresh(),
            used=self.rate_limiter.used,
            allowed=self.rate_limiter.limit,
            interval=self._interval,
        )

    def _connection_state(self) -> tuple[ConnectionState, str]:
        if self._revoked_reason:
            return ConnectionState.REFUSED, self._revoked_reason
        state, cause = connection_state(self.snapshot, self._timers, self.rate_limiter, self._clock)
        if state is ConnectionState.LIVE and not self._running.is_set():
            return ConnectionState.PAUSED, ""
        return state, cause

    def _next_refresh(self) -> datetime | None:
        if self._revoked_reason or not self._running.is_set():
            return None
        left = self._rate_limit_delay()
        if not left:
            left = min(self._timers[kind].due for kind in PRIMARY_KINDS) - self._clock.monotonic()
            if left <= 0 or any(self._timers[kind].started is not None for kind in PRIMARY_KINDS):
                return self.connection.next_refresh
        # Whole seconds: otherwise each computation would differ slightly from the previous one.
        moment = self._clock.now().timestamp() + left
        return datetime.fromtimestamp(round(moment), tz=self._clock.now().tzinfo)

    def _rate_limit_delay(self) -> float:
        """Return the seconds until the rate limit permits a list that is due; 0: none waits."""
        delays = [
            self.rate_limiter.delay(self._priorities[kind])
            for kind in (ResourceKind.PUBLIC_IPS, ResourceKind.POOLS)
            if self._timers[kind].started is not None
        ]
        return min((delay for delay in delays if delay), default=0.0)
