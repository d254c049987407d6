"""A public IP, from the key that adds it to its removal."""

from __future__ import annotations

from tests.support.independent_server import REGION, IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    SIZES,
    OpenConsole,
    add_public_ip,
    confirm,
    in_parallel,
    quit_console,
    wait_settled,
)

HELD = "203.0.113.71"
"""The address that edge-1 has from the start."""

OTHERS = ("edge-2", "store-2")
"""Servers without an address, one for each of two operators."""


def test_address_is_added_without_a_further_key_and_removed_again(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    # Long enough for its age to be shown; the first poll is later.
    backend.transition_time = 1.2
    names = dict(zip((open_console(size=size) for size in SIZES), OTHERS, strict=True))

    def add_and_remove(terminal: Terminal) -> None:
        name = names[terminal]
        server = next(server.id for server in backend.servers if server.name == name)
        terminal.wait_row(name, "192.0.2.2", "ACTIVE")
        terminal.wait_live()
        add_public_ip(terminal, *["down"] * (1 if name == "edge-2" else 3))
        terminal.wait_row(name, "ADDING")
        terminal.wait_row(name, "ADDING 1s")
        terminal.wait_row(name, "203.0.113.")
        address = next(w for w in terminal.row(name).split() if w.startswith("203.0.113."))
        record = next(ip.id for ip in backend.public_ips if ip.address == address)

        wait_settled(terminal)
        terminal.press("ctrl+d")
        terminal.wait_words("Cancel", address, name, record, REGION)
        confirm(terminal, address if name == "edge-2" else name)
        terminal.wait_row(name, "REMOVING")
        terminal.wait_for(lambda: address not in terminal.row(name))
        terminal.press("2")
        terminal.wait_row(HELD, "edge-1")
        terminal.wait_for(lambda: not terminal.row(address))
        quit_console(terminal)
        asked = [r.body["cloud_server"]["id"] for r in backend.sent("POST", "/public_ips")]
        assert asked.count(server) == 1
        assert [r.path.rpartition("/")[2] for r in backend.sent("DELETE")].count(record) == 1

    in_parallel(add_and_remove, list(names))
    assert len(backend.sent("POST", "/public_ips")) == len(OTHERS)
    assert len(backend.sent("DELETE")) == len(OTHERS)


def test_only_a_deliberate_confirmation_removes_an_address(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console()
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()

    def assert_closed_without_a_change() -> None:
        terminal.wait_gone("Cancel")
        assert backend.sent("DELETE") == []

    for keys in (("escape",), ("enter",), ("y", "tab", "enter")):
        terminal.press("ctrl+d")
        terminal.wait_dialog("Cancel")
        terminal.press(*keys)
        assert_closed_without_a_change()
    for burst in ("\x04\r", "\x04y", "\x04y\r", f"\x04{HELD}\t\r"):
        terminal.burst(burst)
        # Once the dialog accepts keys, none of the burst may count.
        terminal.wait_dialog("Cancel")
        terminal.press("escape")
        assert_closed_without_a_change()
    # Nothing may be sent later either.
    terminal.assert_never(lambda: bool(backend.sent("DELETE")), 0.5)
    terminal.wait_row("edge-1", HELD)
    quit_console(terminal)
