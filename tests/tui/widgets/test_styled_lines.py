"""Lines break at a width and lose nothing; JSON becomes toned lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rcv3_tui.tui.mask import join_spelled, spell
from rcv3_tui.tui.screens.json_lines import json_lines
from rcv3_tui.tui.widgets.styled_lines import StyledLine, styled_spans, to_lines, wrap


def rows(text: str, width: int, hang: int = 0) -> list[str]:
    return [
        " " * row.indent + text[row.start : row.end]
        for row in wrap([StyledLine(text, hang=hang)], width)
    ]


def test_line_breaks_at_a_space() -> None:
    assert rows("one two three", 8) == ["one two", "three"]


def test_word_that_is_too_long_breaks_anywhere() -> None:
    assert rows("abcdefgh", 3) == ["abc", "def", "gh"]


def test_rest_of_a_line_hangs() -> None:
    assert rows("- one two", 6, hang=2) == ["- one", "  two"]


def test_hang_that_leaves_no_room_is_dropped() -> None:
    assert rows("one two", 4, hang=4) == ["one", "two"]


def test_wide_letters_count_twice() -> None:
    assert rows("\u30a6\u30a7\u30d6", 4) == ["\u30a6\u30a7", "\u30d6"]


def test_empty_line_is_one_row() -> None:
    assert rows("", 5) == [""]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M"))), st.integers(2, 9))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    broken = rows(text, width)
    assert "".join(broken) == text
    assert all(cell_len(row) <= width for row in broken)


def test_text_of_several_lines_becomes_several() -> None:
    assert [line.text for line in to_lines(["a\nb", StyledLine("c")])] == ["a", "b", "c"]


def test_pieces_have_separate_tones() -> None:
    line = styled_spans(("id ", "muted"), ("x", ""), ("y", "failed"))
    assert line.text == "id xy"
    assert [(s.start, s.end, s.tone) for s in line.spans] == [(0, 3, "muted"), (4, 5, "failed")]


def test_ascii_spelling() -> None:
    assert spell("caf\u00e9", ascii_only=True) == r"caf\xe9"
    assert spell("caf\u00e9", ascii_only=False) == "caf\u00e9"
    assert join_spelled(("a", "b"), ascii_only=True) == "a - b"


def tones(raw: bytes) -> list[tuple[str, str]]:
    return [
        (span.tone, line.text[span.start : span.end])
        for line in json_lines(raw)
        for span in line.spans
    ]


def test_json_is_laid_out_and_toned() -> None:
    assert tones(b'{"id":"a: \\"1\\"","n":-1.5e3,"ok":true,"none":null}') == [
        ("key", '"id"'),
        ("string", r'"a: \"1\""'),
        ("key", '"n"'),
        ("number", "-1500.0"),
        ("key", '"ok"'),
        ("constant", "true"),
        ("key", '"none"'),
        ("constant", "null"),
    ]


def test_control_characters_in_json_are_spelled_out() -> None:
    text = "\n".join(
        line.text for line in json_lines('{"a":"\\u001b]0;x\\u0007 \u202e \u009b"}'.encode())
    )
    assert all(ord(letter) >= 32 or letter == "\n" for letter in text)
    assert "\u202e" not in text
    assert "\u009b" not in text


def test_invalid_json_is_shown_unchanged() -> None:
    assert [line.text for line in json_lines(b"<html>\n\x1b[2J\xff")] == [
        "<html>",
        "\\x1b[2J\ufffd",
    ]


def test_no_text_makes_no_line() -> None:
    assert json_lines(b"") == []
