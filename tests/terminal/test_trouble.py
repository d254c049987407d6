"""A service that answers in part, goes away, and comes back."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import SIZES, Console, at_once, leave
from tests.terminal.records import Server, identifier
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

REFRESH = 2.0

MARGIN = 1.0
"""Seconds beyond two refreshes for requests, drawing, and a machine with other work."""

HELD = "203.0.113.71"

BROKEN = (500, "An unexpected error has occurred. Please contact Support.  Request Id: 7be1")
MISSING = (404, "")


@pytest.mark.parametrize(
    ("fault", "said"), [(BROKEN, "unexpected error"), (MISSING, "404")], ids=["500", "404"]
)
def test_one_part_that_fails_says_so_and_the_others_stay_live(
    console: Console, stranger: Stranger, fault: tuple[int, str], said: str
) -> None:
    stranger.faults["/public_ips"] = fault
    terminal = console("--refresh", f"{REFRESH:g}")
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21")
    terminal.press("2")
    terminal.wait_for(lambda: "Public IPs" in terminal.lines[1] and said in terminal.text)
    terminal.wait_for("again")
    terminal.press("3")
    terminal.wait_row("shop-web", "2+1=3")
    terminal.press("1")
    stranger.servers.append(Server(identifier(77), "edge-9", "192.0.2.77"))
    terminal.wait_row("edge-9", "192.0.2.77")
    stranger.faults.clear()
    terminal.press("2")
    terminal.wait_row(HELD, "edge-1")
    terminal.wait_gone(said)
    leave(terminal)


def test_addresses_that_could_not_be_read_are_not_called_none(
    console: Console, stranger: Stranger
) -> None:
    stranger.faults["/public_ips"] = BROKEN
    terminal = console()
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21")
    terminal.wait_for("partly live")
    terminal.settle()
    assert " - " not in terminal.row("edge-1")


def test_a_change_that_is_refused_says_why(console: Console, stranger: Stranger) -> None:
    reason = "frozen by the window"
    stranger.faults["DELETE /"] = (422, reason)
    terminal = console()
    terminal.wait_row("edge-1", HELD)
    remove_edge_1(terminal)
    terminal.wait_for(reason)
    terminal.wait_row("edge-1", HELD)
    assert len(stranger.sent("DELETE")) == 1
    leave(terminal)


def test_a_slow_change_shows_as_under_way_at_once_and_keys_answer(
    console: Console, stranger: Stranger
) -> None:
    stranger.delays["DELETE /"] = 3.0
    terminal = console()
    terminal.wait_row("edge-1", HELD)
    remove_edge_1(terminal)
    terminal.wait_row("edge-1", "REMOVING", timeout=1.5)
    terminal.press("2")
    terminal.wait_row(HELD, "REMOVING", timeout=1.0)
    assert len(stranger.public_ips) == 1
    terminal.wait_for(lambda: not terminal.row(HELD))
    leave(terminal)


def remove_edge_1(terminal: Terminal) -> None:
    """Take the address off the server under the cursor."""
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("edge-1")
    terminal.press("tab", "enter")
    terminal.wait_gone("Cancel")


def test_a_service_that_goes_away_leaves_the_rows_and_says_how_old_they_are(
    console: Console, stranger: Stranger
) -> None:
    terminals = [console("--refresh", f"{REFRESH:g}", size=size) for size in SIZES]
    for terminal in terminals:
        terminal.wait_row("edge-1", HELD)
        terminal.wait_for(lambda at=terminal: "live" in at.lines[0])  # type: ignore[misc]
    stranger.stop()

    def go_on(terminal: Terminal) -> None:
        terminal.wait_for(lambda: "stale" in terminal.lines[0], 2 * REFRESH + MARGIN)
        terminal.wait_for(lambda: "stale 4s" in terminal.lines[0])
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
        terminal.wait_for(lambda: " live " in terminal.lines[0], 2 * REFRESH + MARGIN)
        terminal.wait_gone("stale")
        terminal.wait_row("edge-1", HELD)
        leave(terminal)

    at_once(go_on, terminals)
    stranger.start()
    at_once(come_back, terminals)
