"""Checks that the configured theme, profile color and keys exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.binding import Binding
from textual.keys import KEY_ALIASES, KEY_NAME_REPLACEMENTS, Keys, key_to_character
from textual.theme import BUILTIN_THEMES

from rcv3_tui.settings import OwnCommand, Settings
from rcv3_tui.suggest import did_you_mean, quote_value
from rcv3_tui.tui.app import ConsoleApp
from rcv3_tui.tui.commands.base import RESOURCES
from rcv3_tui.tui.commands.registry import COMMANDS
from rcv3_tui.tui.own_commands import placeholders_in, shell_code_with_placeholder
from rcv3_tui.tui.pane_kinds import RESOURCE_OF, PaneKind
from rcv3_tui.tui.textual_compat import COLOR_NAME_TO_RGB, is_color_name
from rcv3_tui.tui.theme import THEME
from rcv3_tui.views.placeholders import placeholder_names

THEMES = frozenset({*BUILTIN_THEMES, THEME.name})
"""The names of all themes."""

_PANES = tuple(pane.value for pane in PaneKind if pane in RESOURCES)
"""The panes that an own command may be for."""

_MODIFIERS = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})

_NAMED_KEYS = frozenset(
    {*(key.value for key in Keys if key.value[0].isalpha()), *KEY_NAME_REPLACEMENTS.values()}
)

_SAME_KEY = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
"""Keys that a terminal cannot distinguish from others, and the name of those."""


class DisplaySettingError(Exception):
    """There is no such theme, color, command or key; the text is one line with its source."""


def validate_display_settings(settings: Settings) -> None:
    """Check the theme, the profile's color and the keys.

    Args:
        settings: Theme, color and keys; `origins` says where each was set.

    Raises:
        ChoiceError: One does not exist, or two commands have the same key.
    """
    theme = settings.theme
    if theme is not None and theme not in THEMES:
        raise DisplaySettingError(
            f"{settings.origins.get('theme', 'theme')}: there is no theme {quote_value(theme)}"
            + (did_you_mean(theme.casefold(), THEMES) or f"; there are {', '.join(sorted(THEMES))}")
        )
    color = settings.color
    if color is not None and not color.startswith("#"):
        names = [name for name in COLOR_NAME_TO_RGB if "_" not in name]
        if not is_color_name(color.casefold()):
            raise DisplaySettingError(
                f"{settings.origins.get('color', 'color')}: there is no color "
                f"{quote_value(color)}"
                + (did_you_mean(color.casefold(), names) or '; or use "#rrggbb"')
            )
    places = {name: settings.origins.get(f"keys.{name}", "[keys]") for name in settings.keys}
    for name, place in places.items():
        _check_command(name, place, settings.commands)
        _check_keys(f'"{name}" in [keys]', settings.keys[name], place)
    for own in settings.commands:
        _check_own_command(own, settings.origins)
    _check_clashes(settings, places)


def _check_command(name: str, place: str, own: Sequence[OwnCommand]) -> None:
    known = COMMANDS.by_name
    if any(name == each.name for each in own):
        raise DisplaySettingError(
            f'{place}: "{name}" in [keys] is an own command; its key is "key" in [commands.{name}]'
        )
    if name not in known:
        raise DisplaySettingError(
            f"{place}: unknown command {quote_value(name)} in [keys]"
            + (did_you_mean(name, known) or f"; known are {', '.join(sorted(known))}")
        )


def _check_own_command(own: OwnCommand, origins: Mapping[str, str]) -> None:
    table = f"[commands.{own.name}]"

    def problem(key: str, text: str) -> DisplaySettingError:
        place = origins.get(f"commands.{own.name}.{key}", table)
        where = table if key == "name" else f'"{key}" in {table}'
        return DisplaySettingError(f"{place}: {where}{text}")

    if own.name in COMMANDS.by_name or own.name in COMMANDS.by_word:
        raise problem("name", f": the console has a command {own.name}; choose another name")
    for pane in own.panes:
        if pane not in _PANES:
            raise problem(
                "panes",
                f": there is no pane {quote_value(pane)} with resources"
                + (did_you_mean(pane, _PANES) or f"; known are {', '.join(_PANES)}"),
            )
    if any(placeholders_in(own.run[0])):
        raise problem("run", ": the program itself cannot be a value of the row")
    if code := shell_code_with_placeholder(own.run):
        raise problem(
            "run",
            f": a shell would read a value as code in {quote_value(code)}; "
            'pass it as an argument: ["sh", "-c", "ping \\"$1\\"", "sh", "{name}"], '
            "or to a script of yours",
        )
    for name in (name for argument in own.run for name in placeholders_in(argument)):
        for pane in own.panes:
            known = placeholder_names(RESOURCE_OF[PaneKind(pane)])
            if name not in known:
                raise problem(
                    "run",
                    f": {pane} have no field {quote_value(name)}"
                    + (did_you_mean(name, known) or f"; known are {', '.join(sorted(known))}"),
                )
    if own.key:
        place = origins.get(f"commands.{own.name}.key", table)
        _check_keys(f'"key" in {table}', own.key, place)


def _check_keys(setting: str, keys: str, place: str) -> None:
    fixed = _fixed_keys()
    for written in _apart(keys):
        if not _is_key(written):
            hint = did_you_mean(written.lower(), _NAMED_KEYS)
            raise DisplaySettingError(
                f"{place}: {setting}: there is no key {quote_value(written)}"
                + (hint if written else '; the comma is called "comma"')
            )
        if (taken := fixed.get(_one_name(written))) is not None:
            raise DisplaySettingError(
                f"{place}: {setting} cannot be on {quote_value(written)}: "
                f"that key is fixed ({taken})"
            )


def _check_clashes(settings: Settings, places: Mapping[str, str]) -> None:
    chosen = settings.keys
    owners: dict[str, tuple[str, str]] = {}
    for command in COMMANDS.all:
        keys = chosen.get(command.name, command.keys)
        for written in _apart(keys) if keys else ():
            other, same = owners.setdefault(_one_name(written), (command.name, written))
            if other != command.name:
                place = places.get(command.name) or places.get(other, "[keys]")
                raise DisplaySettingError(
                    f'{place}: "{other}" and "{command.name}" are both on the key '
                    f"{quote_value(written if command.name in chosen else same)}; "
                    "give one of them another in [keys]"
                )
    for own in settings.commands:
        for written in _apart(own.key) if own.key else ():
            other, _ = owners.setdefault(_one_name(written), (own.name, written))
            if other != own.name:
                place = settings.origins.get(f"commands.{own.name}.key", "[commands]")
                move = f', or move "{other}" in [keys]' if other in COMMANDS.by_name else ""
                raise DisplaySettingError(
                    f'{place}: "key" in [commands.{own.name}]: {quote_value(written)} is the key '
                    f'of "{other}"; choose another one{move}'
                )


def _fixed_keys() -> dict[str, str]:
    """Return the keys that take precedence over all commands, with what they do."""
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
    """Return the canonical name of a key, such as `question_mark` for `?`."""
    (binding,) = Binding.make_bindings([Binding(written, "")])
    return _SAME_KEY.get(binding.key, binding.key)
