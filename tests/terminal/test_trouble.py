"""A service that answers in part, goes away, and comes back."""

from __future__ import annotations

import time

import pytest

from tests.terminal.conftest import Console, leave
from tests.terminal.stranger import Server, Stranger, identifier

REFRESH = 2.0
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


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_a_service_that_goes_away_leaves_the_rows_and_says_how_old_they_are(
    console: Console, stranger: Stranger, size: tuple[int, int]
) -> None:
    terminal = console("--refresh", f"{REFRESH:g}", size=size)
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: "live" in terminal.lines[0])
    terminal.settle()
    stranger.stop()
    gone = time.monotonic()
    terminal.wait_for(lambda: "stale" in terminal.lines[0], 2 * REFRESH + 1)
    assert time.monotonic() - gone <= 2 * REFRESH + 1
    terminal.wait_for(lambda: "stale 4s" in terminal.lines[0])
    assert "refused" in terminal.lines[0]
    terminal.wait_row("edge-1", "ACTIVE", HELD)
    terminal.press("3")
    terminal.wait_row("shop-web", "2+1=3")
    terminal.press("1", "/")
    terminal.type("store")
    terminal.wait_for(lambda: not terminal.row("edge-1"))
    terminal.press("enter", "escape")
    terminal.wait_row("edge-1", HELD)
    stranger.start()
    terminal.wait_for(
        lambda: "live" in terminal.lines[0] and "stale" not in terminal.text, 2 * REFRESH + 2
    )
    terminal.wait_row("edge-1", HELD)
    leave(terminal)
