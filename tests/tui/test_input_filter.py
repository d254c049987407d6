"""What a terminal sends, cut into keys and reports, with the rest dropped."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rcv3_tui.tui.input_filter import (
    PASTE_STALLED_SECONDS,
    QUIET_SECONDS,
    STALLED_SECONDS,
    STRING_LIMIT,
    InputFilter,
    understood,
)

DELAY = 0.1

ANSWERS = {
    "XTVERSION": "\x1bP>|kitty(0.26.5)\x1b\\",
    "icon title": "\x1b]Licon\x1b\\",
    "title": "\x1b]ltat\x1b\\",
    "APC": "\x1b_tat\x1b\\",
    "PM": "\x1b^tat\x1b\\",
    "SOS": "\x1bXtat\x1b\\",
    "kitty graphics": "\x1b_Gi=31;OK\x1b\\",
    "foreground": "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "foreground, BEL": "\x1b]10;rgb:ffff/ffff/ffff\x07",
    "palette": "\x1b]4;1;rgb:cdcd/0000/0000\x07",
    "clipboard": "\x1b]52;c;dGF0YQ==\x07",
    "DA1": "\x1b[?62;22c",
    "DA2": "\x1b[>41;354;0c",
    "DA3": "\x1bP!|7E565445\x1b\\",
    "DECRQSS": "\x1bP1$r q\x1b\\",
    "XTGETTCAP": "\x1bP1+r544e=787465726d\x1b\\",
    "DECRPM": "\x1b[?2031;2$y",
    "ANSI mode": "\x1b[4;2$y",
    "size": "\x1b[8;24;80t",
    "status": "\x1b[0n",
    "kitty flags": "\x1b[?25u",
    "color scheme": "\x1b[?997;1n",
    "mouse of a web terminal": "\x1b[<NaN;NaN;NaNM",
    "position of a web terminal": "\x1b[NaN;NaNR",
    "oldest mouse": "\x1b[M tq",
    "absurd size": "\x1b[48;99999;99999;1;1t",
    "no size": "\x1b[48;0;0;0;0t",
    "8-bit DCS": "\x90>|tat\x9c",
    "8-bit OSC": "\x9d0;tat\x07",
    "8-bit DA1": "\x9b?62;22c",
    "locator": "\x1b[1;2;3;4;0&w",
    "tmux": "\x1bPtmux;\x1b\x1b]52;c;dGF0\x07\x1b\\",
    "endless CSI": "\x1b[" + "1;" * 100 + "u",
}
"""What a terminal sends that no key does, by what it answers."""

KEYS = {
    "up": "\x1b[A",
    "application up": "\x1bOA",
    "shift+tab": "\x1b[Z",
    "delete": "\x1b[3~",
    "ctrl+delete": "\x1b[3;5~",
    "rxvt shift+delete": "\x1b[3$",
    "F1": "\x1bOP",
    "F1 of a Linux console": "\x1b[[A",
    "F5": "\x1b[15~",
    "kitty a": "\x1b[97;;97u",
    "kitty ctrl+c": "\x1b[99;5u",
    "kitty escape": "\x1b[27u",
    "keypad 1": "\x1b[57400;;49u",
    "alt+j": "\x1bj",
    "alt+backspace": "\x1b\x7f",
    "mouse": "\x1b[<0;10;12M",
    "wheel": "\x1b[<64;10;12M",
    "focus": "\x1b[I",
    "position": "\x1b[24;80R",
    "synchronized": "\x1b[?2026;2$y",
    "resize reports": "\x1b[?2048;2$y",
    "resized": "\x1b[48;24;80;480;800t",
}
"""Keys and the reports that Textual asks for."""


class Hand:
    """A filter with a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.filter = InputFilter(lambda: self.now, DELAY)

    def send(self, text: str, after: float = 0.0) -> list[str]:
        """Send characters after a pause, in which the filter is asked when it wants to be."""
        pieces = self.wait(after)
        return pieces + self.filter.feed(text)

    def wait(self, seconds: float) -> list[str]:
        pieces: list[str] = []
        end = self.now + seconds
        while (due := self.filter.due) is not None and self.now + due <= end:
            self.now += due + 1e-6
            pieces += self.filter.expire()
        self.now = end
        return pieces


def split(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[start:stop] for start, stop in itertools.pairwise(places)]


cuts = st.lists(st.integers(0, 300), max_size=6)
gaps = st.lists(st.floats(0.0, 0.06), min_size=7, max_size=7)


@given(answer=st.sampled_from(sorted(ANSWERS)), cuts=cuts, gaps=gaps)
@example("tmux", [1, 2, 3, len(ANSWERS["tmux"]) - 1], [0.0, 0.0, 0.0, 0.0, 0.055, 0.0, 0.0])
def test_answer_is_dropped_however_it_is_split(
    answer: str, cuts: list[int], gaps: list[float]
) -> None:
    hand = Hand()
    pieces: list[str] = []
    for part, gap in zip(split(ANSWERS[answer], cuts), gaps, strict=False):
        pieces += hand.send(part, gap)
    assert pieces + hand.wait(3.0) == []
    assert hand.send("j") == ["j"]


@given(key=st.sampled_from(sorted(KEYS)), cuts=cuts, gaps=gaps)
def test_key_arrives_whole_however_it_is_split(
    key: str, cuts: list[int], gaps: list[float]
) -> None:
    hand = Hand()
    pieces: list[str] = []
    for part, gap in zip(split(KEYS[key], cuts), gaps, strict=False):
        # Alt is Escape with a character behind it; later, it is two keys.
        pieces += hand.send(part, gap / 2)
    assert pieces + hand.wait(3.0) == [KEYS[key]]


