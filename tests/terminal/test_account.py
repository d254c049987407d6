"""An account that is told by four environment variables and nothing else."""

from __future__ import annotations

from tests.terminal.conftest import Console, leave
from tests.terminal.stranger import REGION, TENANT, Stranger


def test_every_server_shows_its_addresses_and_its_pools(console: Console) -> None:
    terminal = console()
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21", "203.0.113.71", " 1 ")
    terminal.wait_row("edge-2", "ACTIVE", "192.0.2.22", " 1 ")
    terminal.wait_row("store-1", "ACTIVE", "192.0.2.23", " 0 ")
    terminal.wait_for(lambda: TENANT in terminal.lines[0] and REGION in terminal.lines[0])
    terminal.wait_for(lambda: "live" in terminal.lines[0])
    leave(terminal)


def test_digits_move_between_panes_that_do_not_fit_at_once(
    console: Console, stranger: Stranger
) -> None:
    terminal = console()
    terminal.wait_row("edge-1", "203.0.113.71")
    terminal.press("2")
    terminal.wait_row("203.0.113.71", "ACTIVE", "edge-1")
    terminal.wait_for(lambda: "2 Public IPs" in terminal.lines[1])
    terminal.press("3")
    terminal.wait_row("shop-web", "198.51.100.9:8080", "2+1=3")
    terminal.wait_row("shop-spare", "0+2=2")
    terminal.press("down", "enter")
    terminal.wait_row("edge-1", "ACTIVE", "192.0.2.21")
    terminal.wait_row("edge-2", "ACTIVE", "192.0.2.22")
    terminal.wait_for(lambda: "shop-web" in terminal.lines[1])
    terminal.press("1")
    terminal.wait_row("store-2", "192.0.2.24")
    assert {request.method for request in stranger.requests} == {"GET", "POST"}
    assert len(stranger.sent("POST")) == 1
    leave(terminal)


def test_a_wide_terminal_shows_three_panes_and_digits_go_to_them(console: Console) -> None:
    terminal = console(size=(120, 40))
    terminal.wait_row("edge-1", "192.0.2.21", "203.0.113.71", " 1 ")
    terminal.wait_for("198.51.100.9")
    terminal.wait_for("2+1=3")
    for title in ("1 Servers", "2 Public IPs", "3 Pools"):
        terminal.wait_for(title)
    terminal.wait_row("203.0.113.71", "ACTIVE", "edge-1")
    terminal.press("3", "down", "enter")
    terminal.wait_for("Nodes of shop-web")
    terminal.press("1", "d")
    terminal.wait_for("c0ffee00-0000-4000-8000-000000000001")
    terminal.press("escape")
    leave(terminal)
