"""How long a resource stays in a moving status as a rule, so that "stuck" means something."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rcv3_tui.model.snapshot import Part

DEFAULTS: Mapping[Part, float] = {
    Part.PUBLIC_IPS: 300.0,
    Part.NODES: 300.0,
    Part.POOLS: 300.0,
    Part.SERVERS: 1800.0,
}
"""Seconds after which a move is too long where the account's own history does not tell.

Addresses take 7 to 9 s and nodes up to a minute; clients give up waiting after 5 min (reference
5.4). Cloud Servers has no figure there: half an hour is longer than any build or resize lasts.
"""

TIMES = 5.0
"""A move is too long when it takes this many times as long as half of the account's moves did."""

LEAST = 60.0
"""Seconds that a move may always take: where all take 7 s, 36 s is slow, but not stuck."""


class Usual(Struct, frozen=True):
    """What is usual for an account."""

    medians: Mapping[tuple[Part, str], float] = {}
    """Kind and status to the median of the observed durations, in seconds."""

    def limit(self, part: Part, status: str) -> float:
        """Give the seconds after which a move has taken longer than usual.

        Args:
            part: The kind of resource.
            status: The moving status, as the service spells it.
        """
        median = self.medians.get((part, status))
        return DEFAULTS[part] if median is None else max(LEAST, TIMES * median)
