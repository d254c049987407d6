"""A public IP, from the key that asks for it to the row that goes."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import Console, leave
from tests.terminal.stranger import REGION, Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
"""The address that edge-1 has from the start."""

SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_address_comes_to_be_without_a_further_key_and_goes_again(
    console: Console, stranger: Stranger, size: tuple[int, int]
) -> None:
    terminal = console(size=size)
    terminal.wait_row("edge-2", "192.0.2.22", "ACTIVE")
    terminal.wait_for("live")
    terminal.press("down", "a")
    terminal.wait_row("edge-2", "ADDING")
    terminal.wait_row("edge-2", "ADDING 1s")
    terminal.wait_row("edge-2", "203.0.113.")
    address = next(w for w in terminal.row("edge-2").split() if w.startswith("203.0.113."))
    asked = stranger.sent("POST", "/public_ips")
    assert [request.body["cloud_server"]["id"] for request in asked] == [stranger.servers[1].id]

    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    record = stranger.public_ips[1].id
    for said in (address, "edge-2", record, REGION):
        assert said in terminal.words
    terminal.type(address if size == SIZES[0] else "edge-2")
    terminal.press("tab", "enter")
    terminal.wait_row("edge-2", "REMOVING")
    terminal.wait_for(lambda: address not in terminal.row("edge-2"))
    assert [request.path.rpartition("/")[2] for request in stranger.sent("DELETE")] == [record]
    terminal.press("2")
    terminal.wait_row(HELD, "edge-1")
    terminal.wait_for(lambda: not terminal.row(address))
    assert len(stranger.sent("POST", "/public_ips")) == 1
    assert len(stranger.sent("DELETE")) == 1
    leave(terminal)


def test_nothing_short_of_a_deliberate_yes_removes_an_address(
    console: Console, stranger: Stranger
) -> None:
    terminal = console()
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for("live")

    def closed_without_a_change() -> None:
        terminal.wait_gone("Cancel")
        assert stranger.sent("DELETE") == []

    for key in ("escape", "enter"):
        ask(terminal)
        terminal.press(key)
        closed_without_a_change()
    ask(terminal)
    terminal.press("y", "tab", "enter")
    closed_without_a_change()
    for burst in ("\x04\r", "\x04y", "\x04y\r", f"\x04{HELD}\t\r"):
        terminal.burst(burst)
        terminal.never(lambda: bool(stranger.sent("DELETE")), 0.6)
        if "Cancel" in terminal.text:
            terminal.press("escape")
        closed_without_a_change()
    terminal.never(lambda: bool(stranger.sent("DELETE")), 0.5)
    terminal.wait_row("edge-1", HELD)
    leave(terminal)


def ask(terminal: Terminal) -> None:
    """Open the dialog and look at it."""
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
