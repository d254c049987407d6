"""Resources in transition: pacing their polls, and recognizing those that are stuck."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from rcv3_tui.api.errors import ApiError, CredentialsRefused
from rcv3_tui.clock import Clock
from rcv3_tui.display_time import in_zone, zone_name
from rcv3_tui.model.diagnostics.thresholds import OPERATION_LIMIT
from rcv3_tui.model.resources import PoolNode, PublicIP
from rcv3_tui.sync.operations.tracker import OperationTracker
from rcv3_tui.sync.refresh.intervals import poll_delay

LAGGING_POLLS = 5
"""Polls of an unchanged resource before it counts: a busy service may lag behind its response."""

_BEGINNING = frozenset({"ADDING", "PENDING_BUILD"})

ReadT = TypeVar("ReadT")


class PollRead(Struct, Generic[ReadT], frozen=True):
    """What one poll read."""

    value: ReadT


USUAL_SECONDS = 10.0
"""Seconds within which a change usually settles: the first poll, while other changes wait."""


class TransitionPolls:
    """Paces the polls of resources in transition and shows why they cannot be read.

    Args:
        clock: Measures the delays.
    """

    def __init__(self, clock: Clock) -> None:
        self.count = 0
        """The polls so far."""
        self.is_overdue = False
        """Whether the transition takes longer than normal."""
        self._clock = clock
        self._began = clock.monotonic()

    @property
    def waited(self) -> float:
        """Seconds since the transition began."""
        return self._clock.monotonic() - self._began

    async def next(
        self,
        trackers: Sequence[OperationTracker],
        *,
        first: float | None = None,
        least: float = 0.0,
    ) -> None:
        """Wait until the next poll is due.

        Args:
            trackers: The operations that wait for the transition.
            first: Seconds before the first poll; None: the usual delay.
            least: The shortest delay in seconds.
        """
        waited = self.waited
        self.is_overdue = waited >= OPERATION_LIMIT
        if self.is_overdue:
            for tracker in trackers:
                tracker.on_overdue()
        delay = poll_delay(self.count, waited) if first is None or self.count else first
        if not self.count and any(tracker.others_wait() for tracker in trackers):
            delay = max(delay, USUAL_SECONDS)
        await self._clock.sleep(max(delay, least))
        self.count += 1

    async def read(
        self, trackers: Sequence[OperationTracker], request: Callable[[], Awaitable[ReadT]]
    ) -> PollRead[ReadT] | None:
        """Return what a poll reads; None if it failed, which the operations show.

        Args:
            trackers: The operations that wait for the transition.
            request: Sends the read.

        Raises:
            CredentialsRefused: No later poll can succeed either.
        """
        try:
            return PollRead(await request())
        except CredentialsRefused:
            raise
        except ApiError as error:
            for tracker in trackers:
                tracker.note_status(None, f"its status cannot be read: {error.one_line()}")
            return None


def is_stuck(resource: PublicIP | PoolNode, now: datetime) -> bool:
    """Return whether a resource has been in transition for longer than transitions take.

    The start of UPDATING and REMOVING is not known: `updated` is the time of the last completed
    change, not of the present one.

    Args:
        resource: As just read.
        now: The current time by the service's clock.
    """
    if resource.status not in _BEGINNING or resource.created is None:
        return False
    return (now - resource.created).total_seconds() > OPERATION_LIMIT


def ask_support(resource: PublicIP | PoolNode) -> str:
    """Return for how long a resource has had its status, and what to do about it."""
    what = f"node {resource.id}" if isinstance(resource, PoolNode) else f"record {resource.id}"
    since = resource.created if resource.status in _BEGINNING else None
    when = ""
    if since is not None:
        when = f" since {in_zone(since):%Y-%m-%d %H:%M} {zone_name(since)}"
    return f"it is {resource.status}{when}: ask Support, naming {what}"


def overdue_text(resource: PublicIP | PoolNode) -> str:
    """Return how long a transition has taken and what to do about it."""
    what = "node" if isinstance(resource, PoolNode) else "record"
    return (
        f"still {resource.status} after {OPERATION_LIMIT / 60:.0f} min; RackConnect may be "
        f"stuck: ask Support, naming {what} {resource.id}"
    )
