"""Findings of rows, also those that only time causes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.delta import SnapshotDelta
from rcv3_tui.model.fetch_state import FetchState, ResourceKind
from rcv3_tui.model.operation import OperationState
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.row_model import RowModel
from rcv3_tui.views.rows import AnyRow, needs_attention
from tests.support.rows import network_row, operation_row
from tests.support.snapshots import NOW, ip, node, pool, server

START = NOW + timedelta(days=1)


def read(snapshot: Snapshot) -> Snapshot:
    for part in ResourceKind:
        snapshot, _ = snapshot.with_fetch_state(part, FetchState(fetched=START))
    return snapshot


def small() -> Snapshot:
    """A pool of two servers, one of which has an address that failed."""
    snapshot, _ = Snapshot("IAD").with_servers([server("web"), server("db")])
    snapshot, _ = snapshot.with_public_ips([ip("ip1", "web", "ADD_FAILED")])
    snapshot, _ = snapshot.with_pools([pool("p1", 2)])
    snapshot, _ = snapshot.with_nodes("p1", [node("n1", "web"), node("n2", "db")])
    return read(snapshot)


def shown(model: RowModel) -> tuple[RowModel, Snapshot]:
    snapshot = small()
    model.apply_snapshot(snapshot, SnapshotDelta())
    return model, snapshot


def item(model: RowModel, kind: PaneKind, row: str) -> AnyRow:
    found = model.item(kind, row)
    assert found is not None
    return found


def test_rows_that_a_finding_names_need_attention() -> None:
    model, _ = shown(RowModel(ManualClock(START)))
    assert needs_attention(item(model, PaneKind.PUBLIC_IPS, "IAD/ip1"))
    assert needs_attention(item(model, PaneKind.SERVERS, "IAD/id-web"))
    assert not needs_attention(item(model, PaneKind.SERVERS, "IAD/id-db"))
    assert not needs_attention(item(model, PaneKind.POOLS, "IAD/p1"))
    (found,) = model.findings
    assert model.findings_of(PaneKind.SERVERS, "IAD/id-web") == (found,)
    assert model.findings_of(PaneKind.SERVERS, "IAD/id-db") == ()
    assert model.findings_of(PaneKind.OPERATIONS, "op-1") == ()


def test_snapshot_change_returns_rows_with_new_findings() -> None:
    model, before = shown(RowModel(ManualClock(START)))
    after, diff = before.with_nodes(
        "p1", [node("n1", "web"), node("n2", "db", status="ADD_FAILED")]
    )
    rows = model.apply_snapshot(after, diff)
    assert needs_attention(rows[PaneKind.POOLS].changed["IAD/p1"])
    assert needs_attention(rows[PaneKind.SERVERS].changed["IAD/id-db"])


async def test_time_returns_rows_of_overdue_transitions() -> None:
    clock = ManualClock(START)
    model, before = shown(RowModel(clock))
    after, diff = before.with_public_ip(ip("ip1", "web", "REMOVING"))
    rows = model.apply_snapshot(after, diff)
    assert not needs_attention(rows[PaneKind.PUBLIC_IPS].changed["IAD/ip1"])
    await clock.advance(299)
    assert model.tick() == {}
    await clock.advance(2)
    assert needs_attention(model.tick()[PaneKind.PUBLIC_IPS].changed["IAD/ip1"])
    assert model.tick() == {}


@pytest.mark.parametrize("first", [ResourceKind.POOLS, ResourceKind.PUBLIC_IPS])
def test_overdue_transition_is_found_whichever_list_arrives_first(first: ResourceKind) -> None:
    model = RowModel(ManualClock(START))
    records = [ip("ip1"), ip("ip22", status="ADDING", age=3600.0)]
    snapshot, diff = Snapshot("IAD").with_pools([pool("p1", 1)])
    if first is ResourceKind.POOLS:
        model.apply_snapshot(snapshot, diff)
        snapshot, diff = snapshot.with_nodes("p1", [node("n1", "web")])
    else:
        # A long list is shown from its beginning on.
        snapshot, diff = snapshot.with_public_ips(records[:1])
    model.apply_snapshot(snapshot, diff)
    snapshot, diff = snapshot.with_public_ips(records)
    model.apply_snapshot(snapshot, diff)
    assert needs_attention(item(model, PaneKind.PUBLIC_IPS, "IAD/ip22"))


def test_findings_of_all_regions_are_sorted_together() -> None:
    model, _ = shown(RowModel(ManualClock(START)))
    other, _ = Snapshot("ORD").with_pools([pool("p9")])
    model.apply_snapshot(read(other), SnapshotDelta())
    assert [found.region for found in model.findings] == ["ORD", "IAD"]


@pytest.mark.parametrize(
    ("state", "needed"),
    [
        (OperationState.SENT, False),
        (OperationState.SETTLED, False),
        (OperationState.FAILED, True),
        (OperationState.UNKNOWN, True),
    ],
)
def test_operations_need_attention_that_ended_otherwise_than_asked(
    state: OperationState, needed: bool
) -> None:
    assert needs_attention(operation_row(state)) is needed


def test_networks_need_none() -> None:
    assert not needs_attention(network_row())
