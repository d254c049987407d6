"""Terminals from five lines to sixty, and sizes that change while data arrives."""

from __future__ import annotations

import itertools
import signal

from tests.support.independent_server import IndependentServer
from tests.support.records import Server, identifier
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    add_public_ip,
    in_parallel,
    quit_console,
)

SIZES = [(80, 24), (60, 15), (200, 60), (20, 5)]

OPENED = {(20, 5): (80, 24), (200, 60): (60, 15)}
"""The sizes that a terminal is opened with, and those that it changes to."""


def test_terminal_of_any_size_shows_the_account_and_takes_keys(open_console: OpenConsole) -> None:
    def look_around(terminal: Terminal) -> None:
        terminal.wait_for("edge-1")
        terminal.press("2")
        terminal.wait_for("203.0.113")
        terminal.press("3")
        terminal.wait_for("shop-s")
        terminal.press("?")
        terminal.wait_for("Keys")
        terminal.press("escape")
        terminal.wait_for("shop-s")
        terminal.press("1")
        terminal.wait_for("edge-1")
        terminal.press("ctrl+d")
        terminal.wait_for("Cancel")
        terminal.press("escape")
        terminal.wait_gone("Cancel")

    terminals = {open_console(size=size): later for size, later in OPENED.items()}

    def change_size(terminal: Terminal) -> None:
        look_around(terminal)
        terminal.resize(*terminals[terminal])
        look_around(terminal)
        quit_console(terminal)

    in_parallel(change_size, list(terminals))


def test_sizes_change_while_data_arrives(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console()
    terminal.wait_for("edge-1")
    terminal.wait_live()
    add_public_ip(terminal, "down")
    terminal.wait_for("ADDING")
    for round_, (first, second) in enumerate(itertools.permutations(SIZES, 2)):
        terminal.resize(*first)
        terminal.resize(*second)
        terminal.press("end" if round_ % 2 else "home")
        if round_ % 4 == 0:
            backend.servers.append(Server(identifier(60 + round_), f"late-{round_}", "192.0.2.9"))
            terminal.press("ctrl+r")
    terminal.resize(80, 24)
    terminal.wait_row("late-8", "192.0.2.9")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.press("3")
    terminal.wait_row("shop-web", "2+1=3")
    assert len(terminal.lines) == 24
    quit_console(terminal)


def test_dialog_survives_every_size_and_removes_nothing(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console()
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.press("ctrl+d")
    terminal.wait_dialog("Cancel")
    for size in (*SIZES, (80, 24)):
        terminal.resize(*size)
        terminal.wait_for("Cancel")
    terminal.wait_for("203.0.113.71")
    terminal.wait_for("Cancel")
    terminal.press("enter")
    terminal.wait_gone("Cancel")
    assert backend.sent("DELETE") == []
    quit_console(terminal)


def test_terminal_attached_again_shows_the_cursor_in_plain_mode(
    open_terminal: OpenTerminal,
) -> None:
    # As with dtach: the same size, but another terminal.
    terminal = open_terminal("--demo", "--plain")
    terminal.wait_row("web-01", "ACTIVE")
    terminal.wait_for(lambda: terminal.cursor is not None)
    written = len(terminal.raw)
    terminal.signal(signal.SIGWINCH)
    terminal.wait_for(lambda: b"\x1b[?1049h" in terminal.raw[written:])
    terminal.wait_for(lambda: b"web-01" in terminal.raw[written:])
    assert terminal.cursor is not None
    quit_console(terminal)
