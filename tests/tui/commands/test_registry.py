"""The list of commands that keys, footer, help and command line are made from."""

from __future__ import annotations

from collections import Counter

import pytest

from rcv3_tui.tui.commands.base import FOOTER_KEYS, Command
from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.key_labels import KeyLabels
from rcv3_tui.tui.pane_kinds import PaneKind
from rcv3_tui.tui.widgets.table.table import KEYS


def test_no_two_commands_have_one_name_or_one_word() -> None:
    assert len(COMMANDS.by_name) == len(COMMANDS.all)
    words = Counter(word for command in COMMANDS.all for word in command.command_names)
    assert [word for word, count in words.items() if count > 1] == []


def test_no_two_commands_are_on_one_key() -> None:
    keys = Counter(
        key for command in COMMANDS.all if command.keys for key in command.keys.split(",")
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_table_key_belongs_to_a_command() -> None:
    assert {name: COMMANDS.by_name[name].keys for name in KEYS} == KEYS


@pytest.mark.parametrize("command", COMMANDS.all, ids=lambda command: command.name)
def test_every_command_has_help_and_available_panes(command: Command) -> None:
    assert command.name == command.name.casefold()
    assert command.label
    assert command.help
    assert command.help[0] == command.help[0].lower()
    assert not command.help.endswith(".")
    assert command.group
    assert command.available_in
    assert command.keys or command.command_names


@pytest.mark.parametrize("word", sorted(COMMANDS.by_word))
def test_words_are_accepted_on_the_command_line(word: str) -> None:
    assert word == word.casefold()
    assert " " not in word


@pytest.mark.parametrize("place", list(PaneKind))
def test_place_names_at_most_six_keys_each_of_which_applies_there(place: PaneKind) -> None:
    named = COMMANDS.footer(place)
    assert len(named) <= FOOTER_KEYS
    assert named
    assert all(place in command.available_in for command in named)
    assert [c.footer_rank for c in named] == sorted(c.footer_rank for c in named)


def named(**chosen: str) -> KeyLabels:
    return KeyLabels(COMMANDS.default_keys, chosen)


def test_keys_are_written_as_an_operator_names_them() -> None:
    keys = named()
    assert keys["add"] == "a"
    assert keys["remove"] == "Ctrl+D"
    assert keys.every("remove") == "Ctrl+D Delete"
    assert keys["clear-marks"] == "Ctrl+\\"
    assert keys["view-back"] == "["
    for chosen, shown in (
        ("ctrl+n", "Ctrl+N"),
        ("slash", "/"),
        ("?", "?"),
        ("A", "A"),
        ("f5", "F5"),
        ("delete", "Delete"),
        ("pageup", "PgUp"),
        ("shift+tab", "Shift+Tab"),
    ):
        assert named(add=chosen)["add"] == shown
    assert named(add="ctrl+n, f5").every("add") == "Ctrl+N F5"
    assert named(add="x")["remove"] == "Ctrl+D"


def test_text_names_the_key_in_force() -> None:
    text = "{refresh} tries now; {not-a-command-at-all"
    assert named().fill(text).startswith("Ctrl+R tries now")
    assert named(refresh="f5").fill(text).startswith("F5 tries now")
