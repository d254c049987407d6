"""Brings a pane's rows to the filter language: which fields a pane has, and what an item holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from rcv3_tui.model.filters import (
    FIELDS_OF,
    FINDING_FIELDS,
    OPERATION_FIELDS,
    Fields,
    FieldType,
    Filter,
    FilterError,
    finding_fields,
    network_fields,
    node_fields,
    operation_fields,
    parse_filter,
    pool_fields,
    public_ip_fields,
    server_fields,
)
from rcv3_tui.tui.items import (
    FindingItem,
    Item,
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)
from rcv3_tui.tui.picture import PART_OF, PaneKind

__all__ = ["FilterError", "fields", "known_fields", "row_filter"]


def known_fields(pane: PaneKind) -> Mapping[str, FieldType]:
    """Give the fields that a pane's rows can be found by."""
    if pane is PaneKind.ATTENTION:
        return FINDING_FIELDS
    part = PART_OF.get(pane)
    return OPERATION_FIELDS if part is None else FIELDS_OF[part]


def fields(item: Item) -> Fields:
    """Give what a row can be found by, field by field."""
    match item:
        case ServerItem():
            return server_fields(
                item.server,
                item.region,
                private_ip=item.private_ip,
                record=item.record,
                pools=item.pools,
            )
        case PublicIPItem():
            return public_ip_fields(item.record, item.region, server_name=item.server_name)
        case PoolItem():
            return pool_fields(item.pool, item.region, not_active=item.not_active)
        case NodeItem():
            return node_fields(
                item.node,
                item.region,
                server_name=item.server_name,
                private_ip=item.private_ip,
                pool_name=None,
            )
        case NetworkItem():
            return network_fields(item.network, item.region)
        case FindingItem():
            return finding_fields(item.finding)
        case OperationItem():
            return operation_fields(item.operation)


class RowFilter:
    """Tells whether a row passes.

    Args:
        wanted: What the filter line asks.
        now: What decides "now", for ages.
    """

    def __init__(self, wanted: Filter, now: Callable[[], datetime]) -> None:
        self._wanted = wanted
        self._now = now

    @property
    def asks_time(self) -> bool:
        """Whether a row may come or go though it does not change."""
        return self._wanted.asks_time

    def __call__(self, item: Item) -> bool:
        return self._wanted.passes(fields(item), self._now())


def row_filter(text: str, pane: PaneKind, now: Callable[[], datetime]) -> RowFilter | None:
    """Read a pane's filter line.

    Args:
        text: As it was typed.
        pane: Whose rows it is about.
        now: What decides "now", for ages.

    Returns:
        What tells whether a row passes; None where every row does.

    Raises:
        FilterError: The text cannot be right, however it goes on.
    """
    wanted = parse_filter(text, known_fields(pane))
    return None if wanted is None else RowFilter(wanted, now)
