"""When a transition or an operation counts as stuck."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rcv3_tui.model.fetch_state import ResourceKind

OPERATION_LIMIT = 300.0
"""Seconds after which an accepted operation counts as stuck: its target is unlocked and the
message asks for Support. Clients of the service stop waiting after 5 minutes (reference 5.4)."""

DEFAULTS: Mapping[ResourceKind, float] = {
    ResourceKind.PUBLIC_IPS: OPERATION_LIMIT,
    ResourceKind.NODES: OPERATION_LIMIT,
    ResourceKind.POOLS: OPERATION_LIMIT,
    ResourceKind.SERVERS: 1800.0,
}
"""Seconds after which a transition is stuck, for accounts without enough recorded changes.

Addresses take 7 to 9 s and nodes up to a minute (reference 5.4).
The reference has no figure for Cloud Servers: no build or resize takes half an hour.
"""

FACTOR = 5.0
"""A transition is stuck if it takes this many times the median of the account."""

MINIMUM = 60.0
"""Seconds that a transition may always take: if all take 7 s, 36 s is slow, but not stuck."""


class TransitionThresholds(Struct, frozen=True):
    """The usual durations of transitions in an account."""

    medians: Mapping[tuple[ResourceKind, str], float] = {}
    """Kind and status to the median of the observed durations, in seconds."""

    def limit(self, kind: ResourceKind, status: str) -> float:
        """Return the seconds after which a transition takes longer than usual.

        Args:
            kind: The kind of resource.
            status: The transitional status, as the service spells it.
        """
        median = self.medians.get((kind, status))
        return DEFAULTS[kind] if median is None else max(MINIMUM, FACTOR * median)
