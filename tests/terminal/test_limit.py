"""The service's 30 requests a minute, as the service counts them: a large account, in real time."""

from __future__ import annotations

import time

from tests.terminal.conftest import Opener, account_of, at_once, leave, states_in
from tests.terminal.stranger import Stranger
from tests.terminal.terminal import Terminal

POOLS = 500
LIMIT = 30
LONGER_THAN_A_MINUTE = 66.0
HELD = "203.0.113.71"


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(at <= t < at + 60.0 for t in times) for at in times)


def rackconnect(stranger: Stranger) -> list[float]:
    return [request.at for request in list(stranger.requests) if "/v3/" in request.path]


def test_two_consoles_on_a_large_account_stay_within_the_limit_and_changes_leave_at_once(
    opened: Opener,
) -> None:
    stranger = Stranger(pools=POOLS, limit=LIMIT, life=0.4)
    try:
        began = time.monotonic()
        first = opened(environment=account_of(stranger), size=(120, 40))
        second = opened(environment=account_of(stranger), size=(120, 40), home=first.home)
        for terminal in (first, second):
            terminal.wait_for("live", timeout=30.0)
        # Not before the background has taken all that it may.
        time.sleep(max(0.0, began + 40.0 - time.monotonic()))
        leaves_at_once(first, stranger, ["down", "down", "down"])
        time.sleep(max(0.0, began + LONGER_THAN_A_MINUTE - time.monotonic()))
        assert stranger.over_limit == 0
        assert most_in_a_minute(rackconnect(stranger)) <= LIMIT
        at_once(leave, [first, second])
    finally:
        stranger.stop()


def leaves_at_once(terminal: Terminal, stranger: Stranger, keys: list[str]) -> None:
    """Ask for an address, and see its request soon."""
    terminal.press(*keys, "a")
    asked = time.monotonic()
    terminal.wait_for(lambda: "planned" in states_in(terminal))
    terminal.wait_for(lambda: bool(stranger.sent("POST", "/public_ips")))
    assert stranger.sent("POST", "/public_ips")[0].at - asked <= 2.0
    terminal.wait_for(lambda: states_in(terminal)[-1] == "settled", timeout=70.0)
