"""The labels of the keys in force.

Footer, help, messages, empty panes and dialogs all use these labels, so that a remapped key is
named correctly everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from textual.keys import format_key

KeyHint = tuple[str, str]
"""A key as an operator names it, and what it does in a word or two."""


_NAMES = {
    "backspace": "Backspace",
    "backslash": "\\",
    "delete": "Delete",
    "end": "End",
    "enter": "Enter",
    "escape": "Esc",
    "home": "Home",
    "insert": "Ins",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "space": "Space",
    "tab": "Tab",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
}

_NAMED = re.compile(r"\{([a-z-]+)\}")


class KeyLabels:
    """The keys in force, as an operator names them.

    Args:
        defaults: The default keys of each command, separated by commas.
        chosen: The configured keys of commands; they replace the defaults.
    """

    def __init__(self, defaults: Mapping[str, str], chosen: Mapping[str, str]) -> None:
        self._keys = {**defaults, **chosen}
        self._commands = {
            key.strip(): name for name, keys in self._keys.items() for key in keys.split(",")
        }

    def __getitem__(self, name: str) -> str:
        """Return the label of a command's first key."""
        return label(self.key(name))

    def key(self, name: str) -> str:
        """Return Textual's name of a command's first key."""
        return self._keys[name].split(",")[0].strip()

    def command_on(self, key: str) -> str | None:
        """Return the command that a key runs, by Textual's name of the key."""
        return self._commands.get(key)

    def every(self, name: str) -> str:
        """Return the labels of all keys of a command."""
        return labels(self._keys[name].split(","))

    def fill(self, text: str) -> str:
        """Insert labels into a text of this program.

        Args:
            text: Contains `{refresh}` for the key of the command with that name. Never text of the
                service.
        """
        return _NAMED.sub(lambda found: self[found[1]], text)


def labels(keys: Iterable[str]) -> str:
    """Return the labels of several keys: `Ctrl+D Delete`."""
    return " ".join(label(key.strip()) for key in keys)


def label(key: str) -> str:
    """Return the label of a key, by Textual's name: `Ctrl+N`, `?`."""
    if len(key) == 1:
        return key
    *modifiers, base = key.split("+")
    name = _NAMES.get(base) or (
        base.capitalize() if base[1:].isdigit() else format_key(base).removeprefix("^")
    )
    if modifiers:
        return "+".join([*(word.capitalize() for word in modifiers), name.upper()[:1] + name[1:]])
    return name
