"""Phases: what a status means. Statuses are spelled as by the service and are an open set."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from rcv3_tui.model.resources import LoadBalancerPool, PoolNode, PublicIP


class Phase(StrEnum):
    """The phase of a resource in its life cycle."""

    STABLE = "stable"
    TRANSITIONING = "in transition"
    FAILED = "failed"
    GONE = "gone"
    OFF = "off"
    """A cloud server that is stable but not running."""


SIGNS: Mapping[Phase, str] = {
    Phase.STABLE: "●",
    Phase.TRANSITIONING: "◐",
    Phase.FAILED: "✗",
    Phase.GONE: "·",
    Phase.OFF: "○",
}
"""The sign of each phase, shown in addition to the status and its color."""

ASCII_SIGNS: Mapping[Phase, str] = {
    Phase.STABLE: "+",
    Phase.TRANSITIONING: "~",
    Phase.FAILED: "!",
    Phase.GONE: ".",
    Phase.OFF: "o",
}
"""The same in ASCII, with the same width."""

_STABLE = frozenset({"ACTIVE"})
_GONE = frozenset({"REMOVED", "DELETED"})
_SERVER_OFF = frozenset({"SHUTOFF", "SUSPENDED", "PAUSED", "SOFT_DELETED"})
_SERVER_STABLE = frozenset({"ACTIVE", "RESCUE", "VERIFY_RESIZE"})


def phase(status: str) -> Phase:
    """Return the phase of a public IP, node or pool (RackConnect API reference, section 5).

    Args:
        status: As the service spells it.

    Returns:
        `*_FAILED` is failed, ACTIVE stable, REMOVED gone, everything else transitioning.
    """
    if status in _STABLE:
        return Phase.STABLE
    if status.endswith("_FAILED"):
        return Phase.FAILED
    if status in _GONE:
        return Phase.GONE
    return Phase.TRANSITIONING


def server_phase(status: str, task_state: str | None = None) -> Phase:
    """Return the phase of a cloud server (RackConnect API reference, section 8.3).

    Args:
        status: Nova's status.
        task_state: Nova's task state; any value means that a task is running.

    Returns:
        The phase; an unknown status counts as transitioning.
    """
    if status == "ERROR":
        return Phase.FAILED
    if status in _GONE:
        return Phase.GONE
    if task_state:
        return Phase.TRANSITIONING
    if status in _SERVER_OFF:
        return Phase.OFF
    if status in _SERVER_STABLE:
        return Phase.STABLE
    return Phase.TRANSITIONING


def is_stable(status: str) -> bool:
    """Return whether a record with this status is not in transition."""
    return phase(status) is not Phase.TRANSITIONING


NO_REASON = "no reason given"
FULL_NO_REASON = f"{NO_REASON} by RackConnect"


def failure_text(resource: LoadBalancerPool | PoolNode | PublicIP) -> str:
    """Return why a resource has failed; live failures often have no reason (reference 5.4)."""
    text = f"{resource.status}: {resource.status_detail or FULL_NO_REASON}"
    if isinstance(resource, PublicIP) and resource.ticket:
        return f"{text} (support ticket {resource.ticket})"
    return text


def is_building(status: str) -> bool:
    """Return whether a server with this status of Cloud Servers is being built."""
    return status in ("BUILD", "REBUILD")
