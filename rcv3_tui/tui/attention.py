"""Which rows need attention, for the `!` view and the header's count."""

from __future__ import annotations

from rcv3_tui.model.status import Phase, phase, server_phase
from rcv3_tui.tui.items import (
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)


def needs_attention(item: Item) -> bool:
    """Tell whether an operator should look at a row.

    Args:
        item: A row of any pane.

    Returns:
        True for what failed or moves, ghosts, retained addresses without a server, and pools
        with fewer than two active nodes.
    """
    match item:
        case ServerItem():
            stage = server_phase(item.server.status, item.server.task_state)
            record = item.record is not None and phase(item.record.status) is not Phase.SETTLED
            return stage in (Phase.FAILED, Phase.MOVING) or record
        case PublicIPItem():
            unsettled = phase(item.record.status) is not Phase.SETTLED
            return unsettled or item.is_ghost or item.record.server is None
        case PoolItem():
            counts = item.pool.counts
            active = counts.total - (item.not_active or 0)
            return item.pool.status != "ACTIVE" or active < 2 or bool(item.not_active)
        case NodeItem():
            return phase(item.node.status) is not Phase.SETTLED or item.is_ghost
        case NetworkItem():
            return False
        case OperationItem():
            return item.operation.is_trouble or not item.operation.is_ended
