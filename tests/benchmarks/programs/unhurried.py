"""The console without the limit of requests, to have all pools' nodes at once.

What it holds in memory then is what it holds after half an hour within the limit.
"""

import sys

from rcv3_tui.api.budget import Priority
from rcv3_tui.cli import main
from rcv3_tui.sync import pool_nodes
from rcv3_tui.sync.budget import RequestBudget


async def _take(self: RequestBudget, priority: Priority) -> None:
    """Let every request leave at once."""


if __name__ == "__main__":
    RequestBudget.take = _take  # type: ignore[method-assign]
    RequestBudget.room = lambda self, priority, beside=(): 1000  # type: ignore[method-assign]
    pool_nodes._READS_AT_ONCE = 8
    sys.exit(main())
