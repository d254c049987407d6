"""What a terminal can draw, as its environment tells."""

from __future__ import annotations

import pytest

from rcv3_tui.terminal import Depth, depth_of, refusal_of


@pytest.mark.parametrize(
    ("term", "depth"),
    [
        ("xterm-256color", Depth.EIGHT_BIT),
        ("screen-256color", Depth.EIGHT_BIT),
        ("tmux-256color-bce", Depth.EIGHT_BIT),
        ("xterm-kitty", Depth.EIGHT_BIT),
        ("xterm-direct", Depth.TRUE),
        ("xterm", Depth.SIXTEEN),
        ("xterm-16color", Depth.SIXTEEN),
        ("konsole-16color", Depth.SIXTEEN),
        ("screen", Depth.EIGHT),
        ("tmux", Depth.EIGHT),
        ("linux", Depth.EIGHT),
        ("ansi", Depth.EIGHT),
        ("something-new", Depth.EIGHT),
        ("", Depth.EIGHT),
        ("vt100", Depth.NONE),
        ("vt220", Depth.NONE),
        ("xterm-mono", Depth.NONE),
    ],
)
def test_the_name_of_a_terminal_tells_its_colours(term: str, depth: Depth) -> None:
    assert depth_of({"TERM": term}) is depth


@pytest.mark.parametrize(
    ("term", "depth"),
    [
        ("xterm-256color", Depth.TRUE),
        ("tmux-256color", Depth.TRUE),
        ("xterm", Depth.TRUE),
        ("xterm-16color", Depth.SIXTEEN),
        ("screen", Depth.EIGHT),
        ("linux", Depth.EIGHT),
        ("vt100", Depth.NONE),
    ],
)
def test_colorterm_is_believed_where_the_terminal_in_between_passes_colours_on(
    term: str, depth: Depth
) -> None:
    for value in ("truecolor", "24bit"):
        assert depth_of({"TERM": term, "COLORTERM": value}) is depth


def test_gnu_screen_does_not_pass_24_bit_colours_on() -> None:
    environment = {"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1234.pts-0"}
    assert depth_of(environment) is Depth.EIGHT_BIT


def test_no_color_counts_where_it_is_not_empty() -> None:
    environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    assert depth_of(environment | {"NO_COLOR": "1"}) is Depth.NONE
    assert depth_of(environment | {"NO_COLOR": "0"}) is Depth.NONE
    assert depth_of(environment | {"NO_COLOR": ""}) is Depth.TRUE


def test_a_terminal_that_cannot_place_text_is_refused_and_no_other() -> None:
    assert "TERM=dumb" in refusal_of({"TERM": "dumb"})
    assert "xterm-256color" in refusal_of({"TERM": "unknown"})
    assert refusal_of({"TERM": "vt100"}) == ""
    assert refusal_of({}) == ""
