"""Everything known of one thing, as facts."""

from __future__ import annotations

import pytest

from rcv3_tui.model.operation import State
from rcv3_tui.model.snapshot import Part, PartState, Snapshot
from rcv3_tui.tui.commands import DEFAULT_KEYS
from rcv3_tui.tui.details import facts_of, raw_of, title_of
from rcv3_tui.tui.items import Item
from rcv3_tui.tui.key_names import KeyNames
from tests.unit.rows import (
    NOW,
    ip_row,
    network_row,
    node_row,
    operation_row,
    pool_row,
    record,
    server_row,
)

ROWS: list[Item] = [
    server_row(record=record()),
    ip_row(record()),
    pool_row(),
    node_row(),
    network_row(),
    operation_row(State.SETTLED),
]

KEYS = KeyNames(DEFAULT_KEYS, {})


def said(item: Item, snapshot: Snapshot | None = None) -> dict[str, str]:
    return {fact.label: fact.text for fact in facts_of(item, snapshot, NOW, KEYS)}


@pytest.mark.parametrize("item", ROWS)
def test_every_kind_of_row_has_a_title_facts_and_its_own_words(item: Item) -> None:
    assert title_of(item)
    assert said(item)
    assert isinstance(raw_of(item), bytes)


@pytest.mark.parametrize("item", ROWS)
def test_facts_can_be_told_without_a_picture_and_with_an_empty_one(item: Item) -> None:
    assert facts_of(item, None, NOW, KEYS)
    assert facts_of(item, Snapshot(region="IAD"), NOW, KEYS)


def test_a_failure_without_a_reason_says_so() -> None:
    assert said(ip_row(record("ADD_FAILED")))["detail"] == "no reason given by RackConnect"
    with_reason = ip_row(record("ADD_FAILED", status_detail="no device", ticket="T-1"))
    assert said(with_reason)["detail"] == "no device"
    assert said(with_reason)["support ticket"] == "T-1"


def test_a_moving_record_says_since_when() -> None:
    assert said(ip_row(record("ADDING")))["in this status for"] == "12s"
    assert "in this status for" not in said(ip_row(record()))


def test_a_free_address_says_what_to_do_with_it() -> None:
    assert said(ip_row(record(server=None)))["unassigned"] == "v assigns it to a server"


def test_a_ghost_is_called_gone() -> None:
    assert "gone" in said(ip_row(record(), ghost=True))
    assert "ghost node" in said(node_row(ghost=True))["gone"]


def test_an_access_address_that_differs_is_pointed_out() -> None:
    row = server_row()
    snapshot, _ = Snapshot(region="IAD").with_servers([row.server])
    assert said(ip_row(record()), snapshot)["Access IP"] == "none: differs from the record"


def test_a_pool_whose_nodes_were_not_read_says_so() -> None:
    assert "not read yet" in said(pool_row(), Snapshot(region="IAD"))
    snapshot, _ = Snapshot(region="IAD").with_nodes("pool-1", [])
    assert "none of this account" in said(pool_row(), snapshot)


def test_a_server_lists_its_addresses_and_pools() -> None:
    row = server_row()
    snapshot, _ = Snapshot(region="IAD").with_servers([row.server])
    snapshot, _ = snapshot.with_part(Part.SERVERS, PartState(fetched=NOW))
    snapshot, _ = snapshot.with_public_ips([record(retain=True)])
    snapshot, _ = snapshot.with_pools([pool_row().pool])
    snapshot, _ = snapshot.with_nodes("pool-1", [node_row().node])
    facts = said(row, snapshot)
    assert facts["203.0.113.10"].startswith("ACTIVE, retained, 1h00 old")
    assert facts["web-80"].startswith("ACTIVE")


def test_an_operation_says_what_was_asked_how_it_ended_and_how_long_that_took() -> None:
    facts = said(operation_row(State.SETTLED))
    assert facts["what"] == "add public IP to web-01"
    assert facts["state"] == "settled"
    assert facts["took"] == "6 s"
    assert "took" not in said(operation_row(State.SENT))
