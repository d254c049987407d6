"""An account that is configured by four environment variables only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.independent_server import REGION, TENANT, IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    SIZES,
    TerminalSessions,
    account_environment,
    quit_console,
)


@pytest.fixture(scope="module")
def backend() -> Iterator[IndependentServer]:
    """Run a server that no test of this module changes."""
    server = IndependentServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shared(shared_sessions: TerminalSessions, backend: IndependentServer) -> Iterator[Terminal]:
    """Open the console that all tests of this module share."""
    terminal = shared_sessions.open(environment=account_environment(backend))
    yield terminal
    terminal.press("escape", "escape")
    quit_console(terminal)
    # Nothing here requested a change or a second token.
    assert {request.method for request in backend.requests} == {"GET", "POST"}
    assert len(backend.sent("POST")) == 1


@pytest.fixture
def terminal(shared: Terminal) -> Terminal:
    """Reset the shared console to its start view."""
    shared.press("escape", "escape", "3", "escape", "home", "1", "home")
    shared.resize(80, 24)
    return shared


def test_every_server_shows_its_addresses_and_its_pools(terminal: Terminal) -> None:
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21", "203.0.113.71", " 1 ")
    terminal.wait_row("edge-2", "ACTIVE", "192.0.2.22", " 1 ")
    terminal.wait_row("store-1", "ACTIVE", "192.0.2.23", " 0 ")
    terminal.wait_for(lambda: TENANT in terminal.lines[0] and REGION in terminal.lines[0])
    terminal.wait_live()


def test_digits_move_between_panes_that_do_not_fit_at_once(terminal: Terminal) -> None:
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.press("2")
    terminal.wait_row("203.0.113.71", "ACTIVE", "edge-1")
    terminal.wait_for(lambda: "2 Public IPs" in terminal.lines[1])
    terminal.press("3")
    terminal.wait_row("shop-web", "198.51.100.9:8080", "2+1=3")
    terminal.wait_row("shop-spare", "0+2=2")
    terminal.press("home", "down", "enter")
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21")
    terminal.wait_row("edge-2", "ACTIVE", "192.0.2.22")
    terminal.wait_for(lambda: "shop-web" in terminal.lines[1])
    terminal.press("1")
    terminal.wait_row("store-2", "192.0.2.24")


def test_wide_terminal_shows_three_panes_and_digits_go_to_them(terminal: Terminal) -> None:
    terminal.resize(*SIZES[1])
    terminal.wait_row("edge-1", "192.0.2.21", "203.0.113.71", " 1 ")
    terminal.wait_for("198.51.100.9")
    terminal.wait_for("2+1=3")
    for title in ("1 Servers", "2 Public IPs", "3 Pools"):
        terminal.wait_for(title)
    terminal.wait_row("203.0.113.71", "ACTIVE", "edge-1")
    terminal.press("3", "home", "down", "enter")
    terminal.wait_for("Nodes of shop-web")
    terminal.press("1", "d")
    terminal.wait_for("c0ffee00-0000-4000-8000-000000000001")
    terminal.press("escape")
