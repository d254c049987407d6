"""The command line: completion, history, mistakes, and commands with something behind them."""

from __future__ import annotations

import pytest

from rcv3_tui.tui.commands import BY_TYPED
from rcv3_tui.tui.widgets.prompt import Prompt
from tests.tui.builders import IPS, NARROW, NETWORKS, OPS, POOLS, SERVERS, Console, Opening


def _prompt(console: Console) -> Prompt:
    prompt = console.screen._prompt
    assert prompt is not None
    return prompt


def typed(console: Console) -> str:
    return _prompt(console).text


def offered(console: Console) -> list[str]:
    return _prompt(console)._choices.text.split()


async def test_every_command_there_is_is_offered_where_it_applies(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        lines = console.screen._completions("")
        assert {line.strip() for line in lines} == {
            word for word, command in BY_TYPED.items() if SERVERS in command.places
        }


async def test_tab_goes_through_what_the_letters_may_become(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write("ref")
        assert offered(console) == ["refresh"]
        await console.press("tab")
        assert typed(console) == "refresh"
        await console.press("ctrl+u")
        await console.write("re")
        several = offered(console)
        assert several[0] == "readonly"
        await console.press("tab")
        assert typed(console) == "readonly "
        await console.press("tab")
        assert typed(console).strip() == several[1]
        await console.press("shift+tab")
        assert typed(console) == "readonly "


async def test_right_takes_what_stands_behind_the_cursor(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write("netw")
        await console.press("right", "enter")
        assert console.screen.active is NETWORKS


@pytest.mark.parametrize(
    ("start", "whole"),
    [("theme nor", "theme nord"), ("readonly of", "readonly off"), ("region ia", "region IAD")],
)
async def test_what_follows_a_command_is_completed_too(
    opened: Opening, start: str, whole: str
) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write(start)
        await console.press("tab")
        assert typed(console) == whole


async def test_up_and_down_go_through_what_was_entered(opened: Opening) -> None:
    async with opened() as console:
        await console.command("ips")
        await console.command("pools")
        await console.press(":")
        await console.write("ser")
        await console.press("up")
        assert typed(console) == "pools"
        await console.press("up", "up")
        assert typed(console) == "ips"
        await console.press("down", "down")
        assert typed(console) == "ser"


async def test_filters_have_a_history_of_their_own(opened: Opening) -> None:
    async with opened() as console:
        await console.command("servers")
        await console.press("/")
        await console.write("web")
        await console.press("enter", "escape", "/", "up")
        assert typed(console) == "web"
        assert all("web" in name for name in console.names(SERVERS))


@pytest.mark.parametrize(
    ("line", "pane"),
    [("servers", SERVERS), ("ips", IPS), ("pools", POOLS), ("networks", NETWORKS), ("ops", OPS)],
)
async def test_panes_are_gone_to_by_name_on_a_small_screen_too(
    opened: Opening, line: str, pane: object
) -> None:
    async with opened(NARROW) as console:
        await console.command(line)
        assert console.screen.active is pane


async def test_a_wrong_spelling_names_the_nearest_and_does_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.command("netwroks")
        assert "there is no command :netwroks; did you mean :networks?" in console.message
        assert console.screen.active is SERVERS


async def test_a_command_that_does_not_apply_here_says_so(opened: Opening) -> None:
    async with opened() as console:
        await console.command("networks")
        await console.command("retain")
        assert ":retain is not for Networks" in console.message
        assert console.changes() == []


async def test_an_unknown_region_names_the_nearest(opened: Opening) -> None:
    async with opened() as console:
        await console.command("region IDA")
        assert "the account has no RackConnect in IDA" in console.message
        assert "IAD" in console.message


async def test_a_theme_can_be_chosen_from_a_list(opened: Opening) -> None:
    async with opened() as console:
        await console.command("theme")
        await console.write("nord")
        await console.press("enter")
        assert console.app.theme == "nord"


async def test_the_line_for_a_file_is_not_completed_with_commands(opened: Opening) -> None:
    async with opened() as console:
        await console.press("ctrl+s")
        await console.press("tab")
        assert typed(console).startswith("rcv3-servers-")
        assert typed(console).endswith(".csv")
        await console.press("escape")
        assert console.front == "ConsoleScreen"


async def test_the_palette_has_the_same_commands(opened: Opening) -> None:
    async with opened() as console:
        await console.press("ctrl+p")
        assert console.front == "Palette"
        await console.write("networks")
        for _ in range(20):
            await console.settle()
        await console.press("enter")
        for _ in range(5):
            await console.settle()
        assert console.front == "ConsoleScreen"
        assert console.screen.active is NETWORKS
