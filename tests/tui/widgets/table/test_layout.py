"""Columns find their places at every width."""

import pytest
from rich.cells import cell_len

from rcv3_tui.text_width import fit_to_width, truncate, truncate_middle
from rcv3_tui.tui.widgets.table.layout import ColumnSlot, Content, layout_columns
from rcv3_tui.views import findings, servers
from rcv3_tui.views.column import Cell, Column
from rcv3_tui.views.field import pane_columns
from rcv3_tui.views.formatting import ASCII, UNICODE
from rcv3_tui.views.operations import OPERATIONS
from tests.support.rows import NOW


def column(
    key: str,
    min_width: int,
    *,
    max_width: int | None = None,
    weight: int = 0,
    priority: int = 0,
    wide_only: bool = False,
    full: bool = False,
) -> Column[str]:
    return Column(
        key,
        key.upper(),
        Cell,
        min_width=min_width,
        max_width=max_width,
        weight=weight,
        priority=priority,
        wide_only=wide_only,
        full=Cell if full else None,
    )


COLUMNS = (
    column("name", 10, weight=2),
    column("status", 8, weight=1, max_width=12, priority=1),
    column("age", 4, priority=3),
    column("pools", 5, priority=2),
    column("id", 36, wide_only=True),
)


def keys(width: int, *, wide: bool = False) -> list[str]:
    return [slot.column.key for slot in layout_columns(COLUMNS, width, wide=wide)]


def test_least_important_column_is_dropped_first() -> None:
    assert keys(32) == ["name", "status", "age", "pools"]
    assert keys(31) == ["name", "status", "pools"]
    assert keys(25) == ["name", "status"]
    assert keys(12) == ["name"]


@pytest.mark.parametrize("width", [12, 20, 39])
def test_findings_keep_their_names_on_narrow_screens(width: int) -> None:
    columns = pane_columns(findings.FINDINGS, UNICODE, lambda: NOW, regions=False)
    slots = layout_columns(columns, width)
    assert [slot.column.key for slot in slots][:2] == ["severity", "subject"]
    assert slots[-1].x + slots[-1].width <= width


def reason_slot(width: int, *, wraps: bool = True) -> ColumnSlot[str]:
    """Return the place of a column of long reasons between two others."""
    reason = Column("reason", "REASON", Cell, min_width=10, weight=1, wraps_from=40)
    content = Content({"name": 10, "reason": 90, "age": 4}, {})
    columns = (COLUMNS[0], reason, COLUMNS[2])
    slots = layout_columns(columns, width, wraps=wraps, content=content)
    return next(slot for slot in slots if slot.column is reason)


def test_long_text_wraps_in_its_column_where_there_is_room() -> None:
    slot = reason_slot(70)
    assert slot.wraps
    assert not slot.is_below
    assert not reason_slot(120).wraps
    assert not reason_slot(70, wraps=False).wraps


def test_long_text_is_drawn_below_its_row_where_the_column_is_narrow() -> None:
    slot = reason_slot(50)
    assert slot.is_below
    assert slot.x + slot.width <= 50
    assert slot.width > 30


def test_column_that_only_some_rows_fill_is_shown_only_for_them() -> None:
    note = Column("note", "NOTE", Cell, min_width=4, priority=9, if_any=True)
    columns = (*COLUMNS[:3], note)

    def shown(widths: dict[str, int], width: int) -> list[str]:
        slots = layout_columns(columns, width, content=Content(widths, {}))
        return [slot.column.key for slot in slots]

    assert "note" not in shown({"name": 5, "note": 0}, 80)
    assert "note" in shown({"name": 5, "note": 6}, 80)
    assert "note" not in shown({"name": 20, "note": 6}, 28)


def test_wide_mode_has_more() -> None:
    assert "id" not in keys(200)
    assert keys(200, wide=True)[-1] == "id"


def test_wide_mode_shows_something_more_where_not_all_has_room() -> None:
    assert keys(60, wide=True) == ["name", "status", "id"]
    assert keys(66, wide=True) == ["name", "status", "pools", "id"]
    assert keys(30, wide=True) == ["name", "status", "pools"]


def test_spare_width_is_shared_by_weight_up_to_the_limit() -> None:
    widths = {slot.column.key: slot.width for slot in layout_columns(COLUMNS, 100)}
    assert widths["status"] == 12
    assert widths["age"] == 4
    assert sum(widths.values()) + 3 + 2 == 100


BY_CONTENT = (
    column("name", 10, weight=1, max_width=40),
    column("status", 10, max_width=20, priority=1),
    column("address", 15, priority=2),
    column("pools", 7, priority=3, full=True),
)


def fitted(width: int, *, full: int = 0, **widths: int) -> dict[str, int]:
    """Return the widths of the columns; that of a column with longer content is negative."""
    content = Content({"name": 5, "status": 8, "address": 9, "pools": 1} | widths, {"pools": full})
    slots = layout_columns(BY_CONTENT, width, content=content)
    assert sum(slot.width for slot in slots) + len(slots) + 1 <= width
    return {slot.column.key: -slot.width if slot.is_full else slot.width for slot in slots}


