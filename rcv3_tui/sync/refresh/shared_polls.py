"""Polls public IPs that operations follow: one by its id, several with one list."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from msgspec import Struct

from rcv3_tui.api.errors import ApiError
from rcv3_tui.api.rate_limit import Priority
from rcv3_tui.clock import Clock
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.resources import PublicIP
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.model.status import Phase, phase

_MANY = 3
"""Records from which on one list is cheaper than a request for each of them."""

_PAUSE = 15.0
"""Seconds from one list to the next: the rate limit is for the changes that still wait."""


class Listed(Struct, frozen=True):
    """What a complete list says about one record."""

    record: PublicIP | None
    """The record; None: it is gone."""


class ListReader(Protocol):
    """The parts of a region that the polls use."""

    snapshot: Snapshot

    async def read(self, kind: ResourceKind, priority: Priority) -> None:
        """Read one kind of resource into the snapshot now."""
        ...


class SharedPolls:
    """Lists the public IPs for all operations that wait for one of them at the same time.

    Args:
        region: Reads the list.
        clock: Measures the pauses.
    """

    def __init__(self, region: ListReader, clock: Clock) -> None:
        self._region = region
        self._clock = clock
        self._followed: Counter[str] = Counter()
        self._reading = asyncio.Lock()
        self._begun = 0
        """How many lists were requested."""
        self._ended = 0
        """The number of the last one that has ended."""
        self._failure: ApiError | None = None
        """Why that one could not be read."""
        self._last = float("-inf")

    @contextmanager
    def following(self, key: str) -> Iterator[None]:
        """Count a record as followed while the block runs.

        Args:
            key: Its lower-case id.
        """
        self._followed[key] += 1
        try:
            yield
        finally:
            self._followed[key] -= 1

    async def listed(self, key: str) -> Listed | None:
        """Return what is known of a record from a list that was requested after this call.

        A cancellation leaves the list to the others that wait for it.

        Args:
            key: Its lower-case id.

        Returns:
            None: too few are followed, or it may be one that could not be decoded. Then the caller
            has to read the record itself.

        Raises:
            ApiError: The list could not be read.
        """
        asked = self._begun
        async with self._reading:
            if self._ended <= asked:
                if len(+self._followed) < _MANY:
                    return None
                await self._read_list()
        if self._failure is not None:
            raise self._failure
        snapshot = self._region.snapshot
        record = snapshot.public_ips.get(key)
        if record is None and snapshot.unreadable(ResourceKind.PUBLIC_IPS):
            return None
        is_gone = record is not None and phase(record.status) is Phase.GONE
        return Listed(None if is_gone else record)

    async def _read_list(self) -> None:
        """Read the list; a failure is that of all who wait for it."""
        pause = self._last + _PAUSE - self._clock.monotonic()
        if pause > 0:
            await self._clock.sleep(pause)
        self._begun += 1
        number = self._begun
        try:
            # Behind the changes that wait, it would be read after the last of them.
            await self._region.read(ResourceKind.PUBLIC_IPS, Priority.OPERATION)
            self._failure = None
        except ApiError as error:
            self._failure = error
        self._last = self._clock.monotonic()
        self._ended = number
