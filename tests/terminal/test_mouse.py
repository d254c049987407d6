"""The mouse in a real terminal, by the sequences that it sends."""

from __future__ import annotations

from tests.support.independent_server import IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import OpenConsole, quit_console


def click(terminal: Terminal, text: str) -> None:
    """Click the first cell of a text, by an SGR sequence for press and release."""
    row, line = next((y, line) for y, line in enumerate(terminal.lines) if text in line)
    place = f"{line.index(text) + 1};{row + 1}"
    terminal.send(f"\x1b[<0;{place}M\x1b[<0;{place}m".encode())


def test_command_acts_on_the_resource_that_was_clicked(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console("--mouse", size=(120, 40))
    terminal.wait_row("edge-1", "203.0.113.71")
    # The virtual IP of shop-web; its name is also in the row of a server.
    terminal.wait_for("198.51.100.9:8080")
    # Other rows have the cursor: a server, and the first of the pools.
    terminal.press("j")
    click(terminal, "198.51.100.9:8080")
    terminal.press("a")
    terminal.wait_dialog("shop-web?")
    terminal.press("escape")
    terminal.wait_gone("shop-web?")
    assert backend.sent("POST", "/nodes") == backend.sent("POST", "/public_ips") == []
    quit_console(terminal)
