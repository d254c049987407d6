"""What the cells of every pane say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

import pytest
from msgspec.structs import replace

from rcv3_tui.model.operation import OperationKind, OperationState
from rcv3_tui.views import networks, operations, pool_nodes, pools, public_ips, servers
from rcv3_tui.views.column import Cell, Column
from rcv3_tui.views.field import pane_columns
from rcv3_tui.views.formatting import ASCII, UNICODE
from rcv3_tui.views.registry import view_of
from rcv3_tui.views.rows import (
    NetworkRow,
    NodeRow,
    OperationRow,
    PoolRow,
    PublicIPRow,
    ServerRow,
)
from tests.support.rows import (
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

SERVERS: Sequence[Column[ServerRow]] = pane_columns(
    servers.SERVERS, ASCII, lambda: NOW, regions=False
)
IPS: Sequence[Column[PublicIPRow]] = pane_columns(
    public_ips.PUBLIC_IPS, ASCII, lambda: NOW, regions=False
)
POOLS: Sequence[Column[PoolRow]] = pane_columns(pools.POOLS, ASCII, lambda: NOW, regions=False)
NODES: Sequence[Column[NodeRow]] = pane_columns(
    pool_nodes.POOL_NODES, ASCII, lambda: NOW, regions=False
)
NETWORKS: Sequence[Column[NetworkRow]] = pane_columns(
    networks.NETWORKS, ASCII, lambda: NOW, regions=False
)
OPS: Sequence[Column[OperationRow]] = pane_columns(
    operations.OPERATIONS, ASCII, lambda: NOW, regions=False
)


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
    for state in OperationState:
        for operation_column in OPS:
            operation_column.order(operation_row(state))
            assert isinstance(operation_column.cell(operation_row(state)).text, str)


def test_operation_shows_who_requested_it_and_its_note() -> None:
    plain = operation()
    asked = replace(plain, os_user="ops", host="bastion", note="CHG-1234", user="demo")
    assert cell(OPS, "who", OperationRow("op-1", asked)).text == "ops@bastion"
    assert cell(OPS, "note", OperationRow("op-1", asked)).text == "CHG-1234"
    assert cell(OPS, "who", OperationRow("op-1", replace(plain, user="demo"))).text == "demo"


def test_server_shows_its_address_or_its_progress() -> None:
    assert cell(SERVERS, "public", server_row(record=record())).text == "203.0.113.10"
    assert cell(SERVERS, "public", server_row()).text == "-"
    assert cell(SERVERS, "public", server_row(record=record("ADDING"))).text == "~ ADDING 12s"
    assert cell(SERVERS, "public", server_row(record=record("ADD_FAILED"))).text == "! ADD_FAILED"
    assert cell(SERVERS, "public", server_row(work=operation())).text == "~ ADDING 10s"


def test_count_of_pools_shows_a_lower_bound() -> None:
    assert cell(SERVERS, "pools", server_row()).text == "1"
    assert cell(SERVERS, "pools", server_row(pools_known=False)).text == "1+"
    assert cell(SERVERS, "pools", server_row(pools=(), pools_known=False)).text == "~"


def test_address_being_removed_shows_it_at_once() -> None:
    item = ip_row(record(), work=operation(OperationKind.REMOVE_PUBLIC_IP))
    assert cell(IPS, "status", item) == Cell("~ REMOVING 10s", "moving")
    item = ip_row(record(), work=operation(OperationKind.RETAIN))
    assert cell(IPS, "status", item).text.startswith("~ UPDATING")


def test_address_names_its_server_and_its_problem() -> None:
    assert cell(IPS, "server", ip_row(record())).text == "web-01"
    assert cell(IPS, "server", ip_row(record(), ghost=True)) == Cell("web-01 (gone)", "warn")
    free = ip_row(record(server=None, retain=True))
    assert cell(IPS, "server", free) == Cell("unassigned", "warn")
    assert cell(IPS, "retain", free).text == "x yes"


def test_pool_counts_cloud_servers_external_ones_and_both() -> None:
    assert cell(POOLS, "nodes", pool_row(active=2, external=1)).text == "2+1=3"
    assert cell(POOLS, "not-active", pool_row(not_active=2)) == Cell("2", "warn")
    assert cell(POOLS, "not-active", pool_row(not_active=None)).text == "~"


def test_orphan_node_shows_that_its_server_is_gone() -> None:
    assert cell(NODES, "server", node_row(ghost=True)).text == "web-01 (gone)"
    assert cell(NODES, "status", node_row("ADDING")).text == "~ ADDING 12s"


def test_operation_shows_its_age_and_then_its_duration() -> None:
    assert cell(OPS, "took", operation_row(OperationState.SENT)).text == "10s"
    assert cell(OPS, "took", operation_row(OperationState.SETTLED)).text == "6 s"
    assert cell(OPS, "what", operation_row()).text == "add public IP"


def test_region_is_a_column_only_with_several_regions() -> None:
    for row in (server_row(), ip_row(record()), pool_row()):
        view = view_of(row)
        several = [c.key for c in pane_columns(view, UNICODE, lambda: NOW, regions=True)]
        one = [c.key for c in pane_columns(view, UNICODE, lambda: NOW, regions=False)]
        assert "region" in several
        assert [key for key in several if key != "region"] == one


def test_address_of_a_match_rule_is_marked() -> None:
    assert cell(IPS, "status", ip_row(record(added_by_match_rule=True))).text == "+ ACTIVE rule"
    for other in (False, None):
        assert cell(IPS, "status", ip_row(record(added_by_match_rule=other))).text == "+ ACTIVE"


def test_pools_of_a_drained_server_say_since_when() -> None:
    since = NOW - timedelta(minutes=12)
    out = server_row(pools=(), drained_since=since)

    assert cell(SERVERS, "pools", out) == Cell("drained 12m", "warn")
    assert cell(SERVERS, "pools", server_row(drained_since=since)).text == "1"
