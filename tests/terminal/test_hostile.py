"""Names that are meant for the terminal, not for the reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.terminal.conftest import Console, leave
from tests.terminal.stranger import Stranger

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


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_hostile_names_are_shown_and_never_obeyed(
    console: Console, stranger: Stranger, size: tuple[int, int]
) -> None:
    terminal = console(size=size)
    terminal.wait_for("live")
    for shown in NAMES.values():
        terminal.wait_for(shown[:18])
    terminal.press("end", "d")
    terminal.wait_for("192.0.2.")
    terminal.press("escape", "home", "3", "a")
    terminal.read_dialog("Add which servers")
    terminal.wait_for("[/k]")
    terminal.press("escape", "2", "ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.press("escape")
    leave(terminal)
    assert b"\x00" not in terminal.raw
    assert b"\x1b]0;" not in terminal.raw
    assert b"\x1b]52" not in terminal.raw
    for name in NAMES:
        if not name.isprintable() or not name.isascii():
            assert name.encode(errors="surrogatepass") not in terminal.raw


def test_a_name_with_half_a_character_does_not_hide_the_account(
    console: Console, stranger: Stranger
) -> None:
    stranger.servers[-1].name = "k\ud800half"
    terminal = console()
    terminal.wait_for(r"k\ud800half")
    terminal.wait_for("g[red]x[/foo]")
    leave(terminal)
