"""Rows of the Changes pane: bounded, of the shown regions, and counted until they are seen."""

from __future__ import annotations

from datetime import timedelta

from rcv3_tui.model.changes import ChangeKind, ResourceChange
from rcv3_tui.model.fetch_state import ResourceKind
from rcv3_tui.sync.events import ChangesRecorded
from rcv3_tui.tui import change_rows
from rcv3_tui.tui.change_rows import ChangeRows
from tests.support.snapshots import NOW

HOUR = timedelta(hours=1)


def change(number: int, region: str = "IAD") -> ResourceChange:
    return ResourceChange(
        NOW - HOUR + timedelta(seconds=number),
        region,
        ResourceKind.SERVERS,
        f"id-{number}",
        ChangeKind.GONE,
        name=f"web-{number}",
        id=str(number),
    )


def recorded(*changes: ResourceChange) -> ChangesRecorded:
    return ChangesRecorded(changes, opened=NOW, left=NOW - 2 * HOUR)


def test_oldest_rows_are_dropped() -> None:
    rows = ChangeRows()
    count = change_rows.MAX_ROWS

    shown, _ = rows.apply(recorded(*map(change, range(count + 5))), ("IAD",), ())
    assert len(shown) == count
    assert "IAD/4" not in shown
    _, dropped = rows.apply(recorded(change(count + 5)), ("IAD",), ())
    assert dropped == {"IAD/5"}
    assert rows.missed == count


def test_changes_of_other_regions_are_not_shown() -> None:
    rows = ChangeRows()

    shown, _ = rows.apply(recorded(change(1), change(2, "DFW")), ("IAD",), ())

    assert list(shown) == ["IAD/1"]
    assert rows.missed == 1


def test_region_that_is_left_takes_its_rows_along() -> None:
    rows = ChangeRows()
    rows.apply(recorded(change(1), change(2, "DFW")), ("IAD", "DFW"), ())

    assert rows.forget("DFW") == {"DFW/2"}
    assert rows.get("DFW/2") is None
    assert rows.missed == 1


def test_same_change_is_one_row() -> None:
    rows = ChangeRows()
    rows.apply(recorded(change(1)), ("IAD",), ())

    shown, _ = rows.apply(recorded(change(1)), ("IAD",), ())

    assert shown == {}


def test_seen_changes_are_not_counted_again() -> None:
    rows = ChangeRows()
    rows.apply(recorded(change(1)), ("IAD",), ())
    rows.note_seen()
    rows.apply(recorded(change(2)), ("IAD",), ())

    assert rows.missed == 0


def test_names_of_gone_resources_are_known_to_the_mask() -> None:
    rows = ChangeRows()
    rows.apply(recorded(change(1)), ("IAD",), ())

    assert "web-1" in rows.names()["server"]
