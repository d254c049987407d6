"""Servers that come into a pool and go out of it."""

from __future__ import annotations

from tests.terminal.conftest import Console, leave
from tests.terminal.stranger import Stranger


def test_servers_come_into_a_pool_and_one_goes_out_again(
    console: Console, stranger: Stranger
) -> None:
    terminal = console()
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.press("3")
    terminal.wait_row("shop-spare", "0+2=2")
    terminal.press("a")
    terminal.read_dialog("shop-spare?")
    terminal.type("store")
    terminal.wait_gone("edge-1")
    terminal.press("space", "space", "enter")
    terminal.wait_row("shop-spare", "2+2=4")
    added = [
        (pair["cloud_server"]["id"], pair["load_balancer_pool"]["id"])
        for request in stranger.sent("POST", "/nodes")
        for pair in request.body
    ]
    spare = stranger.pools[1].id
    assert sorted(added) == [(server.id, spare) for server in stranger.servers[2:]]

    terminal.press("enter")
    terminal.wait_row("store-1", "ACTIVE", "192.0.2.23")
    terminal.wait_row("store-2", "ACTIVE", "192.0.2.24")
    terminal.press("ctrl+d")
    terminal.read_dialog("Cancel")
    for said in ("store-1", "shop-spare", "ORD"):
        assert said in terminal.words
    terminal.press("tab", "enter")
    terminal.wait_row("store-1", "REMOVING")
    terminal.wait_for(lambda: not terminal.row("store-1"))
    terminal.wait_row("store-2", "ACTIVE")
    assert len(stranger.sent("DELETE")) == 1
    terminal.press("escape")
    terminal.wait_row("shop-spare", "1+2=3")
    terminal.wait_row("shop-web", "2+1=3")
    assert len(stranger.sent("POST", "/nodes")) == 1
    assert len(stranger.sent("DELETE")) == 1
    leave(terminal)
