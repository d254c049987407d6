"""Whether the theme and the keys that an operator chose exist; only the console can tell."""

from __future__ import annotations

from collections.abc import Mapping

from textual._color_constants import COLOR_NAME_TO_RGB
from textual.binding import Binding
from textual.keys import KEY_ALIASES, KEY_NAME_REPLACEMENTS, Keys, key_to_character
from textual.theme import BUILTIN_THEMES

from rcv3_tui.settings import Settings
from rcv3_tui.spelling import did_you_mean, shown
from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.commands import BY_NAME, COMMANDS
from rcv3_tui.tui.theme import THEME

THEMES = frozenset({*BUILTIN_THEMES, THEME.name})
"""The names of all themes."""

_MODIFIERS = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})

_NAMED_KEYS = frozenset(
    {*(key.value for key in Keys if key.value[0].isalpha()), *KEY_NAME_REPLACEMENTS.values()}
)

_SAME_KEY = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
"""Keys that a terminal cannot tell from others, with the name these go by."""


class ChoiceError(Exception):
    """There is no such theme, colour, command or key; the text, a line, says where and which."""


def check_choices(settings: Settings) -> None:
    """Make sure that the console has the theme, the colour and the keys it is told to use.

    Args:
        settings: Theme, profile's colour and keys, and in `origins` where they were chosen.

    Raises:
        ChoiceError: It does not, or two commands are on one key.
    """
    theme = settings.theme
    if theme is not None and theme not in THEMES:
        raise ChoiceError(
            f"{settings.origins.get('theme', 'theme')}: there is no theme {shown(theme)}"
            + (did_you_mean(theme.casefold(), THEMES) or f"; there are {', '.join(sorted(THEMES))}")
        )
    colour = settings.colour
    if colour is not None and not colour.startswith("#"):
        names = [name for name in COLOR_NAME_TO_RGB if "_" not in name]
        if colour.casefold() not in COLOR_NAME_TO_RGB:
            raise ChoiceError(
                f"{settings.origins.get('colour', 'color')}: there is no colour {shown(colour)}"
                + (did_you_mean(colour.casefold(), names) or '; "#rrggbb" gives any')
            )
    places = {name: settings.origins.get(f"keys.{name}", "[keys]") for name in settings.keys}
    for name, place in places.items():
        _check_command(name, place)
        _check_keys(name, settings.keys[name], place)
    _check_clashes(settings.keys, places)


def _check_command(name: str, place: str) -> None:
    if name not in BY_NAME:
        raise ChoiceError(
            f"{place}: unknown command {shown(name)} in [keys]"
            + (did_you_mean(name, BY_NAME) or f"; known are {', '.join(sorted(BY_NAME))}")
        )


def _check_keys(name: str, keys: str, place: str) -> None:
    fixed = _fixed_keys()
    for written in _apart(keys):
        if not _is_key(written):
            hint = did_you_mean(written.lower(), _NAMED_KEYS)
            raise ChoiceError(
                f'{place}: "{name}" in [keys]: there is no key {shown(written)}'
                + (hint if written else '; the comma is called "comma"')
            )
        if (taken := fixed.get(_one_name(written))) is not None:
            raise ChoiceError(
                f'{place}: "{name}" in [keys] cannot be on {shown(written)}: '
                f"that key is fixed ({taken})"
            )


def _check_clashes(chosen: Mapping[str, str], places: Mapping[str, str]) -> None:
    owners: dict[str, tuple[str, str]] = {}
    for command in COMMANDS:
        keys = chosen.get(command.name, command.keys)
        for written in _apart(keys) if keys else ():
            other, same = owners.setdefault(_one_name(written), (command.name, written))
            if other != command.name:
                place = places.get(command.name) or places.get(other, "[keys]")
                raise ChoiceError(
                    f'{place}: "{other}" and "{command.name}" are both on the key '
                    f"{shown(written if command.name in chosen else same)}; "
                    "give one of them another in [keys]"
                )


def _fixed_keys() -> dict[str, str]:
    """The keys that come before every command's, with what they do."""
    fixed = [each for each in ConsoleApp.BINDINGS if isinstance(each, Binding) and not each.id]
    return {
        _one_name(binding.key): binding.description or binding.action.replace("_", " ")
        for binding in Binding.make_bindings(fixed)
    }


def _apart(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


def _is_key(written: str) -> bool:
    if len(written) == 1:
        return written.isprintable()
    *modifiers, base = written.split("+")
    if not _MODIFIERS.issuperset(modifiers) or (modifiers and base != base.lower()):
        return False
    return base in _NAMED_KEYS or (base.isprintable() and key_to_character(base) is not None)


def _one_name(written: str) -> str:
    """The one name of a key that can be written in several ways, such as `?`."""
    (binding,) = Binding.make_bindings([Binding(written, "")])
    return _SAME_KEY.get(binding.key, binding.key)
