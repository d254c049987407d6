"""The console ended from outside while a change is under way: soon, tidily, and taken up later."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from tests.terminal import mishaps
from tests.terminal.conftest import (
    Console,
    assert_restored,
    journal_of,
    leave,
    state_of,
    states_in,
)
from tests.terminal.mishaps import Mishap
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import PATIENCE, Terminal

HELD = "203.0.113.71"
SIZE = (160, 40)
SOON = 6.0
"""Seconds; what happens is that an answer never comes, which is waited for 30 otherwise."""


@pytest.fixture
def stranger(stranger: Stranger) -> Stranger:
    """Run a service that gets its changes done soon."""
    stranger.life = 0.4
    return stranger


def begin(terminal: Terminal, stranger: Stranger) -> None:
    """Have an address on its way, whose answer nobody hears."""
    mishap = Mishap("POST /v3/771204/public_ips", mishaps.silence, applied=True)
    stranger.mishaps.append(mishap)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("down", "a")
    terminal.wait_for(mishap.happened.is_set)


def assert_taken_up(console: Console, stranger: Stranger, first: Terminal) -> None:
    """The next start brings what was under way to its end, and says so."""
    assert states_in(first) == ["planned", "sent"]
    assert list(state_of(first).glob("run-*")) == []
    second = console(size=SIZE, home=first.home)
    second.wait_row("edge-1", HELD)
    second.press("5")
    second.wait_for(
        lambda: any("settled" in x and "applied, answer was lost" in x for x in second.lines)
    )
    assert len(stranger.sent("POST", "/public_ips")) == 1
    assert len(stranger.addresses_of(stranger.servers[1])) == 1
    leave(second)
    assert len({line["operation"] for line in journal_of(second)}) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_in_the_middle_of_a_change(
    console: Console, stranger: Stranger, number: signal.Signals
) -> None:
    terminal = console("--mouse", size=SIZE)
    begin(terminal, stranger)
    terminal.signal(number)
    assert terminal.wait_end(SOON) == 128 + number
    assert_restored(terminal)
    assert_taken_up(console, stranger, terminal)


def test_ctrl_c_twice_in_the_middle_of_a_change(console: Console, stranger: Stranger) -> None:
    terminal = console(size=SIZE)
    begin(terminal, stranger)
    terminal.press("ctrl+c")
    terminal.wait_for("again to quit")
    terminal.press("ctrl+c")
    assert terminal.wait_end(SOON) == 130
    assert_restored(terminal)
    assert_taken_up(console, stranger, terminal)


def test_quitting_in_the_middle_of_a_change_asks_and_says_what_follows(
    console: Console, stranger: Stranger
) -> None:
    terminal = console(size=SIZE)
    begin(terminal, stranger)
    terminal.press("q")
    terminal.read_dialog("not settled yet")
    terminal.wait_for("next start")
    terminal.press("q")
    assert terminal.wait_end(SOON) == 0
    assert_restored(terminal)
    assert_taken_up(console, stranger, terminal)


@pytest.mark.parametrize("borrowed", [False, True], ids=["with-a-signal", "without-a-signal"])
def test_a_terminal_that_dies_ends_the_console_soon(
    console: Console, stranger: Stranger, borrowed: bool
) -> None:
    terminal = console(size=SIZE, borrowed=borrowed)
    begin(terminal, stranger)
    terminal.hang_up()
    assert terminal.wait_end(SOON) == 128 + signal.SIGHUP
    assert_taken_up(console, stranger, terminal)


@pytest.mark.parametrize("ends", ["SIGTERM", "SIGHUP", "with-the-terminal"])
def test_a_line_that_has_stalled_stops_neither_the_work_nor_the_end(
    console: Console, stranger: Stranger, ends: str
) -> None:
    terminal = console("--refresh", "2", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("down")
    terminal.stall()
    terminal.burst("a")
    for keys in ("1", "3", "2") * 20:
        # More than the terminal and thirty pieces hold.
        terminal.burst(keys)
        time.sleep(0.03)
    until(lambda: states_in(terminal)[-1:] == ["settled"])
    asked = len(stranger.sent("GET"))
    until(lambda: len(stranger.sent("GET")) >= asked + 3)

    if ends == "with-the-terminal":
        terminal.hang_up()
        assert terminal.wait_end(SOON) == 128 + signal.SIGHUP
    else:
        terminal.signal(signal.Signals[ends])
        assert terminal.wait_end(SOON) == 128 + signal.Signals[ends]
    assert list(state_of(terminal).glob("run-*")) == []


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that nobody can see."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
