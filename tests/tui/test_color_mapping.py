"""Colors on terminals with few of them: text is readable and preserves its hue."""

from __future__ import annotations

import itertools

import pytest
from rich.style import Style

from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.color_mapping import READABLE, VGA, XTERM, contrast, nearest_ansi, rgb_of

DARK, LIGHT = "#121212", "#f5f5f5"


def front_of(color: str, ground: str, depth: ColorDepth) -> int:
    shown = nearest_ansi(Style(color=color, bgcolor=ground), depth)
    assert shown.front is not None
    number = shown.front.number
    assert number is not None
    return number + (8 if shown.bold else 0)


@pytest.mark.parametrize("depth", [ColorDepth.EIGHT, ColorDepth.SIXTEEN])
def test_any_text_on_any_ground_is_readable_in_every_palette(depth: ColorDepth) -> None:
    steps = ("00", "5f", "af", "ff")
    colors = ["#" + "".join(parts) for parts in itertools.product(steps, repeat=3)]
    for color, ground in itertools.product(colors, repeat=2):
        shown = nearest_ansi(Style(color=color, bgcolor=ground), depth)
        assert shown.front is not None
        assert shown.back is not None
        front, back = shown.front.number or 0, shown.back.number or 0
        assert max(front, back) < (8 if depth is ColorDepth.EIGHT else 16)
        front += 8 if shown.bold else 0
        for palette in (VGA, XTERM):
            # Bright white on the dark yellow of VGA is the worst pair that there can be.
            assert contrast(palette[front], palette[back]) >= 3.5


@pytest.mark.parametrize("depth", [ColorDepth.EIGHT, ColorDepth.SIXTEEN])
def test_hues_are_preserved_on_a_dark_background(depth: ColorDepth) -> None:
    assert front_of("#87af5f", DARK, depth) % 8 == 2
    assert front_of("#d7af5f", DARK, depth) % 8 == 3
    assert front_of("#d75f5f", DARK, depth) % 8 == 1
    assert front_of("#87afd7", DARK, depth) % 8 in (4, 6)
    assert front_of("#808080", DARK, depth) == 7


def test_grey_text_never_vanishes_in_its_ground() -> None:
    greys = [f"#{value:02x}{value:02x}{value:02x}" for value in range(0, 256, 15)]
    for color, ground in itertools.product(greys, repeat=2):
        for depth in (ColorDepth.EIGHT, ColorDepth.SIXTEEN):
            shown = nearest_ansi(Style(color=color, bgcolor=ground), depth)
            assert shown.front is not None
            assert shown.back is not None
            assert contrast(rgb_of(shown.front), rgb_of(shown.back)) >= READABLE


def test_bold_replaces_a_bright_color_with_eight_colors() -> None:
    red = nearest_ansi(Style(color="#ff8787", bgcolor=DARK), ColorDepth.EIGHT)
    assert red.front is not None
    assert red.front.number == 1
    assert red.bold
    assert not nearest_ansi(Style(color="#ff8787", bgcolor=DARK), ColorDepth.SIXTEEN).bold


def test_bold_is_cleared_where_it_makes_text_unreadable() -> None:
    black = nearest_ansi(Style(color="#ffffff", bgcolor="#00afaf"), ColorDepth.SIXTEEN)
    assert black.front is not None
    assert black.front.number == 0
    assert black.bold is False


@pytest.mark.parametrize("depth", [ColorDepth.EIGHT_BIT, ColorDepth.TRUE])
def test_faint_text_is_moved_until_it_can_be_read_and_other_text_is_not(depth: ColorDepth) -> None:
    steps = ("00", "5f", "af", "ff")
    colors = ["#" + "".join(parts) for parts in itertools.product(steps, repeat=3)]
    for color, ground in itertools.product(colors, repeat=2):
        shown = nearest_ansi(Style(color=color, bgcolor=ground), depth)
        assert shown.front is not None
        assert shown.back is not None
        assert contrast(rgb_of(shown.front), rgb_of(shown.back)) >= READABLE
    clear = nearest_ansi(Style(color="#d7af5f", bgcolor=DARK), ColorDepth.TRUE)
    assert clear.front is not None
    assert clear.front.get_truecolor().hex == "#d7af5f"


def test_dark_tint_is_no_blue_bar_and_a_light_ground_stays_light() -> None:
    tint = nearest_ansi(Style(bgcolor="#262b33"), ColorDepth.SIXTEEN).back
    assert tint is not None
    assert tint.number == 0
    light = nearest_ansi(Style(bgcolor=LIGHT), ColorDepth.SIXTEEN).back
    assert light is not None
    assert light.number == 15


def test_colors_are_unchanged_at_full_depth_and_absent_at_none() -> None:
    style = Style(color="#123456", bgcolor="#fedcba")
    kept = nearest_ansi(style, ColorDepth.TRUE)
    assert (kept.front, kept.back) == (style.color, style.bgcolor)
    none = nearest_ansi(style, ColorDepth.NONE)
    assert (none.front, none.back) == (None, None)


def test_default_colors_are_unchanged() -> None:
    style = Style(color="default", bgcolor="default")
    for depth in (ColorDepth.EIGHT, ColorDepth.SIXTEEN):
        assert nearest_ansi(style, depth).back is None
        assert nearest_ansi(style, depth).front is None
