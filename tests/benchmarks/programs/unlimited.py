"""Runs the console without the rate limit, so that all pools' nodes are read at once.

Its memory is then the same as after half an hour within the limit.
"""

import sys

from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.cli import main
from rcv3_tui.sync.rate_limit import RequestRateLimiter
from rcv3_tui.sync.refresh import pool_poller


async def _take(self: RequestRateLimiter, priority: Priority) -> None:
    """Send every request at once."""


if __name__ == "__main__":
    RequestRateLimiter.acquire = _take  # type: ignore[method-assign]
    RequestRateLimiter.available = lambda self, priority, upcoming=(): 1000  # type: ignore[method-assign]
    pool_poller._READS_AT_ONCE = 8
    sys.exit(main())
