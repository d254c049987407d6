"""Several keys that come at once, as a lagging line brings them."""

from __future__ import annotations

import asyncio

import pytest

from rcv3_tui.tui.key_queue import GAP
from rcv3_tui.tui.pane_kinds import PaneKind
from tests.support.console import BETWEEN_KEYS, IPS, NARROW, POOLS, SERVERS, WIDE, Console, Opening


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_keys_after_a_slash_are_typed(opened: Opening, size: tuple[int, int]) -> None:
    async with opened(size=size) as console:
        await console.write("/web")
        await console.settle()
        assert console.names(SERVERS) == ["web-01", "web-02", "web-03", "web-04"]
        assert not console.pane(SERVERS).table.wide
        assert not console.app.worker.paused


async def test_whole_command_is_typed_in_one_burst(opened: Opening) -> None:
    async with opened() as console:
        for key in ("colon", "i", "p", "s", "enter"):
            console.send(key, 1.0)
        await console.settle()
        assert console.app.focused is console.table(IPS)


async def test_filter_that_is_entered_in_a_burst_stays_and_the_keys_go_on_in_the_pane(
    opened: Opening,
) -> None:
    async with opened() as console:
        for key in ("slash", "w", "e", "b", "enter", "down", "down"):
            console.send(key, 1.0)
        await console.settle()
        assert console.cursor(SERVERS) == "web-03"


async def test_keys_for_a_page_that_closes_do_not_get_lost(opened: Opening) -> None:
    async with opened() as console:
        for key in ("d", "escape", "d", "escape", "2"):
            console.send(key, 1.0)
        await console.settle()
        await console.settle()
        assert console.app.focused is console.table(IPS)


PASTED = ("api-01", "tat", "qq", "dq", "Pm", "av", "u\r", "0:a", "jjt", "\tq", "web-01\r")


async def at_once(console: Console, *keys: str) -> None:
    """Have keys arrive in one read."""
    console.send_at_once(*keys)
    await console.settle()


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("pane", [SERVERS, IPS, POOLS])
async def test_pasted_text_does_nothing_where_letters_are_commands(
    opened: Opening, size: tuple[int, int], pane: PaneKind
) -> None:
    async with opened(size=size) as console:
        await console.press({SERVERS: "1", IPS: "2", POOLS: "3"}[pane])
        for text in PASTED:
            await console.press("escape", "down")
            assert "pasted text ignored" not in console.message
            before = console.console_text().splitlines()
            await at_once(console, *text)
            after = console.console_text().splitlines()
            assert console.front == "ConsoleScreen", text
            assert console.changes() == [], text
            assert "pasted text ignored" in console.message, text
            message = len(before) - 2
            assert after[:message] == before[:message], text
            # The next key is a command again.
            await console.press("up")
            assert console.cursor(pane) == console.names(pane)[0], text


@pytest.mark.parametrize("key", ["a", "t", "v", "u"])
async def test_changing_command_does_not_run_together_with_other_keys(
    opened: Opening, key: str
) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await at_once(console, "down", "up", key)
        assert console.changes() == []
        assert console.front == "ConsoleScreen"
        assert "came together with other keys" in console.message
        await at_once(console, key, "down")
        assert console.changes() == []
        assert console.front == "ConsoleScreen"


