"""Which way a copy goes, what is written for it, and what a file of it looks like."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from rcv3_tui.clipboard_method import (
    MAX_MOSH_BYTES,
    MAX_OSC52_BYTES,
    ClipboardMethod,
    choose_method,
    is_behind_mosh,
    outer_multiplexer,
)
from rcv3_tui.tui.clipboard import CopyResult, load_tmux_buffer, osc52_sequence, write_file


@pytest.fixture
def tmux(tmp_path: Path) -> Path:
    """A directory with a tmux in it that writes down what it is given."""
    program = tmp_path / "tmux"
    program.write_text('#!/bin/sh\necho "$@" > "$0.words"; cat > "$0.text"\n')
    program.chmod(0o700)
    return tmp_path


def test_plain_terminal_receives_osc_52() -> None:
    assert choose_method("web-01", {"TERM": "xterm-256color"}) is ClipboardMethod.OSC52


def test_tmux_buffer_is_used_inside_tmux(tmux: Path) -> None:
    inside = {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "PATH": str(tmux)}
    assert choose_method("web-01", inside) is ClipboardMethod.TMUX


def test_osc_52_is_used_without_the_tmux_program(tmp_path: Path) -> None:
    inside = {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "PATH": str(tmp_path)}
    assert choose_method("web-01", inside) is ClipboardMethod.OSC52


def test_sequence_is_wrapped_inside_screen() -> None:
    assert (
        choose_method("web-01", {"TERM": "screen", "STY": "1.pts-0.host"}) is ClipboardMethod.SCREEN
    )


@pytest.mark.parametrize("term", ["linux", "linux-16color", "dumb", "vt100", "eterm-color", ""])
def test_terminal_that_has_no_clipboard_gets_a_file(term: str) -> None:
    assert choose_method("web-01", {"TERM": term}) is ClipboardMethod.FILE


def test_text_that_is_too_long_for_the_terminal_goes_into_a_file() -> None:
    assert choose_method("x" * MAX_OSC52_BYTES, {"TERM": "xterm"}) is ClipboardMethod.OSC52
    assert choose_method("x" * (MAX_OSC52_BYTES + 1), {"TERM": "xterm"}) is ClipboardMethod.FILE
    assert (
        choose_method("é" * (MAX_OSC52_BYTES // 2 + 1), {"TERM": "xterm"}) is ClipboardMethod.FILE
    )


def test_osc_52_contains_the_text_in_base64_only() -> None:
    text = "\x1b]0;title\x07 web-01 é"
    written = osc52_sequence(text, ClipboardMethod.OSC52)
    assert written.startswith("\x1b]52;c;")
    assert written.endswith("\x07")
    assert base64.b64decode(written[7:-1]).decode() == text


def test_screen_receives_pieces_within_its_limit() -> None:
    written = osc52_sequence("x" * 3000, ClipboardMethod.SCREEN)
    pieces = written.split("\x1b\\")
    assert pieces.pop() == ""
    assert len(pieces) > 1
    assert all(piece.startswith("\x1bP") and len(piece) < 768 for piece in pieces)
    assert "".join(piece[2:] for piece in pieces) == osc52_sequence(
        "x" * 3000, ClipboardMethod.OSC52
    )


@pytest.mark.real_time
async def test_tmux_receives_the_text_on_stdin_and_forwards_it(tmux: Path) -> None:
    environment = {"PATH": f"{tmux}{os.pathsep}{os.defpath}"}
    old = os.environ["PATH"]
    os.environ["PATH"] = environment["PATH"]
    try:
        assert await load_tmux_buffer("web-01\n$(id)", environment)
    finally:
        os.environ["PATH"] = old
    assert (tmux / "tmux.words").read_text().split() == ["load-buffer", "-w", "-"]
    assert (tmux / "tmux.text").read_text() == "web-01\n$(id)"


@pytest.mark.real_time
async def test_failing_tmux_is_reported(tmux: Path) -> None:
    (tmux / "tmux").write_text("#!/bin/sh\nexit 1\n")
    environment = {"PATH": f"{tmux}{os.pathsep}{os.defpath}"}
    old = os.environ["PATH"]
    os.environ["PATH"] = environment["PATH"]
    try:
        assert not await load_tmux_buffer("web-01", environment)
    finally:
        os.environ["PATH"] = old


def test_file_is_its_owners_alone_and_holds_the_last_copy(tmp_path: Path) -> None:
    path = tmp_path / "state" / "copied.txt"
    write_file("first", path)
    write_file("second", path)
    assert path.read_text() == "second\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_web_page_gets_a_file() -> None:
    environment = {"TERM": "xterm", "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    assert choose_method("web-01", environment) is ClipboardMethod.FILE


def test_text_too_long_for_mosh_is_written_to_a_file() -> None:
    terminal = {"TERM": "xterm-256color"}
    assert choose_method("x" * MAX_MOSH_BYTES, terminal, mosh=True) is ClipboardMethod.OSC52
    assert choose_method("x" * (MAX_MOSH_BYTES + 1), terminal, mosh=True) is ClipboardMethod.FILE
    assert len(osc52_sequence("x" * MAX_MOSH_BYTES, ClipboardMethod.OSC52)) < 16384 + len(
        "\x1b]52;c;\x07"
    )


def test_process_without_a_mosh_ancestor_is_not_behind_mosh() -> None:
    assert not is_behind_mosh()
    assert not is_behind_mosh(-1)


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"TERM": "tmux-256color"}, "tmux"),
        ({"TERM": "screen.xterm-256color"}, "screen"),
        ({"TERM": "screen"}, "screen"),
        ({"TERM": "screen", "TMUX": "/tmp/x,1,0"}, ""),
        ({"TERM": "screen", "STY": "1.x"}, ""),
        ({"TERM": "xterm-256color"}, ""),
        ({}, ""),
    ],
)
def test_multiplexer_on_the_machine_before_is_known_by_the_name_of_the_terminal(
    environment: dict[str, str], name: str
) -> None:
    assert outer_multiplexer(environment) == name


def test_message_names_what_may_block_a_copy_and_the_file() -> None:
    words = CopyResult(ClipboardMethod.OSC52, Path("/state/copied.txt"), "tmux").words
    assert words == "by OSC 52, which tmux may block; also in /state/copied.txt"


def test_both_forms_are_written_where_screen_or_tmux_may_be_outside() -> None:
    plain, wrapped = (
        osc52_sequence("web-01", ClipboardMethod.OSC52),
        osc52_sequence("web-01", ClipboardMethod.SCREEN),
    )
    assert osc52_sequence("web-01", ClipboardMethod.SCREEN, also_plain=True) == plain + wrapped
