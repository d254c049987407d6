"""The removal dialog cannot be approved by accident."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events

from rcv3_tui.model.consequences import Item, Removal, Tier, removal_of_public_ips
from rcv3_tui.model.operation import Kind, Request, Target
from rcv3_tui.model.resources import PublicIP, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.screens.button import DialogButton
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.screens.guard import GuardFactory

from .conftest import Opened, Opener  # isort: skip

Build = Callable[..., ConfirmScreen]


def item(number: int = 3, name: str = "web-03") -> Item:
    return Item(
        kind="public IP",
        name=name,
        address=f"203.0.113.{number}",
        id=f"d95ae0c4-6ab8-4873-b82f-f8433840cf{number:02}",
        request=Request(
            kind=Kind.REMOVE_PUBLIC_IP,
            region="DFW",
            public_ip=Target(f"ip-{number}", f"203.0.113.{number}"),
        ),
    )


def removal(
    tier: Tier = 2,
    *items: Item,
    phrases: tuple[str, ...] = ("203.0.113.3", "web-03"),
    title: str = "Remove public IP 203.0.113.3 of web-03",
    verb: str = "Remove",
) -> Removal:
    return Removal(
        title=title,
        verb=verb,
        items=items or (item(),),
        consequences=("last public address of web-03: it cannot be reached from outside",),
        tier=tier,
        phrases=phrases,
        where=("acme", "DFW", "123456"),
    )


@pytest.fixture
def confirm(any_key: GuardFactory) -> Build:
    def build(what: Removal | None = None, *, ascii_only: bool = False) -> ConfirmScreen:
        return ConfirmScreen(what or removal(), ascii_only=ascii_only, guard=any_key)

    return build


@pytest.fixture
def timed(at_opening: Callable[[], float]) -> Build:
    """Build a dialog with the real guard, first painted at a known time."""

    def build(what: Removal | None = None) -> ConfirmScreen:
        return ConfirmScreen(what or removal(1), clock=at_opening)

    return build


def focus_of(dialog: Opened) -> str | None:
    focused = dialog.desk.screen.focused
    return None if focused is None else focused.id


# -- what it shows --------------------------------------------------------------------------------


async def test_it_names_what_goes_in_full_and_where_and_what_follows(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm()) as dialog:
        for words in (
            "Remove public IP 203.0.113.3 of web-03",
            "203.0.113.3",
            "web-03",
            "d95ae0c4-6ab8-4873-b82f-f8433840cf03",
            "acme \u00b7 DFW \u00b7 123456",
            "last public address of web-03: it cannot be reached from outside",
            "type 203.0.113.3 or web-03, then Tab and Enter to remove; Esc cancels",
        ):
            assert words in dialog.picture


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_focus_shows_without_colour(
    opened: Opener, confirm: Build, size: tuple[int, int]
) -> None:
    async with opened(confirm(removal(1)), size) as dialog:
        assert "> Cancel <  [ Remove ]" in dialog.picture
        await dialog.press("tab")
        assert "[ Cancel ]  > Remove <" in dialog.picture


async def test_an_inert_button_looks_inert(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        assert "> Cancel <  ( Remove )" in dialog.picture


@pytest.mark.parametrize("verb", ["Move", "Unassign", "Release"])
async def test_the_button_and_the_hint_say_what_is_done(
    opened: Opener, confirm: Build, verb: str
) -> None:
    async with opened(confirm(removal(1, verb=verb))) as dialog:
        assert f"[ {verb} ]" in dialog.picture
        assert f"Enter to {verb.lower()}" in dialog.picture


async def test_many_things_scroll_and_the_buttons_stay_in_view(
    opened: Opener, confirm: Build
) -> None:
    things = tuple(item(number, f"web-{number}") for number in range(10, 70))
    many = removal(2, *things, phrases=("60",), title="Remove 60 public IPs")
    async with opened(confirm(many)) as dialog:
        assert "203.0.113.10 " in dialog.picture
        assert "203.0.113.69" not in dialog.picture
        assert "> Cancel <" in dialog.picture
        assert "of 63; PgDn" in dialog.picture
        await dialog.press("end")
        assert "203.0.113.69" in dialog.picture
        assert "> Cancel <" in dialog.picture


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
@pytest.mark.parametrize("tier", [1, 2, 3])
async def test_it_works_at_every_size(
    opened: Opener, confirm: Build, size: tuple[int, int], tier: Tier
) -> None:
    async with opened(confirm(removal(tier)), size) as dialog:
        if tier > 1:
            await dialog.type("web-03")
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_a_size_that_changes_while_it_is_open_breaks_nothing(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm()) as dialog:
        for size in ((20, 5), (200, 60), (80, 24)):
            await dialog.pilot.resize_terminal(*size)
            await dialog.pilot.pause()
        assert "> Cancel <" in dialog.picture


@pytest.mark.parametrize("name", ["[bold red]x[/]", "[/]", "[/foo]", "[@click=app.quit]x", "a]b["])
async def test_a_name_that_looks_like_markup_is_shown_and_typed_as_it_is_spelled(
    opened: Opener, confirm: Build, name: str
) -> None:
    what = removal(2, item(3, name), phrases=(name,), title=f"Remove public IP of {name}")
    async with opened(confirm(what)) as dialog:
        assert f"Remove public IP of {name}" in dialog.picture
        await dialog.type(name)
        assert f"> {name}_" in dialog.picture
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_in_ascii_mode_nothing_else_is_drawn(opened: Opener, confirm: Build) -> None:
    what = removal(2, item(3, "w\u00e9b-\u30a6"), title="Remove w\u00e9b-\u30a6")
    async with opened(confirm(what, ascii_only=True)) as dialog:
        assert dialog.picture.isascii()
        assert "acme - DFW - 123456" in dialog.picture
        assert r"w\xe9b-\u30a6" in dialog.picture


# -- cancelling -----------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", [1, 2, 3])
async def test_cancel_has_the_focus_and_enter_on_it_cancels(
    opened: Opener, confirm: Build, tier: Tier
) -> None:
    async with opened(confirm(removal(tier))) as dialog:
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
@pytest.mark.parametrize("tier", [1, 2, 3])
async def test_escape_cancels_wherever_the_focus_is(
    opened: Opener, confirm: Build, key: str, tier: Tier
) -> None:
    async with opened(confirm(removal(tier))) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab", key)
        assert dialog.answers == [False]


async def test_escape_twice_answers_once(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        dialog.desk.at(1, "escape")
        dialog.desk.at(1, "escape")
        await dialog.pilot.pause()
        assert dialog.answers == [False]


# -- approving a light one ------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["tab", "right", "shift+tab"])
async def test_a_light_removal_is_approved_by_moving_and_enter(
    opened: Opener, confirm: Build, key: str
) -> None:
    async with opened(confirm(removal(1))) as dialog:
        await dialog.press(key)
        assert focus_of(dialog) == "approve"
        await dialog.press("enter")
        assert dialog.answers == [True]


@pytest.mark.parametrize("back", ["tab", "left", "shift+tab"])
async def test_moving_back_leads_to_cancel(opened: Opener, confirm: Build, back: str) -> None:
    async with opened(confirm(removal(1))) as dialog:
        await dialog.press("tab", back)
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


@pytest.mark.parametrize("key", ["y", "Y", "r", "d", "o", "space", "ctrl+d", "delete", "ctrl+j"])
async def test_no_letter_and_not_the_key_that_opened_it_approves(
    opened: Opener, confirm: Build, key: str
) -> None:
    async with opened(confirm(removal(1))) as dialog:
        await dialog.press(key)
        await dialog.press("tab", key)
        assert dialog.answers == []
        assert dialog.desk.reached == []


async def test_keys_that_wait_in_one_queue_act_one_after_the_other(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm(removal(1))) as dialog:
        for key in ("right", "left", "enter"):
            dialog.desk.at(1, key)
        await dialog.pilot.pause()
        assert dialog.answers == [False]


async def test_a_backspace_and_an_enter_in_one_queue_remove_nothing(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab")
        for key in ("backspace", "enter"):
            dialog.desk.at(1, key)
        await dialog.pilot.pause()
        assert dialog.answers == [False]


# -- approving a heavy one ------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["tab", "right", "left", "shift+tab"])
async def test_remove_is_inert_until_the_phrase_matches(
    opened: Opener, confirm: Build, key: str
) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type("web-0")
        await dialog.press(key)
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


@pytest.mark.parametrize("phrase", ["web-03", "203.0.113.3", " web-03 "])
async def test_any_of_the_phrases_arms_it(opened: Opener, confirm: Build, phrase: str) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type(phrase)
        assert "(matches)" in dialog.picture
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


@pytest.mark.parametrize("phrase", ["WEB-03", "web-033", "web03", "yes", "remove"])
async def test_nothing_else_arms_it(opened: Opener, confirm: Build, phrase: str) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type(phrase)
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


async def test_typing_the_phrase_alone_approves_nothing(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type("web-03")
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


async def test_typing_on_after_a_match_takes_the_focus_back_to_cancel(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab")
        assert focus_of(dialog) == "approve"
        await dialog.press("backspace")
        assert focus_of(dialog) == "cancel"
        assert "( Remove )" in dialog.picture
        await dialog.press("enter")
        assert dialog.answers == [False]


async def test_the_field_takes_letters_whichever_button_has_the_focus(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm(removal(2, phrases=("ab", "abc")))) as dialog:
        await dialog.type("ab")
        await dialog.press("tab", "c")
        assert "> abc_" in dialog.picture
        assert focus_of(dialog) == "approve"


async def test_ctrl_u_clears_the_field(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        await dialog.type("web-04")
        await dialog.press("ctrl+u")
        await dialog.type("web-03")
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_a_name_with_spaces_can_be_typed(opened: Opener, confirm: Build) -> None:
    async with opened(confirm(removal(2, phrases=("my web 03",)))) as dialog:
        await dialog.type("my web 03")
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_a_name_of_blanks_alone_never_arms_it(opened: Opener, confirm: Build) -> None:
    async with opened(confirm(removal(2, phrases=("  ", "")))) as dialog:
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


async def test_without_a_phrase_a_heavy_one_stays_inert(opened: Opener, confirm: Build) -> None:
    async with opened(confirm(removal(3, phrases=()))) as dialog:
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


# -- nothing slips through ------------------------------------------------------------------------


@pytest.mark.parametrize("tier", [1, 2])
async def test_no_key_reaches_the_app_underneath(
    opened: Opener, confirm: Build, tier: Tier
) -> None:
    async with opened(confirm(removal(tier))) as dialog:
        await dialog.press("q", "1", "ctrl+d", "ctrl+q", "ctrl+p", "tab", "space", "f5")
        assert dialog.desk.reached == []
        assert dialog.answers == []
        assert isinstance(dialog.desk.screen, ConfirmScreen)


async def test_after_it_is_closed_the_app_has_its_keys_again(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm()) as dialog:
        await dialog.press("escape")
        await dialog.press("1", "ctrl+d")
        assert dialog.desk.reached == ["1", "ctrl+d"]


async def test_pasted_text_is_swallowed(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        dialog.desk.post_message(events.Paste("web-03\t\r"))
        await dialog.pilot.pause()
        assert "(matches)" not in dialog.picture
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


async def test_without_any_focus_enter_cancels(opened: Opener, confirm: Build) -> None:
    async with opened(confirm(removal(1))) as dialog:
        dialog.desk.screen.set_focus(None)
        await dialog.press("enter")
        assert dialog.answers == [False]


# -- type-ahead -----------------------------------------------------------------------------------


async def test_enter_in_the_same_burst_as_the_opening_key_removes_nothing(
    opened: Opener, timed: Build
) -> None:
    async with opened(timed()) as dialog:
        for time, key in ((-0.01, "tab"), (0.0, "tab"), (0.001, "enter"), (0.002, "enter")):
            await dialog.at(time, key)
        assert dialog.answers == []
        assert focus_of(dialog) == "cancel"


async def test_no_key_is_taken_in_the_first_300_ms(opened: Opener, timed: Build) -> None:
    async with opened(timed(removal(2))) as dialog:
        for index, letter in enumerate("web-03"):
            await dialog.at(0.04 * index, letter)
        await dialog.at(0.29, "enter")
        assert dialog.answers == []
        assert "> _" in dialog.picture


async def test_a_burst_that_goes_on_past_300_ms_is_still_type_ahead(
    opened: Opener, timed: Build
) -> None:
    async with opened(timed()) as dialog:
        for index in range(20):
            await dialog.at(0.05 * index, "tab")
        await dialog.at(1.0, "enter")
        assert dialog.answers == []


async def test_after_a_pause_keys_are_taken(opened: Opener, timed: Build) -> None:
    async with opened(timed()) as dialog:
        await dialog.at(0.01, "enter")
        await dialog.at(0.6, "tab")
        await dialog.at(0.9, "enter")
        assert dialog.answers == [True]


async def test_a_pasted_line_that_brackets_do_not_mark_approves_nothing(
    opened: Opener, timed: Build
) -> None:
    async with opened(timed()) as dialog:
        for index, key in enumerate(("tab", "f", "o", "o", "enter")):
            await dialog.at(1.0 + 0.001 * index, key)
        assert dialog.answers == []
        assert "press it once more" in dialog.picture
        await dialog.at(1.5, "enter")
        assert dialog.answers == [True]


async def test_tab_and_enter_may_follow_each_other_at_once(opened: Opener, timed: Build) -> None:
    async with opened(timed()) as dialog:
        await dialog.at(1.0, "tab")
        await dialog.at(1.001, "enter")
        assert dialog.answers == [True]


async def test_the_name_tab_and_enter_may_come_in_one_go_after_a_pause(
    opened: Opener, timed: Build
) -> None:
    async with opened(timed(removal(2))) as dialog:
        for index, key in enumerate((*"web-03", "tab", "enter")):
            await dialog.at(1.0 + 0.001 * index, key)
        assert dialog.answers == [True]


async def test_escape_is_taken_at_any_time(opened: Opener, timed: Build) -> None:
    async with opened(timed()) as dialog:
        await dialog.at(0.0, "escape")
        assert dialog.answers == [False]


async def test_keys_that_came_before_the_first_picture_do_nothing(
    opened: Opener, any_key: GuardFactory
) -> None:
    screen = ConfirmScreen(removal(1), guard=any_key)
    async with opened(screen) as dialog:
        screen._guard = None
        await dialog.press("tab", "enter")
        assert dialog.answers == []


async def test_a_tab_that_came_back_from_the_screen_underneath_moves_no_focus(
    opened: Opener, confirm: Build
) -> None:
    async with opened(confirm(removal(1))) as dialog:
        for key in ("tab", "shift+tab"):
            late = events.Key(key, None)
            late._set_forwarded()
            dialog.desk.post_message(late)
            await dialog.pilot.pause()
            assert focus_of(dialog) == "cancel"


# -- the mouse ------------------------------------------------------------------------------------


async def test_a_click_on_remove_counts_once_it_is_armed(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        await dialog.pilot.click("#approve")
        assert dialog.answers == []
        await dialog.type("web-03")
        await dialog.pilot.click("#approve")
        assert dialog.answers == [True]


async def test_a_click_on_cancel_cancels(opened: Opener, confirm: Build) -> None:
    async with opened(confirm()) as dialog:
        await dialog.pilot.click("#cancel")
        assert dialog.answers == [False]


async def test_a_click_too_early_removes_nothing(opened: Opener, timed: Build) -> None:
    async with opened(timed()) as dialog:
        button = dialog.desk.screen.query_one("#approve", DialogButton)
        button.post_message(DialogButton.Clicked(button, 100.1))
        await dialog.pilot.pause()
        assert dialog.answers == []


# -- changed underneath ---------------------------------------------------------------------------


@pytest.mark.parametrize("tier", [1, 2])
async def test_what_changed_underneath_is_said_and_disarms_for_good(
    opened: Opener, confirm: Build, tier: Tier
) -> None:
    screen = confirm(removal(tier))
    async with opened(screen) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab")
        screen.targets_changed("203.0.113.3 is now on [/]")
        await dialog.pilot.pause()
        assert (
            "changed underneath: 203.0.113.3 is now on [/]; close and look again" in dialog.picture
        )
        assert focus_of(dialog) == "cancel"
        await dialog.press("ctrl+u")
        await dialog.type("web-03")
        await dialog.press("tab", "right")
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


def record(on: str) -> PublicIP:
    return PublicIP(
        id="IP-1", status="ACTIVE", address="203.0.113.1", server=ServerLink(id=on, name=on)
    )


async def test_a_later_picture_disarms_it_only_when_a_target_differs(
    opened: Opener, any_key: GuardFactory
) -> None:
    snapshot, _ = Snapshot(region="DFW").with_public_ips([record("web-03")])
    what = removal_of_public_ips(snapshot, ["ip-1"], profile="acme")
    screen = ConfirmScreen(what, guard=any_key)
    elsewhere = Snapshot(region="IAD")
    moved, _ = snapshot.with_public_ip(record("web-04"))
    async with opened(screen) as dialog:
        await dialog.type("web-03")
        screen.look_again(snapshot)
        screen.look_again(elsewhere)
        assert "(matches)" in dialog.picture
        screen.look_again(moved)
        await dialog.pilot.pause()
        assert not screen.is_armed
        assert "203.0.113.1 is now on web-04" in dialog.picture
