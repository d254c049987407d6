"""The first lists that the console requests."""

from __future__ import annotations

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.terminal_sessions import (
    OpenConsole,
    OpenTerminal,
    account_environment,
    quit_console,
)

HELD = "203.0.113.71"


def test_each_list_is_requested_once(open_console: OpenConsole, backend: IndependentServer) -> None:
    terminal = open_console("--refresh", "60")
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    assert len(backend.sent("POST", "/tokens")) == 1
    for piece in ("/servers/detail", "/public_ips", "/load_balancer_pools", "/cloud_networks"):
        whole = [r for r in backend.sent("GET", piece) if r.path.endswith(piece)]
        assert len(whole) == 1, piece
    quit_console(terminal)


@pytest.mark.parametrize(
    ("fault", "asks"),
    [
        pytest.param((503, "busy"), True, id="503"),
        # Without a key, at the next refresh in real time.
        pytest.param((500, "broken"), False, id="500", marks=pytest.mark.slow),
    ],
)
def test_list_that_fails_at_first_is_shown_once_it_arrives(
    open_terminal: OpenTerminal, backend: IndependentServer, fault: tuple[int, str], asks: bool
) -> None:
    backend.faults["GET /v3"] = fault
    terminal = open_terminal(
        "--refresh", "5", environment=account_environment(backend), size=(120, 40)
    )
    terminal.wait_for(f"HTTP {fault[0]}")
    backend.faults.clear()
    if asks:
        terminal.press("ctrl+r")
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    quit_console(terminal)
