"""How the keys of commands are written where an operator reads them.

Footer, help, messages, empty panes and dialogs all name keys; every one of them asks here, so that
a key that was moved is named where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from textual.keys import format_key

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


class KeyNames:
    """The keys that are in force, as an operator would name them.

    Args:
        defaults: Command name to its own keys, apart by commas.
        chosen: Command name to the keys that it was put on in place of its own.
    """

    def __init__(self, defaults: Mapping[str, str], chosen: Mapping[str, str]) -> None:
        self._keys = {**defaults, **chosen}

    def __getitem__(self, name: str) -> str:
        """Write the first key that a command is on."""
        return spelled(self.key(name))

    def key(self, name: str) -> str:
        """Give the first key that a command is on, as Textual names it."""
        return self._keys[name].split(",")[0].strip()

    def every(self, name: str) -> str:
        """Write all keys that a command is on."""
        return spelled_all(self._keys[name].split(","))

    def fill(self, text: str) -> str:
        """Put keys into a text of this program.

        Args:
            text: With `{refresh}` where the key of the command of that name belongs. Never text
                of the service's.
        """
        return _NAMED.sub(lambda found: self[found[1]], text)


def spelled_all(keys: Iterable[str]) -> str:
    """Write several keys: `Ctrl+D Delete`."""
    return " ".join(spelled(key.strip()) for key in keys)


def spelled(key: str) -> str:
    """Write one key, as Textual names it, as an operator would: `Ctrl+N`, `?`."""
    if len(key) == 1:
        return key
    *modifiers, base = key.split("+")
    name = _NAMES.get(base) or (
        base.capitalize() if base[1:].isdigit() else format_key(base).removeprefix("^")
    )
    if modifiers:
        return "+".join([*(word.capitalize() for word in modifiers), name.upper()[:1] + name[1:]])
    return name
