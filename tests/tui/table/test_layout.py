"""Columns find their places at every width."""

import pytest
from rich.cells import cell_len

from rcv3_tui.tui.widgets.table import Cell, Column, cut, fit
from rcv3_tui.tui.widgets.table.layout import lay_out


def column(
    key: str,
    min_width: int,
    *,
    max_width: int | None = None,
    weight: int = 0,
    priority: int = 0,
    wide_only: bool = False,
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
    )


COLUMNS = (
    column("name", 10, weight=2),
    column("status", 8, weight=1, max_width=12, priority=1),
    column("age", 4, priority=3),
    column("pools", 5, priority=2),
    column("id", 36, wide_only=True),
)


def keys(width: int, *, wide: bool = False) -> list[str]:
    return [slot.column.key for slot in lay_out(COLUMNS, width, wide=wide)]


def test_the_least_important_column_goes_first() -> None:
    assert keys(32) == ["name", "status", "age", "pools"]
    assert keys(31) == ["name", "status", "pools"]
    assert keys(25) == ["name", "status"]
    assert keys(12) == ["name"]


def test_wide_mode_has_more() -> None:
    assert "id" not in keys(200)
    assert keys(200, wide=True)[-1] == "id"


def test_wide_mode_shows_something_more_where_not_all_has_room() -> None:
    assert keys(60, wide=True) == ["name", "status", "id"]
    assert keys(66, wide=True) == ["name", "status", "pools", "id"]
    assert keys(30, wide=True) == ["name", "status", "pools"]


def test_spare_room_goes_by_weight_up_to_the_limit() -> None:
    widths = {slot.column.key: slot.width for slot in lay_out(COLUMNS, 100)}
    assert widths["status"] == 12
    assert widths["age"] == 4
    assert sum(widths.values()) + 3 + 2 == 100


@pytest.mark.parametrize("width", range(60))
def test_nothing_reaches_over_the_edge(width: int) -> None:
    slots = lay_out(COLUMNS, width, wide=True)
    assert all(slot.x + slot.width <= width and slot.width > 0 for slot in slots)
    assert bool(slots) == (width > 2)


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize("text", ["plain text", "数据库服务器", "café noir x", "a数b据c库d", ""])
def test_text_is_fitted_to_the_cell(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit(text, width, "right")) == width
    assert cell_len(cut(text, width)) <= width


def test_wide_letters_are_never_cut_in_two() -> None:
    assert cut("数据库", 6) == "数据库"
    assert cut("数据库", 5) == "数据…"
    assert cut("数据库", 4) == "数…"
    assert cut("abcdef", 4) == "abc…"
