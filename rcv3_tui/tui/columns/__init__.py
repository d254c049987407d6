"""The columns of every pane: what a cell says, what it sorts by, and what goes first for room."""

from __future__ import annotations

from rcv3_tui.tui.columns.findings import finding_columns
from rcv3_tui.tui.columns.networks import network_columns
from rcv3_tui.tui.columns.nodes import node_columns
from rcv3_tui.tui.columns.operations import operation_columns
from rcv3_tui.tui.columns.pools import pool_columns
from rcv3_tui.tui.columns.public_ips import public_ip_columns
from rcv3_tui.tui.columns.servers import server_columns

__all__ = [
    "finding_columns",
    "network_columns",
    "node_columns",
    "operation_columns",
    "pool_columns",
    "public_ip_columns",
    "server_columns",
]
