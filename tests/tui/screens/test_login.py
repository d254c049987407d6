"""The login screen: input is posted once, and a secret is never shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from rcv3_tui.settings import Credentials, Secret, SecretKind
from rcv3_tui.tui.screens.login import LoginScreen

from .conftest import Opened, Opener  # isort: skip

KEY = "k3y-of-acme"


def listen(dialog: Opened) -> list[object]:
    return dialog.harness.posted


def value(dialog: Opened, name: str) -> str:
    return dialog.harness.screen.query_one(f"#{name}", Input).value


async def sign_in(dialog: Opened) -> None:
    await dialog.type("acme")
    await dialog.press("enter")
    await dialog.type(KEY)
    await dialog.press("enter")


async def test_enter_goes_to_the_next_field_and_signs_in_with_a_secret(open_screen: Opener) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await sign_in(dialog)
        (message,) = posted
        assert isinstance(message, LoginScreen.Submitted)
        assert message.credentials == Credentials("acme", api_key=Secret(KEY))
        assert (message.region, message.identity) == ("", "us")


async def test_password_is_submitted_as_a_password(open_screen: Opener) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await dialog.press("shift+tab", "space", "tab")
        await dialog.type("acme")
        await dialog.press("tab")
        await dialog.type("pass word")
        await dialog.press("tab")
        await dialog.type("iad")
        await dialog.press("enter")
        (message,) = posted
        assert isinstance(message, LoginScreen.Submitted)
        assert message.credentials == Credentials("acme", password=Secret("pass word"))
        assert message.region == "IAD"


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (("right",), "( ) API key  (*) password  ( ) token"),
        (("space",), "( ) API key  (*) password  ( ) token"),
        (("left",), "( ) API key  ( ) password  (*) token"),
        (("right", "right"), "( ) API key  ( ) password  (*) token"),
        (("right", "right", "right"), "(*) API key  ( ) password  ( ) token"),
    ],
)
async def test_kind_of_secret_is_switched_and_shown(
    open_screen: Opener, keys: tuple[str, ...], shown: str
) -> None:
    async with open_screen(LoginScreen(username="acme")) as dialog:
        assert "(*) API key  ( ) password" in dialog.text
        await dialog.press("shift+tab", "shift+tab", *keys)
        assert shown in dialog.text


async def test_token_is_asked_for_with_its_tenant_and_without_a_user(open_screen: Opener) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await dialog.press("shift+tab", "left")
        assert "user name" not in dialog.text
        await dialog.press("enter")
        await dialog.type("123456")
        await dialog.press("enter")
        await dialog.type(KEY)
        assert KEY not in dialog.text
        await dialog.press("enter")
        (message,) = posted
        assert isinstance(message, LoginScreen.Submitted)
        assert message.credentials == Credentials(token=Secret(KEY))
        assert message.tenant == "123456"
        assert "signing in with the token ..." in dialog.text


async def test_missing_tenant_of_a_token_is_reported(open_screen: Opener) -> None:
    async with open_screen(LoginScreen(kind=SecretKind.TOKEN)) as dialog:
        posted = listen(dialog)
        await dialog.pilot.click("#sign-in")
        await dialog.pilot.pause()
        assert "the tenant is missing" in dialog.text
        await dialog.type("1")
        await dialog.pilot.click("#sign-in")
        await dialog.pilot.pause()
        assert "the token is missing" in dialog.text
        assert posted == []


async def test_known_tenant_leaves_only_the_token_to_type(open_screen: Opener) -> None:
    screen = LoginScreen(kind=SecretKind.TOKEN, tenant="123456", message="the token has expired")
    async with open_screen(screen) as dialog:
        focused = dialog.harness.screen.focused
        assert focused is not None
        assert focused.id == "secret"
        assert value(dialog, "tenant") == "123456"
        assert "the token has expired" in dialog.text


async def test_secret_is_drawn_as_stars_and_in_no_repr(open_screen: Opener) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await dialog.type("acme")
        await dialog.press("enter")
        await dialog.type(KEY)
        assert KEY not in dialog.text
        assert "*" * len(KEY) in dialog.text
        await dialog.press("enter")
        (message,) = posted
        assert isinstance(message, LoginScreen.Submitted)
        assert KEY not in repr(message)
        assert KEY not in repr(message.credentials)
        assert KEY not in repr(dialog.harness.screen)


async def test_secret_is_never_copied_to_the_clipboard(open_screen: Opener) -> None:
    async with open_screen(LoginScreen(username="acme")) as dialog:
        await dialog.type(KEY)
        field = dialog.harness.screen.query_one("#secret", Input)
        field.select_all()
        field.action_copy()
        field.action_cut()
        await dialog.press("ctrl+x")
        assert KEY not in dialog.harness.clipboard
        assert field.value == KEY


async def test_missing_field_is_reported_and_nothing_is_posted(open_screen: Opener) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await dialog.pilot.click("#sign-in")
        await dialog.pilot.pause()
        assert "the user name is missing" in dialog.text
        await dialog.type("acme")
        await dialog.pilot.click("#sign-in")
        await dialog.pilot.pause()
        assert "the API key is missing" in dialog.text
        assert posted == []


async def test_nothing_can_be_submitted_during_a_sign_in(open_screen: Opener) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await sign_in(dialog)
        await dialog.press("enter", "enter")
        await dialog.pilot.click("#sign-in")
        assert len(posted) == 1
        assert "signing in as acme ..." in dialog.text


async def test_refusal_is_shown_once_and_clears_the_secret_alone(open_screen: Opener) -> None:
    screen = LoginScreen()
    async with open_screen(screen) as dialog:
        posted = listen(dialog)
        await sign_in(dialog)
        screen.show_refusal("Identity rejected [/] the API key of acme")
        await dialog.pilot.pause()
        assert dialog.text.count("Identity rejected [/] the API key of acme") == 1
        assert (value(dialog, "username"), value(dialog, "secret")) == ("acme", "")
        await dialog.type("other")
        await dialog.press("enter")
        assert len(posted) == 2


async def test_passcode_is_requested_and_posted(open_screen: Opener) -> None:
    screen = LoginScreen()
    async with open_screen(screen) as dialog:
        posted = listen(dialog)
        await sign_in(dialog)
        screen.ask_passcode()
        await dialog.pilot.pause()
        assert "passcode" in dialog.text
        await dialog.press("enter")
        assert "the passcode is missing" in dialog.text
        await dialog.type("123456")
        assert "123456" not in dialog.text
        await dialog.press("enter")
        message = posted[-1]
        assert isinstance(message, LoginScreen.PasscodeEntered)
        assert message.passcode.reveal() == "123456"
        assert "123456" not in repr(message)


@pytest.mark.parametrize("key", ["escape", "ctrl+c", "ctrl+q"])
async def test_login_can_be_left(open_screen: Opener, key: str) -> None:
    async with open_screen(LoginScreen()) as dialog:
        posted = listen(dialog)
        await dialog.press(key)
        assert [type(message) for message in posted] == [LoginScreen.Abandoned]
        assert dialog.harness.reached == []


async def test_known_values_are_filled_in_and_the_first_empty_field_is_focused(
    open_screen: Opener,
) -> None:
    screen = LoginScreen(username="acme", region="DFW", identity="uk", message="[/] was refused")
    async with open_screen(screen) as dialog:
        focused = dialog.harness.screen.focused
        assert focused is not None
        assert focused.id == "secret"
        assert (value(dialog, "region"), value(dialog, "identity")) == ("DFW", "uk")
        assert "[/] was refused" in dialog.text


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_dialog_fits_every_size(open_screen: Opener, size: tuple[int, int]) -> None:
    async with open_screen(LoginScreen(ascii_only=True), size) as dialog:
        posted = listen(dialog)
        await sign_in(dialog)
        assert dialog.text.isascii()
        assert len(posted) == 1


def test_credentials_with_a_secret_compare_by_it() -> None:
    one = Credentials("acme", api_key=Secret(KEY))
    assert one != replace(one, api_key=Secret("other"))
