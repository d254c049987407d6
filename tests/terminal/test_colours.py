"""What a whole session writes, on terminals of few colours, of none, and of ASCII alone."""

from __future__ import annotations

import itertools
import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.terminal.conftest import SIZES, Opener, account_of, assert_restored, at_once, leave
from tests.terminal.stranger import API_KEY, USERNAME, Stranger
from tests.terminal.terminal import Terminal

_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
_BARE = {"", "0", "1", "2", "3", "4", "7", "21", "22", "23", "24", "27"}
"""Codes that switch no colour."""

EIGHT = {str(code) for base in (30, 40) for code in (*range(base, base + 8), base + 9)}
SIXTEEN = EIGHT | {str(code) for base in (90, 100) for code in range(base, base + 8)}

FEW: list[tuple[str, set[str]]] = [
    ("xterm-16color", SIXTEEN),
    ("screen", EIGHT),
    ("linux", EIGHT),
    ("vt220", set()),
]


def test_a_session_writes_no_colour_that_its_terminal_lacks(
    opened: Opener, stranger: Stranger
) -> None:
    terminals = {
        term: opened(
            environment=account_of(stranger) | {"TERM": term, "COLORTERM": "truecolor"}, size=size
        )
        for (term, _), size in zip(FEW, itertools.cycle(SIZES), strict=False)
    }
    terminals["NO_COLOR"] = opened(
        environment=account_of(stranger) | {"NO_COLOR": "1", "COLORTERM": "truecolor"}
    )
    at_once(play, list(terminals.values()))
    for term, colours in [*FEW, ("NO_COLOR", set[str]())]:
        written = colours_of(terminals[term])
        assert written <= colours, f"{term}: {sorted(written - colours)}"
        assert written or not colours


