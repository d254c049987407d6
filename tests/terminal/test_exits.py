"""Exits during an operation: prompt and clean, with the operation recovered later."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.terminal import KEYS, TIMEOUT, Terminal
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    add_public_ip,
    assert_restored,
    journal_states,
    quit_console,
    read_journal,
    state_directory,
)

HELD = "203.0.113.71"
SIZE = (200, 40)
slow = pytest.mark.slow
SOON = 6.0
"""Seconds; the response never arrives, and the console would otherwise wait 30."""


def begin(terminal: Terminal, backend: IndependentServer) -> None:
    """Add an address whose response does not arrive."""
    fault = NetworkFault("POST /v3/771204/public_ips", network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    add_public_ip(terminal, "down")
    terminal.wait_for(fault.happened.is_set)


def assert_recoverable(first: Terminal) -> None:
    """Check that the journal has the open operation, and that the run's lock is gone."""
    assert journal_states(first) == ["planned", "sent"]
    assert list(state_directory(first).glob("run-*")) == []


def assert_recovered(
    open_console: OpenConsole, backend: IndependentServer, first: Terminal
) -> None:
    """Check that the next start finishes the operation and shows its outcome."""
    second = open_console(size=SIZE, home=first.home)
    second.wait_row("edge-1", HELD)
    second.press("5")
    second.wait_for(
        lambda: any("settled" in x and "applied, response was lost" in x for x in second.lines)
    )
    assert len(backend.sent("POST", "/public_ips")) == 1
    assert len(backend.addresses_of(backend.servers[1])) == 1
    quit_console(second)
    assert len({line["operation"] for line in read_journal(second)}) == 1


also_starting_again = pytest.mark.parametrize(
    "starts_again", [False, pytest.param(True, marks=slow)], ids=["ends", "starts-again"]
)
"""The fast pass follows one exit by a second start, the slow pass every exit."""


@pytest.mark.parametrize(
    ("number", "starts_again"),
    [
        pytest.param(signal.SIGTERM, True, id="SIGTERM-starts-again"),
        pytest.param(signal.SIGHUP, False, id="SIGHUP-ends", marks=slow),
        pytest.param(signal.SIGHUP, True, id="SIGHUP-starts-again", marks=slow),
    ],
)
def test_signal_during_an_operation_ends_the_console(
    open_console: OpenConsole,
    backend: IndependentServer,
    number: signal.Signals,
    starts_again: bool,
) -> None:
    terminal = open_console("--mouse", size=SIZE)
    begin(terminal, backend)
    terminal.signal(number)
    assert terminal.wait_end(SOON) == 128 + number
    assert_restored(terminal)
    assert_recoverable(terminal)
    if starts_again:
        assert_recovered(open_console, backend, terminal)


@also_starting_again
def test_ctrl_c_twice_during_an_operation_ends_the_console(
    open_console: OpenConsole, backend: IndependentServer, starts_again: bool
) -> None:
    terminal = open_console(size=SIZE)
    begin(terminal, backend)
    terminal.press("ctrl+c")
    terminal.wait_for("again to quit")
    terminal.press("ctrl+c")
    assert terminal.wait_end(SOON) == 130
    assert_restored(terminal)
    assert_recoverable(terminal)
    if starts_again:
        assert_recovered(open_console, backend, terminal)


@also_starting_again
def test_quitting_during_an_operation_asks_first(
    open_console: OpenConsole, backend: IndependentServer, starts_again: bool
) -> None:
    terminal = open_console(size=SIZE)
    begin(terminal, backend)
    terminal.press("q")
    terminal.wait_dialog("still running")
    terminal.wait_for("next start")
    terminal.press("q")
    assert terminal.wait_end(SOON) == 0
    assert_restored(terminal)
    assert_recoverable(terminal)
    if starts_again:
        assert_recovered(open_console, backend, terminal)


@also_starting_again
@pytest.mark.parametrize("controlling", [True, False], ids=["with-a-signal", "without-a-signal"])
def test_terminal_that_disappears_ends_the_console(
    open_console: OpenConsole, backend: IndependentServer, controlling: bool, starts_again: bool
) -> None:
    terminal = open_console(size=SIZE, controlling=controlling)
    begin(terminal, backend)
    terminal.hang_up()
    assert terminal.wait_end(SOON) == 128 + signal.SIGHUP
    assert_recoverable(terminal)
    if starts_again:
        assert_recovered(open_console, backend, terminal)


@pytest.mark.parametrize(
    "ends",
    [
        pytest.param("SIGTERM", marks=slow),
        pytest.param("SIGHUP", marks=slow),
        "with-the-terminal",
    ],
)
def test_stalled_terminal_blocks_neither_operations_nor_the_end(
    open_console: OpenConsole, backend: IndependentServer, ends: str
) -> None:
    terminal = open_console(size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    terminal.press("down")
    terminal.stall()
    # Together with other keys, it would not run.
    time.sleep(0.2)
    terminal.burst("a")
    # The question ignores keys of its first 300 ms, and a stalled terminal does not show when it
    # has opened.
    until(lambda: approved(terminal))
    for keys in ("1", "3", "2") * 15:
        # More frames than the terminal and the console's queue hold. A stalled terminal shows no
        # frame to wait for; keys that come faster would share one.
        terminal.burst(keys)
        time.sleep(0.03)
    until(lambda: journal_states(terminal)[-1:] == ["settled"])
    asked = len(backend.sent("GET"))
    terminal.burst(KEYS["ctrl+r"])
    until(lambda: len(backend.sent("GET")) >= asked + 3)

    if ends == "with-the-terminal":
        terminal.hang_up()
        assert terminal.wait_end(SOON) == 128 + signal.SIGHUP
    else:
        terminal.signal(signal.Signals[ends])
        assert terminal.wait_end(SOON) == 128 + signal.Signals[ends]
    assert list(state_directory(terminal).glob("run-*")) == []


def approved(terminal: Terminal) -> bool:
    """Press Enter, and return whether the question that it approves was answered."""
    time.sleep(0.6)
    terminal.burst("\r")
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        if journal_states(terminal):
            return True
        time.sleep(0.02)
    return False


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition that no terminal shows."""
    deadline = time.monotonic() + TIMEOUT
    while not holds():
        assert time.monotonic() < deadline
        # The journal and the server's requests are polled: neither can be waited for.
        time.sleep(0.02)


@pytest.mark.parametrize(
    "end",
    [
        lambda terminal: terminal.press("q"),
        pytest.param(lambda terminal: terminal.signal(signal.SIGTERM), marks=slow),
        pytest.param(lambda terminal: terminal.press("ctrl+c", "ctrl+c"), marks=slow),
    ],
    ids=["q", "SIGTERM", "ctrl+c"],
)
def test_nothing_stays_on_a_terminal_without_an_alternate_screen(
    open_terminal: OpenTerminal, end: Callable[[Terminal], None]
) -> None:
    # Like GNU screen with its defaults, mosh, and the Linux console.
    terminal = open_terminal("--demo", answers=False)
    terminal.wait_row("web-01", "ACTIVE")
    end(terminal)
    terminal.wait_end()
    assert terminal.text.strip() == ""
