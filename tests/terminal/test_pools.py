"""Servers are added to a pool and removed from it."""

from __future__ import annotations

from tests.support.independent_server import IndependentServer
from tests.support.terminal_sessions import OpenConsole, confirm, quit_console, wait_settled


def test_servers_are_added_to_a_pool_and_one_is_removed(
    open_console: OpenConsole, backend: IndependentServer
) -> None:
    terminal = open_console()
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.press("3")
    terminal.wait_row("shop-spare", "0+2=2")
    terminal.press("a")
    terminal.wait_dialog("shop-spare?")
    terminal.type("store")
    terminal.wait_gone("edge-1")
    terminal.press("space", "space", "enter")
    terminal.wait_row("shop-spare", "2+2=4")
    added = [
        (pair["cloud_server"]["id"], pair["load_balancer_pool"]["id"])
        for request in backend.sent("POST", "/nodes")
        for pair in request.body
    ]
    spare = backend.pools[1].id
    assert sorted(added) == [(server.id, spare) for server in backend.servers[2:]]

    terminal.press("enter")
    terminal.wait_row("store-1", "ACTIVE", "192.0.2.23")
    terminal.wait_row("store-2", "ACTIVE", "192.0.2.24")
    wait_settled(terminal, 2)
    terminal.press("ctrl+d")
    terminal.wait_words("Cancel", "store-1", "shop-spare", "ORD")
    confirm(terminal)
    terminal.wait_row("store-1", "REMOVING")
    terminal.wait_for(lambda: not terminal.row("store-1"))
    terminal.wait_row("store-2", "ACTIVE")
    assert len(backend.sent("DELETE")) == 1
    terminal.press("escape")
    terminal.wait_row("shop-spare", "1+2=3")
    terminal.wait_row("shop-web", "2+1=3")
    assert len(backend.sent("POST", "/nodes")) == 1
    assert len(backend.sent("DELETE")) == 1
    quit_console(terminal)