def test_256_colours_are_kept_to_and_more_only_sent_where_they_are_drawn(
    opened: Opener, stranger: Stranger
) -> None:
    def written_with(**environment: str) -> Terminal:
        terminal = opened(environment=account_of(stranger) | environment)
        terminal.wait_for("edge-1")
        leave(terminal)
        return terminal

    plain = written_with(TERM="xterm-256color")
    assert b"38;5;" in plain.raw
    assert b"48;2;" not in plain.raw
    assert b"48;2;" in written_with(TERM="xterm-256color", COLORTERM="truecolor").raw
    empty = written_with(TERM="xterm-256color", NO_COLOR="")
    assert b"38;5;" in empty.raw
    assert b"48;2;" not in empty.raw


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ((), {"LC_ALL": "POSIX"}),
        ((), {"LANG": "C"}),
        (("--ascii",), {"LANG": "C.UTF-8"}),
    ],
)
def test_where_text_is_not_utf8_a_session_is_ascii_alone(
    opened: Opener, stranger: Stranger, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    stranger.servers[2].name = "st\u00e9-\u6570\u636e"
    session = opened(
        *arguments, environment=account_of(stranger) | dict(environment), size=SIZES[1]
    )
    login = opened(
        *arguments, environment={"RCV3_IDENTITY_URL": stranger.identity_url, **environment}
    )

    def each(terminal: Terminal) -> None:
        if terminal is session:
            terminal.wait_for(r"st\xe9-\u6570")
            play(terminal)
        else:
            sign_in(terminal)

    at_once(each, [session, login])
    for terminal in (session, login):
        assert terminal.raw.isascii()


def test_a_byte_that_is_not_utf8_is_a_key_like_any_other(
    opened: Opener, stranger: Stranger
) -> None:
    terminal = opened(environment=account_of(stranger) | {"LC_ALL": "POSIX"})
    terminal.wait_for("edge-1")
    terminal.press("/")
    terminal.send(b"edg\xe9")
    terminal.wait_for("Nothing here matches")
    terminal.press("escape")
    terminal.wait_for("edge-1")
    leave(terminal)
    assert terminal.raw.isascii()


def test_the_mouse_is_left_to_the_terminal_unless_it_is_asked_for(
    opened: Opener, stranger: Stranger
) -> None:
    without = opened(environment=account_of(stranger))
    taken = opened("--mouse", environment=account_of(stranger))
    at_once(play, [without, taken])
    mouse = re.compile(rb"\x1b\[\?(?:9|100[0-3]|1005|1006|1015|1016)h")
    assert mouse.search(without.raw) is None
    assert mouse.search(taken.raw) is not None


def test_m_takes_the_mouse_and_gives_it_back(opened: Opener, stranger: Stranger) -> None:
    terminal = opened(environment=account_of(stranger))
    terminal.wait_for("edge-1")
    terminal.press("m")
    terminal.wait_for("mouse is taken")
    assert "?1003" in terminal.left_on
    terminal.press("m")
    terminal.wait_for("the mouse is the terminal's")
    assert "?1003" not in terminal.left_on
    terminal.press("m")
    terminal.wait_for("mouse is taken")
    leave(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_every_mode_is_taken_back_when_a_signal_ends_it(
    opened: Opener, stranger: Stranger, number: signal.Signals
) -> None:
    terminal = opened("--mouse", environment=account_of(stranger))
    terminal.wait_for("edge-1")
    terminal.signal(number)
    assert terminal.wait_end() == 128 + number
    assert_restored(terminal)


def test_a_terminal_that_cannot_place_text_is_refused(opened: Opener, stranger: Stranger) -> None:
    terminal = opened(environment=account_of(stranger) | {"TERM": "dumb"})
    assert terminal.wait_end() == 2
    assert "TERM=dumb" in terminal.farewell
    assert b"\x1b" not in terminal.raw
    assert stranger.requests == []


def test_the_screen_stays_on_the_terminal_when_errors_go_to_a_file(
    opened: Opener, stranger: Stranger, tmp_path: Path
) -> None:
    errors = tmp_path / "errors"
    terminal = opened(environment=account_of(stranger), stderr=errors)
    terminal.wait_for("edge-1")
    leave(terminal)
    assert errors.read_bytes() == b""


# -- a session --------------------------------------------------------------------------------


def play(terminal: Terminal) -> None:
    """Look at everything there is, and quit."""
    terminal.wait_for("edge-1")
    for pane, text in (("2", "203.0.113"), ("3", "shop-"), ("4", "Networks"), ("5", "Operations")):
        terminal.press(pane)
        terminal.wait_for(text)
    terminal.press("1", "space", "w", "w", "s")
    terminal.wait_for("Sort")
    terminal.press("escape", "?")
    terminal.wait_for("Keys")
    terminal.press("escape", "d")
    terminal.wait_for("Esc closes")
    terminal.press("y")
    terminal.wait_for("JSON of")
    terminal.press("escape", "escape", "/")
    terminal.type("\u00e9dge")
    terminal.press("escape", ":")
    terminal.type("ser")
    terminal.press("escape", "!", "!", "1", "ctrl+d")
    terminal.wait_for("Cancel")
    terminal.settle(0.4)
    terminal.press("escape", "3", "a")
    terminal.wait_for("Enter takes")
    terminal.type("\u00e9")
    terminal.press("escape", "escape", "l")
    terminal.wait_for("Messages")
    terminal.press("escape", "ctrl+p")
    terminal.wait_for("a command, or part of it")
    terminal.type("reg")
    terminal.wait_for("region")
    terminal.press("down", "escape")
    terminal.wait_gone("another region")
    terminal.settle()
    leave(terminal)


def sign_in(terminal: Terminal) -> None:
    """Sign in, after a name that is not ASCII was typed and taken back."""
    terminal.wait_for("Sign in")
    terminal.type("n\u00e4me")
    terminal.press("ctrl+u")
    terminal.type(USERNAME)
    terminal.press("enter")
    terminal.type(API_KEY)
    terminal.press("enter")
    terminal.wait_for("edge-1")
    leave(terminal)
    assert_restored(terminal)


def colours_of(terminal: Terminal) -> set[str]:
    """Give every SGR code that a terminal was sent and that switches a colour."""
    codes: set[str] = set()
    for sequence in _SGR.findall(terminal.raw):
        codes |= set(re.split("[;:]", sequence.decode())) - _BARE
    return codes
