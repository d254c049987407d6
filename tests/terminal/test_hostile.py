"""Names that contain terminal sequences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import SIZES, OpenConsole, quit_console

NAMES = {
    "a\x1b]0;owned\x07": r"a\x1b]0;owned\x07",
    "b\x1b[2Jcleared": r"b\x1b[2Jcleared",
    "c\x1b]52;c;b3duZWQ=\x1b\\": r"c\x1b]52;c;b3duZWQ=",
    "d\x00nul": r"d\x00nul",
    "e\nline": r"e\nline",
    "f\r\ttab": r"f\r\ttab",
    "g[red]x[/foo]": "g[red]x[/foo]",
    "h\u202etxet": r"h\u202etxet",
    "i\x9b31mred": r"i\x9b31mred",
    "[/k]": "[/k]",
    "l\ud800half": r"l\ud800half",
}
"""The name of a server, and its text on the screen."""


@pytest.fixture
def backend() -> Iterator[IndependentServer]:
    """Run a server whose cloud servers have such names."""
    server = IndependentServer(tuple(NAMES))
    yield server
    server.stop()


def test_hostile_names_are_shown_and_not_executed(open_console: OpenConsole) -> None:
    terminal = open_console(size=SIZES[0])
    terminal.wait_live()
    look_around(terminal)
    terminal.resize(*SIZES[1])
    look_around(terminal)
    quit_console(terminal)
    for sent in (b"\x00", b"\x1b]0;", b"\x1b]52", *map(_as_sent, filter(_has_more, NAMES))):
        assert sent not in terminal.raw


def look_around(terminal: Terminal) -> None:
    """Show the names in every place where names are shown."""
    terminal.press("1", "home")
    for shown in NAMES.values():
        terminal.wait_for(shown[:18])
    terminal.press("end", "d")
    terminal.wait_for("general1-2")
    terminal.press("escape", "home", "3", "a")
    terminal.wait_for("Add which servers")
    terminal.press("escape", "2", "ctrl+d")
    terminal.wait_for("Cancel")
    terminal.press("escape")
    terminal.wait_gone("Cancel")


def _has_more(name: str) -> bool:
    return not (name.isascii() and name.isprintable())


def _as_sent(name: str) -> bytes:
    return name.encode(errors="surrogatepass")
