"""A menu of a few choices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rcv3_tui.tui.screens.dialog import GuardFactory
from rcv3_tui.tui.screens.menu import MenuItem, MenuScreen

from .conftest import Opener  # isort: skip

CHOICES = (
    MenuItem("move", "m", "move it to another server"),
    MenuItem("unassign", "u", "take it off [/]", detail="keeps the address"),
    MenuItem("assign", "a", "assign it", disabled="it has a server"),
)

Build = Callable[..., MenuScreen]


@pytest.fixture
def menu(any_key: GuardFactory) -> Build:
    def build(*, current: str = "", ascii_only: bool = False) -> MenuScreen:
        return MenuScreen(
            "203.0.113.10 is with web-03",
            CHOICES,
            current=current,
            ascii_only=ascii_only,
            guard=any_key,
        )

    return build


async def test_every_choice_shows_letter_words_and_why_not(
    open_screen: Opener, menu: Build
) -> None:
    async with open_screen(menu()) as dialog:
        assert "m  move it to another server" in dialog.text
        assert "u  take it off [/]" in dialog.text
        assert "it has a server" in dialog.text


async def test_letter_chooses(open_screen: Opener, menu: Build) -> None:
    async with open_screen(menu()) as dialog:
        await dialog.press("u")
        assert dialog.answers == ["unassign"]


@pytest.mark.parametrize("down", ["down", "j", "tab", "ctrl+n"])
async def test_enter_chooses_the_row_under_the_cursor(
    open_screen: Opener, menu: Build, down: str
) -> None:
    async with open_screen(menu()) as dialog:
        await dialog.press(down, "enter")
        assert dialog.answers == ["unassign"]


async def test_cursor_starts_on_the_current_item(open_screen: Opener, menu: Build) -> None:
    async with open_screen(menu(current="unassign")) as dialog:
        await dialog.press("enter")
        assert dialog.answers == ["unassign"]


async def test_disabled_entry_shows_its_reason(open_screen: Opener, menu: Build) -> None:
    async with open_screen(menu()) as dialog:
        await dialog.press("a")
        assert dialog.answers == []
        assert "assign it cannot be chosen: it has a server" in dialog.text


async def test_escape_closes(open_screen: Opener, menu: Build) -> None:
    async with open_screen(menu()) as dialog:
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_letter_typed_ahead_chooses_nothing(
    open_screen: Opener, at_opening: Callable[[], float]
) -> None:
    async with open_screen(MenuScreen("What?", CHOICES, clock=at_opening)) as dialog:
        await dialog.at(0.0, "m")
        await dialog.at(0.01, "enter")
        assert dialog.answers == []
        assert "2 keys ignored (possible type-ahead)" in dialog.text
        await dialog.at(0.5, "m")
        assert dialog.answers == ["move"]


async def test_no_key_reaches_the_app_below_a_dialog(open_screen: Opener, menu: Build) -> None:
    async with open_screen(menu()) as dialog:
        await dialog.press("q", "1", "ctrl+d", "space")
        assert dialog.harness.reached == []
        assert dialog.answers == []


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_dialog_fits_every_size(
    open_screen: Opener, menu: Build, size: tuple[int, int]
) -> None:
    async with open_screen(menu(ascii_only=True), size) as dialog:
        assert dialog.text.isascii()
        await dialog.press("down", "enter")
        assert dialog.answers == ["unassign"]


async def test_ignored_letter_is_named_and_moves_are_accepted_early(
    open_screen: Opener, at_opening: Callable[[], float]
) -> None:
    async with open_screen(MenuScreen("What?", CHOICES, clock=at_opening)) as dialog:
        await dialog.at(0.1, "down")
        await dialog.at(0.2, "m", "m")
        assert "m ignored (possible type-ahead); press it again" in dialog.text
        await dialog.at(0.5, "enter")
        assert dialog.answers == ["unassign"]


async def test_key_for_a_dialog_that_closes_reaches_what_is_below(
    open_screen: Opener, menu: Build
) -> None:
    async with open_screen(menu()) as dialog:
        dialog.harness.at(1.0, "escape")
        dialog.harness.at(1.0, "1", "1")
        await dialog.pilot.pause()
        assert dialog.answers == [None]
        assert dialog.harness.reached == ["1"]
