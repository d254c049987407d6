"""How the keys of commands are written where an operator reads them: in the footer and in help."""

from __future__ import annotations

from collections.abc import Mapping

from textual.keys import format_key

from rcv3_tui.tui.commands.base import Command

_NAMES = {
    "backspace": "Backspace",
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
}


def shown_keys(command: Command, chosen: Mapping[str, str]) -> str:
    """Write the keys that a command is on.

    Args:
        command: The command.
        chosen: Command name to the keys that it was put on in place of its own.

    Returns:
        Keys as an operator would name them: `Ctrl+N`, `?`; without any, what is typed for it.
    """
    keys = chosen.get(command.name) if command.keys else None
    if keys is not None:
        return " ".join(_spelled(key.strip()) for key in keys.split(","))
    return command.shown or f":{command.typed[0]}"


def _spelled(key: str) -> str:
    if len(key) == 1:
        return key
    *modifiers, base = key.split("+")
    name = _NAMES.get(base) or (
        base.capitalize() if base[1:].isdigit() else format_key(base).removeprefix("^")
    )
    if modifiers:
        return "+".join([*(word.capitalize() for word in modifiers), name.upper()[:1] + name[1:]])
    return name
