"""Life cycles: what a status means. Statuses keep the service's spelling and are an open set."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    """Where in its life cycle a resource stands."""

    SETTLED = "settled"
    MOVING = "moving"
    FAILED = "failed"
    GONE = "gone"
    OFF = "off"
    """A cloud server that is settled but does not run."""


SIGNS: Mapping[Phase, str] = {
    Phase.SETTLED: "●",
    Phase.MOVING: "◐",
    Phase.FAILED: "✗",
    Phase.GONE: "·",
    Phase.OFF: "○",
}
"""The sign that goes with a status, beside its word and its colour."""

ASCII_SIGNS: Mapping[Phase, str] = {
    Phase.SETTLED: "+",
    Phase.MOVING: "~",
    Phase.FAILED: "!",
    Phase.GONE: ".",
    Phase.OFF: "o",
}
"""Their twins in ASCII, of the same width."""

_SETTLED = frozenset({"ACTIVE"})
_GONE = frozenset({"REMOVED", "DELETED"})
_SERVER_OFF = frozenset({"SHUTOFF", "SUSPENDED", "PAUSED", "SOFT_DELETED"})
_SERVER_SETTLED = frozenset({"ACTIVE", "RESCUE", "VERIFY_RESIZE"})


def phase(status: str) -> Phase:
    """Class a public IP's, node's or pool's status (RackConnect API reference, section 5).

    Args:
        status: As the service spells it.

    Returns:
        `*_FAILED` is failed, ACTIVE settled, REMOVED gone, everything else moving.
    """
    if status in _SETTLED:
        return Phase.SETTLED
    if status.endswith("_FAILED"):
        return Phase.FAILED
    if status in _GONE:
        return Phase.GONE
    return Phase.MOVING


def server_phase(status: str, task_state: str | None = None) -> Phase:
    """Class a cloud server's status (RackConnect API reference, section 8.3).

    Args:
        status: Nova's status.
        task_state: Nova's task state; one that is set means that something is going on.

    Returns:
        The phase; a status that is not known counts as moving.
    """
    if status == "ERROR":
        return Phase.FAILED
    if status in _GONE:
        return Phase.GONE
    if task_state:
        return Phase.MOVING
    if status in _SERVER_OFF:
        return Phase.OFF
    if status in _SERVER_SETTLED:
        return Phase.SETTLED
    return Phase.MOVING


def is_settled(status: str) -> bool:
    """Tell whether nothing more will happen by itself to a record with this status."""
    return phase(status) is not Phase.MOVING
