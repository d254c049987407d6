"""What several panes' columns share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from rcv3_tui.model.operation import Kind, Operation
from rcv3_tui.tui.items import FindingItem, NetworkItem, PoolItem, PublicIPItem, ServerItem
from rcv3_tui.tui.widgets.table import Cell, Column, SortKey

Now = Callable[[], datetime]

ItemT = TypeVar("ItemT")
RegionalT = TypeVar("RegionalT", FindingItem, NetworkItem, PoolItem, PublicIPItem, ServerItem)


def region_column(shown: bool) -> tuple[Column[RegionalT], ...]:
    """Give the column that names a row's region, where several regions are shown."""
    if not shown:
        return ()
    return (
        Column(
            key="region",
            label="REGION",
            min_width=6,
            max_width=6,
            priority=1,
            cell=lambda item: Cell(item.region),
            sort_key=lambda item: item.region,
        ),
    )


def wide(
    key: str,
    label: str,
    width: int,
    cell: Callable[[ItemT], Cell],
    sort_key: Callable[[ItemT], SortKey | None],
) -> Column[ItemT]:
    """Give a column that only wide mode shows.

    Args:
        key: Its name in code and configuration.
        label: Its name on the screen.
        width: Its greatest width, in terminal cells.
        cell: Makes its cells.
        sort_key: What rows are ordered by.
    """
    return Column(
        key=key,
        label=label,
        min_width=min(width, 12),
        max_width=width,
        weight=1,
        priority=8,
        wide_only=True,
        cell=cell,
        sort_key=sort_key,
    )


def is_leaving(work: Operation | None) -> bool:
    """Tell whether an operation on a row is under way."""
    return work is not None and not work.is_ended


def doing(work: Operation) -> str:
    """Give the status that an operation is about to bring, before the service shows it."""
    if work.request.kind in (Kind.REMOVE_PUBLIC_IP, Kind.REMOVE_NODE):
        return "REMOVING"
    return "ADDING" if work.request.kind in (Kind.ADD_PUBLIC_IP, Kind.ADD_NODE) else "UPDATING"
