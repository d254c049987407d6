"""Tokens and credentials that become invalid during a session."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.support import network_faults
from tests.support.independent_server import IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.records import Request
from tests.support.terminal import Terminal
from tests.support.terminal_sessions import (
    OpenTerminal,
    account_environment,
    add_public_ip,
    quit_console,
)

POOLS = 20
HELD = "203.0.113.71"

LISTS = {"detail", "public_ips", "load_balancer_pools"}

WATCHED = (
    pytest.param(0.3, id="soon"),
    # During the next refreshes, in real time.
    pytest.param(6.5, id="over-refreshes", marks=pytest.mark.slow),
)
"""Seconds without further requests."""


@pytest.mark.parametrize("watched", WATCHED)
def test_token_revoked_under_many_requests_is_replaced_once(
    open_terminal: OpenTerminal, watched: float
) -> None:
    backend = IndependentServer(pools=POOLS)
    try:
        first = open_terminal(environment=account_environment(backend), size=(120, 40))
        first.wait_row("edge-1", HELD)
        first.wait_live()
        lists = hold_lists(backend)
        backend.revoke_tokens()
        first.press("ctrl+r")
        release_together(first, backend, lists)
        assert_signs_in_once(first, backend, watched)
        quit_console(first)

        # The token is cached, so the next start begins with many requests and no sign-in.
        lists = hold_lists(backend)
        backend.revoke_tokens()
        second = open_terminal(
            environment=account_environment(backend), size=(120, 40), home=first.home
        )
        release_together(second, backend, lists)
        assert_signs_in_once(second, backend, watched)
        second.wait_row("edge-1", HELD)
        quit_console(second)
    finally:
        backend.stop()


def hold_lists(backend: IndependentServer) -> NetworkFault:
    """Hold the responses to all reads from now on, until they are released."""
    lists = NetworkFault("GET /v", network_faults.delayed, times=1000)
    backend.network_faults[:] = [lists]
    backend.requests.clear()
    return lists


def release_together(terminal: Terminal, backend: IndependentServer, lists: NetworkFault) -> None:
    """Respond once the requests for servers, public IPs and pools have all arrived."""
    terminal.wait_for(lambda: read_in(backend.requests) >= LISTS)
    lists.release()


def assert_signs_in_once(terminal: Terminal, backend: IndependentServer, watched: float) -> None:
    """Check that one sign-in follows, after which every list is read again."""
    terminal.wait_for(lambda: len(backend.sent("POST", "/tokens")) == 1)
    (sign_in,) = backend.sent("POST", "/tokens")
    terminal.wait_for(lambda: read_in(r for r in backend.requests if r.at > sign_in.at) >= LISTS)
    terminal.assert_never(lambda: len(backend.sent("POST", "/tokens")) > 1, watched)
    terminal.wait_live()


def read_in(requests: Iterable[Request]) -> set[str]:
    """Return the last words of the paths of some requests."""
    return {request.path.rpartition("/")[2] for request in list(requests)}


@pytest.mark.parametrize("watched", WATCHED)
def test_refused_credentials_are_tried_once_and_asked_for(
    open_terminal: OpenTerminal, backend: IndependentServer, watched: float
) -> None:
    terminal = open_terminal("--refresh", "2", environment=account_environment(backend))
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    backend.refuses_credentials = True
    backend.revoke_tokens()
    terminal.press("ctrl+r")
    terminal.wait_for("Sign in")
    assert len(backend.sent("POST", "/tokens")) == 2
    asked = len(backend.requests)
    terminal.assert_never(lambda: len(backend.requests) > asked, watched)

    terminal.press("escape")
    terminal.wait_for("refused")
    terminal.wait_row("edge-1", HELD)
    for key in ("ctrl+r", "p", "p", "a"):
        terminal.press(key)
    terminal.assert_never(lambda: len(backend.requests) > asked, watched)
    terminal.press("escape", "q")
    assert terminal.wait_end() == 0


def test_operation_outlives_the_token_that_it_was_sent_with(
    open_terminal: OpenTerminal, backend: IndependentServer
) -> None:
    revoked = NetworkFault("POST /v3/771204/public_ips", network_faults.token_refused)
    backend.network_faults.append(revoked)
    terminal = open_terminal(environment=account_environment(backend), size=(160, 40))
    terminal.wait_row("edge-1", HELD)
    terminal.wait_live()
    add_public_ip(terminal, "down")
    terminal.wait_for(revoked.happened.is_set)
    terminal.wait_row("edge-2", "203.0.113.")
    assert len(backend.addresses_of(backend.servers[1])) == 1
    assert len(backend.sent("POST", "/public_ips")) == 2
    assert len(backend.sent("POST", "/tokens")) == 2
    quit_console(terminal)
