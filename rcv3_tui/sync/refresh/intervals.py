"""How often to read what, within the rate limit."""

from __future__ import annotations

import random
from dataclasses import dataclass

from rcv3_tui.model.diagnostics.thresholds import OPERATION_LIMIT

LIST_CALLS = 2
"""RackConnect requests of one refresh: all public IPs, all pools."""

FOCUS_CALLS = 1
"""RackConnect requests of one read of the focused pool's nodes."""

MAX_LISTS = 20.0
"""Requests a minute for the lists, however short the requested interval is."""

CROWDED_LISTS = 12.0
"""Requests a minute for the lists with many pools: 10 seconds between refreshes."""

SHARE = 24.0
"""Requests a minute for background work when no other program uses the account."""

EVERY_POOL = 2400.0
"""Seconds within which the nodes of every pool are read."""

STRETCH = 1.2
"""How much longer than requested the list interval may become, for `EVERY_POOL`."""

NETWORKS_INTERVAL = 600.0
"""Seconds between two reads of the cloud networks, which hardly ever change (reference 4.1)."""

POLL_STEPS = (2.0, 3.0, 5.0, 8.0, 10.0)
"""Seconds between two polls of a transitional resource; the last one repeats (reference 5.4)."""

_HASTE = 0.4
"""Fraction of an even delay that is waited between pools in turn, to make up for lost slots."""

_LOST = 1.0
"""Requests a minute that stay unused: two are reserved for some seconds until the lists are due."""

_NETWORKS = 60.0 / NETWORKS_INTERVAL


@dataclass(frozen=True, slots=True)
class Intervals:
    """The refresh intervals of one region, in seconds, within its share of the rate limit."""

    requested: float
    """The interval that the operator set."""
    pools: int
    """Pools other than the focused one, whose nodes are read in turn."""
    has_focus: bool
    """Whether a pool is on the screen."""
    share: float = SHARE
    """Requests a minute for all background work."""

    @property
    def focus(self) -> float:
        """Seconds between two reads of the focused pool's nodes.

        The lists have the same interval unless `lists` has to stretch theirs.
        """
        calls = LIST_CALLS + FOCUS_CALLS * self.has_focus
        part = calls / LIST_CALLS
        # With a small share, the lists must not take all of it.
        least = min(CROWDED_LISTS, self.share / 2) * part
        rest = self.share - _NETWORKS - self.pools * 60.0 / node_lifetime(self.requested)
        return max(self.requested, 60.0 * calls / min(max(rest, least), MAX_LISTS * part))

    @property
    def lists(self) -> float:
        """Seconds between two refreshes of the lists.

        Longer than requested when the rate limit is short, and up to `STRETCH` times longer when
        some of many pools would not be read in time otherwise.
        """
        usual = self.focus
        left = self.share - _LOST - self._other_requests - self.pools * 60.0 / EVERY_POOL
        longest = usual * STRETCH
        return min(max(usual, 60.0 * LIST_CALLS / left), longest) if left > 0 else longest

    @property
    def between_pools(self) -> float:
        """Seconds between two pools that are read in turn, which spreads them over a minute.

        Requests that leave together also become free together, a minute later; spread out, any
        other request finds a free slot within seconds.
        """
        lists = 60.0 * LIST_CALLS / self.lists
        return _HASTE * 60.0 / max(1.0, self.share - lists - self._other_requests)

    @property
    def _other_requests(self) -> float:
        """Requests a minute for the networks and for the focused pool, or one soon to be."""
        return _NETWORKS + FOCUS_CALLS * (60.0 / self.focus if self.has_focus else 1.0)


def node_lifetime(interval: float) -> float:
    """Return the seconds for which the nodes of a pool are not read again."""
    return max(60.0, 4 * interval)


def poll_delay(step: int, waited: float = 0.0) -> float:
    """Return the seconds before the next poll of a transitional resource.

    Args:
        step: How many polls there were.
        waited: Seconds since an operation on it was accepted; beyond `OPERATION_LIMIT` polls
            become rare, since a stuck record may stay so for months.
    """
    if waited < OPERATION_LIMIT:
        return POLL_STEPS[min(step, len(POLL_STEPS) - 1)]
    return min(300.0, max(30.0, waited / 10))


def back_off(failures: int, interval: float) -> float:
    """Return the seconds to wait after a failed read, with jitter.

    Args:
        failures: Failed reads in a row, this one included.
        interval: Seconds between reads when all is well; the longest wait, so that a service that
            comes back is noticed within one refresh.
    """
    delay = min(interval, 1.0 * 1.7 ** min(failures - 1, 20))
    return delay * random.uniform(0.85, 1.0)  # noqa: S311 - jitter, no secret
