"""A server that responds in part, stops, and starts again."""

from __future__ import annotations

import re

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.records import Server, identifier
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import SIZES, OpenConsole, confirm, in_parallel, quit_console

SHORTEST_REFRESH = 6.0
"""The shortest seconds between two refreshes within the rate limit."""

MARGIN = 2.0
"""Seconds in addition to two refreshes, for requests, drawing and a busy machine."""

HELD = "203.0.113.71"

BROKEN = (500, "An unexpected error has occurred. Please contact Support.  Request Id: 7be1")
MISSING = (404, "")


def test_failed_list_is_reported_and_the_others_stay_live(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    backend.faults["/public_ips"] = BROKEN
    terminal = open_console()
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21")
    terminal.wait_for("partly live")
    # Addresses that could not be read are not shown as missing.
    assert " - " not in terminal.row("edge-1")
    terminal.press("2")
    terminal.wait_for(
        lambda: "Public IPs" in terminal.lines[1] and "unexpected error" in terminal.text
    )
    terminal.wait_for("retried automatically")
    terminal.press("3")
    terminal.wait_row("shop-web", "2+1=3")
    backend.servers.append(Server(identifier(77), "edge-9", "192.0.2.77"))
    terminal.press("1", "ctrl+r")
    terminal.wait_row("edge-9", "192.0.2.77")
    backend.faults["/public_ips"] = MISSING
    terminal.press("2", "ctrl+r")
    terminal.wait_for("404")
    backend.faults.clear()
    terminal.press("ctrl+r")
    terminal.wait_row(HELD, "edge-1")
    terminal.wait_gone("404")
    quit_console(terminal)


def test_rejected_change_shows_the_reason(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    reason = "frozen by the window"
    backend.faults["DELETE /"] = (422, reason)
    terminal = open_console()
    terminal.wait_row("edge-1", HELD)
    remove_edge_1(terminal)
    terminal.wait_for(reason)
    terminal.wait_row("edge-1", HELD)
    assert len(backend.sent("DELETE")) == 1
    quit_console(terminal)


def test_slow_change_is_shown_immediately_and_keys_work(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    slow = NetworkFault("DELETE /", network_faults.delayed)
    backend.network_faults.append(slow)
    terminal = open_console()
    terminal.wait_row("edge-1", HELD)
    remove_edge_1(terminal)
    # The server has not responded yet.
    terminal.wait_row("edge-1", "REMOVING")
    terminal.press("2")
    terminal.wait_row(HELD, "REMOVING")
    assert len(backend.public_ips) == 1
    slow.release()
    terminal.wait_for(lambda: not terminal.row(HELD))
    quit_console(terminal)


def remove_edge_1(terminal: Terminal) -> None:
    """Remove the address of the server under the cursor."""
    terminal.wait_live()
    terminal.press("ctrl+d")
    confirm(terminal, "edge-1")
    terminal.wait_gone("Cancel")


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param(True, id="at-a-refresh"),
        # Within two intervals in real time, without a key.
        pytest.param(False, id="on-schedule", marks=pytest.mark.slow),
    ],
)
def test_rows_stay_and_show_their_age_while_the_server_is_away(
    open_console: OpenConsole, backend: IndependentServer, asks: bool
) -> None:
    terminals = [open_console("--refresh", "2", size=size) for size in SIZES]
    for terminal in terminals:
        terminal.wait_row("edge-1", HELD)
        terminal.wait_for(lambda at=terminal: "live" in at.lines[0])  # type: ignore[misc]
    backend.stop()

    def go_on(terminal: Terminal) -> None:
        if asks:
            terminal.press("ctrl+r")
        terminal.wait_for(lambda: "stale" in terminal.lines[0], 2 * SHORTEST_REFRESH + MARGIN)
        terminal.wait_for(lambda: bool(re.search(r"stale [1-9]", terminal.lines[0])))
        assert "refused" in terminal.lines[0]
        terminal.wait_row("edge-1", "ACTIVE", HELD)
        terminal.press("3")
        terminal.wait_for("2+1=3")
        terminal.press("1", "/")
        terminal.type("store")
        terminal.wait_for(lambda: not terminal.row("edge-1"))
        terminal.press("enter", "escape")
        terminal.wait_row("edge-1", HELD)

    def come_back(terminal: Terminal) -> None:
        if asks:
            terminal.press("ctrl+r")
        terminal.wait_live(2 * SHORTEST_REFRESH + MARGIN)
        terminal.wait_gone("stale")
        terminal.wait_row("edge-1", HELD)
        quit_console(terminal)

    in_parallel(go_on, terminals)
    backend.start()
    in_parallel(come_back, terminals)
