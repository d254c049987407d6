"""Which way a copy goes, what is written for it, and what a file of it looks like."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from rcv3_tui.tui.clipboard import (
    MOST_BYTES,
    Way,
    load_tmux_buffer,
    sequence,
    way_for,
    write_file,
)


@pytest.fixture
def tmux(tmp_path: Path) -> Path:
    """A directory with a tmux in it that writes down what it is given."""
    program = tmp_path / "tmux"
    program.write_text('#!/bin/sh\necho "$@" > "$0.words"; cat > "$0.text"\n')
    program.chmod(0o700)
    return tmp_path


def test_a_plain_terminal_is_asked_by_osc_52() -> None:
    assert way_for("web-01", {"TERM": "xterm-256color"}) is Way.OSC52


def test_in_tmux_the_buffer_is_the_way(tmux: Path) -> None:
    inside = {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "PATH": str(tmux)}
    assert way_for("web-01", inside) is Way.TMUX


def test_in_tmux_without_its_program_the_terminal_is_asked(tmp_path: Path) -> None:
    inside = {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "PATH": str(tmp_path)}
    assert way_for("web-01", inside) is Way.OSC52


def test_in_screen_the_sequence_goes_through_it() -> None:
    assert way_for("web-01", {"TERM": "screen", "STY": "1.pts-0.host"}) is Way.SCREEN


@pytest.mark.parametrize("term", ["linux", "dumb", "vt100", ""])
def test_a_terminal_that_has_no_clipboard_gets_a_file(term: str) -> None:
    assert way_for("web-01", {"TERM": term}) is Way.FILE


def test_a_text_that_is_too_long_for_the_terminal_goes_into_a_file() -> None:
    assert way_for("x" * MOST_BYTES, {"TERM": "xterm"}) is Way.OSC52
    assert way_for("x" * (MOST_BYTES + 1), {"TERM": "xterm"}) is Way.FILE
    assert way_for("é" * (MOST_BYTES // 2 + 1), {"TERM": "xterm"}) is Way.FILE


def test_osc_52_holds_the_text_in_base64_and_nothing_else_of_it() -> None:
    text = "\x1b]0;title\x07 web-01 é"
    written = sequence(text, Way.OSC52)
    assert written.startswith("\x1b]52;c;")
    assert written.endswith("\x07")
    assert base64.b64decode(written[7:-1]).decode() == text


def test_screen_is_given_pieces_that_it_can_hold() -> None:
    written = sequence("x" * 3000, Way.SCREEN)
    pieces = written.split("\x1b\\")
    assert pieces.pop() == ""
    assert len(pieces) > 1
    assert all(piece.startswith("\x1bP") and len(piece) < 768 for piece in pieces)
    assert "".join(piece[2:] for piece in pieces) == sequence("x" * 3000, Way.OSC52)


async def test_tmux_is_given_the_text_on_its_input_and_hands_it_on(tmux: Path) -> None:
    environment = {"PATH": f"{tmux}{os.pathsep}{os.defpath}"}
    old = os.environ["PATH"]
    os.environ["PATH"] = environment["PATH"]
    try:
        assert await load_tmux_buffer("web-01\n$(id)", environment)
    finally:
        os.environ["PATH"] = old
    assert (tmux / "tmux.words").read_text().split() == ["load-buffer", "-w", "-"]
    assert (tmux / "tmux.text").read_text() == "web-01\n$(id)"


async def test_a_tmux_that_fails_is_told_apart(tmux: Path) -> None:
    (tmux / "tmux").write_text("#!/bin/sh\nexit 1\n")
    environment = {"PATH": f"{tmux}{os.pathsep}{os.defpath}"}
    old = os.environ["PATH"]
    os.environ["PATH"] = environment["PATH"]
    try:
        assert not await load_tmux_buffer("web-01", environment)
    finally:
        os.environ["PATH"] = old


def test_the_file_is_its_owners_alone_and_holds_the_last_copy(tmp_path: Path) -> None:
    path = tmp_path / "state" / "copied.txt"
    write_file("first", path)
    write_file("second", path)
    assert path.read_text() == "second\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]
