"""The output of a session on terminals with few colors, with none, and with ASCII only."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.independent_server import API_KEY, USERNAME, IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    SIZES,
    OpenConsole,
    OpenTerminal,
    account_environment,
    assert_restored,
    in_parallel,
    quit_console,
)

_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
_BARE = {"", "0", "1", "2", "3", "4", "7", "21", "22", "23", "24", "27"}
"""SGR codes other than colors."""

EIGHT = {str(code) for base in (30, 40) for code in (*range(base, base + 8), base + 9)}
slow = pytest.mark.slow

SIXTEEN = EIGHT | {str(code) for base in (90, 100) for code in range(base, base + 8)}

LIMITED: dict[str, tuple[dict[str, str], set[str]]] = {
    "screen": ({"TERM": "screen"}, EIGHT),
    "vt220": ({"TERM": "vt220"}, set()),
    "NO_COLOR": ({"NO_COLOR": "1"}, set()),
    "16color": ({"TERM": "xterm-16color"}, SIXTEEN),
    "linux": ({"TERM": "linux"}, EIGHT),
}
"""The environment, and the color codes that the terminal then has."""

_MOUSE = re.compile(rb"\x1b\[\?(?:9|100[0-3]|1005|1006|1015|1016)h")


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        pytest.param(("screen", "NO_COLOR"), SIZES, id="few"),
        pytest.param(("16color", "linux", "vt220"), (*SIZES, SIZES[0]), marks=slow, id="more"),
    ],
)
def test_session_writes_no_color_that_its_terminal_lacks(
    open_terminal: OpenTerminal,
    backend: IndependentServer,
    names: tuple[str, ...],
    sizes: tuple[tuple[int, int], ...],
) -> None:
    account = account_environment(backend)
    terminals = {
        name: open_terminal(
            environment=account | {"COLORTERM": "truecolor"} | LIMITED[name][0], size=size
        )
        for name, size in zip(names, sizes, strict=True)
    }
    in_parallel(play, list(terminals.values()))
    for name, terminal in terminals.items():
        allowed = LIMITED[name][1]
        written = colors_of(terminal)
        assert written <= allowed, f"{name}: {sorted(written - allowed)}"
        assert written or not allowed
        # The terminal keeps the mouse unless it is requested.
        assert _MOUSE.search(terminal.raw) is None


def test_only_true_color_terminals_get_more_than_256_colors(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    def written_with(**environment: str) -> Terminal:
        terminal = open_terminal(environment=account_environment(backend) | environment)
        terminal.wait_for("edge-1")
        quit_console(terminal)
        return terminal

    assert b"48;2;" in written_with(TERM="xterm-256color", COLORTERM="truecolor").raw
    empty = written_with(TERM="xterm-256color", NO_COLOR="")
    assert b"38;5;" in empty.raw
    assert b"48;2;" not in empty.raw


@slow
@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        pytest.param((), {"LC_ALL": "POSIX"}, id="POSIX"),
        pytest.param((), {"LANG": "C"}, id="C"),
        pytest.param(("--ascii",), {"LANG": "C.UTF-8"}, id="--ascii"),
    ],
)
def test_session_is_ascii_where_text_is_not_utf8(
    open_terminal: OpenTerminal,
    backend: IndependentServer,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
) -> None:
    backend.servers[2].name = "st\u00e9-\u6570\u636e"
    session = open_terminal(
        *arguments, environment=account_environment(backend) | dict(environment), size=SIZES[1]
    )
    login = open_terminal(
        *arguments, environment={"RCV3_IDENTITY_URL": backend.identity_url, **environment}
    )

    def each(terminal: Terminal) -> None:
        if terminal is session:
            terminal.wait_for(r"st\xe9-\u6570")
            play(terminal)
        else:
            sign_in(terminal)

    in_parallel(each, [session, login])
    for terminal in (session, login):
        assert terminal.raw.isascii()


def test_byte_that_is_not_utf8_is_a_key(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment=account_environment(backend) | {"LC_ALL": "POSIX"})
    terminal.wait_for("edge-1")
    terminal.press("/")
    terminal.send(b"edg\xe9")
    terminal.wait_for("No row matches")
    terminal.press("escape")
    terminal.wait_for("edge-1")
    quit_console(terminal)
    assert terminal.raw.isascii()


@slow
def test_mouse_is_enabled_on_request(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal("--mouse", environment=account_environment(backend))
    terminal.wait_for("edge-1")
    quit_console(terminal)
    assert _MOUSE.search(terminal.raw) is not None


def test_m_switches_the_mouse_on_and_off(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment=account_environment(backend))
    terminal.wait_for("edge-1")
    terminal.press("m")
    terminal.wait_for("mouse captured")
    assert "?1003" in terminal.modes_left_on
    terminal.press("m")
    terminal.wait_for("mouse released")
    assert "?1003" not in terminal.modes_left_on
    terminal.press("m")
    terminal.wait_for("mouse captured")
    quit_console(terminal)


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=slow),
        pytest.param(signal.SIGINT, marks=slow),
    ],
)
def test_signal_restores_every_mode(
    open_terminal: OpenTerminal, backend: IndependentServer, number: signal.Signals
) -> None:
    terminal = open_terminal("--mouse", environment=account_environment(backend))
    terminal.wait_for("edge-1")
    terminal.signal(number)
    assert terminal.wait_end() == 128 + number
    assert _MOUSE.search(terminal.raw) is not None
    assert_restored(terminal)


def test_terminal_that_cannot_place_text_is_rejected(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    terminal = open_terminal(environment=account_environment(backend) | {"TERM": "dumb"})
    assert terminal.wait_end() == 2
    assert "TERM=dumb" in terminal.final_output
    assert b"\x1b" not in terminal.raw
    assert backend.requests == []


def test_screen_stays_on_the_terminal_when_stderr_goes_to_a_file(
    open_terminal: OpenTerminal, backend: IndependentServer, tmp_path: Path
) -> None:
    errors = tmp_path / "errors"
    terminal = open_terminal(environment=account_environment(backend), stderr=errors)
    terminal.wait_for("edge-1")
    quit_console(terminal)
    assert errors.read_bytes() == b""


def test_session_works_on_a_terminal_that_answers_no_query(open_console: OpenConsole) -> None:
    terminal = open_console(answers=False)
    terminal.wait_for("edge-1")
    terminal.press("3", "enter")
    terminal.wait_for("Nodes of")
    terminal.press("escape", "1", "d")
    terminal.wait_for("q closes")
    terminal.press("escape", "/")
    terminal.type("store")
    terminal.wait_gone("edge-1")
    terminal.press("escape")
    terminal.wait_for("edge-1")
    quit_console(terminal)
    assert b"\x1b[?2026h" not in terminal.raw
    # xterm-256color has 256 colors.
    assert b"38;5;" in terminal.raw
    assert b"48;2;" not in terminal.raw


# -- a session --------------------------------------------------------------------------------


def play(terminal: Terminal) -> None:
    """Open every view, and quit."""
    terminal.wait_for("edge-1")
    for pane, text in (("2", "203.0.113"), ("3", "shop-"), ("4", "Networks"), ("5", "Operations")):
        terminal.press(pane)
        terminal.wait_for(text)
    terminal.press("1", "space", "w", "w", "s")
    terminal.wait_for("Sort")
    terminal.press("escape", "?")
    terminal.wait_for("Keys")
    terminal.press("escape", "d")
    terminal.wait_for("q closes")
    terminal.press("y")
    terminal.wait_for("JSON of")
    terminal.press("escape", "escape", "/")
    terminal.type("\u00e9dge")
    terminal.press("escape", ":")
    terminal.type("ser")
    terminal.press("escape", "!", "!", "1", "ctrl+d")
    terminal.wait_dialog("Cancel")
    terminal.press("escape")
    terminal.wait_gone("Cancel")
    terminal.press("3", "a")
    terminal.wait_for("Enter chooses")
    terminal.type("\u00e9")
    terminal.press("escape", "escape", "l")
    terminal.wait_for("Messages")
    terminal.press("escape", "ctrl+p")
    terminal.wait_for("a command, or part of it")
    terminal.type("reg")
    terminal.wait_for("region")
    terminal.press("down", "escape")
    terminal.wait_gone("another region")
    quit_console(terminal)


def sign_in(terminal: Terminal) -> None:
    """Sign in, after typing and deleting a name that is not ASCII."""
    terminal.wait_dialog("Sign in")
    terminal.type("n\u00e4me")
    terminal.press("ctrl+u")
    terminal.type(USERNAME)
    terminal.press("enter")
    terminal.type(API_KEY)
    terminal.press("enter")
    terminal.wait_for("edge-1")
    quit_console(terminal)
    assert_restored(terminal)


def colors_of(terminal: Terminal) -> set[str]:
    """Return every SGR color code that was sent to a terminal."""
    codes: set[str] = set()
    for sequence in _SGR.findall(terminal.raw):
        codes |= set(re.split("[;:]", sequence.decode())) - _BARE
    return codes
