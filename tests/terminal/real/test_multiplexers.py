"""The console in tmux, GNU screen and dtach: detached, attached elsewhere, and quit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.real_scenario import (
    ADDRESS,
    change_size,
    quit_console,
    start,
    wait_same,
    without_ages,
    work,
)
from tests.support.real_session import BEFORE, ConsoleScript, program, version_of
from tests.support.real_table import AddRow, OpenOuter, row

pytestmark = pytest.mark.slow

_OF_THE_FIRST = ("kitty keyboard", "title")
"""Modes that are set once, on the first terminal: attaching sets them without saving the old."""


class Multiplexer:
    """A multiplexer with its defaults; no user's configuration is read.

    Args:
        words: The command with the options that keep it apart from any other.
        environment: The same in variables.
    """

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        self.words = words
        self.environment = dict(environment)

    def call(self, *words: str) -> str:
        """Run one of its commands, and return the output."""
        done = subprocess.run(
            [*self.words, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout


@pytest.fixture
def tmux(short: Path, environment: Mapping[str, str]) -> Iterator[Multiplexer]:
    words = [program("tmux"), "-L", "real", "-f", os.devnull]
    tmux = Multiplexer(words, {**environment, "TMUX_TMPDIR": str(short)})
    yield tmux
    tmux.call("kill-server")


@pytest.fixture
def screen(short: Path, environment: Mapping[str, str]) -> Iterator[Multiplexer]:
    sockets = short / "sockets"
    sockets.mkdir(mode=0o700)
    words = [program("screen"), "-S", "real", "-c", os.devnull]
    screen = Multiplexer(words, {**environment, "SCREENDIR": str(sockets)})
    yield screen
    screen.call("-X", "quit")


def pane_modes(tmux: Multiplexer) -> str:
    """Return a pane's modes: alternate screen, cursor, mouse, insert, both keypads, line wrap."""
    names = (
        *("alternate_on", "cursor_flag", "mouse_any_flag", "insert_flag"),
        *("keypad_flag", "keypad_cursor_flag", "wrap_flag"),
    )
    return tmux.call("display-message", "-p", "".join(f"#{{{name}}}" for name in names)).strip()


def test_console_in_tmux(
    tmux: Multiplexer,
    script: ConsoleScript,
    open_outer: OpenOuter,
    expected: list[str],
    add_row: AddRow,
) -> None:
    first = open_outer(
        [*tmux.words, "new-session", *script.command], answers=False, more=tmux.environment
    )
    start(first, expected)
    # tmux's own screen is what it has drawn.
    captured = tmux.call("capture-pane", "-p").splitlines()
    # Without the header, which counts.
    end = len(expected) + 1
    assert without_ages(captured[1:end]) == without_ages(first.lines[1:end])
    assert pane_modes(tmux).startswith("10")
    announced = work(first)
    assert "tmux buffer" in announced
    assert tmux.call("show-buffer") == ADDRESS
    change_size(first, other_rows=1)

    screen, cursor = first.lines, first.cursor
    first.press("ctrl+b", "d")
    assert first.wait_end() == 0
    assert first.is_restored, first.modes_left_on
    second = open_outer([*tmux.words, "attach-session"], answers=False, more=tmux.environment)
    wait_same(second, screen, other_rows=1)
    assert second.cursor == cursor

    quit_console(second, script)
    assert BEFORE in second.text
    assert "Servers" not in second.text
    assert pane_modes(tmux) == "0100001"
    second.press("enter")
    assert second.wait_end() == 0
    assert second.is_restored, second.modes_left_on
    add_row(
        row(
            "tmux",
            version_of(tmux.words[0], "-V"),
            script,
            first,
            announced=announced,
            cursor=cursor,
            after="the earlier screen",
            attached="drawn by tmux",
        )
    )


def test_console_in_screen(
    screen: Multiplexer,
    script: ConsoleScript,
    open_outer: OpenOuter,
    expected: list[str],
    add_row: AddRow,
    short: Path,
) -> None:
    first = open_outer([*screen.words, *script.command], answers=False, more=screen.environment)
    start(first, expected)
    announced = work(first)
    assert "OSC 52 through screen" in announced
    change_size(first)

    shown, cursor = first.lines, first.cursor
    screen.call("-X", "hardcopy", str(short / "hardcopy"))
    first.wait_for((short / "hardcopy").exists)
    first.send(b"\x01d")
    assert first.wait_end() == 0
    assert first.is_restored, first.modes_left_on
    second = open_outer([*screen.words, "-r"], answers=False, more=screen.environment)
    wait_same(second, shown)
    assert second.cursor == cursor

    quit_console(second, script)
    # It has no alternate screen by default; nothing of the console may remain.
    assert second.text.split("\n", 1)[0].startswith("back in the shell")
    assert "Servers" not in second.text
    second.press("enter")
    assert second.wait_end() == 0
    assert second.is_restored, second.modes_left_on
    add_row(
        row(
            "GNU screen",
            version_of(screen.words[0], "--version"),
            script,
            first,
            announced=announced,
            cursor=cursor,
            after="empty",
            attached="drawn by screen",
        )
    )


def test_console_in_dtach(
    short: Path,
    script: ConsoleScript,
    open_outer: OpenOuter,
    expected: list[str],
    add_row: AddRow,
) -> None:
    words = [program("dtach"), "-A", str(short / "socket"), "-r", "winch"]
    first = open_outer([*words, *script.command], answers=True)
    start(first, expected)
    announced = work(first)
    assert "OSC 52" in announced
    change_size(first)

    shown, cursor, modes = first.lines, first.cursor, first.modes_left_on
    first.press("ctrl+backslash")
    assert first.wait_end() == 0
    # dtach draws nothing; the console redraws on a window change without a new size.
    second = open_outer([words[0], "-a", words[2], "-r", "winch"], answers=True)
    wait_same(second, shown)
    # Both are set there, and not pushed; the exit pops once.
    assert second.modes_left_on == [mode for mode in modes if mode not in _OF_THE_FIRST]
    assert second.cursor == cursor

    quit_console(second, script)
    assert "Servers" not in second.text
    second.press("enter")
    assert second.wait_end() == 0
    assert second.is_restored, second.modes_left_on
    add_row(
        row(
            "dtach",
            version_of(words[0], "--help"),
            script,
            first,
            announced=announced,
            cursor=cursor,
            after="the earlier screen",
            attached="drawn by the console, with `-r winch`",
        )
    )
