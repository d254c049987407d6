"""Errors about a server that was just built and that RackConnect does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

from rcv3_tui.api.errors import ApiError
from rcv3_tui.clock import Clock
from rcv3_tui.model.operation import Target
from rcv3_tui.model.resources import Server
from rcv3_tui.model.status import is_building
from rcv3_tui.sync.refresh.region_syncer import RegionSyncer

_DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0)
_LONGEST_DELAY = 30.0
"""Seconds between two requests (RackConnect API reference 4.4)."""

_YOUNG = 300.0
"""Seconds after its creation, by the service's clock, for which a server may be unknown."""

_UNLISTED = 60.0
"""The same for a server that Cloud Servers does not list or that cannot be read."""


class BuildRace:
    """Decides how long to wait for servers that were just built.

    Args:
        region: Where the servers are.
        clock: Measures the delays; its time of day is the service's.
    """

    def __init__(self, region: RegionSyncer, clock: Clock) -> None:
        self._region = region
        self._clock = clock
        self._pauses: dict[str, Iterator[float]] = {}
        self._first: dict[str, float] = {}

    async def may_pass(self, server: Target) -> bool:
        """Return whether the age of a server explains that RackConnect does not know it.

        Args:
            server: One that RackConnect said it does not know, or cannot process.
        """
        now = self._clock.monotonic()
        first = self._first.setdefault(server.key, now)
        known = await self._read(server)
        if known is None:
            return now - first < _UNLISTED
        return is_building(known.status) or self._age(known) < _YOUNG

    def next_pause(self, server: Target) -> float:
        """Return the seconds until the next request about an unknown server."""
        pauses = self._pauses.setdefault(server.key, chain(_DELAYS, repeat(_LONGEST_DELAY)))
        return next(pauses)

    async def _read(self, server: Target) -> Server | None:
        """Return a server as Cloud Servers has it, which knows new ones first; None: not listed."""
        if self._region.cloud_servers is not None:
            try:
                return await self._region.cloud_servers.show(server.id)
            except ApiError:
                # The last known state is used, if there is one.
                pass
        return self._region.snapshot.servers.get(server.key)

    def _age(self, server: Server) -> float:
        if server.created is None:
            return 0.0
        return (self._clock.now() - server.created).total_seconds()


def does_not_know(server: Target) -> str:
    """Return what is waited for."""
    return f"RackConnect does not know {server.name} yet"
