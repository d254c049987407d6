"""A theme, a command or a key that the console does not have is named with the nearest it has."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from rcv3_tui.settings import Settings
from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.display_settings import THEMES, DisplaySettingError, validate_display_settings
from tests.support.console import Opening

FILE = "~/config.toml"


def chosen(**keys: str) -> Settings:
    """Settings with keys from a file, the first on its line 4."""
    names = {name.replace("_", "-"): key for name, key in keys.items()}
    return Settings(
        keys=MappingProxyType(names),
        origins={f"keys.{name}": f"{FILE}:{line}" for line, name in enumerate(names, start=4)},
    )


def complaint(settings: Settings) -> str:
    with pytest.raises(DisplaySettingError) as caught:
        validate_display_settings(settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_default_settings_are_valid() -> None:
    validate_display_settings(
        chosen(**{command.name: command.keys for command in COMMANDS.all if command.keys})
    )


# Themes --------------------------------------------------------------------------------------


async def test_known_themes_are_those_of_textual(opened: Opening) -> None:
    async with opened() as console:
        assert console.app.available_themes.keys() == THEMES


@pytest.mark.parametrize("name", ["rcv3", "nord", "textual-light"])
def test_known_theme_is_accepted(name: str) -> None:
    validate_display_settings(Settings(theme=name))


def test_unknown_theme_is_rejected_with_its_source_and_a_suggestion() -> None:
    flag = Settings(theme="nrod", origins={"theme": "--theme"})
    assert complaint(flag) == '--theme: there is no theme "nrod"; did you mean "nord"?'
    file = Settings(theme="zzz", origins={"theme": f"{FILE}:3"})
    assert complaint(file).startswith(f'{FILE}:3: there is no theme "zzz"; there are ansi-dark, ')


# Commands ------------------------------------------------------------------------------------


def test_unknown_command_is_named_with_its_line_and_the_nearest() -> None:
    text = complaint(chosen(refresh="f5", remov="x"))
    assert text == f'{FILE}:5: unknown command "remov" in [keys]; did you mean "remove"?'
    assert complaint(chosen(zzz="x")).startswith(
        f'{FILE}:4: unknown command "zzz" in [keys]; known are add, attention, '
    )


@pytest.mark.parametrize("name", ["readonly", "theme", "region", "profile"])
def test_command_without_a_key_of_its_own_can_be_given_one(name: str) -> None:
    validate_display_settings(chosen(**{name: "ctrl+t"}))
    taken = complaint(chosen(**{name: "a"}))
    assert f'"{name}"' in taken
    assert 'both on the key "a"' in taken


# Keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    ["Z", "é", "+", "plus", "minus", "comma", "f5", "shift+f3", "ctrl+t", "alt+x", "ctrl+shift+s"],
)
def test_known_key_is_accepted(key: str) -> None:
    validate_display_settings(chosen(sort=key))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("Ctrl+T", 'there is no key "Ctrl+T"; did you mean "ctrl+t"?'),
        ("ctl+t", 'there is no key "ctl+t"; did you mean "ctrl+t"?'),
        ("pagdown", 'there is no key "pagdown"; did you mean "pagedown"?'),
        ("f5,bogus", 'there is no key "bogus"'),
        ("ctrl+", 'there is no key "ctrl+"'),
        (",", 'there is no key ""; the comma is called "comma"'),
    ],
)
def test_unknown_key_is_rejected_with_a_suggestion(key: str, expected: str) -> None:
    assert complaint(chosen(sort=key)).startswith(f'{FILE}:4: "sort" in [keys]: {expected}')


@pytest.mark.parametrize(
    ("key", "command"),
    [("j", "down"), ("enter", "into"), ("ctrl+m", "into"), ("space", "mark")],
)
def test_key_that_moves_in_lists_belongs_to_a_command_too(key: str, command: str) -> None:
    shown = complaint(chosen(remove=key))
    assert shown.startswith(f'{FILE}:4: "')
    assert f'"{command}"' in shown
    assert f'both on the key "{key}"' in shown


def test_cursor_keys_can_be_remapped() -> None:
    validate_display_settings(chosen(down="n", remove="j"))


def test_ctrl_c_cannot_be_taken() -> None:
    assert "cannot be on" in complaint(chosen(remove="ctrl+c"))


def test_two_commands_on_one_key_are_both_named() -> None:
    assert complaint(chosen(sort="f5", remove="x,f5")) == (
        f'{FILE}:4: "remove" and "sort" are both on the key "f5"; '
        "give one of them another in [keys]"
    )


@pytest.mark.parametrize(
    ("name", "key", "both"),
    [
        ("remove", "s", '"remove" and "sort" are both on the key "s"'),
        ("sort", "?", '"sort" and "help" are both on the key "?"'),
        ("zoom", "ctrl+i", '"next-pane" and "zoom" are both on the key "ctrl+i"'),
    ],
)
def test_default_key_of_another_command_is_rejected(name: str, key: str, both: str) -> None:
    assert complaint(chosen(**{name: key})).startswith(f"{FILE}:4: {both}; ")


def test_two_commands_may_change_keys_with_each_other() -> None:
    validate_display_settings(chosen(sort="q", quit="s"))


async def test_command_runs_on_its_configured_key(opened: Opening) -> None:
    keys = chosen(log="f5", sort="l").keys
    async with opened(keys=keys) as console:
        await console.press("f5")
        assert console.front == "LogScreen"
        await console.press("escape", "l")
        assert console.front == "MenuScreen"
