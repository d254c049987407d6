"""How many requests a plan takes, and how long that is within the rate limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rcv3_tui.model.operation import OperationKind, Request
from rcv3_tui.sync.rate_limit import LIMIT

BATCH_SIZE = 50
"""Pairs in one bulk call; the service's own limit is not known (reference 4.7)."""

_ADDRESS_REQUESTS = 3
"""Requests for a change of one public IP: a read, the change, and a read that finds it settled."""

_LISTED_REQUESTS = 2.4
"""The same for one of many: lists find them settled, four a minute for all."""

_FEW = 3
"""Changes of public IPs up to which each is polled."""

_BATCH_READS = 4
"""Requests for a batch of pool nodes: a read, the change, and two reads until it has settled."""

NODE_KINDS = (OperationKind.ADD_NODE, OperationKind.REMOVE_NODE)
"""What is sent in bulk calls."""

_WORTH_SAYING = 60.0
"""Seconds from which on the duration is announced."""


def estimated_requests(requests: Iterable[Request]) -> int:
    """Return about how many requests to the service some changes take."""
    addresses = 0
    nodes: dict[tuple[OperationKind, str], list[Request]] = {}
    for request in requests:
        if request.kind in NODE_KINDS:
            nodes.setdefault((request.kind, request.region), []).append(request)
        else:
            addresses += 1
    batches = 0
    for some in nodes.values():
        pools = len({request.pool.key for request in some if request.pool is not None})
        batches += -(-len(some) // BATCH_SIZE) * max(1, pools)
    polled = min(addresses, _FEW) * _ADDRESS_REQUESTS
    return max(polled, round(addresses * _LISTED_REQUESTS)) + batches * _BATCH_READS


def estimated_seconds(requests: Sequence[Request]) -> float:
    """Return about how many seconds some changes take, if nobody else uses the account.

    Regions have rate limits of their own, so the one with the most work decides.
    """
    by_region: dict[str, list[Request]] = {}
    for request in requests:
        by_region.setdefault(request.region, []).append(request)
    return max(
        (estimated_requests(some) * 60.0 / LIMIT for some in by_region.values()), default=0.0
    )


def announcement(requests: Sequence[Request]) -> str:
    """Return how long some changes take, for the operator; empty if that is not worth saying."""
    if estimated_seconds(requests) < _WORTH_SAYING:
        return ""
    noun = "pool nodes" if all(each.kind in NODE_KINDS for each in requests) else "addresses"
    return f"{len(requests)} {noun} at {LIMIT} requests a minute: {_rounded(requests)}"


def expected_duration(requests: Sequence[Request]) -> str:
    """Return how long some changes take: `about 4 minutes at 30 requests a minute`."""
    return f"{_rounded(requests)} at {LIMIT} requests a minute"


def _rounded(requests: Sequence[Request]) -> str:
    seconds = estimated_seconds(requests)
    if seconds < _WORTH_SAYING:
        return "less than a minute"
    minutes = max(2, -(-int(seconds) // 60) + 1)
    return f"about {minutes} minutes" if minutes < 120 else f"about {minutes / 60:.1f} hours"
