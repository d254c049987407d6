"""What the cells of every pane say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest

from rcv3_tui.model.operation import Kind, State
from rcv3_tui.tui import columns
from rcv3_tui.tui.formats import ASCII, UNICODE
from rcv3_tui.tui.items import (
    NetworkItem,
    NodeItem,
    OperationItem,
    PoolItem,
    PublicIPItem,
    ServerItem,
)
from rcv3_tui.tui.widgets.table import Cell, Column
from tests.unit.rows import (
    NOW,
    ip_row,
    network_row,
    node_row,
    operation,
    operation_row,
    pool_row,
    record,
    server_row,
)

ItemT = TypeVar("ItemT")

SERVERS: Sequence[Column[ServerItem]] = columns.server_columns(ASCII, lambda: NOW, regions=False)
IPS: Sequence[Column[PublicIPItem]] = columns.public_ip_columns(ASCII, lambda: NOW, regions=False)
POOLS: Sequence[Column[PoolItem]] = columns.pool_columns(ASCII, lambda: NOW, regions=False)
NODES: Sequence[Column[NodeItem]] = columns.node_columns(ASCII, lambda: NOW, regions=False)
NETWORKS: Sequence[Column[NetworkItem]] = columns.network_columns(ASCII, lambda: NOW, regions=False)
OPS: Sequence[Column[OperationItem]] = columns.operation_columns(ASCII, lambda: NOW, regions=False)


def cell(shown: Sequence[Column[ItemT]], key: str, item: ItemT) -> Cell:
    return next(column for column in shown if column.key == key).cell(item)


@pytest.mark.parametrize("shown", [SERVERS, IPS, POOLS, NODES, NETWORKS, OPS])
def test_keys_and_labels_are_unique_and_one_column_is_never_dropped(
    shown: Sequence[Column[object]],
) -> None:
    assert len({column.key for column in shown}) == len(shown)
    assert len({column.label for column in shown}) == len(shown)
    assert min(column.priority for column in shown) == 0
    assert all(column.max_width is None or column.min_width <= column.max_width for column in shown)


def test_every_column_reads_and_sorts_its_rows() -> None:
    for item in (server_row(), server_row(record=record("ADDING", address=None, server=None))):
        for column in SERVERS:
            assert isinstance(column.cell(item).text, str)
            column.order(item)
    for ip in (ip_row(record()), ip_row(record("ADD_FAILED", address=None, server=None))):
        for ip_column in IPS:
            assert isinstance(ip_column.cell(ip).text, str)
            ip_column.order(ip)
    for pool in (pool_row(), pool_row(not_active=None)):
        for pool_column in POOLS:
            assert isinstance(pool_column.cell(pool).text, str)
            pool_column.order(pool)
    for node_column in NODES:
        node_column.order(node_row())
    for network_column in NETWORKS:
        network_column.order(network_row())
    for state in State:
        for operation_column in OPS:
            operation_column.order(operation_row(state))
            assert isinstance(operation_column.cell(operation_row(state)).text, str)


def test_a_server_shows_its_address_or_how_far_that_is() -> None:
    assert cell(SERVERS, "public", server_row(record=record())).text == "203.0.113.10"
    assert cell(SERVERS, "public", server_row()).text == "-"
    assert cell(SERVERS, "public", server_row(record=record("ADDING"))).text == "~ ADDING 12s"
    assert cell(SERVERS, "public", server_row(record=record("ADD_FAILED"))).text == "! ADD_FAILED"
    assert cell(SERVERS, "public", server_row(work=operation())).text == "~ ADDING 10s"


def test_the_count_of_pools_says_when_it_is_a_lower_bound() -> None:
    assert cell(SERVERS, "pools", server_row()).text == "1"
    assert cell(SERVERS, "pools", server_row(pools_known=False)).text == "1+"
    assert cell(SERVERS, "pools", server_row(pools=(), pools_known=False)).text == "~"


def test_an_address_that_is_about_to_go_shows_it_at_once() -> None:
    item = ip_row(record(), work=operation(Kind.REMOVE_PUBLIC_IP))
    assert cell(IPS, "status", item) == Cell("~ REMOVING 10s", "moving")
    item = ip_row(record(), work=operation(Kind.RETAIN))
    assert cell(IPS, "status", item).text.startswith("~ UPDATING")


def test_an_address_names_its_server_and_what_is_wrong_with_that() -> None:
    assert cell(IPS, "server", ip_row(record())).text == "web-01"
    assert cell(IPS, "server", ip_row(record(), ghost=True)) == Cell("web-01 (gone)", "warn")
    free = ip_row(record(server=None, retain=True))
    assert cell(IPS, "server", free) == Cell("unassigned", "warn")
    assert cell(IPS, "retain", free).text == "x yes"


def test_a_pool_counts_cloud_servers_external_ones_and_both() -> None:
    assert cell(POOLS, "nodes", pool_row(active=2, external=1)).text == "2+1=3"
    assert cell(POOLS, "not-active", pool_row(not_active=2)) == Cell("2", "warn")
    assert cell(POOLS, "not-active", pool_row(not_active=None)).text == "~"


def test_a_ghost_node_says_that_its_server_is_gone() -> None:
    assert cell(NODES, "server", node_row(ghost=True)).text == "web-01 (gone)"
    assert cell(NODES, "status", node_row("ADDING")).text == "~ ADDING 12s"


def test_an_operation_under_way_counts_and_an_ended_one_tells_how_long_it_took() -> None:
    assert cell(OPS, "took", operation_row(State.SENT)).text == "10s"
    assert cell(OPS, "took", operation_row(State.SETTLED)).text == "6 s"
    assert cell(OPS, "what", operation_row()).text == "add public IP"


def test_the_region_is_a_column_only_where_there_are_several() -> None:
    for make in (columns.server_columns, columns.public_ip_columns, columns.pool_columns):
        several = [c.key for c in make(UNICODE, lambda: NOW, regions=True)]
        one = [c.key for c in make(UNICODE, lambda: NOW, regions=False)]
        assert "region" in several
        assert [key for key in several if key != "region"] == one
