"""Follows public IPs that move without an operation of ours: by their own id, quickly at first."""

from __future__ import annotations

import asyncio
from typing import Protocol

from rcv3_tui.api.budget import Priority
from rcv3_tui.api.errors import ApiError, NotFound
from rcv3_tui.api.rackconnect import RackConnect
from rcv3_tui.clock import Clock
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Delta, Snapshot
from rcv3_tui.model.status import Phase, phase
from rcv3_tui.sync.budget import RequestBudget
from rcv3_tui.sync.schedule import PATIENCE, poll_pause, wait_for

_AT_ONCE = 3


class Picture(Protocol):
    """What this needs of the region it works for."""

    snapshot: Snapshot
    rackconnect: RackConnect

    def put_public_ip(self, record: PublicIP) -> None:
        """Put a record that was just read into the picture."""
        ...

    def drop_public_ip(self, key: str) -> None:
        """Take a record that is gone out of the picture."""
        ...


class Movers:
    """Looks at moving public IPs while the budget has room to spare.

    Args:
        picture: The region.
        budget: Its request budget.
        clock: What measures the time.
        running: Set while the region may read by itself.
    """

    def __init__(
        self, picture: Picture, budget: RequestBudget, clock: Clock, running: asyncio.Event
    ) -> None:
        self._picture = picture
        self._budget = budget
        self._clock = clock
        self._running = running
        self._moving: frozenset[str] = frozenset()
        self._wanted = asyncio.Event()
        self.followed: set[str] = set()
        """Ids of records that an operation follows already."""

    def changed(self, delta: Delta) -> None:
        """Hear which records differ from the picture before."""
        records = self._picture.snapshot.public_ips
        moving = frozenset(
            key
            for key in delta.changed
            if key in records and phase(records[key].status) is Phase.MOVING
        )
        self._moving = (self._moving - delta.changed - delta.removed) | moving
        if moving:
            self._wanted.set()

    async def follow(self) -> None:
        """Look on and on. Ends only by cancellation."""
        looks: dict[str, tuple[int, float]] = {}
        while True:
            await self._running.wait()
            self._wanted.clear()
            now = self._clock.monotonic()
            movers = self._movers()
            looks = {key: looks.get(key, (0, now + poll_pause(0))) for key in movers}
            if not looks:
                await wait_for(self._wanted, self._clock, 3600.0)
                continue
            soonest = min(due for _, due in looks.values())
            if soonest > now:
                await wait_for(self._wanted, self._clock, soonest - now)
                continue
            for key, (step, due) in list(looks.items()):
                if due > now:
                    continue
                if self._budget.room(Priority.BACKGROUND) > self._budget.limit // 3:
                    await self._look_at(key)
                looks[key] = (step + 1, self._clock.monotonic() + poll_pause(step + 1))

    def _movers(self) -> list[str]:
        moment = self._clock.now()

        def is_young(record: PublicIP) -> bool:
            since = record.updated or record.created
            return since is not None and abs((moment - since).total_seconds()) < PATIENCE

        young = (
            key
            for key in self._moving
            if key not in self.followed
            and (record := self._picture.snapshot.public_ips.get(key)) is not None
            and phase(record.status) is Phase.MOVING
            and is_young(record)
        )
        return sorted(young)[:_AT_ONCE]

    async def _look_at(self, key: str) -> None:
        record = self._picture.snapshot.public_ips.get(key)
        if record is None or key in self.followed:
            return
        try:
            self._picture.put_public_ip(
                await self._picture.rackconnect.show_public_ip(
                    record.id, priority=Priority.BACKGROUND
                )
            )
        except NotFound:
            self._picture.drop_public_ip(key)
        except ApiError:
            # The list's next reading meets the same trouble, and shows it.
            return
