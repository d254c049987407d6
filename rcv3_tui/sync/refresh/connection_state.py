"""Derives a region's connection state and its cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from rcv3_tui.clock import Clock
from rcv3_tui.display_time import in_zone, zone_name
from rcv3_tui.model.fetch_state import PRIMARY_KINDS, FetchState, ResourceKind
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.sync.events import ConnectionState
from rcv3_tui.sync.rate_limit import RequestRateLimiter
from rcv3_tui.sync.refresh.refresh_timer import RefreshTimer

_PATIENCE = 0.75
"""Fraction of an interval after which a missing response is reported."""

_SHORTEST_PATIENCE = 1.5


def connection_state(
    snapshot: Snapshot,
    timers: Mapping[ResourceKind, RefreshTimer],
    rate_limiter: RequestRateLimiter,
    clock: Clock,
) -> tuple[ConnectionState, str]:
    """Return the connection state of a snapshot that is being refreshed.

    The failure of one kind leaves the others live. If no other kind has been read since the failure
    began, the region is stale.

    Args:
        snapshot: The snapshot.
        timers: The refresh timer of each primary kind.
        rate_limiter: Shows whether reads had to wait for the rate limit.
        clock: The current time.

    Returns:
        CONNECTING, LIVE, PARTLY_LIVE or STALE, and the cause in words.
    """
    states = {kind: snapshot.fetch_state(kind) for kind in PRIMARY_KINDS}
    failing = {kind: state for kind, state in states.items() if state.error is not None}
    for state in failing.values():
        if state.unreachable and not _others_live(states, state):
            return ConnectionState.STALE, state.error or ""
    if len(failing) == len(PRIMARY_KINDS):
        return ConnectionState.STALE, next(iter(failing.values())).error or ""
    causes = [state.error or "" for state in failing.values()]
    silent = [kind for kind in PRIMARY_KINDS if _is_silent(timers[kind], rate_limiter)]
    for kind in silent:
        if not states[kind].is_read and len(failing) == 0:
            return ConnectionState.CONNECTING, f"{kind}: no response yet"
        if kind not in failing:
            causes.append(f"{kind}: no response for {timers[kind].waiting_for:.0f} s")
    if silent and all(kind in silent or kind in failing for kind in PRIMARY_KINDS):
        return ConnectionState.STALE, causes[-1]
    if not causes and (seconds := rate_limiter.blocked_for):
        until = clock.now() + timedelta(seconds=seconds)
        causes.append(
            "the service received too many requests; reads resume at "
            f"{in_zone(until):%H:%M:%S} {zone_name(until)}"
        )
    if causes:
        return ConnectionState.PARTLY_LIVE, "; ".join(causes)
    if not all(state.is_read for state in states.values()):
        return ConnectionState.CONNECTING, ""
    return ConnectionState.LIVE, ""


def _others_live(states: Mapping[ResourceKind, FetchState], failing: FetchState) -> bool:
    """Return whether another kind has been read since this one began to fail."""
    since = failing.failing_since
    return since is not None and any(
        state.error is None
        and state.is_read
        and state.fetched is not None
        and state.fetched >= since
        for state in states.values()
    )


def _is_silent(timer: RefreshTimer, rate_limiter: RequestRateLimiter) -> bool:
    # A read that waits for the rate limit is not the service's fault.
    patience = max(_SHORTEST_PATIENCE, _PATIENCE * timer.interval)
    return (
        timer.waiting_for > patience and not rate_limiter.waiting and not rate_limiter.blocked_for
    )
