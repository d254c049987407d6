"""Rows of the console know whether they need attention, and hear it when time makes them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.operation import State
from rcv3_tui.model.snapshot import Diff, Part, PartState, Snapshot
from rcv3_tui.tui.attention import needs_attention
from rcv3_tui.tui.items import Item
from rcv3_tui.tui.picture import PaneKind, Picture
from tests.unit.pictures import NOW, ip, node, pool, server
from tests.unit.rows import network_row, operation_row

START = NOW + timedelta(days=1)


def read(snapshot: Snapshot) -> Snapshot:
    for part in Part:
        snapshot, _ = snapshot.with_part(part, PartState(fetched=START))
    return snapshot


def small() -> Snapshot:
    """A pool of two servers, one of which has an address that failed."""
    snapshot, _ = Snapshot("IAD").with_servers([server("web"), server("db")])
    snapshot, _ = snapshot.with_public_ips([ip("ip1", "web", "ADD_FAILED")])
    snapshot, _ = snapshot.with_pools([pool("p1", 2)])
    snapshot, _ = snapshot.with_nodes("p1", [node("n1", "web"), node("n2", "db")])
    return read(snapshot)


def shown(picture: Picture) -> tuple[Picture, Snapshot]:
    snapshot = small()
    picture.take_snapshot(snapshot, Diff())
    return picture, snapshot


def item(picture: Picture, kind: PaneKind, row: str) -> Item:
    found = picture.item(kind, row)
    assert found is not None
    return found


def test_rows_that_a_finding_names_need_attention() -> None:
    picture, _ = shown(Picture(ManualClock(START)))
    assert needs_attention(item(picture, PaneKind.PUBLIC_IPS, "IAD/ip1"))
    assert needs_attention(item(picture, PaneKind.SERVERS, "IAD/id-web"))
    assert not needs_attention(item(picture, PaneKind.SERVERS, "IAD/id-db"))
    assert not needs_attention(item(picture, PaneKind.POOLS, "IAD/p1"))
    (found,) = picture.findings
    assert picture.findings_of(PaneKind.SERVERS, "IAD/id-web") == (found,)
    assert picture.findings_of(PaneKind.SERVERS, "IAD/id-db") == ()
    assert picture.findings_of(PaneKind.OPERATIONS, "op-1") == ()


def test_a_change_brings_the_rows_that_it_makes_need_attention() -> None:
    picture, before = shown(Picture(ManualClock(START)))
    after, diff = before.with_nodes(
        "p1", [node("n1", "web"), node("n2", "db", status="ADD_FAILED")]
    )
    rows = picture.take_snapshot(after, diff)
    assert needs_attention(rows[PaneKind.POOLS].changed["IAD/p1"])
    assert needs_attention(rows[PaneKind.SERVERS].changed["IAD/id-db"])


async def test_time_brings_the_rows_that_have_moved_for_too_long() -> None:
    clock = ManualClock(START)
    picture, before = shown(Picture(clock))
    after, diff = before.with_public_ip(ip("ip1", "web", "REMOVING"))
    rows = picture.take_snapshot(after, diff)
    assert not needs_attention(rows[PaneKind.PUBLIC_IPS].changed["IAD/ip1"])
    await clock.advance(299)
    assert picture.tick() == {}
    await clock.advance(2)
    assert needs_attention(picture.tick()[PaneKind.PUBLIC_IPS].changed["IAD/ip1"])
    assert picture.tick() == {}


@pytest.mark.parametrize("first", [Part.POOLS, Part.PUBLIC_IPS])
def test_what_has_moved_for_long_is_found_whichever_list_comes_first(first: Part) -> None:
    picture = Picture(ManualClock(START))
    records = [ip("ip1"), ip("ip22", status="ADDING", age=3600.0)]
    snapshot, diff = Snapshot("IAD").with_pools([pool("p1", 1)])
    if first is Part.POOLS:
        picture.take_snapshot(snapshot, diff)
        snapshot, diff = snapshot.with_nodes("p1", [node("n1", "web")])
    else:
        # A long list is shown from its beginning on.
        snapshot, diff = snapshot.with_public_ips(records[:1])
    picture.take_snapshot(snapshot, diff)
    snapshot, diff = snapshot.with_public_ips(records)
    picture.take_snapshot(snapshot, diff)
    assert needs_attention(item(picture, PaneKind.PUBLIC_IPS, "IAD/ip22"))


def test_the_findings_of_all_regions_stand_together() -> None:
    picture, _ = shown(Picture(ManualClock(START)))
    other, _ = Snapshot("ORD").with_pools([pool("p9")])
    picture.take_snapshot(read(other), Diff())
    assert [found.region for found in picture.findings] == ["ORD", "IAD"]


@pytest.mark.parametrize(
    ("state", "needed"),
    [(State.SENT, False), (State.SETTLED, False), (State.FAILED, True), (State.UNKNOWN, True)],
)
def test_operations_need_attention_that_ended_otherwise_than_asked(
    state: State, needed: bool
) -> None:
    assert needs_attention(operation_row(state)) is needed


def test_networks_need_none() -> None:
    assert not needs_attention(network_row())
