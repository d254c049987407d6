"""The 30 requests a minute, counted by the server, on a large account in real time."""

from __future__ import annotations

import time

import pytest

from tests.support.independent_server import IndependentServer
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenTerminal,
    account_environment,
    add_public_ip,
    in_parallel,
    journal_states,
    quit_console,
)

POOLS = 500
LIMIT = 30
LONGER_THAN_A_MINUTE = 66.0
HELD = "203.0.113.71"


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(at <= t < at + 60.0 for t in times) for at in times)


def rackconnect(backend: IndependentServer) -> list[float]:
    return [request.at for request in list(backend.requests) if "/v3/" in request.path]


@pytest.mark.slow
def test_two_consoles_on_a_large_account_stay_within_the_rate_limit(
    open_terminal: OpenTerminal,
) -> None:
    backend = IndependentServer(pools=POOLS, limit=LIMIT, transition_time=0.4)
    try:
        began = time.monotonic()
        first = open_terminal(environment=account_environment(backend), size=(120, 40))
        second = open_terminal(
            environment=account_environment(backend), size=(120, 40), home=first.home
        )
        for terminal in (first, second):
            terminal.wait_for("live", timeout=30.0)
        # Real time, because the server counts: first the background uses all that it may.
        time.sleep(max(0.0, began + 40.0 - time.monotonic()))
        assert_sent_immediately(first, backend, ["down", "down", "down"])
        # Then the rest of the minute.
        time.sleep(max(0.0, began + LONGER_THAN_A_MINUTE - time.monotonic()))
        assert backend.over_limit == 0
        assert most_in_a_minute(rackconnect(backend)) <= LIMIT
        in_parallel(quit_console, [first, second])
    finally:
        backend.stop()


def assert_sent_immediately(
    terminal: Terminal, backend: IndependentServer, keys: list[str]
) -> None:
    """Add an address, and check that its request is sent promptly."""
    add_public_ip(terminal, *keys)
    asked = time.monotonic()
    terminal.wait_for(lambda: "planned" in journal_states(terminal))
    terminal.wait_for(lambda: bool(backend.sent("POST", "/public_ips")))
    assert backend.sent("POST", "/public_ips")[0].at - asked <= 2.0
    terminal.wait_for(lambda: journal_states(terminal)[-1] == "settled", timeout=70.0)
