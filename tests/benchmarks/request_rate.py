"""The requests that keep 500 pools live, on the simulated account's own clock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from itertools import pairwise

from rcv3_tui.clock import ManualClock
from rcv3_tui.simulator import Account
from tests.benchmarks.environment import Environment
from tests.benchmarks.figures import Figure
from tests.support.sync_harness import SyncHarness

_POOLS = 500


def requests(environment: Environment) -> Iterator[Figure]:
    """Measure ten minutes, then half an hour more for the pools that are not in view."""
    yield from asyncio.run(_requests(12 if environment.quick else 42))


async def _requests(minutes: int) -> list[Figure]:
    clock = ManualClock()
    account = Account(now=clock.timestamp)
    server = account.add_server("web-01")
    for number in range(_POOLS):
        account.add_node(account.add_pool(f"pool-{number:03d}"), server)
    harness = SyncHarness(account, clock)
    await harness.start()
    pools = list(account.region().pools.values())
    in_focus, touched = pools[444], pools[17]
    await clock.advance(120, turns=25)
    harness.worker.watch_pool("IAD", in_focus.id.lower())
    await clock.advance(180, turns=25)
    changed_at = clock.timestamp()
    account.add_node(touched, account.add_server("web-02"))
    await clock.advance((minutes - 5) * 60, turns=25)
    await harness.stop()
    start = account.requests[0].at
    seen = [(r.at - start, r.path) for r in account.requests if "/rackconnect/" in r.path]
    times = [at for at, _ in seen if at <= 600]
    most = max(sum(at <= t < at + 60 for t in times) for at in times)
    reads: dict[str, list[float]] = {}
    for at, path in seen:
        if found := re.search(r"pools/([^/]+)/nodes", path):
            reads.setdefault(found[1].lower(), []).append(at)
    in_view = [at for at in reads[in_focus.id.lower()] if at >= 121]
    after = changed_at - start
    first = min(at for at in reads[touched.id.lower()] if at > after) - after
    oldest = max(
        [b - a for ats in reads.values() for a, b in pairwise(ats)]
        + [ats[0] for ats in reads.values()]
    )
    unread = _POOLS - len(reads)
    interval = harness.settings.refresh_interval
    return [
        Figure("requests", "requests in the busiest minute of ten, 500 pools", most, "", goal=24),
        Figure(
            "requests",
            "age of the pool in view, worst",
            max(b - a for a, b in pairwise(in_view)),
            "s",
            interval,
            "interval",
            # A second more, because responses take time and the clock moves in steps.
            1.1,
        ),
        Figure("requests", "age of a pool whose counts changed", first, "s", interval, "", 2.0),
        Figure(
            "requests",
            "age of any pool, worst",
            oldest / 60,
            "min",
            goal=40,
            note=f"{unread} of {_POOLS} not read in {minutes} minutes" if unread else "",
        ),
    ]