async def test_changing_command_runs_when_its_key_is_pressed_alone(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await at_once(console, "down", "t")
        await console.press("up", "t")
        await console.settle()
        assert console.changes() == ["PATCH " + console.id_of(IPS, "203.0.113.12").split("/")[-1]]


async def test_changing_command_waits_for_keys_of_the_same_burst(opened: Opening) -> None:
    async with opened(hold=0.05) as console:
        await console.go(IPS, "203.0.113.12")
        console.send("t", 10.0)
        await console.settle()
        console.send("q", 10.06)
        await console.settle()
        assert console.changes() == []
        assert console.app.return_code is None
        assert "came together with other keys" in console.message


@pytest.mark.parametrize("keys", ["jj", "jjjk", "gG", "Gk"])
async def test_cursor_moves_of_a_burst_are_executed(opened: Opening, keys: str) -> None:
    async with opened() as console:
        await console.press("1")
        await at_once(console, *keys)
        assert "ignored" not in console.message
        assert console.cursor(SERVERS) != console.names(SERVERS)[0]


async def test_typed_command_that_changes_does_not_run_in_a_burst(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await at_once(console, *":retain", "enter")
        assert console.changes() == []
        assert "came together with other keys" in console.message
        await console.command("retain")
        assert len(console.changes()) == 1


async def test_letter_of_a_paste_chooses_nothing_in_a_menu(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("C")
        assert console.front == "MenuScreen"
        await at_once(console, *"nid")
        assert console.front == "MenuScreen"
        assert "copied" not in " ".join(console.message_texts)
        await console.press("n")
        assert console.front == "ConsoleScreen"


# -- every dropped key is shown -------------------------------------------------------------------


async def arrive(console: Console, *keys: tuple[str, float]) -> float:
    """Have keys arrive one after the other, some seconds apart; return the time of the last."""
    moment = console._hand + 10.0
    for key, seconds in keys:
        moment += seconds
        if seconds:
            await asyncio.sleep(seconds)
        console.send(key, moment)
    await console.settle()
    console._hand = moment
    return moment


async def test_changing_key_right_after_a_burst_is_reported(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await arrive(console, ("q", 0.0), ("q", 0.0), ("t", 0.06))
        assert console.changes() == []
        assert "came together with other keys; press t again" in console.message
        await console.press("t")
        assert len(console.changes()) == 1


async def test_keys_of_a_long_paste_are_counted_in_one_message(opened: Opening) -> None:
    async with opened() as console:
        await console.press("1")
        for part in range(6):
            console._hand -= BETWEEN_KEYS - 0.05 * bool(part)
            await at_once(console, *"api-01")
        reports = [text for text in console.message_texts if "pasted text ignored" in text]
        assert len(reports) == 1
        assert "(36 keys)" in reports[0]


async def test_keys_after_the_escape_of_a_dialog_are_reported(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await console.press("ctrl+d")
        await at_once(console, "escape", "3", "a")
        assert console.front == "ConsoleScreen"
        assert "pasted text ignored (2 keys)" in console.message


async def test_dropped_key_is_reported_over_an_error(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        console.screen.show_message("an error", "failed")
        await at_once(console, "q", "q")
        assert "pasted text ignored" in console.message
        await console.advance(6)
        assert "an error" in console.message


async def test_dropped_letters_are_reported_in_the_menu(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "web-01")
        await console.press("C")
        await at_once(console, *"nid")
        assert "3 keys ignored" in console.screen_text()


# -- held keys ------------------------------------------------------------------------------------

REPEATS = pytest.mark.parametrize("interval", [0.03, 0.09])
"""Seconds between the repeats of a held key: of X, and of the Linux console."""


@REPEATS
async def test_held_enter_does_not_approve_what_was_typed(opened: Opening, interval: float) -> None:
    async with opened(hold=GAP) as console:
        await console.go(IPS, "203.0.113.12")
        await console.press("ctrl+d")
        await console.write("203.0.113.12")
        assert "matches" in console.screen_text()
        await arrive(console, ("enter", 0.0), ("enter", 0.5), *[("enter", interval)] * 20)
        await asyncio.sleep(1.0)
        assert console.front == "ConfirmScreen"
        assert "ignored" in console.screen_text()
        await console.press("enter")
        await asyncio.sleep(1.0)
        await console.settle()
        assert len(console.changes()) == 1


@REPEATS
async def test_held_enter_does_not_approve_an_addition(opened: Opening, interval: float) -> None:
    async with opened(hold=GAP) as console:
        await console.go(SERVERS, "web-04")
        await console.press("a")
        await asyncio.sleep(1.0)
        assert console.removal.verb == "Add"
        await arrive(console, ("enter", 0.0), *[("enter", interval)] * 20)
        await asyncio.sleep(1.0)
        assert console.changes() == []
        assert "ignored" in console.screen_text()


async def test_enter_right_after_tab_approves_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-http")
        await console.press("enter", "ctrl+d")
        await arrive(console, ("tab", 0.0), ("enter", 0.05))
        assert console.changes() == []
        assert "Enter ignored (possible type-ahead)" in console.screen_text()
        await console.press("enter")
        assert len(console.changes()) == 1
