"""Which pools' nodes to read: each pool costs one of the minute's 30 requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rcv3_tui.model.filters import FilterError, parse_filter
from rcv3_tui.model.resources import LoadBalancerPool
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.status.options import InvalidOption, Noun, StatusOptions
from rcv3_tui.status.reader import PoolSelector, RegionReader
from rcv3_tui.suggest import did_you_mean, quote_value

SAMPLE_SIZE = 12
"""Pools whose nodes a summary reads at most: five summaries in a minute stay below the limit, with
three lists each and the nodes read once."""

PER_ROUND = 6
"""Pools without a hint at a change whose nodes each report of `--watch` reads again."""


def sample_pools(
    reader: RegionReader, pools: Sequence[LoadBalancerPool]
) -> Sequence[LoadBalancerPool]:
    """Select the pools of a summary: those with the fewest members.

    The selection does not depend on the remaining requests, so that results are repeatable.
    """
    del reader
    return sorted(pools, key=lambda pool: (pool.counts.total or 0, pool.name, pool.key))[
        :SAMPLE_SIZE
    ]


def all_pools(
    reader: RegionReader, pools: Sequence[LoadBalancerPool]
) -> Sequence[LoadBalancerPool]:
    """Select all pools."""
    del reader
    return pools


class NamedPools:
    """Selects the named pools, or those that can match a filter; all without either.

    Args:
        options: The names, and the filter.
    """

    def __init__(self, options: StatusOptions) -> None:
        self._names = {name.casefold(): name for name in options.pools}
        self._found: set[str] = set()
        self._seen: dict[str, None] = {}
        self._passes = _of_filter(options)
        self._only_drained = _is_about_drains(options)

    def __call__(
        self, reader: RegionReader, pools: Sequence[LoadBalancerPool]
    ) -> Sequence[LoadBalancerPool]:
        """Return the selected pools."""
        self._seen.update(dict.fromkeys(pool.name for pool in pools))
        chosen = [pool for pool in pools if self._passes(pool)]
        if self._only_drained:
            drained_from = {
                pool.key for drain in reader.snapshot.drains.values() for pool in drain.pools
            }
            chosen = [pool for pool in chosen if pool.key in drained_from]
        if not self._names:
            return chosen
        named = []
        for pool in chosen:
            if names := {pool.name.casefold(), pool.key} & self._names.keys():
                self._found |= names
                named.append(pool)
        return named

    def check(self) -> None:
        """Check, after all regions were read, that each name matched a pool.

        Raises:
            InvalidOption: One did not; the text suggests the closest one.
        """
        for key, name in self._names.items():
            if key not in self._found:
                raise InvalidOption(
                    f"--pool: there is no pool {quote_value(name)}" + did_you_mean(name, self._seen)
                )


class RoundRobin:
    """Selects pools for repeated readings, some of them in turn.

    Unread pools and pools with a hint at a change come first, then the others in turn.

    Args:
        first: Selects among all pools; only its selection is read.
    """

    def __init__(self, first: PoolSelector) -> None:
        self._first = first
        self._last: dict[tuple[str, str], tuple[int, LoadBalancerPool]] = {}
        self._round = 0
        self.whole = False
        """Select as many as the requests of the minute allow, for a complete result."""

    def __call__(
        self, reader: RegionReader, pools: Sequence[LoadBalancerPool]
    ) -> Sequence[LoadBalancerPool]:
        """Return the selected pools."""
        self._round += 1
        urgent, others = [], []
        for pool in self._first(reader, pools):
            before = self._last.get((reader.name, pool.key))
            moving = any(
                phase(node.status) is Phase.TRANSITIONING
                for node in reader.snapshot.nodes_in(pool.key).values()
            )
            is_new = before is None or pool.key not in reader.snapshot.nodes
            if before is None or is_new or before[1].counts != pool.counts or moving:
                urgent.append(pool)
            else:
                others.append((before[0], pool.key, pool))
        # Reserve requests for the lists.
        room = max(1, reader.available_requests - 3 - len(urgent))
        most = room if self.whole else min(PER_ROUND, room)
        chosen = urgent + [pool for _, _, pool in sorted(others)[:most]]
        for pool in chosen:
            self._last[reader.name, pool.key] = (self._round, pool)
        return chosen


def _wants_pools(options: StatusOptions) -> bool:
    return "pools" in {name.strip() for each in options.columns for name in each.split(",")}


def _is_about_drains(options: StatusOptions) -> bool:
    """Return whether of all pools only those matter that servers were drained from."""
    text = options.filter.casefold()
    others = any(name in text for name in ("pool:", "pools:", "load_balancer_pool:"))
    return (
        options.noun is Noun.SERVERS
        and "drained:" in text
        and not others
        and not _wants_pools(options)
    )


def _of_filter(options: StatusOptions) -> Callable[[LoadBalancerPool], bool]:
    """Return the test that a filter implies for pools.

    A node is in one pool, so all terms have to match it. A server may be in several: to decide
    whether it is in one (`pool:web`, `!pool:web`), the nodes of that pool have to be read. Only
    plain terms are considered; with other terms about pools, all pools are read.
    """
    text = options.filter
    words = text.casefold().split()
    of_servers = options.noun is Noun.SERVERS
    if of_servers:
        words = [word.lstrip("!") for word in words]
    terms = [word for word in words if word.startswith("pool:")]
    counts = any(word.startswith("pools:") for word in words)
    if not terms or counts or _wants_pools(options) or any(sign in text for sign in '"/'):
        return lambda pool: True

    try:
        filters = [found for term in terms if (found := parse_filter(term)) is not None]
    except FilterError:
        # Reported before, when the whole filter was checked.
        return lambda pool: True
    never = datetime.fromtimestamp(0, UTC)
    hold = any if of_servers else all
    return lambda pool: hold(each.passes({"pool": pool.name}, never) for each in filters)
