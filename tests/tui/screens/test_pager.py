"""Text to read: it scrolls, can be searched, and is shown as it is spelled."""

from __future__ import annotations

import pytest

from rcv3_tui.tui.screens.pager import PagerScreen
from rcv3_tui.tui.widgets.styled_lines import Span, StyledLine, styled

from .conftest import Opener  # isort: skip

HUNDRED = [f"line {number}" for number in range(1, 101)]


@pytest.mark.parametrize("text", ["[bold red]x[/]", "[/]", "[/foo]", "a [link=x]b", "\\[x]"])
async def test_lines_and_title_are_shown_literally(open_screen: Opener, text: str) -> None:
    async with open_screen(PagerScreen(f"About {text}", [text])) as dialog:
        assert dialog.text.count(text) == 2


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
        (("ctrl+d",), "line 11"),
        (("ctrl+d", "ctrl+d", "ctrl+u"), "line 11"),
    ],
)
async def test_keys_scroll(open_screen: Opener, keys: tuple[str, ...], top: str) -> None:
    async with open_screen(PagerScreen("t", HUNDRED)) as dialog:
        await dialog.press(*keys)
        assert dialog.text.split("\n")[2].strip(" \u2502") == top


async def test_pager_shows_the_position(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", HUNDRED)) as dialog:
        assert "1-20 of 100" in dialog.text
        await dialog.press("G")
        assert "81-100 of 100" in dialog.text


async def test_short_text_shows_no_position(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", ["one"])) as dialog:
        assert " of " not in dialog.text


async def test_long_lines_are_broken_at_the_width_and_nothing_is_lost(open_screen: Opener) -> None:
    words = " ".join(f"word{number}" for number in range(100))
    async with open_screen(PagerScreen("t", [words]), (40, 50)) as dialog:
        assert all(f"word{number}" in dialog.text for number in range(100))


async def test_escape_closes(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", ["one"])) as dialog:
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_q_closes_even_with_a_search(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", HUNDRED)) as dialog:
        assert "q closes" in dialog.text
        await dialog.press("slash", "q", "enter")
        assert dialog.answers == []
        await dialog.press("q")
        assert dialog.answers == [None]


async def test_search_goes_to_the_first_match_and_steps_through_all(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", HUNDRED)) as dialog:
        await dialog.press("slash")
        await dialog.type("LINE 9")
        await dialog.press("enter")
        assert "1 of 11, n N step" in dialog.text
        await dialog.press("n")
        assert "2 of 11" in dialog.text
        assert "line 90" in dialog.text
        await dialog.press("N", "N")
        assert "11 of 11" in dialog.text
        assert "line 99" in dialog.text


async def test_letters_of_a_search_are_no_commands(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", HUNDRED, wanted={"y": "raw"})) as dialog:
        await dialog.press("slash")
        await dialog.type("yGj")
        assert "/yGj_  no match" in dialog.text
        assert "1-20" not in dialog.text
        await dialog.press("escape")
        assert dialog.answers == []
        assert "1-20 of 100" in dialog.text


async def test_escape_clears_the_search_and_then_closes(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", HUNDRED)) as dialog:
        await dialog.press("slash", "9", "enter", "escape")
        assert "Esc clears" not in dialog.text
        assert dialog.answers == []
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_search_that_is_markup_or_a_pattern_is_taken_literally(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", ["a.*b", "axxb", "[/]"])) as dialog:
        await dialog.press("slash")
        await dialog.type(".*")
        await dialog.press("enter")
        assert "1 of 1" in dialog.text
        await dialog.press("slash")
        await dialog.type("[/]")
        assert "/[/]_" in dialog.text


async def test_other_lines_leave_the_reader_where_he_is(open_screen: Opener) -> None:
    screen = PagerScreen("t", HUNDRED)
    async with open_screen(screen) as dialog:
        await dialog.press("pagedown")
        screen.set_lines([line.replace("line", "row") for line in HUNDRED])
        await dialog.pilot.pause()
        assert dialog.text.split("\n")[2].strip(" \u2502") == "row 20"


async def test_fewer_lines_than_were_scrolled_past_show_the_last(open_screen: Opener) -> None:
    screen = PagerScreen("t", HUNDRED)
    async with open_screen(screen) as dialog:
        await dialog.press("G")
        screen.set_lines(["the only one"])
        await dialog.pilot.pause()
        assert "the only one" in dialog.text


async def test_search_continues_in_new_lines(open_screen: Opener) -> None:
    screen = PagerScreen("t", ["state ADDING"])
    async with open_screen(screen) as dialog:
        await dialog.press("slash")
        await dialog.type("active")
        await dialog.press("enter")
        assert "no match" in dialog.text
        screen.set_lines(["state ACTIVE"])
        await dialog.pilot.pause()
        assert "1 of 1" in dialog.text


async def test_lines_given_as_a_function_are_asked_for_again(open_screen: Opener) -> None:
    ages = iter(["12s", "13s"])
    screen = PagerScreen("t", lambda: [f"age {next(ages)}"])
    async with open_screen(screen) as dialog:
        assert "age 12s" in dialog.text
        screen.reload()
        await dialog.pilot.pause()
        assert "age 13s" in dialog.text


async def test_callers_keys_post_a_message(open_screen: Opener) -> None:
    screen = PagerScreen("t", ["one"], wanted={"y": "raw JSON"})
    async with open_screen(screen) as dialog:
        assert "y raw JSON" in dialog.text
        await dialog.press("y", "d")
        (message,) = dialog.harness.posted
        assert isinstance(message, PagerScreen.Wanted)
        assert (message.key, message.screen) == ("y", screen)


async def test_no_key_reaches_the_app_below_a_dialog(open_screen: Opener) -> None:
    async with open_screen(PagerScreen("t", HUNDRED)) as dialog:
        await dialog.press("1", "ctrl+d", "tab", "ctrl+q")
        assert dialog.harness.reached == []


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_dialog_fits_every_size(open_screen: Opener, size: tuple[int, int]) -> None:
    async with open_screen(PagerScreen("t", HUNDRED), size) as dialog:
        await dialog.press("G", "slash", "5", "enter", "n", "escape", "escape")
        assert dialog.answers == [None]


async def test_in_ascii_mode_nothing_else_is_drawn(open_screen: Opener) -> None:
    lines = [StyledLine("caf\u00e9 x", (Span(5, 6, "failed"),)), styled("\u2192", "ok")]
    async with open_screen(PagerScreen("\u00fcber", lines, ascii_only=True)) as dialog:
        assert dialog.text.isascii()
        assert r"caf\xe9 x" in dialog.text


async def test_resize_preserves_the_top_line(open_screen: Opener) -> None:
    long = [f"{number:03} " + "x" * 100 for number in range(100)]
    async with open_screen(PagerScreen("t", long)) as dialog:
        for _ in range(10):
            await dialog.press("j")
        await dialog.pilot.resize_terminal(50, 24)
        await dialog.pilot.pause()
        await dialog.pilot.pause()
        assert dialog.text.split("\n")[2].strip(" \u2502").startswith("003")
