"""The operations that have not ended, and the resources they are about."""

from __future__ import annotations

from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.model.operation import Operation, OperationKind, Request, Target

_FROM_SERVER = (OperationKind.REMOVE_PUBLIC_IP, OperationKind.UNASSIGN)
_TO_SERVER = (OperationKind.ADD_PUBLIC_IP, OperationKind.ASSIGN, OperationKind.MOVE)


class RunningOperations:
    """The operations that have not ended, in the order in which they started."""

    def __init__(self) -> None:
        self._operations: dict[str, Operation] = {}

    def apply(self, operation: Operation) -> None:
        """Apply a step of an operation."""
        if operation.is_ended:
            self._operations.pop(operation.id, None)
        else:
            self._operations[operation.id] = operation

    def on(self, region: str, kind: ResourceKind, key: str) -> Operation | None:
        """Return the latest operation that is running on a resource."""
        for operation in reversed(self._operations.values()):
            request = operation.request
            if request.region != region:
                continue
            target = _target(request, kind)
            if target is not None and target.key == key:
                return operation
        return None


def _target(request: Request, kind: ResourceKind) -> Target | None:
    """Return the resource of a kind in whose row an operation is shown."""
    match kind:
        case ResourceKind.SERVERS:
            # Adding and removing a node is shown in the rows of the node and the pool.
            if request.kind in _FROM_SERVER:
                return request.held_by
            return request.server if request.kind in _TO_SERVER else None
        case ResourceKind.PUBLIC_IPS:
            return request.public_ip
        case ResourceKind.POOLS:
            return request.pool
        case ResourceKind.NODES:
            return request.node
        case ResourceKind.NETWORKS:
            return None
