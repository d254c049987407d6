"""The list of commands that keys, footer, help and command line are made from."""

from __future__ import annotations

from collections import Counter

import pytest

from rcv3_tui.tui.commands import BY_NAME, BY_TYPED, COMMANDS, DEFAULT_KEYS, HINTS, Command, hints
from rcv3_tui.tui.key_names import KeyNames
from rcv3_tui.tui.picture import PaneKind
from rcv3_tui.tui.widgets.table.keys import BINDINGS


def test_no_two_commands_have_one_name_or_one_word() -> None:
    assert len(BY_NAME) == len(COMMANDS)
    words = Counter(word for command in COMMANDS for word in command.typed)
    assert [word for word, count in words.items() if count > 1] == []


def test_no_two_commands_are_on_one_key() -> None:
    keys = Counter(key for command in COMMANDS if command.keys for key in command.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_key_of_the_table_is_a_commands_and_can_be_moved() -> None:
    bound = {b.id: b.key for b in BINDINGS if not isinstance(b, tuple)}
    assert {name: BY_NAME[str(name)].keys for name in bound} == bound


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_says_what_it_does_and_where(command: Command) -> None:
    assert command.name == command.name.casefold()
    assert command.label
    assert command.help
    assert command.help[0] == command.help[0].lower()
    assert not command.help.endswith(".")
    assert command.group
    assert command.places
    assert command.keys or command.typed


@pytest.mark.parametrize("word", sorted(BY_TYPED))
def test_words_are_what_can_be_typed(word: str) -> None:
    assert word == word.casefold()
    assert " " not in word


@pytest.mark.parametrize("place", list(PaneKind))
def test_a_place_names_at_most_six_keys_each_of_which_applies_there(place: PaneKind) -> None:
    named = hints(place)
    assert len(named) <= HINTS
    assert named
    assert all(place in command.places for command in named)
    assert [c.rank for c in named] == sorted(c.rank for c in named)


def named(**chosen: str) -> KeyNames:
    return KeyNames(DEFAULT_KEYS, chosen)


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


def test_a_text_names_the_key_that_is_in_force() -> None:
    text = "{refresh} tries now; {not-a-command-at-all"
    assert named().fill(text).startswith("Ctrl+R tries now")
    assert named(refresh="f5").fill(text).startswith("F5 tries now")
