"""Signing in: what is entered is told once, and a secret is never shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from rcv3_tui.settings import Credentials, Secret
from rcv3_tui.tui.screens.login import LoginScreen

from .conftest import Opened, Opener  # isort: skip

KEY = "k3y-of-acme"


def listen(dialog: Opened) -> list[object]:
    return dialog.desk.heard


def value(dialog: Opened, name: str) -> str:
    return dialog.desk.screen.query_one(f"#{name}", Input).value


async def sign_in(dialog: Opened) -> None:
    await dialog.type("acme")
    await dialog.press("enter")
    await dialog.type(KEY)
    await dialog.press("enter")


async def test_enter_goes_on_and_signs_in_once_a_secret_is_there(opened: Opener) -> None:
    async with opened(LoginScreen()) as dialog:
        heard = listen(dialog)
        await sign_in(dialog)
        (message,) = heard
        assert isinstance(message, LoginScreen.Submitted)
        assert message.credentials == Credentials("acme", api_key=Secret(KEY))
        assert (message.region, message.identity) == ("", "us")


async def test_a_password_is_told_as_such(opened: Opener) -> None:
    async with opened(LoginScreen()) as dialog:
        heard = listen(dialog)
        await dialog.press("shift+tab", "space", "tab")
        await dialog.type("acme")
        await dialog.press("tab")
        await dialog.type("pass word")
        await dialog.press("tab")
        await dialog.type("iad")
        await dialog.press("enter")
        (message,) = heard
        assert isinstance(message, LoginScreen.Submitted)
        assert message.credentials == Credentials("acme", password=Secret("pass word"))
        assert message.region == "IAD"


@pytest.mark.parametrize("key", ["left", "right", "space"])
async def test_the_kind_of_secret_is_switched_and_shown(opened: Opener, key: str) -> None:
    async with opened(LoginScreen(username="acme")) as dialog:
        assert "(*) API key  ( ) password" in dialog.picture
        await dialog.press("shift+tab", "shift+tab", key)
        assert "( ) API key  (*) password" in dialog.picture


async def test_a_secret_is_drawn_as_stars_and_in_no_repr(opened: Opener) -> None:
    async with opened(LoginScreen()) as dialog:
        heard = listen(dialog)
        await dialog.type("acme")
        await dialog.press("enter")
        await dialog.type(KEY)
        assert KEY not in dialog.picture
        assert "*" * len(KEY) in dialog.picture
        await dialog.press("enter")
        (message,) = heard
        assert isinstance(message, LoginScreen.Submitted)
        assert KEY not in repr(message)
        assert KEY not in repr(message.credentials)
        assert KEY not in repr(dialog.desk.screen)


async def test_a_secret_goes_to_no_clipboard(opened: Opener) -> None:
    async with opened(LoginScreen(username="acme")) as dialog:
        await dialog.type(KEY)
        field = dialog.desk.screen.query_one("#secret", Input)
        field.select_all()
        field.action_copy()
        field.action_cut()
        await dialog.press("ctrl+x")
        assert KEY not in dialog.desk.clipboard
        assert field.value == KEY


async def test_what_is_missing_is_said_and_nothing_is_told(opened: Opener) -> None:
    async with opened(LoginScreen()) as dialog:
        heard = listen(dialog)
        await dialog.pilot.click("#sign-in")
        await dialog.pilot.pause()
        assert "the user name is missing" in dialog.picture
        await dialog.type("acme")
        await dialog.pilot.click("#sign-in")
        await dialog.pilot.pause()
        assert "the API key is missing" in dialog.picture
        assert heard == []


async def test_while_it_is_tried_nothing_can_be_sent_again(opened: Opener) -> None:
    async with opened(LoginScreen()) as dialog:
        heard = listen(dialog)
        await sign_in(dialog)
        await dialog.press("enter", "enter")
        await dialog.pilot.click("#sign-in")
        assert len(heard) == 1
        assert "signing in as acme ..." in dialog.picture


async def test_a_refusal_is_shown_once_and_clears_the_secret_alone(opened: Opener) -> None:
    screen = LoginScreen()
    async with opened(screen) as dialog:
        heard = listen(dialog)
        await sign_in(dialog)
        screen.show_refusal("Identity refused [/] the API key of acme")
        await dialog.pilot.pause()
        assert dialog.picture.count("Identity refused [/] the API key of acme") == 1
        assert (value(dialog, "username"), value(dialog, "secret")) == ("acme", "")
        await dialog.type("other")
        await dialog.press("enter")
        assert len(heard) == 2


async def test_the_second_factor_is_asked_for_and_told(opened: Opener) -> None:
    screen = LoginScreen()
    async with opened(screen) as dialog:
        heard = listen(dialog)
        await sign_in(dialog)
        screen.ask_passcode()
        await dialog.pilot.pause()
        assert "passcode" in dialog.picture
        await dialog.press("enter")
        assert "the passcode is missing" in dialog.picture
        await dialog.type("123456")
        assert "123456" not in dialog.picture
        await dialog.press("enter")
        message = heard[-1]
        assert isinstance(message, LoginScreen.PasscodeEntered)
        assert message.passcode.reveal() == "123456"
        assert "123456" not in repr(message)


@pytest.mark.parametrize("key", ["escape", "ctrl+c", "ctrl+q"])
async def test_it_can_be_left(opened: Opener, key: str) -> None:
    async with opened(LoginScreen()) as dialog:
        heard = listen(dialog)
        await dialog.press(key)
        assert [type(message) for message in heard] == [LoginScreen.Abandoned]
        assert dialog.desk.reached == []


async def test_what_is_known_is_filled_in_and_the_first_empty_field_has_the_focus(
    opened: Opener,
) -> None:
    screen = LoginScreen(username="acme", region="DFW", identity="uk", message="[/] was refused")
    async with opened(screen) as dialog:
        focused = dialog.desk.screen.focused
        assert focused is not None
        assert focused.id == "secret"
        assert (value(dialog, "region"), value(dialog, "identity")) == ("DFW", "uk")
        assert "[/] was refused" in dialog.picture


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_it_works_at_every_size(opened: Opener, size: tuple[int, int]) -> None:
    async with opened(LoginScreen(ascii_only=True), size) as dialog:
        heard = listen(dialog)
        await sign_in(dialog)
        assert dialog.picture.isascii()
        assert len(heard) == 1


def test_credentials_with_a_secret_compare_by_it() -> None:
    one = Credentials("acme", api_key=Secret(KEY))
    assert one != replace(one, api_key=Secret("other"))
