"""The removal dialog cannot be approved by accident."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events

from rcv3_tui.model.operation import OperationKind, Request, Target
from rcv3_tui.model.removal_plan import (
    ConfirmationLevel,
    RemovalItem,
    RemovalPlan,
    removal_of_public_ips,
)
from rcv3_tui.model.resources import PublicIP, ServerLink
from rcv3_tui.model.snapshot import Snapshot
from rcv3_tui.tui.screens.confirm import ConfirmScreen
from rcv3_tui.tui.screens.dialog import GuardFactory
from rcv3_tui.tui.widgets.dialog_button import DialogButton

from .conftest import Opened, Opener  # isort: skip

Build = Callable[..., ConfirmScreen]


def item(number: int = 3, name: str = "web-03") -> RemovalItem:
    return RemovalItem(
        kind="public IP",
        name=name,
        address=f"203.0.113.{number}",
        id=f"d95ae0c4-6ab8-4873-b82f-f8433840cf{number:02}",
        request=Request(
            kind=OperationKind.REMOVE_PUBLIC_IP,
            region="DFW",
            public_ip=Target(f"ip-{number}", f"203.0.113.{number}"),
        ),
    )


def removal(
    level: ConfirmationLevel = 2,
    *items: RemovalItem,
    phrases: tuple[str, ...] = ("203.0.113.3", "web-03"),
    title: str = "Remove public IP 203.0.113.3 of web-03",
    verb: str = "Remove",
) -> RemovalPlan:
    return RemovalPlan(
        title=title,
        verb=verb,
        items=items or (item(),),
        consequences=("last public address of web-03: it cannot be reached from outside",),
        level=level,
        confirmation_phrases=phrases,
        where=("acme", "DFW", "123456"),
    )


@pytest.fixture
def confirm(any_key: GuardFactory) -> Build:
    def build(what: RemovalPlan | None = None, *, ascii_only: bool = False) -> ConfirmScreen:
        return ConfirmScreen(what or removal(), ascii_only=ascii_only, guard=any_key)

    return build


@pytest.fixture
def timed(at_opening: Callable[[], float]) -> Build:
    """Build a dialog with the real guard, first painted at a known time."""

    def build(what: RemovalPlan | None = None) -> ConfirmScreen:
        return ConfirmScreen(what or removal(1), clock=at_opening)

    return build


def focus_of(dialog: Opened) -> str | None:
    focused = dialog.harness.screen.focused
    return None if focused is None else focused.id


# -- what it shows --------------------------------------------------------------------------------


async def test_dialog_names_subject_place_and_consequences(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm()) as dialog:
        for words in (
            "Remove public IP 203.0.113.3 of web-03",
            "203.0.113.3",
            "web-03",
            "d95ae0c4-6ab8-4873-b82f-f8433840cf03",
            "acme \u00b7 DFW \u00b7 123456",
            "last public address of web-03: it cannot be reached from outside",
            "type 203.0.113.3 or web-03, then Tab and Enter to remove; Esc cancels",
        ):
            assert words in dialog.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_focus_shows_without_color(
    open_screen: Opener, confirm: Build, size: tuple[int, int]
) -> None:
    async with open_screen(confirm(removal(1)), size) as dialog:
        assert "> Cancel <  [ Remove ]" in dialog.text
        await dialog.press("tab")
        assert "[ Cancel ]  > Remove <" in dialog.text


async def test_disarmed_button_is_drawn_disarmed(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        assert "> Cancel <  ( Remove )" in dialog.text


@pytest.mark.parametrize("verb", ["Move", "Unassign", "Release"])
async def test_button_and_hint_name_the_action(
    open_screen: Opener, confirm: Build, verb: str
) -> None:
    async with open_screen(confirm(removal(1, verb=verb))) as dialog:
        assert f"[ {verb} ]" in dialog.text
        assert f"Enter to {verb.lower()}" in dialog.text


async def test_several_things_are_listed_in_columns(open_screen: Opener, confirm: Build) -> None:
    things = (item(3, "db"), item(110, "a-long-name"), item(7, ""))
    async with open_screen(confirm(removal(2, *things, phrases=("3 addresses",)))) as dialog:
        rows = [line.strip(" │") for line in dialog.text.split("\n") if "203.0.113." in line]
        assert "203.0.113.3    db           d95ae0c4" in rows[1]
        assert "203.0.113.110  a-long-name  d95ae0c4" in rows[2]
        assert "203.0.113.7    -            d95ae0c4" in rows[3]
        assert "- takes less than a minute at 30 requests a minute" in dialog.text
        assert "type 3 addresses, then Tab and Enter" in dialog.text


async def test_many_things_scroll_and_the_buttons_stay_in_view(
    open_screen: Opener, confirm: Build
) -> None:
    things = tuple(item(number, f"web-{number}") for number in range(10, 70))
    many = removal(2, *things, phrases=("60",), title="Remove 60 public IPs")
    async with open_screen(confirm(many)) as dialog:
        assert "203.0.113.10  web-10  d95ae0c4" in dialog.text
        assert "- takes about 6 minutes at 30 requests a minute" in dialog.text
        assert "203.0.113.69" not in dialog.text
        assert "> Cancel <" in dialog.text
        assert "of 64; PgDn" in dialog.text
        await dialog.press("end")
        assert "203.0.113.69" in dialog.text
        assert "> Cancel <" in dialog.text


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (120, 40), (5, 2)])
@pytest.mark.parametrize("level", [1, 2, 3])
async def test_dialog_fits_every_size(
    open_screen: Opener, confirm: Build, size: tuple[int, int], level: ConfirmationLevel
) -> None:
    async with open_screen(confirm(removal(level)), size) as dialog:
        if level > 1:
            await dialog.type("web-03")
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_resize_of_an_open_dialog_breaks_nothing(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        for size in ((20, 5), (200, 60), (80, 24)):
            await dialog.pilot.resize_terminal(*size)
            await dialog.pilot.pause()
        assert "> Cancel <" in dialog.text


@pytest.mark.parametrize("name", ["[bold red]x[/]", "[/]", "[/foo]", "[@click=app.quit]x", "a]b["])
async def test_name_with_markup_is_shown_and_typed_literally(
    open_screen: Opener, confirm: Build, name: str
) -> None:
    what = removal(2, item(3, name), phrases=(name,), title=f"Remove public IP of {name}")
    async with open_screen(confirm(what)) as dialog:
        assert f"Remove public IP of {name}" in dialog.text
        await dialog.type(name)
        assert f"> {name}_" in dialog.text
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_in_ascii_mode_nothing_else_is_drawn(open_screen: Opener, confirm: Build) -> None:
    what = removal(2, item(3, "w\u00e9b-\u30a6"), title="Remove w\u00e9b-\u30a6")
    async with open_screen(confirm(what, ascii_only=True)) as dialog:
        assert dialog.text.isascii()
        assert "acme - DFW - 123456" in dialog.text
        assert r"w\xe9b-\u30a6" in dialog.text


# -- cancelling -----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2, 3])
async def test_cancel_has_the_focus_and_enter_on_it_cancels(
    open_screen: Opener, confirm: Build, level: ConfirmationLevel
) -> None:
    async with open_screen(confirm(removal(level))) as dialog:
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
@pytest.mark.parametrize("level", [1, 2, 3])
async def test_escape_cancels_wherever_the_focus_is(
    open_screen: Opener, confirm: Build, key: str, level: ConfirmationLevel
) -> None:
    async with open_screen(confirm(removal(level))) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab", key)
        assert dialog.answers == [False]


async def test_escape_twice_answers_once(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        dialog.harness.at(1, "escape")
        dialog.harness.at(1, "escape")
        await dialog.pilot.pause()
        assert dialog.answers == [False]


# -- approving a light one ------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["tab", "right", "shift+tab"])
async def test_light_removal_is_approved_by_moving_and_enter(
    open_screen: Opener, confirm: Build, key: str
) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        await dialog.press(key)
        assert focus_of(dialog) == "approve"
        await dialog.press("enter")
        assert dialog.answers == [True]


@pytest.mark.parametrize("back", ["tab", "left", "shift+tab"])
async def test_moving_back_leads_to_cancel(open_screen: Opener, confirm: Build, back: str) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        await dialog.press("tab", back)
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


@pytest.mark.parametrize("key", ["y", "Y", "r", "d", "o", "space", "ctrl+d", "delete", "ctrl+j"])
async def test_no_letter_and_not_the_key_that_opened_it_approves(
    open_screen: Opener, confirm: Build, key: str
) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        await dialog.press(key)
        await dialog.press("tab", key)
        assert dialog.answers == []
        assert dialog.harness.reached == []


async def test_keys_that_wait_in_one_queue_act_one_after_the_other(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        for key in ("right", "left", "enter"):
            dialog.harness.at(1, key)
        await dialog.pilot.pause()
        assert dialog.answers == [False]


async def test_backspace_and_an_enter_in_one_queue_remove_nothing(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab")
        for key in ("backspace", "enter"):
            dialog.harness.at(1, key)
        await dialog.pilot.pause()
        assert dialog.answers == [False]


# -- approving a heavy one ------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["tab", "right", "left", "shift+tab"])
async def test_remove_is_inert_until_the_phrase_matches(
    open_screen: Opener, confirm: Build, key: str
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type("web-0")
        await dialog.press(key)
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == [False]


@pytest.mark.parametrize("phrase", ["web-03", "203.0.113.3", " web-03 "])
async def test_each_of_the_phrases_arms_the_dialog(
    open_screen: Opener, confirm: Build, phrase: str
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type(phrase)
        assert "(matches)" in dialog.text
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


@pytest.mark.parametrize("phrase", ["WEB-03", "web-033", "web03", "yes", "remove"])
async def test_other_text_does_not_arm_the_dialog(
    open_screen: Opener, confirm: Build, phrase: str
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type(phrase)
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


async def test_enter_after_the_phrase_moves_to_remove(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type("web-03")
        assert focus_of(dialog) == "cancel"
        await dialog.press("enter")
        assert dialog.answers == []
        assert focus_of(dialog) == "approve"
        assert "matches: Remove has the focus; Enter to remove; Esc cancels" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == [True]


async def test_enter_cancels_after_a_deliberate_return_to_cancel(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab", "tab", "enter")
        assert dialog.answers == [False]


async def test_phrase_and_two_enters_in_one_burst_approve_nothing(
    open_screen: Opener, timed: Build
) -> None:
    async with open_screen(timed(removal(2))) as dialog:
        for number, letter in enumerate("web-03"):
            await dialog.at(1 + number * 0.2, letter, letter)
        await dialog.at(3.0, "enter")
        await dialog.at(3.01, "enter")
        assert dialog.answers == []
        assert "Enter ignored (possible type-ahead)" in dialog.text
        await dialog.at(4.0, "enter")
        assert dialog.answers == [True]


async def test_typing_on_after_a_match_takes_the_focus_back_to_cancel(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab")
        assert focus_of(dialog) == "approve"
        await dialog.press("backspace")
        assert focus_of(dialog) == "cancel"
        assert "( Remove )" in dialog.text
        await dialog.press("enter")
        assert dialog.answers == [False]


async def test_field_takes_letters_whichever_button_has_the_focus(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm(removal(2, phrases=("ab", "abc")))) as dialog:
        await dialog.type("ab")
        await dialog.press("tab", "c")
        assert "> abc_" in dialog.text
        assert focus_of(dialog) == "approve"


async def test_ctrl_u_clears_the_field(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.type("web-04")
        await dialog.press("ctrl+u")
        await dialog.type("web-03")
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_name_with_spaces_can_be_typed(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm(removal(2, phrases=("my web 03",)))) as dialog:
        await dialog.type("my web 03")
        await dialog.press("tab", "enter")
        assert dialog.answers == [True]


async def test_name_of_blanks_never_arms_the_dialog(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm(removal(2, phrases=("  ", "")))) as dialog:
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


async def test_heavy_removal_without_a_phrase_stays_disarmed(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm(removal(3, phrases=()))) as dialog:
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


# -- nothing slips through ------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2])
async def test_no_key_reaches_the_app_below_a_dialog(
    open_screen: Opener, confirm: Build, level: ConfirmationLevel
) -> None:
    async with open_screen(confirm(removal(level))) as dialog:
        await dialog.press("q", "1", "ctrl+d", "ctrl+q", "ctrl+p", "tab", "space", "f5")
        assert dialog.harness.reached == []
        assert dialog.answers == []
        assert isinstance(dialog.harness.screen, ConfirmScreen)


async def test_app_receives_keys_after_the_dialog_closed(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.press("escape")
        await dialog.press("1", "ctrl+d")
        assert dialog.harness.reached == ["1", "ctrl+d"]


async def test_pasted_text_is_swallowed(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        dialog.harness.post_message(events.Paste("web-03\t\r"))
        await dialog.pilot.pause()
        assert "(matches)" not in dialog.text
        await dialog.press("tab", "enter")
        assert dialog.answers == [False]


async def test_enter_without_focus_cancels(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        dialog.harness.screen.set_focus(None)
        await dialog.press("enter")
        assert dialog.answers == [False]


# -- type-ahead -----------------------------------------------------------------------------------


async def test_enter_in_the_same_burst_as_the_opening_key_removes_nothing(
    open_screen: Opener, timed: Build
) -> None:
    async with open_screen(timed()) as dialog:
        for time, key in ((-0.01, "tab"), (0.0, "tab"), (0.001, "enter"), (0.002, "enter")):
            await dialog.at(time, key)
        assert dialog.answers == []
        assert focus_of(dialog) == "cancel"


async def test_no_key_is_taken_in_the_first_300_ms(open_screen: Opener, timed: Build) -> None:
    async with open_screen(timed(removal(2))) as dialog:
        for index, letter in enumerate("web-03"):
            await dialog.at(0.04 * index, letter)
        await dialog.at(0.29, "enter")
        assert dialog.answers == []
        assert "> _" in dialog.text
        assert "7 keys ignored (possible type-ahead)" in dialog.text


async def test_burst_longer_than_300_ms_is_still_type_ahead(
    open_screen: Opener, timed: Build
) -> None:
    async with open_screen(timed()) as dialog:
        for index in range(20):
            await dialog.at(0.05 * index, "tab")
        await dialog.at(1.0, "enter")
        assert dialog.answers == []


async def test_after_a_pause_keys_are_taken(open_screen: Opener, timed: Build) -> None:
    async with open_screen(timed()) as dialog:
        await dialog.at(0.01, "enter")
        await dialog.at(0.6, "tab")
        await dialog.at(0.9, "enter")
        assert dialog.answers == [True]


async def test_pasted_line_that_brackets_do_not_mark_approves_nothing(
    open_screen: Opener, timed: Build
) -> None:
    async with open_screen(timed()) as dialog:
        for index, key in enumerate(("tab", "f", "o", "o", "enter")):
            await dialog.at(1.0 + 0.001 * index, key)
        assert dialog.answers == []
        assert "press it again" in dialog.text
        await dialog.at(1.5, "enter")
        assert dialog.answers == [True]


async def test_tab_and_enter_may_follow_each_other_at_once(
    open_screen: Opener, timed: Build
) -> None:
    async with open_screen(timed()) as dialog:
        await dialog.at(1.0, "tab")
        await dialog.at(1.001, "enter")
        assert dialog.answers == [True]


async def test_name_tab_and_enter_may_arrive_together_after_a_pause(
    open_screen: Opener, timed: Build
) -> None:
    async with open_screen(timed(removal(2))) as dialog:
        for index, key in enumerate((*"web-03", "tab", "enter")):
            await dialog.at(1.0 + 0.001 * index, key)
        assert dialog.answers == [True]


async def test_escape_is_taken_at_any_time(open_screen: Opener, timed: Build) -> None:
    async with open_screen(timed()) as dialog:
        await dialog.at(0.0, "escape")
        assert dialog.answers == [False]


async def test_keys_before_the_first_paint_do_nothing(
    open_screen: Opener, any_key: GuardFactory
) -> None:
    screen = ConfirmScreen(removal(1), guard=any_key)
    async with open_screen(screen) as dialog:
        screen._guard = None
        await dialog.press("tab", "enter")
        assert dialog.answers == []


async def test_tab_forwarded_by_the_screen_below_moves_no_focus(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        for key in ("tab", "shift+tab"):
            late = events.Key(key, None)
            late._set_forwarded()
            dialog.harness.post_message(late)
            await dialog.pilot.pause()
            assert focus_of(dialog) == "cancel"


# -- the mouse ------------------------------------------------------------------------------------


async def test_click_on_remove_counts_once_it_is_armed(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.pilot.click("#approve")
        assert dialog.answers == []
        await dialog.type("web-03")
        await dialog.pilot.click("#approve")
        assert dialog.answers == [True]


async def test_click_on_cancel_cancels(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.pilot.click("#cancel")
        assert dialog.answers == [False]


async def test_click_too_early_removes_nothing(open_screen: Opener, timed: Build) -> None:
    async with open_screen(timed()) as dialog:
        button = dialog.harness.screen.query_one("#approve", DialogButton)
        button.post_message(DialogButton.Clicked(button, 100.1))
        await dialog.pilot.pause()
        assert dialog.answers == []


# -- drift ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2])
async def test_drift_is_shown_and_disarms_permanently(
    open_screen: Opener, confirm: Build, level: ConfirmationLevel
) -> None:
    screen = confirm(removal(level))
    async with open_screen(screen) as dialog:
        await dialog.type("web-03")
        await dialog.press("tab")
        screen.targets_changed("203.0.113.3 is now on [/]")
        await dialog.pilot.pause()
        assert "changed meanwhile: 203.0.113.3 is now on [/]; close and check again" in dialog.text
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


async def test_later_snapshot_disarms_it_only_if_a_target_differs(
    open_screen: Opener, any_key: GuardFactory
) -> None:
    snapshot, _ = Snapshot(region="DFW").with_public_ips([record("web-03")])
    what = removal_of_public_ips(snapshot, ["ip-1"], profile="acme")
    screen = ConfirmScreen(what, guard=any_key)
    elsewhere = Snapshot(region="IAD")
    moved, _ = snapshot.with_public_ip(record("web-04"))
    async with open_screen(screen) as dialog:
        await dialog.type("web-03")
        screen.check_drift(snapshot)
        screen.check_drift(elsewhere)
        assert "(matches)" in dialog.text
        screen.check_drift(moved)
        await dialog.pilot.pause()
        assert not screen.is_armed
        assert "203.0.113.1 is now on web-04" in dialog.text


# -- the note -------------------------------------------------------------------------------------


async def test_note_is_written_and_the_decision_stays_tab_and_enter(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        await dialog.press("ctrl+n", *"CHG-12", "enter")
        assert "note: CHG-12" in dialog.text
        assert dialog.answers == []
        assert focus_of(dialog) == "cancel"

        await dialog.press("tab", "enter")

        assert dialog.answers == [True]


async def test_enter_and_tab_in_the_note_approve_nothing(
    open_screen: Opener, confirm: Build
) -> None:
    for key in ("enter", "tab"):
        async with open_screen(confirm(removal(1))) as dialog:
            await dialog.press("tab", "ctrl+n", key)
            assert focus_of(dialog) == "cancel"
            assert dialog.answers == []


async def test_letters_of_the_note_are_not_the_phrase(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm()) as dialog:
        await dialog.press("ctrl+n", *"web-03", "enter", "tab")
        assert "( Remove )" in dialog.text
        await dialog.press(*"web-03", "tab", "enter")
        assert dialog.answers == [True]


async def test_dialog_without_a_note_shows_no_line_for_it(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm()) as dialog:
        assert "note:" not in dialog.text


async def test_escape_in_the_note_cancels(open_screen: Opener, confirm: Build) -> None:
    async with open_screen(confirm(removal(1))) as dialog:
        await dialog.press("ctrl+n", *"abc", "escape")
        assert dialog.answers == [False]


async def test_note_is_limited_and_can_be_erased(open_screen: Opener, confirm: Build) -> None:
    screen = confirm(removal(1))
    async with open_screen(screen) as dialog:
        await dialog.press("ctrl+n", *("x" * 205))
        assert screen.note == "x" * 200
        await dialog.press("backspace")
        assert len(screen.note) == 199
        await dialog.press("ctrl+u", *"ok")
        assert screen.note == "ok"


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("gaps", [(0.05,), (0.5, 0.033, 0.033)], ids=["double", "held"])
async def test_enter_repeated_at_the_end_of_a_note_sends_nothing(
    open_screen: Opener, timed: Build, level: ConfirmationLevel, gaps: tuple[float, ...]
) -> None:
    async with open_screen(timed(removal(level))) as dialog:
        time = 1.0
        for key in (*("web-03" if level == 2 else ""), "ctrl+n", *"CHG", "enter"):
            time += 0.2
            await dialog.at(time, key, key if len(key) == 1 else None)
        for gap in gaps:
            time += gap
            await dialog.at(time, "enter")
        assert dialog.answers == []
        assert focus_of(dialog) == "cancel"
        assert "note: CHG" in dialog.text
        assert "the note is written; Tab and Enter to remove; Esc cancels" in dialog.text

        await dialog.at(time + 1, "tab")
        await dialog.at(time + 2, "enter")

        assert dialog.answers == [True]


async def test_hint_after_a_note_names_the_keys_that_approve(
    open_screen: Opener, confirm: Build
) -> None:
    async with open_screen(confirm(removal(0))) as dialog:
        assert "Tab and Enter" not in dialog.text
        await dialog.press("ctrl+n", *"CHG", "enter")
        assert "Tab and Enter to remove; Esc cancels" in dialog.text
