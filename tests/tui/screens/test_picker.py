"""Choosing servers from a long list by typing a part of what is wanted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events

from rcv3_tui.tui.screens.dialog import GuardFactory
from rcv3_tui.tui.screens.picker import Entry, PickerScreen
from rcv3_tui.tui.widgets.entry_list import EntryList

from .conftest import Opener  # isort: skip

SERVERS = (
    Entry("s1", "web-01", "10.0.0.1 ACTIVE"),
    Entry("s2", "web-02", "10.0.0.2 ACTIVE", disabled="has 203.0.113.10"),
    Entry("s3", "db-01", "10.0.1.1 ACTIVE"),
    Entry("s4", "[bold red]x[/]", "[/]"),
    Entry("s5", "Web-10", "10.0.0.10 SHUTOFF"),
)

Build = Callable[..., PickerScreen]


@pytest.fixture
def picker(any_key: GuardFactory) -> Build:
    def build(
        entries: tuple[Entry, ...] = SERVERS,
        *,
        multiple: bool = False,
        preselected: tuple[str, ...] = (),
        cursor: str = "",
        ascii_only: bool = False,
    ) -> PickerScreen:
        return PickerScreen(
            "Add [which] servers?",
            entries,
            multiple=multiple,
            preselected=preselected,
            cursor=cursor,
            ascii_only=ascii_only,
            guard=any_key,
        )

    return build


async def test_enter_takes_the_row_under_the_cursor(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.press("enter")
        assert dialog.answers == [("s1",)]


@pytest.mark.parametrize(("cursor", "taken"), [("s5", "s5"), ("s2", "s1"), ("gone", "s1")])
async def test_cursor_starts_on_the_given_entry_if_it_can_be_chosen(
    open_screen: Opener, picker: Build, cursor: str, taken: str
) -> None:
    async with open_screen(picker(cursor=cursor)) as dialog:
        await dialog.press("enter")
        assert dialog.answers == [(taken,)]


async def test_names_are_shown_literally(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        assert "[bold red]x[/]" in dialog.text
        assert "Add [which] servers?" in dialog.text


async def test_typed_text_filters_at_once_ignoring_case(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.type("WEB")
        assert "3 of 5" in dialog.text
        assert "db-01" not in dialog.text


async def test_several_words_have_all_to_be_there(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.type("web shutoff")
        assert "1 of 5" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == [("s5",)]


async def test_taking_letters_back_widens_the_list_again(
    open_screen: Opener, picker: Build
) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.type("db")
        await dialog.press("backspace", "backspace")
        assert "5 of 5" in dialog.text


async def test_cursor_stays_on_its_entry_while_filtering(
    open_screen: Opener, picker: Build
) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.press("down", "down", "down", "down")
        await dialog.type("web")
        await dialog.press("enter")
        assert dialog.answers == [("s5",)]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("down", "down"), "s3"),
        (("ctrl+n", "ctrl+n"), "s3"),
        (("end", "ctrl+p", "up"), "s3"),
        (("pagedown",), "s5"),
        (("end", "pageup"), "s1"),
        (("end", "home"), "s1"),
        (("up",), "s1"),
    ],
)
async def test_keys_move_the_cursor(
    open_screen: Opener, picker: Build, keys: tuple[str, ...], chosen: str
) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.press(*keys, "enter")
        assert dialog.answers == [(chosen,)]


async def test_disabled_entry_shows_its_reason(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        assert "has 203.0.113.10" in dialog.text
        await dialog.press("down", "enter")
        assert dialog.answers == []
        assert "web-02 cannot be chosen: has 203.0.113.10" in dialog.text


async def test_cursor_starts_on_an_entry_that_can_be_chosen(
    open_screen: Opener, picker: Build
) -> None:
    async with open_screen(picker(SERVERS[1:])) as dialog:
        await dialog.press("enter")
        assert dialog.answers == [("s3",)]


@pytest.mark.parametrize("key", ["tab", "space"])
async def test_marks_are_taken_in_the_order_of_the_list(
    open_screen: Opener, picker: Build, key: str
) -> None:
    async with open_screen(picker(multiple=True)) as dialog:
        await dialog.press("end", key, "home", key)
        assert "2 marked" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == [("s1", "s5")]


async def test_marks_that_the_filter_hides_are_counted_and_taken(
    open_screen: Opener, picker: Build
) -> None:
    async with open_screen(picker(multiple=True)) as dialog:
        await dialog.press("tab")
        await dialog.type("db")
        assert "1 of 5, 1 marked (1 hidden)" in dialog.text
        await dialog.press("tab", "enter")
        assert dialog.answers == [("s1", "s3")]


async def test_mark_can_be_taken_back(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker(multiple=True)) as dialog:
        await dialog.press("tab", "end", "tab", "home", "tab")
        assert "1 marked" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == [("s5",)]


async def test_disabled_entry_cannot_be_marked_or_preselected(
    open_screen: Opener, picker: Build
) -> None:
    async with open_screen(picker(multiple=True, preselected=("s2", "s3"))) as dialog:
        assert "1 marked" in dialog.text
        await dialog.press("down", "tab")
        assert "1 marked" not in dialog.text
        assert "cannot be chosen" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == [("s3",)]


async def test_escape_clears_the_filter_and_then_closes(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.type("db")
        await dialog.press("escape")
        assert "5 of 5" in dialog.text
        assert dialog.answers == []
        await dialog.press("escape")
        assert dialog.answers == [None]


async def test_filter_without_matches_shows_a_note_and_chooses_nothing(
    open_screen: Opener, picker: Build
) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.type("zzz")
        assert "0 of 5: nothing matches" in dialog.text
        await dialog.press("enter", "down", "up", "end")
        assert dialog.answers == []


async def test_empty_list_shows_a_note(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker(())) as dialog:
        assert "the list is empty" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == []


async def test_letters_typed_ahead_filter_and_an_enter_typed_ahead_does_nothing(
    open_screen: Opener, at_opening: Callable[[], float]
) -> None:
    async with open_screen(PickerScreen("Which?", SERVERS, clock=at_opening)) as dialog:
        await dialog.at(-0.01, "d")
        await dialog.at(0.0, "b")
        await dialog.at(0.01, "enter")
        assert dialog.answers == []
        assert "Enter ignored (possible type-ahead); press it again" in dialog.text
        assert "> db_" in dialog.text
        await dialog.at(0.5, "enter")
        assert dialog.answers == [("s3",)]


async def test_pasted_text_chooses_nothing(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        dialog.harness.post_message(events.Paste("db\r"))
        await dialog.pilot.pause()
        assert dialog.answers == []


async def test_no_key_reaches_the_app_below_a_dialog(open_screen: Opener, picker: Build) -> None:
    async with open_screen(picker()) as dialog:
        await dialog.press("q", "1", "ctrl+d", "tab", "ctrl+q", "ctrl+p")
        assert dialog.harness.reached == []


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
async def test_dialog_fits_every_size(
    open_screen: Opener, picker: Build, size: tuple[int, int]
) -> None:
    async with open_screen(picker(multiple=True), size) as dialog:
        await dialog.type("db")
        await dialog.press("tab", "enter")
        assert dialog.answers == [("s3",)]


async def test_in_ascii_mode_nothing_else_is_drawn(open_screen: Opener, picker: Build) -> None:
    entries = (Entry("a", "w\u00e9b-01", "\u30a6\u30a7\u30d6"), Entry("b", "x" * 100))
    async with open_screen(picker(entries, multiple=True, ascii_only=True)) as dialog:
        assert dialog.text.isascii()
        assert r"w\xe9b-01" in dialog.text


async def test_ten_thousand_entries_are_filtered_and_only_the_visible_drawn(
    open_screen: Opener, picker: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = tuple(
        Entry(str(n), f"server-{n:05}", f"10.0.{n // 256}.{n % 256}") for n in range(10_000)
    )
    drawn: list[int] = []
    draw = EntryList.render_line

    def counted(self: EntryList, y: int) -> object:
        drawn.append(y)
        return draw(self, y)

    monkeypatch.setattr(EntryList, "render_line", counted)
    async with open_screen(picker(entries)) as dialog:
        await dialog.type("09999")
        assert "1 of 10000" in dialog.text
        drawn.clear()
        await dialog.press("escape", "down")
        assert 0 < len(drawn) < 200
        await dialog.press("end", "enter")
        assert dialog.answers == [("9999",)]
