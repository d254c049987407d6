"""What a terminal can draw, as its environment tells."""

from __future__ import annotations

import pytest

from rcv3_tui.terminal_capabilities import ColorDepth, detect_color_depth, unsupported_reason


@pytest.mark.parametrize(
    ("term", "depth"),
    [
        ("xterm-256color", ColorDepth.EIGHT_BIT),
        ("screen-256color", ColorDepth.EIGHT_BIT),
        ("tmux-256color-bce", ColorDepth.EIGHT_BIT),
        ("xterm-kitty", ColorDepth.EIGHT_BIT),
        ("xterm-direct", ColorDepth.TRUE),
        ("xterm", ColorDepth.SIXTEEN),
        ("xterm-16color", ColorDepth.SIXTEEN),
        ("konsole-16color", ColorDepth.SIXTEEN),
        ("screen", ColorDepth.EIGHT),
        ("tmux", ColorDepth.EIGHT),
        ("linux", ColorDepth.EIGHT),
        ("ansi", ColorDepth.EIGHT),
        ("something-new", ColorDepth.EIGHT),
        ("", ColorDepth.EIGHT),
        ("vt100", ColorDepth.NONE),
        ("vt220", ColorDepth.NONE),
        ("xterm-mono", ColorDepth.NONE),
    ],
)
def test_the_name_of_a_terminal_tells_its_colors(term: str, depth: ColorDepth) -> None:
    assert detect_color_depth({"TERM": term}) is depth


@pytest.mark.parametrize(
    ("term", "depth"),
    [
        ("xterm-256color", ColorDepth.TRUE),
        ("tmux-256color", ColorDepth.TRUE),
        ("xterm", ColorDepth.TRUE),
        ("xterm-16color", ColorDepth.SIXTEEN),
        ("screen", ColorDepth.EIGHT),
        ("linux", ColorDepth.EIGHT),
        ("vt100", ColorDepth.NONE),
    ],
)
def test_colorterm_is_believed_where_the_terminal_in_between_passes_colors_on(
    term: str, depth: ColorDepth
) -> None:
    for value in ("truecolor", "24bit"):
        assert detect_color_depth({"TERM": term, "COLORTERM": value}) is depth


def test_gnu_screen_does_not_pass_24_bit_colors_on() -> None:
    environment = {"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1234.pts-0"}
    assert detect_color_depth(environment) is ColorDepth.EIGHT_BIT


def test_no_color_counts_where_it_is_not_empty() -> None:
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    assert detect_color_depth(environment | {"NO_COLOR": "1"}) is ColorDepth.NONE
    assert detect_color_depth(environment | {"NO_COLOR": "0"}) is ColorDepth.NONE
    assert detect_color_depth(environment | {"NO_COLOR": ""}) is ColorDepth.TRUE


def test_a_terminal_that_cannot_place_text_is_refused_and_no_other() -> None:
    assert "TERM=dumb" in unsupported_reason({"TERM": "dumb"})
    assert "xterm-256color" in unsupported_reason({"TERM": "unknown"})
    assert unsupported_reason({"TERM": "vt100"}) == ""
    assert unsupported_reason({}) == ""
