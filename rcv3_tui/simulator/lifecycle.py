"""Moves records from status to status as time passes.

Nothing runs in the background. Future transitions are in a heap by their time, and each request
first applies those that are due; the cost does not depend on the size of the account.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Literal

from rcv3_tui.simulator.clock import Clock
from rcv3_tui.simulator.region import Region
from rcv3_tui.simulator.resources import Node, PublicIP, Server
from rcv3_tui.simulator.settings import AccountSettings

TransitionKind = Literal["public_ip", "node"]
"""The kind of record that a planned failure applies to."""
FailedStatus = Literal["ADD_FAILED", "UPDATE_FAILED", "REMOVE_FAILED"]
"""The final status of a planned failure."""


@dataclass(slots=True)
class _Planned:
    kind: TransitionKind
    status: FailedStatus
    detail: str | None
    ticket: str | None


class Lifecycle:
    """Schedules and applies the transitions of records."""

    def __init__(self, settings: AccountSettings, now: Clock, rng: Random) -> None:
        """Start with an empty schedule.

        Args:
            settings: the durations.
            now: the clock.
            rng: for the jitter.
        """
        self._settings = settings
        self._now = now
        self._rng = rng
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._planned: list[_Planned] = []

    def settle(self) -> None:
        """Apply all due transitions, in the order of their times."""
        now = self._now()
        while self._due and self._due[0][0] <= now:
            at, _, action = heapq.heappop(self._due)
            action(at)

    def at(self, when: float, action: Callable[[float], None]) -> None:
        """Schedule an action; it is called with its time."""
        heapq.heappush(self._due, (when, next(self._order), action))

    def plan_failure(
        self, kind: TransitionKind, status: FailedStatus, detail: str | None, ticket: str | None
    ) -> None:
        """Let the next change of that kind fail."""
        self._planned.append(_Planned(kind, status, detail, ticket))

    def _lasting(self, seconds: float) -> float:
        spread = self._settings.jitter
        return seconds * self._rng.uniform(1 - spread, 1 + spread) if spread else seconds

    def _failure(self, kind: TransitionKind, status: FailedStatus) -> _Planned | None:
        for planned in self._planned:
            if (planned.kind, planned.status) == (kind, status):
                self._planned.remove(planned)
                return planned
        return None

    # public IPs

    def begin_add(
        self, region: Region, record: PublicIP, start: float, lasting: float | None = None
    ) -> None:
        """Set a record to ADDING until it gets its address, or to PENDING_BUILD before that.

        Args:
            region: the record's region.
            record: in any status.
            start: the time at which the work begins.
            lasting: seconds; None for the account's usual duration.
        """
        record.turn += 1
        turn = record.turn
        if record.server is not None and record.server.status == "BUILD":
            record.status = "PENDING_BUILD"
            record.touch()
            return
        record.status = "ADDING"
        record.touch()
        failure = self._failure("public_ip", "ADD_FAILED")

        def finish(at: float) -> None:
            if record.turn != turn:
                return
            address = None if failure else record.address or region.take_address()
            record.updated = at
            record.touch()
            if address is None:
                record.status = "ADD_FAILED"
                if failure is not None:
                    record.status_detail, record.ticket = failure.detail, failure.ticket
                return
            record.address = address
            record.status = "ACTIVE"
            self._show_access_ip(region, record, at)

        seconds = self._lasting(self._settings.adding_seconds) if lasting is None else lasting
        self.at(start + seconds, finish)

    def begin_update(self, region: Region, record: PublicIP, start: float) -> None:
        """Set a record to UPDATING until the edge device is reconfigured."""
        record.turn += 1
        turn = record.turn
        record.status = "UPDATING"
        record.touch()
        failure = self._failure("public_ip", "UPDATE_FAILED")

        def finish(at: float) -> None:
            if record.turn != turn:
                return
            record.updated = at
            record.status = "UPDATE_FAILED" if failure else "ACTIVE"
            if failure is not None:
                record.status_detail, record.ticket = failure.detail, failure.ticket
            record.touch()
            self._show_access_ip(region, record, at)

        self.at(start + self._lasting(self._settings.updating_seconds), finish)

    def begin_removal(self, region: Region, record: PublicIP, start: float) -> None:
        """Set a record to REMOVING until it is deleted."""
        record.turn += 1
        turn = record.turn
        record.status = "REMOVING"
        record.status_detail = None
        record.updated = start
        record.touch()
        failure = self._failure("public_ip", "REMOVE_FAILED")

        def finish(at: float) -> None:
            if record.turn != turn:
                return
            if failure is not None:
                record.status = "REMOVE_FAILED"
                record.status_detail, record.ticket = failure.detail, failure.ticket
                record.updated = at
                record.touch()
                return
            server = record.server
            region.drop_ip(record)
            if server is not None:
                self.clear_access_ip(region, server, record.address, at)

        self.at(start + self._lasting(self._settings.removing_seconds), finish)

    def _show_access_ip(self, region: Region, record: PublicIP, start: float) -> None:
        server, turn = record.server, record.turn
        if server is None:
            return

        def follow(at: float) -> None:
            current = record.turn == turn and record.server is server and not server.deleted
            if current and server.access_ip != (record.address or ""):
                server.access_ip = record.address or ""
                server.updated = at
                region.touch_server(server)

        self.at(start + self._settings.access_seconds, follow)

    def clear_access_ip(
        self, region: Region, server: Server, address: str | None, at: float
    ) -> None:
        """Clear the access IP of a server, unless it has another one by now."""
        if server.access_ip and server.access_ip == address:
            server.access_ip = ""
            server.updated = at
            region.touch_server(server)

    # nodes

    def begin_node_add(self, node: Node, start: float, lasting: float | None = None) -> None:
        """Set a node to ADDING until it is ACTIVE."""
        node.turn += 1
        turn = node.turn
        node.status = "ADDING"
        node.touch()
        failure = self._failure("node", "ADD_FAILED")

        def finish(at: float) -> None:
            if node.turn != turn:
                return
            node.updated = at
            node.status = "ADD_FAILED" if failure else "ACTIVE"
            node.status_detail = failure.detail if failure else None
            node.touch()

        seconds = self._lasting(self._settings.adding_seconds) if lasting is None else lasting
        self.at(start + seconds, finish)

    def begin_node_removal(self, region: Region, node: Node, start: float) -> None:
        """Set a node to REMOVING until it is deleted."""
        node.turn += 1
        turn = node.turn
        node.status = "REMOVING"
        node.status_detail = None
        node.updated = start
        node.touch()
        failure = self._failure("node", "REMOVE_FAILED")

        def finish(at: float) -> None:
            if node.turn != turn:
                return
            if failure is None:
                region.drop_node(node)
                return
            node.status = "REMOVE_FAILED"
            node.status_detail = failure.detail
            node.updated = at
            node.touch()

        self.at(start + self._lasting(self._settings.removing_seconds), finish)

    # servers

    def begin_build(self, region: Region, server: Server, when: float) -> None:
        """Let a server in BUILD become ACTIVE, and its pending address continue."""
        server.build_at = when

        def finish(at: float) -> None:
            if server.deleted or server.build_at != when:
                return
            server.status = "ACTIVE"
            server.build_at = None
            server.updated = at
            region.touch_server(server)
            for record in region.ips_of(server.id):
                if record.status == "PENDING_BUILD":
                    self.begin_add(region, record, at)

        self.at(when, finish)
