"""The width of text in terminal cells."""

from __future__ import annotations

import pytest

from rcv3_tui.text_width import cell_width, pad, truncate


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("\u5e7f\u57df", 4), ("e\u0301", 1), ("\U0001f525", 2)]
)
def test_wide_characters_take_two_cells_and_combining_marks_none(text: str, cells: int) -> None:
    assert cell_width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 4, "abc…"),
        ("\u5e7f\u57df\u7f51", 4, "\u5e7f…"),
        ("ab", 0, ""),
    ],
)
def test_truncated_text_is_marked_and_fits(text: str, cells: int, shown: str) -> None:
    assert truncate(text, cells) == shown
    assert cell_width(truncate(text, cells)) <= cells


def test_pad_fills_up_on_either_side() -> None:
    assert pad("\u5e7f", 4) == "\u5e7f  "
    assert pad("7", 3, "right") == "  7"
