"""How long operations wait before a probe, a retry or another send; and how often at most."""

from __future__ import annotations

PROBE_DELAYS = (0.0, 4.0, 11.0)
"""Seconds before each probe after a response that proves nothing. A gateway may give up on a
request, and the service apply it seconds later; anything later than that remains unknown."""

PROBE_ONCE = (0.0,)
"""One probe at once, for a response that names the reason."""

PROBE_AFTER_QUIET = (sum(PROBE_DELAYS),)
"""One probe, after the time in which a late change would appear."""

UNREADABLE_DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds between the tries of one probe while the service cannot be read: five minutes."""

PUBLIC_IP_BUSY_DELAYS = (2.0, 3.0, 5.0, 8.0, 10.0)
"""Seconds before each retry while a public IP is in transition, which rejects changes (API
reference 4.6)."""

POOL_BUSY_DELAYS = (3.0, 5.0, 8.0, 13.0, 20.0)
"""Seconds before each retry while a pool or node is being changed (reference 9.1)."""

MAX_SENDS = 3
"""How often a request is sent at most, each time after proof that it was not applied."""
