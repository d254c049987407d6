"""Pages of text: details and help."""

from __future__ import annotations

import pytest

from rcv3_tui.tui.commands import COMMANDS
from rcv3_tui.tui.details import Fact
from rcv3_tui.tui.pages import details_page, help_page
from rcv3_tui.tui.picture import PaneKind


def test_facts_stand_beside_their_labels() -> None:
    lines = details_page(
        [Fact("name", "web-01"), Fact("a-label-of-twenty-and-more", "x")], gone=False
    )
    assert lines[0].text == "name                 web-01"
    assert lines[1].text == "a-label-of-twenty-and-more x"


def test_headings_stand_alone() -> None:
    lines = details_page([Fact("POOLS"), Fact("none", "a gives it one")], gone=False)
    assert lines[0].text == "POOLS"


def test_what_is_gone_is_said_first() -> None:
    lines = details_page([Fact("name", "web-01")], gone=True)
    assert lines[0].text.startswith("This is gone.")
    assert lines[2].text.endswith("web-01")


def test_markup_in_a_fact_is_text() -> None:
    (line,) = details_page([Fact("name", "[bold red]x[/]")], gone=False)
    assert line.text.endswith("[bold red]x[/]")


def bound(**chosen: str) -> list[tuple[str, str, str]]:
    """Every command's bindings, some of them on other keys."""
    return [
        (key, command.name, command.label)
        for command in COMMANDS
        if command.keys
        for key in chosen.get(command.name, command.keys).split(",")
    ]


@pytest.mark.parametrize("place", list(PaneKind))
def test_help_has_every_command_of_the_place_and_no_other(place: PaneKind) -> None:
    told = [row for _, rows in help_page(place, bound()) for row in rows]
    texts = [text for _, text in told]
    for command in COMMANDS:
        assert (command.help in texts) == (place in command.places)
    assert all(key for key, _ in told)


def test_help_names_the_keys_that_are_in_force() -> None:
    told = {
        text: key
        for _, rows in help_page(PaneKind.SERVERS, bound(add="ctrl+n"))
        for key, text in rows
    }
    add = next(command for command in COMMANDS if command.name == "add")
    assert told[add.help] == "Ctrl+N"


def test_a_command_whose_binding_is_gone_is_not_told_to_have_a_key() -> None:
    without = [each for each in bound() if each[1] != "add"]
    told = [row for _, rows in help_page(PaneKind.SERVERS, without) for row in rows]
    add = next(command for command in COMMANDS if command.name == "add")
    assert (":add", add.help) in told


def test_a_key_that_is_no_commands_is_told_too() -> None:
    told = [
        row
        for _, rows in help_page(PaneKind.SERVERS, [*bound(), ("ctrl+q", "", "quit anyhow")])
        for row in rows
    ]
    assert ("Ctrl+Q", "quit anyhow") in told
