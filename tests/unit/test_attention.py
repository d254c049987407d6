"""Which rows an operator should look at."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import State
from rcv3_tui.tui.attention import needs_attention
from rcv3_tui.tui.items import Item
from tests.unit.rows import (
    ip_row,
    network_row,
    node_row,
    operation_row,
    pool_row,
    record,
    server_row,
)


@pytest.mark.parametrize(
    "item",
    [
        server_row("ERROR"),
        server_row("BUILD"),
        server_row("ACTIVE", task="rebooting"),
        server_row(record=record("ADD_FAILED", address=None)),
        server_row(record=record("ADDING", address=None)),
        ip_row(record("REMOVE_FAILED")),
        ip_row(record("REMOVING")),
        ip_row(record(), ghost=True),
        ip_row(record(server=None, retain=True)),
        pool_row(active=1),
        pool_row(active=0),
        pool_row(active=3, not_active=1),
        pool_row(status="UPDATE_FAILED"),
        node_row("ADD_FAILED"),
        node_row("ADDING"),
        node_row(ghost=True),
        operation_row(State.SENT),
        operation_row(State.FAILED),
        operation_row(State.UNKNOWN),
    ],
)
def test_what_failed_moves_or_lacks_something_needs_attention(item: Item) -> None:
    assert needs_attention(item)


@pytest.mark.parametrize(
    "item",
    [
        server_row(),
        server_row("SHUTOFF"),
        server_row(record=record()),
        ip_row(record()),
        ip_row(record(retain=True)),
        pool_row(active=2),
        pool_row(active=1, external=1),
        pool_row(active=2, not_active=None),
        node_row(),
        network_row(),
        operation_row(State.SETTLED),
    ],
)
def test_what_is_as_it_should_be_needs_none(item: Item) -> None:
    assert not needs_attention(item)
