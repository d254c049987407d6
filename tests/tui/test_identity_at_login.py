"""The login screen's address of Identity follows the rules of every other source of it."""

from __future__ import annotations

import pytest

from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from rcv3_tui.tui.screens.login import LoginScreen
from tests.support.console import IDENTITY, Console, Opening


async def submit(console: Console, account: Account, identity: str) -> None:
    credentials = Credentials(account.username, api_key=Secret(account.api_key))
    console.app.screen.post_message(LoginScreen.Submitted(credentials, "", identity))
    await console.settle()
    await console.advance(2)


@pytest.mark.parametrize(
    ("identity", "error"),
    [
        ("ukk", 'identity must be "us", "uk" or a URL'),
        ("http://192.0.2.1/v2.0", "identity must start with https://: plain http would"),
        ("https://me:secret@id.example", "identity must be a URL without user name and password"),
    ],
)
async def test_invalid_identity_url_shows_an_error_and_sends_nothing(
    opened: Opening, demo_account: Account, identity: str, error: str
) -> None:
    async with opened(credentials=None) as console:
        await submit(console, demo_account, identity)
        assert console.front == "LoginScreen"
        assert error in " ".join(console.screen_text().split())
        assert demo_account.requests == []
        await submit(console, demo_account, f"{IDENTITY}/tokens/")
        assert console.front == "ConsoleScreen"
