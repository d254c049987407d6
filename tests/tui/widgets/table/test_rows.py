"""Rows stay filtered and in order through every difference."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.tui.widgets.table import rows as rows_module
from rcv3_tui.tui.widgets.table.rows import Rows
from rcv3_tui.views.column import natural_key
from tests.support.table import Thing, things

Change = dict[str, int | None]


def by_count(thing: Thing) -> int | None:
    return thing.count


def test_unsorted_rows_are_in_order_of_arrival() -> None:
    rows: Rows[Thing] = Rows()
    rows.replace({"b": Thing("b"), "a": Thing("a")})
    rows.apply({"c": Thing("c"), "b": Thing("B")})
    assert list(rows) == ["b", "a", "c"]
    rows.replace({"c": Thing("c"), "a": Thing("a")})
    assert list(rows) == ["c", "a"]


def test_rows_without_a_key_come_last_and_ties_stay_in_order() -> None:
    rows: Rows[Thing] = Rows()
    rows.replace({key: Thing(key, count=n) for key, n in zip("abcd", (2, None, 1, 2), strict=True)})
    rows.set_order(by_count)
    assert list(rows) == ["c", "a", "d", "b"]
    rows.set_order(by_count, reverse=True)
    assert list(rows) == ["a", "d", "c", "b"]


def test_equal_items_are_no_change() -> None:
    rows: Rows[Thing] = Rows()
    rows.replace(things(5))
    assert rows.replace(things(5)) == set()
    assert rows.apply(things(3), ["unknown"]) == set()


def test_filter_hides_rows_and_sees_those_that_change() -> None:
    rows: Rows[Thing] = Rows()
    rows.replace(things(20))
    rows.set_filter(lambda thing: thing.status == "ADDING")
    assert (len(rows), rows.total) == (0, 20)
    rows.apply({"id-3": Thing("web-3", "ADDING")})
    assert list(rows) == ["id-3"]
    rows.apply({"id-3": Thing("web-3")})
    assert list(rows) == []
    assert rows.index_of("id-3") is None


def test_names_sort_as_people_count() -> None:
    unsorted = ["web-10", "Web-9", "web-1a", "10", "9", "web", ""]
    ordered = sorted(unsorted, key=natural_key)
    assert ordered == ["", "9", "10", "web", "web-1a", "Web-9", "web-10"]


@pytest.mark.parametrize("share", [0, 2, 32])
@given(
    st.lists(
        st.tuples(
            st.dictionaries(
                st.sampled_from([f"k{n}" for n in range(30)]), st.none() | st.integers(0, 9)
            ),
            st.sets(st.sampled_from([f"k{n}" for n in range(30)])),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_differences_result_in_the_order_of_a_full_sort(
    share: int, steps: list[tuple[Change, set[str]]], reverse: bool
) -> None:
    with patch.object(rows_module, "_MERGE_SHARE", share):
        check_order(steps, reverse)


def check_order(steps: list[tuple[Change, set[str]]], reverse: bool) -> None:
    rows: Rows[Thing] = Rows()

    def rebuild() -> None:
        rows.set_order(by_count, reverse=reverse)
        rows.set_filter(lambda thing: thing.count != 5)

    rebuild()
    for change, removed in steps:
        rows.apply({key: Thing(key, count=count) for key, count in change.items()}, removed)
        shown = list(rows)
        rebuild()
        assert shown == list(rows)
        assert [rows.index_of(key) for key in shown] == list(range(len(shown)))
        assert [rows.id_at(index) for index in range(len(shown))] == shown
