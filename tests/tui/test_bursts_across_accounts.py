"""Commands that arrive in one burst while another account or region is being opened."""

from __future__ import annotations

import asyncio

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.tui.commands import accounts
from tests.support.console import Console
from tests.tui.commands.test_accounts import Two

FIRST = ("profile other", "region DFW", "profile", "q")
SECOND = ("profile acme", "region DFW", "stop", "readonly on", "ips")
SLOW = pytest.mark.slow
KEYS = ("colon", pytest.param("slash", marks=SLOW), "ctrl+p", pytest.param("d", marks=SLOW))
PAIRS = [
    pytest.param(first, second, marks=[] if first == FIRST[0] or second == SECOND[0] else SLOW)
    for first in FIRST
    for second in SECOND
]
"""Two commands; in the fast pass one of the two opens an account."""


@pytest.fixture
def two(clock: ManualClock) -> Two:
    return Two(clock)


def burst(console: Console, *keys: str) -> None:
    for key in keys:
        console.send(key, 1.0)


def typed(text: str) -> tuple[str, ...]:
    return ("colon", *("space" if letter == " " else letter for letter in text), "enter")


async def comes_to_rest(console: Console) -> None:
    """Let threads and queues finish, and see that the console still takes keys."""
    for _ in range(30):
        await console.pilot.pause(0.005)
    app = console.app
    assert_alive(console)
    if app.return_code is not None:
        return
    for _ in range(4):
        burst(console, "escape")
        await console.pilot.pause(0.01)
    await console.settle()
    assert_alive(console)
    assert app.screen.is_current


def assert_alive(console: Console) -> None:
    assert console.app.crash is None
    assert console.app._exception is None


@pytest.mark.parametrize("key", KEYS)
async def test_queued_key_does_not_change_an_account_opened_meanwhile(two: Two, key: str) -> None:
    async with two.opened() as console:
        app = console.app
        for turns in range(12):
            console.send(key, 1.0)
            # The account is opened after each of the steps that a key takes.
            for _ in range(turns):
                await asyncio.sleep(0)
            profile = ("other", "acme")[turns % 2]
            if key == "ctrl+p":
                # Textual cannot close a palette that is not mounted yet.
                accounts._open(app.front, profile)
                while app.settings.profile != profile:
                    await console.pilot.pause(0.005)
            else:
                app.open_account(two.settings(profile))
            for _ in range(3):
                await console.pilot.pause(0.005)
            assert_alive(console)
            while app.screen is not app._console:
                app.pop_screen()
            await console.pilot.pause(0.005)
            assert_alive(console)


async def test_keys_after_a_switch_go_to_the_opened_account(
    two: Two,
) -> None:
    async with two.opened() as console:
        console.send("colon", 1.0)
        for _ in range(4):
            await asyncio.sleep(0)
        console.app.open_account(two.settings("other"))
        for _ in range(5):
            await console.pilot.pause(0.01)
        assert console.app.front.takes_text


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_two_commands_in_one_burst(two: Two, first: str, second: str) -> None:
    async with two.opened() as console:
        burst(console, *typed(first), *typed(second))
        await comes_to_rest(console)


async def test_changing_key_for_the_account_before_is_reported(two: Two) -> None:
    async with two.opened() as console:
        before = console.app.front
        console.app.open_account(two.settings("other"))
        before.action_command("retain")
        await console.settle()
        texts = [message.text for message in console.app.front.messages]
        assert any("retain was not run: another account was opened" in text for text in texts)
