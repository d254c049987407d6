"""Terminals from a strip of five lines to a wall, changing while data arrives."""

from __future__ import annotations

import itertools

from tests.terminal.conftest import Console, at_once, leave
from tests.terminal.records import Server, identifier
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

SIZES = [(80, 24), (60, 15), (200, 60), (20, 5)]


def test_a_terminal_of_any_size_shows_the_account_and_takes_keys(console: Console) -> None:
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
        leave(terminal)

    at_once(look_around, [console(size=size) for size in SIZES])


def test_sizes_change_while_data_arrives(console: Console, stranger: Stranger) -> None:
    terminal = console("--refresh", "2")
    terminal.wait_for("edge-1")
    terminal.press("down", "a")
    terminal.wait_for("ADDING")
    for round_, (first, second) in enumerate(itertools.permutations(SIZES, 2)):
        terminal.resize(*first)
        terminal.resize(*second)
        terminal.press("end" if round_ % 2 else "home")
        terminal.settle()
        if round_ % 4 == 0:
            stranger.servers.append(Server(identifier(60 + round_), f"late-{round_}", "192.0.2.9"))
    terminal.resize(80, 24)
    terminal.wait_row("late-8", "192.0.2.9")
    terminal.wait_row("edge-2", "203.0.113.")
    terminal.press("3")
    terminal.wait_row("shop-web", "2+1=3")
    assert len(terminal.lines) == 24
    leave(terminal)


def test_a_dialog_survives_every_size_and_still_removes_nothing(
    console: Console, stranger: Stranger
) -> None:
    terminal = console()
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    for size in (*SIZES, (80, 24)):
        terminal.resize(*size)
        terminal.wait_for("Cancel")
    terminal.wait_for("203.0.113.71")
    terminal.wait_for("Cancel")
    terminal.press("enter")
    terminal.wait_gone("Cancel")
    assert stranger.sent("DELETE") == []
    leave(terminal)