def test_widths_stay_while_no_text_is_cut() -> None:
    assert fitted(60) == {slot.column.key: slot.width for slot in layout_columns(BY_CONTENT, 60)}


def test_text_that_is_cut_gets_the_cells_that_others_do_not_use() -> None:
    assert fitted(48, name=17)["name"] == 17
    assert fitted(48, name=17)["address"] < 15
    assert fitted(48, name=17)["address"] >= 9


def test_column_with_a_label_wider_than_its_texts_shows_its_label() -> None:
    assert fitted(48, name=90)["address"] >= len("ADDRESS")


def test_as_many_columns_as_possible_are_whole() -> None:
    widths = fitted(48, name=90, status=12)
    assert widths["status"] == 12
    assert widths["name"] < 90


def test_column_that_fits_by_its_content_is_not_dropped() -> None:
    assert "pools" not in [slot.column.key for slot in layout_columns(BY_CONTENT, 40)]
    assert fitted(40)["pools"] >= 6
    assert "pools" not in fitted(40, name=10, status=10, address=15)


OPERATION = {"when": 8, "what": 17, "target": 21, "state": 11, "took": 6, "outcome": 53}
"""What an operation needs whose response was lost."""


@pytest.mark.parametrize("width", [80, 100, 106, 120])
def test_outcome_of_an_operation_has_its_width_before_its_time_and_duration(width: int) -> None:
    columns = pane_columns(OPERATIONS, ASCII, lambda: NOW, regions=False)
    slots = layout_columns(columns, width, content=Content(OPERATION, {}))
    widths = {slot.column.key: slot.width for slot in slots}
    assert widths["outcome"] >= len("applied, response was lost")
    assert {"what", "target", "state"} <= widths.keys()


def test_duration_of_an_operation_without_an_outcome_is_shown_on_a_narrow_screen() -> None:
    columns = pane_columns(OPERATIONS, ASCII, lambda: NOW, regions=False)
    slots = layout_columns(columns, 80, content=Content(OPERATION | {"outcome": 0}, {}))
    assert [slot.column.key for slot in slots] == list(OPERATION)


def test_longer_content_is_shown_where_it_has_room() -> None:
    assert fitted(80, full=20)["pools"] == -20
    assert fitted(80, full=300)["pools"] <= -19
    assert fitted(48, full=20, name=13, status=10, address=15)["pools"] > 0


def test_text_beyond_the_limit_of_its_column_comes_after_longer_content() -> None:
    widths = fitted(100, name=200, full=20)
    assert widths["pools"] == -20
    assert widths["name"] > 40


def test_names_that_differ_at_the_end_stay_apart() -> None:
    one, other = "web-frontend-production-http", "web-frontend-production-https"
    assert truncate_middle(one, 18) != truncate_middle(other, 18)
    assert truncate_middle(one, 18) == "web-frontend…-http"
    assert truncate_middle(one, 40) == one
    assert truncate_middle(one, 6) == "web-f…"


@pytest.mark.parametrize("width", range(30))
@pytest.mark.parametrize("text", ["a plain text of many words", "数据库服务器数据库服务器", "x"])
def test_name_that_is_cut_fits_its_width(text: str, width: int) -> None:
    assert cell_len(truncate_middle(text, width)) <= width


@pytest.mark.parametrize("width", range(60))
def test_nothing_reaches_over_the_edge(width: int) -> None:
    slots = layout_columns(COLUMNS, width, wide=True)
    assert all(slot.x + slot.width <= width and slot.width > 0 for slot in slots)
    assert bool(slots) == (width > 2)


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize("text", ["plain text", "数据库服务器", "café noir x", "a数b据c库d", ""])
def test_text_is_fitted_to_the_cell(text: str, width: int) -> None:
    assert cell_len(fit_to_width(text, width)) == width
    assert cell_len(fit_to_width(text, width, "right")) == width
    assert cell_len(truncate(text, width)) <= width


def test_wide_letters_are_never_cut_in_two() -> None:
    assert truncate("数据库", 6) == "数据库"
    assert truncate("数据库", 5) == "数据…"
    assert truncate("数据库", 4) == "数…"
    assert truncate("abcdef", 4) == "abc…"


def test_short_text_is_whole_where_names_are_cut() -> None:
    columns = pane_columns(servers.SERVERS, UNICODE, lambda: NOW, regions=True)
    needs = {"name": 40, "status": 10, "private": 15, "public": 15, "pools": 11, "age": 5}
    content = Content({**needs, "region": 6}, {})
    widths = {slot.column.key: slot.width for slot in layout_columns(columns, 80, content=content)}
    assert widths["pools"] >= len("drained 12m")
    assert widths["name"] < 40
