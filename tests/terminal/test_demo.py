"""The simulated account, and how the console ends when it is not asked."""

from __future__ import annotations

import re
import signal

import pytest

from tests.terminal.conftest import Opener, assert_restored, leave

COLOURS = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_the_demo_needs_no_account(opened: Opener, size: tuple[int, int]) -> None:
    terminal = opened("--demo", size=size)
    terminal.wait_row("web-01", "ACTIVE", "192.0.2.10", "203.0.113.10")
    terminal.wait_for("demo")
    terminal.press("3", "enter")
    terminal.wait_for("Nodes of")
    terminal.press("escape", "2")
    terminal.wait_row("203.0.113.10", "web-01")
    leave(terminal)


def test_a_large_account_opens_soon_and_can_be_walked_to_its_end(opened: Opener) -> None:
    terminal = opened("--demo", "large", size=(120, 40))
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
    leave(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_restores_the_terminal_and_ends_the_console(
    opened: Opener, number: signal.Signals
) -> None:
    terminal = opened("--demo", "--mouse")
    terminal.wait_row("web-01", "ACTIVE")
    assert "?1000" in terminal.left_on
    terminal.signal(number)
    assert terminal.wait_end() == 128 + number
    assert_restored(terminal)


def test_a_lost_connection_ends_the_console(opened: Opener) -> None:
    terminal = opened("--demo")
    terminal.wait_row("web-01", "ACTIVE")
    terminal.hang_up()
    assert terminal.wait_end() != 0


def test_ctrl_c_twice_ends_the_console(opened: Opener) -> None:
    terminal = opened("--demo")
    terminal.wait_row("web-01", "ACTIVE")
    terminal.press("ctrl+c")
    terminal.wait_for("again")
    terminal.press("ctrl+c")
    assert terminal.wait_end() == 130
    assert_restored(terminal)


def test_no_color_writes_no_colour(opened: Opener) -> None:
    terminal = opened("--demo", environment={"NO_COLOR": "1"})
    terminal.wait_row("web-01", "ACTIVE", "203.0.113.10")
    terminal.press("down", "ctrl+d")
    terminal.settle(0.4)
    terminal.press("escape", "2")
    terminal.wait_row("203.0.113.10", "web-01")
    leave(terminal)
    assert COLOURS.search(terminal.raw) is None
