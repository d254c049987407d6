"""The login screen asks for a passcode where the account wants one, and keeps a profile."""

from __future__ import annotations

from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from rcv3_tui.tui.keeper import Kept
from tests.tui.builders import SERVERS, WIDE, Console, Opening


class Shelf:
    """Keeps profiles in memory."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Credentials, tuple[str, ...], str]] = []
        self.is_full = False

    def problem_with(self, name: str) -> str:
        return f'there is a profile "{name}" already' if name == "acme" else ""

    def keep(
        self, name: str, credentials: Credentials, regions: tuple[str, ...], identity_url: str
    ) -> Kept:
        self.kept.append((name, credentials, regions, identity_url))
        if self.is_full:
            return Kept("not kept: no space left on device", is_kept=False)
        return Kept(f'profile "{name}" is in config.toml', is_kept=True)


async def fill_in(console: Console, account: Account, profile: str, secret: str = "") -> None:
    """Type everything; the secret comes last, since Enter signs in once it is there."""
    await console.write(account.username)
    await console.press("tab", "tab", "tab", "tab")
    await console.write(profile)
    await console.press("shift+tab", "shift+tab", "shift+tab")
    await console.write(secret or account.api_key)
    await console.press("enter")


# Keeping -------------------------------------------------------------------------------------


async def test_a_profile_is_kept_once_the_account_is_open(
    opened: Opening, account: Account
) -> None:
    shelf = Shelf()
    async with opened(WIDE, credentials=None, keeper=shelf) as console:
        assert "save as" in console.screen_text()
        await fill_in(console, account, "beta", "wrong-key")
        assert shelf.kept == []
        await console.write(account.api_key)
        await console.press("enter")
        await console.advance(2)
        ((name, credentials, regions, _),) = shelf.kept
        assert (name, regions) == ("beta", ("IAD",))
        assert credentials == Credentials(account.username, api_key=Secret(account.api_key))
        said = [message.text for message in console.app.front.messages]
        assert 'profile "beta" is in config.toml' in said


async def test_without_a_name_nothing_is_kept(opened: Opening, account: Account) -> None:
    shelf = Shelf()
    async with opened(WIDE, credentials=None, keeper=shelf) as console:
        await fill_in(console, account, "")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert shelf.kept == []


async def test_a_name_that_is_taken_is_told_before_anything_is_tried(
    opened: Opening, account: Account
) -> None:
    shelf = Shelf()
    async with opened(WIDE, credentials=None, keeper=shelf) as console:
        await fill_in(console, account, "acme")
        assert "there is a profile" in console.screen_text()
        assert account.requests == []
        # What was typed is still there: only the name has to be mended.
        await console.write("2")
        await console.press("enter")
        await console.advance(2)
        assert [name for name, *_ in shelf.kept] == ["acme2"]


async def test_a_profile_that_cannot_be_kept_is_told_and_the_account_is_open(
    opened: Opening, account: Account
) -> None:
    shelf = Shelf()
    shelf.is_full = True
    async with opened(WIDE, credentials=None, keeper=shelf) as console:
        await fill_in(console, account, "beta")
        await console.advance(2)
        assert "not kept: no space left" in console.screen_text()
        assert len(console.names(SERVERS)) == 8


async def test_where_nothing_can_be_kept_it_is_not_offered(opened: Opening) -> None:
    async with opened(WIDE, credentials=None) as console:
        assert "save as" not in console.screen_text()


# The second factor ---------------------------------------------------------------------------


async def sign_in_by_password(console: Console, account: Account) -> None:
    await console.press("shift+tab", "space", "tab")
    await console.write(account.username)
    await console.press("tab")
    await console.write(account.password)
    await console.press("enter")


async def test_a_passcode_is_asked_for_and_opens_the_account(
    opened: Opening, account: Account
) -> None:
    account.mfa = True
    async with opened(WIDE, credentials=None) as console:
        await sign_in_by_password(console, account)
        assert "asks for a passcode" in console.screen_text()
        await console.write(account.passcode)
        assert account.passcode not in console.screen_text()
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
        assert account.count("POST", "/tokens$") == 2


async def test_a_wrong_passcode_begins_anew_with_the_password(
    opened: Opening, account: Account
) -> None:
    account.mfa = True
    async with opened(WIDE, credentials=None) as console:
        await sign_in_by_password(console, account)
        await console.write("000000")
        await console.press("enter")
        assert "refused" in console.screen_text()
        assert account.count("POST", "/tokens$") == 2
        await console.write(account.password)
        await console.press("enter")
        await console.write(account.passcode)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"


async def test_a_password_of_the_settings_is_completed_by_a_passcode(
    opened: Opening, account: Account
) -> None:
    account.mfa = True
    known = Credentials(account.username, password=Secret(account.password))
    async with opened(WIDE, credentials=known) as console:
        assert console.front == "LoginScreen"
        assert "asks for a passcode" in console.screen_text()
        await console.write(account.passcode)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
