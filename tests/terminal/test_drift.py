"""Only what was confirmed is removed, even if the account changes before the confirmation."""

from __future__ import annotations

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import OpenConsole, journal_states, quit_console

HELD = "203.0.113.71"
SIZE = (160, 40)


def test_address_that_moved_to_another_server_is_not_removed(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_dialog(open_console)
    backend.public_ips[0].server = backend.servers[2]
    terminal.press("tab", "enter")
    terminal.wait_for(f"{HELD} changed since it was confirmed: it is with store-1 now")
    terminal.wait_for("nothing was sent")
    assert backend.sent("DELETE") == []
    assert journal_states(terminal) == ["planned", "rejected"]
    quit_console(terminal)


@pytest.mark.slow
def test_record_with_another_address_is_not_removed(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_dialog(open_console)
    backend.public_ips[0].address = "203.0.113.99"
    terminal.press("tab", "enter")
    terminal.wait_for(f"it was {HELD} and is 203.0.113.99 now")
    assert backend.sent("DELETE") == []
    quit_console(terminal)


@pytest.mark.slow
def test_node_of_another_server_is_not_removed(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console("--refresh", "300", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    terminal.press("3", "down", "enter")
    terminal.wait_for("Nodes of shop-web")
    terminal.wait_row("edge-2", "ACTIVE")
    terminal.press("p", "ctrl+d")
    terminal.wait_dialog("Cancel")
    backend.nodes[0].server = backend.servers[3]
    terminal.press("tab", "enter")
    terminal.wait_for("changed since it was confirmed")
    assert backend.sent("DELETE") == []
    quit_console(terminal)


@pytest.mark.slow
def test_address_that_is_already_gone_counts_as_removed(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_dialog(open_console)
    backend.public_ips.clear()
    terminal.press("tab", "enter")
    terminal.wait_for(f"{HELD} was gone already")
    assert backend.sent("DELETE") == []
    assert journal_states(terminal)[-1] == "settled"
    quit_console(terminal)


def test_dialog_shows_the_change_and_cannot_be_confirmed(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_account(open_console)
    # A refresh whose response arrives once the dialog is open and has the phrase.
    refresh = NetworkFault("GET /v3/771204/public_ips", network_faults.delayed)
    backend.network_faults.append(refresh)
    terminal.press("ctrl+r")
    terminal.wait_for(refresh.happened.is_set)
    type_phrase(terminal)
    backend.public_ips[0].server = backend.servers[2]
    refresh.release()
    terminal.wait_for("is now on store-1")
    terminal.press("tab", "enter")
    # Once the dialog has handled Escape, it has ignored both keys before it.
    terminal.press("escape")
    terminal.wait_gone("Cancel")
    assert backend.sent("DELETE") == []
    assert journal_states(terminal) == []


def open_account(open_console: OpenConsole) -> Terminal:
    """Open the console, wide enough for whole messages."""
    terminal = open_console(size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    return terminal


def open_dialog(open_console: OpenConsole) -> Terminal:
    """Request the removal of the first server's address, except for the last keys."""
    terminal = open_account(open_console)
    # Without a refresh, the dialog does not notice the change.
    terminal.press("p")
    type_phrase(terminal)
    return terminal


def type_phrase(terminal: Terminal) -> None:
    """Open the dialog and type the required text."""
    terminal.press("ctrl+d")
    terminal.wait_dialog("Cancel")
    terminal.type("edge-1")
    terminal.wait_for("matches")
