"""The service's text is made safe in one place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.model.text_safety import ascii_data, ascii_only, escape_controls


def test_safe_text_is_returned_unchanged() -> None:
    text = "web-03.example.com [/foo] (ACTIVE)"
    assert escape_controls(text) is text


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
def test_invisible_characters_are_escaped(hostile: str, shown: str) -> None:
    assert escape_controls(hostile) == shown


@pytest.mark.parametrize("text", ["数据库-01", "café", "שלום", "🚀 launch", "é", "→ ● …"])
def test_visible_characters_are_unchanged(text: str) -> None:
    assert escape_controls(text) == text


def test_letter_has_at_most_four_marks() -> None:
    assert (
        escape_controls("z" + "\u0301" * 6 + "y\u0301")
        == "z" + "\u0301" * 4 + r"\u0301\u0301" + "y\u0301"
    )


def test_mark_without_letter_is_escaped() -> None:
    assert escape_controls("\u0301a") == r"\u0301a"


@given(st.text(alphabet=st.characters()))
def test_escaping_leaves_nothing_invisible_and_is_idempotent(text: str) -> None:
    once = escape_controls(text)
    assert not {unicodedata.category(c) for c in once} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert escape_controls(once) == once


@given(st.text())
def test_ascii_text_is_ascii(text: str) -> None:
    assert ascii_only(escape_controls(text)).isascii()


def test_glyphs_have_ascii_replacements_and_letters_are_escaped() -> None:
    assert ascii_only("● café…") == r"* caf\xe9~"


def test_similar_names_stay_different_in_ascii() -> None:
    names = [
        "web-01",
        "web\u201301",
        "web\u201401",
        "w\u0435b-01",
        "web\u00b701",
        "web.01",
        "web\u202601",
    ]

    assert len({ascii_data(name) for name in names}) == len(names)
    assert ascii_data("web\u201301") == r"web\u201301"
