"""Tokens that end in the middle of a session, and credentials that do."""

from __future__ import annotations

from tests.terminal import mishaps
from tests.terminal.conftest import Opener, account_of, leave
from tests.terminal.mishaps import Mishap
from tests.terminal.stranger import Stranger

POOLS = 20
HELD = "203.0.113.71"


def test_a_token_that_is_revoked_under_many_calls_is_replaced_once(opened: Opener) -> None:
    stranger = Stranger(pools=POOLS)
    try:
        # Kept between two starts, so that the second one begins with many calls and no sign-in.
        first = opened(environment=account_of(stranger), size=(120, 40))
        first.wait_for(lambda: " live " in first.lines[0])
        leave(first)
        stranger.revoke_tokens()
        stranger.requests.clear()
        # All of them arrive before the first of them is answered.
        stranger.delays["GET /v"] = 1.0
        second = opened(environment=account_of(stranger), size=(120, 40), home=first.home)
        second.wait_row("edge-1", HELD)
        second.wait_for(lambda: " live " in second.lines[0])
        assert len(stranger.sent("POST", "/tokens")) == 1

        stranger.revoke_tokens()
        second.press("ctrl+r")
        second.wait_for(lambda: len(stranger.sent("POST", "/tokens")) == 2)
        second.never(lambda: len(stranger.sent("POST", "/tokens")) > 2, 3.0)
        second.wait_for(lambda: " live " in second.lines[0])
        leave(second)
    finally:
        stranger.stop()


def test_credentials_that_are_not_taken_any_more_are_tried_once_and_asked_for(
    opened: Opener, stranger: Stranger
) -> None:
    terminal = opened("--refresh", "2", environment=account_of(stranger))
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    stranger.refuses_credentials = True
    stranger.revoke_tokens()
    terminal.wait_for("Sign in")
    assert len(stranger.sent("POST", "/tokens")) == 2
    asked = len(stranger.requests)
    terminal.never(lambda: len(stranger.requests) > asked, 6.0)

    terminal.press("escape")
    terminal.wait_for("refused")
    terminal.wait_row("edge-1", HELD)
    for key in ("ctrl+r", "p", "p", "a"):
        terminal.press(key)
    terminal.never(lambda: len(stranger.requests) > asked, 3.0)
    terminal.press("q")
    assert terminal.wait_end() == 0


def test_an_operation_outlives_the_token_that_it_was_sent_with(
    opened: Opener, stranger: Stranger
) -> None:
    stranger.life = 0.4
    revoked = Mishap("POST /v3/771204/public_ips", mishaps.token_refused)
    stranger.mishaps.append(revoked)
    terminal = opened(environment=account_of(stranger), size=(160, 40))
    terminal.wait_row("edge-1", HELD)
    terminal.wait_for(lambda: " live " in terminal.lines[0])
    terminal.press("down", "a")
    terminal.wait_for(revoked.happened.is_set)
    terminal.wait_row("edge-2", "203.0.113.")
    assert len(stranger.addresses_of(stranger.servers[1])) == 1
    assert len(stranger.sent("POST", "/public_ips")) == 2
    assert len(stranger.sent("POST", "/tokens")) == 2
    leave(terminal)
