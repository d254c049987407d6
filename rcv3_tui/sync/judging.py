"""How well a region's picture stands, in one word and a cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from rcv3_tui.clock import Clock
from rcv3_tui.model.snapshot import MAIN, Part, PartState, Snapshot
from rcv3_tui.sync.budget import RequestBudget
from rcv3_tui.sync.changes import LinkState
from rcv3_tui.sync.schedule import Beat

_PATIENCE = 0.75
"""Parts of an interval that an answer may take before its want is told."""

_SHORTEST_PATIENCE = 1.5


def judge(
    snapshot: Snapshot, beats: Mapping[Part, Beat], budget: RequestBudget, clock: Clock
) -> tuple[LinkState, str]:
    """Judge a picture that is being refreshed.

    Trouble of one part leaves the others live; where no other part has been read since it began,
    the whole is stale.

    Args:
        snapshot: The picture.
        beats: The rhythm of each main part.
        budget: Whether readings had to wait for their turn.
        clock: What decides "now".

    Returns:
        CONNECTING, LIVE, PARTLY or STALE, and the cause in words.
    """
    states = {part: snapshot.part(part) for part in MAIN}
    failing = {part: state for part, state in states.items() if state.error is not None}
    for state in failing.values():
        if state.unreachable and not _others_live(states, state):
            return LinkState.STALE, state.error or ""
    if len(failing) == len(MAIN):
        return LinkState.STALE, next(iter(failing.values())).error or ""
    causes = [state.error or "" for state in failing.values()]
    silent = [part for part in MAIN if _is_silent(beats[part], budget)]
    for part in silent:
        if not states[part].is_read and len(failing) == 0:
            return LinkState.CONNECTING, f"{part}: no answer yet"
        if part not in failing:
            causes.append(f"{part}: no answer for {beats[part].waiting_for:.0f} s")
    if silent and all(part in silent or part in failing for part in MAIN):
        return LinkState.STALE, causes[-1]
    if not causes and (seconds := budget.blocked_for):
        until = clock.now() + timedelta(seconds=seconds)
        causes.append(
            f"too many requests for the service; it is left alone until {until:%H:%M:%S} UTC"
        )
    if causes:
        return LinkState.PARTLY, "; ".join(causes)
    if not all(state.is_read for state in states.values()):
        return LinkState.CONNECTING, ""
    return LinkState.LIVE, ""


def _others_live(states: Mapping[Part, PartState], failing: PartState) -> bool:
    """Tell whether some other part has been read since this one began to fail."""
    since = failing.failing_since
    return since is not None and any(
        state.error is None
        and state.is_read
        and state.fetched is not None
        and state.fetched >= since
        for state in states.values()
    )


def _is_silent(beat: Beat, budget: RequestBudget) -> bool:
    # A reading that waits for its turn in the budget says nothing of the service.
    patience = max(_SHORTEST_PATIENCE, _PATIENCE * beat.interval)
    return beat.waiting_for > patience and not budget.waiting and not budget.blocked_for
