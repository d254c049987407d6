"""A public IP, from the key that asks for it to the row that goes."""

from __future__ import annotations

from tests.terminal.conftest import SIZES, Console, at_once, leave
from tests.terminal.stranger import REGION, Stranger
from tests.terminal.terminal import Terminal

HELD = "203.0.113.71"
"""The address that edge-1 has from the start."""

OTHERS = ("edge-2", "store-2")
"""A server without an address for each of two operators."""


def test_an_address_comes_to_be_without_a_further_key_and_goes_again(
    console: Console, stranger: Stranger
) -> None:
    names = dict(zip((console(size=size) for size in SIZES), OTHERS, strict=True))

    def add_and_remove(terminal: Terminal) -> None:
        name = names[terminal]
        server = next(server.id for server in stranger.servers if server.name == name)
        terminal.wait_row(name, "192.0.2.2", "ACTIVE")
        terminal.wait_for("live")
        terminal.press(*["down"] * (1 if name == "edge-2" else 3), "a")
        terminal.wait_row(name, "ADDING")
        terminal.wait_row(name, "ADDING 1s")
        terminal.wait_row(name, "203.0.113.")
        address = next(w for w in terminal.row(name).split() if w.startswith("203.0.113."))
        record = next(ip.id for ip in stranger.public_ips if ip.address == address)

        terminal.press("ctrl+d")
        terminal.read_dialog("Cancel")
        for said in (address, name, record, REGION):
            assert said in terminal.words
        terminal.type(address if name == "edge-2" else name)
        terminal.press("tab", "enter")
        terminal.wait_row(name, "REMOVING")
        terminal.wait_for(lambda: address not in terminal.row(name))
        terminal.press("2")
        terminal.wait_row(HELD, "edge-1")
        terminal.wait_for(lambda: not terminal.row(address))
        leave(terminal)
        asked = [r.body["cloud_server"]["id"] for r in stranger.sent("POST", "/public_ips")]
        assert asked.count(server) == 1
        assert [r.path.rpartition("/")[2] for r in stranger.sent("DELETE")].count(record) == 1

    at_once(add_and_remove, list(names))
    assert len(stranger.sent("POST", "/public_ips")) == len(OTHERS)
    assert len(stranger.sent("DELETE")) == len(OTHERS)


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
