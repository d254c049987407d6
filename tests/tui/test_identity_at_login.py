"""The login screen's address of Identity follows the rules of every other source of it."""

from __future__ import annotations

import pytest

from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from rcv3_tui.tui.screens.login import LoginScreen
from tests.tui.builders import IDENTITY, Console, Opening


async def submit(console: Console, account: Account, identity: str) -> None:
    credentials = Credentials(account.username, api_key=Secret(account.api_key))
    console.app.screen.post_message(LoginScreen.Submitted(credentials, "", identity))
    await console.settle()
    await console.advance(2)


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("ukk", 'identity must be "us", "uk" or a URL'),
        ("http://192.0.2.1/v2.0", "identity must start with https://: plain http would send"),
        ("https://me:secret@id.example", "identity must be a URL without user name and password"),
    ],
)
async def test_a_wrong_address_is_told_and_nothing_is_sent(
    opened: Opening, account: Account, identity: str, told: str
) -> None:
    async with opened(credentials=None) as console:
        await submit(console, account, identity)
        assert console.front == "LoginScreen"
        assert told in " ".join(console.screen_text().split())
        assert account.requests == []
        await submit(console, account, f"{IDENTITY}/tokens/")
        assert console.front == "ConsoleScreen"