@given(text=st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60), cuts=cuts)
def test_plain_text_passes_unchanged(text: str, cuts: list[int]) -> None:
    hand = Hand()
    assert "".join(piece for part in split(text, cuts) for piece in hand.send(part)) == text


@given(
    data=st.text(
        st.sampled_from(
            "\x1b[]PX^_O\\\x07\x18\x90\x9b\x9c?<;:0123456789NaMmuRty$~\x11\r\x04 é\u4e00"
        ),
        max_size=80,
    ),
    cuts=cuts,
)
def test_no_bytes_hold_the_keyboard_for_longer_than_the_limits(data: str, cuts: list[int]) -> None:
    hand = Hand()
    for part in split(data, cuts):
        hand.send(part, 0.01)
    hand.wait(STRING_LIMIT + PASTE_STALLED_SECONDS)
    assert hand.filter.due is None
    assert hand.send("j") == ["j"]


def test_letters_right_after_a_reply_are_dropped_with_it() -> None:
    hand = Hand()
    assert hand.send("\x1b[?62;22cat") == []
    assert hand.send("q", 0.05) == []
    assert hand.send("j", QUIET_SECONDS + 0.01) == ["j"]


def test_arrow_after_an_answer_is_a_key() -> None:
    assert Hand().send("\x1b[?62;22c\x1b[B") == ["\x1b[B"]


def test_escape_is_a_key_after_the_delay_and_not_before() -> None:
    hand = Hand()
    assert hand.send("\x1b") == []
    assert hand.filter.due == pytest.approx(DELAY)
    assert hand.wait(DELAY + 0.001) == ["\x1b"]
    assert hand.send("k") == ["k"]


def test_key_that_is_pressed_soon_after_escape_is_no_alt() -> None:
    hand = Hand()
    assert hand.send("\x1b") == []
    assert hand.send("k", 0.07) == ["\x1b", "k"]


def test_two_escapes_are_two_keys() -> None:
    hand = Hand()
    assert hand.send("\x1b\x1b") + hand.wait(0.2) == ["\x1b", "\x1b"]


@pytest.mark.parametrize("sent", ["\x1b\r", "\x1b\x04", "\x1b\x03"])
def test_escape_with_a_control_character_is_no_key(sent: str) -> None:
    hand = Hand()
    assert hand.send(sent) + hand.wait(1.0) == []


def test_unterminated_string_ends_with_silence() -> None:
    hand = Hand()
    assert hand.send("\x1b]2;tat") == []
    assert hand.send("q", STALLED_SECONDS - 0.01) == []
    assert hand.send("j", STALLED_SECONDS + QUIET_SECONDS + 0.01) == ["j"]


def test_unterminated_string_ends_while_keys_are_pressed() -> None:
    hand = Hand()
    hand.send("\x1b]2;")
    came = [hand.send("j", 0.2) for _ in range(15)]
    assert came[0] == []
    assert came[-1] == ["j"]


def test_unfinished_sequence_is_dropped_completely() -> None:
    hand = Hand()
    assert hand.send("\x1b[1;") + hand.wait(STALLED_SECONDS) == []
    assert hand.send("j", QUIET_SECONDS + 0.01) == ["j"]


def test_paste_loses_its_control_characters_alone() -> None:
    hand = Hand()
    pieces = hand.send("\x1b[200~web\x1b]0;x\x07-01\r\n\x1b[201~j")
    assert pieces == ["\x1b[200~", "web]0;x-01\r\n", "\x1b[201~", "j"]


def test_paste_whose_end_is_lost_ends_with_silence() -> None:
    hand = Hand()
    assert hand.send("\x1b[200~web") == ["\x1b[200~", "web"]
    assert hand.wait(PASTE_STALLED_SECONDS + 0.01) == ["\x1b[201~"]
    assert hand.send("j") == ["j"]


def test_flow_control_of_a_serial_line_is_no_key() -> None:
    assert Hand().send("\x11") == []


@pytest.mark.parametrize(
    ("sequence", "read"),
    [
        ("\x1b[97:65;2;65u", "\x1b[97;2;65u"),
        ("\x1b[1089::99;5u", "\x1b[99;5u"),
        ("\x1b[963::115;5u", "\x1b[115;5u"),
        ("\x1b[1092:1060:97;6u", "\x1b[97;6u"),
        ("\x1b[1092::97;;1092u", "\x1b[1092;;1092u"),
        ("\x1b[0;;229u", "\x1b[0;;229u"),
        ("\x1b[57441;2u", ""),
        ("\x1b[57358;65u", ""),
        ("\x1b[116;1:3u", ""),
        ("\x1b[116;1:1u", ""),
        ("\x1b[1;1:3A", ""),
        ("\x1b[1114112;1;1114112u", ""),
        ("\x1b[99999999999999999999u", ""),
        ("\x1b[97;1;1114112u", ""),
        ("\x1b[97;1;55296u", ""),
        ("\x1b[97;1;3u", ""),
        ("\x1b[3u", ""),
        ("\x1b[57500u", ""),
        ("\x1b[5A", None),
    ],
)
def test_key_report_is_reduced_to_the_form_textual_reads(sequence: str, read: str | None) -> None:
    assert understood(sequence) == read
