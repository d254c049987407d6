"""Which pools' nodes to read: each pool costs one of the minute's 30 requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rcv3_tui.model.resources import LoadBalancerPool
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.oneshot.asked import Asked, NotPossible

if TYPE_CHECKING:
    from rcv3_tui.oneshot.reading import PoolChoice, RegionReader

GLANCE = 12
"""Pools whose nodes the summary reads at most."""

EACH_TURN = 6
"""Pools whose nodes are read again, though nothing hints at a change, each time one watches."""


def glance() -> PoolChoice:
    """Choose for the summary: the pools with the fewest members, as many as come cheap.

    Half of what the minute has left stays for whoever asks next.
    """

    def choose(
        reader: RegionReader, pools: Sequence[LoadBalancerPool]
    ) -> Sequence[LoadBalancerPool]:
        most = min(GLANCE, reader.room // 2)
        return sorted(pools, key=lambda pool: (pool.counts.total, pool.name))[:most]

    return choose


class Named:
    """Chooses the pools that are named, or that a filter can let pass; without either, all.

    Args:
        asked: The names, and the filter.
    """

    def __init__(self, asked: Asked) -> None:
        self._names = {name.casefold(): name for name in asked.pools}
        self._found: set[str] = set()
        self._seen: dict[str, None] = {}
        self._passes = _of_filter(asked.filter)

    def __call__(
        self, reader: RegionReader, pools: Sequence[LoadBalancerPool]
    ) -> Sequence[LoadBalancerPool]:
        """Choose."""
        self._seen.update(dict.fromkeys(pool.name for pool in pools))
        chosen = [pool for pool in pools if self._passes(pool)]
        if not self._names:
            return chosen
        named = []
        for pool in chosen:
            if names := {pool.name.casefold(), pool.key} & self._names.keys():
                self._found |= names
                named.append(pool)
        return named

    def check(self) -> None:
        """Make sure, when all regions have been read, that each name was that of a pool.

        Raises:
            NotPossible: One was not; the text has the nearest one.
        """
        for key, name in self._names.items():
            if key not in self._found:
                from rcv3_tui.spelling import did_you_mean, shown

                raise NotPossible(
                    f"--pool: there is no pool {shown(name)}" + did_you_mean(name, self._seen)
                )


class Turns:
    """Chooses again and again for whoever watches or waits.

    What has not been read or hints at a change comes first, then the others in turn.

    Args:
        first: Chooses among all pools; only what it chooses is ever read.
    """

    def __init__(self, first: PoolChoice) -> None:
        self._first = first
        self._last: dict[tuple[str, str], tuple[int, LoadBalancerPool]] = {}
        self._round = 0
        self.whole = False
        """As many as the minute's requests allow: somebody has to be sure."""

    def __call__(
        self, reader: RegionReader, pools: Sequence[LoadBalancerPool]
    ) -> Sequence[LoadBalancerPool]:
        """Choose."""
        self._round += 1
        urgent, others = [], []
        for pool in self._first(reader, pools):
            before = self._last.get((reader.name, pool.key))
            moving = any(
                phase(node.status) is Phase.MOVING
                for node in reader.snapshot.nodes_in(pool.key).values()
            )
            is_new = before is None or pool.key not in reader.snapshot.nodes
            if before is None or is_new or before[1].counts != pool.counts or moving:
                urgent.append(pool)
            else:
                others.append((before[0], pool.key, pool))
        # As many as leave the lists their requests.
        room = max(1, reader.room - 3 - len(urgent))
        most = room if self.whole else min(EACH_TURN, room)
        chosen = urgent + [pool for _, _, pool in sorted(others)[:most]]
        for pool in chosen:
            self._last[reader.name, pool.key] = (self._round, pool)
        return chosen


def _of_filter(text: str) -> Callable[[LoadBalancerPool], bool]:
    """Find the terms of a filter that say which pools it is about.

    All terms have to hold, so what one of them refuses need not be read. Only plain ones are
    looked at: with quotes, expressions or spaces in play, everything is read.
    """
    terms = [term for term in text.split() if term.casefold().startswith("pool:")]
    if not terms or any(sign in text for sign in '"/'):
        return lambda pool: True
    from datetime import UTC, datetime

    from rcv3_tui.model.filters import FilterError, parse_filter

    try:
        filters = [found for term in terms if (found := parse_filter(term)) is not None]
    except FilterError:
        # Told already, when the whole filter was checked.
        return lambda pool: True
    never = datetime.fromtimestamp(0, UTC)
    return lambda pool: all(each.passes({"pool": pool.name}, never) for each in filters)
