"""The simulated account, and exits of the console that are caused from outside."""

from __future__ import annotations

import re
import signal

import pytest

from tests.support.terminal_sessions import OpenTerminal, assert_restored, quit_console

COLORS = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


def test_demo_needs_no_account(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal("--demo", size=(120, 40))
    terminal.wait_row("web-01", "ACTIVE", "192.0.2.10", "203.0.113.10")
    terminal.resize(80, 24)
    terminal.wait_row("web-01", "ACTIVE", "192.0.2.10", "203.0.113.10")
    terminal.wait_for("demo")
    terminal.press("3", "enter")
    terminal.wait_for("Nodes of")
    terminal.press("escape", "2")
    terminal.wait_row("203.0.113.10", "web-01")
    quit_console(terminal)


@pytest.mark.slow
def test_large_account_opens_and_can_be_scrolled_to_its_end(
    open_terminal: OpenTerminal,
) -> None:
    terminal = open_terminal("--demo", "large", size=(120, 40))
    terminal.wait_for("/10000", timeout=20.0)
    terminal.wait_for("live", timeout=20.0)
    first = terminal.lines[3]
    terminal.press("end")
    terminal.wait_for("-10000/10000")
    assert terminal.lines[3] != first
    terminal.press("home")
    terminal.wait_for(lambda: terminal.lines[3] == first)
    terminal.press("pagedown")
    terminal.wait_for(lambda: terminal.lines[3] != first)
    quit_console(terminal)


@pytest.mark.slow
@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGHUP],
    ids=lambda number: number.name,
)
def test_signal_restores_the_terminal_and_ends_the_console(
    open_terminal: OpenTerminal, number: signal.Signals
) -> None:
    terminal = open_terminal("--demo", "--mouse")
    terminal.wait_row("web-01", "ACTIVE")
    assert "?1000" in terminal.modes_left_on
    terminal.signal(number)
    assert terminal.wait_end() == 128 + number
    assert_restored(terminal)


@pytest.mark.slow
def test_lost_connection_ends_the_console(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal("--demo")
    terminal.wait_row("web-01", "ACTIVE")
    terminal.hang_up()
    assert terminal.wait_end() != 0


@pytest.mark.slow
def test_ctrl_c_twice_ends_the_console(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal("--demo")
    terminal.wait_row("web-01", "ACTIVE")
    terminal.press("ctrl+c")
    terminal.wait_for("again")
    terminal.press("ctrl+c")
    assert terminal.wait_end() == 130
    assert_restored(terminal)


def test_no_color_is_honored(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal("--demo", environment={"NO_COLOR": "1"})
    terminal.wait_row("web-01", "ACTIVE", "203.0.113.10")
    terminal.press("2", "ctrl+d")
    terminal.wait_for("Cancel")
    terminal.press("escape")
    terminal.wait_row("203.0.113.10", "web-01")
    quit_console(terminal)
    assert COLORS.search(terminal.raw) is None


def test_regions_demo_opens_its_second_profile_on_another_account(
    open_terminal: OpenTerminal,
) -> None:
    terminal = open_terminal("--demo", "regions")
    terminal.wait_for("●IAD ●DFW")
    terminal.wait_for("press any key to close")
    terminal.press("1")
    terminal.wait_for("10.20.30.14")
    terminal.press(":")
    terminal.type("profile demo-production")
    terminal.press("enter")
    terminal.wait_for("654321")
    terminal.wait_for("PROTECTED")
    terminal.wait_for("shop-db-01")
    quit_console(terminal)
