"""Drained servers: which pools a server was drained from, and which of them it is missing from.

A drain is a batch of ordinary node removals that the journal holds with their purpose. What is
drained follows from the last operation on each membership: a removal that drained counts until the
server is added to the pool again, or is removed from it for another reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from rcv3_tui.model.operation import Operation, OperationKind, OperationState, Purpose, Target


class Drain(Struct, frozen=True):
    """A server and the pools that it was drained from."""

    server: Target
    pools: tuple[Target, ...]
    since: datetime
    """When the earliest of these removals was requested."""
    user: str = ""
    """Who requested it: at Identity, else on the machine; empty: this run."""
    note: str = ""


class DrainLedger:
    """The drained memberships of an account, from its operations."""

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self._drained: dict[tuple[str, str, str], Operation] = {}
        for operation in sorted(operations, key=lambda each: each.asked):
            self.record(operation)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The removals whose memberships are still drained."""
        return tuple(self._drained.values())

    def record(self, operation: Operation) -> bool:
        """Record an operation in its present state; return whether that changed what is drained."""
        request = operation.request
        if request.server is None or request.pool is None:
            return False
        key = (request.region, request.server.key, request.pool.key)
        known = self._drained.get(key)
        if request.kind is OperationKind.REMOVE_NODE and request.purpose is Purpose.DRAIN:
            if operation.state is OperationState.REJECTED:
                # It never left the pool; an earlier drain is another operation.
                return self._forget(key) if known and known.id == operation.id else False
            self._drained[key] = operation
            return known is None or known.id != operation.id
        is_voided = (
            request.kind in (OperationKind.ADD_NODE, OperationKind.REMOVE_NODE)
            and operation.state is OperationState.SETTLED
        )
        return is_voided and known is not None and self._forget(key)

    def _forget(self, key: tuple[str, str, str]) -> bool:
        del self._drained[key]
        return True

    def drains(self, region: str) -> Mapping[str, Drain]:
        """Return the drained servers of a region by lower-case id."""
        by_server: dict[str, list[Operation]] = {}
        for (where, server, _), operation in self._drained.items():
            if where == region:
                by_server.setdefault(server, []).append(operation)
        return {server: _drain_of(some) for server, some in by_server.items()}


def _drain_of(operations: list[Operation]) -> Drain:
    first = min(operations, key=lambda each: each.asked)
    server = first.request.server
    if server is None:
        raise ValueError("a drained membership names its server")
    return Drain(
        server=server,
        pools=tuple(op.request.pool for op in operations if op.request.pool is not None),
        since=first.asked,
        user=first.user or first.os_user,
        note=first.note,
    )
