"""Text to read: it scrolls, can be searched, and is shown as it is spelled."""

from __future__ import annotations

import pytest

from rcv3_tui.tui.screens.lines import Line, Span, toned
from rcv3_tui.tui.screens.text import TextScreen

from .conftest import Opener  # isort: skip

HUNDRED = [f"line {number}" for number in range(1, 101)]


@pytest.mark.parametrize("text", ["[bold red]x[/]", "[/]", "[/foo]", "a [link=x]b", "\\[x]"])
async def test_lines_and_title_are_shown_as_they_are_spelled(opened: Opener, text: str) -> None:
    async with opened(TextScreen(f"About {text}", [text])) as dialog:
        assert dialog.picture.count(text) == 2


@pytest.mark.parametrize(
    ("keys", "top"),
    [
        (("j", "down"), "line 3"),
        (("j", "j", "k", "up"), "line 1"),
        (("pagedown",), "line 20"),
        (("space", "pageup"), "line 1"),
        (("ctrl+f", "ctrl+b"), "line 1"),
        (("G", "g"), "line 1"),
        (("end",), "line 81"),
        (("G",), "line 81"),
        (("G", "home", "enter"), "line 2"),
    ],
)
async def test_keys_scroll(opened: Opener, keys: tuple[str, ...], top: str) -> None:
    async with opened(TextScreen("t", HUNDRED)) as dialog:
        await dialog.press(*keys)
        assert dialog.picture.split("\n")[2].strip(" \u2502") == top


async def test_it_says_where_in_the_text_one_is(opened: Opener) -> None:
    async with opened(TextScreen("t", HUNDRED)) as dialog:
        assert "1-20 of 100" in dialog.picture
        await dialog.press("G")
        assert "81-100 of 100" in dialog.picture


async def test_a_short_text_says_nothing_of_it(opened: Opener) -> None:
    async with opened(TextScreen("t", ["one"])) as dialog:
        assert " of " not in dialog.picture


async def test_long_lines_are_broken_at_the_width_and_nothing_is_lost(opened: Opener) -> None:
    words = " ".join(f"word{number}" for number in range(100))
    async with opened(TextScreen("t", [words]), (40, 50)) as dialog:
        assert all(f"word{number}" in dialog.picture for number in range(100))


async def test_escape_closes(opened: Opener) -> None:
    async with opened(TextScreen("t", ["one"])) as dialog:
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_a_search_goes_to_the_first_match_and_steps_through_all(opened: Opener) -> None:
    async with opened(TextScreen("t", HUNDRED)) as dialog:
        await dialog.press("slash")
        await dialog.type("LINE 9")
        await dialog.press("enter")
        assert "1 of 11, n N step" in dialog.picture
        await dialog.press("n")
        assert "2 of 11" in dialog.picture
        assert "line 90" in dialog.picture
        await dialog.press("N", "N")
        assert "11 of 11" in dialog.picture
        assert "line 99" in dialog.picture


async def test_letters_of_a_search_are_no_commands(opened: Opener) -> None:
    async with opened(TextScreen("t", HUNDRED, wanted={"y": "raw"})) as dialog:
        await dialog.press("slash")
        await dialog.type("yGj")
        assert "/yGj_  no match" in dialog.picture
        assert "1-20" not in dialog.picture
        await dialog.press("escape")
        assert dialog.answers == []
        assert "1-20 of 100" in dialog.picture


async def test_escape_clears_the_search_and_then_closes(opened: Opener) -> None:
    async with opened(TextScreen("t", HUNDRED)) as dialog:
        await dialog.press("slash", "9", "enter", "escape")
        assert "Esc closes" in dialog.picture
        assert dialog.answers == []
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_a_search_that_is_markup_or_a_pattern_is_taken_literally(opened: Opener) -> None:
    async with opened(TextScreen("t", ["a.*b", "axxb", "[/]"])) as dialog:
        await dialog.press("slash")
        await dialog.type(".*")
        await dialog.press("enter")
        assert "1 of 1" in dialog.picture
        await dialog.press("slash")
        await dialog.type("[/]")
        assert "/[/]_" in dialog.picture


async def test_other_lines_leave_the_reader_where_he_is(opened: Opener) -> None:
    screen = TextScreen("t", HUNDRED)
    async with opened(screen) as dialog:
        await dialog.press("pagedown")
        screen.set_lines([line.replace("line", "row") for line in HUNDRED])
        await dialog.pilot.pause()
        assert dialog.picture.split("\n")[2].strip(" \u2502") == "row 20"


async def test_fewer_lines_than_were_scrolled_past_show_the_last(opened: Opener) -> None:
    screen = TextScreen("t", HUNDRED)
    async with opened(screen) as dialog:
        await dialog.press("G")
        screen.set_lines(["the only one"])
        await dialog.pilot.pause()
        assert "the only one" in dialog.picture


async def test_a_search_goes_on_in_other_lines(opened: Opener) -> None:
    screen = TextScreen("t", ["state ADDING"])
    async with opened(screen) as dialog:
        await dialog.press("slash")
        await dialog.type("active")
        await dialog.press("enter")
        assert "no match" in dialog.picture
        screen.set_lines(["state ACTIVE"])
        await dialog.pilot.pause()
        assert "1 of 1" in dialog.picture


async def test_lines_given_as_a_function_are_asked_for_again(opened: Opener) -> None:
    ages = iter(["12s", "13s"])
    screen = TextScreen("t", lambda: [f"age {next(ages)}"])
    async with opened(screen) as dialog:
        assert "age 12s" in dialog.picture
        screen.reload()
        await dialog.pilot.pause()
        assert "age 13s" in dialog.picture


async def test_the_callers_keys_are_told_to_the_caller(opened: Opener) -> None:
    screen = TextScreen("t", ["one"], wanted={"y": "raw JSON"})
    async with opened(screen) as dialog:
        assert "y raw JSON" in dialog.picture
        await dialog.press("y", "d")
        (message,) = dialog.desk.heard
        assert isinstance(message, TextScreen.Wanted)
        assert (message.key, message.screen) == ("y", screen)


async def test_no_key_reaches_the_app_underneath(opened: Opener) -> None:
    async with opened(TextScreen("t", HUNDRED)) as dialog:
        await dialog.press("q", "1", "ctrl+d", "tab", "ctrl+q")
        assert dialog.desk.reached == []


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_it_works_at_every_size(opened: Opener, size: tuple[int, int]) -> None:
    async with opened(TextScreen("t", HUNDRED), size) as dialog:
        await dialog.press("G", "slash", "5", "enter", "n", "escape", "escape")
        assert dialog.answers == [None]


async def test_in_ascii_mode_nothing_else_is_drawn(opened: Opener) -> None:
    lines = [Line("caf\u00e9 x", (Span(5, 6, "failed"),)), toned("\u2192", "ok")]
    async with opened(TextScreen("\u00fcber", lines, ascii_only=True)) as dialog:
        assert dialog.picture.isascii()
        assert r"caf\xe9 x" in dialog.picture


async def test_a_resize_keeps_the_line_on_top(opened: Opener) -> None:
    long = [f"{number:03} " + "x" * 100 for number in range(100)]
    async with opened(TextScreen("t", long)) as dialog:
        for _ in range(10):
            await dialog.press("j")
        await dialog.pilot.resize_terminal(50, 24)
        await dialog.pilot.pause()
        await dialog.pilot.pause()
        assert dialog.picture.split("\n")[2].strip(" \u2502").startswith("003")
