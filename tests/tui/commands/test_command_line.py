"""The command line: completion, history, mistakes, and commands with something behind them."""

from __future__ import annotations

import pytest

from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.tui.commands.command_line import completions
from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.widgets.prompt import Prompt
from tests.support.console import (
    IPS,
    NARROW,
    NETWORKS,
    NODES,
    OPS,
    POOLS,
    SERVERS,
    Console,
    Opening,
)


def _prompt(console: Console) -> Prompt:
    prompt = console.screen._prompt
    assert prompt is not None
    return prompt


def typed(console: Console) -> str:
    return _prompt(console).text


def offered(console: Console) -> list[str]:
    return _prompt(console)._choices.text.split()


async def test_every_command_is_completed_where_it_is_available(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        lines = completions(console.screen, "")
        assert {line.strip() for line in lines} == {
            word for word, command in COMMANDS.by_word.items() if SERVERS in command.available_in
        }


async def test_tab_steps_through_the_completions(opened: Opening) -> None:
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


async def test_right_accepts_the_completion(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write("netw")
        await console.press("right", "enter")
        assert console.screen.active is NETWORKS


@pytest.mark.parametrize(
    ("start", "whole"),
    [("theme nor", "theme nord"), ("readonly of", "readonly off"), ("region ia", "region IAD")],
)
async def test_arguments_of_commands_are_completed(opened: Opening, start: str, whole: str) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write(start)
        await console.press("tab")
        assert typed(console) == whole


async def test_up_and_down_step_through_entered_lines(opened: Opening) -> None:
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


async def test_misspelled_command_suggests_the_closest_and_does_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.command("netwroks")
        assert "there is no command :netwroks; did you mean :networks?" in console.message
        assert console.screen.active is SERVERS


async def test_unavailable_command_of_the_command_line_shows_a_message(opened: Opening) -> None:
    async with opened() as console:
        await console.command("networks")
        await console.command("retain")
        assert ":retain is not available in Networks" in console.message
        assert console.changes() == []


async def test_unknown_region_names_the_nearest(opened: Opening) -> None:
    async with opened() as console:
        await console.command("region IDA")
        assert "the account has no RackConnect in IDA" in console.message
        assert "IAD" in console.message


async def test_theme_can_be_chosen_from_a_list(opened: Opening) -> None:
    async with opened() as console:
        await console.command("theme")
        await console.write("nord")
        await console.press("enter")
        assert console.app.theme == "nord"


async def test_line_for_a_file_is_not_completed_with_commands(opened: Opening) -> None:
    async with opened() as console:
        await console.press("ctrl+s")
        await console.press("tab")
        assert typed(console).startswith("rcv3-servers-")
        assert typed(console).endswith(".csv")
        await console.press("escape")
        assert console.front == "ConsoleScreen"


async def test_palette_has_the_same_commands(opened: Opening) -> None:
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


async def test_first_letters_run_the_only_command_that_begins_with_them(opened: Opening) -> None:
    async with opened() as console:
        await console.command("net")
        assert console.screen.active is NETWORKS
        await console.command("reg DFW")
        assert "no RackConnect in DFW" in console.message


async def test_first_letters_of_several_commands_list_them_and_run_none(opened: Opening) -> None:
    async with opened() as console:
        await console.command("re")
        assert ":re is not unique" in console.message
        for name in ("readonly", "refresh", "remove", "region", "reverse"):
            assert f":{name}" in console.message
        assert ":regions" not in console.message
        assert console.front == "ConsoleScreen"
        assert console.changes() == []


async def test_tab_completes_first_letters_to_the_command_alone(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write("the")
        await console.press("tab", "tab", "tab")
        assert typed(console) == "theme "


async def test_argument_is_completed_after_the_first_letters_of_a_command(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":")
        await console.write("the nor")
        await console.press("tab")
        assert typed(console) == "the nord"


async def test_pool_opens_by_its_name_from_any_pane(opened: Opening) -> None:
    async with opened() as console:
        await console.command("pool rcv3-web-http")
        assert "Nodes of RCv3-web-http" in console.title(NODES)
        await console.command("ips")
        await console.press(":")
        await console.write("pool RCv3-w")
        await console.press("tab")
        assert typed(console).startswith("pool RCv3-web-http")
        await console.press("escape")


async def test_ambiguous_and_unknown_pools_are_reported(opened: Opening) -> None:
    async with opened() as console:
        await console.command("pool RCv3")
        assert "is not unique: RCv3-" in console.message
        await console.command("pool nothing")
        assert "there is no pool" in console.message
        assert console.screen.active is SERVERS


async def test_help_opens_by_its_name(opened: Opening) -> None:
    async with opened() as console:
        await console.command("help")
        assert console.front == "HelpScreen"


async def test_quit_with_an_exclamation_mark_asks_nothing(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.12")
        await console.press("t")
        await console.command("q!")
        assert console.app.return_code == ExitCode.OK
