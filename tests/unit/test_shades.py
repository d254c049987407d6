"""Colours as terminals of few have them: text can be read, and says by hue what it said before."""

from __future__ import annotations

import itertools

import pytest
from rich.style import Style

from rcv3_tui.terminal import Depth
from rcv3_tui.tui.shades import READABLE, VGA, XTERM, contrast, rgb_of, shade

DARK, LIGHT = "#121212", "#f5f5f5"


def front_of(color: str, ground: str, depth: Depth) -> int:
    shown = shade(Style(color=color, bgcolor=ground), depth)
    assert shown.front is not None
    number = shown.front.number
    assert number is not None
    return number + (8 if shown.bold else 0)


@pytest.mark.parametrize("depth", [Depth.EIGHT, Depth.SIXTEEN])
def test_any_text_on_any_ground_is_readable_in_every_palette(depth: Depth) -> None:
    steps = ("00", "5f", "af", "ff")
    colors = ["#" + "".join(parts) for parts in itertools.product(steps, repeat=3)]
    for color, ground in itertools.product(colors, repeat=2):
        shown = shade(Style(color=color, bgcolor=ground), depth)
        assert shown.front is not None
        assert shown.back is not None
        front, back = shown.front.number or 0, shown.back.number or 0
        assert max(front, back) < (8 if depth is Depth.EIGHT else 16)
        front += 8 if shown.bold else 0
        for palette in (VGA, XTERM):
            # Bright white on the dark yellow of VGA is the worst pair that there can be.
            assert contrast(palette[front], palette[back]) >= 3.5


@pytest.mark.parametrize("depth", [Depth.EIGHT, Depth.SIXTEEN])
def test_hues_tell_on_a_dark_ground_what_they_told(depth: Depth) -> None:
    assert front_of("#87af5f", DARK, depth) % 8 == 2
    assert front_of("#d7af5f", DARK, depth) % 8 == 3
    assert front_of("#d75f5f", DARK, depth) % 8 == 1
    assert front_of("#87afd7", DARK, depth) % 8 in (4, 6)
    assert front_of("#808080", DARK, depth) == 7


def test_grey_text_never_vanishes_in_its_ground() -> None:
    greys = [f"#{value:02x}{value:02x}{value:02x}" for value in range(0, 256, 15)]
    for color, ground in itertools.product(greys, repeat=2):
        for depth in (Depth.EIGHT, Depth.SIXTEEN):
            shown = shade(Style(color=color, bgcolor=ground), depth)
            assert shown.front is not None
            assert shown.back is not None
            assert contrast(rgb_of(shown.front), rgb_of(shown.back)) >= READABLE


def test_bold_stands_in_for_a_bright_colour_where_there_are_eight() -> None:
    red = shade(Style(color="#ff8787", bgcolor=DARK), Depth.EIGHT)
    assert red.front is not None
    assert red.front.number == 1
    assert red.bold
    assert not shade(Style(color="#ff8787", bgcolor=DARK), Depth.SIXTEEN).bold


def test_bold_goes_where_it_would_turn_text_too_bright_to_be_read() -> None:
    black = shade(Style(color="#ffffff", bgcolor="#00afaf"), Depth.SIXTEEN)
    assert black.front is not None
    assert black.front.number == 0
    assert black.bold is False


@pytest.mark.parametrize("depth", [Depth.EIGHT_BIT, Depth.TRUE])
def test_faint_text_is_moved_until_it_can_be_read_and_other_text_is_not(depth: Depth) -> None:
    steps = ("00", "5f", "af", "ff")
    colors = ["#" + "".join(parts) for parts in itertools.product(steps, repeat=3)]
    for color, ground in itertools.product(colors, repeat=2):
        shown = shade(Style(color=color, bgcolor=ground), depth)
        assert shown.front is not None
        assert shown.back is not None
        assert contrast(rgb_of(shown.front), rgb_of(shown.back)) >= READABLE
    clear = shade(Style(color="#d7af5f", bgcolor=DARK), Depth.TRUE)
    assert clear.front is not None
    assert clear.front.get_truecolor().hex == "#d7af5f"


def test_a_dark_tint_is_no_blue_bar_and_a_light_ground_stays_light() -> None:
    tint = shade(Style(bgcolor="#262b33"), Depth.SIXTEEN).back
    assert tint is not None
    assert tint.number == 0
    light = shade(Style(bgcolor=LIGHT), Depth.SIXTEEN).back
    assert light is not None
    assert light.number == 15


def test_colours_are_left_as_they_are_where_there_are_enough_and_off_where_there_are_none() -> None:
    style = Style(color="#123456", bgcolor="#fedcba")
    kept = shade(style, Depth.TRUE)
    assert (kept.front, kept.back) == (style.color, style.bgcolor)
    none = shade(style, Depth.NONE)
    assert (none.front, none.back) == (None, None)


def test_the_terminals_own_colours_stay_its_own() -> None:
    style = Style(color="default", bgcolor="default")
    for depth in (Depth.EIGHT, Depth.SIXTEEN):
        assert shade(style, depth).back is None
        assert shade(style, depth).front is None
