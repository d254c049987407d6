"""The details of rows, with related resources."""

from __future__ import annotations

import pytest

from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.operation import OperationState
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.details import details_of
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.views.registry import raw_json_of, title_of
from rcv3_tui.views.rows import AnyRow
from tests.support.rows import (
    NOW,
    ip_row,
    network_row,
    node_row,
    operation_row,
    pool_row,
    record,
    server_row,
)

ROWS: list[AnyRow] = [
    server_row(record=record()),
    ip_row(record()),
    pool_row(),
    node_row(),
    network_row(),
    operation_row(OperationState.SETTLED),
]

KEYS = KeyLabels(COMMANDS.default_keys, {})


def texts(item: AnyRow, snapshot: Snapshot | None = None) -> dict[str, str]:
    return {line.label: line.text for line in details_of(item, snapshot, NOW, KEYS)}


@pytest.mark.parametrize("item", ROWS)
def test_every_kind_of_row_has_a_title_and_details(item: AnyRow) -> None:
    assert title_of(item)
    assert texts(item)
    assert isinstance(raw_json_of(item), bytes)


@pytest.mark.parametrize("item", ROWS)
def test_details_need_no_snapshot(item: AnyRow) -> None:
    assert details_of(item, None, NOW, KEYS)
    assert details_of(item, Snapshot(region="IAD"), NOW, KEYS)


def test_failure_without_reason_is_named_as_such() -> None:
    assert texts(ip_row(record("ADD_FAILED")))["detail"] == "no reason given by RackConnect"
    with_reason = ip_row(record("ADD_FAILED", status_detail="no device", ticket="T-1"))
    assert texts(with_reason)["detail"] == "no device"
    assert texts(with_reason)["support ticket"] == "T-1"


def test_transitional_record_shows_its_age() -> None:
    assert texts(ip_row(record("ADDING")))["in this status for"] == "12s"
    assert "in this status for" not in texts(ip_row(record()))


def test_unassigned_address_names_the_key_that_assigns_it() -> None:
    assert texts(ip_row(record(server=None)))["unassigned"] == "v assigns it to a server"


def test_orphan_is_marked_gone() -> None:
    assert "gone" in texts(ip_row(record(), ghost=True))
    assert "ghost node" in texts(node_row(ghost=True))["gone"]


def test_differing_access_address_is_shown() -> None:
    row = server_row()
    snapshot, _ = Snapshot(region="IAD").with_servers([row.server])
    assert texts(ip_row(record()), snapshot)["Access IP"] == "none: differs from the record"


def test_pool_distinguishes_unread_nodes_from_none() -> None:
    assert "not read yet" in texts(pool_row(), Snapshot(region="IAD"))
    snapshot, _ = Snapshot(region="IAD").with_nodes("pool-1", [])
    assert "none of this account" in texts(pool_row(), snapshot)


def test_server_lists_its_addresses_and_pools() -> None:
    row = server_row()
    snapshot, _ = Snapshot(region="IAD").with_servers([row.server])
    snapshot, _ = snapshot.with_fetch_state(ResourceKind.SERVERS, FetchState(fetched=NOW))
    snapshot, _ = snapshot.with_public_ips([record(retain=True)])
    snapshot, _ = snapshot.with_pools([pool_row().pool])
    snapshot, _ = snapshot.with_nodes("pool-1", [node_row().node])
    lines = texts(row, snapshot)
    assert lines["203.0.113.10"].startswith("ACTIVE, retained, 1h00 old")
    assert lines["web-80"].startswith("ACTIVE")


def test_operation_shows_request_outcome_and_duration() -> None:
    lines = texts(operation_row(OperationState.SETTLED))
    assert lines["what"] == "add public IP to web-01"
    assert lines["state"] == "settled"
    assert lines["took"] == "6 s"
    assert "took" not in texts(operation_row(OperationState.SENT))
