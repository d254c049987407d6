"""Names that are meant for the terminal, not for the reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.terminal.conftest import SIZES, Console, at_once, leave
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

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
}
"""What a server is called, and what an operator has to see of it."""


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """Run a service whose servers have such names."""
    service = Stranger(tuple(NAMES))
    yield service
    service.stop()


def test_hostile_names_are_shown_and_never_obeyed(console: Console) -> None:
    def look_around(terminal: Terminal) -> None:
        terminal.wait_for("live")
        for shown in NAMES.values():
            terminal.wait_for(shown[:18])
        terminal.press("end", "d")
        terminal.wait_for("general1-2")
        terminal.press("escape", "home", "3", "a")
        terminal.read_dialog("Add which servers")
        terminal.press("escape", "2", "ctrl+d")
        terminal.read_dialog("Cancel")
        terminal.press("escape")
        leave(terminal)
        for obeyed in (b"\x00", b"\x1b]0;", b"\x1b]52", *map(_as_sent, filter(_has_more, NAMES))):
            assert obeyed not in terminal.raw

    at_once(look_around, [console(size=size) for size in SIZES])


def _has_more(name: str) -> bool:
    return not (name.isascii() and name.isprintable())


def _as_sent(name: str) -> bytes:
    return name.encode()


def test_a_name_with_half_a_character_does_not_hide_the_account(
    console: Console, stranger: Stranger
) -> None:
    stranger.servers[-1].name = "k\ud800half"
    terminal = console()
    terminal.wait_for(r"k\ud800half")
    terminal.wait_for("g[red]x[/foo]")
    leave(terminal)
