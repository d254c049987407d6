"""The process beside, which asks an account for the first lists while the screen is loaded."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.terminal.conftest import Console, Opener, account_of, leave
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"


def beside(terminal: Terminal) -> list[int]:
    """Give the processes that the command has begun and not seen the end of."""
    children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children")
    return [int(number) for number in children.read_text().split()] if children.exists() else []


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_each_list_is_asked_for_once_and_nothing_is_left_behind(
    console: Console, stranger: Stranger
) -> None:
    terminal = console("--refresh", "60")
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.wait_for(lambda: not beside(terminal))
    assert len(stranger.sent("POST", "/tokens")) == 1
    for piece in ("/servers/detail", "/public_ips", "/load_balancer_pools", "/cloud_networks"):
        whole = [r for r in stranger.sent("GET", piece) if r.path.endswith(piece)]
        assert len(whole) == 1, piece
    leave(terminal)


def test_who_leaves_before_the_answers_leaves_nothing_behind(
    console: Console, stranger: Stranger
) -> None:
    stranger.delays["/tokens"] = 8.0
    terminal = console()
    terminal.wait_for("Reading Servers")
    terminal.wait_for(lambda: bool(beside(terminal)))
    (process,) = beside(terminal)
    terminal.press("q")
    assert terminal.wait_end() == 0
    terminal.wait_for(lambda: not is_there(process))


def test_it_ends_with_a_console_that_is_killed(console: Console, stranger: Stranger) -> None:
    stranger.delays["/tokens"] = 8.0
    terminal = console()
    terminal.wait_for(lambda: bool(beside(terminal)))
    (process,) = beside(terminal)
    terminal.kill()
    terminal.wait_for(lambda: not is_there(process))


def test_when_it_is_killed_the_console_asks_by_itself(console: Console, stranger: Stranger) -> None:
    stranger.delays["/public_ips"] = 3.0
    terminal = console()
    terminal.wait_for(lambda: bool(stranger.sent("POST", "/tokens")))
    (process,) = beside(terminal)
    os.kill(process, signal.SIGKILL)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    leave(terminal)


@pytest.mark.parametrize("fault", [(503, "busy"), (500, "broken")])
def test_a_list_that_fails_at_first_is_shown_when_it_comes(
    opened: Opener, stranger: Stranger, fault: tuple[int, str]
) -> None:
    stranger.faults["GET /v3"] = fault
    terminal = opened("--refresh", "5", environment=account_of(stranger), size=(120, 40))
    terminal.wait_for(f"HTTP {fault[0]}")
    stranger.faults.clear()
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    leave(terminal)
