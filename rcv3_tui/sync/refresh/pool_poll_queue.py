"""Decides in which order the nodes of pools are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from rcv3_tui.clock import Clock
from rcv3_tui.model.diagnostics.thresholds import OPERATION_LIMIT
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.refresh.intervals import node_lifetime

_CHANGED, _UNREAD, _MOVING, _READ = range(4)
_NEVER = float("-inf")


class PoolPollQueue:
    """Selects the pools whose nodes are read next; each costs one request.

    Pools whose counts changed come first, then pools never read, then pools with a node in
    transition, then the pool that was read longest ago; the last two no more often than the delay
    allows. Every fourth read is that of the longest waiting pool, however many are urgent. A pool
    that cannot be read waits longer each time.

    Args:
        clock: Measures the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read: dict[str, float] = {}
        self._dirty: set[str] = set()
        self._failures: dict[str, int] = {}
        self._turn = 0
        self._turned = _NEVER

    def counts_changed(self, pools: Iterable[str]) -> None:
        """Record that pools are new or that their node counts differ."""
        self._dirty.update(pools)

    def was_read(self, pool: str) -> None:
        """Record that a pool's nodes were just requested, with or without success."""
        self._read[pool] = self._clock.monotonic()
        self._dirty.discard(pool)

    def failed(self, pool: str) -> None:
        """Record that a pool's nodes could not be read; it stays due."""
        self._failures[pool] = self._failures.get(pool, 0) + 1
        self._dirty.add(pool)

    def succeeded(self, pool: str) -> None:
        """Record that a pool's nodes were read."""
        self._failures.pop(pool, None)

    def is_first_minute(self, delay: float) -> bool:
        """Return whether pools never read need not respect the delay: there is a minute's worth."""
        return len(self._read) * delay < 60.0

    def next(
        self, snapshot: Snapshot, interval: float, limit: int, delay: float = 0.0
    ) -> list[str]:
        """Return the pools to read now.

        Args:
            snapshot: The present snapshot.
            interval: Seconds between refreshes.
            limit: How many pools at most.
            delay: Seconds between two pools that are not urgent; the first ones that are read at
                all do not respect it.

        Returns:
            Pool ids in lower case, the most urgent first; empty if none is due.
        """
        self._forget_all_but(snapshot.pools.keys())
        now = self._clock.monotonic()
        at_once = (_CHANGED, _MOVING, *([_UNREAD] if self.is_first_minute(delay) else []))
        may_turn = now - self._turned >= delay
        due = sorted(
            (rank, last, pool)
            for rank, last, pool in self._due(snapshot, interval, now)
            if may_turn or rank in at_once
        )
        chosen: list[str] = []
        while due and len(chosen) < limit:
            self._turn += 1
            # By the time of the last read alone, whatever the rank.
            is_fair = self._turn % 4 == 0
            pick = min(due, key=lambda entry: (entry[1], entry[2])) if is_fair else due[0]
            due.remove(pick)
            rank, _, pool = pick
            chosen.append(pool)
            if rank not in at_once:
                self._turned = now
                if delay:
                    due = [entry for entry in due if entry[0] in at_once]
        return chosen

    def _due(
        self, snapshot: Snapshot, interval: float, now: float
    ) -> Iterator[tuple[int, float, str]]:
        """Yield the rank, the time of the last read and the id of each pool that is due."""
        lifetime = node_lifetime(interval)
        for pool in snapshot.pools:
            last = self._read.get(pool)
            if (failures := self._failures.get(pool)) and last is not None:
                back_off = min(600.0, interval * 2.0 ** min(failures - 1, 10))
                if now - last < back_off:
                    continue
            if pool in self._dirty:
                yield _CHANGED, _NEVER if last is None else last, pool
            elif last is None:
                yield _UNREAD, _NEVER, pool
            elif now - last >= interval and self._has_transition(snapshot, pool):
                yield _MOVING, last, pool
            elif now - last >= lifetime:
                yield _READ, last, pool

    def _has_transition(self, snapshot: Snapshot, pool: str) -> bool:
        """Return whether a node is in transition; one that is stuck does not count."""
        nodes = [node for node in snapshot.nodes_in(pool).values() if node.status != "ACTIVE"]
        if not nodes:
            return False
        now = self._clock.now()
        return any(
            (since := node.updated or node.created) is not None
            and abs((now - since).total_seconds()) < OPERATION_LIMIT
            for node in nodes
            if phase(node.status) is Phase.TRANSITIONING
        )

    def _forget_all_but(self, pools: Set[str]) -> None:
        for gone in self._read.keys() - pools:
            del self._read[gone]
        for gone in self._failures.keys() - pools:
            del self._failures[gone]
        self._dirty &= pools
