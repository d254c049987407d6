"""What was confirmed is what goes: the account changed between the dialog and the yes."""

from __future__ import annotations

from tests.terminal.conftest import Console, leave, states_in
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
SIZE = (160, 40)


def test_an_address_that_went_to_another_server_is_not_removed(
    console: Console, stranger: Stranger
) -> None:
    terminal = open_dialog(console)
    stranger.public_ips[0].server = stranger.servers[2]
    terminal.press("tab", "enter")
    terminal.wait_for(f"{HELD} changed since it was confirmed: it is with store-1 now")
    terminal.wait_for("nothing was sent")
    assert stranger.sent("DELETE") == []
    assert states_in(terminal) == ["planned", "rejected"]
    leave(terminal)


def test_a_record_that_has_another_address_is_not_removed(
    console: Console, stranger: Stranger
) -> None:
    terminal = open_dialog(console)
    stranger.public_ips[0].address = "203.0.113.99"
    terminal.press("tab", "enter")
    terminal.wait_for(f"it was {HELD} and is 203.0.113.99 now")
    assert stranger.sent("DELETE") == []
    leave(terminal)


def test_a_node_that_is_another_servers_is_not_removed(
    console: Console, stranger: Stranger
) -> None:
    terminal = console("--refresh", "300", size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("3", "down", "enter")
    terminal.wait_for("Nodes of shop-web")
    terminal.wait_row("edge-2", "ACTIVE")
    terminal.press("p", "ctrl+d")
    terminal.read_dialog("Cancel")
    stranger.nodes[0].server = stranger.servers[3]
    terminal.press("tab", "enter")
    terminal.wait_for("changed since it was confirmed")
    assert stranger.sent("DELETE") == []
    leave(terminal)


def test_an_address_that_is_gone_by_then_is_what_was_wanted(
    console: Console, stranger: Stranger
) -> None:
    terminal = open_dialog(console)
    stranger.public_ips.clear()
    terminal.press("tab", "enter")
    terminal.wait_for(f"{HELD} was gone already")
    assert stranger.sent("DELETE") == []
    assert states_in(terminal)[-1] == "settled"
    leave(terminal)


def test_a_dialog_that_sees_the_change_says_so_and_cannot_be_approved(
    console: Console, stranger: Stranger
) -> None:
    terminal = open_dialog(console, "--refresh", "2", paused=False)
    stranger.public_ips[0].server = stranger.servers[2]
    terminal.wait_for("is now on store-1")
    terminal.press("tab", "enter")
    terminal.never(lambda: bool(stranger.sent("DELETE")), 1.0)
    assert states_in(terminal) == []


def open_dialog(console: Console, *arguments: str, paused: bool = True) -> Terminal:
    """Ask for the removal of the first server's address, up to the last key."""
    terminal = console(*arguments, size=SIZE)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    # Without refreshing, the dialog cannot see what happens.
    terminal.press(*(["p"] if paused else []), "ctrl+d")
    terminal.read_dialog("Cancel")
    terminal.type("edge-1")
    terminal.wait_for("matches")
    return terminal
