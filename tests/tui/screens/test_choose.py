"""A menu of a few choices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rcv3_tui.tui.screens.choose import Choice, ChooseScreen
from rcv3_tui.tui.screens.guard import GuardFactory

from .conftest import Opener  # isort: skip

CHOICES = (
    Choice("move", "m", "move it to another server"),
    Choice("unassign", "u", "take it off [/]", detail="keeps the address"),
    Choice("assign", "a", "assign it", disabled="it has a server"),
)

Build = Callable[..., ChooseScreen]


@pytest.fixture
def menu(any_key: GuardFactory) -> Build:
    def build(*, current: str = "", ascii_only: bool = False) -> ChooseScreen:
        return ChooseScreen(
            "203.0.113.10 is with web-03",
            CHOICES,
            current=current,
            ascii_only=ascii_only,
            guard=any_key,
        )

    return build


async def test_every_choice_shows_letter_words_and_why_not(opened: Opener, menu: Build) -> None:
    async with opened(menu()) as dialog:
        assert "m  move it to another server" in dialog.picture
        assert "u  take it off [/]" in dialog.picture
        assert "it has a server" in dialog.picture


async def test_a_letter_chooses(opened: Opener, menu: Build) -> None:
    async with opened(menu()) as dialog:
        await dialog.press("u")
        assert dialog.answers == ["unassign"]


@pytest.mark.parametrize("down", ["down", "j", "tab", "ctrl+n"])
async def test_enter_chooses_the_row_under_the_cursor(
    opened: Opener, menu: Build, down: str
) -> None:
    async with opened(menu()) as dialog:
        await dialog.press(down, "enter")
        assert dialog.answers == ["unassign"]


async def test_the_cursor_begins_on_what_holds_now(opened: Opener, menu: Build) -> None:
    async with opened(menu(current="unassign")) as dialog:
        await dialog.press("enter")
        assert dialog.answers == ["unassign"]


async def test_what_cannot_be_chosen_says_why(opened: Opener, menu: Build) -> None:
    async with opened(menu()) as dialog:
        await dialog.press("a")
        assert dialog.answers == []
        assert "assign it cannot be chosen: it has a server" in dialog.picture


async def test_escape_closes(opened: Opener, menu: Build) -> None:
    async with opened(menu()) as dialog:
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_a_letter_typed_ahead_chooses_nothing(
    opened: Opener, at_opening: Callable[[], float]
) -> None:
    async with opened(ChooseScreen("What?", CHOICES, clock=at_opening)) as dialog:
        await dialog.at(0.0, "m")
        await dialog.at(0.01, "enter")
        assert dialog.answers == []
        await dialog.at(0.5, "m")
        assert dialog.answers == ["move"]


async def test_no_key_reaches_the_app_underneath(opened: Opener, menu: Build) -> None:
    async with opened(menu()) as dialog:
        await dialog.press("q", "1", "ctrl+d", "space")
        assert dialog.desk.reached == []
        assert dialog.answers == []


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_it_works_at_every_size(opened: Opener, menu: Build, size: tuple[int, int]) -> None:
    async with opened(menu(ascii_only=True), size) as dialog:
        assert dialog.picture.isascii()
        await dialog.press("down", "enter")
        assert dialog.answers == ["unassign"]
