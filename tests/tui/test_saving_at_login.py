"""The login screen asks for a passcode if the account requires one, and saves a profile."""

from __future__ import annotations

from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.simulator import Account
from tests.support.console import SERVERS, WIDE, Console, Opening


class MemoryProfileStore:
    """Saves profiles in memory."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, Credentials, tuple[str, ...], str]] = []
        self.is_full = False

    def problem_with(self, name: str) -> str:
        return f'profile "{name}" already exists' if name == "acme" else ""

    def save(
        self,
        name: str,
        credentials: Credentials,
        regions: tuple[str, ...],
        identity_url: str,
        tenant: str | None = None,
    ) -> str:
        self.saved.append((name, credentials, regions, identity_url))
        if self.is_full:
            raise ValueError("no space left on device")
        return f'profile "{name}" saved in config.toml'


async def fill_in(console: Console, account: Account, profile: str, secret: str = "") -> None:
    """Type everything; the secret comes last, since Enter signs in once it is there."""
    await console.write(account.username)
    await console.press("tab", "tab", "tab", "tab")
    await console.write(profile)
    await console.press("shift+tab", "shift+tab", "shift+tab")
    await console.write(secret or account.api_key)
    await console.press("enter")


# Saving --------------------------------------------------------------------------------------


async def test_profile_is_saved_once_the_account_is_open(
    opened: Opening, demo_account: Account
) -> None:
    store = MemoryProfileStore()
    async with opened(WIDE, credentials=None, store=store) as console:
        assert "save as" in console.screen_text()
        await fill_in(console, demo_account, "beta", "wrong-key")
        assert store.saved == []
        await console.write(demo_account.api_key)
        await console.press("enter")
        await console.advance(2)
        ((name, credentials, regions, _),) = store.saved
        assert (name, regions) == ("beta", ("IAD",))
        assert credentials == Credentials(
            demo_account.username, api_key=Secret(demo_account.api_key)
        )
        shown = [message.text for message in console.app.front.messages]
        assert 'profile "beta" saved in config.toml' in shown


async def test_profile_without_a_name_is_not_saved(opened: Opening, demo_account: Account) -> None:
    store = MemoryProfileStore()
    async with opened(WIDE, credentials=None, store=store) as console:
        await fill_in(console, demo_account, "")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert store.saved == []


async def test_existing_name_is_rejected_before_the_sign_in(
    opened: Opening, demo_account: Account
) -> None:
    store = MemoryProfileStore()
    async with opened(WIDE, credentials=None, store=store) as console:
        await fill_in(console, demo_account, "acme")
        assert "already exists" in console.screen_text()
        assert demo_account.requests == []
        # The typed values are still there; only the name needs to change.
        await console.write("2")
        await console.press("enter")
        await console.advance(2)
        assert [name for name, *_ in store.saved] == ["acme2"]


async def test_failed_save_is_reported_and_the_account_is_open(
    opened: Opening, demo_account: Account
) -> None:
    store = MemoryProfileStore()
    store.is_full = True
    async with opened(WIDE, credentials=None, store=store) as console:
        await fill_in(console, demo_account, "beta")
        await console.advance(2)
        assert "not saved: no space left" in console.screen_text()
        assert len(console.names(SERVERS)) == 8


async def test_saving_is_not_offered_without_a_store(opened: Opening) -> None:
    async with opened(WIDE, credentials=None) as console:
        assert "save as" not in console.screen_text()


# The second factor ---------------------------------------------------------------------------


async def sign_in_by_password(console: Console, account: Account) -> None:
    await console.press("shift+tab", "space", "tab")
    await console.write(account.username)
    await console.press("tab")
    await console.write(account.password)
    await console.press("enter")


async def test_passcode_is_requested_and_opens_the_account(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.mfa = True
    async with opened(WIDE, credentials=None) as console:
        await sign_in_by_password(console, demo_account)
        assert "also requires a passcode" in console.screen_text()
        await console.write(demo_account.passcode)
        assert demo_account.passcode not in console.screen_text()
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
        assert demo_account.count("POST", "/tokens$") == 2


async def test_wrong_passcode_restarts_with_the_password(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.mfa = True
    async with opened(WIDE, credentials=None) as console:
        await sign_in_by_password(console, demo_account)
        await console.write("000000")
        await console.press("enter")
        assert "rejected" in console.screen_text()
        assert demo_account.count("POST", "/tokens$") == 2
        await console.write(demo_account.password)
        await console.press("enter")
        await console.write(demo_account.passcode)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"


async def test_configured_password_is_completed_by_a_passcode(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.mfa = True
    known = Credentials(demo_account.username, password=Secret(demo_account.password))
    async with opened(WIDE, credentials=known) as console:
        assert console.front == "LoginScreen"
        assert "also requires a passcode" in console.screen_text()
        await console.write(demo_account.passcode)
        await console.press("enter")
        await console.advance(2)
        assert console.front == "ConsoleScreen"
        assert len(console.names(SERVERS)) == 8
