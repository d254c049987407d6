"""Brings the rules of what needs attention to the console's rows."""

from __future__ import annotations

from rcv3_tui.tui.items import FindingItem, Item, NetworkItem, OperationItem


def needs_attention(item: Item) -> bool:
    """Tell whether an operator should look at a row.

    Args:
        item: A row of any pane.

    Returns:
        True where a finding is about the row or concerns it; for an operation, where it ended
        otherwise than asked.
    """
    match item:
        case NetworkItem():
            return False
        case FindingItem():
            return True
        case OperationItem():
            return item.operation.is_trouble
        case _:
            return item.attention
