"""The service's text is made safe in one place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.model.text import ascii_only, clean


def test_ordinary_text_is_given_back_as_it_is() -> None:
    text = "web-03.example.com [/foo] (ACTIVE)"
    assert clean(text) is text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x00\x7f\x9b31m", r"\x00\x7f\x9b31m"),
        ("abc\u202egnp.exe", r"abc\u202egnp.exe"),
        ("a\u200bb\ufeffc\u2066d\u061ce", r"a\u200bb\ufeffc\u2066d\u061ce"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("\ud800x\ue000\U000f0000", r"\ud800x\ue000\U000f0000"),
        ("x\u0378", r"x\u0378"),
        ("a\u3164b\ufe0f", r"a\u3164b\ufe0f"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@pytest.mark.parametrize("text", ["数据库-01", "café", "שלום", "🚀 launch", "é", "→ ● …"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert clean(text) == text


def test_a_letter_keeps_four_marks_and_the_rest_are_spelled_out() -> None:
    assert clean("z" + "\u0301" * 6 + "y\u0301") == "z" + "\u0301" * 4 + r"\u0301\u0301" + "y\u0301"


def test_a_mark_without_a_letter_is_spelled_out() -> None:
    assert clean("\u0301a") == r"\u0301a"


@given(st.text(alphabet=st.characters()))
def test_nothing_invisible_comes_through_and_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert not {unicodedata.category(c) for c in once} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean(once) == once


@given(st.text())
def test_ascii_is_ascii(text: str) -> None:
    assert ascii_only(clean(text)).isascii()


def test_glyphs_have_ascii_twins_and_letters_are_spelled() -> None:
    assert ascii_only("● café…") == r"* caf\xe9~"
